"""A week of findings in facts, for the report: what each rule found, what is open, what was decided. No wording here."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from linkwatch.warehouse import tables
from linkwatch.warehouse.engine import reading

_WEEK = timedelta(days=7)


def open_findings(by: date) -> sa.ColumnElement[bool]:
    """Findings made before a day that held then, and that nobody has decided on up to now. Those in shadow are for nobody."""
    finding, night = tables.finding, by.isoformat()
    standing = sa.or_(finding.c.ended.is_(None), finding.c.ended >= night)
    return sa.and_(finding.c.night < night, finding.c.review == "open", sa.not_(finding.c.shadow), standing)


def rules_of_week(engine: sa.Engine, week_start: date) -> list[dict[str, Any]]:
    """Rows of `weekly_rule`, by site and rule: findings new in the week, open at its end, and decided in it."""
    finding, decision, after = tables.finding, tables.decision, week_start + _WEEK
    new = sa.and_(finding.c.night >= week_start.isoformat(), finding.c.night < after.isoformat(), sa.not_(finding.c.shadow))
    begins, ends = (datetime.combine(day, time(), UTC) for day in (week_start, after))
    decided = sa.exists().where(
        decision.c.finding_id == finding.c.finding_id,
        decision.c.verb != "reopen",
        decision.c.decided_at >= begins,
        decision.c.decided_at < ends,
    )
    counts = {"findings_new": new, "findings_open": open_findings(after), "decided": decided}
    query = sa.select(
        finding.c.site, finding.c.rule, *(sa.func.count().filter(where).label(name) for name, where in counts.items())
    ).group_by(finding.c.site, finding.c.rule)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(finding.c.site, finding.c.rule)).mappings().all()
    return [{"week_start": week_start, **row} for row in rows if any(row[name] for name in counts)]


def findings_open_by(engine: sa.Engine, by: date) -> list[dict[str, Any]]:
    """Rows of `finding` that are open as `open_findings` has it, by site, rule and key."""
    finding = tables.finding
    query = sa.select(finding).where(open_findings(by)).order_by(finding.c.site, finding.c.rule, finding.c.key)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def weekly_rule_rows(engine: sa.Engine, week_start: date, weeks: int) -> list[dict[str, Any]]:
    """Rows of `weekly_rule` for the `weeks` weeks that end with `week_start`, oldest first, then by site and rule."""
    table = tables.weekly_rule
    query = sa.select(table).where(table.c.week_start <= week_start, table.c.week_start > week_start - weeks * _WEEK)
    with reading(engine) as connection:
        found = connection.execute(query.order_by(table.c.week_start, table.c.site, table.c.rule))
        return [dict(row) for row in found.mappings()]
