"""The rules, their families, and `find`: all of them on one night."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from linkwatch.model import Finding, Severity
from linkwatch.settings import SuspicionSettings
from linkwatch.suspicion.content import link_dominated_page, thin_page
from linkwatch.suspicion.evidence import Hit, NightEvidence
from linkwatch.suspicion.placement import hidden_link, sitewide_link
from linkwatch.suspicion.spikes import anchor_spike

Rule = Callable[[NightEvidence, SuspicionSettings], Iterator[Hit]]

RULES: tuple[Rule, ...] = (sitewide_link, hidden_link, thin_page, link_dominated_page, anchor_spike)
"""Every rule; its name is the function's, its manual the docstring."""

FAMILIES: Mapping[str, str] = {
    "sitewide_link": "placement",
    "hidden_link": "hiding",
    "thin_page": "content",
    "link_dominated_page": "content",
    "anchor_spike": "anchor",
}
"""What kind of sign a rule's is. Two signs of one family are one reason; of different families they strengthen each other."""

_ORDER = tuple(Severity)  # high first


def find(evidence: NightEvidence, settings: SuspicionSettings) -> list[Finding]:
    """What looks suspicious after a night: highest severity first, then by site, rule and key.

    A finding rises one level when rules of another family hit at least half of its links; `promoted_by` then names them.
    Severities are never summed to a score. About 3 s a million links.
    """
    hits = [hit for rule in RULES for hit in rule(evidence, settings)]
    rules_of: dict[int, set[str]] = defaultdict(set)
    for hit in hits:
        for link_id in hit.link_ids:
            rules_of[link_id].add(hit.finding.rule)
    found = [_weighed(hit, rules_of) for hit in hits]
    return sorted(found, key=lambda finding: (_ORDER.index(finding.severity), finding.site, finding.rule, finding.key))


def _weighed(hit: Hit, rules_of: Mapping[int, set[str]]) -> Finding:
    """The hit's finding, one level up where another family agrees."""
    finding = hit.finding
    agreeing = [_others(finding.rule, rules_of[link_id]) for link_id in hit.link_ids]
    agreeing = [others for others in agreeing if others]
    if 2 * len(agreeing) < len(hit.link_ids):
        return finding
    told = {**finding.evidence, "promoted_by": sorted(set().union(*agreeing))}
    return replace(finding, severity=_ORDER[max(0, _ORDER.index(finding.severity) - 1)], evidence=told)


def _others(rule: str, rules: set[str]) -> set[str]:
    return {other for other in rules if FAMILIES[other] != FAMILIES[rule]}
