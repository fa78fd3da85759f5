"""One HTTP session with one vendor: one attempt in, an answer or a failure out. Knows no vendor, no price, no second try.

What comes back is a stranger's: bodies are capped as they are read, decompressed, and nothing of them is believed here.
Redirects are not followed, because the key would go along. Keys stand in some vendors' query strings, so no text of the
libraries below is passed on (theirs quote the address), and what they log meanwhile is masked.
"""

import html
import logging
import re
import time
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, quote_plus

import orjson
import requests
import urllib3
from requests.auth import AuthBase

from linkwatch.errors import SourceError

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 120.0
"""Seconds without a byte; a vendor counts a big site's links for a minute before it says the first word."""
MAX_SECONDS = 600.0
"""For one whole answer, however steadily it drips."""
MAX_BYTES = 50 * 1024 * 1024
"""Of one answer, decompressed; three times the largest page of rows that we ask for."""

_CHUNK = 64 * 1024
_ANY_ZLIB = 32 + zlib.MAX_WBITS  # gzip or zlib, as its head says
_MASK = "(key)"
_HALF_CHARACTER = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_LOGGERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.response")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor answered, whatever its status."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed
    of: str = ""  # whose answer, for errors: "ahrefs_api (site-explorer/all-backlinks)"

    def json(self) -> Any:
        """The document in it. Raises SourceError when it is cut off or no JSON."""
        for body in (self.body, _mended(self.body)):
            with suppress(orjson.JSONDecodeError):
                return orjson.loads(body)
        kind = self.headers.get("content-type", "no type").partition(";")[0][:100]
        raise SourceError(
            f"answer of {self.of} is no JSON: got {len(self.body):,} bytes of {kind}, cut off or an error page; try again later"
        )

    def text(self) -> str:
        """The body as UTF-8, without a byte order mark; what is none is replaced."""
        return self.body.decode("utf-8-sig", errors="replace")


class Failure(Exception):
    """An attempt without an answer that can be used; never shown to people as it is."""

    def __init__(self, status: str, why: str, *, may_cost: bool, again: bool) -> None:
        super().__init__(why)
        self.status = status  # for the ledger: "timeout", "reset", …
        self.why = why  # a few words for people
        self.may_cost = may_cost  # the vendor may have done the work and charged for it
        self.again = again  # another try may go better


class Session:
    """Connections to one vendor, kept open between calls; close it, or use it in a `with`."""

    def __init__(
        self,
        headers: Mapping[str, str],
        auth: tuple[str, str] | None,
        secrets: Sequence[str],
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._http = requests.Session()
        self._http.headers.update({"User-Agent": "linkwatch", "Accept-Encoding": "gzip", **headers})
        self._http.auth = auth or _NoAuth()
        basic = [b64encode(":".join(auth).encode()).decode()] if auth else []
        self._secrets = sorted(
            {spelling for secret in (*secrets, *basic) for spelling in _spellings(secret)}, key=len, reverse=True
        )
        self._timeout = (CONNECT_TIMEOUT_S, read_timeout_s)
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes

    def send(self, method: str, url: str, params: Mapping[str, Any], json: Any, of: str) -> Answer:
        """One attempt. Raises Failure when there is no whole answer."""
        failure: Failure | None = None
        with self._quiet():
            try:
                with self._http.request(
                    method, url, params=params, json=json, timeout=self._timeout, stream=True, allow_redirects=False
                ) as response:
                    headers = {name.lower(): value for name, value in response.headers.items()}
                    return Answer(response.status_code, headers, self._body(response), of)
            except (requests.RequestException, urllib3.exceptions.HTTPError, zlib.error) as error:
                failure = _failure(error)
        raise failure  # outside of the handler: the error that it stands for quotes the address, and must not hang on it

    def masked(self, text: str) -> str:
        """The text without keys, for people."""
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _body(self, response: requests.Response) -> bytes:
        """The body, decompressed, as it comes: the reader of requests would wait for whole blocks, and so for ever."""
        ends = time.monotonic() + self._max_seconds
        inflater = zlib.decompressobj(_ANY_ZLIB) if response.headers.get("Content-Encoding", "").lower() == "gzip" else None
        body = bytearray()
        while chunk := response.raw.read1(_CHUNK, decode_content=False):
            body += inflater.decompress(chunk, self._max_bytes + 1 - len(body)) if inflater else chunk
            if len(body) > self._max_bytes:
                raise Failure("too large", f"the answer is larger than {self._max_bytes:,} bytes", may_cost=True, again=False)
            if time.monotonic() > ends:
                raise Failure("timeout", f"the answer took longer than {self._max_seconds:g} s", may_cost=True, again=True)
        if inflater and not inflater.eof:
            raise zlib.error("ends in the middle")
        return bytes(body)

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Keys are masked in what the libraries log."""
        mask = _Mask(self)
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        for logger in loggers:
            logger.addFilter(mask)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(mask)


class _NoAuth(AuthBase):
    """Keeps requests from putting a password of ~/.netrc in the place of the key."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Mask(logging.Filter):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args, record.exc_info = self._session.masked(record.getMessage()), (), None
        return True


def _spellings(secret: str) -> set[str]:
    """How a secret looks in an address, in JSON and in HTML: error pages quote what they were sent."""
    return {secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/"), html.escape(secret)} - {""}


def _mended(body: bytes) -> bytes:
    """The document without what no text may have: anchors are cut in the middle of an emoji, or were never UTF-8."""
    return _HALF_CHARACTER.sub(rb"\\ufffd", body.decode(errors="replace").encode())


def _failure(error: Exception) -> Failure:
    if isinstance(error, requests.exceptions.SSLError):
        return Failure("tls", "its certificate or TLS cannot be trusted", may_cost=False, again=False)
    if isinstance(error, requests.exceptions.ProxyError | requests.ConnectTimeout) or _was_not_sent(error):
        return Failure("refused", "it cannot be connected to", may_cost=False, again=True)
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return Failure("timeout", "no answer in time", may_cost=True, again=True)
    if isinstance(error, requests.ConnectionError):
        return Failure("reset", "the connection broke", may_cost=True, again=True)
    if isinstance(error, urllib3.exceptions.HTTPError | zlib.error):
        return Failure("cut off", "the answer was cut off", may_cost=True, again=True)
    return Failure("unsent", "its address or its key cannot be sent", may_cost=False, again=False)


def _was_not_sent(error: Exception) -> bool:
    """True where no connection came about: refused, no route, no such host."""
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, urllib3.exceptions.NewConnectionError)
