"""What a week's report says of suspicion: cases that wait for a decision, rules week by week, link types, anchors. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from linkwatch.cases import RANKS, case_name, cases_of, rule_name
from linkwatch.model import Severity
from linkwatch.reports.rows import FindingRow


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One referring domain or network that waits for a person."""

    site: str
    name: str
    severity: str
    links: int  # that its largest finding is about
    since: str  # night of its oldest finding
    findings: tuple[FindingRow, ...]  # most severe first


@dataclass(frozen=True, slots=True)
class RuleWeek:
    """One rule's week over all own sites, beside the weeks before."""

    rule: str
    new: int
    open: int
    decided: int
    trend: tuple[int, ...]  # new findings week by week, oldest first, this week's the last


@dataclass(frozen=True, slots=True)
class SuspicionWeek:
    """All that a report says of suspicion; of own sites alone."""

    cases: tuple[OpenCase, ...] = ()
    rules: tuple[RuleWeek, ...] = ()
    kinds: tuple[Mapping[str, Any], ...] = ()  # rows of `weekly_link_kind`
    anchors: tuple[Mapping[str, Any], ...] = ()  # rows of `weekly_anchor`


def suspicion_week(
    week_start: date,
    *,
    own: Iterable[str],
    findings: Iterable[Mapping[str, Any]],
    rules: Iterable[Mapping[str, Any]] = (),
    kinds: Iterable[Mapping[str, Any]] = (),
    anchors: Iterable[Mapping[str, Any]] = (),
) -> SuspicionWeek:
    """Rows as what is told. `findings`: the open ones, of which those that are only info wait for nobody; `rules`: of
    `weekly_rule`, this week's and the weeks before.
    """
    sites = set(own)
    return SuspicionWeek(
        cases=_cases([FindingRow.of(row) for row in findings if row["site"] in sites and row["severity"] != Severity.INFO]),
        rules=_rules(week_start, [row for row in rules if row["site"] in sites]),
        kinds=tuple(row for row in kinds if row["site"] in sites),
        anchors=tuple(row for row in anchors if row["site"] in sites),
    )


def _cases(findings: Sequence[FindingRow]) -> tuple[OpenCase, ...]:
    sites = sorted({row.site for row in findings})
    of_sites = (cases_of((row.domains, row.severity, row) for row in findings if row.site == site) for site in sites)
    cases = [_case(rows) for of_site in of_sites for rows in of_site]
    return tuple(sorted(cases, key=lambda case: (RANKS[case.severity], -case.links, case.site, case.name)))


def _case(rows: Sequence[FindingRow]) -> OpenCase:
    ordered = sorted(rows, key=lambda row: (RANKS[row.severity], row.rule, row.key))
    domains = sorted({domain for row in rows for domain in row.domains})
    name = case_name(domains, (row.rule for row in rows if len(row.domains) > 1))
    most, since = max(row.links for row in rows), min(row.night for row in rows)
    return OpenCase(ordered[0].site, name, ordered[0].severity, most, since, tuple(ordered))


def _rules(week_start: date, rows: Sequence[Mapping[str, Any]]) -> tuple[RuleWeek, ...]:
    weeks = sorted({row["week_start"] for row in rows})
    told = []
    for rule in sorted({row["rule"] for row in rows}):
        of_rule = [row for row in rows if row["rule"] == rule]
        tonight = [row for row in of_rule if row["week_start"] == week_start]
        trend = tuple(sum(row["findings_new"] for row in of_rule if row["week_start"] == week) for week in weeks)
        new, still, decided = (sum(row[name] for row in tonight) for name in ("findings_new", "findings_open", "decided"))
        if tonight:
            told.append(RuleWeek(rule_name(rule), new, still, decided, trend))
    return tuple(sorted(told, key=lambda row: (-row.open, -row.new, row.rule)))
