"""A CSV file with a header, column by column: broken rows cost themselves alone. Knows nothing of what columns mean.

A block of lines that is sound (sound.py) and has one width is read at once, by pyarrow; any other one row by row. Rows are
strict there: a stray quote is a broken row, because a lenient reader lets one open quote swallow the rows behind it. Both
ways give the same fields for the same lines.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from linkwatch.errors import SourceError
from linkwatch.sources.files.sound import sound_lines
from linkwatch.sources.files.text import Text

MAX_ROW_LINES = 50
"""Lines that one row with quoted line breaks may span; more is taken for a quote that was never closed."""
DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
"""Looked for in the header: our word for each."""

_SEP_LINE = re.compile(r"sep=([\t!#-/:-@\[-`{-~])\s*\Z")  # Excel's own line; any sign of ASCII but a quote
_HEADER_BYTES = 1 << 16
"""A header is looked for in so much of the file."""
_PIECE_BYTES = 1 << 16
"""A block that is not sound is halved down to so much, so that one odd row sends few others the strict way."""
_LEAST_BLOCK = 1 << 16
"""pyarrow guards against tiny ones."""
_LOOKED_AT = 200
"""Lines behind the header that `Table.first_rows` looks through."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is none."""

    line: int  # of the file, from 1
    reason: str
    text: str  # its first line


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table: the columns that were asked for, all of one length, and the rows that are none."""

    columns: list[pa.StringArray]
    lines: Sequence[int]  # of the file, where each row begins
    text_of: Callable[[int], str]  # a row as a person would recognise it
    size: int  # bytes of text that they keep in memory
    broken: Sequence[Broken] = ()

    def __len__(self) -> int:
        return len(self.lines)


class Table:
    """A table in a text. `columns` are its headers, trimmed; `rows` gives its rows, once. Raises SourceError.

    Of the first `preamble` lines the header is the one that `is_header` knows; else the first line with anything in it.
    """

    def __init__(
        self, text: Text, where: str, *, preamble: int = 0, is_header: Callable[[Sequence[str]], bool] = lambda _: True
    ) -> None:
        blocks, first, found = text.blocks(), b"", None
        while not found and len(first) < _HEADER_BYTES and (block := next(blocks, b"")):
            first += block
            found = _header(first, preamble, is_header)
        found = found or _header(first, 0, lambda _: True)
        if not found:
            raise SourceError(f"{where} has no header line; expected a CSV file with a header")
        self.delimiter, self.columns, self._line = found  # how many lines lie behind us
        lines = first.splitlines(keepends=True)
        self._blocks = chain([b"".join(lines[self._line :])], blocks)
        self._look = b"".join(lines[self._line : self._line + _LOOKED_AT])

    def first_rows(self, count: int) -> list[list[str]]:
        """The first sound rows of the table, for a look; `rows` gives them again."""
        return _Strict(self._look, self.delimiter, len(self.columns), 0, final=True).fields[:count]

    def rows(self, places: Sequence[int]) -> Iterator[Rows]:
        """Rows as they stand in the file, with the columns at `places`."""
        rest = b""  # lines of a row that goes on in the next piece
        for block in self._blocks:
            pieces = [block]
            while pieces:
                piece = pieces.pop()
                found = None if rest else self._at_once(piece, places)
                if found is None and (cut := _cut(piece, _PIECE_BYTES if rest else len(piece) // 2)):
                    pieces += piece[cut:], piece[:cut]
                    continue
                if found is None:
                    found, rest = self._one_by_one(rest + piece, places, final=False)
                yield found
        if rest:
            yield self._one_by_one(rest, places, final=True)[0]

    def _at_once(self, block: bytes, places: Sequence[int]) -> Rows | None:
        """The rows of sound lines; None where each is to be looked at."""
        count = sound_lines(block, self.delimiter)
        if not count:
            return None
        names = [str(place) for place in range(len(self.columns))]
        options = arrow_csv.ReadOptions(use_threads=False, column_names=names, block_size=max(len(block) + 1, _LEAST_BLOCK))
        convert = arrow_csv.ConvertOptions(
            include_columns=[names[place] for place in dict.fromkeys(places)],
            column_types=dict.fromkeys([names[place] for place in places], pa.string()),
            check_utf8=False,  # we wrote it
        )
        try:
            table = arrow_csv.read_csv(pa.BufferReader(block), options, arrow_csv.ParseOptions(delimiter=self.delimiter), convert)
        except pa.ArrowInvalid:  # a row of another width
            return None
        if table.num_rows != count:  # blank lines
            return None
        columns = [table[names[place]].chunk(0) for place in places]
        if pc.any(pc.equal(columns[0], "")).as_py():  # a row of delimiters alone is blank too; the strict way sees all columns
            return None
        first, self._line = self._line + 1, self._line + count
        return Rows(columns, range(first, first + count), self._text_in(block), len(block))

    def _text_in(self, block: bytes) -> Callable[[int], str]:
        lines: list[bytes] = []

        def text_of(row: int) -> str:
            if not lines:
                lines.extend(block.split(b"\n"))
            return self.delimiter.join(next(csv.reader([lines[row].decode()], delimiter=self.delimiter)))

        return text_of

    def _one_by_one(self, block: bytes, places: Sequence[int], *, final: bool) -> tuple[Rows, bytes]:
        read = _Strict(block, self.delimiter, len(self.columns), self._line, final=final)
        self._line = read.line
        columns = [pa.array([fields[place] for fields in read.fields], pa.string()) for place in places]
        rows = Rows(columns, read.lines, lambda row: self.delimiter.join(read.fields[row]), len(block), read.broken)
        return rows, read.rest


class _Strict:
    """The rows of a block of lines, one by one.

    A row that the block does not end is left over as `rest`, unless the block is `final` or the row has too many lines.
    """

    def __init__(self, block: bytes, delimiter: str, width: int, line: int, *, final: bool) -> None:
        self.fields: list[list[str]] = []
        self.lines: list[int] = []
        self.broken: list[Broken] = []
        self.rest = b""
        self._all = [one.decode() for one in block.splitlines(keepends=True)]
        self._before, self._width, self._final = line, width, final
        self._start = self._at = 0  # the row at hand: its first line, and how far we have read
        self._read(delimiter)
        self.line = line + self._at

    def _read(self, delimiter: str) -> None:
        reader = csv.reader(self._feed(), delimiter=delimiter, strict=True)
        while self._at < len(self._all):
            self._start = self._at
            try:
                fields = next(reader)
            except csv.Error as error:
                self._set_aside(f"broken row: {error}")
                reader = csv.reader(self._feed(), delimiter=delimiter, strict=True)
                continue
            except _UnfinishedError:
                self.rest = "".join(self._all[self._start :]).encode()
                self._at = self._start
                return
            self._take(fields)

    def _feed(self) -> Iterator[str]:
        while self._at < len(self._all) and self._at - self._start < MAX_ROW_LINES:
            self._at += 1
            yield self._all[self._at - 1]
        if not self._final and self._at - self._start < MAX_ROW_LINES:
            raise _UnfinishedError
        yield '"x"\n'  # cannot follow an open quote: the row fails, and its lines behind the first are read again

    def _take(self, fields: list[str]) -> None:
        width = self._width
        if any("\0" in line for line in self._all[self._start : self._at]):
            self._set_aside("broken row: it has a zero byte")
        elif not any(fields):
            return
        elif len(fields) == width or (len(fields) > width and not any(fields[width:])):
            self.fields.append(fields[:width])
            self.lines.append(self._before + self._start + 1)
        else:
            self._set_aside(f"broken row: {len(fields)} fields, expected {width}")

    def _set_aside(self, reason: str) -> None:
        self.broken.append(Broken(self._before + self._start + 1, reason, self._all[self._start]))
        self._at = self._start + 1


class _UnfinishedError(Exception):
    """The lines end within a row."""


def _cut(piece: bytes, near: int) -> int:
    """Where a piece that is too large to be read row by row is cut, behind a line end; 0 where it is not cut."""
    cut = piece.find(b"\n", near) + 1 if len(piece) > _PIECE_BYTES else 0
    return cut if cut < len(piece) else 0


def _header(start: bytes, preamble: int, is_header: Callable[[Sequence[str]], bool]) -> tuple[str, tuple[str, ...], int] | None:
    """Delimiter, headers, and how many lines end with theirs; None where there are none."""
    lines = start.splitlines(keepends=True)
    told = ""
    for number, raw in enumerate(lines[: preamble + 1] if preamble else lines, 1):
        line = raw.decode()
        if not told and (sep := _SEP_LINE.match(line)):
            told = sep[1]
        elif line.strip() or told:
            delimiter = told or max(DELIMITERS, key=lambda mark: len(_split(line, mark)))
            columns = tuple(_split(line, delimiter))
            if is_header(columns):
                return delimiter, columns, number
    return None


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return [name.strip().strip('"') for name in line.split(delimiter)]
