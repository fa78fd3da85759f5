"""What integration tests share: a real PostgreSQL, and a warehouse on either database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from linkwatch.warehouse import migrate, open_warehouse
from servers.postgres import PostgresUnavailableError, running_postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of the maintenance database of an embedded PostgreSQL; tests are skipped, with the reason, where it cannot run."""
    server = running_postgres()
    try:
        url = server.__enter__()
    except PostgresUnavailableError as error:
        pytest.skip(f"no embedded PostgreSQL here: {error}")
    yield url
    server.__exit__(None, None, None)


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database; it is emptied again after the test (a new database takes 30 times as long)."""
    yield postgres_url
    with psycopg.connect(postgres_url, options="-c lock_timeout=5s") as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@pytest.fixture(params=["sqlite", "postgresql"])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty warehouse, on SQLite and on PostgreSQL in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'linkwatch.sqlite'}"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
def engine(warehouse_url: str) -> Iterator[sa.Engine]:
    """A migrated warehouse, on SQLite and on PostgreSQL in turn."""
    engine = open_warehouse(warehouse_url)
    migrate(engine)
    yield engine
    engine.dispose()
