"""All rules on one night: what they found, how grave it is where families agree, and of what they could not say anything."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linkwatch.model import Finding, Severity, State
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules import RULES
from linkwatch.suspicion_settings import EVENTS, FAMILIES, SuspicionSettings

_ORDER = tuple(Severity)  # high first

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one rule in a night: a row of the table `rule_night` for each site."""

    rule: str
    site: str
    evaluated: int  # live links that it could say something of
    not_evaluated: Mapping[str, int]  # reason: live links
    findings: int


@dataclass(frozen=True, slots=True)
class Found:
    """What all rules together said of a night."""

    findings: Sequence[Finding]  # highest severity first, then by site, rule and key; those in shadow among them
    rulings: Sequence[Ruling]
    not_evaluated: pa.Table  # link_id, rules: live links with names of rules that had to leave them, space-separated; no EVENTS


def find(evidence: NightEvidence, settings: SuspicionSettings) -> Found:
    """What looks suspicious after a night, and of what nothing can be said.

    A finding rises one level when rules of another family hit at least half of its links; `promoted_by` then names them.
    What is only info, or in shadow, promotes nothing and does not rise: it is no sign by itself. Severities are never summed to
    a score. A million links of pages that were not analysed take 9 s, 300,000 of 100,000 analysed ones 20 s (measured).
    """
    findings: list[Finding] = []
    unsaid: dict[str, list[NotEvaluated]] = {}
    for rule in RULES:
        said = list(rule(evidence, settings))
        shadow = rule.__name__ in settings.shadow
        findings += [replace(entry, shadow=shadow) for entry in said if isinstance(entry, Finding)]
        unsaid[rule.__name__] = [entry for entry in said if isinstance(entry, NotEvaluated)]
    rules_of: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        for link_id in finding.link_ids if _is_sign(finding) else ():
            rules_of[link_id].add(finding.rule)
    weighed = [_weighed(finding, rules_of) for finding in findings]
    weighed.sort(key=lambda finding: (_ORDER.index(finding.severity), finding.site, finding.rule, finding.key))
    live = evidence.links.select(["link_id", "site"]).filter(pc.equal(evidence.links["state"], State.LIVE.value))
    left = _left_out(live["link_id"].to_numpy(), unsaid)
    return Found(weighed, _rulings(evidence, live, weighed, left), _not_evaluated(live, left))


def _weighed(finding: Finding, rules_of: Mapping[int, set[str]]) -> Finding:
    """The finding, one level up where another family agrees."""
    if not _is_sign(finding):
        return finding
    agreeing = [_others(finding.rule, rules_of.get(link_id, set())) for link_id in finding.link_ids]
    agreeing = [others for others in agreeing if others]
    if 2 * len(agreeing) < len(finding.link_ids):
        return finding
    told = {**finding.evidence, "promoted_by": sorted(set().union(*agreeing))}
    return replace(finding, severity=_ORDER[max(0, _ORDER.index(finding.severity) - 1)], evidence=told)


def _is_sign(finding: Finding) -> bool:
    return not finding.shadow and finding.severity is not Severity.INFO


def _others(rule: str, rules: set[str]) -> set[str]:
    return {other for other in rules if FAMILIES[other] != FAMILIES[rule]}


def _left_out(links: NDArray[np.int64], unsaid: Mapping[str, Sequence[NotEvaluated]]) -> Mapping[str, Mapping[str, Mask]]:
    """By rule and reason, which of `links` the rule had to leave. Others than these are passed over."""
    order = np.argsort(links, kind="stable")
    ordered = links[order]
    left: dict[str, dict[str, Mask]] = {rule: {} for rule in unsaid}
    for rule, entries in unsaid.items() if len(links) else ():
        for entry in entries:
            wanted = entry.link_ids.to_numpy(zero_copy_only=False)
            at = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
            mask = left[rule].setdefault(entry.because, np.zeros(len(links), np.bool_))
            mask[order[at[ordered[at] == wanted]]] = True
    return left


def _rulings(
    evidence: NightEvidence, live: pa.Table, findings: Sequence[Finding], left: Mapping[str, Mapping[str, Mask]]
) -> list[Ruling]:
    names = [site.site for site in evidence.sites]
    of_link = pc.fill_null(pc.index_in(live["site"], value_set=pa.array(names, pa.string())), len(names)).to_numpy()
    links = np.bincount(of_link, minlength=len(names) + 1)
    found = Counter((finding.rule, finding.site) for finding in findings)
    rulings = []
    for rule, reasons in left.items():
        counts = {because: np.bincount(of_link[mask], minlength=len(names) + 1) for because, mask in reasons.items()}
        for place, site in enumerate(names):
            told = {because: int(count[place]) for because, count in counts.items() if count[place]}
            rulings.append(Ruling(rule, site, int(links[place]) - sum(told.values()), told, found[rule, site]))
    return rulings


def _not_evaluated(live: pa.Table, left: Mapping[str, Mapping[str, Mask]]) -> pa.Table:
    """A bit a rule, then one text for each mix of bits: of a million links there are few mixes."""
    links = live["link_id"]
    bits = np.zeros(len(links), np.int64)
    names = sorted(left.keys() - EVENTS)  # these speak of nights
    for place, rule in enumerate(names):
        for mask in left[rule].values():
            bits[mask] |= 1 << place
    mixes, which = np.unique(bits, return_inverse=True)
    texts = [" ".join(name for place, name in enumerate(names) if mix >> place & 1) for mix in mixes.tolist()]
    rules = pa.array(texts, pa.string()).take(pa.array(which))
    return pa.table({"link_id": links.combine_chunks(), "rules": rules}).filter(pa.array(bits != 0))
