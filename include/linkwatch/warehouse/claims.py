"""Who claimed a link: a question to the warehouse about one link's sources. Loading them is `load`'s."""

from typing import Any

import sqlalchemy as sa

from linkwatch.warehouse import tables
from linkwatch.warehouse.engine import reading


def link_claims(engine: sa.Engine, link_id: int) -> list[dict[str, Any]]:
    """First and last claim of each source about one link (rows of `link_claim`), the earliest first; times are aware UTC."""
    claim = tables.link_claim
    query = sa.select(claim).where(claim.c.link_id == link_id).order_by(claim.c.first_claimed_at, claim.c.claimed_by)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
