"""Clean news pages, really published: what the rules say of their links to large sites."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

from arrow_rows import make_links, make_pages, make_table
from linkwatch import schemas
from linkwatch.extract import observe
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
LINK_FACTS = ("link_id", "site", "source_url", "target_url", "anchor", "rel", "followed", "zone", "hidden_by")
PAGE_FACTS = ("words", "external_links", "linked_domains", "outcome")


def test_nothing_above_low_on_clean_pages(real_data: Path):
    """Follow buttons and citations of honest pages never raise a finding that asks for attention."""
    folder, scopes = real_data / "articles", Scopes(SITES)
    links, pages = {}, []
    for name, truth in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        url = canonical_url(truth["url"] if "//" in truth["url"] else f"https://{truth['url']}")
        body = gzip.decompress((folder / f"{name}.html.gz").read_bytes())
        seen = observe(FetchedPage(url, Outcome.READABLE, url, 200, headers={"content-type": "text/html"}, body=body), scopes)
        facts = {fact: getattr(seen.look, fact) for fact in PAGE_FACTS}
        pages.append(facts | {"url": url, "last_readable_at": datetime(2026, 11, 22, tzinfo=UTC)})
        links |= {link.link_id: {fact: getattr(link, fact) for fact in LINK_FACTS} for link in seen.sightings}
    changes = make_table(schemas.CHANGES, [])
    found = find(
        NightEvidence("2026-11-22", make_links(links.values()), make_pages(pages), changes, SITES), SuspicionSettings()
    ).findings
    assert len(pages) > 50
    assert len(links) > 100
    assert [finding for finding in found if finding.severity is not Severity.LOW] == []
