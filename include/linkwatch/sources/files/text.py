"""Files as text: the encoding is found out, lines have an upper size, and what comes out is UTF-8. Knows nothing of tables."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from linkwatch.errors import SourceError

MAX_LINE_LENGTH = 1 << 20
"""Bytes of UTF-8; of a longer line the rest is passed over."""
BLOCK_BYTES = 1 << 20
"""Of UTF-8 that come as one block: enough for its overhead not to count, and little enough for a processor's cache."""

_READ_BYTES = 1 << 17
"""Decoded at a time; a text of more leaves the cache before it is encoded."""
_SNIFF_BYTES = 4096
_FALLBACK = "linkwatch.windows-1252"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = ((b"PK\x03\x04", "a ZIP archive or an Excel workbook"), (b"\x1f\x8b", "compressed with gzip"), (b"%PDF", "a PDF"))
_NAMES = {"utf-8-sig": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
_LINE_END = re.compile(rb"\r\n?|\n")


class Text:
    """The lines of one file, once: as `blocks` of UTF-8 or one by one as `lines`. Raises SourceError for what is no text.

    `where` names the file in errors. A byte order mark decides how it is read, then the pattern of zero bytes of UTF-16; all
    else is UTF-8 in which a byte that does not fit is read as windows-1252: right for both, and for files that mix them.
    """

    def __init__(self, binary: BinaryIO, where: str, *, block_bytes: int = BLOCK_BYTES) -> None:
        self._binary = binary
        self._block_bytes = block_bytes
        self._start = binary.read(_SNIFF_BYTES)
        self._encoding = _encoding(self._start, where)
        self._decoder = codecs.getincrementaldecoder(self._encoding)()
        self._misfits = ""

    @property
    def encoding(self) -> str:
        """How it was read so far, for people: "UTF-16", "UTF-8, some of it windows-1252"."""
        return _NAMES.get(self._encoding, self._encoding.upper()) + self._misfits

    def blocks(self) -> Iterator[bytes]:
        """Whole lines with their ends, `block_bytes` or more a block; the last line of all may have no end."""
        rest, skipping = b"", False
        for block in self._pieces():
            if skipping:
                end = _LINE_END.search(block)
                if not end:
                    continue
                block, skipping = block[end.end() :], False
            block = rest + block
            # A return at the very end may be half of a line end.
            cut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
            whole, rest = block[:cut], block[cut:]
            if len(rest) > MAX_LINE_LENGTH:
                whole += rest[:MAX_LINE_LENGTH].decode(errors="ignore").encode() + b"\n"
                rest, skipping = b"", True
            if whole:
                yield whole
        if rest:
            yield rest

    def lines(self) -> Iterator[str]:
        """Lines with their ends."""
        for block in self.blocks():
            for line in block.splitlines(keepends=True):
                yield line.decode()

    def _pieces(self) -> Iterator[bytes]:
        """The file in UTF-8, cut anywhere between characters."""
        start, at_once = io.BytesIO(self._start), min(_READ_BYTES, self._block_bytes)
        pieces: list[bytes] = []
        size = 0
        while raw := start.read(at_once) or self._binary.read(at_once):
            pieces.append(self._decode(raw, final=False).encode())
            size += len(pieces[-1])
            if size >= self._block_bytes:
                yield b"".join(pieces)
                pieces, size = [], 0
        yield b"".join([*pieces, self._decode(b"", final=True).encode()])

    def _decode(self, raw: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(raw, final)
        except UnicodeDecodeError:
            single = self._encoding.startswith("utf-8")
            self._misfits = ", some of it windows-1252" if single else ", some of it damaged"
            tolerant = codecs.getincrementaldecoder(self._encoding)(_FALLBACK if single else "replace")
            tolerant.setstate(self._decoder.getstate())
            self._decoder = tolerant
            return tolerant.decode(raw, final)


def _encoding(start: bytes, where: str) -> str:
    if not start:
        raise SourceError(f"{where} is empty (0 bytes); export it again")
    for magic, kind in _NOT_TEXT:
        if start.startswith(magic):
            raise SourceError(f"{where} is {kind}; expected a text file, unpack it or export as CSV")
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) / 5 and min(even, odd) < max(even, odd) / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    character = byte.decode("cp1252", errors="ignore") or byte.decode("latin-1")
    return character, error.start + 1


codecs.register_error(_FALLBACK, _as_windows_1252)
