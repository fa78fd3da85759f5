"""Signs that somebody else wrote on a page: links that no reader sees, and blocks of links that do not belong there."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.lexicon import topics_in, topics_of_host
from linkwatch.model import Element, Finding, Severity, Zone
from linkwatch.suspicion.evidence import NightEvidence, NotEvaluated, samples, told_grounds
from linkwatch.suspicion.rules.placement import placed_links
from linkwatch.suspicion.signs.anchors import brand_names, is_commercial, is_telling, normalise
from linkwatch.suspicion.signs.closer import NOT_ANALYSED, unsaid
from linkwatch.suspicion.signs.site_words import words_of_path
from linkwatch.suspicion_settings import SuspicionSettings
from linkwatch.urls import host_of

POISONED_SHARE = 1 / 3
"""Share of a block's domains that are named after a topic of spam: a long blogroll has a casino among its many [judgement]."""

FIRST_LOOK = "no earlier text of its page is known"

_MENUS = (Zone.NAV, Zone.HEADER)
_MARKS = frozenset(".,;:!?'’`\"|_-–—")  # not those of footnotes and icons: * † # » → ×
_ONE = "one character"


def hidden_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A live link that no reader sees: display:none, zero size, off screen and their like, as `hidden_by` says.

    Tabs, accordions and text for screen readers were left out when the page was read. Low in menus and page heads, which open
    by script, and when the anchor tells nothing or names the brand. Else medium, and high when its block hides
    `hidden_together` external links or more (PLACES.block_hidden), or when so many hidden links with telling anchors to watched
    sites stand on one page, whose block is not known before the page is analysed. An anchor of one letter or full stop is
    as good as hidden: low, menus apart. One finding per link; expected false alarms of high ones about 10 % (judgement).

    Standing: off-screen, zero-size and same-colour text and links on a single character are on Google's list of hidden text;
    display:none, three together and the severities are judgement. On 91 clean news pages 11 of 461 links to nine large sites
    are hidden, all follow buttons; the exemption of brand anchors was made after seeing these pages, so that all 11 are low
    there is no measure of false alarms elsewhere. Styles from other files are not seen, so what is not found may still be
    hidden. Every live link was seen, so every one is evaluated.
    """
    hidden = _unseen(evidence)
    brands = {site.site: brand_names(site) for site in evidence.sites}
    together: dict[str, int] = defaultdict(int)
    for row in hidden:
        words = normalise(row["anchor"])
        row["telling"] = (
            row["zone"] not in _MENUS and row["hidden_by"] and is_telling(words, brands.get(row["site"], frozenset()))
        )
        together[row["source_url"]] += bool(row["telling"])
    for row in hidden:
        if row["hidden_by"] or _is_dot(row):
            yield _hidden_finding(row, together[row["source_url"]], settings)


def injected_link(evidence: NightEvidence, settings: SuspicionSettings) -> Iterator[Finding | NotEvaluated]:
    """A link that a stranger put on the page, as hacked pages have it; high. The page's owner is the victim.

    Two patterns:
    - It stands in a block of `injected_links` external links or more, of whose domains `injected_domains`, and a third, are
      named after or linked with a topic of spam (lexicon.TOPICS without `allowed_topics`), or behind the page's end beside
      one such; and neither the page's title, nor its host, nor its path names any of these topics.
      Among an author's words (main text and prose) it counts only when the link is newer than the text.
    - It stands behind the page's end or before its beginning, its anchor is commercial, and it is newer than the text.
    Newer than the text: the look that first showed it found `injected_kept_share` or more of the main text as it was.

    The topic of the page is asked in the first pattern even for new links, for a casino review site adds to its own list
    every week: there the block is what the page is about. A third, for a directory has some of everything.
    One finding per referring domain and site. Expected false alarms 5 % (judgement): betting partners in a paper's footer.

    Standing: "content injection" is named in Google's spam policies; all numbers and the conjunction are judgement. Not
    evaluated for pages that were not analysed yet; by the second pattern, for a new link behind the page's end when no
    earlier text of the page is known.
    """
    columns = ["site", "source_url", "source_domain", "anchor", "origin", "first_seen_at"]
    numbers = ["block_links", "block_domains", "block_poisoned", "block_topics"]
    links, unplaced = placed_links(evidence, columns, [*numbers, "in_main", "in_prose", "astray"])
    yield from unsaid(NOT_ANALYSED, unplaced)
    rows = links.filter(pc.or_(links["astray"], _poisoned(links, settings))).to_pylist()
    titles, texts = _titles(evidence, rows), _texts(evidence, rows)
    brands = {site.site: brand_names(site) for site in evidence.sites}
    victims: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    unclear: list[int] = []
    for row in rows:
        row["topics"] = _foreign_topics(row, titles.get(row["source_url"], ""), settings)
        row["newer"] = _is_newer(row, texts.get(row["source_url"]), settings)
        commercial = is_commercial(normalise(row["anchor"]), brands.get(row["site"], frozenset()), settings)
        row["stray"] = row["astray"] and commercial
        written = row["in_main"] and row["in_prose"]
        if (row["topics"] and not written) or (row["newer"] and (row["topics"] or row["stray"])):
            victims[row["source_domain"], row["site"]].append(row)
        elif row["stray"] and row["newer"] is None:
            unclear.append(row["link_id"])
    if unclear:
        yield NotEvaluated(FIRST_LOOK, pa.array(unclear, pa.int64()))
    for (domain, site), found in sorted(victims.items()):
        yield _injected_finding(domain, site, found, settings)


def _unseen(evidence: NightEvidence) -> list[dict[str, Any]]:
    """Live links that are hidden or have an anchor of one character, with `block_hidden`: 0 where it is not known."""
    columns = ["link_id", "site", "source_url", "source_domain", "anchor", "zone", "element", "hidden_by"]
    live = evidence.live_links(columns)
    short = pc.and_(pc.equal(pc.utf8_length(live["anchor"]), 1), pc.equal(live["element"], Element.TEXT.value))
    rows: list[dict[str, Any]] = live.filter(pc.or_(pc.not_equal(live["hidden_by"], ""), short)).to_pylist()
    wanted = pc.is_in(evidence.places["link_id"], value_set=pa.array([row["link_id"] for row in rows], pa.int64()))
    places = evidence.places.select(["link_id", "block_hidden"]).filter(wanted)
    block_hidden = dict(zip(places["link_id"].to_pylist(), places["block_hidden"].to_pylist(), strict=True))
    return [row | {"block_hidden": block_hidden.get(row["link_id"], 0)} for row in rows]


def _is_dot(row: Mapping[str, Any]) -> bool:
    """True for a text of one mark or one letter of an alphabet with capitals: in Chinese one is a word, a digit is a footnote."""
    anchor = row["anchor"]
    return row["zone"] not in _MENUS and len(anchor) == 1 and (anchor in _MARKS or anchor.lower() != anchor.upper())


def _hidden_finding(row: Mapping[str, Any], on_page: int, settings: SuspicionSettings) -> Finding:
    severity = Severity.LOW
    if row["telling"]:
        many = max(on_page, row["block_hidden"]) >= settings.hidden_together
        severity = Severity.HIGH if many else Severity.MEDIUM
    seen = f"hidden by {row['hidden_by']}; hidden external links in its block: {row['block_hidden']}; on the page, with"
    told = {
        "observed": f"{seen} telling anchors: {on_page}" if row["hidden_by"] else "its anchor is one character",
        "threshold": f"any; high from {settings.hidden_together} in a block, or with telling anchors on a page",
        "anchor": row["anchor"],
        "samples": [row["source_url"]],
    }
    link_id, domains, grounds = row["link_id"], (row["source_domain"],), (row["hidden_by"] or _ONE,)
    return Finding("hidden_link", str(link_id), severity, row["site"], (link_id,), told, domains, grounds)


def _poisoned(links: pa.Table, settings: SuspicionSettings) -> pa.ChunkedArray:
    many = pc.greater_equal(links["block_links"], settings.injected_links)
    poisoned = pc.greater_equal(links["block_poisoned"], settings.injected_domains)
    dense = pc.greater_equal(links["block_poisoned"], pc.multiply(links["block_domains"].cast(pa.float64()), POISONED_SHARE))
    return pc.and_(pc.and_(many, poisoned), dense)


def _titles(evidence: NightEvidence, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    urls = pa.array([row["source_url"] for row in rows], pa.string())
    pages = evidence.pages.select(["url", "title"]).filter(pc.is_in(evidence.pages["url"], value_set=urls))
    return dict(zip(pages["url"].to_pylist(), pages["title"].to_pylist(), strict=True))


def _texts(evidence: NightEvidence, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is known of the pages' texts, by page."""
    urls = pa.array([row["source_url"] for row in rows], pa.string())
    analyses = evidence.analyses.select(["url", "kept_share", "analysed_at"])
    return {row["url"]: row for row in analyses.filter(pc.is_in(analyses["url"], value_set=urls)).to_pylist()}


def _foreign_topics(row: Mapping[str, Any], title: str, settings: SuspicionSettings) -> frozenset[str]:
    """Topics of spam in the link's block, where the page is about none of them; else none."""
    url = row["source_url"]
    own = topics_in(title) | topics_of_host(host_of(url)) | topics_in(words_of_path(url))
    topics = frozenset(row["block_topics"].split())
    return topics - frozenset(settings.allowed_topics) if topics.isdisjoint(own) else frozenset()


def _is_newer(row: Mapping[str, Any], text: Mapping[str, Any] | None, settings: SuspicionSettings) -> bool | None:
    """True where the look that first showed the link found the text as it was before; None where that is not known."""
    if row["origin"] != "gained" or row["first_seen_at"] is None or text is None or text["analysed_at"] is None:
        return False
    if row["first_seen_at"] < text["analysed_at"]:
        return False
    kept = text["kept_share"]
    return None if kept is None else bool(kept >= settings.injected_kept_share)


def _injected_finding(domain: str, site: str, rows: Sequence[Mapping[str, Any]], settings: SuspicionSettings) -> Finding:
    worst = max(rows, key=lambda row: (row["block_poisoned"], row["block_links"], -row["link_id"]))
    topics = sorted(set().union(*(row["topics"] for row in rows)))
    signs = [*topics, *_signs(rows)]
    told = {
        "observed": f"in a block of {worst['block_links']} external links to {worst['block_domains']} domains, "
        f"{worst['block_poisoned']} of them of spam; {', '.join(signs)}",
        "threshold": f"{settings.injected_links} links, {settings.injected_domains} domains of spam on a page that is about "
        f"something else; or outside the page and newer than {settings.injected_kept_share:.0%} of its text",
        "anchor": normalise(worst["anchor"]),
        "note": "the page was likely broken into: its owner is a victim, so tell them and do not blame them",
        "samples": samples(row["source_url"] for row in rows),
    }
    link_ids = tuple(sorted(row["link_id"] for row in rows))
    return Finding("injected_link", domain, Severity.HIGH, site, link_ids, told, (domain,), told_grounds(signs))


def _signs(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    signs = {"outside the page": "astray", "newer than the text": "newer"}
    return [sign for sign, name in signs.items() if any(row[name] for row in rows)]
