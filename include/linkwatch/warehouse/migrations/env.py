"""Alembic's entry: runs the versions on the connection that `migrate` passes in, inside its transaction. No .ini, not offline."""

from alembic import context

from linkwatch.warehouse import tables
from linkwatch.warehouse.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
