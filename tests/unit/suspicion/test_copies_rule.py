"""One text on several domains: copied, reworded, syndicated, and what cannot be told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from linkwatch.model import Severity
from linkwatch.suspicion import NightEvidence
from linkwatch.suspicion.rules.copies import copied_text
from linkwatch.suspicion_settings import SuspicionSettings
from suspect_nights import findings, night, severities, unsaid
from texts_made import signature

INFO, LOW, MEDIUM = Severity.INFO, Severity.LOW, Severity.MEDIUM
DAY = datetime(2026, 11, 20, tzinfo=UTC)
Row = dict[str, Any]

NEWS = {"page_types": "newsarticle webpage", "published_at": DAY}
BLOG = {"page_types": "article", "published_at": DAY}
TELLING, BRAND = {"anchor": "cheap shoes"}, {"anchor": "Our Own"}


def copies(
    *texts: bytes, link: Row | None = None, page: Row | None = None, said: Row | None = None, start: int = 0
) -> list[tuple[Row, Row, Row]]:
    """A page with each text on a domain of its own: its link, its row of PAGES, and its row of ANALYSES."""
    rows = []
    for number, text in enumerate(texts, start):
        url = f"https://site{number}.example/story"
        analysis = {"url": url, "source_domain": f"site{number}.example", "main_words": 400, "signature": text}
        rows.append(({"source_url": url} | (link or {}), {"url": url} | (page or {}), analysis | (said or {})))
    return rows


def seen(rows: Iterable[tuple[Row, Row, Row]]) -> NightEvidence:
    """The night of these pages; all was read on time."""
    links, pages, analyses = zip(*rows, strict=True)
    return night(links, [{"last_readable_at": DAY} | page for page in pages], analyses)


STORY = [signature(1)] * 3
REWORDED = [signature(1, 0.75, teller) for teller in range(3)]  # of each other, .56

FIRES = {
    "copied": (copies(*STORY, link=TELLING), MEDIUM),
    "reworded": (copies(*REWORDED, link=TELLING), MEDIUM),
    "reworded, and dressed as news": (copies(*REWORDED, link=TELLING, said=NEWS), MEDIUM),
    "reworded, brand anchors": (copies(*REWORDED, link=BRAND), LOW),
    "reworded, withheld links": (copies(*REWORDED, link=TELLING | {"followed": False}), LOW),
    "copied, an article on a site that does not say whose it is": (copies(*STORY, link=TELLING, said=BLOG), MEDIUM),
    "copied, one of four under a brand anchor": (
        copies(*STORY, link=TELLING) + copies(signature(1), link=BRAND, start=3),
        MEDIUM,
    ),
    "copied, half under brand anchors": (
        copies(*STORY[:2], link=TELLING) + copies(*STORY[:2], link=BRAND, start=2),
        LOW,
    ),
    "canonical on the same domain": (
        copies(*STORY, link=TELLING, page={"canonical_url": "https://site0.example/other"})[:1]
        + copies(*STORY[:2], link=TELLING, start=1),
        MEDIUM,
    ),
}

SYNDICATED = {
    "news": copies(*STORY, link=TELLING, said=NEWS),
    "news, shortened by some": copies(*STORY, link=TELLING, said=NEWS)
    + copies(signature(1, 0.5), link=TELLING, said=NEWS | {"main_words": 200}, start=3),
    "articles on sites that say whose they are": copies(*STORY, link=TELLING, said=BLOG | {"names_itself": True}),
    "canonical elsewhere": copies(*STORY, link=TELLING, page={"canonical_url": "https://wire.example/story"}),
    "agency in the title": copies(*STORY, link=TELLING, page={"title": "Shoes grow cheaper | AP News"}),
    "press release": copies(*STORY, link=TELLING, page={"title": "Press Release: shoes grow cheaper"}),
    "brand anchors": copies(*STORY, link=BRAND),
    "withheld links": copies(*STORY, link=TELLING | {"followed": False}),
}

CLEAN = {
    "two domains": copies(*STORY[:2], link=TELLING),
    "three texts": copies(signature(1), signature(2), signature(3), link=TELLING),
    "three pages of one domain": [
        (link | {"source_url": url}, page | {"url": url}, said | {"url": url, "source_domain": "site.example"})
        for number, (link, page, said) in enumerate(copies(*STORY, link=TELLING))
        if (url := f"https://site.example/{number}")
    ],
    "hardly alike": copies(*(signature(1, 0.6, teller) for teller in range(3)), link=TELLING),
    "the third links to somebody else": copies(*STORY[:2], link=TELLING)
    + copies(signature(1), link=TELLING | {"site": "rival.example"}, start=2),
    "the third link is lost": copies(*STORY[:2], link=TELLING) + copies(signature(1), link={"state": "lost"}, start=2),
}


@pytest.mark.parametrize(("rows", "severity"), FIRES.values(), ids=FIRES)
def test_copies(rows: list[tuple[Row, Row, Row]], severity: Severity):
    """A copied or reworded text is low, and medium under followed telling anchors on three domains."""
    assert severities(copied_text(seen(rows), SuspicionSettings())) == [severity]


@pytest.mark.parametrize("rows", SYNDICATED.values(), ids=SYNDICATED)
def test_syndicated(rows: list[tuple[Row, Row, Row]]):
    """One text that is presented as reprinted, or that mostly names whom it links to, is told as syndicated."""
    (finding,) = findings(copied_text(seen(rows), SuspicionSettings()))
    assert (finding.severity, finding.evidence["reading"], len(finding.domains)) == (INFO, "syndicated", len(rows))


@pytest.mark.parametrize("rows", CLEAN.values(), ids=CLEAN)
def test_no_copies(rows: list[tuple[Row, Row, Row]]):
    """Two domains, one domain's pages, or texts that are hardly alike are nothing."""
    assert list(copied_text(seen(rows), SuspicionSettings())) == []


def test_spun_copies_of_a_wire_story():
    """A wire story and reworded copies of it are two findings: who reprints it is not blamed for those who reword it."""
    wire = copies(*STORY, link=TELLING, said=NEWS)
    spun = copies(*(signature(1, 0.7, teller) for teller in range(3)), link=TELLING, start=3)
    found = findings(copied_text(seen(wire + spun), SuspicionSettings()))
    assert {(finding.severity, finding.domains) for finding in found} == {
        (INFO, ("site0.example", "site1.example", "site2.example")),
        (MEDIUM, ("site3.example", "site4.example", "site5.example")),
    }


def test_press_release_that_sells():
    """A press release under one of your own money words is what Google's policy names."""
    rows = copies(*STORY, link={"anchor": "buy cheap shoes"}, page={"title": "Press release: shoes"})
    assert severities(copied_text(seen(rows), SuspicionSettings(money_words=("Cheap Shoes",)))) == [MEDIUM]


def test_finding():
    """A finding names its text by the page that was seen first, and its domains are what a decision is about."""
    rows = copies(*STORY, link=TELLING)
    for number, (link, _, _) in enumerate(rows):
        link["first_seen_at"] = DAY - timedelta(days=number)
    rows += copies(signature(1), link=TELLING | {"first_seen_at": DAY}, start=3)
    (finding,) = findings(copied_text(seen(rows), SuspicionSettings()))
    domains = tuple(f"site{number}.example" for number in range(4))
    assert (finding.key, finding.domains, finding.grounds) == ("https://site2.example/story", domains, domains)
    assert finding.evidence == {
        "reading": "copied or reworded",
        "observed": "one text on 4 referring domains, word for word on 4; followed links with telling anchors on 4",
        "threshold": "3 domains; the same from 0.8 in common, similar from 0.5",
        "anchor": "cheap shoes",
        "samples": [f"https://site{number}.example/story" for number in range(4)],
    }


def test_not_evaluated():
    """A page that was not analysed, or says too little, is not clean."""
    rows = copies(signature(1), b"")
    evidence = seen([*rows, ({"source_url": "https://new.example/"}, {"url": "https://new.example/"}, rows[0][2])])
    assert unsaid(copied_text(evidence, SuspicionSettings())) == {
        "its page was not analysed yet": 1,
        "its main text is too short to compare": 1,
    }
