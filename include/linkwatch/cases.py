"""Cases: findings put together as people think of them, by referring domain, or by network of them. Pure.

What is told in one line, asked in one question and shown in one row of the report is a case. A finding about several domains
(a network, a wave of new links) takes the findings about some of them in, unless they are more severe than itself: these stay
cases of their own, so that nobody passes over them. Sets of domains that only overlap are different cases.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from linkwatch.model import Severity
from linkwatch.suspicion_settings import FAMILIES

SHOWN_DOMAINS = 3
"""Domains of a network that its name tells; the rest is counted."""

RANKS = {severity.value: rank for rank, severity in enumerate(Severity)}
"""Severities in their order, high first."""

_Finding = TypeVar("_Finding")


@dataclass
class _Case(Generic[_Finding]):
    """The first finding gives the domains and the rank."""

    domains: frozenset[str]
    rank: int
    findings: list[_Finding] = field(default_factory=list)


def cases_of(findings: Iterable[tuple[Sequence[str], str, _Finding]]) -> list[list[_Finding]]:
    """Findings of one site, each given with its domains and its severity, by case; in no order that means anything."""
    cases: list[_Case[_Finding]] = []
    by_domain: dict[str, list[_Case[_Finding]]] = defaultdict(list)
    entries = [(frozenset(domains), RANKS[severity], finding) for domains, severity, finding in findings]
    for domains, rank, finding in sorted(entries, key=lambda entry: (-len(entry[0]), entry[1], sorted(entry[0]))):
        known = by_domain[next(iter(domains), "")]
        fitting = [case for case in known if domains == case.domains or (case.rank <= rank and domains < case.domains)]
        case = min(fitting, key=lambda case: (domains != case.domains, case.rank, len(case.domains)), default=None)
        if case is None:
            case = _Case(domains, rank)
            cases.append(case)
            for domain in domains or {""}:
                by_domain[domain].append(case)
        case.findings.append(finding)
    return [case.findings for case in cases]


def case_name(domains: Sequence[str], rules: Iterable[str] = ()) -> str:
    """What people call a case: "example.org", or "network of 5 domains: a.example, b.example, c.example and 2 more".

    `rules` are those that named the domains together: without one of the network family it is a "group".
    """
    if len(domains) < 2:
        return domains[0] if domains else "the whole site"
    word = "network" if any(FAMILIES.get(rule) == "network" for rule in rules) else "group"
    more = len(domains) - SHOWN_DOMAINS
    return f"{word} of {len(domains):,} domains: {', '.join(domains[:SHOWN_DOMAINS])}{f' and {more:,} more' if more > 0 else ''}"


def rule_name(rule: str) -> str:
    """A rule as people read it: "hidden link"."""
    return rule.replace("_", " ")
