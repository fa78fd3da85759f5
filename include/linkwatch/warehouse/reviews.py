"""Findings before people: what is open, what was decided of it, and what opens it again. What a case is, is not known here.

A decision changes open findings only, in one step: of two people who decide the same at once, the second changes nothing.
Transactions write `finding` first, then `decision`, then `mute`, so that none waits for another in a circle.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from linkwatch.decisions import DECIDED, LINKWATCH, REOPEN, Decided, Decision, Mute, Review, has_risen, is_new_evidence
from linkwatch.warehouse import tables
from linkwatch.warehouse.columns import key_of
from linkwatch.warehouse.engine import reading, writing
from linkwatch.warehouse.mutes import judged_on, unmuted, write_mutes

MAX_NEWS_CHARS = 400
"""Of the reason that is noted when new evidence opens a finding again."""

_BATCH = 10_000  # values in one statement: SQLite takes 32,766


def open_findings(
    engine: sa.Engine, sites: Collection[str], severities: Collection[str], ids: Collection[int] | None = None
) -> list[dict[str, Any]]:
    """Rows of `finding` that wait for a person: open, not ended, not in shadow; of `ids` alone where they are given.

    A finding of a night before there were domains has that of its link.
    """
    finding, link = tables.finding, tables.link_row
    query = (
        sa.select(finding, link.c.source_domain)
        .outerjoin_from(finding, link, finding.c.link_id == link.c.link_id)
        .where(finding.c.review == Review.OPEN.value, finding.c.ended.is_(None), finding.c.shadow.is_(False))
        .where(finding.c.site.in_(sites), finding.c.severity.in_(severities))
    )
    parts = [query] if ids is None else [query.where(finding.c.finding_id.in_(part)) for part in _parts(ids)]
    with reading(engine) as connection:
        rows = [dict(row) for part in parts for row in connection.execute(part).mappings()]
    for row in rows:
        domain = row.pop("source_domain")
        row["domains"] = row["domains"] or [domain] * bool(domain)
    return rows


def link_ids_of(engine: sa.Engine, ids: Collection[int]) -> dict[int, list[int]]:
    """Links that findings are about, by finding."""
    of = tables.finding_link
    found: dict[int, list[int]] = {}
    with reading(engine) as connection:
        for part in _parts(ids):
            for finding_id, link_id in connection.execute(sa.select(of).where(of.c.finding_id.in_(part))):
                found.setdefault(finding_id, []).append(link_id)
    return found


def links_of_findings(engine: sa.Engine, ids: Collection[int], limit: int) -> list[dict[str, Any]]:
    """Links of findings, `limit` at most: `source_domain`, `rule`, `source_url`, `target_url` and `anchor`, sorted."""
    of, finding, link = tables.finding_link, tables.finding, tables.link_row
    names = (link.c.source_domain, finding.c.rule, link.c.source_url, link.c.target_url, link.c.anchor)
    query = (
        sa.select(*names)
        .select_from(of)
        .join(finding, finding.c.finding_id == of.c.finding_id)
        .join(link, link.c.link_id == of.c.link_id)
        .where(of.c.finding_id.in_(list(ids)[:_BATCH]))
    )
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query.distinct().order_by(*names).limit(limit)).mappings()]


def record_decisions(engine: sa.Engine, decided: Sequence[Decided], mutes: Sequence[Mute] = ()) -> int:
    """Note one decision on several findings, and the mutes that it makes; returns how many findings stand decided by it.

    All of `decided` have one verb. A finding that is not open any more is left alone, so that the same decision may be noted
    twice; it is counted where it is this decision that stands.
    """
    finding, decision = tables.finding, tables.decision
    by_id = {entry.finding_id: entry for entry in decided}
    if not by_id:
        return 0
    review = decided[0].verb.review.value
    with writing(engine) as connection:
        known: dict[int, str] = {}
        won: list[int] = []
        for part in _parts(by_id):
            keys = [_decision_key(by_id[key]) for key in part]
            told = sa.select(decision.c.finding_id, finding.c.review).join(finding, finding.c.finding_id == decision.c.finding_id)
            known |= {key: now for key, now in connection.execute(told.where(decision.c.decision_id.in_(keys)))}
            fresh = finding.c.finding_id.in_([key for key in part if key not in known])
            change = sa.update(finding).where(fresh, finding.c.review == Review.OPEN.value).values(review=review)
            won += connection.scalars(change.returning(finding.c.finding_id))
        if won:
            connection.execute(sa.insert(decision), [_decision_row(by_id[key]) for key in won])
            write_mutes(connection, mutes)
    return len(won) + sum(now == review for now in known.values())


def reopen_by_new_evidence(engine: sa.Engine, night: str) -> int:
    """Open decided findings again that rest on something new, and muted ones whose mute is over; returns how many.

    New is a ground that the last decision did not know of, or a severity that has risen: more of the same is not new. What
    ended is left until it is found again. Idempotent; a night that is told late judges as of the last night.
    """
    finding = tables.finding
    standing = sa.select(finding).where(finding.c.ended.is_(None))
    with writing(engine) as connection:
        day = judged_on(connection, night)
        reasons: dict[int, tuple[dict[str, Any], str, datetime | None]] = {}
        for row, last in _with_last_decisions(connection, standing.where(finding.c.review.in_(DECIDED))):
            if news := _news(row, last):
                reasons[row["finding_id"]] = (row, news, last["decided_at"])
        for row, why in unmuted(connection, day):
            reasons[row["finding_id"]] = (row, why, None)
        moment = _moment(connection, day.isoformat())
        rows = [
            _reopened(row, why, LINKWATCH, max(moment, last + timedelta(microseconds=1)) if last else moment, "night")
            for row, why, last in reasons.values()
        ]
        return _write_reopened(connection, rows)


def reopen_domain(engine: sa.Engine, sites: Collection[str], domain: str, *, by: str, at: datetime, why: str) -> int:
    """A person opens again what was kept, disavowed or asked of a referring domain, ended or not; returns the findings."""
    finding = tables.finding
    query = sa.select(finding).where(finding.c.review.in_(DECIDED), finding.c.site.in_(sites))
    with writing(engine) as connection:
        rows = [row for row in connection.execute(query).mappings() if domain in row["domains"]]
        return _write_reopened(connection, [_reopened(row, why, by, at, "terminal") for row in rows])


def decisions_on(engine: sa.Engine, sites: Collection[str] = ()) -> list[dict[str, Any]]:
    """Rows of `decision`, oldest first, each with `site`, `rule`, `domains`, `review` and `ended` of its finding.

    Those of some sites; of all for ().
    """
    finding, decision = tables.finding, tables.decision
    about = (finding.c.site, finding.c.rule, finding.c.domains, finding.c.review, finding.c.ended)
    query = sa.select(decision, *about).join(finding, finding.c.finding_id == decision.c.finding_id)
    if sites:
        query = query.where(finding.c.site.in_(sites))
    with reading(engine) as connection:
        found = connection.execute(query.order_by(decision.c.decided_at, finding.c.site, finding.c.rule, decision.c.finding_id))
        return [dict(row) for row in found.mappings()]


def disavowed_domains(engine: sa.Engine) -> frozenset[str]:
    """Referring domains of findings that people decided to disavow, whether these still hold or not."""
    finding = tables.finding
    with reading(engine) as connection:
        rows = connection.scalars(sa.select(finding.c.domains).where(finding.c.review == Review.DISAVOWED.value))
        return frozenset(domain for domains in rows for domain in domains)


def last_rulings(engine: sa.Engine) -> list[dict[str, Any]]:
    """Rows of `rule_night` of the last night that has any, by rule and site."""
    table = tables.rule_night
    last = sa.select(sa.func.max(table.c.night)).scalar_subquery()
    with reading(engine) as connection:
        found = connection.execute(sa.select(table).where(table.c.night == last).order_by(table.c.rule, table.c.site))
        return [dict(row) for row in found.mappings()]


def reviews_by_rule(engine: sa.Engine) -> dict[tuple[str, str], int]:
    """Findings by rule and by what was said of them; ended ones too."""
    finding = tables.finding
    query = sa.select(finding.c.rule, finding.c.review, sa.func.count()).group_by(finding.c.rule, finding.c.review)
    with reading(engine) as connection:
        return {(rule, review): count for rule, review, count in connection.execute(query)}


def _with_last_decisions(connection: sa.Connection, findings: sa.Select[Any]) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """Findings, each with the last decision that a person made on it."""
    decision, wanted = tables.decision, findings.subquery()
    query = sa.select(decision).join(wanted, wanted.c.finding_id == decision.c.finding_id)
    query = query.where(decision.c.verb.in_(tuple(Decision))).order_by(decision.c.decided_at)
    last = {row["finding_id"]: dict(row) for row in connection.execute(query).mappings()}
    rows = [dict(row) for row in connection.execute(findings.order_by(tables.finding.c.finding_id)).mappings()]
    return [(row, last[row["finding_id"]]) for row in rows if row["finding_id"] in last]


def _news(row: dict[str, Any], last: dict[str, Any]) -> str:
    """What a finding rests on that its last decision did not know of; "" for nothing."""
    parts = []
    if is_new_evidence(row["grounds"], last["grounds"]):
        parts.append("new: " + ", ".join(sorted(set(row["grounds"]) - set(last["grounds"]))))
    if has_risen(row["severity"], last["severity"]):
        parts.append(f"severity rose from {last['severity']} to {row['severity']}")
    news = "; ".join(reversed(parts))
    return news if len(news) <= MAX_NEWS_CHARS else f"{news[: MAX_NEWS_CHARS - 1]}…"


def _moment(connection: sa.Connection, night: str) -> datetime:
    """When a night was finished: what it changed was changed then. Its midnight where the warehouse never heard of it."""
    finished = connection.scalar(sa.select(sa.func.max(tables.night.c.finished_at)).where(tables.night.c.night == night))
    return finished or datetime.combine(datetime.fromisoformat(night), time(), UTC)


def _reopened(row: Any, why: str, by: str, at: datetime, via: str) -> dict[str, Any]:
    return {
        "decision_id": key_of(row["finding_id"], at.astimezone(UTC).isoformat(), by),
        **{name: row[name] for name in ("finding_id", "severity", "grounds")},
        **{"verb": REOPEN, "decided_at": at, "decided_by": by, "why": why, "via": via, "until": None},
    }


def _write_reopened(connection: sa.Connection, rows: list[dict[str, Any]]) -> int:
    if rows:
        decision, finding = tables.decision, tables.finding
        again = sa.update(finding).where(finding.c.finding_id == sa.bindparam("again")).values(review=Review.OPEN.value)
        connection.execute(again, [{"again": row["finding_id"]} for row in rows])
        known = set()
        for part in _parts([row["decision_id"] for row in rows]):
            known |= set(connection.scalars(sa.select(decision.c.decision_id).where(decision.c.decision_id.in_(part))))
        if fresh := [row for row in rows if row["decision_id"] not in known]:
            connection.execute(sa.insert(decision), fresh)
    return len(rows)


def _decision_key(entry: Decided) -> int:
    return key_of(entry.finding_id, entry.at.astimezone(UTC).isoformat(), entry.by)


def _decision_row(entry: Decided) -> dict[str, Any]:
    return {
        "decision_id": _decision_key(entry),
        "finding_id": entry.finding_id,
        "verb": entry.verb.value,
        "decided_at": entry.at,
        "decided_by": entry.by,
        **{name: getattr(entry, name) for name in ("why", "via", "severity", "until")},
        "grounds": list(entry.grounds),
    }


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    known = list(ids)
    for start in range(0, len(known), _BATCH):
        yield known[start : start + _BATCH]
