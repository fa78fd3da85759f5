"""The warehouse's tables through time (Alembic). A version that was released is never edited; the next one follows it."""

from pathlib import Path

import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse.engine import reading, writing

HEAD = "0004"
"""The latest version; a test keeps it equal to the last file in versions/."""

VERSION_TABLE = "linkwatch_version"
"""Our own name: Alembic's default is taken where the warehouse shares a database with Airflow."""

_LOCK = 0x6C696E6B  # "link": makes two tasks on PostgreSQL migrate one after the other


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to `HEAD`, in one transaction; one SELECT where they are there already.

    Raises WarehouseError where the tables are at a version that this linkwatch does not know.
    """
    with reading(engine) as connection:
        if _version(connection) == HEAD:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        _upgrade(connection)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608  # a constant


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # heavy, and needed once in a warehouse's life
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise WarehouseError(
            f"warehouse: the tables are at version {_version(connection)}, this linkwatch knows {HEAD} and older ones; "
            "install the newer linkwatch that made them, or point $LINKWATCH_WAREHOUSE elsewhere"
        ) from error
