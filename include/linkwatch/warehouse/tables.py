"""The warehouse's tables. Names and columns are an interface: they may grow and never change meaning. No queries here.

`link` is a view. A night writes in proportion to its changes, so a live link that was merely seen again is not written
again: `link_row` keeps what was true at its last durable change, and the view takes `last_seen_at` of a live link from its
page: a live link was on its page at the page's last readable look.

Keys are 64-bit hashes (BLAKE2b) of what makes a row itself, so loading a row again adds none; and URLs of 8,192 characters stay
out of B-trees, whose entries PostgreSQL limits to 2,704 bytes. Find a page's links by `source_domain` (indexed) and `source_url`.
There are no foreign keys: a held first night knows no site yet, a claimed page was never looked at, and bulk loads stay fast.
"""

from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from linkwatch import schemas
from linkwatch.analysis_schemas import ASSESSED
from linkwatch.warehouse.columns import Json, Key, Night, UtcTime

_TYPES: dict[pa.DataType, Any] = {
    schemas.S: sa.Text(),
    schemas.B: sa.Boolean(),
    schemas.I16: sa.SmallInteger(),
    schemas.I32: sa.Integer(),
    schemas.I64: sa.BigInteger(),
    schemas.F64: sa.Double(),
    schemas.UTC_US: UtcTime(),
}

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)
views = sa.MetaData()


_LATER = frozenset({"failing_as", "history", "network", "raw_outcome", "kept", "moved_to", "moved_from", "seen_in", "mentions"})
"""Text columns that came later: a default of "" spares a warehouse that is there from being copied row by row."""


def _text(name: str, *, later: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''") if later else None)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Key, primary_key=True, autoincrement=False)


def _link_id() -> sa.Column[int]:
    return sa.Column("link_id", sa.BigInteger(), nullable=False)


def _of(schema: pa.Schema, *without: str) -> list[sa.Column[Any]]:
    """The columns of an Arrow schema, in its order; what each means is told there."""
    return [
        _text(field.name, later=True)
        if field.name in _LATER
        else sa.Column(field.name, _TYPES[field.type], nullable=field.nullable)
        for field in schema
        if field.name not in without
    ]


site = sa.Table(
    "site",
    metadata,
    sa.Column("site", sa.Text(), primary_key=True),
    _text("role"),
    _text("scope"),
)

night = sa.Table(
    "night",
    metadata,
    sa.Column("night", Night(), primary_key=True),
    sa.Column("site", sa.Text(), primary_key=True),
    _text("audit"),
    *map(_count, ("pages_planned", "pages_fetched", "pages_inconclusive", "links_live", "referring_domains_live")),
    *map(_count, ("gained", "lost", "recovered", "changed", "findings")),
    sa.Column("started_at", UtcTime(), nullable=False),
    sa.Column("finished_at", UtcTime(), nullable=False),
    sa.Column("sources", Json, nullable=False, server_default=sa.text("'[]'")),  # what was read: source, status, claims, why
)

page = sa.Table(
    "page",
    metadata,
    _key("page_id"),  # of source_url
    _text("source_url"),
    *_of(schemas.PAGES, "url", "signature", "kept_hash"),
    sa.Column("updated_night", Night(), nullable=False),  # the last night that looked at it
    sa.Index(None, "source_domain"),
)

link_row = sa.Table(
    "link_row",
    metadata,
    _key("link_id"),
    sa.Column("page_id", sa.BigInteger(), nullable=False),  # of source_url; the page may not have been looked at yet
    *_of(schemas.LINKS, "link_id", "row_hash"),
    sa.Column("updated_night", Night(), nullable=False),  # the night of its last durable change
    sa.Index(None, "site", "state"),
    sa.Index(None, "source_domain"),
)

link = sa.Table(
    "link",
    views,
    *(sa.Column(column.name, column.type) for column in link_row.columns if column.name != "page_id"),
)

change = sa.Table(
    "change",
    metadata,
    _key("change_id"),  # of night, link_id, kind
    sa.Column("night", Night(), nullable=False),
    *(_text(name) for name in ("site", "kind")),
    _link_id(),
    *(_text(name) for name in ("source_url", "target_url", "source_domain", "reason")),
    *(sa.Column(name, Json, nullable=False) for name in ("before", "after", "evidence")),
    sa.Index(None, "night", "site"),
    sa.Index(None, "link_id"),
)

finding = sa.Table(
    "finding",
    metadata,
    _key("finding_id"),  # of rule, site, key
    sa.Column("night", Night(), nullable=False),  # the first night that found it
    _text("site"),
    _link_id(),
    *(_text(name) for name in ("rule", "key", "severity")),
    sa.Column("evidence", Json, nullable=False),
    _text("review"),  # open, kept, disavowed, muted or asked: a person's word, which only new evidence undoes
    *(sa.Column(name, Json, nullable=False, server_default=sa.text("'[]'")) for name in ("domains", "grounds")),
    sa.Column("links", sa.Integer(), nullable=False, server_default=sa.text("1")),  # that it is about; `finding_link` names them
    sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()),  # its rule is on trial: not told, not reviewed
    sa.Column("ended", Night()),  # the first night that did not find it any more; null while it holds
    sa.Index(None, "night", "site"),
    sa.Index(None, "link_id"),
)

finding_link = sa.Table(
    "finding_link",
    metadata,
    sa.Column("finding_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("link_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Index(None, "link_id"),
)

decision = sa.Table(
    "decision",
    metadata,
    _key("decision_id"),  # of finding_id, decided_at, decided_by
    sa.Column("finding_id", sa.BigInteger(), nullable=False),
    _text("verb"),  # keep, disavow, mute, ask; "reopen" when new evidence undid the one before
    sa.Column("decided_at", UtcTime(), nullable=False),
    *(_text(name) for name in ("decided_by", "why", "via", "severity")),
    sa.Column("grounds", Json, nullable=False),  # what the finding rested on when it was decided
    sa.Column("until", sa.Date()),  # end of a mute, this day not included
    sa.Index(None, "finding_id"),
)

mute = sa.Table(
    "mute",
    metadata,
    _key("mute_id"),  # of rule, site, source_domain, link_id
    *(_text(name) for name in ("rule", "site", "source_domain")),  # site "": all; source_domain "": any
    sa.Column("link_id", sa.BigInteger()),  # null: every link of the domain
    sa.Column("until", sa.Date(), nullable=False),  # this day not included
    *(_text(name) for name in ("why", "muted_by")),
    sa.Column("muted_at", UtcTime(), nullable=False),
)

disavow_export = sa.Table(
    "disavow_export",
    metadata,
    sa.Column("export_id", Key, primary_key=True),
    _text("site"),
    sa.Column("exported_at", UtcTime(), nullable=False),
    _text("exported_by"),
    sa.Column("entries", Json, nullable=False),  # the lines that count, sorted: "domain:example.org", "https://example.org/page"
    sa.Index(None, "site"),
)

rule_night = sa.Table(
    "rule_night",
    metadata,
    sa.Column("night", Night(), primary_key=True),
    sa.Column("site", sa.Text(), primary_key=True),
    sa.Column("rule", sa.Text(), primary_key=True),
    _text("family"),
    sa.Column("shadow", sa.Boolean(), nullable=False),
    *map(_count, ("evaluated", "not_evaluated")),  # live links
    sa.Column("reasons", Json, nullable=False),  # reason why not: live links
    _count("findings"),
)

link_kind = sa.Table(
    "link_kind",
    metadata,
    sa.Column("link_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    *_of(ASSESSED, "link_id", "because"),
    sa.Column("because", Json, nullable=False),
    sa.Column("updated_night", Night(), nullable=False),
)

alert = sa.Table(
    "alert",
    metadata,
    _key("alert_id"),  # of dedupe_key
    sa.Column("night", Night(), nullable=False),
    *(_text(name) for name in ("site", "channel", "kind")),
    sa.Column("dedupe_key", sa.Text(), nullable=False, unique=True),
    _text("parent_key"),  # dedupe_key of the message whose thread this one answers in; "" for none
    _count("position"),  # order among the messages queued at one time
    sa.Column("payload", Json, nullable=False),
    _text("status"),  # pending, sending, sent, printed, skipped or failed
    _text("slack_ts"),
    _count("attempts"),
    _text("detail"),
    sa.Column("created_at", UtcTime(), nullable=False),
    _text("claimed_by", later=True),  # while `sending`: the process that sends it; "" when none does
    sa.Column("claimed_until", UtcTime()),  # from then on any other run may take it over
    sa.Index(None, "status"),
)

weekly_site = sa.Table(
    "weekly_site",
    metadata,
    sa.Column("week_start", sa.Date(), primary_key=True),  # Monday
    sa.Column("site", sa.Text(), primary_key=True),
    _text("role"),
    *map(_count, ("links_live", "referring_domains_live", "links_followed")),  # at the end of the week
    *map(_count, ("links_gained", "links_lost", "links_recovered", "links_changed")),  # events in the week
    *map(_count, ("referring_domains_gained", "referring_domains_lost")),  # between start and end of the week
    *map(_count, ("findings_open", "unverified_refuted", "nights_passed", "nights_held")),
)

weekly_link_kind = sa.Table(
    "weekly_link_kind",
    metadata,
    sa.Column("week_start", sa.Date(), primary_key=True),
    *(sa.Column(name, sa.Text(), primary_key=True) for name in ("site", "declared", "inferred")),
    *map(_count, ("links_live", "referring_domains_live")),
)

weekly_anchor = sa.Table(
    "weekly_anchor",
    metadata,
    sa.Column("week_start", sa.Date(), primary_key=True),
    *(sa.Column(name, sa.Text(), primary_key=True) for name in ("site", "anchor")),  # in one spelling; the most used ones
    _text("bucket"),  # empty, url, generic, brand or other
    *map(_count, ("links_live", "referring_domains_live")),
)

weekly_rule = sa.Table(
    "weekly_rule",
    metadata,
    sa.Column("week_start", sa.Date(), primary_key=True),
    *(sa.Column(name, sa.Text(), primary_key=True) for name in ("site", "rule")),
    *map(_count, ("findings_new", "findings_open", "decided")),  # decided: findings with a decision made in the week
)

weekly_referring_domain = sa.Table(
    "weekly_referring_domain",
    metadata,
    sa.Column("week_start", sa.Date(), primary_key=True),
    sa.Column("site", sa.Text(), primary_key=True),
    sa.Column("source_domain", sa.Text(), primary_key=True),
    *map(_count, ("links_live", "links_followed", "links_gained", "links_lost")),
    sa.Column("first_seen_at", UtcTime()),
    sa.Column("last_seen_at", UtcTime()),
    _text("state"),  # gained, discovered, lost or kept
)

link_claim = sa.Table(
    "link_claim",
    metadata,
    sa.Column("link_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("claimed_by", sa.Text(), primary_key=True),
    *_of(schemas.CLAIMED, "link_id", "claimed_by"),
    sa.Column("updated_night", Night(), nullable=False),
)

source_call = sa.Table(
    "source_call",
    metadata,
    sa.Column("call_id", Key, primary_key=True),  # numbered by the database: a call that was sent twice costs twice
    *(_text(name) for name in ("source", "kind", "month", "endpoint")),  # month: "2026-11", UTC, of the night
    sa.Column("night", Night(), nullable=False),
    sa.Column("units", sa.Double(), nullable=False),  # as priced before it was sent; once settled, what it did cost
    _count("rows"),
    _text("status"),  # "sent" until it is settled, then "200", "429", "timeout", …
    sa.Column("entered_at", UtcTime(), nullable=False),
    sa.Column("settled_at", UtcTime()),
    sa.Index(None, "source", "month"),
)

own_page = sa.Table(
    "own_page",
    metadata,
    _key("page_id"),  # of url
    *_of(schemas.OWN_PAGES),
    sa.Column("updated_night", Night(), nullable=False),
)

own_link = sa.Table(
    "own_link",
    metadata,
    _key("own_link_id"),  # of source_url, target_url
    *_of(schemas.OWN_LINKS),
    sa.Column("updated_night", Night(), nullable=False),
)

reclaim = sa.Table(
    "reclaim",
    metadata,
    _key("reclaim_id"),  # of site, target_url
    sa.Column("night", Night(), nullable=False),  # the night that this row is from: the last one
    *(_text(name) for name in ("site", "target_url", "problem", "final_url")),  # problem: an outcome, or "redirect_chain"
    sa.Column("http_status", sa.Integer()),
    *map(_count, ("hops", "links", "referring_domains")),
    sa.Column("value", sa.Double(), nullable=False),  # what a redirect would give back, as `plan` values links
    *(_text(name) for name in ("best_source_url", "suggestion", "suggested_because")),
    sa.Index(None, "site"),
)

gap_referring_domain = sa.Table(
    "gap_referring_domain",
    metadata,
    _key("gap_id"),  # of site, source_domain
    sa.Column("night", Night(), nullable=False),  # the night on which it last changed
    *(_text(name) for name in ("site", "source_domain", "competitor_sites")),  # joined by ","
    *map(_count, ("competitors", "links", "links_followed")),
    sa.Column("authority", sa.Double()),
    *(_text(name) for name in ("best_page", "best_target")),
    sa.Column("unlinked_mention", sa.Boolean(), nullable=False),
    _text("mention_page"),  # "" when none is known
    _count("rank"),  # 1 is the best
    sa.Index(None, "site", "rank"),
)
