"""What watched sites are about and written in, so that an anchor can be held against it. It asks anchors nothing."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.lexicon import topics_in, topics_of_host
from linkwatch.model import Site
from linkwatch.suspicion.evidence import NightEvidence
from linkwatch.suspicion.signs.closer import beside
from linkwatch.suspicion.signs.scripts import script_of, scripts_of_languages
from linkwatch.urls import registrable_domain

READER_DOMAINS = 20
"""Referring domains of known language from which a site's own scripts are guessed [judgement]."""

READER_SHARE = 0.1
"""Share of these domains that makes a script one of the site's [judgement]."""


@dataclass(frozen=True, slots=True)
class SiteWords:
    """What a watched site is about and written in, as far as its pages that were read tell."""

    topics: frozenset[str]  # of its name, its brand and its home page
    titles: Mapping[str, str]  # by page
    scripts: frozenset[str]  # empty: not known

    def topics_at(self, target_url: str) -> frozenset[str]:
        """Topics that a link to one of its pages may well name."""
        return self.topics | topics_in(f"{words_of_path(target_url)} | {self.titles.get(target_url, '')}")


def what_sites_are(evidence: NightEvidence) -> dict[str, SiteWords]:
    """What is known of every watched site, by its name."""
    homes = {site.site: registrable_domain(site.site) for site in evidence.sites}
    pages = evidence.pages.select(["url", "source_domain", "title", "language"])
    own: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in pages.filter(pc.is_in(pages["source_domain"], value_set=pa.array(homes.values(), pa.string()))).to_pylist():
        own[row["source_domain"]].append(row)
    sites = {site.site: _site_words(site, own[homes[site.site]]) for site in evidence.sites}
    unknown = [name for name, site in sites.items() if not site.scripts]
    guessed = _scripts_of_readers(evidence, unknown) if unknown else {}
    return {name: replace(site, scripts=site.scripts or guessed.get(name, frozenset())) for name, site in sites.items()}


def words_of_path(url: str) -> str:
    """The words of an address behind its host, spaces between them."""
    return re.sub(r"[-_/+.?=&]+", " ", unquote(url.partition("//")[2].partition("/")[2]))


def _scripts_of_readers(evidence: NightEvidence, sites: Sequence[str]) -> dict[str, frozenset[str]]:
    """Scripts that the domains linking to a site write in, of sites that enough of them link to."""
    live = evidence.live_links(["site", "source_domain", "source_url"])
    live = live.filter(pc.is_in(live["site"], value_set=pa.array(sites, pa.string())))
    detected = beside(live, "source_url", evidence.analyses, "url", {"language": "detected"})["detected"]
    live = beside(live, "source_url", evidence.pages, "url", {"language": "declared"})
    said = pc.if_else(pc.equal(pc.fill_null(detected, ""), ""), pc.fill_null(live["declared"], ""), detected)
    pairs = live.select(["site", "source_domain"]).append_column("language", said)
    domains: dict[str, dict[str, set[str]]] = {site: defaultdict(set) for site in sites}
    for row in pairs.filter(pc.not_equal(said, "")).group_by(["site", "source_domain", "language"]).aggregate([]).to_pylist():
        for script in scripts_of_languages([row["language"]]):
            domains[row["site"]][script].add(row["source_domain"])
    guessed = {}
    for site, writing in domains.items():
        known = len(set().union(*writing.values()))
        if known >= READER_DOMAINS:
            guessed[site] = frozenset(script for script, those in writing.items() if len(those) >= READER_SHARE * known)
    return guessed


def _site_words(site: Site, pages: Sequence[Mapping[str, str]]) -> SiteWords:
    front = [page["title"] for page in pages if page["url"].count("/") == 3 and page["url"].endswith("/")]
    named = [topics_in(" | ".join([*site.brand, *front])), topics_of_host(site.site)]
    scripts = scripts_of_languages(page["language"] for page in pages) | {script_of(page["title"]) for page in pages}
    return SiteWords(frozenset().union(*named), {page["url"]: page["title"] for page in pages}, scripts - {""})
