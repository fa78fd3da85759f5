"""A closer look at a page that carries links to watched sites: what it is, and where on it these links stand.

    main_text.py   the text that the page is about, its signature, how well it packs
    language.py    in which language it is
    page_signs.py  what the page is built with, whose accounts it carries, what kind of page it says it is
    outlinks.py    where all its links lead, and which no reader sees
    blocks.py      the block that a link stands in
    disclosures.py what says that a text was paid for
    embeds.py      the badge or widget that a link belongs to
    astray.py      links outside of the document
    rows.py        what comes of it, as rows

It says what is there and judges nothing: the rules of `suspicion/` do. About eight times the work of `observe`, so it is done
once for each content of a page, and only for pages that carry watched links. Every part has a cap, so that a page that is made
to take long takes a second or two.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from linkwatch.extract.analysis.astray import astray
from linkwatch.extract.analysis.blocks import Block, Blocks, neighbour_of, template_of
from linkwatch.extract.analysis.disclosures import LABEL_WORDS, label_in
from linkwatch.extract.analysis.embeds import embed_of
from linkwatch.extract.analysis.language import language_of
from linkwatch.extract.analysis.main_text import UNSEEN, compression_of, main_text_of, signature_of
from linkwatch.extract.analysis.outlinks import Outlinks
from linkwatch.extract.analysis.page_signs import PageSigns, read_signs
from linkwatch.extract.analysis.rows import KIND, Analysis, Place, analyses_table, places_table
from linkwatch.extract.charset import markup_of
from linkwatch.extract.facts import base_of
from linkwatch.extract.observe import Look, Sighting
from linkwatch.extract.zones import ancestors, words_of
from linkwatch.lexicon import campaign_in
from linkwatch.model import FetchedPage, Zone

__all__ = ["KIND", "Analysis", "Place", "analyse", "analyses_table", "places_table"]

MAX_SIGHTINGS = 1_000
"""Sightings of one page that are looked at; of links that first come behind them nothing is said."""

MAX_ANCHORS = 20  # of a list of anchors

_TOP_LEVELS, _TOP_NEIGHBOURS = 5, 3  # above the heading, and on each side of it
_TOP_WORDS = 80  # around the heading: byline, date and category, and no text yet
_TEMPLATE_ZONES = frozenset((Zone.NAV.value, Zone.HEADER.value, Zone.FOOTER.value, Zone.SIDEBAR.value))


def analyse(page: FetchedPage, look: Look, sightings: Sequence[Sighting]) -> tuple[Analysis, tuple[Place, ...]]:
    """What a readable page is, and where its links to watched sites stand: a place a link, of its first sighting.

    `look` and `sightings` are what `observe` said of the same page. Any body makes an analysis; where there is no main text, its
    fields are blank.
    """
    markup = markup_of(page.body, page.headers.get("content-type", ""))
    document = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    links = Outlinks(document, page.final_url, base_of(document, page.final_url))
    stray = astray(markup, list(links.hrefs()))
    sightings = sightings[:MAX_SIGHTINGS]
    first: dict[int, Sighting] = {}
    for sighting in sightings:
        first.setdefault(sighting.link_id, sighting)
    # What each part leaves of the document is what the next one wants: scripts, then words, then readers' words alone.
    signs = read_signs(document)
    embeds = [embed_of(links.nodes[sighting.position], links) for sighting in first.values()]
    _take_out(document, "script,style,template")  # not <noscript>: links stand in it
    places = _places(first.values(), sightings, links)
    analysis = _analysis(document, look, links, signs)
    main = main_text_of(document, [(sighting.position, links.nodes[sighting.position]) for sighting in first.values()])
    analysis = analysis._replace(
        main_words=words_of(main.text),
        language=language_of(main.text),
        signature=signature_of(main.text),
        compression=compression_of(main.text),
    )
    return analysis, tuple(
        place._replace(widget=embed, in_main=sighting.position in main.links, astray=sighting.position in stray)
        for sighting, place, embed in zip(first.values(), places, embeds, strict=True)
    )


def _analysis(document: LexborHTMLParser, look: Look, links: Outlinks, signs: PageSigns) -> Analysis:
    """All that is said of a page but for its main text."""
    images = len(document.css("img,video,iframe"))
    disclosure = next(filter(None, map(label_in, (look.title, signs.section, *_top_of(document)))), "")
    hidden = links.hidden()
    _take_out(document, UNSEEN)
    seen = words_of(document.body.text(separator=" ")) if document.body is not None else 0
    linked = sum(map(links.words_in, links.nodes))
    return Analysis(
        url=look.url,
        source_domain=look.source_domain,
        content_hash=look.content_hash,
        seen_words=seen,
        title_words=words_of(look.title),
        generator=signs.generator,
        build=signs.build,
        ids=signs.ids,
        page_types=signs.page_types,
        disclosure=disclosure,
        hidden_links=hidden,
        images=images,
        names_itself=links.names_itself,
        anchor_share=min(1.0, linked / seen) if seen else None,
        published_at=signs.published_at,
    )


def _places(first: Iterable[Sighting], sightings: Sequence[Sighting], links: Outlinks) -> list[Place]:
    blocks = Blocks(links)
    of_block = {sighting.position: blocks.block_of(links.nodes[sighting.position], Zone(sighting.zone)) for sighting in sightings}
    block_anchors, page_anchors = _anchors(sightings, of_block)
    facts: dict[int, Place] = {}
    places = []
    for sighting in first:
        node, block = links.nodes[sighting.position], of_block[sighting.position]
        key = block.node.mem_id
        if key not in facts:
            facts[key] = _facts_of(block, blocks, links)
        paragraph = blocks.paragraph_of(node)
        places.append(
            facts[key]._replace(
                link_id=sighting.link_id,
                url=sighting.source_url,
                in_prose=paragraph.is_prose,
                block_anchors=_as_json(block_anchors[key, sighting.site]),
                page_anchors=_as_json(page_anchors.get(sighting.site, set())),
                listed=links.item_of(node) is not None,
                described=blocks.beside(node),
                disclosure=blocks.disclosure_of(paragraph) or facts[key].disclosure,
                campaign=campaign_in(node.attrs.get("href") or ""),
            )
        )
    return places


def _facts_of(block: Block, blocks: Blocks, links: Outlinks) -> Place:
    """A place that says of a block what it says to all its links."""
    poisoned, topics = block.poisoned()
    return Place(
        link_id=0,
        url="",
        block=template_of(block),
        block_words=block.words,
        block_links=len(block.outlinks),
        block_domains=len(block.domains),
        block_poisoned=poisoned,
        block_topics=" ".join(sorted(topics)),
        block_hidden=sum(links.is_hidden(link.node) for link in block.outlinks),
        disclosure=blocks.disclosure_of(block),
    )


def _anchors(
    sightings: Sequence[Sighting], of_block: dict[int, Block]
) -> tuple[dict[tuple[int, str], set[str]], dict[str, set[str]]]:
    """Anchors of the links to each site: by block and site, and of the page's main part by site."""
    by_block: dict[tuple[int, str], set[str]] = {}
    by_page: dict[str, set[str]] = {}
    for sighting in sightings:
        by_block.setdefault((of_block[sighting.position].node.mem_id, sighting.site), set()).add(sighting.anchor)
        if sighting.zone not in _TEMPLATE_ZONES:
            by_page.setdefault(sighting.site, set()).add(sighting.anchor)
    return by_block, by_page


def _as_json(anchors: set[str]) -> str:
    return json.dumps(sorted(anchors)[:MAX_ANCHORS], ensure_ascii=False)


def _top_of(document: LexborHTMLParser) -> list[str]:
    """Lines around the page's heading, and its breadcrumbs: where publishers say what kind of page it is."""
    tops = document.css("[class*=breadcrumb]")[:2]
    for heading in document.css("h1")[:2]:
        # The largest element that is still the heading's: title, category and byline, and no text yet.
        around = islice(ancestors(heading), _TOP_LEVELS)
        top = [*takewhile(lambda element: words_of(element.text(separator=" ")) <= _TOP_WORDS, around)][-1:] or [heading]
        tops += [*top, *_beside(top[0], forward=False), *_beside(top[0], forward=True)]
    return [line for top in tops for line in top.text(separator="\n")[:2_000].split("\n")]


def _beside(node: LexborNode, *, forward: bool) -> Iterator[LexborNode]:
    """Short neighbours of an element, up to the first that is a text."""
    neighbour = neighbour_of(node, forward=forward)
    for _ in range(_TOP_NEIGHBOURS):
        if neighbour is None or words_of(neighbour.text(separator=" ")) > LABEL_WORDS:
            return
        yield neighbour
        neighbour = neighbour_of(neighbour, forward=forward)


def _take_out(document: LexborHTMLParser, what: str) -> None:
    for node in document.css(what):
        node.decompose(recursive=False)
