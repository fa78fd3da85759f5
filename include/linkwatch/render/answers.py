"""What a rendered page means: answers, the browser's errors and the state of the page become one outcome. No browser here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from linkwatch.model import STATUS_OUTCOMES, Outcome

PIECES = frozenset({"script", "xhr", "fetch"})
"""Kinds of requests that a page may build its links from (names as Playwright gives them)."""

_HTML_TYPES = ("text/html", "application/xhtml+xml")
_NO_CONTENT_STATUSES = (204, 205)
# Chromium's names (net/base/net_error_list.h); the first that the message holds counts.
_BROWSER_ERRORS = (
    ("ERR_NAME_NOT_RESOLVED", Outcome.DNS_ERROR, "the host's name does not resolve"),
    ("ERR_CONNECTION_REFUSED", Outcome.CONNECTION_REFUSED, "the host refuses connections"),
    ("ERR_CONNECTION_RESET", Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    ("ERR_CONNECTION_CLOSED", Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    ("ERR_EMPTY_RESPONSE", Outcome.CONNECTION_RESET, "the server broke the connection before it had answered"),
    ("ERR_CERT_", Outcome.TLS_ERROR, "no trusted TLS connection"),
    ("ERR_SSL_", Outcome.TLS_ERROR, "no trusted TLS connection"),
    ("ERR_BAD_SSL", Outcome.TLS_ERROR, "no trusted TLS connection"),
    ("ERR_TOO_MANY_REDIRECTS", Outcome.TOO_MANY_REDIRECTS, "the redirects do not end"),
    ("ERR_CONTENT_LENGTH_MISMATCH", Outcome.TRUNCATED, "the connection ended before the page did"),
    ("ERR_INCOMPLETE_CHUNKED_ENCODING", Outcome.TRUNCATED, "the connection ended before the page did"),
    ("ERR_CONTENT_DECODING_FAILED", Outcome.TRUNCATED, "the page cannot be unpacked"),
    ("ERR_TIMED_OUT", Outcome.TIMEOUT, "no complete answer in time"),
    ("ERR_CONNECTION_TIMED_OUT", Outcome.TIMEOUT, "no complete answer in time"),
    ("Download is starting", Outcome.NOT_HTML, "the server sent a file to download"),
    ("ERR_", Outcome.HTTP_ERROR, "the server does not speak HTTP as the browser knows it"),
)
# The browser's words for an error without a body, for "no content" and for a login: the status has said it better.
_SAID_BY_STATUS = ("ERR_HTTP_RESPONSE_CODE_FAILURE", "ERR_ABORTED", "ERR_INVALID_AUTH_CREDENTIALS")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser showed of a page, before anybody judged it."""

    answers: tuple[tuple[int, str], ...] = ()  # status and URL of each document that answered for the page, in order
    headers: Mapping[str, str] = field(default_factory=dict)  # of the last one
    failure: tuple[Outcome, str] | None = None  # what the gate says of the document's connection
    trouble: str = ""  # the browser's own words where a document could not be had
    crashed: bool = False
    html: bytes | None = None  # the page as it stands, UTF-8; None: it could not be read
    size: int = 0  # of the page, where it is too large to be read
    elsewhere: str = ""  # where the browser stands when that is no web page ("about:blank")
    has_content: bool = False  # text or links
    at_rest: bool = False  # loaded, and nothing under way any more
    lacking: str = ""  # a piece that the page may have wanted and did not get


def judge(shown: Shown, timeout_s: float, max_redirects: int) -> tuple[Outcome, str]:
    """One outcome, and one sentence for people.

    A page of which pieces are missing, or that is still at work when its time is up, cannot tell: what is not there may come.
    """
    if shown.crashed:
        return Outcome.NEEDS_RENDERING, "the page crashed the browser"
    if shown.failure:
        return shown.failure
    if shown.trouble and not (shown.answers and any(name in shown.trouble for name in _SAID_BY_STATUS)):
        return _of_trouble(shown.trouble)
    if not shown.answers:
        return Outcome.TIMEOUT, f"no answer within {timeout_s:g} s (render.timeout_s)"
    if len(shown.answers) - 1 > max_redirects:
        return Outcome.TOO_MANY_REDIRECTS, f"more than {max_redirects} redirects"
    return _of_status(shown) or _of_page(shown, timeout_s)


def is_lacking(kind: str, status: int, same_owner: bool) -> bool:
    """True where the answer to a request of a page (0: none) may have cost the page links.

    404 is an answer, 401 the usual one to "who am I?". Other people's scripts are trackers more often than not.
    """
    if kind not in PIECES or (kind == "script" and not same_owner):
        return False
    if status == 429 or status >= 500:
        return True
    return same_owner and status in (0, 403)


def _of_trouble(words: str) -> tuple[Outcome, str]:
    for name, outcome, sentence in _BROWSER_ERRORS:
        if name in words:
            known = words[words.index(name) :].split()[0] if name.startswith("ERR_") else ""
            return outcome, f"{sentence} (net::{known})" if known else sentence
    return Outcome.NEEDS_RENDERING, "the browser could not open the page"


def _of_status(shown: Shown) -> tuple[Outcome, str] | None:
    status = shown.answers[-1][0]
    if "x-squid-error" in shown.headers and status >= 500:
        return Outcome.TIMEOUT, f"the proxy answered {status} in the page's place"
    if shown.headers.get("cf-mitigated", "").strip().lower() == "challenge":
        return Outcome.BLOCKED, f"the server answered {status} with a challenge for people"
    if status in (200, 203):
        return None
    if status in _NO_CONTENT_STATUSES:
        return Outcome.EMPTY, f"the server answered {status}: no content"
    if status in STATUS_OUTCOMES:
        return STATUS_OUTCOMES[status]
    return Outcome.SERVER_ERROR if 500 <= status <= 599 else Outcome.HTTP_ERROR, f"the server answered {status}"


def _of_page(shown: Shown, timeout_s: float) -> tuple[Outcome, str]:
    given = shown.headers.get("content-type", "text/html")
    if given.partition(";")[0].strip().lower() not in _HTML_TYPES:
        return Outcome.NOT_HTML, f"the content type is {given[:100]}; expected {' or '.join(_HTML_TYPES)}"
    if shown.elsewhere:
        return Outcome.NEEDS_RENDERING, f"the page left the browser at {shown.elsewhere[:100]}, which is no web page"
    if shown.size:
        return Outcome.TOO_LARGE, f"the page as the browser built it is too large: {shown.size:,} characters"
    if shown.html is None:
        return Outcome.TIMEOUT, "the page keeps the browser so busy that it cannot be read"
    if not shown.at_rest:
        return Outcome.TIMEOUT, f"the page was still at work after {timeout_s:g} s (render.timeout_s)"
    if not shown.has_content:
        return Outcome.EMPTY, "the page shows neither text nor links in a browser"
    if shown.lacking:
        return Outcome.TRUNCATED, f"the page did not get all that it asked for: {shown.lacking}"
    return Outcome.READABLE, f"the server answered {shown.answers[-1][0]}, and a browser ran the page"
