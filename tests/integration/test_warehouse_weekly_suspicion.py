"""A week of findings: new, open at its end, and decided in it, on SQLite and PostgreSQL."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from integration.warehouse_rows import OWN, at, finding, load, summary
from linkwatch.model import Finding
from linkwatch.warehouse import findings_open_by, load_night, replace_week, rules_of_week, tables, weekly_rule_rows
from linkwatch.warehouse.columns import finding_key

BEFORE, WEEK, AFTER = date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)
SUN, MON, END, NEXT = "2026-11-15", "2026-11-16", "2026-11-22", "2026-11-23"

OLD, NEW, OVER, LATER = (finding(key) for key in ("old", "new", "over", "later"))
ON_TRIAL = finding("trial", shadow=True)


def tell(engine: sa.Engine) -> None:
    """Four nights: one finding stays, one comes, one goes, one is on trial, one comes after the week."""
    for night, found in (
        (SUN, [OLD, OVER]),
        (MON, [OLD, OVER, NEW, ON_TRIAL]),
        (END, [OLD, NEW, ON_TRIAL]),
        (NEXT, [NEW, LATER]),
    ):
        load_night(engine, load(night, summaries=[summary(night)], findings=found))


def decide(engine: sa.Engine, about: Finding, moment: datetime, verb: str = "keep") -> None:
    """A decision of a person."""
    row: dict[str, Any] = {"decision_id": hash((about.key, moment)) % 2**31, "finding_id": finding_key(about), "verb": verb}
    row |= {"decided_at": moment, "decided_by": "ann", "why": "known", "via": "terminal", "severity": "low", "grounds": []}
    with engine.begin() as connection:
        connection.execute(sa.insert(tables.decision), [row])
        review = "open" if verb == "reopen" else "kept"
        connection.execute(
            sa.update(tables.finding).where(tables.finding.c.finding_id == finding_key(about)).values(review=review)
        )


def rule(week: date, new: int, still: int, decided: int) -> dict[str, Any]:
    """A row of `weekly_rule`."""
    counts = {"findings_new": new, "findings_open": still, "decided": decided}
    return {"week_start": week, "site": OWN, "rule": "sitewide_link"} | counts


def test_a_week_counts_what_came_what_held_and_what_was_decided(engine: sa.Engine):
    """A finding that ended is not open, one that ended after the week was; a rule on trial counts nowhere."""
    tell(engine)
    assert rules_of_week(engine, WEEK) == [rule(WEEK, 1, 2, 0)]
    assert [row["key"] for row in findings_open_by(engine, AFTER)] == ["new", "old"]

    decide(engine, NEW, at(END))
    decide(engine, OLD, at(NEXT))
    assert rules_of_week(engine, WEEK) == [rule(WEEK, 1, 0, 1)]
    assert rules_of_week(engine, AFTER) == [rule(AFTER, 1, 1, 1)]


def test_a_finding_that_is_open_again_counts_as_open(engine: sa.Engine):
    """That linkwatch opened it anew is no decision of the week."""
    tell(engine)
    decide(engine, NEW, at(SUN))
    decide(engine, NEW, at(END), verb="reopen")
    assert rules_of_week(engine, WEEK) == [rule(WEEK, 1, 2, 0)]


def test_a_week_without_findings_has_no_rows(engine: sa.Engine):
    """Neither rows of zeros nor rows of other weeks."""
    tell(engine)
    assert rules_of_week(engine, date(2026, 11, 2)) == []


def test_the_history_of_rules_ends_with_the_week(engine: sa.Engine):
    """Later weeks and those before the first one asked for are left out."""
    for week in (BEFORE, WEEK, AFTER):
        replace_week(engine, week, {"weekly_rule": [rule(week, 1, 2, 3)]})
    assert weekly_rule_rows(engine, WEEK, 1) == [rule(WEEK, 1, 2, 3)]
    assert [row["week_start"] for row in weekly_rule_rows(engine, AFTER, 2)] == [WEEK, AFTER]
