"""Rows as a CSV file for a spreadsheet: UTF-8, a header, and no cell that a spreadsheet would take for a formula."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from linkwatch.errors import StoreError
from linkwatch.sources.claims import no_formula


def write_csv(path: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write the named columns of rows to `path`; returns the number of rows. Raises StoreError where it cannot be written."""
    written = 0
    try:
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in rows:
                writer.writerow([_cell(row[name]) for name in columns])
                written += 1
    except OSError as error:
        raise StoreError(f"csv: cannot write {path}: {error.strerror}; name another file") from error
    return written


def _cell(value: object) -> object:
    return no_formula(value) if isinstance(value, str) else value
