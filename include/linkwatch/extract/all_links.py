"""Every link of a page, wherever it leads, with its words: what a crawl of an own site follows.

Not the hot path: `links.py` tells links to watched sites apart without parsing the others, and its order is kept here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from linkwatch.extract.bombs import is_bomb
from linkwatch.extract.charset import markup_of
from linkwatch.extract.facts import base_of
from linkwatch.extract.links import LINKS, anchor_of
from linkwatch.model import FetchedPage
from linkwatch.urls import canonical_or_none

MAX_LINKS = 5_000
"""Addresses of one page; no page for readers has more, and what stands behind them is not followed."""


class PageLink(NamedTuple):
    """An address that a page links to, and the words of the first link that leads there."""

    url: str  # canonical
    anchor: str


def all_links(page: FetchedPage) -> tuple[PageLink, ...]:
    """Where a page's links lead, in document order, each address once, resolved against its <base>; MAX_LINKS at most.

    Ask it of pages whose body is HTML. What is no http(s) address is left out.
    """
    if is_bomb(page.body):
        return ()
    markup = markup_of(page.body, page.headers.get("content-type", ""))
    document = LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)
    return tuple(_links(document, base_of(document, page.final_url)))


def _links(document: LexborHTMLParser, base: str) -> Iterator[PageLink]:
    seen: set[str] = set()
    for node in document.css(LINKS):
        attributes = node.attrs
        href = attributes.get("href")
        target = canonical_or_none(attributes.get("xlink:href") or "" if href is None else href, base)
        if target is None or target in seen:
            continue
        if len(seen) >= MAX_LINKS:
            return
        seen.add(target)
        yield PageLink(target, anchor_of(node)[0])
