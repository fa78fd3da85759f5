"""Thin, dominated, stuffed: each rule fires, its innocent twin does not, and what is not known is said not to be."""

import json
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion.rules import Rule
from linkwatch.suspicion.rules.content import link_dominated_page, stuffed_page, thin_page
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, NOT_READ
from looked_at import LINK, PAGE, TO_RIVAL, findings_of, looked_at, severities_of, unsaid_by

LOW, MEDIUM, INFO = Severity.LOW, Severity.MEDIUM, Severity.INFO
THIN = {"main_words": 49}
SHORT = {"words": 80}
MANY_DOMAINS = json.dumps([f"site{number}.example" for number in range(51)])
LINKED = {"anchor_share": 0.76, "seen_words": 50}
ABOUT_SHOES = {"title": "The best shoes – a shop"}
LONG_TITLE = " ".join(f"word{number}" for number in range(25))
STUFFED_TITLE = "cheap shoes, buy shoes, " * 7
DIRECTORY = "https://blog.example/directory/shoes"
VIDEO = THIN | {"page_types": "video.other"}

FIRES: dict[str, tuple[Rule, dict[str, Any], dict[str, Any], Severity]] = {
    "49 words": (thin_page, SHORT, THIN, LOW),
    "one word": (thin_page, {"words": 1}, {"main_words": 1}, LOW),
    "no main text, some visible text": (thin_page, SHORT, {"main_words": 0}, LOW),
    "a web page by its markup": (thin_page, SHORT, THIN | {"page_types": "imageobject webpage website"}, LOW),
    "nine pictures": (thin_page, SHORT, THIN | {"images": 9}, LOW),
    "101 external links": (link_dominated_page, {"external_links": 101}, {}, LOW),
    "51 domains": (link_dominated_page, {"external_links": 60, "linked_domains": MANY_DOMAINS}, {}, LOW),
    "three quarters of the words are links": (link_dominated_page, {"external_links": 50}, LINKED, LOW),
    "compresses 4.1 times, about the anchor": (stuffed_page, ABOUT_SHOES, {"compression": 4.1}, MEDIUM),
    "compresses 4.1 times, about something else": (stuffed_page, {"title": "A week's menu"}, {"compression": 4.1}, INFO),
    "a title that repeats itself": (stuffed_page, {"title": STUFFED_TITLE}, {"title_words": 28}, MEDIUM),
    "a title of 25 words in six parts": (stuffed_page, {"title": LONG_TITLE + ", a" * 5}, {"title_words": 30}, MEDIUM),
    "a stuffed title above little text": (
        stuffed_page,
        {"title": STUFFED_TITLE},
        {"title_words": 28, "compression": None},
        MEDIUM,
    ),
}

INNOCENT: dict[str, tuple[Rule, dict[str, Any], dict[str, Any]]] = {
    "50 words": (thin_page, SHORT, {"main_words": 50}),
    "a short article": (thin_page, SHORT, THIN | {"page_types": "newsarticle webpage"}),
    "a product": (thin_page, SHORT, THIN | {"page_types": "offer product"}),
    "a thread of a forum": (thin_page, SHORT, THIN | {"page_types": "discussionforumposting"}),
    "a video": (thin_page, SHORT, VIDEO),
    "ten pictures": (thin_page, SHORT, THIN | {"images": 10}),
    "a user's profile": (thin_page, SHORT, THIN | {"page_types": "profilepage"}),
    "100 external links": (link_dominated_page, {"external_links": 100}, {}),
    "50 domains": (link_dominated_page, {"linked_domains": json.dumps([f"{n}.example" for n in range(50)])}, {}),
    "a menu above a short text": (link_dominated_page, {"external_links": 49}, LINKED),
    "a page of 49 words": (link_dominated_page, {"external_links": 50}, LINKED | {"seen_words": 49}),
    "as many words in links as on news pages": (link_dominated_page, {"external_links": 50}, LINKED | {"anchor_share": 0.75}),
    "compresses 4 times": (stuffed_page, ABOUT_SHOES, {"compression": 4.0}),
    "a headline of 25 words": (stuffed_page, {"title": LONG_TITLE}, {"title_words": 25}),
    "a title of 24 words": (stuffed_page, {"title": STUFFED_TITLE}, {"title_words": 24}),
}

UNSAID: dict[str, tuple[Rule, dict[str, Any], dict[str, Any], list[tuple[str, int]]]] = {
    "thin, and no text was found": (thin_page, {"words": 0}, THIN, [("no text was found on its page", 1)]),
    "thin by an extraction that failed": (
        thin_page,
        {"words": 500},
        {"main_words": 0},
        [("its page's main text was not found among the rest", 1)],
    ),
    "stuffed, with too little text to tell": (
        stuffed_page,
        {},
        {"compression": None},
        [("its page has too little main text", 1)],
    ),
    **{
        f"{rule.__name__}, never read": (rule, {"last_readable_at": None}, {}, [(NOT_READ, 1)])
        for rule in (thin_page, stuffed_page)
    },
    "dominated, but needs rendering": (
        link_dominated_page,
        {"outcome": "needs_rendering", "external_links": 101},
        {},
        [(NOT_READ, 1)],
    ),
}


@pytest.mark.parametrize(("rule", "page", "analysis", "severity"), FIRES.values(), ids=FIRES)
def test_content_rule_fires(rule: Rule, page: dict[str, Any], analysis: dict[str, Any], severity: Severity):
    """What a rule is for, it finds, and says what it saw and against which threshold."""
    (finding,) = findings_of(rule, looked_at([LINK], page, analysis))
    assert (finding.severity, finding.rule, finding.key, finding.domains) == (severity, rule.__name__, PAGE, ("blog.example",))
    assert {"observed", "threshold", "samples"} <= json.loads(json.dumps(finding.evidence)).keys()


@pytest.mark.parametrize(("rule", "page", "analysis"), INNOCENT.values(), ids=INNOCENT)
def test_innocent_content(rule: Rule, page: dict[str, Any], analysis: dict[str, Any]):
    """What is like it and on the good side of the threshold raises nothing, and counts as evaluated."""
    evidence = looked_at([LINK], page, analysis)
    assert (findings_of(rule, evidence), unsaid_by(rule, evidence)) == ([], [])


@pytest.mark.parametrize(("rule", "page", "analysis", "expected"), UNSAID.values(), ids=UNSAID)
def test_unknown_content_is_not_clean(
    rule: Rule, page: dict[str, Any], analysis: dict[str, Any], expected: list[tuple[str, int]]
):
    """Where an input is missing nothing is found, and the rule says of which links it cannot tell."""
    evidence = looked_at([LINK], page, analysis)
    assert (findings_of(rule, evidence), unsaid_by(rule, evidence)) == ([], expected)


@pytest.mark.parametrize("rule", [thin_page, link_dominated_page, stuffed_page])
def test_page_without_analysis_is_not_evaluated(rule: Rule):
    """A page that is yet to be analysed is not clean, whatever its other facts say."""
    evidence = looked_at([LINK, TO_RIVAL], {"words": 9}, analysed=False)
    assert (findings_of(rule, evidence), unsaid_by(rule, evidence)) == ([], [(NOT_ANALYSED, 2)])


def test_dominated_page_needs_no_analysis_to_be_one():
    """The number of links is known without a closer look: such a page is found, and not among those not evaluated."""
    evidence = looked_at([LINK], {"external_links": 101}, analysed=False)
    assert (severities_of(link_dominated_page, evidence), unsaid_by(link_dominated_page, evidence)) == ([LOW], [])


def test_thin_directory_is_what_directories_are():
    """Entries of a directory stand on pages without text of their own: no finding, where the same page elsewhere is one."""
    listed = {"listed": True}
    assert findings_of(thin_page, looked_at([LINK | {"source_url": DIRECTORY}], SHORT, THIN, listed)) == []
    assert severities_of(thin_page, looked_at([LINK], SHORT, THIN, listed)) == [LOW]


def test_one_finding_a_page_and_site():
    """Two links to one site are one finding with both, a link to another site is a finding of its own."""
    other = LINK | {"target_url": "https://own.example/other"}
    evidence = looked_at([LINK, other, TO_RIVAL], SHORT, THIN)
    found = [(finding.site, len(finding.link_ids)) for finding in findings_of(thin_page, evidence)]
    assert found == [("own.example", 2), ("rival.example", 1)]


def test_lost_link_is_not_looked_at():
    """Only a link that is there can be suspicious, and only such a one can be not evaluated."""
    evidence = looked_at([LINK | {"state": "lost"}], SHORT, THIN)
    assert (findings_of(thin_page, evidence), unsaid_by(thin_page, evidence)) == ([], [])
