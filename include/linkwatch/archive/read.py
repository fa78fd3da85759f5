"""Read a kept page back from its WARC file. It reads records of `linkwatch.archive.keep`, and says so where it meets another.

The file may come from anywhere by now, so nothing in it is believed: sizes are capped and the digest is checked.
"""

import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, BinaryIO

from linkwatch.archive.keep import ASKED, REDIRECTS, SEEN_IN, payload_digest
from linkwatch.errors import StoreError
from linkwatch.model import Redirect, SeenIn

MAX_RECORD_BYTES = 64_000_000
"""Decompressed; pages are kept below `fetch.max_body_bytes`, 10 MB unless somebody changed it."""

_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was answered on the night `at`."""

    url: str  # as asked for
    final_url: str  # that answered
    at: datetime
    status: int
    headers: dict[str, str]  # names in lower case; without cookies and what spoke of the connection
    body: bytes  # decompressed
    redirects: tuple[Redirect, ...] = field(default=())
    seen_in: SeenIn = SeenIn.HTML  # "browser": the body is the page as scripts had built it


def read_kept(file: BinaryIO, offset: int) -> KeptPage:
    """The page whose record begins at `offset`, as `Keeper.keep` told it. Raises StoreError for a damaged or foreign record."""
    where = f"WARC record at byte {offset}"
    record = BytesIO(_member(file, offset, where))
    fields, length = _warc_fields(record, where)
    if fields.get("warc-type") != "response" or ASKED.lower() not in fields:
        raise StoreError(f"{where} is a {fields.get('warc-type', 'foreign')!r} record; expected a page that linkwatch kept")
    rest = record.read()
    block, end = rest[:length], rest[length:]
    if end != b"\r\n\r\n":
        raise _damaged(where, f"its length is not the {length} bytes that it gives")
    try:
        return _page(fields, block)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _damaged(where, str(error)[:200]) from None


def _page(fields: dict[str, str], block: bytes) -> KeptPage:
    """Raises ValueError, LookupError, TypeError or RecursionError for what no Keeper wrote."""
    status, headers, body = _answer(block)
    if fields["warc-payload-digest"] != payload_digest(body):
        raise ValueError("the digest is not that of the page")
    hops: list[Any] = json.loads(fields[REDIRECTS.lower()])
    return KeptPage(
        url=fields[ASKED.lower()],
        final_url=fields["warc-target-uri"],
        at=datetime.fromisoformat(fields["warc-date"]),
        status=status,
        headers=headers,
        body=body,
        redirects=tuple(Redirect(int(code), str(url)) for code, url in hops),
        seen_in=SeenIn(fields[SEEN_IN.lower()]),
    )


def _member(file: BinaryIO, offset: int, where: str) -> bytes:
    """The gzip member at `offset`, decompressed, whole, and no larger than a record may be."""
    if offset < 0:
        raise _damaged(where, "no file has such a place")
    file.seek(offset)
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    parts: list[bytes] = []
    size = 0
    try:
        while not unpack.eof:
            chunk = unpack.unconsumed_tail or file.read(_CHUNK_BYTES)
            if not chunk:
                raise _damaged(where, "the file ends in the middle of it")
            parts.append(unpack.decompress(chunk, MAX_RECORD_BYTES + 1 - size))
            size += len(parts[-1])
            if size > MAX_RECORD_BYTES:
                raise _damaged(where, f"it is larger than {MAX_RECORD_BYTES:,} bytes")
    except zlib.error as error:
        raise _damaged(where, f"no gzip begins there, or it is broken ({error})") from None
    return b"".join(parts)


def _warc_fields(record: BytesIO, where: str) -> tuple[dict[str, str], int]:
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.recordloader import ArcWarcRecordLoader

    try:
        found = ArcWarcRecordLoader().parse_record_stream(record, known_format="warc", no_record_parse=True)
    except (ArchiveLoadFailed, EOFError) as error:
        raise _damaged(where, f"no WARC record begins there ({str(error)[:100]})") from None
    fields = {name.lower(): value for name, value in found.rec_headers.headers}
    return fields, found.length or 0


def _answer(block: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an HTTP answer. Raises ValueError or IndexError for what is none."""
    head, gap, body = block.partition(b"\r\n\r\n")
    status_line, *lines = head.decode("utf-8").split("\r\n")
    if not gap or not status_line.startswith("HTTP/"):
        raise ValueError("it holds no HTTP answer")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("content-length") != str(len(body)):
        raise ValueError("the page is shorter or longer than its content-length")
    return int(status_line.split()[1]), headers, body


def _damaged(where: str, why: str) -> StoreError:
    return StoreError(f"{where} cannot be read: {why}; expected a page that linkwatch kept. The file is damaged or another one")
