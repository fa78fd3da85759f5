"""analyse() on 91 real articles: which links stand in the article, as people marked it, and what all of them have in common."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from analysed import analysed
from linkwatch.extract import observe
from linkwatch.extract.analysis import Analysis, Place
from linkwatch.extract.charset import markup_of
from linkwatch.extract.links import BLOCKS, LINKS
from linkwatch.extract.zones import ancestors
from linkwatch.model import FetchedPage, Outcome, Role, Scope, Site
from linkwatch.urls import Scopes, canonical_url, link_id

GRAM = 4  # words
COVERED = 0.6  # of a block's grams, by the article's: then the block is the article's


def articles(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Address, markup and marked text of each page."""
    for name, truth in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        url = canonical_url(truth["url"] if "//" in truth["url"] else f"https://{truth['url']}")
        markup = markup_of(gzip.decompress((folder / f"{name}.html.gz").read_bytes()), "text/html")
        yield url, markup if isinstance(markup, str) else markup.decode("utf-8", "replace"), truth["articleBody"]


def analysed_with_all_links(url: str, markup: str) -> tuple[Analysis, tuple[Place, ...]]:
    """The analysis of a page as if every site that it links to were watched."""
    page = FetchedPage(
        url, Outcome.READABLE, url, 200, headers={"content-type": "text/html; charset=utf-8"}, body=markup.encode()
    )
    nobody = Scopes([Site("nobody.example", Role.OWN, Scope.DOMAIN)])
    domains = json.loads(observe(page, nobody).look.linked_domains)
    return analysed(markup, url, Scopes([Site(domain, Role.COMPETITOR, Scope.DOMAIN) for domain in domains]))


def grams(text: str) -> list[tuple[str, ...]]:
    """Every GRAM words of a text that follow one another."""
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[start : start + GRAM]) for start in range(len(words) - GRAM + 1)]


def in_article(url: str, markup: str, article: str) -> dict[int, bool]:
    """For each external link, by id: does its first occurrence stand in a block that the article covers?"""
    covered, found = set(grams(article)), {}
    for node in LexborHTMLParser(markup).css(LINKS):
        try:
            key = link_id(url, canonical_url(node.attrs.get("href") or "", url))
        except ValueError:
            continue
        around = next(above for above in ancestors(node) if above.tag in BLOCKS)
        own = grams(around.text(separator=" "))
        found.setdefault(key, bool(own) and sum(gram in covered for gram in own) >= COVERED * len(own))
    return found


def test_links_of_the_article_are_told_from_the_others(real_data: Path) -> None:
    """in_main and in_prose together: precision of .9 and F1 of .85, as measured for the catalogue (suspicion.md, section 4)."""
    right = wrong = missed = 0
    for url, markup, article in articles(real_data / "articles"):
        truth = in_article(url, markup, article)
        for place in analysed_with_all_links(url, markup)[1]:
            said, gold = place.in_main and place.in_prose, truth[place.link_id]
            right, wrong, missed = right + (said and gold), wrong + (said and not gold), missed + (gold and not said)
    precision, recall = right / (right + wrong), right / (right + missed)
    assert right + missed > 250
    assert precision >= 0.9
    assert 2 * precision * recall / (precision + recall) >= 0.85


def test_articles_have_what_articles_have(real_data: Path) -> None:
    """Each has a signature and words, nearly each a language and a kind; none is poisoned or has links astray."""
    found = [analysed_with_all_links(url, markup) for url, markup, _ in articles(real_data / "articles")]
    analyses, places = [analysis for analysis, _ in found], [place for _, several in found for place in several]
    assert len(analyses) == 91
    assert all(len(analysis.signature) == 512 and analysis.main_words >= 50 for analysis in analyses)
    assert len({analysis.signature for analysis in analyses}) == 91
    assert sum(not analysis.language for analysis in analyses) <= 3
    assert sum("article" in analysis.page_types for analysis in analyses) >= 80
    assert sum((analysis.compression or 0) > 4 for analysis in analyses) <= 1
    assert {analysis.disclosure for analysis in analyses} == {""}
    assert [place for place in places if place.astray or place.block_poisoned > 2] == []
