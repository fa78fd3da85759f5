"""A week in facts: what stood when it began and ended, told from the changes, on SQLite and PostgreSQL."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import OWN, at, change, finding, link, load, summary
from linkwatch.model import Audit
from linkwatch.warehouse import (
    SiteWeek,
    load_night,
    record_held,
    refuted_links,
    replace_week,
    week_of_domains,
    week_of_sites,
    weekly_domain_rows,
    weekly_rows,
)

BEFORE, WEEK, AFTER = date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 23)
SUN, MON, WED, END, NEXT = "2026-11-15", "2026-11-16", "2026-11-18", "2026-11-22", "2026-11-23"

# state now · what happened to the link · stood when the week of the 16th began and ended
HISTORIES = [
    ("live", [], (1, 1)),
    ("missing", [], (1, 1)),  # not there once: no loss yet
    ("lost", [], (0, 0)),
    ("unverified", [], (0, 0)),
    ("live", [(SUN, "gained")], (1, 1)),
    ("live", [(MON, "gained")], (0, 1)),
    ("live", [(END, "discovered")], (0, 1)),
    ("live", [(NEXT, "gained")], (0, 0)),
    ("lost", [(MON, "lost")], (1, 0)),
    ("lost", [(NEXT, "lost")], (1, 1)),
    ("lost", [(SUN, "gained"), (MON, "lost")], (1, 0)),
    ("lost", [(WED, "gained"), (NEXT, "lost")], (0, 1)),
    ("live", [(MON, "lost"), (END, "recovered")], (1, 1)),
    ("live", [(MON, "lost"), (NEXT, "recovered")], (1, 0)),
    ("live", [(SUN, "lost"), (MON, "recovered")], (0, 1)),
    ("lost", [(MON, "changed"), (NEXT, "changed")], (0, 0)),  # an edit says nothing of standing
    ("live", [(MON, "changed")], (1, 1)),
]


def _tell(engine: sa.Engine, state: str, history: list[tuple[str, str]], **values: Any) -> None:
    row = link(state=state, first_seen_at=at(SUN), last_seen_at=at(END), **values)
    load_night(engine, load(NEXT, links=[row]))
    for night, kind in history:
        load_night(engine, load(night, changes=[change(kind, row)]))


def test_the_ends_of_a_week_are_told_from_the_changes(engine: sa.Engine):
    """Whether a link stood at a moment follows from its first later change, or from its state when there is none."""
    expected = []
    for number, (state, history, stood) in enumerate(HISTORIES):
        domain = f"{number:02d}.example"
        _tell(engine, state, history, source_url=f"https://{domain}/", source_domain=domain)
        if any(stood) or any(MON <= night < NEXT for night, _ in history):
            expected.append((domain, *stood))

    assert expected == [(week.source_domain, week.links_before, week.links_live) for week in week_of_domains(engine, WEEK)]


def test_a_domain_s_week_adds_up_its_links(engine: sa.Engine):
    """Links of one domain are counted together, those of another site or domain are not."""
    for number, (state, history) in enumerate([("live", []), ("live", [(WED, "gained")]), ("lost", [(WED, "lost")])]):
        _tell(engine, state, history, source_url=f"https://blog.example/{number}", followed=number == 0)
    _tell(engine, "live", [], source_url="https://other.example/", source_domain="other.example")
    blog, other = week_of_domains(engine, WEEK)

    assert (blog.site, blog.source_domain) == (OWN, "blog.example")
    assert (blog.links_before, blog.links_live, blog.links_followed) == (2, 2, 1)
    assert (blog.gained, blog.lost, blog.recovered, blog.discovered, blog.changed) == (1, 1, 0, 0, 0)
    assert (blog.first_seen_at, blog.last_seen_at) == (at(SUN), at(END))
    assert (other.source_domain, other.links_before, other.links_live, other.gained) == ("other.example", 1, 1, 0)


FOUND = [finding("a"), finding("b"), finding("on trial", shadow=True)]


def test_a_site_s_week_counts_nights_changes_and_open_questions(engine: sa.Engine):
    """Live counts are those of the last published night of the week; what lies outside of the week is not counted."""
    rows = [link(1, state="unverified", refuted_at=at(WED)), link(2, state="unverified", refuted_at=at(NEXT)), link(3)]
    load_night(
        engine, load(SUN, summaries=[summary(SUN, links_live=1)], changes=[change("lost", rows[2])], findings=[finding("a")])
    )
    numbers = {"links_live": 7, "referring_domains_live": 2}
    load_night(
        engine,
        load(WED, summaries=[summary(WED, **numbers)], links=rows, changes=[change("gained", rows[2])], findings=FOUND),
    )
    record_held(engine, [summary(END, audit=Audit.HELD, links_live=99)])
    load_night(engine, load(NEXT, summaries=[summary(NEXT, links_live=50)], findings=[finding("c")]))

    week = SiteWeek(OWN, "own", 7, 2, 1, 0, 0, 0, 0, findings_open=2, unverified_refuted=1, nights_passed=1, nights_held=1)
    assert week_of_sites(engine, WEEK) == [week]
    assert week_of_sites(engine, date(2026, 11, 2)) == []
    assert [(row["source_url"], row["refuted_at"]) for row in refuted_links(engine, WEEK)] == [(rows[0]["source_url"], at(WED))]


def test_a_week_starts_on_monday(engine: sa.Engine):
    """Any other day is a mistake of the caller."""
    with pytest.raises(ValueError, match=r"2026-11-18 \(Wednesday\); expected a Monday"):
        week_of_sites(engine, date(2026, 11, 18))


def _site_row(week: date, **counts: int) -> dict[str, Any]:
    names = ("links_live", "referring_domains_live", "links_followed", "links_gained", "links_lost", "links_recovered")
    more = ("links_changed", "referring_domains_gained", "referring_domains_lost", "findings_open", "unverified_refuted")
    zeros = dict.fromkeys((*names, *more, "nights_passed", "nights_held"), 0)
    return {"week_start": week, "site": OWN, "role": "own"} | zeros | counts


def _domain_row(week: date, domain: str, links: int) -> dict[str, Any]:
    counts = {"links_live": links, "links_followed": 0, "links_gained": 0, "links_lost": 0}
    row = {"week_start": week, "site": OWN, "source_domain": domain, "state": "kept"}
    return row | counts | {"first_seen_at": at(MON), "last_seen_at": None}


def _replace(engine: sa.Engine, week: date, sites: list[dict[str, Any]], domains: list[dict[str, Any]]) -> None:
    replace_week(engine, week, {"weekly_site": sites, "weekly_referring_domain": domains})


def test_a_report_made_again_takes_the_place_of_the_first(engine: sa.Engine):
    """Rows of a week are replaced as a whole, those of other weeks stay."""
    _replace(engine, BEFORE, [_site_row(BEFORE, links_live=1)], [_domain_row(BEFORE, "a.example", 1)])
    _replace(engine, WEEK, [_site_row(WEEK)], [_domain_row(WEEK, "gone.example", 1), _domain_row(WEEK, "a.example", 1)])
    sites, domains = [_site_row(WEEK, links_live=5)], [_domain_row(WEEK, "b.example", 9), _domain_row(WEEK, "a.example", 2)]
    for _ in range(2):
        _replace(engine, WEEK, sites, domains)

    assert weekly_domain_rows(engine, WEEK) == domains
    assert [row["source_domain"] for row in weekly_domain_rows(engine, BEFORE)] == ["a.example"]
    assert weekly_rows(engine, WEEK, 12) == [_site_row(BEFORE, links_live=1), *sites]


def test_the_history_ends_with_the_week_and_has_so_many_weeks(engine: sa.Engine):
    """Later weeks and those before the first one asked for are left out."""
    for week in (BEFORE, WEEK, AFTER):
        _replace(engine, week, [_site_row(week)], [])

    assert [row["week_start"] for row in weekly_rows(engine, WEEK, 1)] == [WEEK]
    assert [row["week_start"] for row in weekly_rows(engine, AFTER, 2)] == [WEEK, AFTER]
