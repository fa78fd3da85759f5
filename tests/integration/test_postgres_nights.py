"""The same nights in both databases: what a user asks of PostgreSQL is what SQLite says, row by row."""

import os
from datetime import datetime

import pytest
import sqlalchemy as sa

from linkwatch import steps
from linkwatch.cli import main
from linkwatch.cli.screen import show_where
from linkwatch.settings import load_settings
from linkwatch.warehouse import open_warehouse, tables
from linkwatch.world import World, serve, write_world
from night_home import VERBS

PASSWORD = "s3cr3t-w0rd"
NIGHTS = ("2026-01-05", "2026-01-06", "2026-01-07")


def rows(url: str) -> dict[str, list[dict]]:
    """Every table and the view, in Python's own types, without the one column that tells when a run really ended."""
    engine = open_warehouse(url)
    with engine.connect() as connection:
        found = {}
        for table in (*tables.metadata.sorted_tables, tables.link):
            columns = [column for column in table.columns if column.name != "finished_at"]
            query = sa.select(*columns)
            found[table.name] = sorted((dict(row) for row in connection.execute(query).mappings()), key=repr)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def homes(airflow_home, postgres_url, tmp_path_factory):
    """URLs of two warehouses after three nights of the example world, SQLite first; and after its week's report."""
    del airflow_home
    with_password = postgres_url.replace("postgres@", f"postgres:{PASSWORD}@", 1)
    folder = tmp_path_factory.mktemp("both")
    urls = (f"sqlite:///{folder / 'linkwatch.sqlite'}", with_password)
    world = World()
    with serve(world) as proxy, pytest.MonkeyPatch.context() as environment:
        for url in urls:
            home = folder / url.partition(":")[0]
            environment.setenv("LINKWATCH_HOME", str(home))
            environment.setenv("LINKWATCH_CONFIG", str(write_world(home / "world", proxy, world)))
            environment.setenv("LINKWATCH_WAREHOUSE", url)
            for night in NIGHTS:
                run(night)
            assert main(["report"]) == 0
        yield urls
    with sa.create_engine(with_password.replace("postgresql:", "postgresql+psycopg:")).begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))


def run(night: str) -> None:
    """A night, verb by verb."""
    name = steps.begin(datetime.fromisoformat(f"{night}T03:00:00+00:00"))
    for verb in VERBS.values():
        verb(name)


def test_both_databases_say_the_same(homes):
    """Tables, rows, keys above 2^53, times, booleans and JSON."""
    sqlite, postgres = map(rows, homes)
    assert sqlite == postgres
    filled = {"site", "night", "page", "link", "change", "finding", "alert", "weekly_site", "weekly_referring_domain"}
    assert {name for name, found in sqlite.items() if found} >= filled
    assert {row["audit"] for row in sqlite["night"]} == {"passed"}
    assert max(abs(row["link_id"]) for row in sqlite["link"]) > 2**53


def test_a_night_run_again_adds_nothing_to_postgresql(homes):
    """As in SQLite: the second run finds everything done."""
    before = rows(homes[1])
    run(NIGHTS[-1])
    assert rows(homes[1]) == before


def test_the_password_is_never_shown(homes, capsys):
    """Not by the list of nights, not by what says where everything is, not by an error."""
    del homes
    assert main(["nights"]) == 0
    show_where(load_settings())
    assert main(["release", NIGHTS[0]]) == 1
    assert main(["drop", NIGHTS[0]]) == 1
    shown = capsys.readouterr()
    assert "postgres:***@" in shown.out
    assert PASSWORD in os.environ["LINKWATCH_WAREHOUSE"]
    assert PASSWORD not in shown.out + shown.err
