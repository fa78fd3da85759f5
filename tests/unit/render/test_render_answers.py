"""What a browser showed becomes one outcome; and what is missing to render is said."""

from pathlib import Path

import pytest

from linkwatch.model import Outcome
from linkwatch.render import missing
from linkwatch.render.answers import Shown, is_lacking, judge
from linkwatch.render.upstream import Proxy
from linkwatch.settings import RenderSettings

URL = "https://a.example/"
GOOD = {"html": b"<p>words", "has_content": True, "at_rest": True}


def shown(status: int = 200, **facts: object) -> Shown:
    """A page that answered."""
    return Shown(**{"answers": ((status, URL),), **GOOD, **facts})  # type: ignore[arg-type]  # the facts are the test's


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [
        (shown(), Outcome.READABLE),
        (shown(203), Outcome.READABLE),
        (shown(headers={"content-type": "application/xhtml+xml"}), Outcome.READABLE),
        (shown(headers={"content-type": "application/pdf"}), Outcome.NOT_HTML),
        (shown(206), Outcome.HTTP_ERROR),
        (shown(401), Outcome.BLOCKED),
        (shown(407), Outcome.BLOCKED),
        (shown(429), Outcome.BLOCKED),
        (shown(451), Outcome.BLOCKED),
        (shown(503), Outcome.SERVER_ERROR),
        (shown(503, headers={"cf-mitigated": "challenge"}), Outcome.BLOCKED),
        (shown(503, headers={"x-squid-error": "ERR_DNS_FAIL 0"}), Outcome.TIMEOUT),
        (shown(404, trouble="net::ERR_HTTP_RESPONSE_CODE_FAILURE at https://a.example/"), Outcome.PAGE_NOT_FOUND),
        (shown(trouble="net::ERR_CERT_DATE_INVALID"), Outcome.TLS_ERROR),
        (shown(trouble="net::ERR_SOMETHING_NEW"), Outcome.HTTP_ERROR),
        (shown(trouble="words that nobody knows"), Outcome.NEEDS_RENDERING),
        (shown(failure=(Outcome.DNS_ERROR, "no such name"), trouble="net::ERR_EMPTY_RESPONSE"), Outcome.DNS_ERROR),
        (shown(crashed=True), Outcome.NEEDS_RENDERING),
        (shown(elsewhere="about:blank", html=None), Outcome.NEEDS_RENDERING),
        (shown(size=20_000_000, html=None), Outcome.TOO_LARGE),
        (shown(html=None, at_rest=False), Outcome.TIMEOUT),
        (shown(at_rest=False), Outcome.TIMEOUT),
        (shown(at_rest=False, has_content=False), Outcome.TIMEOUT),
        (shown(has_content=False), Outcome.EMPTY),
        (shown(lacking="fetch https://a.example/api (503)"), Outcome.TRUNCATED),
        (shown(answers=((302, URL),) * 5), Outcome.TOO_MANY_REDIRECTS),
        (Shown(), Outcome.TIMEOUT),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else "",
)
def test_one_outcome_for_everything_that_a_browser_shows(seen: Shown, outcome: Outcome) -> None:
    """Only a page that is whole and at rest is readable; whatever else happened, the outcome and its sentence say what."""
    found, detail = judge(seen, timeout_s=20, max_redirects=3)
    assert (found, bool(detail)) == (outcome, True)


@pytest.mark.parametrize(
    ("kind", "status", "own", "lacks"),
    [
        ("script", 503, True, True),
        ("script", 0, True, True),
        ("script", 503, False, False),
        ("xhr", 503, False, True),
        ("fetch", 429, False, True),
        ("fetch", 0, True, True),
        ("fetch", 0, False, False),
        ("fetch", 403, True, True),
        ("fetch", 403, False, False),
        ("fetch", 401, True, False),
        ("fetch", 404, True, False),
        ("stylesheet", 503, True, False),
    ],
)
def test_which_missing_pieces_may_have_held_links(kind: str, status: int, own: bool, lacks: bool) -> None:
    """Data and the site's own scripts may; other people's scripts, style sheets and plain answers may not."""
    assert is_lacking(kind, status, own) is lacks


def test_what_is_missing_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing where a browser is found; else its absence and the command that ends it."""
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing(RenderSettings()) == ""
    assert missing(RenderSettings(executable=str(browser))) == ""
    assert "render.executable is '/no/such'" in missing(RenderSettings(executable="/no/such"))
    browser.unlink()
    assert "apt-get install chromium" in missing(RenderSettings())


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("", None),
        ("http://127.0.0.1:8899", Proxy("http", "127.0.0.1", 8899)),
        ("https://a%40b:p%3Aw@proxy.example", Proxy("https", "proxy.example", 443, "a@b", "p:w")),
        ("socks5h://[::1]:9050", Proxy("socks5h", "::1", 9050)),
    ],
)
def test_the_proxy_as_it_is_set(address: str, proxy: Proxy | None) -> None:
    """Host, port and login of `fetch.proxy`, unescaped; none for an empty setting."""
    assert Proxy.parse(address) == proxy


def test_a_login_says_itself_and_no_login_says_nothing() -> None:
    """RFC 7617: user and password, joined by a colon, in base 64."""
    assert Proxy("http", "p", 1, "Aladdin", "open sesame").authorization == (
        b"Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"
    )
    assert Proxy("http", "p", 1).authorization == b""
