"""Diff: what differs between two snapshots, and the numbers of one. Says what happened; somebody else tells people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb
import pyarrow as pa

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, fetch, open_scratch, relation, run, statement

TOLD_ATTRIBUTES = (
    "anchor",
    "followed",
    "hidden_by",
    "nofollow_by",
    "page_canonical",
    "page_noindex",
    "rel",
    "target_broken",
    "zone",
)
"""What makes a live link `changed`, in the order in which a change's reason names them. A new context alone is no news."""

DURABLE = tuple(name for name in schemas.LINKS.names if name not in ("link_id", "last_seen_at", "authority", "row_hash"))
"""The columns whose difference is a difference: all but the key, the hash, and what moves without news."""


def compare(before: str | None, after: str) -> tuple[pa.Table, pa.Table]:
    """What differs between two files of schemas.LINKS, told and to be loaded: `diff_snapshots` and `changed_links` in one go."""
    with _differing(before, after) as connection:
        return fetch(connection, _changes_query(), {}, schemas.CHANGES), fetch(connection, _links_query(), {}, schemas.LINKS)


def diff_snapshots(before: str | None, after: str) -> pa.Table:
    """Links that differ (schemas.CHANGES by link_id), from two files of schemas.LINKS; `before` None: all are new.

    A site that moved is no loss and no gain: the new link is `changed` for reason `moved_from`; the old one's loss is silent
    where the new link says so, and else `changed` for reason `moved_to`.

    The JSON of `before` and `after` holds the durable columns that differ (all, when the other side does not know the
    link, which is then `{}`), times as ISO 8601 in UTC. It leaves out `link_id`, which is the row's own column: a reader
    that takes JSON numbers for floats would round it. Raises StoreError for files that cannot be read.
    """
    with _differing(before, after) as connection:
        return fetch(connection, _changes_query(), {}, schemas.CHANGES)


def changed_links(before: str | None, after: str) -> pa.Table:
    """Rows of `after` (schemas.LINKS by link_id) that are new or differ in a durable column: what a warehouse must be told."""
    with _differing(before, after) as connection:
        return fetch(connection, _links_query(), {}, schemas.LINKS)


def differing_rows(before: str | None, after: str, schema: pa.Schema) -> pa.Table:
    """Rows of a file that are new or differ from those of the night before, sorted: what a warehouse must be told.

    Both are files of `schema`; a column that the older one lacks is blank there. `before` None: all rows are new.
    """
    names = ", ".join(schema.names)
    query = f"SELECT {names} FROM after_rows EXCEPT SELECT {names} FROM before_rows ORDER BY ALL"  # noqa: S608  # our names alone
    with connect(after) as connection, damaged([path for path in (before, after) if path]):
        relation(connection, "before_rows", [before] if before else [], schema)
        relation(connection, "after_rows", [after], schema)
        return fetch(connection, query, {}, schema)


def site_counts(after: str) -> dict[str, tuple[int, int]]:
    """For each site that a snapshot's links lead to: live links, and referring domains with a live link."""
    query = (
        "SELECT site, count(*) FILTER (state = 'live'), count(DISTINCT source_domain) FILTER (state = 'live') "
        "FROM after_links GROUP BY site ORDER BY site"
    )
    with connect(after) as connection, damaged([after]):
        relation(connection, "after_links", [after], schemas.LINKS)
        return {site: (links, domains) for site, links, domains in connection.sql(query).fetchall()}


def pages_looked(pages: str, as_of: datetime) -> pa.Table:
    """Rows of a snapshot of pages (schemas.PAGES by url) that were looked at in the night of `as_of`."""
    with connect(pages) as connection, damaged([pages]):
        relation(connection, "pages", [pages], schemas.PAGES)
        return fetch(connection, "FROM pages WHERE last_fetched_at = $as_of ORDER BY url", {"as_of": as_of}, schemas.PAGES)


@contextmanager
def _differing(before: str | None, after: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the rows of either side that are new, gone, or of another hash: relations `earlier`, `later`."""
    with connect(after) as connection, damaged([path for path in (before, after) if path]):
        open_scratch(connection)
        relation(connection, "before_links", [before] if before else [], schemas.LINKS)
        relation(connection, "after_links", [after], schemas.LINKS)
        run(connection, statement("differing" if before else "all_differ"), {})
        yield connection


def _changes_query() -> str:
    return (
        statement("diff")
        .replace("{told}", ", ".join(f"CASE WHEN {_differs(name)} THEN '{name}' END" for name in TOLD_ATTRIBUTES))
        .replace("{before}", ", ".join(_member("b", "a", name) for name in DURABLE))
        .replace("{after}", ", ".join(_member("a", "b", name) for name in DURABLE))
        .replace("{differs}", " OR ".join(["a.link_id IS NULL", "b.link_id IS NULL", *map(_differs, DURABLE)]))
    )


def _links_query() -> str:
    return statement("changed_links").replace("{differs}", " OR ".join(["b.link_id IS NULL", *map(_differs, DURABLE)]))


def _differs(name: str) -> str:
    return f"a.{name} IS DISTINCT FROM b.{name}"


def _member(side: str, other: str, name: str) -> str:
    value = f"{side}.{name}"
    if pa.types.is_timestamp(schemas.LINKS.field(name).type):
        value = f"strftime(make_timestamp(epoch_us({value})), '%Y-%m-%dT%H:%M:%S.%fZ')"
    known = f"{side}.link_id IS NOT NULL AND ({other}.link_id IS NULL OR {_differs(name)})"
    return f"CASE WHEN {known} THEN '\"{name}\":' || coalesce(to_json({value})::VARCHAR, 'null') END"
