"""The anchor spike: one telling anchor text that many new referring domains use in one night."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import ChangeKind, Finding, Severity
from linkwatch.settings import SuspicionSettings
from linkwatch.suspicion.anchors import Bucket, brand_names, bucket, normalise, normalised_column
from linkwatch.suspicion.evidence import Hit, NightEvidence, samples

HISTORY_WEIGHT = 300
"""Domains that all history counts as, at most. Measured (simulation, 60 anchors): false flags on 0–2 % of nights when anchors
drift mildly, 19–29 % where whole days clump: there a smaller weight would be right."""

PRIOR = 0.5
"""Domains that an anchor is taken to have had beyond its history, so that one never seen before can be tested (Jeffreys)."""

_NEW = [ChangeKind.GAINED.value, ChangeKind.DISCOVERED.value]


def anchor_spike(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Hit]:
    """Many new referring domains link with one and the same telling anchor, far more than that anchor's share so far. Medium.

    For each site and anchor: k of tonight's N new referring domains (of links gained, so neither first looks nor new exports
    count) against a beta-binomial whose mean is the anchor's share of the domains before tonight. Benjamini–Hochberg over all
    anchors, seen tonight or not, at `anchor_fdr`; and k ≥ `anchor_min_domains`, k ≥ `anchor_min_ratio` × expected.
    Brand, URL, generic and empty anchors count in N and in history, and are never flagged.

    Standing: measured in simulation (N about 120): finds 8 extra domains on 70–73 % of nights, 12 on 94 %; a news story
    with one headline looks the same. Not evaluated for a site with fewer than `anchor_min_domains` new domains.
    """
    gained = _gained(evidence)
    for site in evidence.sites:
        new = [row for row in gained if row["site"] == site.site]
        if len({row["source_domain"] for row in new}) < settings.anchor_min_domains:
            continue
        history = _history(evidence, site.site)
        known = {domain for domain, _ in history}
        new = [row for row in new if row["source_domain"] not in known]
        brands = brand_names(site)
        before, tonight = Counter(anchor for _, anchor in history), Counter(_pairs_to_anchors(new))
        tested = [anchor for anchor in before | tonight if bucket(anchor, brands) is Bucket.OTHER]
        domains = len({row["source_domain"] for row in new})
        for spike in find_spikes(tested, before, tonight, domains, settings):
            yield _spike_hit(site.site, spike, [row for row in new if row["anchor"] == spike.anchor], settings)


@dataclass(frozen=True, slots=True)
class Spike:
    """One anchor that stands out: domains tonight, domains expected, and how likely so many are by chance."""

    anchor: str
    domains: int
    expected: float
    p: float


def find_spikes(
    tested: Sequence[str], before: Mapping[str, int], tonight: Mapping[str, int], new_domains: int, settings: SuspicionSettings
) -> list[Spike]:
    """Anchors of `tested` that stand out among `new_domains`; `before` and `tonight` count domains of every anchor."""
    from scipy.stats import betabinom  # 0.5 s: imported on the nights that have something to test

    total = sum(before.values())
    weight = min(1.0, HISTORY_WEIGHT / total) if total else 0.0
    spikes = []
    for anchor in tested:
        k = tonight.get(anchor, 0)
        if not k:
            continue  # its p is 1; it counts in the correction alone
        a, b = weight * before.get(anchor, 0) + PRIOR, weight * (total - before.get(anchor, 0)) + PRIOR
        spikes.append(Spike(anchor, k, new_domains * a / (a + b), float(betabinom.sf(k - 1, new_domains, a, b))))
    return [
        spike
        for spike in _discoveries(spikes, len(tested), settings.anchor_fdr)
        if spike.domains >= settings.anchor_min_domains and spike.domains >= settings.anchor_min_ratio * spike.expected
    ]


def _discoveries(spikes: Iterable[Spike], tests: int, rate: float) -> list[Spike]:
    """Benjamini and Hochberg's step-up: the longest run of smallest p with p(i) ≤ rate × i / tests."""
    ranked = sorted(spikes, key=lambda spike: (spike.p, spike.anchor))
    passing = [rank for rank, spike in enumerate(ranked, 1) if spike.p <= rate * rank / tests]
    return ranked[: passing[-1]] if passing else []


def _gained(evidence: NightEvidence) -> list[dict[str, str]]:
    """Tonight's gained links with their normalised anchors."""
    changes = evidence.changes
    ids = changes["link_id"].filter(pc.equal(changes["kind"], ChangeKind.GAINED.value))
    columns = ["link_id", "site", "source_domain", "source_url", "anchor"]
    links = evidence.links.select(columns).filter(pc.is_in(evidence.links["link_id"], value_set=ids))
    return [row | {"anchor": normalise(row["anchor"])} for row in links.to_pylist()]


def _history(evidence: NightEvidence, site: str) -> set[tuple[str, str]]:
    """Referring domain and anchor of the links that were live before tonight."""
    live = evidence.live_links(["link_id", "site", "source_domain", "anchor"])
    new = evidence.changes["link_id"].filter(pc.is_in(evidence.changes["kind"], value_set=pa.array(_NEW, pa.string())))
    old = pc.invert(pc.is_in(live["link_id"], value_set=new))
    live = live.filter(pc.and_(pc.equal(live["site"], site), old))
    pairs = pa.table({"domain": live["source_domain"], "anchor": normalised_column(live["anchor"])})
    pairs = pairs.group_by(["domain", "anchor"]).aggregate([])
    return set(zip(pairs["domain"].to_pylist(), pairs["anchor"].to_pylist(), strict=True))


def _pairs_to_anchors(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return [anchor for _, anchor in sorted({(row["source_domain"], row["anchor"]) for row in rows})]


def _spike_hit(site: str, spike: Spike, rows: Sequence[Mapping[str, str]], settings: SuspicionSettings) -> Hit:
    link_ids = tuple(sorted(int(row["link_id"]) for row in rows))
    told = {
        "observed": f"{spike.domains} new referring domains tonight with the anchor “{spike.anchor}”",
        "expected": round(spike.expected, 2),
        "p": float(f"{spike.p:.2g}"),
        "threshold": f"at least {settings.anchor_min_domains} domains and {settings.anchor_min_ratio:g} × expected, "
        f"false discovery rate {settings.anchor_fdr:g}",
        "samples": samples(row["source_url"] for row in rows),
    }
    return Hit(Finding("anchor_spike", spike.anchor, Severity.MEDIUM, site, link_ids[0], told), link_ids)
