"""Opening the warehouse: SQLite or PostgreSQL, transactions, and errors that a person can act on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, IntegrityError

from linkwatch.errors import WarehouseError

LOCK_TIMEOUT_S = 30.0
"""How long a transaction waits for another writer before it gives up."""

CONNECT_TIMEOUT_S = 10

_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2")
_SQLITE = ("sqlite", "sqlite+pysqlite")
_WRITES = "linkwatch_writes"


def open_warehouse(url: str, *, lock_timeout_s: float = LOCK_TIMEOUT_S) -> sa.Engine:
    """Connect to the warehouse once, to know that it is there; every PostgreSQL URL goes through psycopg 3.

    Raises WarehouseError where it cannot be reached or is locked. A password never gets into the error's text.
    """
    parsed = _parse(url)
    if parsed.drivername in _SQLITE:
        engine = _open_sqlite(parsed, lock_timeout_s)
    else:
        engine = sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "linkwatch"},
        )
        sa.event.listen(engine, "begin", lambda connection: _limit_waits(connection, lock_timeout_s))
    with reading(engine) as connection:
        connection.execute(sa.text("SELECT 1"))
    return engine


def shown_url(url: str) -> str:
    """A warehouse's URL as it may be shown: without its password; of a URL that cannot be read nothing but that."""
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return "$LINKWATCH_WAREHOUSE (cannot be read)"


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that only reads. Raises WarehouseError where the database fails."""
    with _explained(engine), engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that writes: all of it or nothing. SQLite's write lock is taken at once, so it is never lost half-way."""
    with _explained(engine), engine.execution_options(**{_WRITES: True}).begin() as connection:
        yield connection


def _parse(url: str) -> sa.URL:
    expected = "expected sqlite:////folder/file.sqlite or postgresql://user:password@host/database; check $LINKWATCH_WAREHOUSE"
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):
        raise WarehouseError(f"warehouse: the URL cannot be read (it is not shown, it may hold a password); {expected}") from None
    if parsed.drivername not in (*_SQLITE, *_POSTGRES):
        raise WarehouseError(f"warehouse: the URL's scheme is {parsed.drivername!r}; {expected}")
    return parsed


def _open_sqlite(url: sa.URL, lock_timeout_s: float) -> sa.Engine:
    if url.database and not url.database.startswith((":", "file:")):
        folder = Path(url.database).absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"warehouse: cannot make the folder {folder}: {error.strerror}; check $LINKWATCH_HOME or $LINKWATCH_WAREHOUSE"
            ) from error
    # A URL may say itself how long to wait: sqlite:////folder/file.sqlite?timeout=5
    engine = sa.create_engine(url, connect_args={} if "timeout" in url.query else {"timeout": lock_timeout_s})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves; sqlite3 would leave DDL outside of the transaction
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _limit_waits(connection: sa.Connection, lock_timeout_s: float) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(lock_timeout_s * 1000)}")


@contextmanager
def _explained(engine: sa.Engine) -> Iterator[None]:
    """What the database says becomes WarehouseError; broken constraints and bad values are bugs and pass through as they are."""
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except (IntegrityError, DataError, driver.IntegrityError, driver.DataError):
        raise
    except (DatabaseError, driver.DatabaseError) as error:  # the driver's own: COPY goes past SQLAlchemy
        raise WarehouseError(_explain(engine.url, error)) from error


def _explain(url: sa.URL, error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    said = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    if url.password:
        said = said.replace(str(url.password), "***")
    where = url.database if url.drivername in _SQLITE else url.render_as_string(hide_password=True)
    return f"warehouse: {where}: {said}; {_remedy(url, said)}"


def _remedy(url: sa.URL, said: str) -> str:
    if "database is locked" in said:
        return f"it is held by {_holders(str(url.database))}; end that, or run again when it has finished"
    if "lock timeout" in said:
        return "another session holds the tables (see pg_stat_activity); end it, or run again when it has finished"
    if "readonly" in said:
        return "make the file and its folder writable for this user, or point $LINKWATCH_WAREHOUSE elsewhere"
    if "no such table" in said or 'relation "' in said:
        return "the tables are not there; run `linkwatch nightly`, which makes them, or check $LINKWATCH_WAREHOUSE"
    if url.drivername in _SQLITE:
        return "check that the file is a SQLite database in a writable folder with space left"
    return "check that the server runs, and user, password and database in $LINKWATCH_WAREHOUSE"


def _holders(database: str) -> str:
    """Processes that have the file open, as far as /proc tells."""
    path = os.path.realpath(database)
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.path.realpath(entry) == path for entry in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                found.append(f"process {process.name} ({name})" if int(process.name) != os.getpid() else "this process")
        except OSError:
            continue  # ended meanwhile, or another user's
    return ", ".join(sorted(found, key=lambda entry: entry == "this process")) or "another process"
