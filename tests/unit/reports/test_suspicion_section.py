"""The report's word on suspicion: cases, rules week by week, kinds of links, anchors; of own sites alone."""

from datetime import timedelta
from html import unescape

from lxml import html

from linkwatch.reports import build_report, render, suspicion_week
from unit.reports.sample_week import FINDINGS, HOSTILE, MONDAY, OWN, RIVAL, RULES, SITES, SUSPICION, sample_nights


def section(name: str) -> str:
    """The visible text of one section of the sample week's page, white space folded."""
    page = render(build_report(MONDAY, sites=SITES, domains=[], nights=sample_nights(), changes=[], suspicion=SUSPICION))
    (found,) = html.fromstring(page).xpath(f'//section[@aria-labelledby="{name}"]')
    return " ".join(found.text_content().split())


def test_cases_are_by_domain_and_the_most_severe_comes_first():
    """Two findings of one domain are one case, as old as the older and as severe as the graver; what is only info is none."""
    assert [(case.name, case.severity, case.links, case.since, len(case.findings)) for case in SUSPICION.cases] == [
        ("bad.example", "high", 3, "2026-11-18", 2),
        ("widgets.example", "medium", 214, "2026-11-18", 1),
    ]


def test_a_network_is_one_case():
    """A finding about several domains takes in those about each of them, but not what is more severe than itself."""
    network = {**FINDINGS[0], "rule": "link_network", "key": "n", "domains": ["bad.example", "other.example"]}
    told = suspicion_week(MONDAY, own=[OWN], findings=[*FINDINGS, network])
    assert [case.name for case in told.cases] == [
        "bad.example",
        "network of 2 domains: bad.example, other.example",
        "widgets.example",
    ]


def test_rules_are_told_beside_the_weeks_before():
    """A rule with no finding in a week has a zero there; one that found nothing this week is not listed; rivals do not count."""
    assert [(row.rule, row.new, row.open, row.decided, row.trend) for row in SUSPICION.rules] == [
        ("hidden link", 1, 2, 0, (0, 1)),
        ("thin page", 1, 1, 2, (4, 1)),
    ]


def test_rules_without_a_past():
    """The first week has a trend of one number, and no line is drawn of it."""
    told = suspicion_week(MONDAY, own=[OWN], findings=[], rules=[row for row in RULES if row["week_start"] == MONDAY])
    assert [row.trend for row in told.rules] == [(1,), (1,)]
    assert "<svg" not in render(build_report(MONDAY, sites=SITES, domains=[], nights=[], changes=[], suspicion=told))


def test_a_week_with_rows_of_other_weeks_alone_lists_no_rule():
    """What was found a week ago is no news of this week."""
    before = [row for row in RULES if row["week_start"] == MONDAY - timedelta(days=7)]
    assert suspicion_week(MONDAY, own=[OWN], findings=[], rules=before).rules == ()


def test_the_page_shows_each_part():
    """Cases with their reasons, kinds as declared and as inferred, anchors with their kind."""
    assert "2 cases wait for somebody to look: linkwatch review" in section("findings")
    assert "highbad.exampleacme.example,3linkshiddenlink" in section("findings").replace(" ", "")
    assert "editorialunknown800300" in section("kinds").replace(" ", "")
    assert "no textempty79" in section("anchors")
    assert RIVAL not in section("kinds")


def test_text_from_pages_is_shown_as_text():
    """An anchor that is markup is read, and does nothing."""
    page = render(build_report(MONDAY, sites=SITES, domains=[], nights=[], changes=[], suspicion=SUSPICION))
    assert "<script>" not in page
    assert " ".join(HOSTILE.split()) in unescape(page)
