"""Arrow tables into the warehouse, in bulk: insert what is new, update what differs, leave the rest alone.

PostgreSQL is fed binary COPY, whose bytes are put together column by column in Arrow: no Python object per row. SQLite is
fed tuples in the order of the primary key, which is more than twice as fast as any other order. Batches bound the memory.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.warehouse.columns import SQLITE_TIME, Night, UtcTime, json_text

BATCH_ROWS = 50_000

_COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000-01-01
_EPOCH_DAYS = pa.scalar(10_957, pa.int32())


def arrow_schema(table: sa.Table) -> pa.Schema:
    """The Arrow schema that `upsert` expects for a table: times as times, nights and JSON as text."""
    return pa.schema([pa.field(column.name, _arrow_type(column), nullable=bool(column.nullable)) for column in table.columns])


def rows_of(table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as mappings, as the Arrow table that `upsert` expects."""
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(table))


def upsert(
    connection: sa.Connection, table: sa.Table, rows: pa.Table, *, newest: str = "", keep: bool | Collection[str] = False
) -> int:
    """Insert rows whose key is new; update rows whose values differ. Returns the number of rows inserted or updated.

    `rows` has the table's columns (in any order) and each key once. `newest` names a column that a row must not fall
    behind: a night that is loaded late does not overwrite what a later one said. `keep` leaves rows that are there as they
    are, or those of their columns that it names.
    """
    if rows.num_rows == 0:
        return 0
    keys = [column.name for column in table.primary_key]
    rows = rows.select([column.name for column in table.columns])
    names = ", ".join(map(_quoted, rows.column_names))
    target = f"INSERT INTO {_quoted(table.name)} ({names})"
    conflict = _on_conflict(connection.dialect.name, table, keys, newest, keep)
    if connection.dialect.name == "postgresql":
        return _merge(connection, table, rows, target, conflict)
    marks = ", ".join("?" * rows.num_columns)
    statement = f"{target} VALUES ({marks}) {conflict}"
    return sum(
        connection.exec_driver_sql(statement, list(zip(*columns, strict=True))).rowcount
        for columns in _columns(_in_key_order(rows, keys), table, _sqlite_values)
    )


def _merge(connection: sa.Connection, table: sa.Table, rows: pa.Table, target: str, conflict: str) -> int:
    """COPY straight into an empty table, else by way of a temporary one. Loads take turns: the lock lets readers pass."""
    own = _quoted(table.name)
    connection.exec_driver_sql(f"LOCK TABLE {own} IN SHARE ROW EXCLUSIVE MODE")
    if not connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {own})").scalar():  # noqa: S608  # names of our own
        _copy(connection, table, rows, own)
        return len(rows)
    staged = _quoted(f"staged_{table.name}")
    names = ", ".join(map(_quoted, rows.column_names))
    keys = ", ".join(_quoted(column.name) for column in table.primary_key)
    connection.exec_driver_sql(f"CREATE TEMP TABLE {staged} (LIKE {own}) ON COMMIT DROP")
    _copy(connection, table, rows, staged)
    merge = f"{target} SELECT {names} FROM {staged} ORDER BY {keys} {conflict}"  # noqa: S608  # names of our own
    written = connection.exec_driver_sql(merge).rowcount
    connection.exec_driver_sql(f"DROP TABLE {staged}")
    return written


def _copy(connection: sa.Connection, table: sa.Table, rows: pa.Table, into: str) -> None:
    names = ", ".join(map(_quoted, rows.column_names))
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {into} ({names}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(_COPY_HEAD)
        for columns in _columns(rows.to_batches(max_chunksize=BATCH_ROWS), table, _copy_fields):
            copy.write(_joined(columns))
        copy.write(_COPY_END)


def _on_conflict(dialect: str, table: sa.Table, keys: Sequence[str], newest: str, keep: bool | Collection[str]) -> str:
    kept = () if isinstance(keep, bool) else keep
    values = [column.name for column in table.columns if column.name not in keys and column.name not in kept]
    compared = [name for name in values if name != newest]
    head = f"ON CONFLICT ({', '.join(map(_quoted, keys))})"
    if keep is True or not compared:
        return f"{head} DO NOTHING"
    own = _quoted(table.name)
    differs = "IS DISTINCT FROM" if dialect == "postgresql" else "IS NOT"
    news = ", ".join(f"{_quoted(name)} = excluded.{_quoted(name)}" for name in values)
    old_row = ", ".join(f"{own}.{_quoted(name)}" for name in compared)
    new_row = ", ".join(f"excluded.{_quoted(name)}" for name in compared)
    guard = f" AND excluded.{_quoted(newest)} >= {own}.{_quoted(newest)}" if newest else ""
    return f"{head} DO UPDATE SET {news} WHERE ({old_row}) {differs} ({new_row}){guard}"


def _in_key_order(rows: pa.Table, keys: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Batches in the order of the keys. `take` joins the chunks of a column, and `string` ends at 2 GB: hence the wide text."""
    wide = [field.with_type(pa.large_string()) if field.type == schemas.S else field for field in rows.schema]
    joined = rows.cast(pa.schema(wide)).combine_chunks()
    order = pc.sort_indices(joined, sort_keys=[(key, "ascending") for key in keys])
    for start in range(0, len(rows), BATCH_ROWS):
        yield from joined.take(order.slice(start, BATCH_ROWS)).cast(rows.schema).combine_chunks().to_batches()


def _columns(batches: Iterable[pa.RecordBatch], table: sa.Table, convert: Any) -> Iterator[list[Any]]:
    for batch in batches:
        yield [convert(table.columns[name], _clean(table.columns[name], batch[name])) for name in batch.schema.names]


def _clean(column: sa.Column[Any], values: pa.Array) -> pa.Array:
    """PostgreSQL's text has no NUL; pages do. It is dropped on both databases, so that they hold the same."""
    if not pa.types.is_string(values.type):
        return values
    if isinstance(column.type, sa.JSON):
        if pc.any(pc.match_substring(values, "\\u")).as_py():
            return pa.array([None if text is None else json_text(json.loads(text)) for text in values.to_pylist()], pa.string())
        return values
    return pc.replace_substring(values, "\x00", "") if pc.any(pc.match_substring(values, "\x00")).as_py() else values


def _sqlite_values(column: sa.Column[Any], values: pa.Array) -> list[Any]:
    stored: list[Any] = (pc.strftime(values, SQLITE_TIME) if isinstance(column.type, UtcTime) else values).to_pylist()
    return stored


def _copy_fields(column: sa.Column[Any], values: pa.Array) -> pa.Array:
    """A column as the fields of a COPY stream: four bytes of length, then the value; the length -1 is NULL."""
    if isinstance(column.type, UtcTime):
        values = pc.subtract(values.cast(pa.int64()), _EPOCH_US)
    elif isinstance(column.type, Night):
        values = pc.subtract(values.cast(pa.date32()).cast(pa.int32()), _EPOCH_DAYS)
    if not pa.types.is_string(values.type):
        return _fixed_fields(values)
    body = values.cast(pa.binary())
    if isinstance(column.type, sa.JSON):
        body = pc.binary_join_element_wise(b"\x01", body, b"")  # jsonb's version, then its text
    lengths = pc.fill_null(pc.binary_length(body), -1)
    return pc.binary_join_element_wise(_big_endian(lengths), pc.fill_null(body, b""), b"")


def _fixed_fields(values: pa.Array) -> pa.Array:
    numbers = pc.fill_null(values.cast(pa.uint8()) if pa.types.is_boolean(values.type) else values, 0)
    width = numbers.type.bit_width // 8
    fields = pc.binary_join_element_wise(width.to_bytes(4, "big"), _big_endian(numbers), b"")
    return pc.if_else(pc.is_valid(values), fields, _NULL) if values.null_count else fields


def _big_endian(values: pa.Array) -> pa.Array:
    numbers = values.to_numpy(zero_copy_only=False)
    numbers = numbers.astype(numbers.dtype.newbyteorder(">"))
    starts = np.arange(len(numbers) + 1, dtype=np.int32) * numbers.itemsize
    return pa.Array.from_buffers(pa.binary(), len(numbers), [None, pa.py_buffer(starts), pa.py_buffer(numbers)])


def _joined(fields: list[pa.Array]) -> memoryview:
    rows = pc.binary_join_element_wise(len(fields).to_bytes(2, "big"), *fields, b"")
    return memoryview(rows.buffers()[2])


def _arrow_type(column: sa.Column[Any]) -> pa.DataType:
    if isinstance(column.type, UtcTime):
        return schemas.UTC_US
    if isinstance(column.type, sa.Boolean):
        return schemas.B
    if isinstance(column.type, sa.Double):
        return schemas.F64
    if isinstance(column.type, sa.SmallInteger):
        return schemas.I16
    if isinstance(column.type, sa.BigInteger):
        return schemas.I64
    return schemas.I32 if isinstance(column.type, sa.Integer) else schemas.S


def _quoted(name: str) -> str:
    return f'"{name}"'
