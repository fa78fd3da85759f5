"""Nights as rules see them, from rows that name only what matters to a test."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from arrow_rows import make_links, make_pages, make_table
from linkwatch import analysis_schemas, schemas
from linkwatch.model import Finding, Role, Scope, Severity, Site
from linkwatch.suspicion import NightEvidence, NotEvaluated

READ = datetime(2026, 11, 22, 2, tzinfo=UTC)
OWN = Site("own.example", Role.OWN, Scope.DOMAIN, brand=("Our Own",))
SITES = (OWN, Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))
Row = Mapping[str, Any]

PLACE_FACTS = frozenset(analysis_schemas.PLACES.names) - {"link_id", "url"}


def night(links: Iterable[Row], pages: Iterable[Row] = (), analyses: Iterable[Row] = ()) -> NightEvidence:
    """A night of these links. A link's row may have columns of PLACES too: then its page was analysed, else it was not.

    Pages that are not given are read, and unsuspicious.
    """
    links, known = list(links), {page["url"]: page for page in pages}
    rows = make_links({name: value for name, value in link.items() if name not in PLACE_FACTS} for link in links)
    places = [
        {"link_id": link_id, "url": url, "block_anchors": "[]", "page_anchors": "[]"}
        | {name: link[name] for name in PLACE_FACTS & link.keys()}
        for link, link_id, url in zip(links, rows["link_id"].to_pylist(), rows["source_url"].to_pylist(), strict=True)
        if PLACE_FACTS & link.keys()
    ]
    for url in rows["source_url"].to_pylist():
        known.setdefault(url, {"url": url})
    return NightEvidence(
        "2026-11-22",
        rows,
        make_pages({"last_readable_at": READ} | page for page in known.values()),
        make_table(schemas.CHANGES, []),
        SITES,
        analyses=make_table(analysis_schemas.ANALYSES, analyses),
        places=make_table(analysis_schemas.PLACES, sorted(places, key=lambda place: place["link_id"])),
    )


def findings(said: Iterator[Finding | NotEvaluated]) -> list[Finding]:
    """What a rule found."""
    return [entry for entry in said if isinstance(entry, Finding)]


def severities(said: Iterator[Finding | NotEvaluated]) -> list[Severity]:
    """The severity of each finding."""
    return [finding.severity for finding in findings(said)]


def unsaid(said: Iterator[Finding | NotEvaluated]) -> dict[str, int]:
    """Reason why nothing can be said: number of links."""
    return {entry.because: len(entry.link_ids) for entry in said if isinstance(entry, NotEvaluated)}
