"""The week's arithmetic: states of referring domains, rows of the marts, what a report holds and in which order."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from linkwatch.model import Audit
from linkwatch.reports import DomainNumbers, SiteNumbers, build_report, week_of, weekly_domain_rows, weekly_site_rows
from unit.reports.sample_week import (
    CHANGES,
    DOMAINS,
    HISTORY,
    MONDAY,
    OTHER,
    OWN,
    RIVAL,
    SITES,
    SUSPICION,
    domain_numbers,
    night_summary,
    sample_nights,
    site_numbers,
)


def sample_report(**more):
    """The report of the sample week."""
    given = {
        "sites": SITES,
        "domains": DOMAINS,
        "nights": sample_nights(),
        "changes": CHANGES,
        "suspicion": SUSPICION,
        "history": HISTORY,
    }
    return build_report(MONDAY, **{**given, **more})


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        ({"before": 3, "live": 3}, "kept"),
        ({"before": 3, "live": 1, "lost": 2}, "kept"),
        ({"before": 3, "live": 0, "lost": 3}, "lost"),
        ({"before": 0, "live": 1, "gained": 1}, "gained"),
        ({"before": 0, "live": 1, "recovered": 1}, "gained"),
        ({"before": 0, "live": 5, "discovered": 5}, "discovered"),
        ({"before": 0, "live": 2, "discovered": 1, "gained": 1}, "gained"),
        ({"before": 0, "live": 0, "gained": 1, "lost": 1}, "kept"),
    ],
)
def test_state_of_a_referring_domain(numbers, state):
    """A domain is gained or lost by what stood as the week began and ended; new to us is not new."""
    assert domain_numbers(OWN, "a.example", **numbers).state == state


def test_weekly_site_rows():
    """A row per site, with links and referring domains counted apart."""
    assert weekly_site_rows(MONDAY, SITES[1:2], DOMAINS) == [
        {
            "week_start": MONDAY,
            "site": OWN,
            "role": "own",
            "links_live": 1184,
            "referring_domains_live": 203,
            "links_followed": 45,
            "links_gained": 2,
            "links_lost": 6,
            "links_recovered": 1,
            "links_changed": 2,
            "referring_domains_gained": 1,
            "referring_domains_lost": 1,
            "findings_open": 2,
            "unverified_refuted": 1,
            "nights_passed": 6,
            "nights_held": 1,
        }
    ]


def test_a_week_without_a_published_night_keeps_its_level():
    """When every night was held, the live counts are what stands and not zero."""
    held = site_numbers(OWN, nights_passed=0, nights_held=7)
    row = weekly_site_rows(MONDAY, [held], [domain_numbers(OWN, "a.example", 3, 3), domain_numbers(OWN, "b.example", 0, 0)])[0]
    assert (row["links_live"], row["referring_domains_live"]) == (3, 1)


def test_rows_fit_the_marts():
    """The rows have exactly the columns of the warehouse's tables."""
    tables = pytest.importorskip("linkwatch.warehouse.tables")
    for table, row in (
        (tables.weekly_site, weekly_site_rows(MONDAY, SITES, DOMAINS)[0]),
        (tables.weekly_referring_domain, weekly_domain_rows(MONDAY, DOMAINS)[0]),
    ):
        assert isinstance(table, sa.Table)
        assert set(row) == set(table.columns.keys())


def test_numbers_fit_the_warehouse():
    """The facts of a week have the same fields here as in the warehouse, so that rows can be handed over."""
    warehouse = pytest.importorskip("linkwatch.warehouse")
    assert SiteNumbers.__match_args__ == warehouse.SiteWeek.__match_args__
    assert DomainNumbers.__match_args__ == warehouse.DomainWeek.__match_args__


def test_report_order_and_selection():
    """Own sites come first; lists hold own sites' changes without discoveries, followed links first; only own cases."""
    report = sample_report()
    assert [site.site for site in report.sites] == [OWN, RIVAL, OTHER]
    assert [(row.source_domain, row.reason) for row in report.lost] == [
        ("blog.gonehost.example", "dns_error"),
        ("craftnews.example", "link_removed"),
        ("craftnews.example", "link_removed"),
        ("magazine.example", "page_redirected"),
        ("forum.example", "page_gone"),
        ("olddirectory.example", "page_not_found"),
    ]
    assert [len(rows) for rows in (report.gained, report.recovered, report.changed)] == [2, 1, 2]
    assert next(iter(report.loss_reasons.items())) == ("link_removed", 2)
    assert sum(report.loss_reasons.values()) == 6
    assert [case.name for case in report.suspicion.cases] == ["bad.example", "widgets.example"]
    assert {site: [row.source_domain for row in rows][:2] for site, rows in report.domains.items()} == {
        OWN: ["widgets.example", "craftnews.example"]
    }


def test_comparison_with_the_week_before():
    """A site is compared with its own row of the week before, and with nothing when there is none."""
    own, rival, other = sample_report().sites
    assert (own.links_live_before, own.referring_domains_live_before) == (1187, 204)
    assert (rival.links_live_before, other.links_live_before) == (9187, None)


def test_held_nights_of_the_week():
    """Held, released and dropped nights of this week are told with their reasons; charts show published nights only."""
    nights = [
        night_summary(MONDAY, OWN),
        night_summary(MONDAY + timedelta(days=1), OWN, audit=Audit.HELD),
        night_summary(MONDAY + timedelta(days=1), RIVAL, audit=Audit.HELD),
        night_summary(MONDAY + timedelta(days=2), OWN, audit=Audit.RELEASED),
        night_summary(MONDAY - timedelta(days=1), OWN, audit=Audit.HELD),
    ]
    report = sample_report(nights=nights, held_because={"2026-11-17": ["too few links"]})
    assert [(night.night, night.sites, night.audit, night.because) for night in report.held] == [
        ("2026-11-17", (OWN, RIVAL), "held", ("too few links",)),
        ("2026-11-18", (OWN,), "released", ()),
    ]
    assert [night.night for night in report.nights] == ["2026-11-16", "2026-11-18"]


def test_weeks_start_on_monday():
    """A week is named by its Monday, and another day is refused."""
    assert week_of(date(2026, 11, 22)) == MONDAY == week_of(MONDAY)
    with pytest.raises(ValueError, match="expected a Monday"):
        build_report(MONDAY + timedelta(days=1), sites=[], domains=[], nights=[], changes=[])
