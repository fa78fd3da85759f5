"""What a browser sees: pages on loopback whose links only scripts build, and pages that do their worst. A real Chromium."""

import asyncio
import base64
import hashlib
from collections.abc import Iterator

import pytest

from linkwatch.model import FetchedPage, Outcome, Redirect
from linkwatch.render import Renderer, missing
from linkwatch.settings import FetchSettings, RenderSettings
from servers.hostile_web import Asked, HostileWeb, answer, closes, drips, hangs, moved, resets, short_body

SETTINGS = RenderSettings(enabled=True, timeout_s=12.0)  # other tests run beside
HASTY = RenderSettings(enabled=True, timeout_s=1.5)
FETCH = FetchSettings(allow_private_addresses=True)

if lack := missing(SETTINGS):
    pytest.skip(lack, allow_module_level=True)


def page(script: str = "", body: str = "<p>Some words</p>") -> bytes:
    """A page with a script at its end."""
    return answer(200, f"<!doctype html><title>A page</title><body>{body}<script>{script}</script>".encode())


APPEND = "document.body.insertAdjacentHTML('beforeend', '<a href=\"https://own.example/\">link</a>')"
FETCH_IT = "fetch('/piece').then(r => r.text()).then(text => document.body.insertAdjacentHTML('beforeend', text))"
LINK = b'<a href="https://own.example/">'
PIECE = answer(200, LINK + b"link</a>")
LAZY = """
for (let i = 0; i < 5; i++) document.body.insertAdjacentHTML('beforeend', '<div style="height: 1900px">-</div>');
const seen = new IntersectionObserver(all => all.forEach(one => { if (one.isIntersecting)
  fetch('/piece').then(r => r.text()).then(text => { one.target.innerHTML = text; }) }));
document.querySelectorAll('div').forEach(div => seen.observe(div));
"""
WORKER = """
const task = new Blob([`fetch('${location.href}piece').then(r => r.text()).then(text => postMessage(text))`]);
new Worker(URL.createObjectURL(task)).onmessage = m => document.body.insertAdjacentHTML('beforeend', m.data);
"""
SHADOW = """
customElements.define('a-card', class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<a href="https://own.example/">link</a>'; }
});
document.body.append(document.createElement('a-card'));
"""


ATTACHED = "Content-Disposition: attachment"


async def sends_link(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A web socket (RFC 6455) that sends the link in one text frame."""
    key = asked.headers["sec-websocket-key"].encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key, usedforsecurity=False).digest())
    writer.write(b"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n" % accept)
    writer.write(bytes([0x81, len(LINK)]) + LINK)
    await hangs(asked, writer)


@pytest.fixture(scope="module")
def browser() -> Iterator[Renderer]:
    """One browser for the pages of this file."""
    with Renderer(SETTINGS, FETCH, night="2026-11-22", user_agent="linkwatch/test", refuses=lambda _: "") as renderer:
        yield renderer


def look(browser: Renderer, reply: object, **routes: object) -> FetchedPage:
    """The page `/` of a server that answers with `reply`; further routes by their names."""
    with HostileWeb({"/": reply, **{f"/{name}": route for name, route in routes.items()}}) as web:
        return browser.render(f"{web.address}/")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(APPEND, id="built at once"),
        pytest.param(f"setTimeout(() => {APPEND}, 4000)", id="built four seconds later"),
        pytest.param(FETCH_IT, id="fetched"),
        pytest.param(f"setTimeout(() => {FETCH_IT}, 3000)", id="fetched later"),
        pytest.param(SHADOW, id="in a shadow root"),
        pytest.param(
            f"new Worker(URL.createObjectURL(new Blob(['postMessage(1)']))).onmessage = () => {APPEND}", id="by a worker"
        ),
        pytest.param(f"alert('hello'); confirm('sure?'); {APPEND}", id="behind dialogs"),
        pytest.param(f"setInterval(() => fetch('/piece'), 200); {APPEND}", id="on a page that polls for ever"),
    ],
)
def test_links_that_scripts_build_are_in_the_page(browser: Renderer, script: str) -> None:
    """A link that is not in the HTML as it was sent is in the page as the browser built it."""
    seen = look(browser, page(script), piece=PIECE)
    assert (seen.outcome, seen.http_status, LINK in seen.body) == (Outcome.READABLE, 200, True)


def test_lazy_links_load_on_the_way_down(browser: Renderer) -> None:
    """What loads when it comes into view has loaded, on every screen of the page and not on the last one alone."""
    seen = look(browser, page(LAZY), piece=PIECE)
    assert (seen.outcome, seen.body.count(LINK)) == (Outcome.READABLE, 5)


def test_a_route_of_an_app_keeps_its_base(browser: Renderer) -> None:
    """Relative links of a page that moved itself by pushState resolve as they do in the browser; it is no redirect."""
    seen = look(
        browser, page("history.pushState({}, '', '/app/post/1/'); document.body.innerHTML = '<a href=\"../2/\">next</a>'")
    )
    base = f'<base href="{seen.url}app/post/1/">'.encode()
    assert (seen.url, (), True) == (seen.final_url, seen.redirects, base in seen.body)


@pytest.mark.parametrize(
    ("first", "status"),
    [
        (moved("/new"), 302),
        (page("location.href = '/new'"), 200),
        (page("setTimeout(() => location.replace('/new'), 2000)"), 200),
        (page(body='<meta http-equiv="refresh" content="1; url=/new">'), 200),
    ],
    ids=["302", "script", "script later", "meta refresh"],
)
def test_redirects_are_told_and_their_end_counts(browser: Renderer, first: bytes, status: int) -> None:
    """The page that answers in the end is the page, and the hops say what sent us on."""
    seen = look(browser, first, new=page(APPEND))
    assert seen.url + "new" == seen.final_url
    assert (Redirect(status, seen.url + "new"),) == seen.redirects
    assert LINK in seen.body


def test_a_page_that_goes_to_another_host_is_read_there(browser: Renderer) -> None:
    """A script's way to another host ends at that host's page."""
    with HostileWeb({}) as web:
        there = f"http://localhost:{web.port}/there"
        web.routes |= {"/": page(f"location.href = {there!r}"), "/there": page(f"setTimeout(() => {APPEND}, 1000)")}
        seen = browser.render(f"{web.address}/")
    assert (Outcome.READABLE, there, True) == (seen.outcome, seen.final_url, LINK in seen.body)


@pytest.mark.parametrize(
    ("reply", "outcome", "status"),
    [
        (answer(404, b"<p>no such page"), Outcome.PAGE_NOT_FOUND, 404),
        (answer(404), Outcome.PAGE_NOT_FOUND, 404),
        (answer(410, b"<p>gone"), Outcome.PAGE_GONE, 410),
        (answer(403, b"<p>no"), Outcome.BLOCKED, 403),
        (answer(401, b"<p>who?", 'WWW-Authenticate: Basic realm="x"'), Outcome.BLOCKED, 401),
        (answer(503, b"<p>later"), Outcome.SERVER_ERROR, 503),
        (answer(204), Outcome.EMPTY, 204),
        (answer(200, b"<!doctype html><title>blank</title>"), Outcome.EMPTY, 200),
        (answer(200, b"%PDF", "Content-Type: application/octet-stream"), Outcome.NOT_HTML, 200),
        (answer(200, b"PK", ATTACHED), Outcome.NOT_HTML, 200),
        (answer(200, b"{}", "Content-Type: application/json"), Outcome.NOT_HTML, 200),
        (closes, Outcome.CONNECTION_RESET, None),
        (resets, Outcome.TRUNCATED, 200),
        (short_body, Outcome.TRUNCATED, 200),
        (moved("/"), Outcome.TOO_MANY_REDIRECTS, 302),
        (page("location.href = 'http://127.0.0.1:9999/nobody'"), Outcome.CONNECTION_REFUSED, 200),
        (page("location.href = 'http://no-such-host.invalid/'"), Outcome.DNS_ERROR, 200),
        (page("location.href = 'about:blank'"), Outcome.NEEDS_RENDERING, 200),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else "",
)
def test_every_failure_has_its_outcome(browser: Renderer, reply: object, outcome: Outcome, status: int | None) -> None:
    """Answers that are no page end in the outcome that the fetcher gives them."""
    seen = look(browser, reply)
    assert (outcome, status) == (seen.outcome, seen.http_status), seen.detail


def test_a_page_that_starts_a_download_stays_the_page(browser: Renderer) -> None:
    """A file that comes by itself a while after the page has loaded is no page that the browser went on to."""
    seen = look(browser, page(f"{APPEND}; setTimeout(() => location.href = '/file', 1000)"), file=answer(200, b"PK", ATTACHED))
    assert (seen.outcome, seen.redirects, LINK in seen.body) == (Outcome.READABLE, (), True), seen.detail


def test_what_a_web_socket_brings_is_waited_for(browser: Renderer) -> None:
    """A page that its server fills through a web socket is read when that has happened."""
    script = "new WebSocket(location.href.replace('http', 'ws') + 'live').onmessage = m => document.body.innerHTML += m.data"
    assert LINK in look(browser, page(script), live=sends_link).body


def test_a_page_larger_than_the_limit_is_too_large() -> None:
    """The limit holds for what the scripts made of the page; not a byte of it is kept."""
    small = FetchSettings(allow_private_addresses=True, max_body_bytes=50_000)
    with Renderer(SETTINGS, small, night="", user_agent="linkwatch/test", refuses=lambda _: "") as browser:
        seen = look(browser, page("document.body.append('word '.repeat(20000))"))
    assert (seen.outcome, seen.body) == (Outcome.TOO_LARGE, b"")


@pytest.mark.parametrize(
    ("reply", "shows"),
    [(page("while (true) {}"), False), (page("while (true) alert('again')"), False), (drips, True)],
    ids=["busy", "dialogs", "drips"],
)
def test_a_page_without_end_costs_its_time_and_no_more(reply: object, shows: bool) -> None:
    """A page that never comes to rest is a time-out, with what it showed so far; the next page is read as ever."""
    with Renderer(HASTY, FETCH, night="", user_agent="linkwatch/test", refuses=lambda _: "") as browser:
        endless, after = look(browser, reply), look(browser, page(APPEND))
    assert (Outcome.TIMEOUT, shows) == (endless.outcome, bool(endless.body))
    assert Outcome.READABLE is after.outcome


@pytest.mark.parametrize(
    ("piece", "outcome"),
    [
        (answer(503), Outcome.TRUNCATED),
        (answer(429), Outcome.TRUNCATED),
        (answer(403), Outcome.TRUNCATED),
        (closes, Outcome.TRUNCATED),
        (answer(404), Outcome.READABLE),
        (answer(401), Outcome.READABLE),
    ],
    ids=["503", "429", "403", "reset", "404", "401"],
)
def test_a_page_that_lacks_a_piece_cannot_tell(browser: Renderer, piece: object, outcome: Outcome) -> None:
    """Where the data that a page asks its server for fails to come, the lack of a link says nothing; what is there, counts."""
    seen = look(browser, page(f"fetch('/piece').catch(() => 0); {APPEND}"), piece=piece)
    assert (outcome, True) == (seen.outcome, LINK in seen.body), seen.detail


def test_frames_pictures_and_floods_are_not_asked_for(browser: Renderer) -> None:
    """A frame's links are its own page's; pictures hold none; and of three hundred requests two hundred at most are sent."""
    flood = "for (let i = 0; i < 300; i++) fetch('/flood' + i).catch(() => 0)"
    with HostileWeb({"/": page(flood, '<iframe src="/frame"></iframe><img src="/picture"><p>Words</p>')}) as web:
        seen = browser.render(f"{web.address}/")
    asked = set(web.targets())
    assert ("/frame" in asked, "/picture" in asked) == (False, False)
    assert 100 < len(asked) <= 200
    assert (seen.outcome, b"Words" in seen.body) == (Outcome.TRUNCATED, True)


def test_pages_share_nothing_and_say_who_asks(browser: Renderer) -> None:
    """Every page is read without the cookies of the one before; the answer's headers come in lower case and fit the body."""
    reply = answer(
        200, b"<p>words</p>", "Set-Cookie: seen=1", "X-Robots-Tag: nofollow", "Content-Type: text/html; charset=latin-1"
    )
    with HostileWeb({"/": reply}) as web:
        seen = [browser.render(f"{web.address}/") for _ in range(2)][1]
    assert [(asked.headers["user-agent"], asked.headers.get("cookie")) for asked in web.asked if asked.target == "/"] == [
        ("linkwatch/test", None)
    ] * 2
    assert (seen.headers["x-robots-tag"], seen.headers["content-type"]) == ("nofollow", "text/html; charset=utf-8")
    assert "content-length" not in seen.headers
