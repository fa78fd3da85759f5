"""What statuses, headers, bytes and transport errors mean."""

import errno
import gzip
from pathlib import Path

import pycurl
import pytest

from linkwatch.errors import SettingsError
from linkwatch.fetch.answers import HTML_TYPES, MAX_ERROR_BODY_BYTES, XML_TYPES, Answer, Expected, bytes_wanted, judge
from linkwatch.fetch.transfer import ca_file_of, network_of, parse_head
from linkwatch.model import Outcome

HTML = {"content-type": "text/html; charset=utf-8"}
EXPECTED = Expected(HTML_TYPES, max_body_bytes=1000, max_compressed_bytes=500)
PROXIED = Expected(HTML_TYPES, 1000, 500, proxied=True)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.READABLE),
        (203, Outcome.READABLE),
        (204, Outcome.EMPTY),
        (205, Outcome.EMPTY),
        (202, Outcome.HTTP_ERROR),
        (206, Outcome.HTTP_ERROR),
        (300, Outcome.HTTP_ERROR),
        (302, Outcome.HTTP_ERROR),
        (304, Outcome.HTTP_ERROR),
        (400, Outcome.HTTP_ERROR),
        (401, Outcome.BLOCKED),
        (403, Outcome.BLOCKED),
        (404, Outcome.PAGE_NOT_FOUND),
        (405, Outcome.HTTP_ERROR),
        (407, Outcome.BLOCKED),
        (410, Outcome.PAGE_GONE),
        (418, Outcome.HTTP_ERROR),
        (429, Outcome.BLOCKED),
        (451, Outcome.BLOCKED),
        (500, Outcome.SERVER_ERROR),
        (503, Outcome.SERVER_ERROR),
        (599, Outcome.SERVER_ERROR),
        (999, Outcome.BLOCKED),
    ],
)
def test_every_status_has_one_outcome(status: int, outcome: Outcome) -> None:
    """A status decides the outcome, also of a redirect that leads nowhere and of a 304 that nobody asked for."""
    verdict = judge(Answer(status=status, headers=HTML, body=b"<p>hello</p>"), EXPECTED)
    assert verdict.outcome is outcome
    assert str(status) in verdict.detail


def test_304_is_an_answer_to_validators() -> None:
    """Where validators were sent, 304 says that the page is as it was."""
    conditional = Expected(HTML_TYPES, 1000, 500, conditional=True)
    assert judge(Answer(status=304), conditional).outcome is Outcome.NOT_MODIFIED


@pytest.mark.parametrize(
    ("error", "os_errno", "outcome"),
    [
        (pycurl.E_COULDNT_RESOLVE_HOST, 0, Outcome.DNS_ERROR),
        (pycurl.E_COULDNT_CONNECT, errno.ECONNREFUSED, Outcome.CONNECTION_REFUSED),
        (pycurl.E_COULDNT_CONNECT, errno.ENETUNREACH, Outcome.TIMEOUT),
        (pycurl.E_COULDNT_CONNECT, errno.EHOSTUNREACH, Outcome.TIMEOUT),
        (pycurl.E_OPERATION_TIMEDOUT, 0, Outcome.TIMEOUT),
        (pycurl.E_SSL_CONNECT_ERROR, 0, Outcome.TLS_ERROR),
        (pycurl.E_PEER_FAILED_VERIFICATION, 0, Outcome.TLS_ERROR),
        (pycurl.E_GOT_NOTHING, 0, Outcome.CONNECTION_RESET),
        (pycurl.E_RECV_ERROR, errno.ECONNRESET, Outcome.CONNECTION_RESET),
        (pycurl.E_SEND_ERROR, errno.EPIPE, Outcome.CONNECTION_RESET),
        (pycurl.E_UNSUPPORTED_PROTOCOL, 0, Outcome.HTTP_ERROR),
    ],
)
def test_every_transport_error_has_one_outcome(error: int, os_errno: int, outcome: Outcome) -> None:
    """An answer that never came ends as what stood in its way; no route is never told as a refusal."""
    assert judge(Answer(error=error, os_errno=os_errno), EXPECTED).outcome is outcome


def test_a_status_counts_though_its_body_broke_off() -> None:
    """A 404 is a 404, whatever became of the page that explains it; a 200 needs its whole body."""
    assert judge(Answer(error=pycurl.E_PARTIAL_FILE, status=404, headers=HTML), EXPECTED).outcome is Outcome.PAGE_NOT_FOUND
    assert judge(Answer(error=pycurl.E_PARTIAL_FILE, status=200, headers=HTML), EXPECTED).outcome is Outcome.TRUNCATED


@pytest.mark.parametrize(
    ("said", "status", "outcome"),
    [
        ("ERR_DNS_FAIL 0", 503, Outcome.DNS_ERROR),
        ("ERR_CONNECT_FAIL 111", 503, Outcome.CONNECTION_REFUSED),
        ("ERR_CONNECT_FAIL 110", 503, Outcome.TIMEOUT),
        ("ERR_CONNECT_FAIL 113", 503, Outcome.TIMEOUT),
        ("ERR_READ_TIMEOUT 0", 504, Outcome.TIMEOUT),
        ("ERR_READ_ERROR 104", 502, Outcome.CONNECTION_RESET),
        ("ERR_ZERO_SIZE_OBJECT 0", 502, Outcome.CONNECTION_RESET),
        ("ERR_SECURE_CONNECT_FAIL 71", 503, Outcome.TLS_ERROR),
        ("ERR_ACCESS_DENIED 0", 403, Outcome.BLOCKED),
        ("ERR_SOMETHING_NEW 0", 503, Outcome.SERVER_ERROR),
        ("ERR_DNS_FAIL 0", 200, Outcome.READABLE),
    ],
)
def test_a_proxy_says_why_a_host_could_not_be_read(said: str, status: int, outcome: Outcome) -> None:
    """Squid's X-Squid-Error is believed behind a proxy, and only there."""
    answer = Answer(status=status, headers={**HTML, "x-squid-error": said}, body=b"<p>hello</p>")
    assert judge(answer, PROXIED).outcome is outcome
    assert judge(answer, EXPECTED).outcome is judge(Answer(status=status, headers=HTML, body=b"<p>hello</p>"), EXPECTED).outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(error=pycurl.E_COULDNT_CONNECT, os_errno=errno.ECONNREFUSED), Outcome.TIMEOUT),
        (Answer(error=pycurl.E_COULDNT_RESOLVE_PROXY), Outcome.TIMEOUT),
        (Answer(error=pycurl.E_RECV_ERROR, proxy_status=502), Outcome.SERVER_ERROR),
        (Answer(error=pycurl.E_RECV_ERROR, proxy_status=407), Outcome.BLOCKED),
        (Answer(error=pycurl.E_RECV_ERROR, proxy_status=503, headers={"x-squid-error": "ERR_DNS_FAIL 0"}), Outcome.DNS_ERROR),
        (Answer(error=pycurl.E_SSL_CONNECT_ERROR, proxy_status=200), Outcome.TLS_ERROR),
    ],
)
def test_trouble_with_the_proxy_is_not_the_hosts(answer: Answer, outcome: Outcome) -> None:
    """A proxy that is down never reads as a host that refuses; what it says of a tunnel is believed."""
    assert judge(answer, PROXIED).outcome is outcome


@pytest.mark.parametrize(
    ("status", "headers", "body", "kept"),
    [
        (404, {}, b"<p>Not here</p>", b"<p>Not here</p>"),
        (503, {}, b"x" * 70_000, b"x" * 70_000),  # the transfer has cut it already
        (503, {"content-encoding": "gzip"}, gzip.compress(b"y" * 100_000), b"y" * MAX_ERROR_BODY_BYTES),
        (403, {"content-encoding": "gzip"}, gzip.compress(b"<p>No</p>")[:-9], b"<p>No</p>"),
        (403, {"content-encoding": "compress"}, b"\x1f\x9d", b""),
        (202, {}, b"<p>Wait</p>", b"<p>Wait</p>"),
        (429, {}, b"", b""),
        (302, {}, b"<p>Moved</p>", b""),
        (206, {}, b"<p>Half a", b""),
    ],
)
def test_the_page_that_explains_an_error_is_kept(status: int, headers: dict[str, str], body: bytes, kept: bytes) -> None:
    """Of an error answer the body's start is kept, decompressed, whatever became of its end; of a redirect nothing is."""
    assert judge(Answer(status=status, headers={**HTML, **headers}, body=body), EXPECTED).body == kept


def test_the_proxys_own_error_page_explains_nothing() -> None:
    """An error page that the proxy made is not kept: it says nothing of the host."""
    said = {**HTML, "x-squid-error": "ERR_ACCESS_DENIED 0"}
    assert judge(Answer(status=403, headers=said, body=b"<p>Squid</p>"), PROXIED).body == b""
    assert judge(Answer(status=403, headers=HTML, body=b"<p>Theirs</p>"), PROXIED).body == b"<p>Theirs</p>"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", ""),
    ],
)
def test_networks(address: str, network: str) -> None:
    """An address belongs to the network that one owner usually has: /24 and /48."""
    assert network_of(address) == network


def test_certificates_named_by_the_environment(tmp_path: Path) -> None:
    """The variable of curl goes before OpenSSL's, an empty one names none, and a file that is not there is said at once."""
    file, other = tmp_path / "a.pem", tmp_path / "b.pem"
    file.touch()
    other.touch()
    assert ca_file_of({"SSL_CERT_FILE": str(file)}) == str(file)
    assert ca_file_of({"SSL_CERT_FILE": str(file), "CURL_CA_BUNDLE": str(other)}) == str(other)
    assert ca_file_of({"CURL_CA_BUNDLE": ""}) == ""
    with pytest.raises(SettingsError, match=r"\$SSL_CERT_FILE is .*missing\.pem.*no file"):
        ca_file_of({"SSL_CERT_FILE": str(tmp_path / "missing.pem")})


@pytest.mark.parametrize(
    "headers", [{"cf-mitigated": "challenge"}, {"x-amzn-waf-action": "captcha"}, {"x-vercel-mitigated": "challenge"}]
)
@pytest.mark.parametrize("status", [200, 202, 403, 405, 503])
def test_an_announced_challenge_is_blocked(headers: dict[str, str], status: int) -> None:
    """A challenge that the server names in its headers is no page, no error and no loss."""
    answer = Answer(status=status, headers={**HTML, **headers}, body=b"<p>Are you human?</p>")
    assert judge(answer, EXPECTED).outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    ("content_type", "body", "outcome"),
    [
        ("text/html", b"<p>", Outcome.READABLE),
        ("TEXT/HTML ;charset=x", b"<p>", Outcome.READABLE),
        ("application/xhtml+xml", b"<p>", Outcome.READABLE),
        ("application/pdf", b"<p>", Outcome.NOT_HTML),
        ("", b"<p>", Outcome.NOT_HTML),
        (None, b" \n<!doctype html>", Outcome.READABLE),
        (None, b"\xef\xbb\xbf<html>", Outcome.READABLE),
        (None, "<html>".encode("utf-16"), Outcome.READABLE),
        (None, b"GIF89a", Outcome.NOT_HTML),
        (None, b"<\0\0\0", Outcome.NOT_HTML),
        ("text/html", b" \r\n\t ", Outcome.EMPTY),
        ("text/html", b"", Outcome.EMPTY),
    ],
)
def test_content_types(content_type: str | None, body: bytes, outcome: Outcome) -> None:
    """The content type decides; where there is none the body's beginning does."""
    headers = {} if content_type is None else {"content-type": content_type}
    verdict = judge(Answer(status=200, headers=headers, body=body), EXPECTED)
    assert (verdict.outcome, verdict.body) == (outcome, body if outcome is Outcome.READABLE else b"")


def test_a_compressed_sitemap_is_the_file_that_it_is() -> None:
    """With the types of sitemaps a gzip file is returned as it is, and a page of HTML is not one."""
    sitemaps = Expected(XML_TYPES, 1000, 500)
    answer = Answer(status=200, headers={"content-type": "application/x-gzip"}, body=b"\x1f\x8b...")
    assert judge(answer, sitemaps).body == b"\x1f\x8b..."
    assert judge(Answer(status=200, headers=HTML, body=b"<p>"), sitemaps).outcome is Outcome.NOT_HTML


@pytest.mark.parametrize(
    ("status", "headers", "wanted"),
    [
        (200, HTML, 1000),
        (200, {**HTML, "content-length": "1000"}, 1000),
        (200, {**HTML, "content-length": "1001"}, 0),
        (200, {**HTML, "content-length": "9" * 40}, 0),
        (200, {**HTML, "content-encoding": "br"}, 500),
        (200, {**HTML, "content-encoding": "identity"}, 1000),
        (200, {"content-type": "video/mp4"}, 65536),
        (301, {**HTML, "content-length": "70000"}, 0),
        (404, {**HTML, "content-length": "70000"}, 65536),
    ],
)
def test_no_more_is_read_than_can_be_of_use(status: int, headers: dict[str, str], wanted: int) -> None:
    """The cap on a body follows from its headers; one that declares itself larger is not read, unless it explains an error."""
    assert bytes_wanted(status, headers, EXPECTED) == wanted


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        ([], (0, {})),
        ([b"HTTP/1.1 200 OK\r\n", b"X-Robots-Tag: noindex\r\n", b"x-robots-tag:nofollow\r\n"], (200, "noindex, nofollow")),
        ([b"HTTP/1.1 404\n", b"X-Robots-Tag: caf\xc3\xa9\n"], (404, "café")),
        ([b"HTTP/1.1 200 OK\r\n", b"X-Robots-Tag: caf\xe9\r\n", b"no colon\r\n"], (200, "café")),
    ],
)
def test_header_lines(lines: list[bytes], head: tuple[int, str | dict[str, str]]) -> None:
    """Names come in lower case, repeats joined, UTF-8 where it is and Latin-1 where not."""
    status, headers = parse_head(lines)
    assert (status, headers.get("x-robots-tag", {})) == head
