"""The anchor spike: the nights that must and must not raise it, and those of which it says nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from arrivals_made import AT, arriving, links_from, past
from linkwatch.model import Finding, Severity
from linkwatch.suspicion import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules.spikes import anchor_spike, find_spikes
from linkwatch.suspicion_settings import SuspicionSettings


def night(old: Mapping[str, int], new: Mapping[str, int], stem: str = "new", **more: Any) -> NightEvidence:
    """Links live for long and links of tonight: for each anchor so many domains, each its own."""

    def links(anchors: Mapping[str, int], stem: str, **link: object) -> list[dict[str, Any]]:
        several = ((f"{stem}{place}-", anchor, count) for place, (anchor, count) in enumerate(anchors.items()))
        return [row for name, anchor, count in several for row in links_from(count, name, anchor=anchor, **link)]

    dated = {"claimed_first_seen": more.pop("dated", None)}
    return arriving(links(old, "old"), links(new, stem, target_url=f"https://own.example/{stem}", **dated), **more)


def said(evidence: NightEvidence) -> list[Finding | NotEvaluated]:
    """All that the rule says of a night with the shipped settings."""
    return list(anchor_spike(evidence, SuspicionSettings()))


def test_anchors_not_seen_tonight_count_in_the_correction():
    """What stands out where two anchors are known does not where a thousand are, though it is as unlikely."""
    settings = SuspicionSettings(anchor_fdr=0.7, anchor_min_domains=1, anchor_min_ratio=0.01)
    assert len(find_spikes({"x": 2}, 2, {"x": 500, "y": 500}, settings)) == 1
    assert find_spikes({"x": 2}, 2, {"x": 500} | {str(number): 1 for number in range(500)}, settings) == []


def test_clumped_nights_raise_the_bar():
    """Ten domains stand out where days are alike, and are nothing special where days lean to one anchor or other."""
    before = {"x": 3, **{str(number): 10 for number in range(30)}}
    assert find_spikes({"x": 10}, 120, before, SuspicionSettings())
    assert find_spikes({"x": 10}, 120, before, SuspicionSettings(), clumped=20) == []


def test_clumping_is_read_from_the_links():
    """The same ten domains tonight are a spike after weeks of mixed nights, and none after weeks of one anchor a night."""

    def weeks(anchor_of: Any) -> list[dict[str, Any]]:
        return [
            row | {"anchor": anchor_of(back, place), "first_seen_at": AT - timedelta(days=back)}
            for back in range(1, 31)
            for place, row in enumerate(links_from(10, f"w{back}-"))
        ]

    new = links_from(6, "new", anchor="shoes 0")
    mixed, clumped = weeks(lambda _, place: f"shoes {place}"), weeks(lambda back, _: f"shoes {back % 10}")
    found = [arriving(old, [*new, *links_from(4, "other", anchor="own")]) for old in (mixed, clumped)]
    assert [len(said(evidence)) for evidence in found] == [1, 0]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"kind": "discovered"},
        {"kind": "discovered", "dated": AT - timedelta(days=13)},
        {"history": past(0)},
    ],
    ids=["gained", "a first look, without a date", "a first look, dated last week", "one night before"],
)
def test_spike_is_found(how: dict[str, Any]):
    """Eight of ten new domains with one telling anchor, new to us, are one medium finding about their links."""
    evidence = night({"own": 200, "nice shop": 100}, {"Cheap Shoes!": 8, "own": 2}, **how)
    (finding,) = said(evidence)
    assert isinstance(finding, Finding)
    assert (finding.rule, finding.key, finding.site) == ("anchor_spike", "cheap shoes", "own.example")
    assert finding.severity is Severity.MEDIUM
    spiking = [row["link_id"] for row in evidence.links.to_pylist() if row["anchor"] == "Cheap Shoes!"]
    assert finding.link_ids == tuple(sorted(spiking))
    assert finding.domains == finding.grounds == tuple(sorted(f"new0-{number}.example" for number in range(8)))
    assert len(finding.evidence["samples"]) == 5
    assert "8 new referring domains" in finding.evidence["observed"]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(night({"nice shop": 300}, {"cheap shoes": 4}), id="four domains are too few"),
        pytest.param(night({"cheap shoes": 200, "nice shop": 100}, {"cheap shoes": 12, "nice shop": 6}), id="its usual share"),
        pytest.param(night({"nice shop": 300}, {"own.example": 20}), id="URL"),
        pytest.param(night({"nice shop": 300}, {"Own": 20}), id="brand"),
        pytest.param(night({"nice shop": 300}, {"read more": 20}), id="generic"),
        pytest.param(night({"nice shop": 300}, {"": 20}), id="no text"),
        pytest.param(
            night({"nice shop": 300}, {"cheap shoes": 20}, kind="discovered", dated=AT - timedelta(days=15)),
            id="first looks at old links",
        ),
        pytest.param(night({"nice shop": 300}, {"cheap shoes": 20}, kind="recovered"), id="back again"),
        pytest.param(night({"cheap shoes": 20}, {"cheap shoes": 20}, stem="old"), id="domains that linked before"),
        pytest.param(night({}, {"cheap shoes": 8}), id="no history to compare with"),
        pytest.param(night({}, {}), id="nothing at all"),
        pytest.param(night({"nice shop": 300}, {"cheap shoes": 4}, history=past(3, 3, jump=2)), id="too few to be asked for"),
    ],
)
def test_no_spike(evidence: NightEvidence):
    """Nights that look like a spike at first sight and are none."""
    assert said(evidence) == []


@pytest.mark.parametrize(
    ("history", "because"),
    [
        (past(3, 3, 3, jump=1.3), "much more"),
        (past(3, 3, 3, jump=0.7), "much less"),
        (past(), "no night before"),
        ([], "not known how much was looked at"),
        (past(3, 3)[:-1], "not known how much was looked at"),
    ],
    ids=["more coverage", "less coverage", "first night", "no history", "tonight is not in it"],
)
def test_night_that_cannot_tell(history: Any, because: str):
    """Where tonight cannot be compared with the nights before, nothing is said of the new links, and why."""
    evidence = night({"nice shop": 300}, {"cheap shoes": 8}, history=history)
    (unsaid,) = said(evidence)
    assert isinstance(unsaid, NotEvaluated)
    assert because in unsaid.because
    new = [row["link_id"] for row in evidence.links.to_pylist() if row["anchor"] == "cheap shoes"]
    assert sorted(unsaid.link_ids.to_pylist()) == sorted(new)
