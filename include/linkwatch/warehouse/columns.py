"""What columns of the warehouse are made of on each database, the keys of rows, and JSON that both take. No table here."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

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
