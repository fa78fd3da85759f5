"""The warehouse's tables. Names and columns are an interface: they may grow and never change meaning. No queries here.

`link` is a view. A night writes in proportion to its changes, so a live link that was merely seen again is not written
again: `link_row` keeps what was true at its last durable change, and the view takes `last_seen_at` of a live link from its
page: a live link was on its page at the page's last readable look.

Keys are 64-bit hashes (BLAKE2b) of what makes a row itself, so loading a row again adds none; and URLs of 8,192 characters stay
out of B-trees, whose entries PostgreSQL limits to 2,704 bytes. Find a page's links by `source_domain` (indexed) and `source_url`.
There are no foreign keys: a held first night knows no site yet, a claimed page was never looked at, and bulk loads stay fast.
"""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

from linkwatch import schemas
from linkwatch.model import Finding

SQLITE_TIME = "%Y-%m-%dT%H:%M:%SZ"
"""How SQLite keeps a time, in Arrow's notation: `2026-11-22T03:00:00.000000Z`; the order of the texts is that of the times."""


class UtcTime(TypeDecorator[datetime]):
    """Aware UTC: `timestamptz` on PostgreSQL, ISO-8601 text of fixed width on SQLite."""

    impl = sa.String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type of the column as it is stored."""
        return dialect.type_descriptor(sa.DateTime(timezone=True) if dialect.name == "postgresql" else sa.String(27))

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        """A naive time is a bug and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time without zone: {value!r}; expected aware UTC")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else f"{utc.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Aware UTC, whatever the session's time zone is."""
        if value is None:
            return None
        return (value if isinstance(value, datetime) else datetime.fromisoformat(value)).astimezone(UTC)


class Night(TypeDecorator[str]):
    """A night's name, `2026-11-22` in Python: `date` on PostgreSQL, the same text on SQLite."""

    impl = sa.String(10)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """The type of the column as it is stored."""
        return dialect.type_descriptor(sa.Date() if dialect.name == "postgresql" else sa.String(10))

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Raises ValueError for what is no date."""
        if value is None:
            return None
        day = date.fromisoformat(value)
        return day if dialect.name == "postgresql" else day.isoformat()

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        """The name, however it is stored."""
        return value.isoformat() if isinstance(value, date) else value


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # INTEGER PRIMARY KEY is SQLite's row id: no second tree

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


def key_of(*parts: object) -> int:
    """Signed 64-bit key of what makes a row itself, hashed as `urls.link_id` hashes two URLs."""
    digest = hashlib.blake2b("\n".join(map(str, parts)).encode(errors="replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def finding_key(finding: Finding) -> int:
    """Key of a finding: two nights that find the same find one row."""
    return key_of(finding.rule, finding.site, finding.key)


def json_text(value: object) -> str:
    """JSON that both databases take: PostgreSQL's jsonb has neither NUL nor half of a surrogate pair, so they are left out."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=datetime.isoformat)
    if "\\u0000" in text:
        text = json.dumps(_without_nul(value), ensure_ascii=False, default=datetime.isoformat)
    return text.encode(errors="ignore").decode()


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {str(key).replace("\x00", ""): _without_nul(item) for key, item in value.items()}
    return [_without_nul(item) for item in value] if isinstance(value, list | tuple) else value


_LATER = frozenset({"failing_as", "history", "network", "raw_outcome", "kept", "moved_to", "moved_from", "seen_in"})
"""Text columns of version 0002: a default of "" spares a warehouse that is there from being copied row by row."""


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
    _text("review"),  # open, kept, disavowed or muted; a person's word, which loads never touch
    sa.Index(None, "night", "site"),
    sa.Index(None, "link_id"),
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
