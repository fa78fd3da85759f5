"""Irrelevant anchors and keywords in series: each rule fires, its innocent twin does not, and it says when it cannot tell."""

import json
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion.rules.wording import irrelevant_anchor, optimised_links
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import Row, findings, night, severities, unsaid

LOW, MEDIUM = Severity.LOW, Severity.MEDIUM
SETTINGS = SuspicionSettings(allowed_topics=("loan",), money_words=("Boots",))
PAGE, HOME = "https://blog.example/post", "https://own.example/"
ENGLISH = {"url": PAGE, "language": "en-GB", "title": "Shoes and more"}
RUSSIAN = {"url": PAGE, "language": "ru", "title": "Обувь"}
OUR_HOME = {"url": HOME, "language": "en", "title": "Our Own"}


def anchored(anchor: str, target_url: str = HOME, source_url: str = PAGE, **link: object) -> dict[str, Any]:
    """A link under an anchor."""
    return {"source_url": source_url, "target_url": target_url, "anchor": anchor} | link


FILM = "https://own.example/films/casino-royale"
IRRELEVANT = {
    "casino": (anchored("Best Online CASINO bonus"), []),
    "wide letters": (anchored("ｃａｓｉｎｏ"), []),
    "on a page of that trade": (anchored("casino"), [{"url": PAGE, "title": "All about casinos"}]),
    "nofollow": (anchored("buy viagra", followed=False), []),
    "film that another page is about": (anchored("Casino Royale"), [{"url": FILM, "title": "Casino Royale"}]),
    "beside an allowed topic": (anchored("payday loans and poker"), []),
    "Russian on English pages": (anchored("дешёвая обувь"), [ENGLISH, OUR_HOME]),
    "Chinese on English pages": (anchored("激安 靴"), [ENGLISH, OUR_HOME]),
    "Russian with a foreign name": (anchored("купить iPhone"), [ENGLISH, OUR_HOME]),
}

RELEVANT = {
    "film that the page is about": (anchored("Casino Royale", FILM + ".html"), []),
    "film in the page's title": (
        anchored("Casino Royale", "https://own.example/7"),
        [{"url": "https://own.example/7", "title": "Casino Royale"}],
    ),
    "our home page names it": (anchored("casino", "https://own.example/x"), [{"url": HOME, "title": "Own: casino and hotel"}]),
    "our trade": (anchored("payday loans"), []),
    "part of a word": (anchored("the casinoes of Essexxx"), []),
    "Russian page": (anchored("дешёвая обувь"), [RUSSIAN, OUR_HOME]),
    "English only by the template": (anchored("дешёвая обувь"), [{**ENGLISH, "title": "Обувь"}, OUR_HOME]),
    "Russian page of ours": (anchored("дешёвая обувь"), [ENGLISH, OUR_HOME, {"url": "https://own.example/x", "language": "ru"}]),
    "link to our Russian pages": (anchored("по-русски", "https://own.example/ru/"), [ENGLISH, OUR_HOME]),
    "link to a Russian address": (anchored("обувь", "https://own.example/%D0%BE%D0%B1"), [ENGLISH, OUR_HOME]),
    "English on a Russian page": (anchored("cheap shoes"), [RUSSIAN, OUR_HOME]),
    "French on an English page": (anchored("chaussures élégantes d’été"), [ENGLISH, OUR_HOME]),
    "no letters": (anchored("→ 2026 №"), [ENGLISH, OUR_HOME]),
    "lost": (anchored("casino", state="lost"), []),
    "nothing to read": (anchored(""), []),
}


@pytest.mark.parametrize(("link", "pages"), IRRELEVANT.values(), ids=IRRELEVANT)
def test_irrelevant(link: Row, pages: list[Row]):
    """An anchor of a trade or a script that neither side has is medium."""
    said = list(irrelevant_anchor(night([link], pages), SETTINGS))
    assert severities(iter(said)) == [MEDIUM]
    assert unsaid(iter(said)) == {}


@pytest.mark.parametrize(("link", "pages"), RELEVANT.values(), ids=RELEVANT)
def test_relevant(link: Row, pages: list[Row]):
    """What the page, the target or the user's trade explains raises nothing, and is evaluated."""
    assert list(irrelevant_anchor(night([link], pages), SETTINGS)) == []


def test_detected_language_counts():
    """A page that declares English and is written in Russian, as its analysis found, has Russian anchors."""
    russian = [{"url": PAGE, "language": "ru"}]
    assert list(irrelevant_anchor(night([anchored("дешёвая обувь")], [ENGLISH, OUR_HOME], russian), SETTINGS)) == []


def test_unknown_languages_are_not_evaluated():
    """By script nothing is said where a language is missing that could settle it; by topic it is said all the same."""
    foreign = [anchored("дешёвая обувь")]
    assert unsaid(irrelevant_anchor(night(foreign, [OUR_HOME]), SETTINGS)) == {"the language of its page is not known": 1}
    assert unsaid(irrelevant_anchor(night(foreign, [ENGLISH]), SETTINGS)) == {"the language of the linked site is not known": 1}
    said = list(irrelevant_anchor(night([anchored("дешёвая casino viagra обувь")]), SETTINGS))
    assert (severities(iter(said)), unsaid(iter(said))) == ([MEDIUM], {})


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        pytest.param(["en"] * 19, [MEDIUM], id="all English"),
        pytest.param(["en"] * 19 + ["ru"], [MEDIUM], id="one in twenty Russian"),
        pytest.param(["en"] * 17 + ["ru"] * 2, [], id="a tenth Russian"),
        pytest.param(["en"] * 18, [], id="too few domains to tell"),
    ],
)
def test_site_without_known_pages_is_as_its_readers(languages: list[str], expected: list[Severity]):
    """The script of a site of which no page was read is guessed from the domains that link to it, where there are enough."""
    urls = [f"https://blog{number}.example/" for number in range(len(languages))]
    pages = [{"url": url, "language": language} for url, language in zip(urls, languages, strict=True)]
    links = [anchored("shoes", source_url=url) for url in urls]  # and PAGE itself: one more in English
    said = irrelevant_anchor(night([anchored("дешёвая обувь"), *links], [ENGLISH, *pages]), SETTINGS)
    assert severities(said) == expected


def test_irrelevant_is_one_finding_a_domain():
    """A domain's links are one finding; another anchor is new evidence, the same one on another page is not."""
    casino = [anchored("casino", source_url=f"https://blog.example/{number}") for number in range(3)]
    (finding,) = findings(irrelevant_anchor(night(casino), SETTINGS))
    (same,) = findings(irrelevant_anchor(night(casino[:1]), SETTINGS))
    (more,) = findings(irrelevant_anchor(night([*casino, anchored("Poker!")]), SETTINGS))
    assert (finding.key, len(finding.link_ids), same.grounds) == ("blog.example", 3, finding.grounds)
    assert set(more.grounds) - set(finding.grounds) == {"poker"}


def placed(block: list[str], page: list[str], **link: object) -> dict[str, Any]:
    """A followed link whose block and page have links to the site under these anchors."""
    anchors = {"block_anchors": json.dumps(block), "page_anchors": json.dumps(page or block)}
    return {"source_url": PAGE, "anchor": block[0]} | anchors | link


PIZZA = ["paul's pizza", "pizza best san diego"]
RINGS = ["best rings", "cheap wedding rings", "wedding"]
FORUM = [{"url": PAGE, "generator": "phpbb 3.3"}]

OPTIMISED = {
    "comment": (placed(PIZZA, [], zone="comment"), [], MEDIUM),
    "forum by its software": (placed(PIZZA, []), FORUM, MEDIUM),
    "forum by its markup": (placed(PIZZA, []), [{"url": PAGE, "page_types": "article discussionforumposting"}], MEDIUM),
    "article": (placed(RINGS[:1], RINGS), [], MEDIUM),
    "money word": (placed(["red boots", "fine socks", "a hat"], []), [], MEDIUM),
    "nofollow comment": (placed(PIZZA, [], zone="comment", followed=False), [], LOW),
    "three citations": (placed(["an essay", "John Smith", "Battle of Hastings"], []), [], LOW),
    "two of three alike": (placed(["red hats", "green hats", "Battle of Hastings"], []), [], LOW),
    "dates": (placed(["3 2026", "4 2026", "5 2026"], []), [], LOW),
}

NOT_OPTIMISED = {
    "one in a comment": (placed(PIZZA[:1], [], zone="comment"), []),
    "two in two comments": (placed(PIZZA[:1], PIZZA, zone="comment"), []),
    "two in an article": (placed(PIZZA, []), []),
    "forum with one": (placed(PIZZA[:1], []), FORUM),
    "one anchor in two spellings": (placed(["Best Rings", "best rings!"], [], zone="comment"), []),
    "brand, URL and a phrase": (placed(["Our Own", "own.example", "click here", "a review of Our Own"], []), []),
    "photo credits": (placed(["Photo by Jo", "photo by Al", "Image copyright Flo"], []), []),
    "tweets": (placed([f"tweet {n} with so many words that nobody looks for it" for n in range(3)], []), []),
    "footer of three": (placed(RINGS, [], zone="footer"), []),
    "lost": (placed(RINGS, [], state="lost"), []),
}


@pytest.mark.parametrize(("link", "analyses", "expected"), OPTIMISED.values(), ids=OPTIMISED)
def test_optimised(link: Row, analyses: list[Row], expected: Severity):
    """Two keywords in a post, or three on a page, are found; medium where they are followed and vary one theme."""
    assert severities(optimised_links(night([link], analyses=analyses), SETTINGS)) == [expected]


@pytest.mark.parametrize(("link", "analyses"), NOT_OPTIMISED.values(), ids=NOT_OPTIMISED)
def test_not_optimised(link: Row, analyses: list[Row]):
    """Fewer keywords, one keyword twice, and anchors that say whose site it is raise nothing."""
    assert list(optimised_links(night([link], analyses=analyses), SETTINGS)) == []


def test_optimised_is_one_finding_a_page():
    """The links of a page are one finding for each site; a new keyword is new evidence."""
    links = [placed(RINGS, [], target_url=f"https://own.example/{number}") for number in range(3)]
    rival = placed(RINGS, [], target_url="https://rival.example/", site="rival.example")
    ours, theirs = findings(optimised_links(night([*links, rival]), SETTINGS))
    assert (ours.key, len(ours.link_ids), theirs.site) == (PAGE, 3, "rival.example")
    (more,) = findings(optimised_links(night([placed([*RINGS, "gold rings"], [])]), SETTINGS))
    assert set(more.grounds) - set(ours.grounds) == {"gold rings"}


def test_optimised_needs_the_analysis():
    """A page that was not analysed is not clean of keywords."""
    assert unsaid(optimised_links(night([anchored("rings")]), SETTINGS)) == {"its page was not analysed yet": 1}
