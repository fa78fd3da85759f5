"""Ways of loading rows of the shape of `link_row` into SQLite or PostgreSQL: an Arrow table in, a commit at the end.

Every way loads into empty tables with the warehouse's own keys and indexes, and answers with what the table then says.
"""

import tempfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from bench.links import SECOND
from bench.nights import after
from linkwatch.warehouse import migrate, open_warehouse, tables
from linkwatch.warehouse.bulk import upsert
from linkwatch.warehouse.columns import SQLITE_TIME
from linkwatch.warehouse.engine import writing

Work = Callable[[], dict[str, Any]]

_BATCH = 10_000


def ours(home: str, rows: int, url: str) -> Work:
    """`upsert`: binary COPY on PostgreSQL, tuples in the order of the key on SQLite."""
    engine, table = _empty(url), _rows(home, rows)

    def load() -> None:
        with writing(engine) as connection:
            upsert(connection, tables.link_row, table)

    return _checked(engine, load)


def core(home: str, rows: int, url: str) -> Work:
    """The obvious way: SQLAlchemy Core, `execute(insert, rows)`, in batches; the rows of the Arrow table as dictionaries."""
    engine, table = _empty(url), _rows(home, rows)

    def load() -> None:
        with writing(engine) as connection:
            for batch in table.to_batches(max_chunksize=_BATCH):
                connection.execute(sa.insert(tables.link_row), batch.to_pylist())

    return _checked(engine, load)


def copy_rows(home: str, rows: int, url: str) -> Work:
    """The best rival on PostgreSQL: psycopg's COPY, row by row."""
    engine, table = _empty(url), _rows(home, rows)

    def load() -> None:
        with writing(engine) as connection:
            cursor: Any = connection.connection.cursor()
            names = ", ".join(f'"{name}"' for name in table.column_names)
            with cursor, cursor.copy(f"COPY link_row ({names}) FROM STDIN") as copy:
                for batch in table.to_batches(max_chunksize=_BATCH):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)

    return _checked(engine, load)


def ready_tuples(home: str, rows: int, url: str) -> Work:
    """The limit on SQLite: tuples that lie ready, in the order of the key, `executemany`."""
    engine, table = _empty(url), _rows(home, rows)
    times = [index for index, field in enumerate(table.schema) if pa.types.is_timestamp(field.type)]
    for index in times:
        table = table.set_column(index, table.field(index).name, pa.compute.strftime(table[index], SQLITE_TIME))
    ready = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    names = ", ".join(f'"{name}"' for name in table.column_names)
    statement = f"INSERT INTO link_row ({names}) VALUES ({', '.join('?' * table.num_columns)})"  # noqa: S608  # names of our own

    def load() -> None:
        with writing(engine) as connection:
            cursor: Any = connection.connection.cursor()
            cursor.executemany(statement, ready)

    return _checked(engine, load)


def ready_bytes(home: str, rows: int, url: str) -> Work:
    """The limit on PostgreSQL: the COPY stream lies ready; the server alone works."""
    engine, table = _empty(url), _rows(home, rows)
    names = ", ".join(f'"{name}"' for name in table.column_names)
    with writing(engine) as connection:
        upsert(connection, tables.link_row, table)
    with writing(engine) as connection:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY (SELECT {names} FROM link_row ORDER BY link_id) TO STDOUT (FORMAT binary)") as copy:  # noqa: S608
            stream = b"".join(bytes(chunk) for chunk in copy)
        connection.execute(sa.text("TRUNCATE link_row"))

    def load() -> None:
        with writing(engine) as connection:
            cursor: Any = connection.connection.cursor()
            with cursor, cursor.copy(f"COPY link_row ({names}) FROM STDIN (FORMAT binary)") as copy:
                copy.write(stream)

    return _checked(engine, load)


def _empty(url: str) -> sa.Engine:
    """A warehouse without rows: on SQLite a new file, on PostgreSQL the given database emptied."""
    folder = tempfile.mkdtemp(prefix="load-", dir=url) if "://" not in url else ""
    engine = open_warehouse(f"sqlite:///{folder}/warehouse.sqlite" if folder else url)
    migrate(engine)
    with writing(engine) as connection:
        connection.execute(sa.delete(tables.link_row) if folder else sa.text("TRUNCATE link_row"))
    return engine


def _rows(home: str, rows: int) -> pa.Table:
    """The first rows of the folded night, in its order: by key."""
    wanted = [column.name for column in tables.link_row.columns if column.name not in ("page_id", "updated_night")]
    links = pq.ParquetFile(after(home)).read_row_group(0, columns=wanted).slice(0, rows)
    links = links.append_column("page_id", links["link_id"])
    return links.append_column("updated_night", pa.repeat(SECOND, len(links))).combine_chunks()


def _checked(engine: sa.Engine, load: Callable[[], None]) -> Work:
    row = tables.link_row.c
    columns = (sa.func.count(), sa.func.min(row.link_id), sa.func.max(row.link_id), sa.func.sum(sa.func.length(row.anchor)))
    query = sa.select(*columns, sa.func.count(row.lost_at), sa.func.max(row.last_seen_at))

    def work() -> dict[str, Any]:
        load()
        with engine.connect() as connection:
            return {"table": [str(value) for value in connection.execute(query).one()]}

    return work
