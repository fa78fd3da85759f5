"""The weekly report: marts in the warehouse, one HTML file, one message. A week is named by its Monday ("2026-11-16")."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from linkwatch.alerts import WeeklyNumbers, weekly_message
from linkwatch.errors import NightError, StoreError
from linkwatch.model import Role
from linkwatch.quality import AuditResult
from linkwatch.reports import (
    DomainNumbers,
    SiteNumbers,
    as_numbers,
    build_report,
    render,
    suspicion_week,
    week_of,
    weekly_domain_rows,
    weekly_site_rows,
)
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.steps.home import open_night_store
from linkwatch.steps.telling import deliver_outbox, warehouse_of
from linkwatch.suspicion import anchor_tally, kind_tally
from linkwatch.warehouse import (
    Engine,
    Outbox,
    changes_of,
    findings_open_by,
    gap_rows,
    nights,
    refuted_links,
    replace_week,
    rules_of_week,
    week_of_domains,
    week_of_sites,
    weekly_rows,
    weekly_rule_rows,
)

_WEEK = timedelta(days=7)


def begin_week(day: date | None = None) -> str:
    """The Monday of the week of `day`; without a day, of the last published night. Raises NightError before the first night."""
    if day is None:
        _, store = open_night_store()
        latest = store.latest()
        if latest is None:
            raise NightError("no night is published yet, so there is no week to report; run `linkwatch nightly` first")
        day = date.fromisoformat(latest)
    return week_of(day).isoformat()


def begin_week_before(logical_date: datetime) -> str:
    """The Monday of the last whole week before a run: what the scheduled report is about."""
    return week_of(logical_date.date() - _WEEK).isoformat()


def report_week(week: str) -> dict[str, str | int]:
    """Work out the week's marts and write its report; returns the report's path and what it counts."""
    settings, store = open_night_store()
    engine = warehouse_of(settings)
    monday, sunday = date.fromisoformat(week), date.fromisoformat(week) + _WEEK - timedelta(days=1)
    sites = as_numbers(SiteNumbers, week_of_sites(engine, monday))
    domains = as_numbers(DomainNumbers, week_of_domains(engine, monday))
    marts = _suspicion_marts(settings, store, engine, monday)
    marts |= {
        "weekly_site": weekly_site_rows(monday, sites, domains),
        "weekly_referring_domain": weekly_domain_rows(monday, domains),
    }
    replace_week(engine, monday, marts)
    span = [row for row in nights(engine, limit=7 * settings.report.weeks + 7) if row.night <= sunday.isoformat()]
    report = build_report(
        monday,
        sites=sites,
        domains=domains,
        nights=span,
        changes=changes_of(engine, week, sunday.isoformat()),
        suspicion=suspicion_week(
            monday,
            own=[site.site for site in settings.sites if site.role is Role.OWN],
            findings=findings_open_by(engine, monday + _WEEK),
            rules=weekly_rule_rows(engine, monday, settings.report.weeks),
            kinds=marts["weekly_link_kind"],
            anchors=marts["weekly_anchor"],
        ),
        history=weekly_rows(engine, monday, settings.report.weeks),
        refuted=refuted_links(engine, monday),
        held_because=_held_because(store),
        gap=gap_rows(engine, [site.site for site in settings.sites if site.role is Role.OWN], best=settings.report.top),
        top=settings.report.top,
    )
    path = reports_folder(settings) / f"week-{week}.html"
    _write_whole(path, render(report))
    return {"path": str(path), "sites": len(sites), "referring_domains": len(domains)}


def tell_week(week: str) -> dict[str, int]:
    """Queue the week's one message, and deliver what waits."""
    settings, store = open_night_store()
    engine = warehouse_of(settings)
    monday, sunday = date.fromisoformat(week), date.fromisoformat(week) + _WEEK - timedelta(days=1)
    rows = [
        WeeklyNumbers(
            site=row["site"],
            role=Role(row["role"]),
            links_live=row["links_live"],
            referring_domains_live=row["referring_domains_live"],
            gained=row["links_gained"],
            lost=row["links_lost"],
            recovered=row["links_recovered"],
            changed=row["links_changed"],
            findings=row["findings_open"],
            held_nights=row["nights_held"],
        )
        for row in weekly_rows(engine, monday, 1)
    ]
    path = str(reports_folder(settings) / f"week-{week}.html")
    latest = store.latest()
    if rows and latest is not None:
        told = weekly_message(sunday.isoformat(), rows, path, settings.slack)
        Outbox(engine).add([told], store.as_of(latest))
    return deliver_outbox(settings)


def reports_folder(settings: Settings) -> Path:
    """Where the weekly reports are."""
    return settings.home / "reports"


def _suspicion_marts(settings: Settings, store: NightStore, engine: Engine, monday: date) -> dict[str, list[dict[str, Any]]]:
    """The week's marts of suspicion: rules from the tables, kinds and anchors from its last night's snapshot."""
    week = {"week_start": monday}
    night = next((name for name in reversed(store.published()) if name < (monday + _WEEK).isoformat()), "")
    kinds: list[dict[str, Any]] = []
    anchors: list[dict[str, Any]] = []
    if night >= monday.isoformat():
        links = store.read_table(night, "links", ["link_id", "site", "source_domain", "state", "anchor"])
        anchors = anchor_tally(links, settings.sites, settings.report.top)
        kinds = kind_tally(links, store.read_table(night, "assessed")) if store.has(night, "assessed") else []
    return {
        "weekly_rule": rules_of_week(engine, monday),
        "weekly_link_kind": [week | row for row in kinds],
        "weekly_anchor": [week | row for row in anchors],
    }


def _held_because(store: NightStore) -> dict[str, list[str]]:
    """What the audit had against each night that is still here."""
    because = {}
    for night in store.nights():
        kept = store.read_facts(night, "audit")
        if kept is not None and not kept["passed"]:
            results = AuditResult.from_dict(kept).results
            because[night] = [f"{entry.title}: {entry.observed} (expected {entry.expected})" for entry in results if entry.holds]
    return because


def _write_whole(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.unfinished")
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:
        raise StoreError(f"report: cannot write {path}: {error.strerror}; check $LINKWATCH_HOME") from error
