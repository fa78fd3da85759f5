"""What the anchors say: words of a trade that is not ours, a script that is nobody's, keywords in series."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.lexicon import TOPICS, topics_in
from linkwatch.model import Finding, Severity, Site, Zone
from linkwatch.suspicion.evidence import MAX_SAMPLES, NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.rules.placement import placed_links
from linkwatch.suspicion.signs.anchors import GENERIC_WORDS, brand_names, has_money_word, is_commercial, normalise
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, unsaid
from linkwatch.suspicion.signs.scripts import LATIN, script_of, scripts_named_by, scripts_of_languages
from linkwatch.suspicion.signs.site_words import SiteWords, what_sites_are
from linkwatch.suspicion_settings import SuspicionSettings

MAX_KEYWORDS = 8
"""Words of an anchor that somebody may search for; longer ones are quotations, headlines and tweets [judgement]."""

MAX_SHOWN = 80
"""Characters of an anchor that are shown in a list of them."""

FOREIGN = "foreign"

_TOPIC_WORDS = "|".join(re.escape(word) for words in TOPICS.values() for word in words)
_FORUMS = r"phpbb|vbulletin|discourse|xenforo|mybb|simple machines|invision|ip\.board|flarum|vanilla|nodebb|punbb|fluxbb|bbpress"
_FORUM_TYPES = r"(^| )(discussionforumposting|qapage|question|comment|usercomments)( |$)"
_FRAME = pa.array([Zone.NAV, Zone.HEADER, Zone.FOOTER, Zone.SIDEBAR], pa.string())


def irrelevant_anchor(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """An anchor that has nothing to do with what it leads to: a topic of spam, or a script that neither side writes in. Medium.

    Topics are lexicon.TOPICS without `allowed_topics`, by whole words. None where the site's name or brand, the title of its
    home page or of the page linked to, or the target's path names the topic: "Casino Royale" on a page about films.
    Scripts, since languages in one script are told apart too badly by two words: an anchor whose letters are mostly Cyrillic,
    Chinese, … on a page in none of these (its declared and its detected language, and its title), to a site none of whose
    known pages is, nor the target's address. A site of which no page is known is taken to be written as a tenth or more of the
    domains that link to it are, of 20 or more. Latin letters are at home everywhere.
    One finding per referring domain and site; a new anchor is new evidence.

    Standing: words of spam in anchors are among Moz's published signals (read second-hand); the lexicon, the scripts and
    expected false alarms of 5–20 % are judgement, and they are most of all links where the topic is your trade and
    `allowed_topics` does not say so. Topics are always evaluated. By its script, an anchor is not evaluated where the language
    of its page, or of the linked site, is not known, and the other one does not settle it.
    """
    sites = what_sites_are(evidence)
    links = _anchors_to_ask(evidence, sites, settings)
    readers = _scripts_of_pages(evidence, [row["source_url"] for row in links if row["script"]])
    told: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    unclear: dict[str, list[int]] = defaultdict(list)
    for row in links:
        site = sites[row["site"]]
        topics = sorted(frozenset(row["topics"].split()) - site.topics_at(row["target_url"]))
        script = _script_says(row, readers.get(row["source_url"], frozenset()), site.scripts)
        row["because"] = [*topics, *([f"{row['script']} letters"] if script == FOREIGN else [])]
        if row["because"]:
            told[row["source_domain"], row["site"]].append(row)
        elif script:
            unclear[script].append(row["link_id"])
    for because, link_ids in unclear.items():
        yield NotEvaluated(because, pa.array(link_ids, pa.int64()))
    for (domain, site_name), rows in sorted(told.items()):
        yield _irrelevant_finding(domain, site_name, rows)


def optimised_links(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """Several links to one site under different keywords: `optimised_block` in a comment or post, `optimised_page` on a page.

    Keywords are commercial anchors of at most eight words: neither the brand, nor a URL, nor an empty phrase, nor a credit; or
    with one of `money_words`. A post is a block of a comment, or of a page that says it is a forum's (generator, schema.org
    type). The page counts without its menus, head, foot and sidebars. Medium when one of the links is followed and so many
    anchors share a word with another one, or one has one of `money_words`; else low: citations differ. One finding per page
    and site; a new anchor is new evidence.

    Standing: forum comments and guest posts with optimised links are among the examples of Google's spam policies (read in a
    copy of June 2026); two, three, the shared word and expected false alarms of 15 % are judgement: a round-up that links
    to several pages of one site does the same. On 91 clean news pages three had that many telling anchors to one large site:
    photo credits, tweets and dates; since these were left out after seeing them, that none is medium now is no measure
    elsewhere. Not evaluated for pages that were not analysed yet.
    """
    columns = ["site", "source_url", "source_domain", "anchor", "zone", "followed"]
    links, unplaced = placed_links(evidence, columns, ["block_anchors", "page_anchors"])
    yield from unsaid(NOT_ANALYSED, unplaced)
    forum = pc.is_in(links["source_url"], value_set=_forum_pages(evidence.analyses))
    links = links.append_column("posted", pc.or_(forum, pc.equal(links["zone"], Zone.COMMENT.value)))
    links = links.filter(_may_be_many(links, settings))
    pages: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in _with_keywords(links, evidence.sites, settings):
        pages[row["source_url"], row["site"]].append(row)
    for (_, site), rows in sorted(pages.items()):
        yield _optimised_finding(site, rows, settings)


def _anchors_to_ask(evidence: NightEvidence, sites: Mapping[str, SiteWords], settings: SuspicionSettings) -> list[dict[str, Any]]:
    """Live links whose anchor names a topic, or whose script is not known to be the site's, with `topics` and `script`.

    `topics` is space-separated; `script` is "" where there is nothing to ask about it.
    """
    live = evidence.live_links(["link_id", "site", "source_url", "source_domain", "target_url", "anchor"])
    strange = pc.or_(
        pc.match_substring_regex(live["anchor"], _TOPIC_WORDS, ignore_case=True), pc.invert(pc.string_is_ascii(live["anchor"]))
    )
    live = live.filter(strange)
    anchors = live["anchor"].combine_chunks().dictionary_encode()
    words = [normalise(text) for text in anchors.dictionary.to_pylist()]
    topics = [" ".join(sorted(topics_in(text) - frozenset(settings.allowed_topics))) for text in words]
    live = live.append_column("topics", pa.array(topics, pa.string()).take(anchors.indices))
    script = pa.array(map(script_of, words), pa.string()).take(anchors.indices)
    for name, site in sites.items():
        native = pc.is_in(script, value_set=pa.array([LATIN, *site.scripts], pa.string()))
        script = pc.if_else(pc.and_(pc.equal(live["site"], name), native), "", script)
    live = live.append_column("script", script)
    rows: list[dict[str, Any]] = live.filter(pc.or_(pc.not_equal(live["topics"], ""), pc.not_equal(script, ""))).to_pylist()
    return [row for row in rows if row["site"] in sites]


def _scripts_of_pages(evidence: NightEvidence, urls: Sequence[str]) -> dict[str, frozenset[str]]:
    """Scripts that source pages are written in, of those whose language is known: declared, detected, and their title's."""
    wanted = pa.array(set(urls), pa.string())
    found: dict[str, frozenset[str]] = {}
    for table, columns in ((evidence.analyses, ["url", "language"]), (evidence.pages, ["url", "language", "title"])):
        for row in table.select(columns).filter(pc.is_in(table["url"], value_set=wanted)).to_pylist():
            found[row["url"]] = found.get(row["url"], frozenset()) | scripts_of_languages([row["language"]])
            if found[row["url"]] and "title" in row:
                found[row["url"]] |= {script_of(row["title"])} - {""}
    return found


def _script_says(row: Mapping[str, Any], page: frozenset[str], site: frozenset[str]) -> str:
    """FOREIGN, or why that cannot be said; "" when the script is at home on one side."""
    script = row["script"]
    if not script or script in page or script in site or script in scripts_named_by(row["target_url"]):
        return ""
    if not page:
        return "the language of its page is not known"
    return FOREIGN if site else "the language of the linked site is not known"


def _irrelevant_finding(domain: str, site: str, rows: Sequence[Mapping[str, Any]]) -> Finding:
    because = sorted({sign for row in rows for sign in row["because"]})
    anchors = sorted({normalise(row["anchor"])[:MAX_SHOWN] for row in rows})
    told = {
        "observed": f"{len(rows)} links with anchors of {', '.join(because)}",
        "threshold": "any that the linked site and page do not explain",
        "anchor": anchors[0],
        "anchors": anchors[:MAX_SAMPLES],
        "samples": samples(row["source_url"] for row in rows),
    }
    link_ids = tuple(sorted(row["link_id"] for row in rows))
    return Finding("irrelevant_anchor", domain, Severity.MEDIUM, site, link_ids, told, (domain,), told_grounds(anchors))


def _forum_pages(analyses: pa.Table) -> pa.Array:
    says_so = pc.or_(
        pc.match_substring_regex(analyses["generator"], _FORUMS), pc.match_substring_regex(analyses["page_types"], _FORUM_TYPES)
    )
    return analyses["url"].filter(says_so).combine_chunks()


def _may_be_many(links: pa.Table, settings: SuspicionSettings) -> pa.ChunkedArray:
    """Links whose lists of anchors are long enough, by their quotation marks: most lists have one entry."""
    block, page = (pc.count_substring(links[name], '"') for name in ("block_anchors", "page_anchors"))
    posted = pc.and_(links["posted"], pc.greater_equal(block, 2 * settings.optimised_block))
    framed = pc.is_in(links["zone"], value_set=_FRAME)
    return pc.and_(pc.or_(posted, pc.greater_equal(page, 2 * settings.optimised_page)), pc.invert(framed))


def _with_keywords(links: pa.Table, sites: Sequence[Site], settings: SuspicionSettings) -> Iterator[dict[str, Any]]:
    """The links that stand among enough keywords, with these as `keywords`; `alike` where they vary one theme."""
    brands = {site.site: brand_names(site) for site in sites}

    @cache
    def keyword(site: str, anchor: str) -> str:
        words = normalise(anchor)
        short = len(words.split()) <= MAX_KEYWORDS
        return words if short and is_commercial(words, brands.get(site, frozenset()), settings) else ""

    @cache
    def keywords(site: str, anchors: str) -> frozenset[str]:
        return frozenset(keyword(site, anchor) for anchor in json.loads(anchors)) - {""}

    @cache
    def theme(found: frozenset[str], enough: int) -> bool:
        return _vary_one_theme(found, enough, settings)

    limits = {"page_anchors": settings.optimised_page, "block_anchors": settings.optimised_block}
    for row in links.to_pylist():
        lists = limits if row["posted"] else ("page_anchors",)
        many = [(found, limits[name]) for name in lists if len(found := keywords(row["site"], row[name])) >= limits[name]]
        if many:
            alike = any(theme(found, enough) for found, enough in many)
            yield row | {"keywords": frozenset().union(*(found for found, _ in many)), "alike": alike}


def _vary_one_theme(anchors: Iterable[str], enough: int, settings: SuspicionSettings) -> bool:
    """True where so many anchors share a word with another one, numbers apart, or one has one of `money_words`."""
    telling = {anchor: set(anchor.split()) - GENERIC_WORDS for anchor in anchors}
    counts = Counter(word for words in telling.values() for word in words if not word.isdigit())
    sharing = sum(any(counts[word] > 1 for word in words) for words in telling.values())
    return sharing >= enough or any(has_money_word(anchor, settings) for anchor in telling)


def _optimised_finding(site: str, rows: Sequence[Mapping[str, Any]], settings: SuspicionSettings) -> Finding:
    anchors = sorted({anchor for row in rows for anchor in row["keywords"]})
    followed = any(row["followed"] for row in rows)
    severity = Severity.MEDIUM if followed and any(row["alike"] for row in rows) else Severity.LOW
    shown = [anchor[:MAX_SHOWN] for anchor in anchors]
    url = rows[0]["source_url"]
    told = {
        "observed": f"{len(anchors)} different keywords in links to the site",
        "threshold": f"{settings.optimised_block} in a comment or post, {settings.optimised_page} on a page",
        "anchor": shown[0],
        "anchors": shown[:MAX_SAMPLES],
        "followed": followed,
        "samples": [url],
    }
    link_ids = tuple(sorted(row["link_id"] for row in rows))
    return Finding("optimised_links", url, severity, site, link_ids, told, (rows[0]["source_domain"],), told_grounds(shown))
