"""Reclaim: own addresses that do not answer as they should while live backlinks lead to them, and the pages that do answer.

It joins and adds up; what is wrong with an address, and where it should lead, is for `linkwatch.own` to say.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import pyarrow as pa

from linkwatch import schemas
from linkwatch.snapshots.engine import connect, damaged, fetch, relation, run, statement
from linkwatch.snapshots.plan import WEIGHTS, ZONES

MAX_ANCHORS = 5
"""Anchors of an address that are handed on, the most usual first."""

TROUBLED = pa.schema(
    [
        *(pa.field(name, schemas.S, nullable=False) for name in ("site", "target_url")),
        *(pa.field(name, schemas.I32, nullable=False) for name in ("links", "referring_domains")),  # live
        pa.field("value", schemas.F64, nullable=False),  # of the best link of each referring domain, added up
        *(pa.field(name, schemas.S, nullable=False) for name in ("best_source_url", "outcome", "final_url", "redirects")),
        pa.field("title", schemas.S, nullable=False),  # of its last readable look
        pa.field("http_status", schemas.I32),
        pa.field("anchors", pa.list_(schemas.S), nullable=False),
    ]
)
"""Rows of `troubled_targets`: one per site and address, by value descending."""

LIVING = pa.schema([pa.field(name, schemas.S, nullable=False) for name in ("url", "final_url", "title")])
"""Rows of `living_pages`: one per page, by address."""

_LIVING = """
SELECT url, max(final_url) AS final_url, max(title) AS title
FROM (
    SELECT url, final_url, title FROM own_pages WHERE outcome = 'readable' AND NOT noindex
    UNION ALL
    SELECT url, final_url, title FROM pages
    WHERE list_contains($domains, source_domain) AND list_contains(['readable', 'not_modified'], outcome)
        AND NOT noindex AND canonical_url = ''
)
GROUP BY url
ORDER BY url
"""


def troubled_targets(
    links: str, pages: str, own_pages: Sequence[str], *, own_sites: Sequence[str], telling: Collection[str], as_of: datetime
) -> pa.Table:
    """Targets of live links to `own_sites` that are not read without a redirect (TROUBLED), from a night's Parquet files.

    Of several looks at one address the latest counts whose outcome is in `telling`; `own_pages` are the tables of tonight's
    crawls. Raises StoreError for files that cannot be read.
    """
    with connect(links) as connection, damaged([links, pages, *own_pages]):
        relation(connection, "links", [links], schemas.LINKS)
        relation(connection, "pages", [pages], schemas.PAGES)
        relation(connection, "own_pages", own_pages, schemas.OWN_PAGES)
        connection.register("zones", pa.table({"zone": [zone.value for zone in ZONES], "weight": list(ZONES.values())}))
        parameters = WEIGHTS | {
            "own_sites": list(own_sites),
            "telling": sorted(telling),
            "as_of": as_of,
            "max_anchors": MAX_ANCHORS,
        }
        *steps, choice = statement("reclaim").split(";\n")
        for query in steps:
            run(connection, query, parameters)
        named = {name: value for name, value in parameters.items() if f"${name}" in choice}
        return fetch(connection, choice, named, TROUBLED)


def living_pages(pages: str, own_pages: Sequence[str], *, domains: Sequence[str]) -> pa.Table:
    """Pages that may be what a redirect leads to (LIVING): read, not hidden from indexes, and their own canonical.

    They are the pages of tonight's crawls, and those of the snapshot whose registrable domain is in `domains`.
    """
    with connect(pages) as connection, damaged([pages, *own_pages]):
        relation(connection, "pages", [pages], schemas.PAGES)
        relation(connection, "own_pages", own_pages, schemas.OWN_PAGES)
        return fetch(connection, _LIVING, {"domains": list(domains)}, LIVING)
