"""DuckDB on Parquet files: a connection of known size, relations by name, results out as Parquet. The only user of DuckDB.

Values reach a query as parameters, file names as relations; SQL is put together from our own column names alone.
"""

import itertools
import math
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch.errors import StoreError
from linkwatch.snapshots.files import filesystem_of, is_remote, whole_file

MEMORY_LIMIT_BYTES = max(1_500_000_000, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4)
"""What DuckDB may hold before it spills to the temporary folder: a quarter of the machine. Not all of it can spill, and a
limit of 900 MB made a fold of a million links fail now and then (measured): a night that fails is worse than a large one."""

THREADS = min(os.cpu_count() or 2, 4)
"""More would only split the memory into smaller parts: a night has other tasks beside it."""

ROWS_PER_GROUP = 122_880
"""Rows in a row group of a file that we write: DuckDB's own default, which its readers are tuned to."""

ROWS_PER_SLICE = 250_000
"""Links that are joined with their text and sorted at a time: memory for a million links and for ten is the same."""

_PARAMETER = re.compile(r"\$(\w+)")
_HASHES = ("link_id", "row_hash")
_BLANK = {pa.string(): "''", pa.bool_(): "FALSE", pa.int16(): "0", pa.int32(): "0", pa.float64(): "NULL::DOUBLE"}
_MOSTLY_DISTINCT = ("source_url", "anchor", "context_left", "context_right")


@contextmanager
def connect(near: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory connection, in UTC, that spills into the folder of file `near` (remote: the system's)."""
    folder = None if is_remote(near) else str(Path(near).absolute().parent)
    if folder is not None and not os.access(folder, os.W_OK):
        folder = None
    with tempfile.TemporaryDirectory(prefix=".duckdb-", dir=folder) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": THREADS,
            "memory_limit": f"{MEMORY_LIMIT_BYTES // 1_000_000}MB",
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "enable_external_file_cache": False,  # every file is read once
            "autoinstall_known_extensions": False,
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute(statement("addresses"))
            yield connection
        finally:
            connection.close()


def open_scratch(connection: duckdb.DuckDBPyConnection) -> None:
    """Attach a database `scratch` on disk, gone with the connection: its tables are compressed and do not count as memory."""
    [(folder,)] = connection.execute("SELECT current_setting('temp_directory')").fetchall()
    connection.execute(f"ATTACH {_literal(f'{folder}/scratch.duckdb')} AS scratch")


def relation(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[str], schema: pa.Schema) -> None:
    """Give the rows of Parquet files a name, in the columns of `schema`; no file at all is a relation without rows.

    A column that an older version of linkwatch did not write is blank. Two columns more, `file_index` and `file_row_number`,
    say where a row lies.
    """
    if not paths:
        places = pa.schema([*schema, pa.field("file_index", pa.int64()), pa.field("file_row_number", pa.int64())])
        connection.register(name, places.empty_table())
        return
    for path in paths:
        if is_remote(path):
            fs, _ = filesystem_of(path)
            schemes = [fs.protocol] if isinstance(fs.protocol, str) else fs.protocol
            if not any(map(connection.filesystem_is_registered, schemes)):
                connection.register_filesystem(fs)
    with damaged(paths):
        files = ", ".join(map(_literal, paths))
        first = connection.execute("SELECT name FROM parquet_schema($first)", {"first": paths[0]}).fetchall()
        written = {column for (column,) in first}
        if schema.names[0] not in written:  # a file of something else is damage, and no older version
            written = set(schema.names)
        fields = (f'"{column}"' if column in written else _blank(schema.field(column)) for column in schema.names)
        columns = ", ".join((*fields, "file_index", "file_row_number"))
        connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{files}])")  # noqa: S608  # our names alone


def statement(name: str) -> str:
    """The text of `linkwatch/sql/<name>.sql`."""
    return files("linkwatch").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def run(connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object]) -> None:
    """Carry out statements, one after the other, each with those of the parameters that it names."""
    for part in query.split(";\n"):
        named = set(_PARAMETER.findall(part))
        connection.execute(part, {name: value for name, value in parameters.items() if name in named})


def stream_to(
    connection: duckdb.DuckDBPyConnection, query: str, slices: Iterable[Mapping[str, object]], schema: pa.Schema, path: str
) -> int:
    """Write the rows of `query` to a Parquet file of exactly `schema`, a row group at a time; returns their number.

    The query is asked once for each slice, with the slice's parameters; the slices' rows follow each other in the file.
    """
    rows = 0
    with whole_file(path) as file, pq.ParquetWriter(file, schema, **_encoding(schema)) as writer:
        for parameters in slices:
            for batch in connection.sql(query, params=dict(parameters) or None).to_arrow_reader(ROWS_PER_GROUP):
                writer.write_table(pa.Table.from_batches([batch]).select(schema.names).cast(schema))
                rows += batch.num_rows
    return rows


def key_slices(rows: int) -> list[dict[str, object]]:
    """Parameters `low` and `high` (inclusive) that cut the range of int64 into equal parts, of about `ROWS_PER_SLICE` rows each.

    `link_id` is a hash, so equal parts of its range hold equally many links; sorted slices in order are sorted as a whole.
    """
    parts = max(1, math.ceil(rows / ROWS_PER_SLICE))
    bounds = [-(2**63) + part * (2**64 // parts) for part in range(parts)] + [2**63]
    return [{"low": low, "high": after - 1} for low, after in itertools.pairwise(bounds)]


def fetch(connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object], schema: pa.Schema) -> pa.Table:
    """The rows of `query` as a table of exactly `schema`."""
    return connection.sql(query, params=dict(parameters) or None).to_arrow_table().select(schema.names).cast(schema)


@contextmanager
def damaged(paths: Sequence[str]) -> Iterator[None]:
    """What DuckDB cannot read of `paths` inside the block, as a StoreError."""
    shown = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.BinderException) as error:
        raise StoreError(
            f"store: cannot read {shown}: {str(error).splitlines()[0]}; expected Parquet files as linkwatch wrote them. "
            "Restore them from a backup; a night that is not published can be dropped and run again"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            f"store: {MEMORY_LIMIT_BYTES // 1_000_000:,} MB of memory are not enough for {shown}: {str(error).splitlines()[0]}; "
            "run the night on a larger machine (a quarter of its memory is used), or watch fewer sites"
        ) from error


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    """How a snapshot is laid out: zstd, but hashes do not compress, and a dictionary of texts that differ is only a detour."""
    distinct = [name for name in _MOSTLY_DISTINCT if name in schema.names]
    return {
        "compression": {name: "none" if name in _HASHES else "zstd" for name in schema.names},
        "use_dictionary": [name for name in schema.names if name not in (*distinct, *_HASHES)],
        "column_encoding": dict.fromkeys(distinct, "DELTA_LENGTH_BYTE_ARRAY"),
    }


def _blank(field: pa.Field) -> str:
    return f'{_BLANK.get(field.type, "NULL")} AS "{field.name}"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
