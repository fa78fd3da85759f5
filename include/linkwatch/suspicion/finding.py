"""All rules on one night: what they found, how grave it is where families agree, and of what they could not say anything."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Severity, State
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules import RULES
from linkwatch.suspicion_settings import EVENTS, FAMILIES, SuspicionSettings

_ORDER = tuple(Severity)  # high first


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
    a score. 100,000 pages with 300,000 links take about 15 s on one core (`python -m bench findings`).
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
    return Found(weighed, _rulings(evidence, live, weighed, unsaid), _not_evaluated(live, unsaid))


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


def _rulings(
    evidence: NightEvidence, live: pa.Table, findings: Sequence[Finding], unsaid: Mapping[str, Sequence[NotEvaluated]]
) -> list[Ruling]:
    rulings = []
    for site in evidence.sites:
        own = live["link_id"].filter(pc.equal(live["site"], site.site))
        for rule, entries in unsaid.items():
            reasons = {entry.because: _common(own, entry.link_ids) for entry in entries}
            reasons = {because: links for because, links in reasons.items() if links}
            found = sum(finding.rule == rule and finding.site == site.site for finding in findings)
            rulings.append(Ruling(rule, site.site, len(own) - sum(reasons.values()), reasons, found))
    return rulings


def _common(links: pa.ChunkedArray, link_ids: pa.Array) -> int:
    return int(pc.sum(pc.is_in(links, value_set=link_ids)).as_py() or 0)


def _not_evaluated(live: pa.Table, unsaid: Mapping[str, Sequence[NotEvaluated]]) -> pa.Table:
    """A bit a rule, then one text for each mix of bits: of a million links there are few mixes."""
    links = live["link_id"]
    bits = np.zeros(len(links), np.int64)
    names = sorted(unsaid.keys() - EVENTS)  # these speak of nights
    for place, rule in enumerate(names):
        for entry in unsaid[rule]:
            bits |= pc.is_in(links, value_set=entry.link_ids).to_numpy().astype(np.int64) << place
    mixes, which = np.unique(bits, return_inverse=True)
    texts = pa.array(
        [" ".join(name for place, name in enumerate(names) if mix >> place & 1) for mix in mixes.tolist()], pa.string()
    )
    table = pa.table({"link_id": links.combine_chunks(), "rules": texts.cast(pa.string()).take(pa.array(which))})
    return table.filter(pa.array(bits != 0))
