"""Nights for rules that look at pages closely: links of which every page was read and analysed unless a test says otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from arrow_rows import make_links, make_pages, make_table
from linkwatch import analysis_schemas, schemas
from linkwatch.model import Finding, Role, Scope, Severity, Site
from linkwatch.suspicion import NightEvidence, NotEvaluated
from linkwatch.suspicion.rules import Rule
from linkwatch.suspicion_settings import SuspicionSettings

READ = datetime(2026, 11, 22, 2, tzinfo=UTC)
OWN = Site("own.example", Role.OWN, Scope.DOMAIN, brand=("Our Own",))
RIVAL = Site("rival.example", Role.COMPETITOR, Scope.DOMAIN)
PAGE = "https://blog.example/post"
LINK: Mapping[str, Any] = {"source_url": PAGE, "anchor": "shoes"}
TO_RIVAL = {**LINK, "site": "rival.example", "target_url": "https://rival.example/"}
Row = Mapping[str, Any]

_ANALYSED = {"main_words": 600, "seen_words": 900, "title_words": 8, "language": "en", "compression": 2.0, "anchor_share": 0.3}
_PLACED = {
    "in_main": True,
    "in_prose": True,
    "block": "p",
    "block_words": 40,
    "block_links": 1,
    "block_domains": 1,
    "described": 30,
}


def looked_at(
    links: Iterable[Row],
    page: Row | None = None,
    analysis: Row | None = None,
    place: Row | None = None,
    *,
    analysed: bool = True,
    own_links: Iterable[Row] | None = None,
) -> NightEvidence:
    """Links on pages that are all alike: `page`, `analysis` and `place` say how they differ from an honest article."""
    table = make_links(links)
    urls = dict.fromkeys(table["source_url"].to_pylist())
    pages = make_pages({"url": url, "last_readable_at": READ, **(page or {})} for url in urls)
    analyses = [{"url": url, **_ANALYSED, **(analysis or {})} for url in urls if analysed]
    places = [{"link_id": link_id, **_PLACED, **(place or {})} for link_id in table["link_id"].to_pylist() if analysed]
    return NightEvidence(
        night="2026-11-22",
        links=table,
        pages=pages,
        changes=make_table(schemas.CHANGES, []),
        sites=(OWN, RIVAL),
        analyses=make_table(analysis_schemas.ANALYSES, analyses),
        places=make_table(analysis_schemas.PLACES, places),
        own_links=None if own_links is None else make_table(schemas.OWN_LINKS, own_links),
    )


def findings_of(rule: Rule, evidence: NightEvidence, settings: SuspicionSettings | None = None) -> list[Finding]:
    """What one rule finds."""
    return [entry for entry in rule(evidence, settings or SuspicionSettings()) if isinstance(entry, Finding)]


def severities_of(rule: Rule, evidence: NightEvidence, settings: SuspicionSettings | None = None) -> list[Severity]:
    """And how severe it takes it to be."""
    return [finding.severity for finding in findings_of(rule, evidence, settings)]


def unsaid_by(rule: Rule, evidence: NightEvidence) -> Sequence[tuple[str, int]]:
    """Reasons for which a rule says nothing, each with the number of links."""
    entries = rule(evidence, SuspicionSettings())
    return [(entry.because, len(entry.link_ids)) for entry in entries if isinstance(entry, NotEvaluated)]
