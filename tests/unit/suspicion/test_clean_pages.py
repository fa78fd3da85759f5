"""Clean news pages, really published: what the rules say of their links to large sites."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.extract import observe
from linkwatch.extract.analysis import analyse, analyses_table, places_table
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Severity, Site
from linkwatch.suspicion import NightEvidence, find
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import Scopes, canonical_url

LARGE = (
    "facebook.com",
    "twitter.com",
    "google.com",
    "youtube.com",
    "instagram.com",
    "linkedin.com",
    "wikipedia.org",
    "apple.com",
)
SITES = tuple(Site(name, Role.COMPETITOR, Scope.DOMAIN) for name in LARGE)
LINK_FACTS = ("link_id", "site", "source_url", "target_url", "anchor", "rel", "followed", "zone", "hidden_by", "element")
PAGE_FACTS = ("title", "language", "words", "external_links", "linked_domains", "outcome")


NIGHT = datetime(2026, 11, 22, tzinfo=UTC)


def test_hardly_any_link_of_clean_pages_asks_for_attention(real_data: Path):
    """Of the links on honest pages to large sites at most two in a hundred are told of at medium or above."""
    evidence = clean_night(real_data / "articles")
    told = [
        finding
        for finding in find(evidence, SuspicionSettings()).findings
        if finding.severity in (Severity.HIGH, Severity.MEDIUM) and not finding.shadow
    ]
    alarmed = {link_id for finding in told for link_id in finding.link_ids}
    assert len(evidence.analyses) > 50
    assert len(evidence.links) > 100
    assert len(alarmed) <= 0.02 * len(evidence.links), told


def clean_night(folder: Path) -> NightEvidence:
    """The pages as they were published, looked at and analysed in one night."""
    scopes, links, pages, analyses, places = Scopes(SITES), {}, [], [], []
    for name, truth in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        url = canonical_url(truth["url"] if "//" in truth["url"] else f"https://{truth['url']}")
        body = gzip.decompress((folder / f"{name}.html.gz").read_bytes())
        page = FetchedPage(url, Outcome.READABLE, url, 200, headers={"content-type": "text/html"}, body=body)
        seen = observe(page, scopes)
        pages.append({fact: getattr(seen.look, fact) for fact in PAGE_FACTS} | {"url": url, "last_readable_at": NIGHT})
        links |= {link.link_id: {fact: getattr(link, fact) for fact in LINK_FACTS} for link in seen.sightings}
        if seen.sightings:
            analysis, stands = analyse(page, seen.look, seen.sightings)
            analyses.append(analysis)
            places += stands
    return NightEvidence(
        "2026-11-22",
        make_links(links.values()),
        make_pages(pages),
        make_table(schemas.CHANGES, []),
        SITES,
        analyses=analyses_table(analyses, NIGHT),
        places=places_table(places),
    )
