"""Which part of the page a link stands in, and which text is the page's own.

Tags and roles say it first; class and id tokens where a page has no better tags. One zone wins where they nest:
comment, footer, nav, sidebar, header, and content when nothing says otherwise (reference: suspicion.md, section 4).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwatch.model import Zone

MAX_ANCESTORS = 256
"""Levels looked at above a link; real pages stay below 60, hostile ones nest thousands."""

PRECEDENCE = (Zone.COMMENT, Zone.FOOTER, Zone.NAV, Zone.SIDEBAR, Zone.HEADER)

TAGS = {"footer": Zone.FOOTER, "nav": Zone.NAV, "aside": Zone.SIDEBAR, "header": Zone.HEADER}

ROLES = {
    "contentinfo": Zone.FOOTER,
    "navigation": Zone.NAV,
    "menubar": Zone.NAV,
    "complementary": Zone.SIDEBAR,
    "banner": Zone.HEADER,
}

# Whole tokens, so that `entry-footer`, `has-sidebar` and `comments-link` are none of these.
_OF_THE_SITE = r"(?:(?:site|main|global|app|layout|l|c|o|the|blog|primary|secondary|top|bottom|wp|block|inner|outer)[-_]+)*"
_PART = r"(?:[-_].*)?"
TOKENS = tuple(
    (zone, re.compile(pattern))
    for zone, pattern in (
        (
            Zone.COMMENT,
            r"(?:comments?|commentlist|disqus[-_]thread|respond)"
            r"(?:[-_]+(?:list|area|body|content|text|thread|section|wrap|wrapper|container|box|form|respond|author|meta|item|\d+))*",
        ),
        (Zone.FOOTER, rf"{_OF_THE_SITE}(?:footer|colophon|page[-_]footer){_PART}"),
        (
            Zone.NAV,
            rf"{_OF_THE_SITE}(?:nav|navbar|navigation|menu|topnav|subnav|megamenu|breadcrumbs?"
            rf"|post[-_]navigation|pagination){_PART}",
        ),
        (Zone.SIDEBAR, rf"{_OF_THE_SITE}(?:(?:left|right)[-_]+)?(?:sidebar|side[-_]bar|sidenav|widget[-_]area|blogroll){_PART}"),
        (Zone.HEADER, rf"{_OF_THE_SITE}(?:header|masthead|topbar){_PART}"),
    )
)

_NEVER = frozenset(
    ("html", "body", "main", "article", "a", "h1", "h2", "h3", "h4", "h5", "h6", "p", "li")
)  # named after a part, never it
_TOPPED, _TAILED = frozenset(("article", "main")), frozenset(("article", "blockquote"))  # their own <header>, their own <footer>
_OUTSIDE = frozenset({Zone.NAV, Zone.HEADER, Zone.FOOTER, Zone.SIDEBAR})
_UNSEEN = "script,style,select"
_TAGGED = ",".join(TAGS)
_WORDS_DEPTH, _WORDS_NODES = 5, 60  # how far down from <body> class names are asked; zones sit near the top
_WRAPPERS = frozenset(("div", "section", "ul", "ol", "form", "table", "tbody", "tr", "td", "center"))
_TEXT_PARAGRAPHS = 5  # of which no menu has so many
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]")


def ancestors(node: LexborNode) -> Iterator[LexborNode]:
    """The node and the elements around it, innermost first, MAX_ANCESTORS at most."""
    element: LexborNode | None = node
    for _ in range(MAX_ANCESTORS):
        if element is None:
            return
        yield element
        element = element.parent


def words_of(text: str) -> int:
    """Words of a text: runs of characters that are no white space. Twenty times faster than `len(text.split())`.

    Two characters of Chinese, Japanese or Thai count as a word, since these write no spaces.
    """
    if not text:
        return 0
    ascii_only = text.isascii()
    printing = np.frombuffer((text if ascii_only else text.replace("\xa0", " ")).encode(), np.uint8) > ord(" ")
    words = int(printing[0]) + int(np.count_nonzero(printing[1:] > printing[:-1]))
    return words if ascii_only else words + len(_CJK.findall(text)) // 2


class Zones:
    """Answers for one page which zone a link stands in, and which words are the page's own."""

    def __init__(self, document: LexborHTMLParser) -> None:
        self._document = document
        self._marks: dict[int, Zone | None] = {}  # by address of the element: hostile pages ask for the same ones 100,000 times

    def of(self, node: LexborNode) -> Zone:
        """The zone of a link."""
        found: set[Zone] = set()
        for element in ancestors(node):
            tag = element.tag
            if tag in _TOPPED:  # what an article or the main part begins with is not the site's header
                found.discard(Zone.HEADER)
            if tag in _TAILED:
                found.discard(Zone.FOOTER)
            zone = self._mark(element)
            if zone is not None:
                found.add(zone)
        return next((zone for zone in PRECEDENCE if zone in found), Zone.CONTENT)

    def main_text(self) -> str:
        """The visible text outside nav, header, footer and sidebar. Unlinks those parts: ask last."""
        body = self._document.body
        if body is None:
            return ""
        for node in self._document.css(_UNSEEN):
            node.decompose(recursive=False)
        for node in self._document.css(_TAGGED):
            if self._is_outside(node):
                node.decompose(recursive=False)
        self._unlink_named_zones(body)
        text: str = body.text(separator=" ")
        return text

    def _unlink_named_zones(self, body: LexborNode) -> None:
        level, seen = [body], 0
        for _ in range(_WORDS_DEPTH):
            below = []
            for parent in level:
                for node in list(parent.iter()):
                    if node.tag not in _WRAPPERS:
                        continue
                    seen += 1
                    if seen > _WORDS_NODES:
                        return
                    if self._mark(node) in _OUTSIDE:
                        node.decompose(recursive=False)
                    else:
                        below.append(node)
            level = below

    def _is_outside(self, node: LexborNode) -> bool:
        if self._mark(node) not in _OUTSIDE:
            return False
        around = {"header": _TOPPED, "footer": _TAILED}.get(node.tag or "")
        return around is None or not any(element.tag in around for element in ancestors(node))

    def _mark(self, element: LexborNode) -> Zone | None:
        tag = element.tag or ""
        if tag in TAGS:
            return TAGS[tag]
        key = element.mem_id
        if key not in self._marks:
            self._marks[key] = _mark_of(element, tag)
        return self._marks[key]


def _mark_of(element: LexborNode, tag: str) -> Zone | None:
    attributes = element.attributes
    if not attributes:
        return None
    if (attributes.get("itemtype") or "").endswith("/Comment"):
        return Zone.COMMENT
    role = attributes.get("role")
    if role in ROLES:
        return ROLES[role]
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    zone = _zone_of_names(names[:500]) if names != " " else None
    if zone is None or zone is Zone.COMMENT:
        return zone if tag not in ("html", "body") else None
    if zone is Zone.NAV and len(element.css("p")) >= _TEXT_PARAGRAPHS:
        return None  # "article-body pagination-first": a text that is paged, no menu
    # A wrapper that holds the main part is named after its layout ("sidebar-left"), not after itself.
    return None if tag in _NEVER or element.css_first("main,[role=main],h1,#content") is not None else zone


@lru_cache(maxsize=16_384)
def _zone_of_names(names: str) -> Zone | None:
    tokens = [token.partition("__")[0] for token in names.lower().split()]
    for zone, pattern in TOKENS:
        if any(pattern.fullmatch(token) for token in tokens):
            return zone
    return None
