"""Mutes: what a rule says of a domain is not asked about until a day. A finding is muted while mutes cover all of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from linkwatch.decisions import Mute, Mutes, Review
from linkwatch.model import Audit
from linkwatch.warehouse import tables
from linkwatch.warehouse.columns import key_of
from linkwatch.warehouse.engine import reading, writing

_INSERT: Mapping[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def apply_mutes(engine: sa.Engine, night: str) -> int:
    """Mute open findings that mutes cover; returns how many. Idempotent; a night that is told late judges as of the last."""
    finding = tables.finding
    with writing(engine) as connection:
        mutes = mutes_on(connection, judged_on(connection, night))
        query = sa.select(finding).where(finding.c.review == Review.OPEN.value, finding.c.rule.in_(mutes.rules))
        rows = connection.execute(query).mappings()
        covered = [{"covered": row["finding_id"]} for row in rows if _covers(dict(row), mutes)]
        if covered:
            over = sa.update(finding).where(finding.c.finding_id == sa.bindparam("covered")).values(review=Review.MUTED.value)
            connection.execute(over, covered)
        return len(covered)


def record_mutes(engine: sa.Engine, mutes: Sequence[Mute]) -> None:
    """Note mutes; one on the same rule, site, domain and link is replaced."""
    with writing(engine) as connection:
        write_mutes(connection, mutes)


def list_mutes(engine: sa.Engine) -> list[Mute]:
    """All mutes that were ever made, by rule, domain and site."""
    table = tables.mute
    with reading(engine) as connection:
        return _mutes(connection, sa.select(table).order_by(table.c.rule, table.c.source_domain, table.c.site))


def mutes_on(connection: sa.Connection, day: date) -> Mutes:
    """Mutes that hold on a day."""
    return Mutes(_mutes(connection, sa.select(tables.mute).where(tables.mute.c.until > day)))


def unmuted(connection: sa.Connection, day: date) -> Iterator[tuple[dict[str, Any], str]]:
    """Findings that were muted, still hold, and are not covered on a day any more; each with the reason."""
    finding, mutes = tables.finding, mutes_on(connection, day)
    query = sa.select(finding).where(finding.c.review == Review.MUTED.value, finding.c.ended.is_(None))
    for row in map(dict, connection.execute(query).mappings().all()):
        if not _covers(row, mutes):
            new = mutes.left_out(row["rule"], row["site"], row["domains"])
            partly = len(new) < len(row["domains"])
            yield row, f"not all of it is muted: {', '.join(new)[:300]}" if partly else "its mute has ended"


def judged_on(connection: sa.Connection, night: str) -> date:
    """The day that mutes are judged by: that of the night, or of the last published one where a later one is known."""
    row = tables.night
    last = connection.scalar(
        sa.select(sa.func.max(row.c.night)).where(row.c.audit.in_((Audit.PASSED.value, Audit.RELEASED.value)))
    )
    return date.fromisoformat(max(night, last or night))


def write_mutes(connection: sa.Connection, mutes: Iterable[Mute]) -> None:
    """As `record_mutes`, within a transaction."""
    rows = {(row := _row(mute))["mute_id"]: row for mute in mutes}
    if rows:
        insert = _INSERT[connection.dialect.name](tables.mute)
        news = {name: insert.excluded[name] for name in ("until", "why", "muted_by", "muted_at")}
        connection.execute(insert.on_conflict_do_update(index_elements=["mute_id"], set_=news), list(rows.values()))


def _covers(row: Mapping[str, Any], mutes: Mutes) -> bool:
    only_link = int(row["link_id"]) if row["links"] == 1 else None
    return mutes.cover(row["rule"], row["site"], row["domains"], only_link)


def _mutes(connection: sa.Connection, query: sa.Select[Any]) -> list[Mute]:
    names = ("rule", "site", "source_domain", "until", "why", "link_id")
    return [
        Mute(**{name: row[name] for name in names}, by=row["muted_by"], at=row["muted_at"])
        for row in connection.execute(query).mappings()
    ]


def _row(mute: Mute) -> dict[str, Any]:
    return {
        "mute_id": key_of(mute.rule, mute.site, mute.source_domain, "" if mute.link_id is None else mute.link_id),
        **{name: getattr(mute, name) for name in ("rule", "site", "source_domain", "link_id", "until", "why")},
        "muted_by": mute.by,
        "muted_at": mute.at,
    }
