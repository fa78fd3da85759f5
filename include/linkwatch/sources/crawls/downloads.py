"""One large file over HTTP, as a stream of bytes that goes on where it broke off. Knows no format and keeps nothing.

The bytes are those of the file, never those of a Content-Encoding, so that a place in the stream is a place in the file. A file
that changes while it is read is an error: the server is asked for the rest of the version that it began with (If-Range).
"""

import contextlib
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
"""Seconds without a byte."""
MAX_TRIES = 5
"""In a row that bring no byte. Common Crawl's server answers 503 "slow down" when many ask at once."""
MAX_WAIT_S = 60.0
"""Between two tries; a longer Retry-After is cut to it."""

_WAIT_S = 1.0  # before the second try; doubled for each that follows
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
_HEADERS = {"User-Agent": "linkwatch", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Head:
    """What a server says of a file."""

    size: int | None  # bytes; None when it does not say
    modified_at: datetime | None
    version: str  # ETag; "" when it has none


def head_of(url: str, *, sleep: Callable[[float], None] = time.sleep) -> Head:
    """Ask for a file without reading it. Raises OSError with what the server answered."""
    with Download(url, sleep=sleep) as download:
        return download.head


class Download(io.RawIOBase):
    """A file on the web, from its first byte. Raises OSError when it cannot be had, at once or in the middle."""

    def __init__(self, url: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        super().__init__()
        self._url = url
        self._sleep = sleep
        self._place = 0
        self._failures = 0  # in a row
        self._session = requests.Session()
        self._session.headers.update(_HEADERS)
        self._response = self._ask()
        self.head = _head(self._response)

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is newer than 3.11
        """Some of the bytes that follow; 0 at the end."""
        while True:
            block = self._some(len(buffer))
            if block is None:
                self._response = self._ask()
                continue
            if block:
                self._failures = 0
            buffer[: len(block)] = block
            self._place += len(block)
            return len(block)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()
        super().close()

    def _some(self, most: int) -> bytes | None:
        """None: the connection broke."""
        try:
            block: bytes = self._response.raw.read1(most, decode_content=False)
        except (OSError, urllib3.exceptions.HTTPError):
            block = b""
            broke = True
        else:
            broke = not block and self.head.size is not None and self._place < self.head.size
        if not broke:
            return block
        self._response.close()
        self._fail(f"the connection broke after {self._place:,} bytes")
        return None

    def _ask(self) -> requests.Response:
        """An answer whose body begins at the place where we are."""
        headers = {}
        if self._place:
            headers = {"Range": f"bytes={self._place}-"}
            if self.head.version and not self.head.version.startswith("W/"):
                headers["If-Range"] = self.head.version
        while True:
            try:
                response = self._session.get(self._url, headers=headers, stream=True, timeout=_TIMEOUT)
            except requests.ConnectionError:
                self._fail("it cannot be connected to")
            except requests.Timeout:
                self._fail("no answer in time")
            except requests.RequestException as error:  # its text quotes the address
                raise OSError(f"it cannot be asked for ({type(error).__name__})") from None
            else:
                if self._fits(response):
                    return response
                response.close()
                self._fail(f"it answers {response.status_code}", response.headers.get("Retry-After", ""))

    def _fits(self, response: requests.Response) -> bool:
        """True for the bytes that we want, False for an answer that may be better next time. Raises OSError for all others."""
        status = response.status_code
        if status in _BUSY:
            return False
        if not self._place and status == requests.codes.ok:
            return True
        if self._place and response.headers.get("Content-Range", "").startswith(f"bytes {self._place}-"):
            return True
        response.close()
        if self._place:
            raise OSError(f"it broke off after {self._place:,} bytes and cannot be had from there: it answers {status}")
        raise OSError(f"it answers {status}")

    def _fail(self, why: str, retry_after: str = "") -> None:
        self._failures += 1
        if self._failures >= MAX_TRIES:
            raise OSError(f"{why}, {MAX_TRIES} times in a row")
        wait = float(retry_after) if retry_after.isdecimal() else _WAIT_S * 2 ** (self._failures - 1)
        self._sleep(min(wait, MAX_WAIT_S))


def _head(response: requests.Response) -> Head:
    length = response.headers.get("Content-Length", "")
    modified = None
    with contextlib.suppress(ValueError):
        modified = parsedate_to_datetime(response.headers.get("Last-Modified", ""))
    if modified is not None:
        modified = modified.replace(tzinfo=UTC) if modified.tzinfo is None else modified.astimezone(UTC)
    size = int(length) if length.isdecimal() else None
    return Head(size, modified, response.headers.get("ETag", ""))
