"""Bulk loads: what goes in comes out, on SQLite and PostgreSQL, into empty tables and into full ones."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa

from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import BATCH_ROWS, arrow_schema, upsert
from linkwatch.warehouse.columns import UtcTime
from linkwatch.warehouse.engine import reading, writing


def _value(column: sa.Column[Any], number: int) -> object:
    """The `number`th value of a column: empty, least and greatest, odd and plain ones."""
    if column.name == "updated_night":
        return ("1970-01-01", "1999-12-31", "2026-11-22", "9999-12-31")[number % 4]
    if isinstance(column.type, UtcTime):
        moments = (None, datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2026, 11, 22, 3, tzinfo=UTC), None)
        return moments[number % 4]
    if isinstance(column.type, sa.Boolean):
        return bool(number % 2)
    if isinstance(column.type, sa.Integer):
        bits = 15 if isinstance(column.type, sa.SmallInteger) else 63 if isinstance(column.type, sa.BigInteger) else 31
        return (0, -(2**bits), 2**bits - 1, None if column.nullable else -1)[number % 4]
    if isinstance(column.type, sa.Double):
        return (0.0, -1.5, 1e300, None)[number % 4]
    return ("", "plain", "tab\t \"quote\" 'single' \\N \\.", "múltibyte 🔗 ‮")[number % 4]


def _rows(table: sa.Table, keys: list[int]) -> list[dict[str, Any]]:
    key = next(iter(table.primary_key)).name
    return [
        {column.name: _value(column, place + shift) for shift, column in enumerate(table.columns)} | {key: number}
        for place, number in enumerate(keys)
    ]


def _read(engine: sa.Engine, table: sa.Table) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]


def _write(engine: sa.Engine, table: sa.Table, rows: list[dict[str, Any]], **options: Any) -> int:
    with writing(engine) as connection:
        return upsert(connection, table, pa.Table.from_pylist(rows, schema=arrow_schema(table)), **options)


@pytest.mark.parametrize("table", [tables.link_row, tables.page], ids=str)
def test_rows_come_out_as_they_went_in(engine: sa.Engine, table: sa.Table):
    """Nulls, extremes, keys above 2^53 and text of every kind survive a load into an empty table and one beside other rows."""
    first = _rows(table, [-(2**63), 2**53 + 1, -1, 0])
    second = _rows(table, [2**63 - 1, 2**53, 1, 2])

    assert (_write(engine, table, first), _write(engine, table, second)) == (4, 4)
    key = next(iter(table.primary_key)).name
    assert sorted(first + second, key=lambda row: row[key]) == _read(engine, table)


def test_only_rows_that_differ_are_written(engine: sa.Engine):
    """An upsert counts and changes the rows whose values differ; null against null is no difference."""
    rows = _rows(tables.page, [1, 2, 3])
    _write(engine, tables.page, rows)
    changed = [rows[0], rows[1] | {"http_status": 418, "last_readable_at": None}, rows[2] | {"title": "new"}]

    assert _write(engine, tables.page, changed) == 2
    assert changed == _read(engine, tables.page)


def test_rows_that_fell_behind_are_left_alone(engine: sa.Engine):
    """With `newest`, a row of an older night changes nothing, and one of the same or a later night does."""
    row = _rows(tables.page, [1])[0] | {"updated_night": "2026-11-21", "title": "old"}
    _write(engine, tables.page, [row], newest="updated_night")
    late, same, later = (
        _write(engine, tables.page, [row | {"updated_night": night, "title": night}], newest="updated_night")
        for night in ("2026-11-20", "2026-11-21", "2026-11-22")
    )

    assert (late, same, later) == (0, 1, 1)
    assert _read(engine, tables.page)[0]["title"] == "2026-11-22"


def test_a_table_larger_than_a_batch_is_loaded_whole(engine: sa.Engine):
    """No row is lost or doubled where one batch ends and the next begins."""
    rows = [{"site": f"{number:06d}.example", "role": "own", "scope": "domain"} for number in range(BATCH_ROWS + 1)]
    assert _write(engine, tables.site, rows) == BATCH_ROWS + 1
    rows[-1] = rows[-1] | {"role": "competitor"}

    assert _write(engine, tables.site, rows) == 1
    assert rows == _read(engine, tables.site)


def test_no_rows_are_no_work(engine: sa.Engine):
    """An empty table is loaded without a statement."""
    assert _write(engine, tables.site, []) == 0
