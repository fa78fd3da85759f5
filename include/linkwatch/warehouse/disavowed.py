"""What people decided to disavow, and the files that were made of it. What a file looks like is in `linkwatch.disavow`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from linkwatch.decisions import Decision, Review
from linkwatch.model import State
from linkwatch.warehouse.engine import reading, writing
from linkwatch.warehouse.tables import decision, disavow_export, finding, finding_link, link_row

_STANDING = (State.LIVE.value, State.MISSING.value)


def disavowed_links(engine: sa.Engine, site: str, *, withdrawn: bool = False) -> list[dict[str, Any]]:
    """A row per link and finding that the last decision on it says to disavow: `source_url`, `source_domain`, `whole`, `rule`,
    `by`, `at`, `why`; by source and rule. With `withdrawn` those that were so decided once and are not any more.

    `whole` is true where every live or missing link of the domain to the site is disavowed; of a domain that has no such link
    any more, every link that was ever known. With `withdrawn` it is always false.
    """
    still = _DECIDED.c.review == Review.DISAVOWED.value
    query = (
        sa.select(link_row.c.source_url, link_row.c.source_domain, *(_DECIDED.c[name] for name in ("rule", "by", "at", "why")))
        .join_from(_DECIDED, finding_link, finding_link.c.finding_id == _DECIDED.c.finding_id)
        .join(link_row, link_row.c.link_id == finding_link.c.link_id)
        .where(_DECIDED.c.site == site, link_row.c.site == site, sa.not_(still) if withdrawn else still)
        .order_by(link_row.c.source_url, _DECIDED.c.rule)
    )
    with reading(engine) as connection:
        whole = set() if withdrawn else _whole_domains(connection, site)
        return [{**row, "whole": row["source_domain"] in whole} for row in connection.execute(query).mappings()]


def last_export(engine: sa.Engine, site: str) -> dict[str, Any] | None:
    """The row of `disavow_export` that was made last for a site; None before the first."""
    query = sa.select(disavow_export).where(disavow_export.c.site == site)
    query = query.order_by(disavow_export.c.exported_at.desc(), disavow_export.c.export_id.desc()).limit(1)
    with reading(engine) as connection:
        row = connection.execute(query).mappings().one_or_none()
        return None if row is None else dict(row)


def record_export(engine: sa.Engine, site: str, at: datetime, by: str, entries: Sequence[str]) -> None:
    """Note that a file was made, with the lines that count in it. The same entries again at the same moment are one export."""
    same = sa.select(disavow_export.c.export_id).where(disavow_export.c.site == site, disavow_export.c.exported_at == at)
    with writing(engine) as connection:
        if connection.execute(same).first() is None:
            row = {"site": site, "exported_at": at, "exported_by": by, "entries": list(entries)}
            connection.execute(sa.insert(disavow_export).values(row))


def _decided() -> sa.Subquery:
    """Findings that were ever disavowed, each with the last decision that said so."""
    newest = sa.func.row_number().over(
        partition_by=decision.c.finding_id, order_by=(decision.c.decided_at.desc(), decision.c.decision_id)
    )
    said = sa.select(decision, newest.label("place")).where(decision.c.verb == Decision.DISAVOW.value).subquery()
    named = (said.c.decided_by.label("by"), said.c.decided_at.label("at"), said.c.why)
    columns = (finding.c.finding_id, finding.c.site, finding.c.rule, finding.c.review, *named)
    return (
        sa.select(*columns)
        .join_from(finding, said, said.c.finding_id == finding.c.finding_id)
        .where(said.c.place == 1)
        .subquery()
    )


_DECIDED = _decided()


def _whole_domains(connection: sa.Connection, site: str) -> set[str]:
    """Referring domains of which no link is left that nobody decided to disavow."""
    decided = (
        sa.select(finding_link.c.link_id)
        .join_from(finding_link, _DECIDED, _DECIDED.c.finding_id == finding_link.c.finding_id)
        .where(_DECIDED.c.site == site, _DECIDED.c.review == Review.DISAVOWED.value)
        .distinct()
        .subquery()
    )
    domains = sa.select(link_row.c.source_domain).join_from(link_row, decided, link_row.c.link_id == decided.c.link_id)
    stands, left = link_row.c.state.in_(_STANDING), decided.c.link_id.is_(None)
    query = (
        sa.select(
            link_row.c.source_domain,
            sa.func.count().filter(stands).label("standing"),
            sa.func.count().filter(stands, left).label("standing_left"),
            sa.func.count().filter(left).label("any_left"),
        )
        .join_from(link_row, decided, link_row.c.link_id == decided.c.link_id, isouter=True)
        .where(link_row.c.site == site, link_row.c.source_domain.in_(domains))
        .group_by(link_row.c.source_domain)
    )
    rows = connection.execute(query).all()
    return {row.source_domain for row in rows if not (row.standing_left if row.standing else row.any_left)}
