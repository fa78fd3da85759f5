"""One `Report` from the rows of a week: what is told, in which order, and how much of it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from linkwatch.model import Audit, ChangeKind, NightSummary, Role
from linkwatch.reports.rows import ChangeRow
from linkwatch.reports.suspicion import SuspicionWeek
from linkwatch.reports.weekly import (
    PUBLISHED,
    DomainNumbers,
    HeldNight,
    Report,
    SiteNumbers,
    WeeklySite,
    weekly_site_rows,
)


def build_report(
    week_start: date,
    *,
    sites: Sequence[SiteNumbers],
    domains: Sequence[DomainNumbers],
    nights: Sequence[NightSummary],
    changes: Iterable[Mapping[str, Any]],
    suspicion: SuspicionWeek | None = None,
    history: Iterable[Mapping[str, Any]] = (),
    refuted: Iterable[Mapping[str, Any]] = (),
    held_because: Mapping[str, Sequence[str]] | None = None,
    gap: Iterable[Mapping[str, Any]] = (),
    top: int = 20,
) -> Report:
    """The report of the week from `week_start`, a Monday, on.

    `sites`, `domains`: the week's numbers. `nights`: of the charts' span, whatever their audit said, in any order. `changes`,
    `refuted`: rows of the week. `history`: rows of `weekly_site`; the week before is what this one is compared
    with. `held_because`: night to the failed expectations in words. `gap`: rows of `gap_referring_domain`, as of now, by site
    and rank. `top`: referring domains a site, those it has and those it has not.
    """
    if week_start.weekday():
        raise ValueError(f"week_start is {week_start} ({week_start:%A}); expected a Monday")
    before = {row["site"]: row for row in history if row["week_start"] == week_start - timedelta(days=7)}
    told = sorted(
        (_site(numbers, row, before.get(numbers.site)) for numbers, row in _with_rows(week_start, sites, domains)),
        key=lambda site: (not site.is_own, site.site),
    )
    own = {site.site for site in told if site.role == Role.OWN}
    rows = [ChangeRow.of(row) for row in changes if row["site"] in own and row["kind"] != ChangeKind.DISCOVERED]
    lost = _of_kind(rows, ChangeKind.LOST)
    return Report(
        week_start=week_start,
        sites=tuple(told),
        nights=tuple(
            sorted((night for night in nights if night.audit in PUBLISHED), key=lambda night: (night.night, night.site))
        ),
        domains={site: _top_domains(domains, site, top) for site in sorted(own)},
        lost=lost,
        gained=_of_kind(rows, ChangeKind.GAINED),
        recovered=_of_kind(rows, ChangeKind.RECOVERED),
        changed=_of_kind(rows, ChangeKind.CHANGED),
        loss_reasons=dict(Counter(row.reason for row in lost).most_common()),
        suspicion=suspicion or SuspicionWeek(),
        refuted=tuple(refuted),
        held=_held(nights, week_start, held_because or {}),
        gap=tuple(row for row in gap if row["site"] in own and row["rank"] <= top),
    )


def _with_rows(
    week_start: date, sites: Sequence[SiteNumbers], domains: Sequence[DomainNumbers]
) -> Iterable[tuple[SiteNumbers, dict[str, Any]]]:
    return zip(sites, weekly_site_rows(week_start, sites, domains), strict=True)


def _site(numbers: SiteNumbers, row: dict[str, Any], before: Mapping[str, Any] | None) -> WeeklySite:
    return WeeklySite(
        **{name: value for name, value in row.items() if name != "week_start"},
        links_discovered=numbers.discovered,
        links_live_before=before["links_live"] if before else None,
        referring_domains_live_before=before["referring_domains_live"] if before else None,
    )


def _of_kind(rows: list[ChangeRow], kind: ChangeKind) -> tuple[ChangeRow, ...]:
    """Changes of one kind: by site, followed links first, then by referring domain, so that a domain's links stand together."""
    chosen = (row for row in rows if row.kind == kind)
    return tuple(sorted(chosen, key=lambda row: (row.site, not _followed(row), row.source_domain, row.source_url, row.night)))


def _followed(row: ChangeRow) -> bool:
    first, last = (row.before, row.after) if row.kind == ChangeKind.LOST else (row.after, row.before)
    return bool(first.get("followed", row.evidence.get("followed", last.get("followed", False))))


def _top_domains(domains: Iterable[DomainNumbers], site: str, top: int) -> tuple[DomainNumbers, ...]:
    standing = [row for row in domains if row.site == site and row.links_live]
    return tuple(sorted(standing, key=lambda row: (-row.links_live, -row.links_followed, row.source_domain))[:top])


def _held(nights: Iterable[NightSummary], week_start: date, because: Mapping[str, Sequence[str]]) -> tuple[HeldNight, ...]:
    first, last = week_start.isoformat(), (week_start + timedelta(days=6)).isoformat()
    found: dict[tuple[str, Audit], list[str]] = {}
    for night in nights:
        if first <= night.night <= last and night.audit is not Audit.PASSED:
            found.setdefault((night.night, night.audit), []).append(night.site)
    return tuple(
        HeldNight(night, tuple(sorted(sites)), audit.value, tuple(because.get(night, ())))
        for (night, audit), sites in sorted(found.items())
    )
