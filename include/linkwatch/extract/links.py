"""Every <a> and <area> of the page: where it leads, its words and the words around it.

This is the hot path. Most links of a page lead elsewhere on its own host and are told apart by their first characters;
of the others the host is read off plain addresses, and only what may lead to a watched site is parsed as a URL in full.
What a shortcut cannot tell for certain takes the long way, so every spelling that a browser follows is found.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwatch.model import Element
from linkwatch.urls import Scopes, canonical_or_none, domain_of_host, host_of

MAX_ANCHOR = 500  # characters
CONTEXT = 80  # characters on each side
MAX_OCCURRENCES = 100  # sightings of one link on one page; a page that repeats it more often says nothing new

WITHHOLDING = frozenset({"nofollow", "ugc", "sponsored"})
"""rel tokens that keep a link from counting as followed."""

LINKS = "a[href],area[href]"  # SVG's xlink:href matches too; what stands in <template> is no part of the document
RELATIVE = re.compile(r"[#?]|/(?![/\\\t\n\r])|[^\x00-\x20:/\\#?][^:]*\Z")
PLAIN = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/?#]|:\d*(?:[/?#]|\Z)|\Z)")
_MAX_STEPS = 60  # neighbours visited on each side of a link
BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html"),
        *("legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "section", "summary", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    )
)
_SILENT = frozenset(("script", "style", "template", "-comment", "noscript", "title"))


class Found(NamedTuple):
    """A link that leads to a watched site."""

    node: LexborNode
    target: str  # canonical
    site: str
    position: int  # among all links of the page, from 0


class Survey(NamedTuple):
    """What the links of a page come to."""

    total: int
    external: int  # links that leave the page's registrable domain
    domains: frozenset[str]  # registrable domains that those lead to
    watched: tuple[Found, ...]  # in document order


def survey(document: LexborHTMLParser, final_url: str, base: str, scopes: Scopes, homes: Iterable[str]) -> Survey:
    """All links of a page at `final_url`, resolved against `base`; those to a site in `homes` are its own, not backlinks."""
    host = host_of(final_url)
    here = domain_of_host(host)
    origin = final_url[: final_url.index("/", 8) + 1]
    # Links within the host need no second look, unless a prefix scope divides it or <base> sends them elsewhere.
    shortcut = base.startswith(origin) and not scopes.divides_host(host)
    known: dict[str, tuple[str | None, bool]] = {}  # host: its domain when it is another than ours, and whether it is watched
    external, watched = 0, []
    position = -1
    for position, node in enumerate(document.css(LINKS)):
        attributes = node.attrs
        href = attributes.get("href")
        if href is None:
            href = attributes.get("xlink:href") or ""
        if shortcut and (href.startswith(origin) or RELATIVE.match(href)):
            continue
        target = None
        plain = PLAIN.match(href)
        if plain:
            host = plain[1]
        else:
            target = canonical_or_none(href, base)
            if target is None:
                continue
            host = host_of(target)
        if host not in known:
            domain = domain_of_host(host)
            known[host] = (domain if domain != here else None, scopes.watches_host(host))
        elsewhere, may_be_watched = known[host]
        if elsewhere is not None:
            external += 1
        if may_be_watched:
            target = target or canonical_or_none(href, base)
            site = scopes.site_of(target) if target else None
            if target and site and site not in homes:
                watched.append(Found(node, target, site, position))
    domains = frozenset(domain for domain, _ in known.values() if domain is not None)
    return Survey(position + 1, external, domains, tuple(watched))


def rel_tokens(node: LexborNode) -> tuple[str, ...]:
    """Tokens of a link's rel: lower case, sorted, each once."""
    return tuple(sorted(set((node.attrs.get("rel") or "").lower().split())))


def anchor_of(node: LexborNode) -> tuple[str, Element]:
    """Words of a link and what it is made of: its text, else the alt text of its images, else aria-label or title."""
    attributes = node.attributes
    label = attributes.get("aria-label") or attributes.get("title") or ""
    if node.tag == "area":
        return _fold(attributes.get("alt") or label), Element.AREA
    text = _fold("".join(_pieces(node)))
    if text:
        return text, Element.TEXT
    images = node.css("img,svg,picture,input[type=image]")
    alts = " ".join(image.attributes.get("alt") or image.attributes.get("aria-label") or "" for image in images[:10])
    return _fold(alts) or _fold(label), Element.IMAGE if images else Element.TEXT


def context_of(node: LexborNode) -> tuple[str, str]:
    """About CONTEXT characters to the left and to the right of a link, within its paragraph, item or cell."""
    left = " ".join("".join(reversed(list(_beside(node, forward=False)))).split())
    right = " ".join("".join(_beside(node, forward=True)).split())
    if len(left) > CONTEXT:
        left = left[-CONTEXT:].partition(" ")[2] or left[-CONTEXT:]
    if len(right) > CONTEXT:
        right = right[:CONTEXT].rpartition(" ")[0] or right[:CONTEXT]
    return left, right


def _fold(text: str) -> str:
    return " ".join(text.split())[:MAX_ANCHOR].rstrip()


def _pieces(node: LexborNode) -> Iterator[str]:
    """Text below a node, with a space where a block or a line break parts it; at most about 4 × MAX_ANCHOR characters."""
    length = 0
    for below in node.traverse(include_text=True):
        tag = below.tag
        if tag == "-text":
            parent, before = below.parent, below.prev
            if parent is not None and parent.tag in _SILENT:
                continue
            text = below.text_content or ""
            length += len(text)
            yield f" {text}" if before is not None and before.tag in BLOCKS else text
        elif tag == "br" or tag in BLOCKS:
            yield " "
        if length > 4 * MAX_ANCHOR:
            return


def _beside(node: LexborNode, *, forward: bool) -> Iterator[str]:
    """Text of a link's neighbours, nearest first, up to the edge of its block."""
    length, current = 0, node
    for _ in range(_MAX_STEPS):
        neighbour = current.next if forward else current.prev
        while neighbour is None:
            around = current.parent
            if around is None or around.tag in BLOCKS:
                return
            current = around
            neighbour = current.next if forward else current.prev
        current = neighbour
        tag = current.tag
        if tag in BLOCKS:
            return
        if tag in _SILENT:
            continue
        text = " " if tag == "br" else current.text()
        length += len(text)
        yield text
        if length > 4 * CONTEXT:
            return
