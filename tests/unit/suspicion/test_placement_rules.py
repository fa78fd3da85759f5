"""Site-wide links and widgets: each rule fires, its innocent twin does not, and it says when it cannot tell."""

from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion.rules.placement import sitewide_link, widget_link
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import Row, findings, night, severities, unsaid

LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH
SETTINGS = SuspicionSettings(partners=("friend.example",), money_words=("Boots",))


def everywhere(count: int, domain: str = "blog.example", **link: object) -> list[dict[str, Any]]:
    """The same link on so many pages of a domain, in the footer under a telling anchor unless said otherwise."""
    usual = {"anchor": "cheap shoes", "zone": "footer"} | link
    return [{"source_url": f"https://{domain}/{number}", **usual} for number in range(count)]


def of_three(**link: object) -> list[dict[str, Any]]:
    """The same on ten pages of three domains each."""
    return [row for name in ("a", "b", "c") for row in everywhere(10, f"{name}.example", **link)]


def clean(count: int, domain: str = "blog.example") -> list[dict[str, Any]]:
    """So many readable pages of a domain without a link."""
    return [{"url": f"https://{domain}/clean/{number}"} for number in range(count)]


PROSE = {"zone": "content", "block": "p", "in_main": True, "in_prose": True}
DIV = {"zone": "content", "block": "div", "in_main": False, "in_prose": False}
OTHER_BLOCKS = [row for n, name in enumerate("abc") for row in everywhere(10, f"{name}.example", block=f"theme{n}")]
ONE_EACH = [link | {"block": f"p{n}", "in_prose": True, "zone": "content"} for n, link in enumerate(everywhere(20))]

SITEWIDE = {
    "ten pages of twelve": (everywhere(10), clean(2), [MEDIUM]),
    "ten pages of twenty": (everywhere(10), clean(10), [MEDIUM]),
    "in the content as well": (everywhere(10, zone="content"), [], [MEDIUM]),
    "in one block of ten pages": (everywhere(10, **PROSE), [], [MEDIUM]),
    "half of the pages not analysed yet": ([*everywhere(10)[:5], *everywhere(10, block="foot")[5:]], [], [MEDIUM]),
    "twenty footers of a large domain": (everywhere(20), clean(200), [MEDIUM]),
    "twenty footers that are a mere div": (everywhere(20, **DIV), clean(200), [MEDIUM]),
    "nofollow": (everywhere(10, followed=False), [], [LOW]),
    "brand": (everywhere(10, anchor="Our Own"), [], [LOW]),
    "words around the brand": (everywhere(10, anchor="Shoes from Our Own"), [], [LOW]),
    "money word beside the brand": (everywhere(10, anchor="Our Own boots"), [], [MEDIUM]),
    "agency credit": (everywhere(10, anchor="Website built by Smith & Sons"), [], [LOW]),
    "software credit": (everywhere(10, anchor="Powered by fast commerce"), [], [LOW]),
    "credit with a money word": (everywhere(10, anchor="powered by cheap boots"), [], [MEDIUM]),
    "URL": (everywhere(10, anchor="www.own.example"), [], [LOW]),
    "no anchor text": (everywhere(10, anchor=""), [], [LOW]),
    "partner": (everywhere(10, "friend.example"), [], [LOW]),
    "one anchor on three domains": (of_three(), [], [HIGH] * 3),
    "one anchor in one block of three domains": (of_three(block="theme"), [], [HIGH] * 3),
    "one anchor in blocks of their own on three domains": (OTHER_BLOCKS, [], [MEDIUM] * 3),
    "brand on three domains": (of_three(anchor="Our Own"), [], [LOW] * 3),
    "nofollow on three domains": (of_three(followed=False), [], [LOW] * 3),
    "two domains and a partner": (
        [row | {"source_url": row["source_url"].replace("c.", "friend.")} for row in of_three()],
        [],
        [LOW, MEDIUM, MEDIUM],
    ),
}

NOT_SITEWIDE = {
    "nine pages": (everywhere(9), []),
    "ten pages of twenty-one": (everywhere(10), clean(11)),
    "nineteen footers of a large domain": (everywhere(19), clean(200)),
    "twenty pages of a large domain, in the content": (everywhere(20, zone="content"), clean(200)),
    "twenty pages of a large domain, in prose": (everywhere(20, **PROSE), clean(200)),
    "twenty comments on a large domain": (everywhere(20, **DIV | {"zone": "comment"}), clean(200)),
    "twenty blocks": (ONE_EACH, []),
    "twenty anchors": ([link | {"anchor": f"shoe {n}"} for n, link in enumerate(everywhere(20))], []),
    "twenty targets": ([link | {"target_url": f"https://own.example/{n}"} for n, link in enumerate(everywhere(20))], []),
    "twenty domains": ([link for n in range(20) for link in everywhere(1, f"blog{n}.example")], []),
    "lost since": (everywhere(30, state="lost"), []),
    "nothing at all": ([], []),
}


@pytest.mark.parametrize(("links", "pages", "expected"), SITEWIDE.values(), ids=SITEWIDE)
def test_sitewide(links: list[Row], pages: list[Row], expected: list[Severity]):
    """A link of many pages is found, with the severity that its anchor and its spread bear."""
    assert sorted(severities(sitewide_link(night(links, pages), SETTINGS)), reverse=True) == sorted(expected, reverse=True)


@pytest.mark.parametrize(("links", "pages"), NOT_SITEWIDE.values(), ids=NOT_SITEWIDE)
def test_not_sitewide(links: list[Row], pages: list[Row]):
    """What is like it and on the good side of the threshold raises nothing."""
    assert findings(sitewide_link(night(links, pages), SETTINGS)) == []


def test_sitewide_is_one_finding_a_group():
    """Thirty pages are one finding, kept under one key whatever the order of rows, with five samples."""
    links = everywhere(30)
    evidence = night(links)
    (finding,) = findings(sitewide_link(evidence, SETTINGS))
    assert finding.key == "blog.example|https://own.example/|cheap shoes"
    assert finding.link_ids == tuple(sorted(evidence.links["link_id"].to_pylist()))
    assert finding.evidence["samples"] == sorted(link["source_url"] for link in links)[:5]
    assert findings(sitewide_link(night(reversed(links)), SETTINGS)) == [finding]


def test_key_stays_while_pages_are_analysed():
    """A site-wide link is the same finding before, during and after the analysis of its pages."""
    before, half, after = everywhere(10), [*everywhere(10)[:4], *everywhere(10, block="f")[4:]], everywhere(10, block="f")
    assert len({findings(sitewide_link(night(links), SETTINGS))[0].key for links in (before, half, after)}) == 1


def test_links_outside_the_block_are_not_meant():
    """Of twelve links ten stand in one block; the two in others are left out."""
    links = [*everywhere(10, block="foot"), *everywhere(12, block="p", in_prose=True)[10:]]
    (finding,) = findings(sitewide_link(night(links), SETTINGS))
    assert len(finding.link_ids) == 10


def test_third_domain_is_new_evidence():
    """What is high has a ground that it had not at medium: a decision on the one does not cover the other."""
    two = findings(sitewide_link(night(of_three()[:20]), SETTINGS))
    three = findings(sitewide_link(night(of_three()), SETTINGS))
    assert set(three[0].grounds) - set(two[0].grounds) == {"the same on 3 domains"}


def test_few_known_pages_are_no_share():
    """Of a domain with fewer than five read pages nothing is said, unless it shows in twenty templates."""
    four, ten = everywhere(4), everywhere(10)
    never_read = [{"url": link["source_url"], "last_readable_at": None} for link in everywhere(20)]
    reason = "fewer than 5 pages of its domain were read"
    assert unsaid(sitewide_link(night(four), SETTINGS)) == {reason: 4}
    assert unsaid(sitewide_link(night(ten, never_read), SETTINGS)) == {reason: 10}
    assert unsaid(sitewide_link(night(everywhere(20), never_read), SETTINGS)) == {}
    assert severities(sitewide_link(night(everywhere(20), never_read), SETTINGS)) == [MEDIUM]


def embedded(domains: int, **link: object) -> list[dict[str, Any]]:
    """One badge on so many domains."""
    usual = {"anchor": "cheap shoes", "widget": "badge"} | link
    return [{"source_url": f"https://blog{number}.example/", **usual} for number in range(domains)]


FRIEND = {"source_url": "https://friend.example/", "anchor": "cheap shoes", "widget": "badge"}
NO_WIDGET = {
    "two domains": embedded(2),
    "three pages of one domain": everywhere(3, widget="badge"),
    "two domains and a partner": [*embedded(2), FRIEND],
    "brand": embedded(9, anchor="Our Own"),
    "rating by the brand": embedded(9, anchor="5 stars at Our Own"),
    "picture without words": embedded(9, anchor="", element="image"),
    "nofollow": embedded(9, followed=False),
    "no embed": embedded(9, widget=""),
    "three embeds": [link | {"widget": f"badge{n}"} for n, link in enumerate(embedded(3))],
    "three sites": [link | {"site": f"own{n}.example"} for n, link in enumerate(embedded(3))],
    "keyword on two of nine": [*embedded(9, anchor="Our Own")[:7], *embedded(9)[7:]],
}


def test_widget():
    """A keyword badge on three domains is one finding about all three, and a decision on it holds when a fourth embeds it."""
    (finding,) = findings(widget_link(night(embedded(3)), SETTINGS))
    (wider,) = findings(widget_link(night(embedded(4)), SETTINGS))
    assert (finding.severity, finding.key, len(finding.link_ids)) == (MEDIUM, "badge", 3)
    assert finding.domains == ("blog0.example", "blog1.example", "blog2.example")
    assert (wider.key, wider.grounds) == (finding.key, finding.grounds)


@pytest.mark.parametrize("links", NO_WIDGET.values(), ids=NO_WIDGET)
def test_no_widget(links: list[Row]):
    """Badges that name their owner, and embeds that did not spread, raise nothing."""
    assert findings(widget_link(night(links), SETTINGS)) == []


def test_widget_needs_the_analysis():
    """Links whose page was not analysed are not clean of widgets."""
    links = [*embedded(3), *everywhere(2)]
    assert unsaid(widget_link(night(links), SETTINGS)) == {"its page was not analysed yet": 2}
