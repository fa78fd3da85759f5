"""The example web over the wire: the proxy speaks for every host, tells the night by the user, misbehaves as the script says."""

import base64
import io
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from urllib.parse import urlsplit

import pycurl
import pytest

from linkwatch.errors import LinkwatchError
from linkwatch.world import World, night_name, serve

PATIENCE_S = 0.3  # how long these tests wait for a server that will never answer


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    """Address of a running world, with {night}."""
    with serve(World()) as address:
        yield address


@pytest.fixture
def connection(proxy: str) -> Iterator[HTTPConnection]:
    """A fresh connection to the proxy."""
    found = _connect(proxy)
    yield found
    found.close()


def _connect(proxy: str, timeout_s: float = 20) -> HTTPConnection:
    parts = urlsplit(proxy)
    return HTTPConnection(parts.hostname or "", parts.port, timeout=timeout_s)


def _ask(connection: HTTPConnection, url: str, night: int, method: str = "GET", **headers: str) -> HTTPResponse:
    user = base64.b64encode(f"{night_name(night)}:".encode()).decode()
    connection.request(method, url, headers={"Proxy-Authorization": f"Basic {user}", **headers})
    return connection.getresponse()


def test_the_user_name_is_the_night(proxy):
    """Libcurl with the night in the proxy's address sees that night's page."""
    seen = []
    for night in (1, 2):
        curl, body = pycurl.Curl(), io.BytesIO()
        curl.setopt(pycurl.URL, "http://alpine-notes.example/2025/winter-huts/")
        curl.setopt(pycurl.PROXY, proxy.replace("{night}", night_name(night)))
        curl.setopt(pycurl.WRITEDATA, body)
        curl.perform()
        assert curl.getinfo(pycurl.RESPONSE_CODE) == 200
        seen.append(b"http://fernwood.example/guides/winter-garden/" in body.getvalue())
    assert seen == [True, False]


def test_a_connection_serves_many_pages(connection):
    """Requests of several hosts and nights go over one connection, one after another."""
    first = _ask(connection, "http://quiet-acre.example/partners/", 1).read()
    kept = connection.sock
    second = _ask(connection, "http://former-press.example/2019/pergola/", 2)
    second.read()
    third = _ask(connection, "http://quiet-acre.example/partners/", 1).read()
    assert connection.sock is kept
    assert second.status == 410
    assert first == third


def test_validators_bring_304_without_a_body(connection):
    """A conditional request of the page as it is brings 304, and the connection goes on."""
    url = "http://www.trail-gear.example/reviews/benches/"
    first = _ask(connection, url, 1)
    first.read()
    again = _ask(connection, url, 1, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.read()) == (304, b"")
    assert _ask(connection, url, 1).read()


def test_head_brings_headers_alone(connection):
    """HEAD is answered like GET, without the body."""
    answer = _ask(connection, "http://fernwood.example/", 1, "HEAD")
    assert (answer.status, answer.read()) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000


@pytest.mark.parametrize(
    ("url", "error"),
    [("http://sunken-lane.example/walks/", "ERR_DNS_FAIL 0"), ("http://tin-roof.example/rain/", "ERR_CONNECT_FAIL 111")],
)
def test_unreachable_hosts_fail_as_squid_says(connection, url, error):
    """A host without name or listener is 503 with Squid's error name, robots.txt included."""
    for address in (url, url.rsplit("/", 2)[0] + "/robots.txt"):
        answer = _ask(connection, address, 2)
        answer.read()
        assert (answer.status, answer.headers["X-Squid-Error"]) == (503, error)


def test_a_server_that_hangs_says_nothing(proxy):
    """No byte comes from a page that hangs."""
    with closing(_connect(proxy, PATIENCE_S)) as connection, pytest.raises(TimeoutError):
        _ask(connection, "http://deep-well.example/water/", 2)


def test_a_body_that_drips_never_ends(connection):
    """The headers come at once, a few bytes after them, and never the end."""
    answer = _ask(connection, "http://dripping-tap.example/hose/", 2)
    assert answer.status == 200
    assert len(answer.read(2)) == 2


def test_a_reset_is_a_reset(connection):
    """The connection is reset, not closed."""
    with pytest.raises(ConnectionResetError) as caught:
        _ask(connection, "http://cut-line.example/phone/", 2)
    assert not isinstance(caught.value, RemoteDisconnected)


def test_a_closed_door_is_no_answer(connection):
    """The connection ends in good order, without an answer."""
    with pytest.raises(RemoteDisconnected):
        _ask(connection, "http://shut-door.example/door/", 2)


def test_a_truncated_page_is_shorter_than_it_says(connection):
    """Half of the body comes, and then the end."""
    answer = _ask(connection, "http://half-page.example/half/", 2)
    with pytest.raises(IncompleteRead) as caught:
        answer.read()
    assert len(caught.value.partial) == int(answer.headers["Content-Length"]) // 2


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("CONNECT fernwood.example:443 HTTP/1.1", 405),
        ("POST http://fernwood.example/ HTTP/1.1", 405),
        ("GET / HTTP/1.1", 400),
        ("GET http://fernwood.example/ HTTP/1.1", 407),
        ("nonsense", 405),
    ],
)
def test_what_it_does_not_do_is_refused_with_a_word(proxy, request_line, status):
    """Tunnels, other methods, other forms and requests without a night get a status and a sentence that says what to do."""
    parts = urlsplit(proxy)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as talk:
        talk.sendall(f"{request_line}\r\nHost: fernwood.example\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: talk.recv(65536), b""))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"plain http:// requests only, with a night as user name" in answer


def test_it_stops_with_connections_open():
    """Leaving ends the thread while clients still wait, and frees the port."""
    with ExitStack() as open_still:
        with serve(World()) as address:
            waiting = open_still.enter_context(closing(_connect(address, PATIENCE_S)))
            idle = open_still.enter_context(closing(_connect(address)))
            with pytest.raises(TimeoutError):
                _ask(waiting, "http://deep-well.example/water/", 2)
            _ask(idle, "http://fernwood.example/", 1).read()
        parts = urlsplit(address)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((parts.hostname, parts.port))


def test_a_taken_port_is_said():
    """A port in use is an error that names it and says what to do."""
    with serve(World()) as address:
        port = urlsplit(address).port
        with (
            pytest.raises(LinkwatchError, match=f"cannot listen on 127.0.0.1:{port}.*give a free port"),
            serve(World(), port or 0),
        ):
            pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_told_to_stop(number, tmp_path):
    """`python -m linkwatch.world` says its address, serves, and ends with exit 0 on Ctrl-C."""
    command = [sys.executable, "-m", "linkwatch.world", "--port", "0", "--write", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().rpartition(":")[2])
            said = process.stdout.readline()
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            assert _ask(connection, "http://fernwood.example/", 1).status == 200
            connection.close()
            process.send_signal(number)
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    assert said == f"settings: {tmp_path / 'world.toml'}\n"
    assert f"127.0.0.1:{port}" in (tmp_path / "world.toml").read_text()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
