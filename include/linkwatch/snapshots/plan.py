"""Plan: which pages to look at tonight, in which shard, and with which validators. Reads no page itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, fetch, relation, statement


def plan_pages(
    *,
    claims: str,
    before_links: str | None,
    before_pages: str | None,
    own_sites: Sequence[str],
    as_of: datetime,
    shards: int,
    max_pages_per_host: int,
    lost_days: int = 90,
    watched: Mapping[str, datetime] | None = None,
) -> pa.Table:
    """Pages to look at (schemas.PLAN, one row per page, the most valuable first within a shard), from Parquet files.

    They are the pages that sources claim, the pages of known links (of lost ones for `lost_days` after the loss), and the
    targets of known links to `own_sites`. Of one host at most `max_pages_per_host`: missing links first, then live ones,
    targets, claims, lost ones; within these what a source believes lost, then by URL. A page of several kinds counts as
    its best one. All pages of one host are in one shard, a number in [0, shards).

    Validators are those of the last look, where it ended readable or not modified and searched for all that is searched
    for tonight: with `watched` (site: since when; None: all known sites, since ever) not before the newest site was watched.
    Raises StoreError for files that cannot be read.
    """
    files = [path for path in (claims, before_links, before_pages) if path]
    with connect(claims) as connection, damaged(files):
        relation(connection, "claims", [claims], schemas.CLAIMS)
        relation(connection, "before_links", [before_links] if before_links else [], schemas.LINKS)
        relation(connection, "before_pages", [before_pages] if before_pages else [], schemas.PAGES)
        parameters = {
            "own_sites": list(own_sites),
            "lost_since": as_of - timedelta(days=lost_days),
            "shards": shards,
            "max_pages_per_host": max_pages_per_host,
            "only_watched": watched is not None,
            "watched": list(watched or {}),
            "watched_since": max(watched.values()) if watched else None,
        }
        return fetch(connection, statement("plan"), parameters, schemas.PLAN)
