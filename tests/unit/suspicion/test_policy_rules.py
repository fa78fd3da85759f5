"""Unqualified paid links, partner pages, directories, exchanges: guilty, innocent twin, and what cannot be told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion import NightEvidence
from linkwatch.suspicion.rules import Rule
from linkwatch.suspicion.rules.policy import low_directory, partner_page, reciprocal_link, unqualified_paid
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, NOT_READ
from linkwatch.suspicion_settings import SuspicionSettings
from looked_at import LINK, PAGE, READ, TO_RIVAL, findings_of, looked_at, severities_of, unsaid_by

HIGH, LOW, INFO = Severity.HIGH, Severity.LOW, Severity.INFO
Row = dict[str, Any]
SPONSORED_POST = {"disclosure": "sponsored post"}
AFFILIATE = {"campaign": "aff_id=77"}
PARTNERS_TITLE = "Friends & partners | A blog"
LINKS_PAGE = LINK | {"source_url": "https://blog.example/our-links.html"}
FRIENDS_TITLE = "Acme – Our Partners"
FEW_WORDS, MANY_LINKS = {"main_words": 149}, {"external_links": 20}
UNDESCRIBED = {"described": 14, "listed": True}
ENTRY = LINK | {"source_url": "https://blog.example/directory/shoes"}
CROWDED = {"external_links": 101}

PAID: dict[str, tuple[Row, Row, Row, Severity]] = {
    "says so beside the link": (dict(LINK), {}, SPONSORED_POST, HIGH),
    "the page says so": (dict(LINK), SPONSORED_POST, {}, HIGH),
    "affiliate in the address": (dict(LINK), {}, AFFILIATE, HIGH),
    "affiliate links, beside the link": (dict(LINK), {}, {"disclosure": "affiliate links"}, HIGH),
    "a competitor's": (TO_RIVAL, {}, SPONSORED_POST, INFO),
}

QUALIFIED: dict[str, tuple[Row, Row, Row]] = {
    "rel=sponsored": (LINK | {"rel": "sponsored", "followed": False}, {}, SPONSORED_POST),
    "nofollow on the whole page": (LINK | {"followed": False}, SPONSORED_POST, {}),
    "affiliate with nofollow": (LINK | {"rel": "nofollow", "followed": False}, {}, AFFILIATE),
    "no cue": (dict(LINK), {}, {}),
    "in a sponsored article's sidebar": (dict(LINK), SPONSORED_POST, {"in_main": False}),
    "some links of the page are affiliates'": (dict(LINK), {"disclosure": "we may earn a commission"}, {}),
    "an address with other parameters": (LINK | {"target_url": "https://own.example/?ref=home&via=jane&id=4"}, {}, {}),
}


@pytest.mark.parametrize(("link", "analysis", "place", "severity"), PAID.values(), ids=PAID)
def test_paid_and_followed(link: Row, analysis: Row, place: Row, severity: Severity):
    """A followed link that was paid for is our own affair on own sites, and news on others'."""
    (finding,) = findings_of(unqualified_paid, looked_at([link], analysis=analysis, place=place))
    assert (finding.severity, finding.key) == (severity, PAGE)


@pytest.mark.parametrize(("link", "analysis", "place"), QUALIFIED.values(), ids=QUALIFIED)
def test_qualified_or_not_paid(link: Row, analysis: Row, place: Row):
    """A paid link that says so is as it should be, and so is one that nothing calls paid."""
    evidence = looked_at([link], analysis=analysis, place=place)
    assert (findings_of(unqualified_paid, evidence), unsaid_by(unqualified_paid, evidence)) == ([], [])


def test_paid_shows_each_reason():
    """What beside the link, on the page and in the address says that it was paid for is shown, and the ground of a decision."""
    evidence = looked_at([LINK], analysis={"disclosure": "advertorial"}, place=SPONSORED_POST | AFFILIATE)
    (finding,) = findings_of(unqualified_paid, evidence)
    assert finding.grounds == ("address", "beside", "page")
    assert all(word in str(finding.evidence["observed"]) for word in ("sponsored post", "advertorial", "aff_id=77"))


def test_paid_is_not_evaluated_without_a_closer_look():
    """Of a followed link on a page not analysed nothing is said; a withheld one needs no look."""
    withheld = LINK | {"source_url": "https://other.example/", "followed": False}
    evidence = looked_at([LINK, withheld], analysed=False)
    assert (severities_of(unqualified_paid, evidence), unsaid_by(unqualified_paid, evidence)) == ([], [(NOT_ANALYSED, 1)])


LISTS: dict[str, tuple[Rule, Row, Row]] = {
    "named by its address": (partner_page, LINKS_PAGE, MANY_LINKS),
    "named by its folder": (partner_page, LINK | {"source_url": "https://blog.example/resources/"}, MANY_LINKS),
    "named by its title": (partner_page, dict(LINK), MANY_LINKS | {"title": FRIENDS_TITLE}),
    "a crowded directory": (low_directory, ENTRY, CROWDED),
}
HARMLESS: dict[str, tuple[Rule, Row, Row, Row, Row]] = {
    "has something to say": (partner_page, LINKS_PAGE, MANY_LINKS, {"main_words": 150}, UNDESCRIBED),
    "describes the link": (partner_page, LINKS_PAGE, MANY_LINKS, FEW_WORDS, {"described": 15}),
    "nine external links": (partner_page, LINKS_PAGE, {"external_links": 9}, {"main_words": 9}, UNDESCRIBED),
    "nofollow": (partner_page, LINKS_PAGE | {"followed": False}, MANY_LINKS, FEW_WORDS, UNDESCRIBED),
    "in its footer": (partner_page, LINKS_PAGE | {"zone": "footer"}, MANY_LINKS, FEW_WORDS, UNDESCRIBED),
    "an article about partners": (partner_page, dict(LINK), MANY_LINKS | {"title": "Why partners leave"}, FEW_WORDS, UNDESCRIBED),
    "a described entry": (low_directory, ENTRY, CROWDED, {}, UNDESCRIBED | {"described": 15}),
    "a short directory": (low_directory, ENTRY, {"external_links": 100}, {}, UNDESCRIBED),
    "a crowded article": (low_directory, dict(LINK), CROWDED, {}, {"described": 3}),
    "a nofollowed entry": (low_directory, ENTRY | {"followed": False}, CROWDED, {}, UNDESCRIBED),
}


@pytest.mark.parametrize(("rule", "link", "page"), LISTS.values(), ids=LISTS)
def test_bare_list(rule: Rule, link: Row, page: Row):
    """A page that lists links and says next to nothing of them is a low finding; a known partner's is none."""
    evidence = looked_at([link], page, FEW_WORDS, UNDESCRIBED)
    assert severities_of(rule, evidence) == [LOW]
    assert severities_of(rule, evidence, SuspicionSettings(partners=("blog.example",))) == []


@pytest.mark.parametrize(("rule", "link", "page", "analysis", "place"), HARMLESS.values(), ids=HARMLESS)
def test_harmless_list(rule: Rule, link: Row, page: Row, analysis: Row, place: Row):
    """What is like it and describes, withholds or hardly lists anything raises nothing."""
    evidence = looked_at([link], page, analysis, place)
    assert (findings_of(rule, evidence), unsaid_by(rule, evidence)) == ([], [])


@pytest.mark.parametrize(("rule", "link", "page"), list(LISTS.values()), ids=list(LISTS))
def test_list_is_not_evaluated_without_a_closer_look(rule: Rule, link: Row, page: Row):
    """A page that may be such a list and was not analysed, or not read, is not clean; an ordinary page is."""
    assert unsaid_by(rule, looked_at([link], page, analysed=False)) == [(NOT_ANALYSED, 1)]
    assert unsaid_by(rule, looked_at([link], page | {"last_readable_at": None})) == [(NOT_READ, 1)]
    assert unsaid_by(rule, looked_at([LINK], analysed=False)) == []


def outward(*domains: str, site: str = "own.example") -> list[Row]:
    """Links from our own pages to these domains."""
    return [{"site": site, "source_url": f"https://{site}/friends", "target_url": f"https://www.{name}/x"} for name in domains]


def newcomers(count: int, **link: object) -> list[Row]:
    """Links from so many domains that are new this month."""
    usual = {"claimed_first_seen": READ - timedelta(days=9)} | link
    return [{"source_url": f"https://new{number}.example/", **usual} for number in range(count)]


def exchanged(links: Iterable[Row], *domains: str, page: Row | None = None) -> NightEvidence:
    """A night with these links, and outward ones to these domains and to one that links nowhere."""
    return looked_at(links, page, own_links=outward("elsewhere.example", *domains))


FIVE = [f"new{number}.example" for number in range(5)]
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
HABITS = {
    "five of five": (newcomers(5), FIVE, [LOW]),
    "five of twenty-four": (newcomers(24), FIVE, [LOW]),
    "new by our own looks": (newcomers(5, claimed_first_seen=None, origin="gained", first_seen_at=READ), FIVE, [LOW]),
    "five of twenty-five": (newcomers(25), FIVE, []),
    "four of four": (newcomers(4), FIVE[:4], []),
    "of unknown age": (newcomers(5, claimed_first_seen=None, first_seen_at=READ), FIVE, []),
    "known for long": (newcomers(5, claimed_first_seen=LONG_AGO), FIVE, []),
    "one lost link is older": (
        newcomers(5) + newcomers(1, target_url="https://own.example/old", state="lost", claimed_first_seen=LONG_AGO),
        FIVE,
        [],
    ),
    "we do not link to them": (newcomers(5), [], []),
}


@pytest.mark.parametrize(("links", "domains", "expected"), HABITS.values(), ids=HABITS)
def test_exchange_as_a_habit(links: list[Row], domains: list[str], expected: list[Severity]):
    """Many of a month's new referring domains being ones that we link to is one low finding for the site."""
    assert severities_of(reciprocal_link, exchanged(links, *domains)) == expected


def test_single_exchange_is_told_on_a_page_of_links():
    """One exchange is info where the other side keeps a page of links, and nothing in an article; partners are left out."""
    (finding,) = findings_of(reciprocal_link, exchanged([LINKS_PAGE, LINK], "blog.example"))
    assert (finding.severity, finding.key, len(finding.link_ids)) == (INFO, "blog.example", 1)
    assert finding.evidence["own_pages"] == ["https://own.example/friends"]
    assert findings_of(reciprocal_link, exchanged([LINK], "blog.example")) == []
    partners = SuspicionSettings(partners=("blog.example",))
    assert findings_of(reciprocal_link, exchanged([LINKS_PAGE], "blog.example"), partners) == []


def test_own_sites_exchange_nothing():
    """A page of links on the own site itself, and what own sites link to there, is no exchange."""
    ours = LINK | {"source_url": "https://shop.own.example/links"}
    assert findings_of(reciprocal_link, exchanged([ours], "own.example")) == []


def test_exchange_is_not_evaluated_without_a_crawl():
    """Whom an uncrawled site links to is not known, and whom competitors link to never is."""
    unknown = "whom a competitor links to is not known"
    assert unsaid_by(reciprocal_link, looked_at([LINK, TO_RIVAL])) == [(unknown, 1), ("no own site was crawled", 1)]
    assert unsaid_by(reciprocal_link, exchanged([LINK, TO_RIVAL])) == [(unknown, 1)]
