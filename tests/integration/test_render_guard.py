"""Where the browser may go and by which way, and what becomes of the night when it dies. A real Chromium on loopback."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import psutil
import pytest

from linkwatch.fetch import refused_host
from linkwatch.model import Outcome
from linkwatch.render import Renderer, missing
from linkwatch.settings import FetchSettings, RenderSettings
from servers.hostile_web import Asked, HostileWeb, answer, moved, never_ends
from servers.page_proxy import PageProxy, page_proxy

SETTINGS = RenderSettings(enabled=True, timeout_s=6.0)
SITE = "http://site.example"

if lack := missing(SETTINGS):
    pytest.skip(lack, allow_module_level=True)


def page(script: str, body: str = "<p>Some words</p>") -> str:
    """A page with a script at its end."""
    return f"<!doctype html><title>A page</title><body>{body}<script>{script}</script>"


@pytest.fixture
def proxy() -> Iterator[PageProxy]:
    """A proxy that serves http://site.example/ and whatever else it is asked for."""
    with page_proxy() as serving:
        yield serving


@pytest.fixture
def secret() -> Iterator[HostileWeb]:
    """A server in the user's own network: nothing that a page does may reach it."""
    with HostileWeb({"/": answer(200, b"<p>secret</p>")}) as web:
        yield web


def behind(proxy: PageProxy, *, allow: bool = False) -> Renderer:
    """A renderer whose requests go through the proxy."""
    fetch = FetchSettings(proxy=proxy.address, allow_private_addresses=allow)
    return Renderer(SETTINGS, fetch, night="2026-11-22", user_agent="linkwatch/test", refuses=refused_host)


REACHES = {
    "fetch": "fetch('{there}', {{mode: 'no-cors'}}).catch(() => 0)",
    "localhost": "fetch('{there}'.replace('127.0.0.1', 'localhost'), {{mode: 'no-cors'}}).catch(() => 0)",
    "form": "document.body.innerHTML += '<form action={there} method=post>'; document.forms[0].submit()",
    "script": "const s = document.createElement('script'); s.src = '{there}'; document.body.append(s)",
    "style": 'document.head.innerHTML += \'<link rel=stylesheet href="{there}"><link rel=preconnect href="{there}">\'',
    "frame": "document.body.innerHTML += '<iframe src=\"{there}\"></iframe>'",
    "web socket": "new WebSocket('{there}'.replace('http', 'ws'))",
    "events": "new EventSource('{there}')",
    "beacon": "navigator.sendBeacon('{there}', 'x')",
    "worker": "new Worker(URL.createObjectURL(new Blob([`fetch('{there}', {{mode: 'no-cors'}})`])))",
    "shared worker": "new SharedWorker(URL.createObjectURL(new Blob([`fetch('{there}', {{mode: 'no-cors'}})`])))",
    "popup": "window.open('{there}')",
    "redirect": "fetch('/there', {{mode: 'no-cors'}}).catch(() => 0)",
    "peer": "const p = new RTCPeerConnection({{iceServers: [{{urls: '{turn}?transport=tcp', username: 'u', credential: 'c'}}]}});"
    "p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o))",
}


def test_no_way_leads_from_a_page_into_the_own_network(proxy: PageProxy, secret: HostileWeb) -> None:
    """None of the ways that a browser has to open a connection reaches a private address, directly or through the proxy."""
    turn = f"turn:127.0.0.1:{secret.port}"
    scripts = [script.format(there=f"{secret.address}/", turn=turn) for script in REACHES.values()]
    for number, script in enumerate(scripts):
        proxy.put(f"{SITE}/{number}", page(script))
    proxy.put(f"{SITE}/there", "", status=302, headers={"Location": f"{secret.address}/"})
    with behind(proxy) as browser:
        seen = [browser.render(f"{SITE}/{number}") for number in range(len(scripts))]
    assert all(f"{SITE}/{number}" in proxy.asked for number in range(len(scripts)))
    assert [url for url in proxy.asked if not url.startswith(SITE)] == []
    assert (secret.connections, [one.body for one in seen if b"secret" in one.body]) == (0, [])


def test_the_ways_do_lead_there_where_settings_allow_it(proxy: PageProxy, secret: HostileWeb) -> None:
    """The same scripts ask for the address where private ones are allowed: the test above tests something."""
    ways = ("fetch", "script", "worker", "redirect")
    for name in ways:
        proxy.put(f"{SITE}/{name[0]}", page(REACHES[name].format(there=f"{secret.address}/{name[0]}", turn="")))
    proxy.put(f"{SITE}/there", "", status=302, headers={"Location": f"{secret.address}/r"})
    with behind(proxy, allow=True) as browser:
        for name in ways:
            browser.render(f"{SITE}/{name[0]}")
    assert {f"{secret.address}/{name[0]}" for name in ways} <= set(proxy.asked)


def test_webrtc_sends_nothing_round_the_proxy(proxy: PageProxy) -> None:
    """A page that asks a STUN server by UDP reaches nobody: UDP would pass by every check."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as stun:
        stun.bind(("127.0.0.1", 0))
        stun.setblocking(False)
        script = (
            f"const p = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{stun.getsockname()[1]}'}}]}});"
            "p.createDataChannel('x'); p.onicegatheringstatechange = () => {"
            "  if (p.iceGatheringState === 'complete') document.body.append('gathered') };"
            "p.createOffer().then(o => p.setLocalDescription(o))"
        )
        proxy.put(f"{SITE}/", page(script))
        with behind(proxy) as browser:
            seen = browser.render(f"{SITE}/")
        assert seen.outcome is Outcome.READABLE
        with pytest.raises(BlockingIOError):
            stun.recv(2048)


@pytest.mark.parametrize("way", ["address", "script", "302"])
def test_a_page_at_a_private_address_is_refused(proxy: PageProxy, secret: HostileWeb, way: str) -> None:
    """The page itself is refused there as well, asked for or sent to, and the outcome says so."""
    there = f"{secret.address}/"
    proxy.put(f"{SITE}/script", page(f"location.href = '{there}'"))
    proxy.put(f"{SITE}/302", "", status=302, headers={"Location": there})
    with behind(proxy) as browser:
        seen = browser.render(there if way == "address" else f"{SITE}/{way}")
    assert (seen.outcome, seen.detail, seen.body) == (Outcome.ADDRESS_REFUSED, "the host is a loopback address", b"")


def test_a_name_that_leads_to_a_private_address_is_refused(secret: HostileWeb) -> None:
    """Without a proxy what counts is where a name leads, looked up by whoever then connects."""
    fetch = FetchSettings()

    def refuses(host: str) -> str:
        return "" if host == "localhost" else refused_host(host)

    with Renderer(SETTINGS, fetch, night="", user_agent="linkwatch/test", refuses=refuses) as browser:
        seen = browser.render(f"http://localhost:{secret.port}/")
    assert (seen.outcome, seen.detail) == (Outcome.ADDRESS_REFUSED, "the host leads to a loopback address")
    assert secret.connections == 0


def test_everything_goes_through_the_proxy_with_its_login() -> None:
    """Pages, also on loopback hosts, tunnels and what scripts fetch go through fetch.proxy, under the night's name."""
    script = "fetch('/piece').then(r => r.text()).then(t => document.body.append(t)); new WebSocket('ws://localhost:81/')"
    routes = {
        "http://localhost:81/": answer(200, page(script).encode()),
        "http://localhost:81/piece": answer(200, b"from the proxy"),
        "CONNECT localhost:81": answer(502),
    }
    with HostileWeb(routes) as proxy:
        fetch = FetchSettings(proxy=f"http://{{night}}:p%40ss@127.0.0.1:{proxy.port}", allow_private_addresses=True)
        with Renderer(SETTINGS, fetch, night="2026-11-22", user_agent="linkwatch/test", refuses=refused_host) as browser:
            seen = browser.render("http://localhost:81/")
    assert b"from the proxy" in seen.body
    assert set(proxy.targets()) == {"http://localhost:81/", "http://localhost:81/piece", "localhost:81"}
    assert {asked.headers["proxy-authorization"] for asked in proxy.asked} == {"Basic MjAyNi0xMS0yMjpwQHNz"}


def socks_proxy(listener: socket.socket, asked: list[bytes]) -> None:
    """A SOCKS5 proxy (RFC 1928, 1929) that wants a login and answers every connection with the same page, till it is closed."""
    with contextlib.suppress(OSError):
        while True:
            with listener.accept()[0] as connection:
                connection.recv(10)
                connection.sendall(b"\x05\x02")
                asked.append(connection.recv(100))
                connection.sendall(b"\x01\x00")
                asked.append(connection.recv(100))
                connection.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
                asked.append(connection.recv(10_000).split(b"\r\n")[0])
                connection.sendall(answer(200, b"<p>through socks</p>", "Connection: close"))


def test_socks_proxies_are_spoken_to() -> None:
    """The name goes to the proxy as it is, after the login; the request itself is an ordinary one."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=socks_proxy, args=(listener, asked), daemon=True)
        thread.start()
        fetch = FetchSettings(proxy=f"socks5h://me:pw@127.0.0.1:{listener.getsockname()[1]}")
        with Renderer(SETTINGS, fetch, night="", user_agent="linkwatch/test", refuses=refused_host) as browser:
            seen = browser.render(f"{SITE}/page?a=1")
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    assert b"through socks" in seen.body
    assert asked == [b"\x01\x02me\x02pw", b"\x05\x01\x00\x03\x0csite.example\x00\x50", b"GET /page?a=1 HTTP/1.1"]


def test_a_page_reads_no_more_than_its_share() -> None:
    """A script without end is cut off when the page has read three times what a page may be, and the page cannot tell."""
    fetch = FetchSettings(allow_private_addresses=True, max_body_bytes=100_000)
    flood = page("", '<p>Words</p><script src="/flood"></script>').encode()
    with (
        HostileWeb({"/": answer(200, flood), "/flood": never_ends}) as web,
        Renderer(SETTINGS, fetch, night="", user_agent="linkwatch/test", refuses=refused_host) as browser,
    ):
        seen = browser.render(f"{web.address}/")
    assert (seen.outcome, b"Words" in seen.body) == (Outcome.TRUNCATED, True), seen.detail


def test_a_proxy_that_is_not_there_says_nothing_of_the_page(free_port: int) -> None:
    """The proxy's failure is a time-out, the outcome that never becomes a loss, and is named."""
    fetch = FetchSettings(proxy=f"http://127.0.0.1:{free_port}")
    with Renderer(SETTINGS, fetch, night="", user_agent="linkwatch/test", refuses=refused_host) as browser:
        seen = browser.render(f"{SITE}/")
    assert seen.outcome is Outcome.TIMEOUT
    assert "fetch.proxy cannot be reached" in seen.detail


def test_a_browser_that_dies_costs_its_page_alone() -> None:
    """The page that killed the browser cannot tell; the next one is read in a new browser."""

    async def kills(_: Asked, __: object) -> None:
        for process in psutil.Process().children(recursive=True):
            if process.name().startswith("chrom"):
                process.kill()

    fetch = FetchSettings(allow_private_addresses=True)
    with (
        HostileWeb({"/kills": kills, "/": answer(200, b"<p>words</p>"), "/moved": moved("/kills")}) as web,
        Renderer(SETTINGS, fetch, night="", user_agent="linkwatch/test", refuses=refused_host) as browser,
    ):
        seen = [browser.render(f"{web.address}{path}") for path in ("/", "/kills", "/", "/moved", "/")]
    deadly, harmless = (Outcome.NEEDS_RENDERING, "the page crashed the browser"), (Outcome.READABLE, "")
    told = [(one.outcome, one.detail if one.outcome is not Outcome.READABLE else "") for one in seen]
    assert told == [harmless, deadly, harmless, deadly, harmless]


def test_a_browser_that_does_not_start_is_no_failure_of_the_night() -> None:
    """A program that is no browser renders nothing: each page cannot tell."""
    settings = RenderSettings(enabled=True, executable="true")
    with Renderer(settings, FetchSettings(), night="", user_agent="linkwatch/test", refuses=refused_host) as browser:
        seen = [browser.render(f"{SITE}/{number}") for number in range(3)]
    assert {one.outcome for one in seen} == {Outcome.NEEDS_RENDERING}
