"""Migrations make the tables that the code speaks of, once, on SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from linkwatch.errors import WarehouseError
from linkwatch.warehouse import load_night, migrate, migrations, open_warehouse, tables

from integration.warehouse_rows import link, load  # isort: skip


def test_the_migrations_make_exactly_the_tables(engine: sa.Engine):
    """Alembic finds nothing to do between the migrated warehouse and the tables in the code."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": migrations.VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, tables.metadata) == []


def test_a_missing_column_is_drift(engine: sa.Engine):
    """The comparison of the test above does see a difference."""
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE site DROP COLUMN scope")
        context = MigrationContext.configure(connection, opts={"version_table": migrations.VERSION_TABLE})
        assert [(entry[0], entry[3].name) for entry in compare_metadata(context, tables.metadata)] == [("add_column", "scope")]


def test_the_view_has_the_columns_of_the_code(engine: sa.Engine):
    """`link` is what `tables.link` says, name by name."""
    columns = [column["name"] for column in sa.inspect(engine).get_columns("link")]
    assert sorted(tables.link.columns.keys()) == sorted(columns)


def test_the_head_is_the_last_version():
    """The constant that spares a night the work of asking Alembic is the last file's version."""
    scripts = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert scripts.get_current_head() == migrations.HEAD


def test_migrating_again_keeps_everything(engine: sa.Engine):
    """A warehouse at its head is left as it is."""
    load_night(engine, load("2026-11-22", links=[link()]))
    migrate(engine)

    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.link)) == 1


def test_tasks_that_start_together_migrate_once(warehouse_url: str):
    """Four tasks that find an empty warehouse at the same time all end with its tables."""
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda url: migrate(open_warehouse(url)), [warehouse_url] * 4))
    engine = open_warehouse(warehouse_url)

    assert set(tables.metadata.tables) < set(sa.inspect(engine).get_table_names())
    engine.dispose()


def test_a_newer_warehouse_is_refused(engine: sa.Engine):
    """Tables that a later linkwatch made are not touched, and the error says which versions meet."""
    with engine.begin() as connection:
        connection.execute(sa.update(sa.table(migrations.VERSION_TABLE, sa.column("version_num"))).values(version_num="0999"))

    with pytest.raises(WarehouseError, match="the tables are at version 0999, this linkwatch knows 0004"):
        migrate(engine)


def test_airflow_may_live_in_the_same_database(warehouse_url: str):
    """Another program's `alembic_version` is neither read nor written."""
    engine = open_warehouse(warehouse_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('airflow')")
    migrate(engine)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("airflow",)]
    engine.dispose()
