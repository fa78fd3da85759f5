"""The fetcher against the web at its worst: every attempt ends in one outcome, in time and within its caps."""

import datetime
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from linkwatch.fetch import XML_TYPES, Fetcher
from linkwatch.model import FetchedPage, Outcome, PageRequest, Redirect
from linkwatch.settings import FetchSettings
from servers.hostile_web import (
    PAGE,
    HostileWeb,
    Reply,
    answer,
    big,
    bomb,
    closes,
    drips,
    hangs,
    moved,
    never_ends,
    never_ends_with,
    resets,
    short_body,
    short_chunks,
)

pytestmark = pytest.mark.network

SETTINGS = FetchSettings(allow_private_addresses=True, delay_s=0.0, read_timeout_s=1.0)
CHALLENGE = b"<title>Just a moment...</title><script>window._cf_chl_opt={}</script>"
ROUTES: dict[str, Reply] = {
    "/challenge": answer(503, CHALLENGE),
    "/endless-503": never_ends_with(503),
    "/page": answer(200, PAGE),
    "/gone": answer(410),
    "/later": answer(503),
    "/login": answer(401),
    "/big-declared": big(50_000_000, declared=True),
    "/big": big(50_000_000, declared=False),
    "/gzip": bomb("gzip", 100_000_000),
    "/br": bomb("br", 100_000_000),
    "/zstd": bomb("zstd", 100_000_000),
    "/never-ends": never_ends,
    "/drips": drips,
    "/hangs": hangs,
    "/closes": closes,
    "/resets": resets,
    "/short": short_body,
    "/short-chunks": short_chunks,
    "/cut-gzip": answer(200, b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "Content-Encoding: gzip"),
    "/empty": answer(200),
    "/pdf": answer(200, b"%PDF", "Content-Type: application/pdf"),
    "/rubbish": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "/many-headers": answer(200, PAGE, *(f"X-{number}: {'a' * 4000}" for number in range(100))),
    "/long-header": answer(200, PAGE, f"X: {'a' * 200_000}"),
    "/latin-1": answer(200, PAGE, "X-Place: caf\xe9", "X-Place: bar"),
    "/loop": moved("/loop/again"),
    "/loop/again": moved("/loop"),
    "/self": moved("/self#top"),
    "/to-ftp": moved("ftp://example.com/"),
    "/to-script": moved("javascript:alert(1)"),
    "/to-nowhere": answer(302),
    "/not-modified": answer(304),
    **{f"/chain/{number}": moved(str(number + 1), 301) for number in range(11)},
    "/chain/11": answer(200, PAGE),
}


@pytest.fixture(scope="module")
def web() -> Iterator[HostileWeb]:
    """One server for all single pages."""
    with HostileWeb(ROUTES) as server:
        yield server


def fetch(address: str, settings: FetchSettings = SETTINGS) -> FetchedPage:
    """One page through a fetcher of its own."""
    with Fetcher(settings) as fetcher:
        (page,) = fetcher.fetch([PageRequest(address)])
    return page


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/page", Outcome.READABLE, 200),
        ("/missing", Outcome.PAGE_NOT_FOUND, 404),
        ("/gone", Outcome.PAGE_GONE, 410),
        ("/later", Outcome.SERVER_ERROR, 503),
        ("/login", Outcome.BLOCKED, 401),
        ("/big-declared", Outcome.TOO_LARGE, 200),
        ("/big", Outcome.TOO_LARGE, 200),
        ("/gzip", Outcome.TOO_LARGE, 200),
        ("/br", Outcome.TOO_LARGE, 200),
        ("/zstd", Outcome.TOO_LARGE, 200),
        ("/never-ends", Outcome.TOO_LARGE, 200),
        ("/drips", Outcome.TIMEOUT, 200),
        ("/hangs", Outcome.TIMEOUT, None),
        ("/closes", Outcome.CONNECTION_RESET, None),
        ("/resets", Outcome.CONNECTION_RESET, 200),
        ("/short", Outcome.TRUNCATED, 200),
        ("/short-chunks", Outcome.TRUNCATED, 200),
        ("/cut-gzip", Outcome.TRUNCATED, 200),
        ("/empty", Outcome.EMPTY, 200),
        ("/pdf", Outcome.NOT_HTML, 200),
        ("/rubbish", Outcome.HTTP_ERROR, None),
        ("/many-headers", Outcome.TOO_LARGE, 200),
        ("/long-header", Outcome.TOO_LARGE, 200),
        ("/latin-1", Outcome.READABLE, 200),
        ("/loop", Outcome.TOO_MANY_REDIRECTS, 302),
        ("/self", Outcome.TOO_MANY_REDIRECTS, 302),
        ("/to-ftp", Outcome.HTTP_ERROR, 302),
        ("/to-script", Outcome.HTTP_ERROR, 302),
        ("/to-nowhere", Outcome.HTTP_ERROR, 302),
        ("/not-modified", Outcome.HTTP_ERROR, 304),
        ("/chain/1", Outcome.READABLE, 200),
        ("/chain/0", Outcome.TOO_MANY_REDIRECTS, 301),
    ],
)
def test_every_page_ends_in_one_outcome(web: HostileWeb, path: str, outcome: Outcome, status: int | None) -> None:
    """A page ends in the outcome that its server earned, says why, and has a body where it is readable."""
    page = fetch(web.address + path)
    assert (page.url, page.outcome, page.http_status) == (web.address + path, outcome, status)
    assert page.detail
    assert page.body == (PAGE if outcome is Outcome.READABLE else b"")


def test_an_error_answer_keeps_the_start_of_its_page(web: HostileWeb) -> None:
    """The page that explains an error is kept up to 64 KiB, also of one that never ends; the next page comes as ever."""
    with Fetcher(SETTINGS) as fetcher:
        requests = [PageRequest(web.address + path) for path in ("/challenge", "/endless-503", "/page")]
        pages = {page.url.removeprefix(web.address): page for page in fetcher.fetch(requests)}
    assert {path: (page.outcome, page.http_status) for path, page in pages.items()} == {
        "/challenge": (Outcome.SERVER_ERROR, 503),
        "/endless-503": (Outcome.SERVER_ERROR, 503),
        "/page": (Outcome.READABLE, 200),
    }
    assert pages["/challenge"].body == CHALLENGE
    assert pages["/endless-503"].body == (b"<p>and on</p>" * 5042)[: 64 * 1024]


def test_the_network_of_the_answer_is_told(web: HostileWeb, free_port: int) -> None:
    """The network that an answer came from is told, not the proxy's; a host that refuses has no answer."""
    assert fetch(f"{web.address}/page").network == "127.0.0.0/24"
    assert fetch(f"{web.address}/missing").network == "127.0.0.0/24"
    proxied = FetchSettings(allow_private_addresses=True, delay_s=0.0, proxy=web.address)
    assert fetch("http://there.example/page", proxied).network == ""
    assert fetch(f"http://127.0.0.1:{free_port}/").network == ""


def test_a_redirect_chain_is_kept(web: HostileWeb) -> None:
    """Every hop is kept with its status, and the page that answered is named."""
    page = fetch(f"{web.address}/chain/8")
    hops = tuple(Redirect(301, f"{web.address}/chain/{number}") for number in (9, 10, 11))
    assert (page.redirects, page.final_url) == (hops, hops[-1].url)


def test_headers_of_the_answer_are_kept(web: HostileWeb) -> None:
    """Header names come in lower case, repeats joined, whatever bytes they are made of."""
    assert fetch(f"{web.address}/latin-1").headers["x-place"] == "café, bar"


def test_a_port_where_nobody_listens_refuses(free_port: int) -> None:
    """A host that refuses connections is told as such, and robots.txt is named as what was asked for."""
    page = fetch(f"http://127.0.0.1:{free_port}/")
    assert (page.outcome, page.http_status) == (Outcome.CONNECTION_REFUSED, None)
    assert "robots.txt" in page.detail


def test_a_certificate_that_nobody_vouches_for_is_a_tls_error(tmp_path: Path) -> None:
    """TLS is verified: a self-signed certificate gets no request."""
    with HostileWeb({"/": answer(200, PAGE)}, tls=_self_signed(tmp_path)) as web:
        assert fetch(f"https://localhost:{web.port}/").outcome is Outcome.TLS_ERROR
        assert web.asked == []


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "CURL_CA_BUNDLE"])
def test_a_companys_own_authority_is_trusted_where_the_environment_names_it(tmp_path: Path, name: str) -> None:
    """A certificate that the environment's file of authorities vouches for is as good as any."""
    with HostileWeb({"/": answer(200, PAGE)}, tls=_self_signed(tmp_path)) as web:
        with Fetcher(SETTINGS, environ={name: str(tmp_path / "own.pem")}) as fetcher:
            (page,) = fetcher.fetch([PageRequest(f"https://localhost:{web.port}/")])
        assert page.outcome is Outcome.READABLE


def test_validators_are_sent_and_304_is_an_outcome() -> None:
    """Validators of the last look are sent for the page itself, and not to where it redirects."""
    with HostileWeb({"/a": answer(304), "/b": moved("/a"), "/c": answer(304)}) as web, Fetcher(SETTINGS) as fetcher:
        requests = [PageRequest(web.address + path, '"v1"', "Sun, 22 Nov 2026 12:00:00 GMT") for path in ("/a", "/b")]
        requests.append(PageRequest(f"{web.address}/c", '"v1"\r\nX-Injected: 1'))
        pages = {page.url.removeprefix(web.address): page for page in fetcher.fetch(requests)}
        sent = [(asked.target, asked.headers.get("if-none-match")) for asked in web.asked[1:]]
    assert {path: page.outcome for path, page in pages.items()} == {
        "/a": Outcome.NOT_MODIFIED,
        "/b": Outcome.HTTP_ERROR,
        "/c": Outcome.NOT_MODIFIED,
    }
    assert sent == [("/a", '"v1"'), ("/b", '"v1"'), ("/a", None), ("/c", None)]
    assert web.asked[1].headers["if-modified-since"] == "Sun, 22 Nov 2026 12:00:00 GMT"
    assert "x-injected" not in web.asked[-1].headers


def test_a_sitemap_comes_as_it_is() -> None:
    """With the types of sitemaps, a compressed file is handed on as the file that it is."""
    body = b"\x1f\x8b not really gzip"
    with (
        HostileWeb({"/sitemap.xml.gz": answer(200, body, "Content-Type: application/x-gzip")}) as web,
        Fetcher(SETTINGS) as fetcher,
    ):
        (page,) = fetcher.fetch([PageRequest(f"{web.address}/sitemap.xml.gz")], accept=XML_TYPES)
    assert (page.outcome, page.body) == (Outcome.READABLE, body)


def test_a_fetch_that_was_left_early_leaves_nothing_behind(web: HostileWeb) -> None:
    """A reader that stops half-way may fetch again: what was not read is forgotten, what is asked for comes once."""
    with Fetcher(SETTINGS) as fetcher:
        pages = fetcher.fetch([PageRequest(f"{web.address}/page?{number}") for number in range(5)])
        assert next(pages).outcome is Outcome.PAGE_NOT_FOUND
        with pytest.raises(RuntimeError, match="one fetch at a time"):
            next(fetcher.fetch([PageRequest(f"{web.address}/page")]))
        pages.close()  # type: ignore[attr-defined]  # a generator, which the signature does not promise
        assert [page.url for page in fetcher.fetch([PageRequest(f"{web.address}/page")])] == [f"{web.address}/page"]


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(start).not_valid_after(start + datetime.timedelta(days=36500))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    encoding = serialization.Encoding.PEM
    pem = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "own.pem").write_bytes(pem + builder.sign(key, hashes.SHA256()).public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context
