"""What kind of page a link stands on: one with hardly any text, or one that is mostly links."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, Outcome, Severity
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated
from linkwatch.suspicion_settings import SuspicionSettings


def thin_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A page with fewer than `thin_words` words of visible text outside its frame carries a live link. Low.

    One finding per page and site. Expected false alarms about 40 % (judgement): galleries, videos and profiles are thin too.

    Standing: Google's policies name thin pages without a number; 50 words is judgement. Not evaluated for a page that was
    never read, that needs rendering, or whose text was not found at all (0 words: as likely markup that we cannot read).
    """
    words = evidence.pages["words"]
    pages = _read_pages(evidence.pages, pc.and_(pc.greater(words, 0), pc.less(words, settings.thin_words)))

    def told(page: Mapping[str, Any]) -> dict[str, object]:
        return {"observed": f"{page['words']} words", "threshold": f"fewer than {settings.thin_words}"}

    yield from _page_hits("thin_page", evidence, pages, told)


def link_dominated_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A page with more than `dominated_links` external links, or to more than `dominated_domains` domains, links here. Low.

    One finding per page and site. Expected false alarms 20–40 % (judgement): resource lists and round-ups are honest work.

    Standing: measured on 181 news and blog pages: external links have median 17, 95th percentile 61, at most 91; so 100 flags
    none of them. Forums, directories and shops were not measured. Not evaluated for a page that was never read.
    """
    links, domains = evidence.pages["external_links"], _listed(evidence.pages["linked_domains"])
    crowded = pc.or_(pc.greater(links, settings.dominated_links), pc.greater(domains, settings.dominated_domains))
    pages = _read_pages(evidence.pages, crowded)

    def told(page: Mapping[str, Any]) -> dict[str, object]:
        return {
            "observed": f"{page['external_links']} external links to {len(json.loads(page['linked_domains']))} domains",
            "threshold": f"more than {settings.dominated_links} links or {settings.dominated_domains} domains",
        }

    yield from _page_hits("link_dominated_page", evidence, pages, told)


def _read_pages(pages: pa.Table, wanted: pa.ChunkedArray) -> list[dict[str, Any]]:
    """Pages whose facts are known and can be trusted, of those wanted."""
    trusted = pc.and_(pc.is_valid(pages["last_readable_at"]), pc.not_equal(pages["outcome"], Outcome.NEEDS_RENDERING.value))
    columns = ["url", "source_domain", "words", "external_links", "linked_domains"]
    rows: list[dict[str, Any]] = pages.select(columns).filter(pc.and_(trusted, wanted)).to_pylist()
    return rows


def _listed(domains: pa.ChunkedArray) -> pa.ChunkedArray:
    """Length of JSON lists of domains, by their quotation marks: no domain has one, and parsing a million lists takes seconds."""
    return pc.divide(pc.count_substring(domains, '"'), 2)


def _page_hits(
    rule: str,
    evidence: NightEvidence,
    pages: list[dict[str, Any]],
    told: Callable[[Mapping[str, Any]], dict[str, object]],
) -> Iterator[Finding | NotEvaluated]:
    """One low hit per page and watched site that has live links from it."""
    live = evidence.live_links(["link_id", "site", "source_url"])
    urls = pa.array([page["url"] for page in pages], pa.string())
    links_of: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for link in live.filter(pc.is_in(live["source_url"], value_set=urls)).to_pylist():
        links_of[link["source_url"]][link["site"]].append(link["link_id"])
    for page in pages:
        for site, link_ids in links_of.get(page["url"], {}).items():
            shown = told(page) | {"samples": [page["url"]]}
            domains = (page["source_domain"],)
            yield Finding(rule, page["url"], Severity.LOW, site, tuple(sorted(link_ids)), shown, domains, (rule,))
