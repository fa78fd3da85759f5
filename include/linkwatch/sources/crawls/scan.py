"""One pass over a WAT file: which of its records may be pages that link to a watched site. Parses no JSON.

The file streams by in blocks; in each, hyperscan looks for the names of watched sites and their disguises, all at once, so
that a thousand sites take hardly longer than ten. Records are told apart by what cannot stand within one: JSON has no raw
line break. A record that is handed out need not link anywhere; one that is not, does not.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import hyperscan

from linkwatch.sources.crawls import disguises
from linkwatch.sources.crawls.streams import BREAKS, why_of

MAX_RECORD_BYTES = 50 * 1024 * 1024
"""Decompressed; a larger record is skipped and counted. What a WAT file says of a page is rarely more than one MB."""
MAX_BYTES = 16 * 1024**3
"""Decompressed, of one file; Common Crawl's have about 1.5 GB."""

_BLOCK = 256 * 1024  # what a core's own cache holds, and a dozen pages
_MARK = b"\r\n\r\nWARC/1."
_PAGE = b'"HTML-M'  # of "HTML-Metadata", the key that every page has, once: within a text its quotes would be escaped
_IN_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_FLAGS = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_DOTALL


class Scan:
    """Reads one file. `names` are registrable domains to look for; None: every page of HTML is handed out."""

    def __init__(self, names: Iterable[str] | None, *, max_record_bytes: int = MAX_RECORD_BYTES) -> None:
        self.pages = 0  # of HTML, that went by
        self.too_large = 0  # records that were skipped
        self.cut = ""  # why the file was not read to its end; "" when it was
        self._max = max_record_bytes
        self._every = names is None
        words = sorted({name.lower().encode() for name in names or ()})
        odd = [] if names is None else list(disguises.literals())
        self._first_word = 1 + len(odd)
        self._lengths = [0] * self._first_word + [len(word) for word in words]
        self._literals = _compiled([re.escape(word) for word in (_PAGE, *odd, *words)])
        self._hosts = None if names is None else _compiled([disguises.AFTER_SLASHES])

    def records(self, file: BinaryIO) -> Iterator[tuple[int, bytes]]:
        """(number of the page, from 1; its record, with headers) of those that may link.

        `file` is decompressed. Where it breaks off, what came before is handed out all the same, but for what was still in
        buffers (a quarter of a megabyte, a few dozen pages), and `cut` says why.
        """
        block = bytearray(_BLOCK)
        filled = 0
        seen = 0
        while got := self._read(file, block, filled):
            seen += got
            filled += got
            end = block.rfind(_MARK, 0, filled) + 4  # of the records that are whole
            if end > 3:
                yield from self._among(block, end)
                filled = _keep(block, end, filled)
            elif filled == len(block) < self._max:
                block.extend(bytes(len(block)))
            elif filled == len(block):
                filled = self._skip(file, block)
            if seen > MAX_BYTES:
                self.cut = f"it has more than {MAX_BYTES >> 30} GiB when decompressed, the most that is read"
        if filled and not self.cut:
            yield from self._among(block, filled)

    def _read(self, file: BinaryIO, block: bytearray, filled: int) -> int:
        """Read into the block behind its first `filled` bytes; returns how many came, 0 at the end.

        A reader that fails in the middle of a block does not say how far it came, so that block is given up.
        """
        if self.cut:
            return 0
        with memoryview(block) as view:
            try:
                return int(file.readinto(view[filled:]))  # type: ignore[attr-defined]  # every binary file has it
            except BREAKS as error:
                self.cut = why_of(error)
        return 0

    def _among(self, block: bytearray, end: int) -> Iterator[tuple[int, bytes]]:
        """Those of the records in the first `end` bytes."""
        pages: list[int] = []
        hits: list[int] = []

        def matched(pattern: int, _: int, to: int, flags: int, context: object) -> None:
            if not pattern:
                pages.append(to)
            elif pattern < self._first_word or not _is_part(block, to - self._lengths[pattern], to):
                hits.append(to)

        def disguised(pattern: int, _: int, to: int, flags: int, context: object) -> None:
            hits.append(to)

        with memoryview(block) as whole, whole[:end] as view:
            self._literals.scan(view, match_event_handler=matched)  # type: ignore[type-var]  # takes any buffer
            if self._hosts:
                self._hosts.scan(view, match_event_handler=disguised)  # type: ignore[type-var]  # as above
        stop = 0
        for hit in pages if self._every else sorted(hits):
            if hit > stop:  # in another record than the one before
                before, behind = block.rfind(_MARK, stop, hit), block.find(_MARK, hit, end)
                start = stop if before < 0 else before + 4
                stop = end if behind < 0 else behind + 4
                yield self.pages + bisect_right(pages, stop), bytes(block[start:stop])
        self.pages += len(pages)

    def _skip(self, file: BinaryIO, block: bytearray) -> int:
        """Read on to the next record; returns how many bytes of it are in the block, from its beginning."""
        self.too_large += 1
        keep = len(_MARK) - 1  # a mark may lie across two reads
        block[:keep] = block[-keep:]
        while got := self._read(file, block, keep):
            filled = keep + got
            end = block.find(_MARK, 0, filled) + 4
            if end > 3:
                return _keep(block, end, filled)
            block[:keep] = block[filled - keep : filled]
        return 0


def _keep(block: bytearray, start: int, filled: int) -> int:
    """Move what is unread to the beginning; returns how much it is. A block that grew for one large record shrinks again."""
    left = filled - start
    block[:left] = block[start:filled]
    if left < _BLOCK < len(block):
        del block[_BLOCK:]
    return left


def _is_part(block: bytearray, start: int, end: int) -> bool:
    """True where a name is a part of a longer one: x.com in netflix.com."""
    return block[start - 1] in _IN_NAME or (end < len(block) and block[end] in _IN_NAME)


def _compiled(expressions: list[bytes]) -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(expressions=expressions, ids=list(range(len(expressions))), flags=_FLAGS)
    return database
