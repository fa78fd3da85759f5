"""A warehouse that cannot be used says what, where and what to do, and never shows a password."""

import sqlite3
import traceback
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse import loaded_nights, migrate, open_warehouse
from linkwatch.warehouse.engine import writing
from servers.postgres import running_postgres

PASSWORD = "s3cr3t-w0rd"


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    """The file of a migrated warehouse that nobody has open."""
    path = tmp_path / "linkwatch.sqlite"
    engine = open_warehouse(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


def _write(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.execute(sa.text("DELETE FROM site"))


def test_a_locked_file_names_the_file_and_its_holder(sqlite_file: Path):
    """A writer that does not finish is told with its process, after the wait that was asked for."""
    engine = open_warehouse(f"sqlite:///{sqlite_file}", lock_timeout_s=0.05)
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WarehouseError, match=r"linkwatch\.sqlite: database is locked; it is held by .*process.*; end that"):
            _write(engine)
    _write(engine)
    engine.dispose()


def test_a_file_that_is_locked_for_readers_too_does_not_open(sqlite_file: Path):
    """An exclusive lock is met while opening, and told the same way."""
    with closing(sqlite3.connect(sqlite_file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WarehouseError, match="database is locked; it is held by"):
            open_warehouse(f"sqlite:///{sqlite_file}", lock_timeout_s=0.05)


def test_a_locked_table_is_told_on_postgresql(postgres_database: str):
    """A session that keeps a table locked is an error after the wait, and not a night that hangs."""
    engine = open_warehouse(postgres_database, lock_timeout_s=0.05)
    migrate(engine)
    with engine.connect() as other:
        other.execute(sa.text("LOCK TABLE site"))
        with pytest.raises(WarehouseError, match="lock timeout; another session holds the tables"):
            _write(engine)
    engine.dispose()


def test_a_file_that_cannot_be_written_says_so(sqlite_file: Path):
    """Reading goes on; the first write says that the file is read-only."""
    engine = open_warehouse(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true")

    assert loaded_nights(engine) == []
    with pytest.raises(WarehouseError, match="readonly database; make the file and its folder writable"):
        _write(engine)
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "said"),
    [("notes.txt", "file is not a database"), ("notes.txt/linkwatch.sqlite", "cannot make the folder"), ("", "unable to open")],
)
def test_a_path_that_is_no_database_says_so(tmp_path: Path, name: str, said: str):
    """A text file, a folder below a file and a folder are refused with their path."""
    (tmp_path / "notes.txt").write_text("no database, however long one reads in it\n" * 40)
    with pytest.raises(WarehouseError, match=said) as caught:
        open_warehouse(f"sqlite:///{tmp_path / name}")
    assert str(tmp_path) in str(caught.value)


def test_a_database_without_our_tables_says_what_makes_them(warehouse_url: str):
    """Asking an empty database for its nights is an error with a remedy."""
    engine = open_warehouse(warehouse_url)
    with pytest.raises(WarehouseError, match="the tables are not there; run `linkwatch nightly`"):
        loaded_nights(engine)
    engine.dispose()


def test_a_server_that_is_down_is_told_without_the_password(free_port: int):
    """Neither the error nor what caused it shows the password."""
    url = f"postgresql://alice:{PASSWORD}@127.0.0.1:{free_port}/links"
    with pytest.raises(WarehouseError, match="check that the server runs") as caught:
        open_warehouse(url)

    assert "alice:***@127.0.0.1" in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://alice:PASSWORD@db/links", "scheme is 'mysql'"),
        ("postgresql+asyncpg://alice:PASSWORD@db/links", r"scheme is 'postgresql\+asyncpg'"),
        ("alice:PASSWORD@db", "the URL cannot be read"),
        ("postgresql://alice:PASSWORD@db:port/links", "the URL cannot be read"),
    ],
)
def test_a_url_that_we_cannot_use_is_told_without_the_password(url: str, said: str):
    """An unknown scheme or a URL that is none says what is expected, and shows no part that may be secret."""
    with pytest.raises(WarehouseError, match=said) as caught:
        open_warehouse(url.replace("PASSWORD", PASSWORD))

    assert "expected sqlite:" in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_the_embedded_server_stops():
    """After the tests' own PostgreSQL nothing of it is left: no process, no socket, no folder."""
    with running_postgres() as url:
        folder = Path(url.partition("host=")[2])
        process = Path("/proc", (folder / "postmaster.pid").read_text().split()[0])
        assert process.exists()

    assert not process.exists()
    assert not folder.exists()
