"""What an answer means: status, headers, bytes and transport errors become one outcome and one sentence. No network here.

It does not look at the page's content: challenge pages, soft 404s and parked domains that answer 200 are extract's to tell.
"""

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pycurl

from linkwatch.fetch.decoding import Problem, codings, decode
from linkwatch.model import STATUS_OUTCOMES, Outcome

HTML_TYPES = ("text/html", "application/xhtml+xml")
XML_TYPES = (
    *("application/xml", "text/xml", "application/rss+xml", "application/atom+xml", "text/plain"),
    *("application/gzip", "application/x-gzip", "application/octet-stream"),
)
"""Sitemaps and feeds as servers label them; a `.xml.gz` comes as the file that it is, still compressed."""

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
_PAGE_STATUSES = frozenset({200, 203})
_NO_CONTENT_STATUSES = frozenset({204, 205})
_CHALLENGES = (
    ("cf-mitigated", "challenge"),  # Cloudflare
    ("x-amzn-waf-action", "challenge"),  # AWS WAF
    ("x-amzn-waf-action", "captcha"),
    ("x-vercel-mitigated", "challenge"),
)
_ACCEPTED = 202  # some challenges come with it (AWS WAF, SiteGround)
MAX_ERROR_BODY_BYTES = 64 * 1024
"""Of the page that explains an error: it tells a challenge from an outage, and all that do are shorter."""

_DRAIN_BYTES = 64 * 1024  # of a body that nobody wants: read to keep the connection, unless it is longer than this

_TRANSPORT = {
    pycurl.E_COULDNT_RESOLVE_HOST: (Outcome.DNS_ERROR, "the host's name does not resolve"),
    pycurl.E_OPERATION_TIMEDOUT: (Outcome.TIMEOUT, "no complete answer in time"),
    pycurl.E_PARTIAL_FILE: (Outcome.TRUNCATED, "the connection ended before the body did"),
    # One event to a person: which of the three it is depends on which packet comes first.
    pycurl.E_GOT_NOTHING: (Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    pycurl.E_RECV_ERROR: (Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    pycurl.E_SEND_ERROR: (Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    **dict.fromkeys(
        (
            *(pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CIPHER, pycurl.E_SSL_CACERT_BADFILE),
            *(pycurl.E_SSL_CERTPROBLEM, pycurl.E_SSL_ISSUER_ERROR, pycurl.E_SSL_INVALIDCERTSTATUS, pycurl.E_USE_SSL_FAILED),
        ),
        (Outcome.TLS_ERROR, "no trusted TLS connection"),
    ),
}
# What Squid says in X-Squid-Error about a host that it could not read for us (its error page names, errors/templates).
_PROXY_ERRORS = {
    "ERR_DNS_FAIL": (Outcome.DNS_ERROR, "the host's name does not resolve"),
    "ERR_CONNECT_FAIL": (Outcome.CONNECTION_REFUSED, "the host refuses connections"),
    "ERR_SECURE_CONNECT_FAIL": (Outcome.TLS_ERROR, "no trusted TLS connection"),
    "ERR_READ_TIMEOUT": (Outcome.TIMEOUT, "no complete answer in time"),
    "ERR_LIFETIME_EXP": (Outcome.TIMEOUT, "no complete answer in time"),
    "ERR_READ_ERROR": (Outcome.CONNECTION_RESET, "the connection broke while it was read"),
    "ERR_WRITE_ERROR": (Outcome.CONNECTION_RESET, "the connection broke while it was asked"),
    "ERR_ZERO_SIZE_OBJECT": (Outcome.CONNECTION_RESET, "the server closed the connection without an answer"),
}
_NO_ROUTE = frozenset({errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended, before anybody judged it."""

    error: int = 0  # libcurl's code; 0: the answer is complete
    message: str = ""  # libcurl's own words
    os_errno: int = 0
    status: int = 0  # 0: nobody answered for the page
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case, repeats joined by ", "
    body: bytes = b""  # as it came, compressed or not
    cut: bool = False  # we stopped reading the body at the limit
    head_cut: bool = False  # we stopped reading the headers
    refused: str = ""  # kind of address that the guard refused
    proxy_status: int = 0  # of the proxy's answer to CONNECT
    address: str = ""  # IP address that the connection went to: the host's, or the proxy's
    elapsed_ms: int = 0


@dataclass(frozen=True, slots=True)
class Expected:
    """What a request is prepared to take."""

    types: Sequence[str]  # content types; empty: any
    max_body_bytes: int
    max_compressed_bytes: int
    proxied: bool = False
    conditional: bool = False  # validators were sent, so that 304 is an answer
    start_suffices: bool = False  # of a body above the limit its start is wanted


@dataclass(frozen=True, slots=True)
class Verdict:
    """One outcome, the body where it is readable or explains an error, and one sentence for people."""

    outcome: Outcome
    detail: str
    body: bytes = b""  # with too_large and with errors its start
    by_proxy: bool = False  # the proxy answered in the page's place


def bytes_wanted(status: int, headers: Mapping[str, str], expected: Expected) -> int:
    """How much of the body to read, seen from its headers; a body that declares itself larger is not worth a byte."""
    is_page = status in _PAGE_STATUSES and _type_fits(headers, expected)
    if _explains(status):
        return MAX_ERROR_BODY_BYTES
    wanted = _page_limit(headers, expected) if is_page else _DRAIN_BYTES
    declared = "" if expected.start_suffices else headers.get("content-length", "")
    return 0 if declared.isdigit() and int(declared[:18]) > wanted else wanted


def judge(answer: Answer, expected: Expected) -> Verdict:
    """What became of the page. Redirects are not judged: they have no outcome until their end is known."""
    if answer.refused:
        return Verdict(Outcome.ADDRESS_REFUSED, f"the host leads to a {answer.refused} address")
    if expected.proxied and (verdict := _proxy_failure(answer)):
        return verdict
    if answer.head_cut:
        return Verdict(Outcome.TOO_LARGE, "the answer's headers are larger than any page needs (256 KiB)")
    if not answer.status:
        return _transport_failure(answer)
    if answer.status in _PAGE_STATUSES:
        return _page(answer, expected)
    return _by_status(answer, expected)


def _by_status(answer: Answer, expected: Expected) -> Verdict:
    outcome, detail = _meaning(answer.status, answer.headers, expected)
    is_proxys = expected.proxied and "x-squid-error" in answer.headers
    if not _explains(answer.status) or is_proxys or not answer.body:
        return Verdict(outcome, detail)
    return Verdict(outcome, detail, decode(answer.body, answer.headers.get("content-encoding", ""), MAX_ERROR_BODY_BYTES).body)


def _meaning(status: int, headers: Mapping[str, str], expected: Expected) -> tuple[Outcome, str]:
    if _is_challenge(headers):
        return Outcome.BLOCKED, f"the server answered {status} with a challenge for people"
    if status == 304 and expected.conditional:
        return Outcome.NOT_MODIFIED, "the server answered 304: not modified since the last look"
    if status in _NO_CONTENT_STATUSES:
        return Outcome.EMPTY, f"the server answered {status}: no content"
    if status in STATUS_OUTCOMES:
        return STATUS_OUTCOMES[status]
    if status in REDIRECT_STATUSES:
        return Outcome.HTTP_ERROR, f"the server answered {status} without a web address to go on to"
    outcome = Outcome.SERVER_ERROR if 500 <= status <= 599 else Outcome.HTTP_ERROR
    return outcome, f"the server answered {status}"


def _explains(status: int) -> bool:
    """True for a status whose body may say why there is no page."""
    return status >= 400 or status == _ACCEPTED


def _page(answer: Answer, expected: Expected) -> Verdict:
    if _is_challenge(answer.headers):
        return Verdict(Outcome.BLOCKED, "the server answered with a challenge for people")
    if not _type_fits(answer.headers, expected):
        given = answer.headers["content-type"][:100]
        return Verdict(Outcome.NOT_HTML, f"the content type is {given}; expected {' or '.join(expected.types)}")
    if answer.cut:
        limit = _page_limit(answer.headers, expected)
        start = decode(answer.body, answer.headers.get("content-encoding", ""), expected.max_body_bytes).body
        return Verdict(Outcome.TOO_LARGE, f"the page is larger than the limit of {limit:,} bytes", start)
    if answer.error:
        return _transport_failure(answer)
    body = answer.body
    if encoding := answer.headers.get("content-encoding", ""):
        decoded = decode(body, encoding, expected.max_body_bytes)
        if decoded.problem:
            outcome = Outcome.TOO_LARGE if decoded.problem is Problem.TOO_LARGE else Outcome.TRUNCATED
            return Verdict(outcome, f"the body cannot be read: {decoded.problem.value}", decoded.body)
        body = decoded.body
    if not body or body.isspace():
        return Verdict(Outcome.EMPTY, f"the server answered {answer.status} with an empty body")
    if "content-type" not in answer.headers and "text/html" in expected.types and not _looks_like_html(body):
        return Verdict(Outcome.NOT_HTML, "no content type is given and the body does not look like HTML")
    return Verdict(Outcome.READABLE, f"the server answered {answer.status}", body)


def _transport_failure(answer: Answer) -> Verdict:
    if answer.error == pycurl.E_COULDNT_CONNECT:
        # No route may be our own network's fault, so it is never told as "the host refuses".
        if answer.os_errno in _NO_ROUTE:
            return Verdict(Outcome.TIMEOUT, "the host cannot be reached")
        return Verdict(Outcome.CONNECTION_REFUSED, "the host refuses connections")
    outcome, words = _TRANSPORT.get(answer.error, (Outcome.HTTP_ERROR, "the server does not speak HTTP as we know it"))
    said = answer.message if outcome in (Outcome.TLS_ERROR, Outcome.HTTP_ERROR) else ""
    return Verdict(outcome, f"{words}: {said}" if said else words)


def _proxy_failure(answer: Answer) -> Verdict | None:
    """What the proxy says of the host, or what is wrong with the proxy itself; None: it let an answer through."""
    status = answer.status or answer.proxy_status
    name, _, code = answer.headers.get("x-squid-error", "").partition(" ")
    if status >= 400 and name in _PROXY_ERRORS:
        outcome, words = _PROXY_ERRORS[name]
        if name == "ERR_CONNECT_FAIL" and code.strip().isdigit() and int(code) in _NO_ROUTE:
            outcome, words = Outcome.TIMEOUT, "the host cannot be reached"
        return Verdict(outcome, f"{words} (the proxy says {name})", by_proxy=True)
    if answer.status:
        return None
    if answer.proxy_status >= 400:
        outcome = Outcome.BLOCKED if answer.proxy_status in STATUS_OUTCOMES else Outcome.SERVER_ERROR
        return Verdict(outcome, f"the proxy answered {status} when asked for a connection to the host", by_proxy=True)
    if answer.error in (pycurl.E_COULDNT_CONNECT, pycurl.E_COULDNT_RESOLVE_PROXY):
        # Says nothing about the page: a time-out is the outcome that never becomes a loss.
        return Verdict(Outcome.TIMEOUT, f"the proxy of fetch.proxy cannot be reached: {answer.message}", by_proxy=True)
    return None


def _type_fits(headers: Mapping[str, str], expected: Expected) -> bool:
    given = headers.get("content-type")
    return given is None or not expected.types or given.partition(";")[0].strip().lower() in expected.types


def _page_limit(headers: Mapping[str, str], expected: Expected) -> int:
    compressed = bool(codings(headers.get("content-encoding", "")))
    return min(expected.max_compressed_bytes, expected.max_body_bytes) if compressed else expected.max_body_bytes


def _is_challenge(headers: Mapping[str, str]) -> bool:
    return any(headers.get(name, "").strip().lower() == value for name, value in _CHALLENGES)


def _looks_like_html(body: bytes) -> bool:
    """Markup by its first byte; UTF-16 shows by its byte order mark (WHATWG MIME Sniffing, 7.1, in short)."""
    start = body[:1024]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and b"\0" not in start
