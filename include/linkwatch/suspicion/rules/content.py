"""What kind of page a link stands on: one with hardly any text, one that is mostly links, or one that repeats itself."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.model import Finding, LinkType, Severity
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated
from linkwatch.suspicion.kinds import KIND_COLUMNS, has_token, is_crowded, kinds_of
from linkwatch.suspicion.signs.anchors import GENERIC_WORDS, brand_names, is_telling, normalise
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, NOT_READ, ReadPages, Told, holding, page_findings, read_pages, unsaid
from linkwatch.suspicion_settings import SuspicionSettings

PICTURES = 10
"""Pictures, videos and frames from which a page is thin for a reason [judgement; 91 news pages have a median of 14]."""

UNSURE_WORDS = 500
"""Words outside the page's frame from which hardly any main text means that it was not found [judgement; on 91 news pages 143
more than the main text has (median), 707 (90th percentile)]."""

SHARE_WORDS = 50
"""Visible words below which their share in links says nothing [judgement]."""

SHARE_LINKS = 50
"""External links from which a page of links is no short text under a large menu [judgement; on 91 news pages the 90th
percentile, and two of them have their words in links without it: news of 125 words with 26 and 32 external links]."""

VARIED_TITLE = 2 / 3
LISTED_TITLE = 6
"""Share of different words, and parts between commas, from which a long title repeats itself or is a list [judgement]."""

_EXPLAINED = (
    r"[a-z]*article|blogposting|liveblogposting|report|discussionforumposting|qapage|question|product[a-z.]*|productgroup"
    r"|imagegallery|videogallery|mediagallery|videoobject|photograph|video\.[a-z_]+|music\.[a-z_]+|audioobject|podcastepisode"
)
_PARTS = re.compile("[,;|•·]")
_PAGES = ("words", "title", "external_links", "linked_domains")
_ANALYSED = {name: name for name in ("main_words", "page_types", "images", "seen_words", "anchor_share")}
_TEXT = {name: name for name in ("compression", "title_words")}


def thin_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A page whose main text has fewer than `thin_words` words carries a live link. Low.

    One finding per page and site. Not for pages whose markup says that they are an article, a forum's thread, a product, a
    gallery or a video, nor those with ten pictures or more, nor for links that are taken for a directory's or a profile's.
    Expected false alarms about 40 % (judgement).

    Standing: Google's policies name thin pages without a number; 50 words and ten pictures are judgement. Not evaluated for a
    page that was never read, needs rendering or was not analysed yet; nor where no text was found at all, or 500 words and
    more stand outside the page's frame, since then the main text was most likely not found.
    """
    pages = read_pages(evidence, KIND_COLUMNS, _PAGES, _ANALYSED)
    facts = pages.facts
    yield from _unknown(pages, facts["main_words"])
    thin = holding(pc.less(facts["main_words"], settings.thin_words))
    thin &= ~holding(has_token(facts["page_types"], _EXPLAINED)) & ~holding(pc.greater_equal(facts["images"], PICTURES))
    empty, unsure = holding(pc.equal(facts["words"], 0)), holding(pc.greater_equal(facts["words"], UNSURE_WORDS))
    yield from unsaid("no text was found on its page", pages.links_where(thin & empty))
    yield from unsaid("its page's main text was not found among the rest", pages.links_where(thin & unsure))
    links = pages.links_where(thin & ~empty & ~unsure)
    kinds = kinds_of(evidence, links, settings)
    excused = holding(pc.equal(kinds["kind"], LinkType.DIRECTORY.value)) | holding(pc.equal(kinds["sign"], "profile"))

    def tell(page: Mapping[str, Any], _: object) -> Told:
        observed = f"{page['main_words']} words of main text, {page['words']} outside the page's frame"
        shown = {"observed": observed, "threshold": f"fewer than {settings.thin_words} of main text"}
        return Told(Severity.LOW, shown, ("thin_page",))

    yield from page_findings("thin_page", links.filter(pa.array(~excused)), facts, tell)


def link_dominated_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A page with more than `dominated_links` external links, or to more than `dominated_domains` domains, links here. Low.

    Also one whose visible words stand in links for more than `dominated_anchor_share`, when it has fifty words and
    fifty external links: below that it is a short page with a menu. One finding per page and site. Expected false
    alarms 20–40 % (judgement): resource lists and round-ups are honest work.

    Standing: measured on 181 news and blog pages: external links have median 17, 95th percentile 61, at most 91; so 100 flags
    none of them. Their words stand in links for .31 (median) and .75 (95th percentile). 50 domains, 50 words and 50 links are
    judgement; forums, directories and shops were not measured. Not evaluated for a page that was never read or needs
    rendering, nor by share for one that was not analysed yet.
    """
    pages = read_pages(evidence, (), _PAGES, _ANALYSED)
    facts = pages.facts
    crowded = holding(is_crowded(facts, settings))
    yield from unsaid(NOT_READ, pages.links_elsewhere())
    yield from unsaid(NOT_ANALYSED, pages.links_where(~crowded & holding(pc.is_null(facts["main_words"]))))
    linked = holding(pc.greater(facts["anchor_share"], settings.dominated_anchor_share))
    linked &= holding(pc.greater_equal(facts["seen_words"], SHARE_WORDS))
    linked &= holding(pc.greater_equal(facts["external_links"], SHARE_LINKS))

    def tell(page: Mapping[str, Any], _: object) -> Told:
        share = "" if page["anchor_share"] is None else f"; {page['anchor_share']:.0%} of its words in links"
        domains = page["linked_domains"].count('"') // 2
        shown = {
            "observed": f"{page['external_links']} external links to {domains} domains{share}",
            "threshold": f"more than {settings.dominated_links} links or {settings.dominated_domains} domains, or "
            f"{settings.dominated_anchor_share:.0%} of {SHARE_WORDS} words and more, with {SHARE_LINKS} links",
        }
        return Told(Severity.LOW, shown, ("link_dominated_page",))

    yield from page_findings("link_dominated_page", pages.links_where(crowded | linked), facts, tell)


def stuffed_page(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A page repeats what it links with: in its main text, or in a title that is a list. Medium.

    A main text that zlib makes more than `stuffed_ratio` times smaller is medium when a telling word of the link's anchor
    stands in the title as well, for then the page was made for that word; else info, since tables, timetables and songs
    repeat themselves too. A title of more than `stuffed_title_words` words is one when a third of them repeat others or it
    has six parts between commas; a long headline is none. One finding per page and site.

    Standing: 4.0 and 24 are read off the figures of Ntoulas et al. (2006), from memory and not verified. Measured on 181
    clean news and blog pages: ratio 2.05 (median), 2.55 (95th percentile), and one outlier of 8.3, a plan of meals in tables;
    on 91 of them one title of more than 24 words, a headline. That the anchor must stand in the title, and what makes a title
    a list, is judgement, made after seeing these two pages. Expected false alarms 1–5 %. Not evaluated for a page that was
    never read, needs rendering or was not analysed yet, nor, unless its title is long, for a main text of under 500 bytes.
    """
    pages = read_pages(evidence, ("anchor",), _PAGES, _TEXT)
    facts = pages.facts
    yield from _unknown(pages, facts["title_words"])
    repeated = holding(pc.greater(facts["compression"], settings.stuffed_ratio))
    long = holding(pc.greater(facts["title_words"], settings.stuffed_title_words))
    short = holding(pc.and_(pc.is_valid(facts["title_words"]), pc.is_null(facts["compression"])))
    yield from unsaid("its page has too little main text", pages.links_where(short & ~long))
    brands = {site.site: brand_names(site) for site in evidence.sites}

    def tell(page: Mapping[str, Any], rows: list[dict[str, Any]]) -> Told | None:
        ratio, words = page["compression"] or 0.0, normalise(page["title"]).split()
        anchors = [normalise(row["anchor"]) for row in rows]
        named = any(_telling_words(anchor, brands.get(rows[0]["site"], frozenset())) & set(words) for anchor in anchors)
        signs = {
            "text": ratio > settings.stuffed_ratio,
            "title": page["title_words"] > settings.stuffed_title_words and _is_list(page["title"], words),
        }
        if not any(signs.values()):
            return None
        shown = {
            "observed": f"main text {ratio:.1f} times smaller under zlib, {page['title_words']} words in the title",
            "threshold": f"more than {settings.stuffed_ratio:g} times, or {settings.stuffed_title_words} that repeat or list",
            "anchor": rows[0]["anchor"],
            "title": page["title"],
        }
        severity = Severity.MEDIUM if signs["title"] or named else Severity.INFO
        return Told(severity, shown, tuple(sorted(sign for sign, holds in signs.items() if holds)))

    yield from page_findings("stuffed_page", pages.links_where(repeated | long), facts, tell)


def _telling_words(anchor: str, brands: frozenset[str]) -> set[str]:
    return set(anchor.split()) - GENERIC_WORDS if is_telling(anchor, brands) else set()


def _is_list(title: str, words: Sequence[str]) -> bool:
    return len(set(words)) <= VARIED_TITLE * len(words) or len(_PARTS.split(title)) >= LISTED_TITLE


def _unknown(pages: ReadPages, analysed: pa.ChunkedArray) -> Iterator[NotEvaluated]:
    """Links whose pages were not read, or not analysed (a column of theirs is null)."""
    yield from unsaid(NOT_READ, pages.links_elsewhere())
    yield from unsaid(NOT_ANALYSED, pages.links_where(pc.is_null(analysed)))
