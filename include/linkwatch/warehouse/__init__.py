"""What users query: SQLAlchemy tables in SQLite or PostgreSQL, their migrations, the load of a night, the outbox, the marts.

    tables.py      the tables and what their columns mean
    engine.py      opening, transactions, errors
    migrations/    the tables through time
    bulk.py        Arrow tables in, in bulk
    load.py        a night, in one transaction
    ledger.py      what sources' calls cost
    gap.py         the mart of the gap to competitors
    own_site.py    pages of own sites, their links that leave, and what to reclaim
    queries.py     nights, changes, findings, the story of one link
    claims.py      who claimed one link, and since when
    outbox.py      messages on their way to Slack
    weekly.py      a week in facts, and the marts of the report

What takes an engine raises WarehouseError where the database cannot be reached, is locked, or lacks the tables.
"""

from sqlalchemy import Engine

from linkwatch.warehouse.claims import link_claims
from linkwatch.warehouse.engine import open_warehouse, shown_url
from linkwatch.warehouse.gap import gap_rows, replace_gap
from linkwatch.warehouse.ledger import CallLedger, spent_by_source
from linkwatch.warehouse.load import LoadCounts, NightLoad, load_night, record_held, set_audit
from linkwatch.warehouse.migrations import migrate
from linkwatch.warehouse.outbox import Outbox, OutboxRow
from linkwatch.warehouse.own_site import OwnNight, Reclaim, load_own_site, reclaim_rows
from linkwatch.warehouse.queries import (
    LinkStory,
    changes_of,
    findings_of,
    known_links,
    link_story,
    loaded_nights,
    loss_stories,
    new_findings,
    nights,
)
from linkwatch.warehouse.weekly import (
    DomainWeek,
    SiteWeek,
    refuted_links,
    upsert_weekly,
    week_of_domains,
    week_of_sites,
    weekly_domain_rows,
    weekly_rows,
)

__all__ = [
    "CallLedger",
    "DomainWeek",
    "Engine",
    "LinkStory",
    "LoadCounts",
    "NightLoad",
    "Outbox",
    "OutboxRow",
    "OwnNight",
    "Reclaim",
    "SiteWeek",
    "changes_of",
    "findings_of",
    "gap_rows",
    "known_links",
    "link_claims",
    "link_story",
    "load_night",
    "load_own_site",
    "loaded_nights",
    "loss_stories",
    "migrate",
    "new_findings",
    "nights",
    "open_warehouse",
    "reclaim_rows",
    "record_held",
    "refuted_links",
    "replace_gap",
    "set_audit",
    "shown_url",
    "spent_by_source",
    "upsert_weekly",
    "week_of_domains",
    "week_of_sites",
    "weekly_domain_rows",
    "weekly_rows",
]
