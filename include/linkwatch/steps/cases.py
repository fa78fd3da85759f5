"""What a person decides at once: open findings put together to cases. No look at the warehouse or the clock."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from linkwatch.cases import RANKS, case_name, rule_name
from linkwatch.cases import cases_of as together_as_cases

MAX_SAMPLES = 5
MAX_ACTS = 3
"""Earlier decisions that are told with a case: the last ones."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """All that is open of one site about one referring domain, or about several that a finding names together."""

    case: str  # short id, the same for as long as site and domains are
    site: str
    subject: str  # "example.org", or "network of 5 domains: a.example, …"
    domains: tuple[str, ...]  # referring domains, sorted
    severity: str  # the highest of its findings
    findings: tuple[dict[str, Any], ...]  # rows of `finding`, the most severe first
    links: int  # that the findings are about, each once
    samples: tuple[str, ...]  # source URLs
    asked_before: str  # what was decided of these domains before; "" for nothing


@dataclass(frozen=True, slots=True)
class Act:
    """One decision as a person made it: on all findings of a case at once."""

    at: datetime
    by: str
    via: str  # "terminal", "airflow", or "night" where new evidence opened findings again
    verb: str
    site: str
    about: str  # the domains, as a case's subject
    rules: tuple[str, ...]  # in words
    why: str
    findings: int
    standing: int  # of these, how many still hold


def cases_of(rows: Iterable[Row], links: Mapping[int, Sequence[int]], acts: Iterable[Row]) -> list[Case]:
    """Open findings as cases: the most severe first, then those with most links, then by subject.

    What belongs together is `linkwatch.cases`'s to say. `links` are link ids by finding, `acts` rows of `decisions_on`.
    """
    before = _by_domain(acts)
    by_site = defaultdict(list)
    for row in rows:
        by_site[row["site"]].append((row["domains"], row["severity"], row))
    cases = [_case(together, links, before) for of_site in by_site.values() for together in together_as_cases(of_site)]
    return sorted(cases, key=lambda case: (RANKS[case.severity], -case.links, case.subject, case.site))


def one_case(name: str, rows: Sequence[Row], links: Mapping[int, Sequence[int]], acts: Iterable[Row]) -> Case:
    """Findings that were one case when a person was asked, as one case of that id, whatever they are by now."""
    return replace(_case(rows, links, _by_domain(acts)), case=name)


def acts_of(rows: Iterable[Row]) -> list[Act]:
    """Rows of `decisions_on` as people made them, the oldest first."""
    together: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        key = (row["decided_at"], row["decided_by"], row["via"], row["verb"], row["site"], row["why"])
        together[key].append(row)
    acts = []
    for (at, by, via, verb, site, why), of in sorted(together.items()):
        rules = {row["rule"] for row in of}
        about = case_name(sorted({domain for row in of for domain in row["domains"]}), rules)
        words = tuple(sorted(rule_name(rule) for rule in rules))
        acts.append(Act(at, by, via, verb, site, about, words, why, len(of), sum(row["ended"] is None for row in of)))
    return acts


def severities_from(least: str) -> list[str]:
    """A severity and all above it."""
    return [severity for severity, rank in RANKS.items() if rank <= RANKS[least]]


def _by_domain(acts: Iterable[Row]) -> Mapping[tuple[str, str], list[Row]]:
    found = defaultdict(list)
    for act in acts:
        for domain in act["domains"]:
            found[act["site"], domain].append(act)
    return found


def _case(rows: Sequence[Row], links: Mapping[int, Sequence[int]], before: Mapping[tuple[str, str], Sequence[Row]]) -> Case:
    ranked = sorted(rows, key=lambda row: (RANKS[row["severity"]], -row["links"], row["rule"], row["key"]))
    site, domains = ranked[0]["site"], tuple(sorted({domain for row in rows for domain in row["domains"]}))
    samples = dict.fromkeys(url for row in ranked for url in sample_urls(row))
    return Case(
        case=hashlib.blake2b("\n".join((site, *domains)).encode(errors="replace"), digest_size=5).hexdigest(),
        site=site,
        subject=case_name(domains, (row["rule"] for row in rows if len(row["domains"]) > 1)),
        domains=domains,
        severity=ranked[0]["severity"],
        findings=tuple(map(dict, ranked)),
        links=len({link for row in ranked for link in links.get(row["finding_id"], (row["link_id"],))}),
        samples=tuple(samples)[:MAX_SAMPLES],
        asked_before=_told([act for domain in domains for act in before.get((site, domain), ())]),
    )


def sample_urls(row: Row) -> list[str]:
    """Source URLs that a finding shows."""
    found = row["evidence"].get("samples")
    return [str(url) for url in found] if isinstance(found, list) else []


def _told(rows: Iterable[Row]) -> str:
    """The last few decisions, a line each, oldest first: "2026-11-20 anna: keep (sitewide link): our partner"."""
    acts = acts_of({row["decision_id"]: row for row in rows}.values())[-MAX_ACTS:]
    return "\n".join(f"{act.at:%Y-%m-%d} {act.by}: {act.verb} ({', '.join(act.rules)}): {act.why}" for act in acts)
