"""Arrivals, the nights that can be compared, and a night that brings far more new domains than the site's nights let expect."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from arrivals_made import AT, NIGHT, SITES, arriving, links_from, past
from arrow_rows import make_links, make_pages, make_table
from linkwatch import analysis_schemas, schemas
from linkwatch.model import Finding, Severity
from linkwatch.suspicion import Arrivals, NightEvidence, NotEvaluated
from linkwatch.suspicion.rules.velocity import domain_velocity
from linkwatch.suspicion.signs.arrivals import arrivals_tonight, new_domains, steady
from linkwatch.suspicion_settings import SuspicionSettings

EIGHT_WEEKS = past(*[3, 4, 2, 3, 5, 2, 1] * 8)
OWN = "https://own.example/"
OLD, RECENT = AT - timedelta(days=15), AT - timedelta(days=13)


def said(evidence: NightEvidence) -> list[Finding | NotEvaluated]:
    """All that the rule says of a night with the shipped settings."""
    return list(domain_velocity(evidence, SuspicionSettings()))


def link(kind: str = "", **row: Any) -> tuple[str, dict[str, Any]]:
    """A link from one and the same domain, and tonight's change of it."""
    return kind, {"source_url": "https://a.example/post"} | row


HERE_TOO = {"source_url": "https://www.a.example/other"}
ARRIVALS = {
    "gained": ([link("gained")], True),
    "gained, though a source knew it for long": ([link("gained", claimed_first_seen=OLD)], True),
    "first look, without a date": ([link("discovered")], True),
    "first look, dated last week": ([link("discovered", claimed_first_seen=RECENT)], True),
    "first look, dated long ago": ([link("discovered", claimed_first_seen=OLD)], False),
    "one link of it is old": ([link("gained"), link("discovered", claimed_first_seen=OLD, **HERE_TOO)], False),
    "back again": ([link("recovered")], False),
    "another link was live": ([link("gained"), link(**HERE_TOO)], False),
    "another link is missing": ([link("gained"), link(state="missing", **HERE_TOO)], False),
    "another link fell tonight": ([link("gained"), link("lost", state="lost", **HERE_TOO)], False),
    "another link was lost long ago": ([link("gained"), link(state="lost", **HERE_TOO)], True),
    "another link was only claimed": ([link("gained"), link(state="unverified", **HERE_TOO)], True),
    "linked to the rival before": ([link("gained"), link(site="rival.example", target_url="https://rival.example/")], True),
}


@pytest.mark.parametrize(("links", "arrives"), ARRIVALS.values(), ids=ARRIVALS)
def test_arrival(links: Iterable[tuple[str, Mapping[str, Any]]], arrives: bool):
    """A domain arrives with its first link to a site, and never with what was there, or came back, or is old by its date."""
    made = make_links(row for _, row in links)
    changes = [{"link_id": key, "kind": kind} for key, (kind, _) in zip(made["link_id"].to_pylist(), links, strict=True) if kind]
    evidence = NightEvidence(NIGHT, made, make_pages([]), make_table(schemas.CHANGES, changes), SITES)
    found = new_domains(evidence)
    assert found["own.example"]["source_domain"].to_pylist() == ["a.example"] * arrives
    assert len(found["rival.example"]) == 0


def test_arrivals_are_counted_by_domain():
    """Two links of each of three domains are three arrivals, and each site has a row."""
    new = [row | {"target_url": target} for row in links_from(3, "new") for target in (OWN, f"{OWN}shop")]
    told = arrivals_tonight(arriving([], new), looked=40, claims=50)
    assert told == {"own.example": Arrivals(NIGHT, 3, 40, 50), "rival.example": Arrivals(NIGHT, 0, 40, 50)}


@pytest.mark.parametrize(("dated", "looked"), [(RECENT, 37), (None, 40)], ids=["dated", "without a date"])
def test_dated_arrivals_are_no_coverage(dated: Any, looked: int):
    """What a source itself calls new is a burst and no wider look; what comes without a date may be either, and counts."""
    evidence = arriving([], links_from(3, "new", claimed_first_seen=dated), kind="discovered")
    assert arrivals_tonight(evidence, looked=40, claims=40)["own.example"] == Arrivals(NIGHT, 3, looked, looked)


def nights(*rows: tuple[int, int, int]) -> list[Arrivals]:
    """Nights of (day of the month, looked, claims)."""
    return [Arrivals(f"2026-11-{day:02}", 3, looked, claims) for day, looked, claims in rows]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], []),
        (nights((1, 100, 50)), [False]),
        (nights((1, 100, 50), (2, 125, 50)), [False, True]),
        (nights((1, 100, 50), (2, 126, 50)), [False, False]),
        (nights((1, 100, 50), (2, 74, 50)), [False, False]),
        (nights((1, 100, 50), (2, 100, 70)), [False, False]),
        (nights((1, 100, 0), (2, 100, 0), (3, 100, 1)), [False, True, False]),
        (nights((1, 0, 0), (2, 0, 0)), [False, True]),
        (nights((1, 9, 9), (2, 9, 9), (3, 9, 9), (6, 9, 9)), [False, True, True, False]),
        (nights((1, 9, 9), (8, 9, 9), (15, 9, 9)), [False, True, True]),
        (nights(*((day, 100 if day < 5 else 200, 9) for day in range(1, 12))), [False, *[True] * 3, *[False] * 4, *[True] * 3]),
    ],
    ids=[
        *(
            "no night",
            "the first",
            "within a quarter",
            "more pages",
            "fewer pages",
            "more claims",
            "claims where there were none",
        ),
        *("nothing, as ever", "three nights late", "weekly", "twice as much, and from then on"),
    ],
)
def test_steady(history: Sequence[Arrivals], expected: list[bool]):
    """A night is steady beside the median of the seven before it; a new level becomes the usual one after half of them."""
    assert steady(history, 0.25) == expected


def test_burst_is_found():
    """Twenty new domains where three are usual are an info about all their links, once, with what was expected."""
    evidence = arriving(links_from(9, "old"), links_from(20, "new"), history=EIGHT_WEEKS)
    (finding,) = said(evidence)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.key, finding.site) == ("domain_velocity", NIGHT, "own.example")
    assert finding.severity is Severity.INFO
    assert finding.domains == finding.grounds == tuple(sorted(f"new{number}.example" for number in range(20)))
    assert len(finding.link_ids) == 20
    assert finding.evidence["observed"] == "20 new referring domains tonight"
    assert finding.evidence["baseline"] == "median night of the last 55: 3"
    assert "shared" not in finding.evidence


@pytest.mark.parametrize(
    ("new", "history"),
    [
        (4, past(*[0] * 56)),
        (8, EIGHT_WEEKS),
        (200, past(*[100, 110, 90, 120] * 14)),
        (20, past(*[20, 2, 3, 2, 3, 2, 3] * 8)),
        (30, past(*[1, 40, 2, 1, 35, 3, 1, 2] * 7)),
    ],
    ids=["four are too few", "not so rare", "under twice the median", "the weekday's usual", "bursts are usual here"],
)
def test_no_burst(new: int, history: Sequence[Arrivals]):
    """Nights that stand out to the eye and not by the site's own nights."""
    assert said(arriving([], links_from(new, "new"), history=history)) == []


def test_five_where_there_were_none():
    """Five new domains are enough for a site that had none for eight weeks."""
    (finding,) = said(arriving([], links_from(5, "new"), history=past(*[0] * 56)))
    assert isinstance(finding, Finding)


def test_nights_of_a_jump_are_no_history():
    """A night of two hundred first looks among quiet ones is left out, and the burst of tonight still stands out."""
    history = [
        night if number != 30 else Arrivals(night.night, 200, 2 * night.looked, night.claims)
        for number, night in enumerate(EIGHT_WEEKS)
    ]
    (finding,) = said(arriving([], links_from(20, "new"), history=history))
    assert isinstance(finding, Finding)
    assert finding.evidence["baseline"] == "median night of the last 54: 3"


ALIKE = {"generator": "wordpress 6", "build": "theme:astra"}
SHARED = {
    "a telling anchor": ({"anchor": "cheap shoes"}, {}, {}, {}, "the anchor “cheap shoes”"),
    "ending and network": ({}, {"network": "203.0.113.0/24"}, {}, {}, "ending and network “.example 203.0.113.0/24”"),
    "a template": ({}, {}, ALIKE, {"block": "b10c"}, "the page template “wordpress 6 theme:astra b10c”"),
    "a brand": ({"anchor": "Own"}, {}, {}, {}, ""),
    "an ending alone": ({}, {"network": ""}, {}, {}, ""),
    "a generator alone": ({}, {}, {"generator": "wordpress 6"}, {"block": "b10c"}, ""),
    "a theme alone": ({}, {}, ALIKE, {}, ""),
}


@pytest.mark.parametrize("count", [11, 10])
@pytest.mark.parametrize(("anchor", "page", "analysis", "place", "told"), SHARED.values(), ids=SHARED)
def test_burst_of_one_kind(count: int, anchor: dict[str, Any], page: Any, analysis: Any, place: Any, told: str):
    """A burst is medium where more than half of its domains share what strangers do not, and info where half do."""
    new = [*links_from(count, "alike", **anchor), *links_from(20 - count, "other")]
    made = make_links(new)
    of_kind = made.to_pylist()[:count]
    evidence = arriving(
        [],
        new,
        history=EIGHT_WEEKS,
        pages=make_pages({"url": row["source_url"]} | page for row in of_kind),
        analyses=make_table(analysis_schemas.ANALYSES, ({"url": row["source_url"]} | analysis for row in of_kind)),
        places=make_table(analysis_schemas.PLACES, ({"link_id": row["link_id"]} | place for row in of_kind)),
    )
    (finding,) = said(evidence)
    assert isinstance(finding, Finding)
    expected = [f"11 of 20 share {told}"] if told and count == 11 else None
    assert finding.evidence.get("shared") == expected
    assert finding.severity is (Severity.MEDIUM if expected else Severity.INFO)


@pytest.mark.parametrize(
    ("history", "because"),
    [
        ([], "it is not known how much was looked at tonight"),
        (past(), "no night before this one is known"),
        (past(*[3] * 56, jump=2), "tonight looked at much more or much less than the nights before"),
        (past(*[3] * 28), "only 27 of 28 comparable nights are known; by these, 20 new domains have a chance of 3.1e-10"),
        (past(*[18] * 28), "only 27 of 28 comparable nights are known"),
    ],
    ids=["no history", "first night", "coverage jumped", "a notice", "cold, and not rare"],
)
def test_night_that_cannot_tell(history: Sequence[Arrivals], because: str):
    """Without nights to compare with nothing is said of the new links; of a few nights, a notice stands with the reason."""
    (unsaid,) = said(arriving(links_from(9, "old"), links_from(20, "new"), history=history))
    assert isinstance(unsaid, NotEvaluated)
    assert unsaid.because == because
    assert len(unsaid.link_ids) == 20
