"""The fetcher's manners and its guard, seen from the servers and the proxy that it meets."""

import base64

import pytest

from linkwatch.fetch import Fetcher
from linkwatch.fetch.client import MAX_TIMEOUTS_IN_A_ROW
from linkwatch.model import FetchedPage, Outcome, PageRequest, Redirect
from linkwatch.settings import FetchSettings
from servers.hostile_web import PAGE, Asked, HostileWeb, Reply, answer, closes, hangs, moved

pytestmark = pytest.mark.network

OPEN = {"allow_private_addresses": True, "delay_s": 0.0, "read_timeout_s": 2.0}


def fetch(settings: FetchSettings, *addresses: str, night: str = "") -> dict[str, FetchedPage]:
    """Pages by address."""
    with Fetcher(settings, night=night) as fetcher:
        pages = list(fetcher.fetch([PageRequest(address) for address in addresses]))
    assert sorted(page.url for page in pages) == sorted(addresses)
    return {page.url: page for page in pages}


def outcomes(pages: dict[str, FetchedPage]) -> list[Outcome]:
    """Outcomes in the order of the addresses that were asked for."""
    return [pages[address].outcome for address in sorted(pages)]


def test_a_host_is_asked_over_one_connection() -> None:
    """Pages of a host share one connection, one after the other, and robots.txt comes once and first."""
    with HostileWeb({f"/{number}": answer(200, PAGE) for number in range(20)}) as web:
        pages = fetch(FetchSettings(**OPEN), *(f"{web.address}/{number}" for number in range(20)))
        assert set(outcomes(pages)) == {Outcome.READABLE}
        assert web.connections == 1
        assert [asked.target for asked in web.asked] == ["/robots.txt", *(f"/{number}" for number in range(20))]
        assert web.asked[1].headers["accept-encoding"] == "gzip, br, zstd"
        assert web.asked[1].headers["user-agent"].startswith("linkwatch/")
        assert "cookie" not in web.asked[-1].headers


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        (answer(404), Outcome.READABLE),
        (answer(403), Outcome.READABLE),
        (answer(200, b"User-agent: *\nDisallow: /x", "Content-Type: text/plain"), Outcome.READABLE),
        (answer(200, b"User-agent: *\nDisallow: /p", "Content-Type: text/plain"), Outcome.ROBOTS_DENIED),
        (answer(200, b"User-agent: linkwatch\nDisallow: /\n\nUser-agent: *\nAllow: /"), Outcome.ROBOTS_DENIED),
        (answer(200, b"User-agent: *\nDisallow: /p\n" + b"#" * 1_000_000), Outcome.ROBOTS_DENIED),
        (answer(500), Outcome.ROBOTS_DENIED),
        (closes, Outcome.CONNECTION_RESET),
        (moved("/rules"), Outcome.ROBOTS_DENIED),
        (moved("/robots.txt"), Outcome.READABLE),
        (moved("/hop/0"), Outcome.READABLE),
        (moved("/hop/2"), Outcome.ROBOTS_DENIED),
    ],
)
def test_robots_txt_decides(robots: Reply, outcome: Outcome) -> None:
    """Robots.txt is honoured as RFC 9309 says; where it forbids, the page is not asked for."""
    hops: dict[str, Reply] = {f"/hop/{number}": moved(f"/hop/{number + 1}") for number in range(5)}
    rules = answer(200, b"User-agent: *\nDisallow: /page")
    with HostileWeb({"/robots.txt": robots, "/rules": rules, **hops, "/hop/5": rules, "/page": answer(200, PAGE)}) as web:
        pages = fetch(FetchSettings(**OPEN), f"{web.address}/page")
        assert outcomes(pages) == [outcome]
        assert ("/page" in web.targets()) == (outcome is Outcome.READABLE)


def test_robots_txt_of_the_next_host_counts_for_a_redirect() -> None:
    """A redirect to another origin obeys that origin's robots.txt, and the refusal names where it stands."""
    forbids = {"/robots.txt": answer(200, b"User-agent: *\nDisallow: /there"), "/there": answer(200, PAGE)}
    with HostileWeb(forbids) as there, HostileWeb({"/here": moved(f"{there.address}/there")}) as here:
        (page,) = fetch(FetchSettings(**OPEN), f"{here.address}/here").values()
        assert (page.outcome, page.final_url) == (Outcome.ROBOTS_DENIED, f"{there.address}/there")
        assert page.redirects == (Redirect(302, f"{there.address}/there"),)
        assert there.targets() == []


def test_robots_txt_files_that_point_at_each_other_do_not_stop_the_night() -> None:
    """Two origins whose robots.txt redirect to each other count as without one."""
    with HostileWeb({}) as a, HostileWeb({}) as b:
        a.routes |= {"/robots.txt": moved(f"{b.address}/robots.txt"), "/a": answer(200, PAGE)}
        b.routes |= {"/robots.txt": moved(f"{a.address}/robots.txt"), "/b": answer(200, PAGE)}
        assert outcomes(fetch(FetchSettings(**OPEN), f"{a.address}/a", f"{b.address}/b")) == [Outcome.READABLE] * 2


@pytest.mark.parametrize(
    ("status", "outcome", "unasked"),
    [(429, Outcome.BLOCKED, Outcome.BLOCKED), (503, Outcome.SERVER_ERROR, Outcome.TIMEOUT)],
)
def test_retry_after_is_waited_for_once(status: int, outcome: Outcome, unasked: Outcome) -> None:
    """A short Retry-After is waited for once; a second refusal ends the host for the night, and what is not asked is not dead."""
    busy = answer(status, b"", "Retry-After: 0")
    with HostileWeb({"/1": [busy, answer(200, PAGE)], "/2": busy, "/3": answer(200, PAGE)}) as web:
        pages = fetch(FetchSettings(**OPEN), *(f"{web.address}/{number}" for number in (1, 2, 3)))
        assert outcomes(pages) == [Outcome.READABLE, outcome, unasked]
        assert web.targets() == ["/1", "/1", "/2", "/2"]
        assert pages[f"{web.address}/3"].detail.startswith("not asked: ")


@pytest.mark.parametrize("target", ["/1", "/robots.txt"])
def test_a_long_retry_after_ends_the_host_for_the_night(target: str) -> None:
    """A Retry-After above the limit is not waited for, and the host's other pages are not asked for."""
    pages_and_robots = {f"/{number}": answer(200, PAGE) for number in (1, 2)}
    with HostileWeb({**pages_and_robots, target: answer(429, b"", "Retry-After: 3600")}) as web:
        pages = fetch(FetchSettings(**OPEN), f"{web.address}/1", f"{web.address}/2")
        assert outcomes(pages) == [Outcome.BLOCKED] * 2
        assert "/2" not in web.targets()
        assert "3600 s" in pages[f"{web.address}/2"].detail


def test_a_host_has_a_page_budget() -> None:
    """Beyond the budget pages are not asked for and say so; a redirect does not count as a page of its own."""
    routes = {"/1": moved("/2"), "/2": answer(200, PAGE), "/3": answer(200, PAGE), "/4": answer(200, PAGE)}
    with HostileWeb(routes) as web:
        pages = fetch(FetchSettings(**OPEN, max_pages_per_host=2), *(f"{web.address}/{number}" for number in (1, 3, 4)))
        assert outcomes(pages) == [Outcome.READABLE, Outcome.READABLE, Outcome.TIMEOUT]
        assert "/4" not in web.targets()
        assert "max_pages_per_host" in pages[f"{web.address}/4"].detail


def test_a_host_that_hangs_is_left_alone() -> None:
    """After some time-outs in a row a host is not asked again tonight."""
    numbers = range(MAX_TIMEOUTS_IN_A_ROW + 3)
    with HostileWeb({f"/{number}": hangs for number in numbers}) as web:
        settings = FetchSettings(allow_private_addresses=True, delay_s=0.0, read_timeout_s=0.1)
        pages = fetch(settings, *(f"{web.address}/{number}" for number in numbers))
        assert set(outcomes(pages)) == {Outcome.TIMEOUT}
        assert len(web.targets()) == MAX_TIMEOUTS_IN_A_ROW


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:7f00:1]"])
def test_the_guard_refuses_at_connect_time(host: str) -> None:
    """An address of the user's own network, written or resolved, gets no connection at all."""
    with HostileWeb({"/": answer(200, PAGE)}) as web:
        (page,) = fetch(FetchSettings(delay_s=0.0), f"http://{host}:{web.port}/").values()
        assert (page.outcome, page.http_status) == (Outcome.ADDRESS_REFUSED, None)
        assert "loopback" in page.detail
        assert web.connections == 0


async def _rubbish_instead_of_tls(_: Asked, writer: object) -> None:
    writer.write(b"HTTP/1.1 200 Said\r\n\r\nno TLS here\r\n")  # type: ignore[attr-defined]  # a stream writer


@pytest.mark.parametrize(
    ("reply", "outcome", "status"),
    [
        (answer(200, PAGE), Outcome.READABLE, 200),
        (answer(503, b"", "X-Squid-Error: ERR_DNS_FAIL 0"), Outcome.DNS_ERROR, None),
        (answer(503, b"", "X-Squid-Error: ERR_CONNECT_FAIL 111"), Outcome.CONNECTION_REFUSED, None),
        (answer(503), Outcome.SERVER_ERROR, 503),
        (moved("http://169.254.169.254/latest/meta-data/"), Outcome.ADDRESS_REFUSED, None),
        (moved("http://192.168.0.1/"), Outcome.ADDRESS_REFUSED, None),
        (moved("http://0x7f.1/"), Outcome.ADDRESS_REFUSED, None),
        (moved("http://printer.localhost/"), Outcome.ADDRESS_REFUSED, None),
    ],
)
def test_pages_through_a_proxy(reply: Reply, outcome: Outcome, status: int | None) -> None:
    """The proxy resolves names and says what went wrong; addresses that are written out are still guarded, and unseen by it."""
    with HostileWeb({"http://page.example/": reply}) as proxy:
        (page,) = fetch(FetchSettings(proxy=proxy.address, delay_s=0.0), "http://page.example/").values()
        assert (page.outcome, page.http_status) == (outcome, status)
        assert [asked.target for asked in proxy.asked] == ["http://page.example/robots.txt", "http://page.example/"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (answer(503, b"", "X-Squid-Error: ERR_DNS_FAIL 0"), Outcome.DNS_ERROR),
        (answer(503), Outcome.ROBOTS_DENIED),  # of robots.txt, so its pages are not asked for
        (answer(407), Outcome.BLOCKED),
        (_rubbish_instead_of_tls, Outcome.TLS_ERROR),
    ],
)
def test_tunnels_through_a_proxy(reply: Reply, outcome: Outcome) -> None:
    """A tunnel that the proxy cannot make ends as the proxy says."""
    with HostileWeb({"CONNECT page.example:443": reply}) as proxy:
        (page,) = fetch(FetchSettings(proxy=proxy.address, delay_s=0.0), "https://page.example/").values()
        assert (page.outcome, page.http_status) == (outcome, None)


def test_the_night_is_the_proxys_user_name() -> None:
    """The night fills its place in the proxy's address, and no page sees it."""
    with HostileWeb({"http://page.example/": answer(200, PAGE)}) as proxy:
        settings = FetchSettings(proxy=f"http://{{night}}@127.0.0.1:{proxy.port}", delay_s=0.0)
        fetch(settings, "http://page.example/", night="2026-11-22")
        assert proxy.asked[1].headers["proxy-authorization"] == f"Basic {base64.b64encode(b'2026-11-22:').decode()}"


def test_a_proxy_that_is_down_says_nothing_about_pages(free_port: int) -> None:
    """Without its proxy no page is told as refused: the outcome is one that never becomes a loss."""
    (page,) = fetch(FetchSettings(proxy=f"http://127.0.0.1:{free_port}", delay_s=0.0), "http://page.example/").values()
    assert (page.outcome, page.http_status) == (Outcome.TIMEOUT, None)
    assert "proxy" in page.detail
