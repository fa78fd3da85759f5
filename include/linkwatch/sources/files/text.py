"""Files of text as vendors and people save them: encoding and delimiter are found out, broken rows are set aside.

A file is read as it streams by; a line, a field and a row that spans lines have an upper size. Not a general CSV library:
rows are strict (a stray quote is a broken row), because a lenient reader lets one open quote swallow the rows behind it.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

from linkwatch.errors import SourceError
from linkwatch.source_settings import SourceSettings
from linkwatch.sources.claims import Rejects

MAX_LINE_LENGTH = 1 << 20
"""Characters; a longer line is set aside."""
MAX_ROW_LINES = 50
"""Lines that one row with quoted line breaks may span; more is taken for a quote that was never closed."""

_SNIFF_BYTES = 4096
_DELIMITERS = ("\t", ";", ",")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = ((b"PK\x03\x04", "a ZIP archive or an Excel workbook"), (b"\x1f\x8b", "compressed with gzip"), (b"%PDF", "a PDF"))
_SEP_LINE = re.compile(r"sep=(.)\s*\Z")


@contextmanager
def open_text(source: SourceSettings) -> Iterator[TextIO]:
    """The source's file as text, line ends untouched. Raises SourceError, also for what goes wrong while it is read.

    A byte order mark decides, then the pattern of zero bytes of UTF-16; all else is UTF-8 in which a byte that does not
    fit is read as windows-1252: right for both, and for the files that mix them.
    """
    path = Path(source.path)
    try:
        with path.open("rb") as binary:
            encoding, errors = _encoding(source, binary.peek(_SNIFF_BYTES)[:_SNIFF_BYTES])
            with io.TextIOWrapper(binary, encoding=encoding, errors=errors, newline="") as text:
                yield text
    except FileNotFoundError:
        raise SourceError(f"source {source.name}: no file {path}; check its path in the settings file") from None
    except OSError as error:
        raise SourceError(f"source {source.name}: cannot read {path}: {error.strerror}") from error


def lines(text: TextIO) -> Iterator[str]:
    """Lines with their ends; one that is too long comes cut to MAX_LINE_LENGTH, without an end."""
    read = partial(text.readline, MAX_LINE_LENGTH)
    while line := read():
        yield line
        if len(line) >= MAX_LINE_LENGTH and not line.endswith(("\n", "\r")):
            while (rest := read()) and not rest.endswith(("\n", "\r")):
                pass


class Table:
    """A CSV file with a header. `columns` are its headers, trimmed; `rows` gives the line and fields of every sound row."""

    def __init__(self, source: SourceSettings, text: TextIO, rejects: Rejects) -> None:
        self._rejects = rejects
        self._lines = lines(text)
        self._line = 0  # number of the last line handed out
        self._row: list[str] = []  # the lines of the row at hand
        self._again: deque[str] = deque()  # lines to be read once more, as rows of their own
        self.delimiter, header = self._header(source)
        self.columns = tuple(header)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) with as many fields as there are columns; what does not fit goes to the rejects."""
        width = len(self.columns)
        reader = csv.reader(self._feed(), delimiter=self.delimiter, strict=True)
        row = self._row
        while True:
            row.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._set_aside(f"broken row: {error}")
                continue
            if "\0" in row[0] or (len(row) > 1 and any("\0" in line for line in row)):
                self._set_aside("broken row: it has a zero byte")
            elif not any(fields):
                continue
            elif len(fields) == width:
                yield self._line - len(row) + 1, fields
            elif len(fields) > width and not any(fields[width:]):
                yield self._line - len(row) + 1, fields[:width]
            else:
                self._set_aside(f"broken row: {len(fields)} fields, expected {width}")

    def text_of(self, fields: list[str]) -> str:
        """The row as a person would recognise it."""
        return self.delimiter.join(fields)

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, "")
            if not line or len(self._row) >= MAX_ROW_LINES:
                if line:
                    self._again.appendleft(line)
                if not self._row:
                    return
                # The csv module would take the end of its input for good, so an open quote is ended by a character
                # that cannot follow one: the row fails, and its lines behind the first are read again.
                yield '"x"\n'
                continue
            self._line += 1
            self._row.append(line)
            yield line

    def _set_aside(self, reason: str) -> None:
        first, *rest = self._row
        self._line -= len(rest)
        self._again.extendleft(reversed(rest))
        self._rejects.add(self._line, reason, first)

    def _header(self, source: SourceSettings) -> tuple[str, list[str]]:
        for line in self._lines:
            self._line += 1
            if told := _SEP_LINE.match(line):
                first = next(self._lines, "")
                self._line += 1
                return told[1], _split(first, told[1])
            if line.strip():
                delimiter = max(_DELIMITERS, key=lambda mark: len(_split(line, mark)))
                return delimiter, _split(line, delimiter)
        raise SourceError(f"source {source.name}: {source.path} has no header line; expected a CSV file with a header")


def _encoding(source: SourceSettings, start: bytes) -> tuple[str, str]:
    """Encoding and error handler for the codec."""
    if not start:
        raise SourceError(f"source {source.name}: {source.path} is empty (0 bytes); export it again")
    for magic, kind in _NOT_TEXT:
        if start.startswith(magic):
            raise SourceError(f"source {source.name}: {source.path} is {kind}; expected a text file, unpack it or export as CSV")
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding, "replace" if encoding != "utf-8-sig" else _FALLBACK
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) > len(start) / 5 and min(even, odd) < max(even, odd) / 10:
        return ("utf-16-le" if odd > even else "utf-16-be"), "replace"
    return "utf-8", _FALLBACK


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return [name.strip().strip('"') for name in line.split(delimiter)]


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    character = byte.decode("cp1252", errors="ignore") or byte.decode("latin-1")
    return character, error.start + 1


_FALLBACK = "linkwatch.windows-1252"
codecs.register_error(_FALLBACK, _as_windows_1252)
