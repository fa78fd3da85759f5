"""Write pages into a WARC 1.1 file (ISO 28500:2017), each as the answer that it was, so that any WARC reader can show it.

The bytes follow from the pages and the night alone: no clock, no random identity. It chooses no pages and names no files.
"""

import base64
import hashlib
import http
import importlib.util
import io
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import BinaryIO

from linkwatch.model import FetchedPage, SeenIn

ASKED, REDIRECTS, SEEN_IN = "Linkwatch-Asked", "Linkwatch-Redirects", "Linkwatch-Seen-In"
"""Fields of our own beside WARC's (the standard lets readers skip what they do not know): the URL that was asked for, its
redirects as JSON list of [status, URL], and "html" or "browser"."""

_LEFT_OUT = frozenset(
    {
        # RFC 9110, 7.6.1: they speak of the connection, which is over
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
        *("content-encoding", "content-length"),  # of the body as it was sent; it is kept decompressed
        *("set-cookie", "set-cookie2"),  # nobody's session belongs into a file that is shown around
    }
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2: token
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_SOFTWARE = "linkwatch"


class Keeper:
    """Writes one `warcinfo` record and then a `response` record a page, each a gzip member of its own.

    `file` is open for writing and stands where the first record shall begin; `at` is the night's `as_of`, the date of every
    record. Nothing is closed or flushed here.
    """

    def __init__(self, file: BinaryIO, *, at: datetime) -> None:
        from warcio.warcwriter import WARCWriter  # an optional extra: `missing` tells

        self._file = file
        self._date = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        self._writer = WARCWriter(file, gzip=True, warc_version="1.1")
        info = f"software: {_SOFTWARE}\r\nformat: WARC File Format 1.1\r\n".encode()
        self._write("warcinfo", {}, info, "application/warc-fields")

    def keep(self, page: FetchedPage, seen_in: SeenIn = SeenIn.HTML) -> int:
        """Write a page and tell the offset of its record, in bytes. Raises ValueError for a page that nobody answered for.

        `seen_in` says whether the body is the page as it was sent, or as a browser had built it.
        """
        if page.http_status is None:
            raise ValueError(f"nobody answered for {page.url[:200]}; expected a page with an HTTP status")
        fields = {
            "WARC-Target-URI": page.final_url,
            "WARC-Payload-Digest": payload_digest(page.body),
            ASKED: page.url,
            REDIRECTS: json.dumps([[hop.status, hop.url] for hop in page.redirects]),
            SEEN_IN: seen_in.value,
        }
        block = _head(page.http_status, page.headers, len(page.body)) + page.body
        return self._write("response", fields, block, "application/http; msgtype=response")

    def _write(self, kind: str, fields: Mapping[str, str], block: bytes, content_type: str) -> int:
        from warcio.recordloader import ArcWarcRecord
        from warcio.statusandheaders import StatusAndHeaders

        offset = self._file.tell()
        named = [("WARC-Type", kind), ("WARC-Date", self._date), *((name, _line(value)) for name, value in fields.items())]
        digest = hashlib.blake2b(repr((offset, named)).encode("utf-8", "replace") + block, digest_size=16).digest()
        named.insert(1, ("WARC-Record-ID", f"<urn:uuid:{uuid.UUID(bytes=digest, version=5)}>"))
        headers = StatusAndHeaders("", named, protocol="WARC/1.1")
        # Without http_headers warcio takes the block as it is; given them, it would spell non-ASCII headers anew.
        self._writer.write_record(ArcWarcRecord("warc", kind, headers, io.BytesIO(block), None, content_type, len(block)))
        return offset


def missing() -> str:
    """What is missing to keep pages and what to do about it; empty: nothing."""
    if importlib.util.find_spec("warcio") is None:
        return 'warcio is not installed; pip install "linkwatch[warc]"'
    return ""


def kept_hash(links: Iterable[tuple[int, str, str, bool]]) -> str:
    """Hash of what a page shows of its links, in any order, each given as (link_id, anchor, rel, followed); "" for no link."""
    told = sorted(set(links))
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest() if told else ""


def payload_digest(body: bytes) -> str:
    """SHA-1 in base 32, the digest that all WARC readers know; it guards against damage, not against a forger."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    """Status line and headers that fit the decompressed body."""
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}"]
    for name, value in headers.items():
        if name.lower() not in _LEFT_OUT and _NAME.fullmatch(name):
            lines.append(f"{name}: {_line(value)}")
    lines.append(f"content-length: {length}")
    return "\r\n".join(lines).encode("utf-8", "replace") + b"\r\n\r\n"


def _line(value: str) -> str:
    """A header's value on one line: a line break that a server smuggled in would begin a header, or a record, of its own."""
    return _CONTROL.sub(" ", value).strip()
