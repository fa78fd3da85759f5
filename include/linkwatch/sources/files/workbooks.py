"""Sheets of Excel workbooks (.xlsx) as tab-separated UTF-8 text, one line a row: what every other table comes as.

Dates come as ISO 8601, whole numbers without a decimal point, formulas as the values that Excel last saw; a line break or a
tab inside a cell becomes a space. Hidden sheets and empty ones are passed over. The only user of openpyxl.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO

from linkwatch.errors import SourceError
from linkwatch.sources.files.copies import Copy

MAX_SHEETS = 50
MAX_ROWS = 1_048_576
"""Of one sheet, empty ones among them: the most that Excel has."""
MAX_COLUMNS = 500

_FOLDED = str.maketrans(dict.fromkeys("\t\r\n\0\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))
_DAMAGED = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, AssertionError),
    *(SyntaxError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)
"""What openpyxl was seen to raise for damaged workbooks: it has no error of its own, and its parsers raise SyntaxErrors."""


def sheets_of(path: str, opener: Callable[[], BinaryIO]) -> list[tuple[str, Callable[[], BinaryIO]]]:
    """(name, a function that gives the sheet as text) of every visible sheet that has rows. Raises SourceError.

    The caller has checked how large the workbook's parts are, as openpyxl reads its texts whole. `path` is for people.
    """
    with _workbook(path, opener) as book:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if len(sheets) > MAX_SHEETS:
            raise SourceError(f"{path} has {len(sheets)} sheets, {MAX_SHEETS} at most; expected an export of a vendor")
        found = [sheet.title for sheet in sheets if next(_rows(path, sheet), None)]
    if not found:
        raise SourceError(f"{path} is a workbook without a row; export it again")
    return [(title, partial(_open_sheet, path, opener, title)) for title in found]


@contextmanager
def _workbook(path: str, opener: Callable[[], BinaryIO]) -> Iterator[Any]:
    # Imported late: it costs a third of a second that files of text need not wait for.
    import openpyxl  # type: ignore[import-untyped]  # it has no types

    try:
        with opener() as file, closing(openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)) as book:
            yield book
    except _DAMAGED as error:
        raise SourceError(f"{path} is a damaged workbook: {str(error)[:200] or type(error).__name__}; export it again") from error


def _open_sheet(path: str, opener: Callable[[], BinaryIO], title: str) -> BinaryIO:
    copy = Copy()
    with _workbook(path, opener) as book, io.StringIO(newline="") as block:
        writer = csv.writer(block, delimiter="\t", lineterminator="\n")
        for row in _rows(path, book[title]):
            writer.writerow(row)
            if block.tell() > 1 << 20:
                copy.add(block.getvalue().encode())
                block.seek(0)
                block.truncate()
        copy.add(block.getvalue().encode())
    return copy.open()


def _rows(path: str, sheet: Any) -> Iterator[list[str]]:
    """Rows that have a value, all as wide as the first of them: read-only sheets leave out what is empty at the end."""
    sheet.reset_dimensions()  # some exporters declare A1 for a sheet of thousands
    width = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MAX_ROWS or len(row) > MAX_COLUMNS:
            raise SourceError(f"{path}#{sheet.title} has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; export less")
        cells = [_text(value) for value in row]
        if any(cells):
            width = width or len(cells)
            yield cells + [""] * (width - len(cells))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.translate(_FOLDED).encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
