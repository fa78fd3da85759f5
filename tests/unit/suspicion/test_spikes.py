"""The anchor spike: its arithmetic against a direct sum, and the nights that must and must not raise it."""

import math
from collections.abc import Iterable, Mapping

import pytest

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.model import Role, Scope, Severity, Site
from linkwatch.suspicion import NightEvidence, find
from linkwatch.suspicion.spikes import find_spikes
from linkwatch.suspicion_settings import SuspicionSettings

SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
ANY = SuspicionSettings(anchor_fdr=0.99, anchor_min_domains=1, anchor_min_ratio=0.01)


def night(old: Mapping[str, int], new: Mapping[str, int], kind: str = "gained", domain: str = "new") -> NightEvidence:
    """Links live for long and links of tonight: for each anchor so many domains, each its own."""

    def links(anchors: Mapping[str, int], stem: str) -> Iterable[dict[str, str]]:
        for position, (anchor, count) in enumerate(anchors.items()):
            for number in range(count):
                host = f"{stem}{number}-{position}.example"
                yield {"source_url": f"https://{host}/", "target_url": f"https://own.example/{stem}", "anchor": anchor}

    tonight = make_links(links(new, domain))
    changes = [{"link_id": link_id, "site": "own.example", "kind": kind} for link_id in tonight["link_id"].to_pylist()]
    everything = [*make_links(links(old, "old")).to_pylist(), *tonight.to_pylist()]
    return NightEvidence("2026-11-22", make_links(everything), make_pages([]), make_table(schemas.CHANGES, changes), SITES)


def test_probability_by_hand():
    """One of two known domains used the anchor: both of two new ones do with 1.5 × 2.5 / (3 × 4), where one is expected."""
    (spike,) = find_spikes({"x": 2}, 2, {"x": 1, "y": 1}, ANY)
    assert spike.p == pytest.approx(0.3125)
    assert spike.expected == pytest.approx(1.0)


def test_probability_by_direct_sum():
    """Six hundred known domains weigh as three hundred; the tail agrees with the sum of its terms."""
    (spike,) = find_spikes({"x": 5}, 20, {"x": 4, "y": 596}, ANY)
    a, b = 2.5, 298.5

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    tail = sum(math.comb(20, k) * math.exp(log_beta(k + a, 20 - k + b) - log_beta(a, b)) for k in range(5, 21))
    assert spike.p == pytest.approx(tail, rel=1e-9)
    assert spike.expected == pytest.approx(20 * a / (a + b))


def test_anchors_not_seen_tonight_count_in_the_correction():
    """What stands out where two anchors are known does not where a thousand are, though it is as unlikely."""
    settings = SuspicionSettings(anchor_fdr=0.7, anchor_min_domains=1, anchor_min_ratio=0.01)
    assert len(find_spikes({"x": 2}, 2, {"x": 500, "y": 500}, settings)) == 1
    assert find_spikes({"x": 2}, 2, {"x": 500} | {str(number): 1 for number in range(500)}, settings) == []


def test_step_up_takes_what_lies_below_the_last_that_passes():
    """Two p-values of 0.3125 pass together at 0.32 among two tests, though the first rank alone would ask for 0.16."""
    settings = SuspicionSettings(anchor_fdr=0.32, anchor_min_domains=1, anchor_min_ratio=0.01)
    spikes = find_spikes({"x": 2, "y": 2}, 2, {"x": 1, "y": 1}, settings)
    assert [spike.anchor for spike in spikes] == ["x", "y"]
    assert find_spikes({"x": 2}, 2, {"x": 1, "y": 1}, settings) == []


def test_spike_is_found():
    """Eight of ten new domains with one telling anchor, new to us, are one medium finding with its links' lowest id."""
    evidence = night({"own": 200, "nice shop": 100}, {"Cheap Shoes!": 8, "own": 2})
    (finding,) = find(evidence, SuspicionSettings()).findings
    assert (finding.rule, finding.key, finding.site, finding.severity) == (
        "anchor_spike",
        "cheap shoes",
        "own.example",
        Severity.MEDIUM,
    )
    spiking = [row["link_id"] for row in evidence.links.to_pylist() if row["anchor"] == "Cheap Shoes!"]
    assert finding.link_id == min(spiking)
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
        pytest.param(night({"nice shop": 300}, {"cheap shoes": 20}, kind="discovered"), id="first looks"),
        pytest.param(night({"cheap shoes": 20}, {"cheap shoes": 20}, domain="old"), id="domains that linked before"),
        pytest.param(night({}, {"cheap shoes": 8}), id="no history to compare with"),
        pytest.param(night({}, {}), id="nothing at all"),
    ],
)
def test_no_spike(evidence: NightEvidence):
    """Nights that look like a spike at first sight and are none."""
    assert find(evidence, SuspicionSettings()).findings == []
