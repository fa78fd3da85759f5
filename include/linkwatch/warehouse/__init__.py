"""What users query: SQLAlchemy tables in SQLite or PostgreSQL, their migrations, the load of a night, the outbox, the marts.

    tables.py      the tables and what their columns mean
    engine.py      opening, transactions, errors
    migrations/    the tables through time
    bulk.py        Arrow tables in, in bulk
    load.py        a night, in one transaction
    queries.py     nights, changes, findings, the story of one link
    outbox.py      messages on their way to Slack
    weekly.py      a week in facts, and the marts of the report

What takes an engine raises WarehouseError where the database cannot be reached, is locked, or lacks the tables.
"""

from sqlalchemy import Engine

from linkwatch.warehouse.engine import open_warehouse, shown_url
from linkwatch.warehouse.load import LoadCounts, NightLoad, load_night, record_held, set_audit
from linkwatch.warehouse.migrations import migrate
from linkwatch.warehouse.outbox import Outbox, OutboxRow
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
    "DomainWeek",
    "Engine",
    "LinkStory",
    "LoadCounts",
    "NightLoad",
    "Outbox",
    "OutboxRow",
    "SiteWeek",
    "changes_of",
    "findings_of",
    "known_links",
    "link_story",
    "load_night",
    "loaded_nights",
    "loss_stories",
    "migrate",
    "new_findings",
    "nights",
    "open_warehouse",
    "record_held",
    "refuted_links",
    "set_audit",
    "shown_url",
    "upsert_weekly",
    "week_of_domains",
    "week_of_sites",
    "weekly_domain_rows",
    "weekly_rows",
]
