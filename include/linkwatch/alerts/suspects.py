"""Findings as they are told: a line for each referring domain or network with its reasons, and severe ones by themselves. Pure.

A severe case is a message of its own, so that people can talk about it in its thread; a night tells a few of these, and the
rest stands in the night's message like all others. What is only `info` is in the tables and in the weekly report.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linkwatch.alerts.groups import Room
from linkwatch.alerts.markup import context, escape, header, link, quoted
from linkwatch.alerts.message import Block, Message
from linkwatch.alerts.words import findings as count_findings
from linkwatch.alerts.words import links
from linkwatch.cases import RANKS, case_name, cases_of, rule_name
from linkwatch.model import Finding, Severity

SEVERE_MESSAGES = 5
"""Cases of a site that get a message of their own in one night."""

REASONS_OF_A_LINE = 4
"""Rules that a case's line names; the rest is counted."""

_OBSERVED_CHARS = 160


@dataclass(frozen=True, slots=True)
class Suspect:
    """What there is to say of one referring domain, or of one network: its findings, most severe first."""

    domains: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """That of the most severe finding."""
        return self.findings[0].severity

    @property
    def name(self) -> str:
        """What people call it."""
        return case_name(self.domains, (finding.rule for finding in self.findings if len(finding.domains) > 1))

    @property
    def links(self) -> int:
        """Links that the findings are about, each counted once."""
        return len({link_id for finding in self.findings for link_id in finding.link_ids})


def suspects_of(findings: Iterable[Finding]) -> list[Suspect]:
    """A site's findings by domain or network: most severe first, then most links; those that are only info left out."""
    told = [finding for finding in findings if finding.severity is not Severity.INFO]
    cases = cases_of((finding.domains, finding.severity, finding) for finding in told)
    found = [_suspect(entries) for entries in cases]
    return sorted(found, key=lambda case: (RANKS[case.severity], -case.links, case.domains))


def write_suspects(room: Room, suspects: Sequence[Suspect]) -> None:
    """As many lines as there is room for, the rest as a count."""
    shown = 0
    for case in suspects:
        if not room.take(_line(case)):
            break
        shown += 1
    left = sum(len(case.findings) for case in suspects[shown:])
    if left:
        room.note(f"… and {count_findings(left, 'more ')}: table `finding`, or the weekly report")


def severe_messages(night: str, site: str, channel: str, suspects: Sequence[Suspect]) -> list[Message]:
    """A message for each of the first severe cases; told once, and again only when a case rests on something new."""
    severe = [case for case in suspects if case.severity is Severity.HIGH][:SEVERE_MESSAGES]
    return [_severe_message(night, site, channel, case) for case in severe]


def _suspect(findings: Sequence[Finding]) -> Suspect:
    ordered = sorted(findings, key=lambda finding: (RANKS[finding.severity], finding.rule, finding.key))
    return Suspect(tuple(sorted({domain for finding in ordered for domain in finding.domains})), tuple(ordered))


def _line(case: Suspect) -> str:
    """Domain or network, how many links, and its reasons with what was observed for the first of them."""
    rules = list(dict.fromkeys(finding.rule for finding in case.findings))
    named = ", ".join(f"*{escape(rule_name(rule))}*" for rule in rules[:REASONS_OF_A_LINE])
    more = f" and {len(rules) - REASONS_OF_A_LINE} more" if len(rules) > REASONS_OF_A_LINE else ""
    about = f"*{escape(case.name)}* ({links(case.links)})" if case.domains else links(case.links)
    facts = _facts(case.findings[0])
    return f"• {case.severity}: {about}: {named}{more}" + (f": {', '.join(facts)}" if facts else "")


def _severe_message(night: str, site: str, channel: str, case: Suspect) -> Message:
    title = f"{site}: worth a look: {case.name}"
    room = Room(lines=0)
    room.start(f"*{links(case.links)}, for these reasons*")
    for finding in case.findings:
        facts = ", ".join(_facts(finding))
        reason = f"• {finding.severity}: *{escape(rule_name(finding.rule))}*{f': {facts}' if facts else ''}"
        if not room.take(reason, counts=False):
            room.note("… and more: table `finding`")
            break
    what_now = "A reason to look, no verdict. Decide with `linkwatch review`, or in Airflow under review_links."
    blocks: tuple[Block, ...] = (header(title), *room.blocks, context(what_now))
    about = zlib.crc32(repr((case.domains, [(entry.rule, entry.key, entry.grounds) for entry in case.findings])).encode())
    key = f"suspicion:{site}:{about:08x}"
    text = f"{site}: {count_findings(len(case.findings))}, severity {case.severity}"
    return Message(key, night, site, "suspicion", channel, escape(text), blocks)


def _facts(finding: Finding) -> list[str]:
    """What was observed, the anchor, and a page to look at; the rest of the evidence is in table `finding`."""
    facts = []
    for name in ("observed", "anchor"):
        value = finding.evidence.get(name)
        if isinstance(value, str) and value:
            facts.append(f"{'' if name == 'observed' else f'{name} '}{quoted(value, _OBSERVED_CHARS)}")
    samples = finding.evidence.get("samples")
    if isinstance(samples, list | tuple) and samples and str(samples[0]).startswith(("http://", "https://")):
        facts.append(f"e.g. {link(str(samples[0]))}")
    return facts
