"""What users query: SQLAlchemy tables in SQLite or PostgreSQL, their migrations, the load of a night, the outbox, the marts.

    tables.py      the tables and what their columns mean
    engine.py      opening, transactions, errors
    migrations/    the tables through time
    bulk.py        Arrow tables in, in bulk
    load.py        a night, in one transaction
    ledger.py      what sources' calls cost
    gap.py         the mart of the gap to competitors
    own_site.py    pages of own sites, their links that leave, and what to reclaim
    reviews.py     findings before people, what was decided, and what opens them again; with mutes.py
    disavowed.py   links that people decided to disavow, and the files made of them
    queries.py     nights, changes, findings, the story of one link
    claims.py      who claimed one link, and since when
    news.py        which findings people are told of
    outbox.py      messages on their way to Slack
    weekly.py      a week in facts, and the marts of the report
    weekly_suspicion.py  a week of findings
    findings.py    findings of a night, and when they end

What takes an engine raises WarehouseError where the database cannot be reached, is locked, or lacks the tables.
"""

from sqlalchemy import Engine

from linkwatch.warehouse.claims import link_claims
from linkwatch.warehouse.disavowed import disavowed_links, last_export, record_export
from linkwatch.warehouse.engine import open_warehouse, shown_url
from linkwatch.warehouse.gap import gap_rows, replace_gap
from linkwatch.warehouse.ledger import CallLedger, spent_by_source
from linkwatch.warehouse.load import LoadCounts, NightLoad, load_night, record_held, set_audit
from linkwatch.warehouse.migrations import migrate
from linkwatch.warehouse.mutes import apply_mutes, list_mutes, record_mutes
from linkwatch.warehouse.news import findings_to_tell, new_findings
from linkwatch.warehouse.outbox import Outbox, OutboxRow
from linkwatch.warehouse.own_site import OwnNight, Reclaim, load_own_site, reclaim_rows
from linkwatch.warehouse.queries import (
    LinkStory,
    changes_of,
    known_links,
    link_story,
    loaded_nights,
    loss_stories,
    nights,
)
from linkwatch.warehouse.reviews import (
    decisions_on,
    disavowed_domains,
    last_rulings,
    link_ids_of,
    links_of_findings,
    open_findings,
    record_decisions,
    reopen_by_new_evidence,
    reopen_domain,
    reviews_by_rule,
)
from linkwatch.warehouse.weekly import (
    DomainWeek,
    SiteWeek,
    refuted_links,
    replace_week,
    week_of_domains,
    week_of_sites,
    weekly_domain_rows,
    weekly_rows,
)
from linkwatch.warehouse.weekly_suspicion import findings_open_by, rules_of_week, weekly_rule_rows

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
    "apply_mutes",
    "changes_of",
    "decisions_on",
    "disavowed_domains",
    "disavowed_links",
    "findings_open_by",
    "findings_to_tell",
    "gap_rows",
    "known_links",
    "last_export",
    "last_rulings",
    "link_claims",
    "link_ids_of",
    "link_story",
    "links_of_findings",
    "list_mutes",
    "load_night",
    "load_own_site",
    "loaded_nights",
    "loss_stories",
    "migrate",
    "new_findings",
    "nights",
    "open_findings",
    "open_warehouse",
    "reclaim_rows",
    "record_decisions",
    "record_export",
    "record_held",
    "record_mutes",
    "refuted_links",
    "reopen_by_new_evidence",
    "reopen_domain",
    "replace_gap",
    "replace_week",
    "reviews_by_rule",
    "rules_of_week",
    "set_audit",
    "shown_url",
    "spent_by_source",
    "week_of_domains",
    "week_of_sites",
    "weekly_domain_rows",
    "weekly_rows",
    "weekly_rule_rows",
]
