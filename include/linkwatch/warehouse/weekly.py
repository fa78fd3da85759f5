"""A week in facts, for the report to work with, and the report's marts. The arithmetic of the report is not here.

A week starts on Monday; its nights are the seven from `week_start` on. A link *stands* when it is live, or missing without a
confirmed loss: so a domain is not lost because of one bad night, and the end of any past week can be told exactly. The
changes say it: a link whose first later change is a loss stood then, one whose first later change is a gain, a
discovery or a recovery did not, and one without any is as it is now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from linkwatch.model import Audit, ChangeKind, State
from linkwatch.warehouse import tables
from linkwatch.warehouse.engine import reading, writing
from linkwatch.warehouse.weekly_suspicion import open_findings

_WEEK = timedelta(days=7)
_APPEARED = (ChangeKind.GAINED.value, ChangeKind.DISCOVERED.value, ChangeKind.RECOVERED.value)
_STANDING = (State.LIVE.value, State.MISSING.value)


@dataclass(frozen=True, slots=True)
class SiteWeek:
    """One site's week; counts are links unless the name says otherwise."""

    site: str
    role: str  # own or competitor
    links_live: int  # in the snapshot of the week's last published night; missing links not counted
    referring_domains_live: int  # as above
    gained: int  # changes in the week
    discovered: int
    lost: int
    recovered: int
    changed: int
    findings_open: int  # that held at the end of the week and are not decided up to now
    unverified_refuted: int  # claimed, and not there: first found out in the week
    nights_passed: int  # published, with those that a person released
    nights_held: int  # neither published nor dropped


@dataclass(frozen=True, slots=True)
class DomainWeek:
    """One referring domain's week for one site; counts are links."""

    site: str
    source_domain: str
    links_before: int  # stood when the week began
    links_live: int  # stood when it ended
    links_followed: int  # of those, how many are followed (as of now: the past of an attribute is in `change` only)
    gained: int  # changes in the week
    discovered: int
    lost: int
    recovered: int
    changed: int
    first_seen_at: datetime | None  # of all its links, by us
    last_seen_at: datetime | None  # as of now


def week_of_sites(engine: sa.Engine, week_start: date) -> list[SiteWeek]:
    """The week of every site that had a night in it, by name. Raises ValueError for a day that is no Monday."""
    first, after = _nights(week_start)
    night, finding = tables.night, tables.finding
    rows = sa.select(night, tables.site.c.role).outerjoin(tables.site, tables.site.c.site == night.c.site)
    with reading(engine) as connection:
        nights = connection.execute(rows.where(night.c.night >= first, night.c.night < after).order_by(night.c.night)).all()
        changes = _changes(connection, first, after, tables.change.c.site)
        found = _counts(connection, finding.c.site, open_findings(week_start + _WEEK))
        refuted = _counts(connection, tables.link_row.c.site, _refuted_in(week_start))
    weeks = []
    for site in sorted({row.site for row in nights}):
        own = [row for row in nights if row.site == site]
        published = [row for row in own if row.audit in (Audit.PASSED.value, Audit.RELEASED.value)]
        weeks.append(
            SiteWeek(
                site=site,
                role=own[-1].role or "",
                links_live=published[-1].links_live if published else 0,
                referring_domains_live=published[-1].referring_domains_live if published else 0,
                **_by_kind(changes.get((site,), {})),
                findings_open=found.get(site, 0),
                unverified_refuted=refuted.get(site, 0),
                nights_passed=len(published),
                nights_held=sum(row.audit == Audit.HELD.value for row in own),
            )
        )
    return weeks


def week_of_domains(engine: sa.Engine, week_start: date) -> list[DomainWeek]:
    """The week of every referring domain of which a link stood or changed, by site and domain. Raises as `week_of_sites`."""
    first, after = _nights(week_start)
    link = tables.link
    before, later = _first_change_from(first, "before"), _first_change_from(after, "later")
    stood, stands = _stood(before), _stood(later)
    query = (
        sa.select(
            link.c.site,
            link.c.source_domain,
            sa.func.sum(stood).label("links_before"),
            sa.func.sum(stands).label("links_live"),
            sa.func.sum(sa.case((link.c.followed, stands), else_=0)).label("links_followed"),
            sa.func.min(link.c.first_seen_at).label("first_seen_at"),
            sa.func.max(link.c.last_seen_at).label("last_seen_at"),
        )
        .outerjoin(before, before.c.link_id == link.c.link_id)
        .outerjoin(later, later.c.link_id == link.c.link_id)
        .group_by(link.c.site, link.c.source_domain)
        .order_by(link.c.site, link.c.source_domain)
    )
    with reading(engine) as connection:
        changes = _changes(connection, first, after, tables.change.c.site, tables.change.c.source_domain)
        rows = connection.execute(query).mappings().all()
    return [
        DomainWeek(**{**row, **_by_kind(changes.get((row["site"], row["source_domain"]), {}))})
        for row in rows
        if row["links_before"] or row["links_live"] or (row["site"], row["source_domain"]) in changes
    ]


def refuted_links(engine: sa.Engine, week_start: date) -> list[dict[str, Any]]:
    """Links that were claimed and found not to be there, first in this week: `site`, `source_url`, `target_url`,
    `claimed_by`, `refuted_at`; by site and page.
    """
    link = tables.link_row
    columns = (link.c.site, link.c.source_url, link.c.target_url, link.c.claimed_by, link.c.refuted_at)
    query = sa.select(*columns).where(_refuted_in(week_start)).order_by(link.c.site, link.c.source_url, link.c.target_url)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def replace_week(engine: sa.Engine, week_start: date, marts: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Put rows of the weekly marts, by the mart's name, in place of all that is there for the week, in one step."""
    with writing(engine) as connection:
        for name, rows in marts.items():
            table = tables.metadata.tables[name]
            connection.execute(sa.delete(table).where(table.c.week_start == week_start))
            if rows:
                connection.execute(sa.insert(table), [dict(row) for row in rows])


def weekly_rows(engine: sa.Engine, week_start: date, weeks: int) -> list[dict[str, Any]]:
    """Rows of `weekly_site` for the `weeks` weeks that end with `week_start`, oldest first, then by site."""
    table = tables.weekly_site
    query = sa.select(table).where(table.c.week_start <= week_start, table.c.week_start > week_start - weeks * _WEEK)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(query.order_by(table.c.week_start, table.c.site)).mappings()]


def weekly_domain_rows(engine: sa.Engine, week_start: date) -> list[dict[str, Any]]:
    """Rows of `weekly_referring_domain` for one week, by site, most links first."""
    table = tables.weekly_referring_domain
    query = sa.select(table).where(table.c.week_start == week_start)
    with reading(engine) as connection:
        found = connection.execute(query.order_by(table.c.site, table.c.links_live.desc(), table.c.source_domain))
        return [dict(row) for row in found.mappings()]


def _nights(week_start: date) -> tuple[str, str]:
    if week_start.weekday():
        raise ValueError(f"week_start is {week_start} ({week_start:%A}); expected a Monday")
    return week_start.isoformat(), (week_start + _WEEK).isoformat()


def _refuted_in(week_start: date) -> sa.ColumnElement[bool]:
    link = tables.link_row
    begins, ends = (datetime.combine(day, time(), UTC) for day in (week_start, week_start + _WEEK))
    return sa.and_(link.c.state == State.UNVERIFIED.value, link.c.refuted_at >= begins, link.c.refuted_at < ends)


def _changes(connection: sa.Connection, first: str, after: str, *by: sa.Column[Any]) -> dict[tuple[str, ...], dict[str, int]]:
    change = tables.change
    query = sa.select(*by, change.c.kind, sa.func.count()).where(change.c.night >= first, change.c.night < after)
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for *group, kind, count in connection.execute(query.group_by(*by, change.c.kind)):
        counts.setdefault(tuple(group), {})[kind] = count
    return counts


def _by_kind(counts: Mapping[str, int]) -> dict[str, int]:
    return {kind.value: counts.get(kind.value, 0) for kind in ChangeKind}


def _counts(connection: sa.Connection, by: sa.Column[Any], *where: Any) -> dict[str, int]:
    return {group: count for group, count in connection.execute(sa.select(by, sa.func.count()).where(*where).group_by(by))}


def _first_change_from(night: str, name: str) -> sa.Subquery:
    """Per link, the kind of its first change in `night` or later that made it stand or fall; a link has one a night."""
    change = tables.change
    counts = change.c.kind.in_((*_APPEARED, ChangeKind.LOST.value))
    first = (
        sa.select(change.c.link_id, sa.func.min(change.c.night).label("night"))
        .where(counts, change.c.night >= night)
        .group_by(change.c.link_id)
        .subquery()
    )
    same = sa.and_(change.c.link_id == first.c.link_id, change.c.night == first.c.night)
    return sa.select(change.c.link_id, change.c.kind).join(first, same).where(counts).subquery(name)


def _stood(change: sa.Subquery) -> sa.Case[int]:
    present = sa.case((tables.link.c.state.in_(_STANDING), 1), else_=0)
    return sa.case((change.c.kind == ChangeKind.LOST.value, 1), (change.c.kind.is_not(None), 0), else_=present)
