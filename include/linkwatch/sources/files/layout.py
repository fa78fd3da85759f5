"""Kinds of exports as tables of data: where their columns are found, and what these say. Reads any of them to claims, in bulk.

A kind of export is a module with a `Layout` and a function that calls `read_layout` with it.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from linkwatch.errors import SourceError
from linkwatch.sources.bulk import BulkClaims, Said
from linkwatch.sources.claims import BATCH_ROWS
from linkwatch.sources.files.opening import SourceFile, noted, open_files
from linkwatch.sources.files.table import DELIMITERS, Broken, Rows, Table
from linkwatch.sources.files.text import Text
from linkwatch.sources.pull import Pull

__all__ = ["Layout", "Said", "folded_header", "missing_column", "read_layout"]

FIRST_ROWS = 50
"""Rows that `Layout.find` is shown."""

_GROUP_BYTES = 64 << 20
"""Of text in memory at a time: a file may have rows of a hundred kilobytes."""

Find = Callable[[SourceFile, Sequence[str], Sequence[Sequence[str]]], Mapping[str, int]]
"""(file, headers, first rows) -> place of each column by our name. May raise SourceError."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of export."""

    headers: Mapping[
        str, tuple[str, ...]
    ]  # our name: headers it is found under, best first (letter case, "_" and "-" do not count)
    required: tuple[str, ...]  # our names without which it is no such file
    said: Callable[[Mapping[str, pa.StringArray]], Said]  # columns by our name (those that are there) -> what they say
    find: Find | None = None  # where headers cannot be known: localised, or mapped by the user
    max_rows: int = 0  # the vendor's limit: so many rows or more in one file is a cap that was hit; 0: none is known
    cap: str = ""  # how that is told: "50,000 rows, the most that Semrush exports"
    complete: bool = False  # by nature; else the source's setting says
    partial: str = ""  # why it is not complete, a sentence
    preamble: int = 0  # lines before the header: one with the required columns is looked for in so many and one more


def read_layout(pull: Pull, layout: Layout) -> Iterator[pa.RecordBatch]:
    """Batches of CLAIMS of all files of the source, one row per sound row. Rows that cannot be used go to the rejects.

    Notes how the files were read, their columns and rows, whether a cap was hit, and why they are not complete. A claim's
    date is that of its file, else the night's. Raises SourceError.
    """
    claims = BulkClaims(pull.source.name, pull.scopes)
    if layout.partial and not (layout.complete or pull.source.complete):
        pull.notes.partial.append(layout.partial)
    for file in open_files(pull):
        where = f"source {pull.source.name}: {file.path}"
        before = pull.notes.rows
        try:
            with file.open() as binary:
                yield from _read_file(pull, layout, file, Text(binary, where), where, claims)
        except OSError as error:
            raise SourceError(f"{where} cannot be read: {error.strerror or error}") from error
        rows = pull.notes.rows - before
        if layout.max_rows and rows >= layout.max_rows:
            pull.notes.cap = layout.cap
        noted(pull, file, rows)


def missing_column(where: str, header: str, columns: Sequence[str]) -> SourceError:
    """The error that names the column that is not there, the one that may have been meant, and those that are there."""
    near = difflib.get_close_matches(folded_header(header), [folded_header(column) for column in columns], n=1)
    meant = next((f"did you mean {column!r}? " for column in columns if near and folded_header(column) == near[0]), "")
    there = ", ".join(repr(column[:80]) for column in columns[:40])
    return SourceError(f"{where} has no column {header!r}; {meant}it has {there}")


def folded_header(header: str) -> str:
    """A header as it is compared: letter case, white space, `_` and `-` do not count."""
    return " ".join(re.split(r"[\s_-]+", header.lower().strip()))


def _read_file(
    pull: Pull, layout: Layout, file: SourceFile, text: Text, where: str, claims: BulkClaims
) -> Iterator[pa.RecordBatch]:
    def is_header(columns: Sequence[str]) -> bool:
        return set(layout.required) <= _usual_places(layout, columns).keys()

    table = Table(text, where, preamble=layout.preamble, is_header=is_header)
    pull.notes.columns = tuple(dict.fromkeys([*pull.notes.columns, *table.columns]))
    places = _places(layout, file, table, where)
    claimed_at = file.dated(pull.as_of)
    for group in _grouped(table.rows(list(places.values()))):
        columns = map(pa.concat_arrays, zip(*(rows.columns for rows in group), strict=True))
        said = layout.said(dict(zip(places, columns, strict=True)))
        batch, refused = claims.claims(said, claimed_at)
        pull.notes.rows += len(said.source) + sum(len(rows.broken) for rows in group)
        _reject(pull, group, refused)
        for start in range(0, batch.num_rows, BATCH_ROWS):
            yield batch.slice(start, BATCH_ROWS)
    _note_reading(pull, f"{text.encoding}, {DELIMITERS.get(table.delimiter, repr(table.delimiter))}")


def _places(layout: Layout, file: SourceFile, table: Table, where: str) -> Mapping[str, int]:
    if layout.find is not None:
        return layout.find(file, table.columns, table.first_rows(FIRST_ROWS))
    places = _usual_places(layout, table.columns)
    for name in layout.required:
        if name not in places:
            raise missing_column(where, layout.headers[name][0], table.columns)
    return places


def _usual_places(layout: Layout, columns: Sequence[str]) -> dict[str, int]:
    """Places of the columns that are there; of equal headers the first one counts."""
    by_fold = {folded_header(column): place for place, column in reversed(list(enumerate(columns)))}
    places: dict[str, int] = {}
    for name, usual in layout.headers.items():
        known = [by_fold[fold] for fold in map(folded_header, usual) if fold in by_fold]
        if known:
            places[name] = known[0]
    return places


def _grouped(several: Iterator[Rows]) -> Iterator[list[Rows]]:
    """As many as make a batch of claims: BATCH_ROWS rows and _GROUP_BYTES at most, unless one alone has more."""
    group: list[Rows] = []
    count = size = 0
    for rows in several:
        if group and (count + len(rows) > BATCH_ROWS or size + rows.size > _GROUP_BYTES):
            yield group
            group, count, size = [], 0, 0
        group.append(rows)
        count += len(rows)
        size += rows.size
    if group:
        yield group


def _reject(pull: Pull, group: Sequence[Rows], refused: Sequence[tuple[int, str]]) -> None:
    """Set aside what is broken and what was refused, in the order of the file."""
    left = iter(refused)
    row, reason = next(left, (-1, ""))
    start = 0
    for rows in group:
        found = list(rows.broken)
        while start <= row < start + len(rows):
            found.append(Broken(rows.lines[row - start], reason, rows.text_of(row - start)))
            row, reason = next(left, (-1, ""))
        for one in sorted(found, key=lambda one: one.line):
            pull.rejects.add(one.line, one.reason, one.text)
        start += len(rows)


def _note_reading(pull: Pull, how: str) -> None:
    known = pull.notes.read.split("; ") if pull.notes.read else []
    pull.notes.read = "; ".join(dict.fromkeys([*known, how]))
