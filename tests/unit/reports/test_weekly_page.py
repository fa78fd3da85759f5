"""The report as a page: what it says, that text from pages stays text, and that it asks nobody for anything."""

import re
from dataclasses import replace

import pytest
from lxml import html

from linkwatch.model import Audit, LossReason
from linkwatch.reports import build_report, render
from linkwatch.reports.weekly import ChangeRow
from linkwatch.reports.words import REASONS, differences_in_words, evidence_in_words
from unit.reports.sample_week import (
    CHANGES,
    DOMAINS,
    HISTORY,
    HOSTILE,
    MONDAY,
    OWN,
    REFUTED,
    SITES,
    SUSPICION,
    change,
    lost,
    night_summary,
    sample_nights,
    site_numbers,
)


@pytest.fixture(scope="module")
def page() -> str:
    """The sample week's page."""
    report = build_report(
        MONDAY,
        sites=SITES,
        domains=DOMAINS,
        nights=sample_nights(),
        changes=CHANGES,
        suspicion=SUSPICION,
        history=HISTORY,
        refuted=REFUTED,
        held_because={"2026-11-20": ["Live links fell to 31 % of the median"]},
    )
    return render(report)


def text_of(page: str) -> str:
    """The page's visible text, whitespace folded."""
    return " ".join(html.fromstring(page).find("body").text_content().split())


def test_the_page_tells_the_week(page):
    """Numbers name their unit, losses their reason and evidence, held nights why."""
    text = text_of(page)
    for words in (
        "Backlinks, 16 Nov 2026 to 22 Nov 2026",
        "6 of 7 nights published. 6 links lost and 2 gained on your own sites.",
        "1 night is held by the audit (20 Nov 2026)",
        "Live links1,184−3 on last week",
        "page not found (404)HTTP 404; absent in 2 looks; last seen 2026-11-17; missing since 2026-11-18",
        "followed → nofollow (by rel “nofollow sponsored”)",
        "Live links fell to 31 % of the median",
        "claims.example/a",
    ):
        assert words in text


def test_text_from_pages_stays_text(page):
    """An anchor full of markup is shown as it is and makes no element."""
    assert HOSTILE in text_of(page)
    assert html.fromstring(page).xpath("//script") == []


def test_an_address_that_is_no_web_page_is_no_link():
    """A javascript: address is shown as text."""
    row = change("gained", "evil.example", "x", source_url="javascript:alert(1)")
    page = render(build_report(MONDAY, sites=SITES, domains=[], nights=sample_nights(1), changes=[row]))
    assert "javascript:alert(1)" in text_of(page)
    assert [link for link in html.fromstring(page).xpath("//a/@href") if not link.startswith(("https://", "#"))] == []


def test_the_page_asks_nobody_for_anything(page):
    """No element loads anything, and the page's own policy forbids it."""
    tree = html.fromstring(page)
    loads = tree.xpath(
        "//@src | //link/@href | //@srcset | //@poster | //@data | //*[local-name()='use' or local-name()='image']/@href"
    )
    assert [address for address in loads if not address.startswith("data:")] == []
    assert not re.search(r"url\((?!#)|@import|xlink:href=.http", page)
    assert "default-src 'none'" in page


def test_the_page_can_be_heard(page):
    """Every chart has a text, every table a caption and headers with a scope, and no id stands twice."""
    tree = html.fromstring(page)
    assert [svg.get("aria-label") for svg in tree.iter("svg") if not svg.get("aria-label") or svg.get("role") != "img"] == []
    tables = list(tree.iter("table"))
    assert len(tables) >= 6
    assert all(table.find("caption") is not None for table in tables)
    assert all(header.get("scope") for header in tree.iter("th"))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {label for labels in tree.xpath("//@aria-labelledby") for label in labels.split()}
    assert targets <= set(ids)


def test_same_report_same_bytes(page):
    """The page is a function of the report."""
    report = build_report(MONDAY, sites=SITES, domains=DOMAINS, nights=sample_nights(), changes=CHANGES, suspicion=SUSPICION)
    assert render(report) == render(report)
    assert render(report) != page


EMPTY_WEEKS = {
    "nothing at all": {"sites": [], "nights": []},
    "held only": {
        "sites": [site_numbers(OWN, nights_passed=0, nights_held=1)],
        "nights": [night_summary(MONDAY, OWN, audit=Audit.HELD)],
    },
}


@pytest.mark.parametrize("week", [pytest.param(week, id=name) for name, week in EMPTY_WEEKS.items()])
def test_a_week_without_a_night(week):
    """A week in which no night passed says so, and does not say that nothing was lost."""
    text = text_of(render(build_report(MONDAY, **week, domains=[], changes=[])))
    assert "No night passed this week." in text
    assert "No link to your own sites was lost." not in text


def test_a_quiet_week_and_a_first_night():
    """One night is enough for a page, and a week without losses says so."""
    nights = [night_summary(MONDAY, OWN, live=3, domains=2)]
    text = text_of(render(build_report(MONDAY, sites=[site_numbers(OWN, links_live=3)], domains=[], nights=nights, changes=[])))
    assert "1 of 7 nights published." in text
    assert "No link to your own sites was lost." in text


def test_long_lists_are_cut_with_a_count():
    """A list shows a hundred rows and says how many there are."""
    rows = [lost(f"d{number:04}.example", "p", "link_removed") for number in range(1234)]
    page = render(build_report(MONDAY, sites=SITES, domains=[], nights=sample_nights(1), changes=rows))
    assert "The first 100 of 1,234." in text_of(page)
    assert len(html.fromstring(page).xpath("//table[@class='links']/tbody/tr")) == 100


def test_every_loss_reason_has_words():
    """The report has words for every reason."""
    assert set(REASONS) == set(LossReason)


def test_words_of_a_change():
    """Differences are told from and to; what is not known is left out of the evidence."""
    row = ChangeRow.of(
        change(
            "changed",
            "a.example",
            "x",
            before={"page_noindex": False, "zone": "content"},
            after={"page_noindex": True, "zone": ""},
        )
    )
    assert differences_in_words(row) == ["page noindex no → yes", "place on the page “content” → none"]
    assert evidence_in_words(row) == ""
    assert evidence_in_words(replace(row, evidence={"outcome": "dns_error", "looks": 1})) == "dns error; absent in 1 look"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"moved_from": "https://old.example/a", "anchor": "x"}, "whole site moved: stood at https://old.example/a"),
        ({"moved_to": "https://new.example/a", "state": "lost"}, "whole site moved: stands at https://new.example/a"),
    ],
)
def test_a_move_is_one_difference(after: dict, expected: str):
    """The link under its new address is new in every attribute, and none of them is what happened."""
    row = ChangeRow.of(change("changed", "new.example", "a", after=after))
    assert differences_in_words(row) == [expected]
