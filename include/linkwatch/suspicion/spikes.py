"""The anchor spike: one telling anchor text that many new referring domains use in one night."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import ChangeKind, Finding, Severity
from linkwatch.suspicion.anchors import Bucket, brand_names, bucket, normalise, normalised_column
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion_settings import SuspicionSettings

HISTORY_WEIGHT = 300
"""Domains that all history counts as, at most. Measured (simulation, 60 anchors): false flags on 0–2 % of nights when anchors
drift mildly, 19–29 % where whole days clump: there a smaller weight would be right."""

PRIOR = 0.5
"""Domains that an anchor is taken to have had beyond its history, so that one never seen before can be tested (Jeffreys)."""

_NEW = [ChangeKind.GAINED.value, ChangeKind.DISCOVERED.value]


def anchor_spike(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """Many new referring domains link with one and the same telling anchor, far more than that anchor's share so far. Medium.

    For each site and anchor: k of tonight's N new referring domains (of links gained, so neither first looks nor new exports
    count) against a beta-binomial whose mean is the anchor's share of the domains before tonight. Benjamini–Hochberg over all
    anchors ever seen, at `anchor_fdr`; and k ≥ `anchor_min_domains`, k ≥ `anchor_min_ratio` × expected.
    Brand, URL, generic and empty anchors count in N and in history, and are never flagged.

    Standing: measured in simulation (N about 120): finds 8 extra domains on 70–73 % of nights, 12 on 94 %; a news story
    with one headline looks the same. Not evaluated for a site with fewer than `anchor_min_domains` new domains.
    """
    gained = _gained(evidence)
    for site in evidence.sites if gained else ():
        old = _links_before(evidence, site.site)
        known = set(pc.unique(old["source_domain"]).to_pylist())
        new = [row for row in gained if row["site"] == site.site and row["source_domain"] not in known]
        tonight = Counter(anchor for _, anchor in {(row["source_domain"], row["anchor"]) for row in new})
        if max(tonight.values(), default=0) < settings.anchor_min_domains:
            continue
        brands = brand_names(site)
        tested = sorted(anchor for anchor in tonight if bucket(anchor, brands) is Bucket.OTHER)
        domains = len({row["source_domain"] for row in new})
        for spike in find_spikes({anchor: tonight[anchor] for anchor in tested}, domains, _history(old), settings):
            yield _spike_hit(site.site, spike, [row for row in new if row["anchor"] == spike.anchor], settings)


@dataclass(frozen=True, slots=True)
class Spike:
    """One anchor that stands out: domains tonight, domains expected, and how likely so many are by chance."""

    anchor: str
    domains: int
    expected: float
    p: float


def find_spikes(
    tonight: Mapping[str, int], new_domains: int, before: Mapping[str, int], settings: SuspicionSettings
) -> list[Spike]:
    """Anchors of `tonight` (anchor: domains) that stand out among `new_domains`; `before` counts the domains of every anchor."""
    import numpy as np
    from scipy.stats import betabinom  # 0.5 s: imported on the nights that have something to test

    total = sum(before.values())
    weight = min(1.0, HISTORY_WEIGHT / total) if total else 0.0
    past = np.array([before.get(anchor, 0) for anchor in tonight], float)
    a, b = weight * past + PRIOR, weight * (total - past) + PRIOR
    expected = new_domains * a / (a + b)
    p = betabinom.sf(np.array(list(tonight.values())) - 1, new_domains, a, b)
    spikes = [Spike(*row) for row in zip(tonight, tonight.values(), expected.tolist(), p.tolist(), strict=True)]
    tests = len(before.keys() | tonight.keys())  # those not seen tonight have p = 1: they count in the correction alone
    return [
        spike
        for spike in _discoveries(spikes, tests, settings.anchor_fdr)
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


def _links_before(evidence: NightEvidence, site: str) -> pa.Table:
    """Referring domain and anchor of the site's links that were live before tonight."""
    live = evidence.live_links(["link_id", "site", "source_domain", "anchor"])
    new = evidence.changes["link_id"].filter(pc.is_in(evidence.changes["kind"], value_set=pa.array(_NEW, pa.string())))
    old = pc.invert(pc.is_in(live["link_id"], value_set=new))
    return live.select(["source_domain", "anchor"]).filter(pc.and_(pc.equal(live["site"], site), old))


def _history(old: pa.Table) -> dict[str, int]:
    """Referring domains by normalised anchor."""
    pairs = pa.table({"domain": old["source_domain"], "anchor": normalised_column(old["anchor"])})
    pairs = pairs.group_by(["domain", "anchor"]).aggregate([])
    counts = pairs.group_by("anchor").aggregate([([], "count_all")])
    return dict(zip(counts["anchor"].to_pylist(), counts["count_all"].to_pylist(), strict=True))


def _spike_hit(site: str, spike: Spike, rows: Sequence[Mapping[str, str]], settings: SuspicionSettings) -> Finding:
    link_ids = tuple(sorted(int(row["link_id"]) for row in rows))
    told = {
        "observed": f"{spike.domains} new referring domains tonight with the anchor “{spike.anchor}”",
        "expected": round(spike.expected, 2),
        "p": float(f"{spike.p:.2g}"),
        "threshold": f"at least {settings.anchor_min_domains} domains and {settings.anchor_min_ratio:g} × expected, "
        f"false discovery rate {settings.anchor_fdr:g}",
        "samples": samples(row["source_url"] for row in rows),
    }
    domains = tuple(sorted({row["source_domain"] for row in rows}))
    return Finding("anchor_spike", spike.anchor, Severity.MEDIUM, site, link_ids, told, domains, told_grounds(domains))
