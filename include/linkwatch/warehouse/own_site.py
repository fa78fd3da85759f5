"""Own sites in the warehouse: what the last crawl of each found, and what could be reclaimed. What the rows mean is in `tables`.

`own_page` and `own_link` hold what the last crawl of a site found: a row is written when it differs, and goes when its page or
link is no longer there. `updated_night` is therefore since when a row says what it says. `reclaim` is the last night's alone.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import arrow_schema, upsert
from linkwatch.warehouse.columns import key_of
from linkwatch.warehouse.engine import reading, writing

_KEYS_AT_ONCE = 500  # of rows to be removed; SQLite takes 999 parameters where it is old


@dataclass(frozen=True, slots=True)
class Reclaim:
    """An own address that could be reclaimed: a row of `reclaim`."""

    site: str
    target_url: str
    problem: str
    http_status: int | None
    hops: int
    final_url: str
    links: int
    referring_domains: int
    value: float
    best_source_url: str
    suggestion: str  # "" where nothing is alike
    suggested_because: str


@dataclass(frozen=True, slots=True)
class OwnNight:
    """What a night knows of own sites."""

    night: str  # YYYY-MM-DD
    pages: pa.Table  # schemas.OWN_PAGES, of tonight's crawls
    links: pa.Table  # schemas.OWN_LINKS
    reclaim: Sequence[Reclaim]


def load_own_site(engine: sa.Engine, own: OwnNight) -> int:
    """Tell the warehouse of a night's own sites, all of it or nothing; returns the rows inserted, updated or removed.

    Of sites that nobody crawled tonight the rows stay. A night that is told late changes nothing that a later one said.
    """
    pages = _keyed(own.pages, "page_id", own.night, "url")
    links = _keyed(own.links, "own_link_id", own.night, "source_url", "target_url")
    sites = pc.unique(own.pages["site"]).to_pylist()
    with writing(engine) as connection:
        written = _replace_reclaim(connection, own)
        for table, rows, key in ((tables.own_page, pages, "page_id"), (tables.own_link, links, "own_link_id")):
            crawled = sa.and_(table.c.site.in_(sites), table.c.updated_night <= own.night)
            written += upsert(connection, table, rows, newest="updated_night")
            written += _remove_others(connection, table, rows[key], crawled)
    return written


def reclaim_rows(engine: sa.Engine, site: str = "", limit: int | None = None) -> list[dict[str, Any]]:
    """Rows of `reclaim`, the most valuable first; of one own site, or of all."""
    reclaim = tables.reclaim
    query = sa.select(reclaim).order_by(reclaim.c.value.desc(), reclaim.c.target_url).limit(limit)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query.where(reclaim.c.site == site) if site else query).mappings()]


def _keyed(rows: pa.Table, key: str, night: str, *names: str) -> pa.Table:
    """Rows with their key and night, each key once: two crawls of one site may have found the same page."""
    parts = zip(*(rows[name].to_pylist() for name in names), strict=True)
    places: dict[int, int] = {}
    for place, part in enumerate(parts):
        places.setdefault(key_of(*part), place)
    kept = rows.take(pa.array(places.values(), schemas.I64))
    kept = kept.append_column(key, pa.array(places.keys(), schemas.I64))
    return kept.append_column("updated_night", pa.repeat(pa.scalar(night, schemas.S), kept.num_rows))


def _replace_reclaim(connection: sa.Connection, own: OwnNight) -> int:
    table = tables.reclaim
    latest = connection.scalar(sa.select(sa.func.max(table.c.night)))
    if latest is not None and latest > own.night:
        return 0
    rows = [
        {**dataclasses.asdict(row), "night": own.night, "reclaim_id": key_of(row.site, row.target_url)} for row in own.reclaim
    ]
    tonight = pa.Table.from_pylist(rows, schema=arrow_schema(table))
    return upsert(connection, table, tonight) + _remove_others(connection, table, tonight["reclaim_id"], sa.true())


def _remove_others(connection: sa.Connection, table: sa.Table, keys: pa.ChunkedArray, where: sa.ColumnElement[bool]) -> int:
    """Remove the rows that fit `where` and whose key is not among `keys`; returns their number."""
    [key] = table.primary_key
    gone = sorted(set(connection.scalars(sa.select(key).where(where))) - set(keys.to_pylist()))
    for start in range(0, len(gone), _KEYS_AT_ONCE):
        connection.execute(sa.delete(table).where(key.in_(gone[start : start + _KEYS_AT_ONCE])))
    return len(gone)
