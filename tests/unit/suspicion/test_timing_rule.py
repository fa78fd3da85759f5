"""Coordinated timing: links that came together on domains that are tied, and the news that only came together."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from arrivals_made import AT, arriving, links_from, past
from arrow_rows import make_pages, make_table
from linkwatch import analysis_schemas
from linkwatch.model import Finding, Severity
from linkwatch.suspicion import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules.timing import coordinated_timing
from linkwatch.suspicion.signs.likeness import PERMUTATIONS
from linkwatch.suspicion_settings import SuspicionSettings

Row = Mapping[str, Any]
MINUTE = datetime(2026, 11, 20, 9, 17, tzinfo=UTC)
OWN = "https://own.example/"


def came(rows: Sequence[Row], old: Sequence[Row] = (), pages: Any = None, analyses: Any = None, **more: Any) -> NightEvidence:
    """A night with these new links, on pages and analyses told by place (a function of 0, 1, …); nothing is told of old ones."""
    urls = [row["source_url"] for row in rows]
    facts = [{"url": url, "network": f"198.51.{place}.0/24"} | (pages or _nothing)(place) for place, url in enumerate(urls)]
    known = [
        {"url": url, "source_domain": url.split("/")[2], "main_words": 400} | (analyses or _nothing)(place)
        for place, url in enumerate(urls)
    ]
    table = make_table(analysis_schemas.ANALYSES, [{"signature": _text(place)} | row for place, row in enumerate(known)])
    return arriving(old, rows, pages=make_pages(facts), analyses=table, **more)


def said(evidence: NightEvidence, **settings: Any) -> list[Finding | NotEvaluated]:
    """All that the rule says of a night."""
    return list(coordinated_timing(evidence, SuspicionSettings(**settings)))


def _nothing(_: int) -> Row:
    return {}


def _text(number: int, kept: int = 0) -> bytes:
    """Signature of a text of its own, but for so many values that all have in common."""
    own = np.random.default_rng(number).integers(0, 2**32, PERMUTATIONS, np.uint32)
    own[:kept] = 7
    return own.astype("<u4").tobytes()


def same_id(place: int) -> Row:
    """The first two have an advertising id in common."""
    return {"ids": "ca-pub-0123456789012345" if place < 2 else f"G-{place:08}"}


def spun(place: int) -> Row:
    """All have most of their text in common."""
    return {"signature": _text(place, kept=96)}


def one_network(place: int) -> Row:
    """The first two stand on one network."""
    return {"network": "203.0.113.0/24"} if place < 2 else {}


ANCHORED = links_from(5, "new", anchor="cheap shoes")
MIXED = [row | {"anchor": f"shoes {place}"} for place, row in enumerate(links_from(5, "new"))]
SLUGGED = [row | {"source_url": f"https://new{n}.example/{n}/best-cheap-shoes-{n}.html"} for n, row in enumerate(MIXED)]
FIRES: dict[str, tuple[Sequence[Row], dict[str, Any], str]] = {
    "anchor, shared id": (ANCHORED, {"analyses": same_id}, f"anchor|{OWN}|cheap shoes"),
    "anchor, spun text": (ANCHORED, {"analyses": spun}, f"anchor|{OWN}|cheap shoes"),
    "anchor, one network": (ANCHORED, {"pages": one_network}, f"anchor|{OWN}|cheap shoes"),
    "anchor, first looks": (ANCHORED, {"analyses": same_id, "kind": "discovered"}, f"anchor|{OWN}|cheap shoes"),
    "minute": (MIXED, {"analyses": lambda n: same_id(n) | {"published_at": MINUTE}}, "published|2026-11-20 09:17"),
    "address": (SLUGGED, {"analyses": same_id}, "slug|best-cheap-shoes-.html"),
}


@pytest.mark.parametrize(("links", "how", "key"), FIRES.values(), ids=FIRES)
def test_wave_of_tied_domains(links: Sequence[Row], how: dict[str, Any], key: str):
    """Five new domains that came together and are tied are one medium finding about their links."""
    evidence = came(links, **how)
    (finding,) = said(evidence)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.key, finding.severity) == ("coordinated_timing", key, Severity.MEDIUM)
    assert finding.link_ids == tuple(sorted(evidence.links["link_id"].to_pylist()))
    assert finding.domains == finding.grounds == tuple(f"new{n}.example" for n in range(5))
    assert {"observed", "threshold", "samples", "tied"} <= finding.evidence.keys()


def spread(hours: float, **more: Any) -> list[dict[str, Any]]:
    """Five links with one anchor, each so many hours after the other by a source's date."""
    return [row | {"claimed_first_seen": AT - timedelta(hours=hours * n), **more} for n, row in enumerate(ANCHORED)]


INNOCENT: dict[str, tuple[Sequence[Row], dict[str, Any]]] = {
    "news: many texts, nothing shared": (ANCHORED, {}),
    "four domains": (ANCHORED[:4], {"analyses": same_id}),
    "a brand": (links_from(5, "new", anchor="Own"), {"analyses": same_id}),
    "five targets": (
        [row | {"target_url": f"{OWN}{n}"} for n, row in enumerate(ANCHORED)],
        {"analyses": same_id},
    ),
    "73 hours apart": (spread(73 / 4), {"analyses": same_id}),
    "published on one day": (MIXED, {"analyses": lambda n: same_id(n) | {"published_at": MINUTE.replace(hour=0, minute=0)}}),
    "an embargo": (MIXED, {"analyses": lambda n: same_id(n) | {"published_at": MINUTE.replace(minute=0)}}),
    "addresses that all sites have": (
        [row | {"source_url": f"https://new{n}.example/links.html"} for n, row in enumerate(MIXED)],
        {"analyses": same_id},
    ),
    "two links of one domain share its id": (
        [*ANCHORED, ANCHORED[0] | {"source_url": "https://new0.example/more"}],
        {"analyses": lambda n: {"ids": "ca-pub-0123456789012345" if n in (0, 5) else ""}},
    ),
}


@pytest.mark.parametrize(("links", "how"), INNOCENT.values(), ids=INNOCENT)
def test_innocent_twin(links: Sequence[Row], how: dict[str, Any]):
    """What came together without a tie, or is tied and did not come together, raises nothing."""
    assert said(came(links, **how)) == []


def test_domains_that_linked_before_are_no_wave():
    """Tied domains that link with one anchor tonight and have linked for long are nothing new."""
    assert said(came(ANCHORED, old=links_from(5, "new", target_url=f"{OWN}old", claimed_first_seen=AT - timedelta(30)))) == []


@pytest.mark.parametrize("sign", [{"ids": "G-AGENCY"}, {"network": "203.0.113.0/24"}], ids=["an agency", "a host"])
def test_what_very_many_have_ties_nobody(sign: Row):
    """An id or a network on more domains than the settings allow is an agency's or a host's, and no tie."""
    name, where = ("analyses", "ids") if "ids" in sign else ("pages", "network")
    evidence = came(ANCHORED, **{name: lambda _: sign})
    assert len(said(evidence)) == 1
    assert said(evidence, **{"shared_id_max_domains" if where == "ids" else "shared_address_max_domains": 4}) == []


def test_wave_is_the_busiest_hours():
    """Of twenty links over weeks, the six within three days are the finding's; links before and after are not."""
    rows = links_from(20, "new", anchor="cheap shoes")
    days = [*range(0, 70, 10), *[75.0, 75.5, 76.0, 76.5, 77.0, 77.5], *range(90, 160, 10)]
    dated = [row | {"claimed_first_seen": AT - timedelta(days=day)} for row, day in zip(rows, days, strict=True)]
    (finding,) = said(came(dated, analyses=lambda _: {"ids": "G-12345678"}))
    assert isinstance(finding, Finding)
    assert finding.domains == tuple(sorted(f"new{number}.example" for number in range(7, 13)))


@pytest.mark.parametrize(
    "links_of_a_wave",
    [lambda: came(ANCHORED).analyses.slice(0, 0), lambda: came(ANCHORED).analyses.slice(0, 3)],
    ids=["none", "some"],
)
def test_wave_of_pages_that_were_not_analysed(links_of_a_wave: Callable[[], Any]):
    """Of links that came together while what could tie their pages is not known, nothing can be said."""
    analyses = links_of_a_wave()
    evidence = came(ANCHORED)
    (unsaid,) = said(NightEvidence(**{name: getattr(evidence, name) for name in _FIELDS} | {"analyses": analyses}))
    assert isinstance(unsaid, NotEvaluated)
    assert unsaid.because == "what could tie its page to others is not known"
    assert len(unsaid.link_ids) == 5 - len(analyses)


_FIELDS = ("night", "links", "pages", "changes", "sites", "history")


@pytest.mark.parametrize("history", [[], past(), past(*[3] * 9, jump=2)], ids=["unknown", "first night", "coverage jumped"])
def test_nobody_knows_when(history: Sequence[Any]):
    """First looks in a night that cannot be compared with others have no date, and nothing is said of them."""
    (unsaid,) = said(came(ANCHORED, analyses=same_id, kind="discovered", history=history))
    assert isinstance(unsaid, NotEvaluated)
    assert unsaid.because == "nobody knows when it was put there"
    assert len(unsaid.link_ids) == 5
