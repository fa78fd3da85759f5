"""Embeds: markup that one site hands out and others paste in, a badge, a counter, a widget. One markup, one value."""

import hashlib
import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from linkwatch.extract.analysis.outlinks import Outlinks

MAX_LEVELS = 5  # above the link
MAX_WORDS = 40  # what has more is a text with a link in it
MAX_NODES = 200
MAX_BESIDE = 2  # neighbours on each side in which a script or a frame is looked for

_ENDS = frozenset(
    (
        *("html", "body", "main", "article", "section", "aside", "footer", "header", "nav", "form"),
        *("ul", "ol", "li", "dd", "table", "td", "th", "figure", "blockquote"),
    )
)
_FRAMES = frozenset(("iframe", "embed", "object", "script"))
_NAMED = re.compile(r"(?:^|[\s_-])(?:badge|embed|widget)s?(?=$|[\s_-])", re.IGNORECASE)
_OF_A_SIDEBAR = re.compile(r"(?:^|\s)(?:widget_\S+|widget-area|textwidget|elementor-widget\S*|wp-block-embed\S*)", re.IGNORECASE)
_SOURCES = ("src", "data-src", "data")
_SCHEME = re.compile(r"^(?:https?:)?//(?:www\.)?", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")


def embed_of(link: LexborNode, links: Outlinks) -> str:
    """A hash of the embed that an external link belongs to, 16 hex characters; "" where it belongs to none.

    An embed has few words, leads to one domain, and has a frame or a script of somebody else in it or beside it, or a picture for
    a link, or calls itself a badge or widget. What sites make of it in passing does not count: wrappers, classes, numbers,
    queries. The hash tells equal markup; that a link with a picture on one site alone has one too harms nobody.
    """
    own = links.external.get(link.mem_id)
    if own is None:
        return ""
    unit = _unit(link, own.domain, links)
    parts = [*_parts(unit, links.here), *_beside(unit, links.here)]
    if not any(kind in _FRAMES or kind == "img" for kind, _ in parts) and not _calls_itself_one(link, unit):
        return ""
    text = "\n".join(f"{kind} {what}" for kind, what in parts)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _unit(link: LexborNode, domain: str, links: Outlinks) -> LexborNode:
    """The largest element around a link that is about nothing else."""
    unit = link
    for _ in range(MAX_LEVELS):
        parent = unit.parent
        if parent is None or parent.tag in _ENDS:
            return unit
        if not _is_of_one(parent, domain, links):
            return unit
        unit = parent
    return unit


def _is_of_one(element: LexborNode, domain: str, links: Outlinks) -> bool:
    """True where an element is small, and all its links lead to one domain."""
    words = 0
    for count, node in enumerate(element.traverse(include_text=True)):
        if node.tag == "a" and "href" in node.attrs:
            found = links.external.get(node.mem_id)
            if found is None or found.domain != domain:
                return False
        elif node.tag == "-text" and (node.parent is None or node.parent.tag not in ("script", "style")):
            words += len((node.text_content or "").split())
        if count > MAX_NODES or words > MAX_WORDS:
            return False
    return True


def _parts(unit: LexborNode, here: str) -> Iterator[tuple[str, str]]:
    """What makes the embed: its links, pictures, frames and words."""
    for count, node in enumerate(unit.traverse(include_text=True)):
        if count >= MAX_NODES:
            return
        tag = node.tag or ""
        if tag == "-text":
            parent = node.parent
            words = "" if parent is None or parent.tag in ("script", "style") else " ".join((node.text_content or "").split())
            if words:
                yield "text", _NUMBERS.sub("", words)[:500]
        elif tag == "a":
            yield "a", _address(node, "href")
        elif tag == "img":
            yield tag, _address(node, *_SOURCES)
        elif (address := _frame_of_others(node, here)) != "":
            yield tag, address


def _beside(unit: LexborNode, here: str) -> Iterator[tuple[str, str]]:
    """Frames and scripts of somebody else that stand next to the embed; the page's own are its own business."""
    for forward in (False, True):
        node, seen = unit, 0
        while seen < MAX_BESIDE:
            neighbour = node.next if forward else node.prev
            if neighbour is None:
                break
            node = neighbour
            if (node.tag or "").startswith("-"):
                if (node.text_content or "").strip() and node.tag == "-text":
                    break
                continue
            address = _frame_of_others(node, here)
            if not address:
                break
            seen += 1
            yield node.tag or "", address


def _frame_of_others(node: LexborNode, here: str) -> str:
    """The address of a frame or script that comes from another domain; "" for the page's own, and for other elements."""
    if node.tag not in _FRAMES or not any(_SCHEME.match((node.attributes.get(name) or "").strip()) for name in _SOURCES):
        return ""
    address = _address(node, *_SOURCES)
    return "" if f".{address.partition('/')[0]}".endswith(f".{here}") else address


def _address(node: LexborNode, *names: str) -> str:
    attributes = node.attributes
    address = next((value for name in names if (value := attributes.get(name)) and not value.startswith("data:")), "")
    return _NUMBERS.sub("", _SCHEME.sub("", address.strip()[:500]).partition("?")[0].partition("#")[0]).rstrip("/").lower()


def _calls_itself_one(link: LexborNode, unit: LexborNode) -> bool:
    node: LexborNode | None = link
    while node is not None:
        names = f"{node.attrs.get('class') or ''} {node.attrs.get('id') or ''}"[:300]
        if _NAMED.search(names) and not _OF_A_SIDEBAR.search(names):
            return True
        if node.mem_id == unit.mem_id:
            return False
        node = node.parent
    return False
