"""The mart `gap_referring_domain`: put in place night by night, and read. How it is worked out is not here."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.warehouse.bulk import upsert
from linkwatch.warehouse.columns import key_of
from linkwatch.warehouse.engine import reading, writing
from linkwatch.warehouse.tables import gap_referring_domain

_KEY = ("site", "source_domain")


def replace_gap(engine: sa.Engine, night: str, rows: pa.Table) -> int:
    """Make `rows` all that the mart holds, in one transaction; returns the number of rows written or removed.

    `rows` has the mart's columns without `gap_id` and `night`, each site and domain once. A row that says what it said is left
    alone and keeps its night. Raises WarehouseError where the database fails.
    """
    table = gap_referring_domain
    keys = [key_of(site, domain) for site, domain in zip(*(rows[name].to_pylist() for name in _KEY), strict=True)]
    with writing(engine) as connection:
        gone = set(connection.scalars(sa.select(table.c.gap_id))) - set(keys)
        if gone:
            by_key = sa.delete(table).where(table.c.gap_id == sa.bindparam("gone_id"))
            connection.execute(by_key, [{"gone_id": key} for key in sorted(gone)])
        named = rows.append_column("gap_id", pa.array(keys, schemas.I64))
        named = named.append_column("night", pa.repeat(pa.scalar(night, schemas.S), rows.num_rows))
        return len(gone) + upsert(connection, table, named, newest="night")


def gap_rows(
    engine: sa.Engine, own_sites: Sequence[str], *, mentions: bool = False, best: int | None = None
) -> list[dict[str, Any]]:
    """Rows of the mart for some own sites, by site and rank: up to rank `best`; with `mentions` those with an unlinked one."""
    table = gap_referring_domain
    query = sa.select(table).where(table.c.site.in_(own_sites)).order_by(table.c.site, table.c.rank)
    if mentions:
        query = query.where(table.c.unlinked_mention)
    if best is not None:
        query = query.where(table.c.rank <= best)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
