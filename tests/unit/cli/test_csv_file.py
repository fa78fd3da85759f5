"""Rows as CSV files for spreadsheets."""

import pytest

from linkwatch.cli.csv_file import write_csv
from linkwatch.errors import StoreError


def test_cells(tmp_path):
    """The named columns in their order; a text that a spreadsheet would take for a formula is led by an apostrophe."""
    path = tmp_path / "rows.csv"
    rows = [{"b": "=1+1", "a": -1, "c": "left out"}, {"b": "plain, with a comma", "a": None, "c": ""}]
    assert write_csv(str(path), ("a", "b"), rows) == 2
    assert path.read_text().splitlines() == ["a,b", "-1,'=1+1", ',"plain, with a comma"']


def test_a_place_that_cannot_be_written(tmp_path):
    """A folder that is not there is an error that names the file."""
    with pytest.raises(StoreError, match=r"cannot write .*rows\.csv"):
        write_csv(str(tmp_path / "none" / "rows.csv"), ("a",), [])
