"""The block that a link stands in, told by what it holds: words, links, domains, topics, what is hidden, what is disclosed.

Two sizes of it count. The *paragraph* is the nearest element that is laid out as a block: whether the link stands in prose is
asked of it. The *block* is the nearest one that groups links: a paragraph of prose itself, the list of an item, the column of a
footer, the whole of a comment. Reading a block costs its length, and hostile pages nest thousands: a page's blocks share a
budget, and what is beyond it is told as empty.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from linkwatch.extract.analysis.disclosures import LABEL_WORDS, cue_in
from linkwatch.extract.analysis.outlinks import Outlink, Outlinks
from linkwatch.extract.links import BLOCKS, LINKS
from linkwatch.extract.zones import ancestors, words_of
from linkwatch.model import Zone

MAX_TEXT = 5_000_000
"""Characters and links that are read for all blocks of a page together, each link counted as 100."""

PROSE_WORDS = 8  # fewer are a label; with a share of words in links below PROSE_LINKED they are prose (suspicion.md, section 4)
PROSE_LINKED = 0.5
FEW_WORDS = 2  # beside a link: "by", "|", "–"; a block of no more is told by what is around it
LONG_ITEM = 100  # words: a list item that is longer is a post in a list of posts
MAX_CLIMB = 8
MAX_PATH = 12  # elements that make a block's template

_ITEMS = frozenset(("li", "dd", "dt"))
_LISTS = frozenset(("ul", "ol", "dl", "menu"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6", "dt"))
_PARTS = frozenset(
    ("html", "body", "main", "article", "section", "aside", "nav", "header", "footer", "form", "table", "tbody")
)  # of a page; no block goes beyond one
_POST = re.compile(
    r"(?:^|[\s_-])(?:comment|post|message|reply)(?:[\s_-]*(?:body|content|text|message|\d+))?(?=$|\s)", re.IGNORECASE
)
_OF_THE_PAGE = re.compile(
    r"(?:category|tag|author|status|format|type|lang)-\S*|\S*(?:active|current|selected)\S*|first|last|odd|even"
)
_NUMBERS = re.compile(r"\d+")


class Block(NamedTuple):
    """An element, read."""

    node: LexborNode
    text: str
    words: int
    linked_words: int  # of these, in links
    links: int  # all, to the page's own site too
    outlinks: tuple[Outlink, ...]

    @property
    def is_prose(self) -> bool:
        """A text with links in it, and no list of links."""
        return self.words >= PROSE_WORDS and self.linked_words < PROSE_LINKED * self.words

    @property
    def domains(self) -> frozenset[str]:
        """Registrable domains that its links lead to."""
        return frozenset(link.domain for link in self.outlinks)

    def poisoned(self) -> tuple[int, frozenset[str]]:
        """How many of its domains are named after, or reached by words of, topics of spam; and those topics."""
        found = [(link.domain, topics) for link in self.outlinks if (topics := link.topics())]
        return len({domain for domain, _ in found}), frozenset().union(*(topics for _, topics in found))


class Blocks:
    """Blocks of one page; each is read once."""

    def __init__(self, links: Outlinks) -> None:
        self._links = links
        self._known: dict[int, Block] = {}
        self._left = MAX_TEXT

    def paragraph_of(self, link: LexborNode) -> Block:
        """The nearest block-level element around a link."""
        return self._read(next((node for node in ancestors(link) if node.tag in BLOCKS and node.mem_id != link.mem_id), link))

    def block_of(self, link: LexborNode, zone: Zone) -> Block:
        """What groups the link with others."""
        paragraph = self.paragraph_of(link)
        above = list(zip(range(MAX_CLIMB), ancestors(paragraph.node), strict=False))
        for _, node in above:
            if zone is Zone.COMMENT and _is_post(node):
                return self._read(node)
            if zone is not Zone.COMMENT and node.tag in _ITEMS and self._read(node).words <= LONG_ITEM:
                return self._read(next((outer for outer in ancestors(node) if outer.tag in _LISTS), node))
            if node.tag in _PARTS:
                break
        return self._grouping(paragraph)

    def _grouping(self, block: Block) -> Block:
        """The block itself, or the nearest around it that is no longer a link by itself."""
        for _ in range(MAX_CLIMB):
            parent = block.node.parent
            if block.links > 1 or block.words - block.linked_words > FEW_WORDS or parent is None or parent.tag in _PARTS:
                return block
            around = self._read(parent)
            if around.is_prose:
                return block
            block = around
        return block

    def beside(self, link: LexborNode) -> int:
        """Words beside a link in its list item, row or paragraph, and under the heading that it stands in; anchors left out."""
        item = self._links.item_of(link)
        block = self._read(item) if item is not None else self.paragraph_of(link)
        if block.node.tag == "td" and block.words - block.linked_words <= FEW_WORDS and block.node.parent is not None:
            block = self._read(block.node.parent)
        words = block.words - block.linked_words
        if block.node.tag in _HEADINGS:
            under = neighbour_of(block.node, forward=True)
            if under is not None and under.tag not in _HEADINGS:
                below = self._read(under)
                words += below.words - below.linked_words
        return max(words, 0)

    def disclosure_of(self, block: Block) -> str:
        """A sponsorship cue in a block, in the label beside it, or in a heading above it; "" when none."""
        return next(filter(None, map(cue_in, (block.text[:2_000], *self._labels(block)))), "")

    def _labels(self, block: Block) -> Iterator[str]:
        for node in (block.node, block.node.parent):
            if node is None or node.tag in ("body", "html"):
                return
            for forward in (False, True) if node is block.node else (False,):
                neighbour = neighbour_of(node, forward=forward)
                if neighbour is not None:
                    label = self._read(neighbour)
                    if label.words <= LABEL_WORDS:
                        yield label.text

    def _read(self, node: LexborNode) -> Block:
        key = node.mem_id
        if key not in self._known:
            self._known[key] = self._fresh(node) if self._left > 0 else Block(node, "", 0, 0, 0, ())
        return self._known[key]

    def _fresh(self, node: LexborNode) -> Block:
        text = node.text(separator=" ")
        links = node.css(LINKS)
        self._left -= len(text) + 100 * len(links)
        known = (self._links.external.get(link.mem_id) for link in links)
        linked = sum(map(self._links.words_in, links))
        return Block(node, text, words_of(text), linked, len(links), tuple(link for link in known if link is not None))


def template_of(block: Block) -> str:
    """The way to a block, 16 hex characters: tags, classes and ids of it and around it, without numbers and <body>."""
    path = [
        f"{element.tag}.{'.'.join(sorted(_names(element, 'class')))}#{'.'.join(sorted(_names(element, 'id')))}"
        for _, element in zip(range(MAX_PATH), ancestors(block.node), strict=False)
        if element.tag not in ("body", "html", "-document")
    ]
    return hashlib.blake2b(">".join(path).encode("utf-8", "replace"), digest_size=8).hexdigest()


def neighbour_of(node: LexborNode, *, forward: bool) -> LexborNode | None:
    """The next element, or the one before; text in between is passed over."""
    current: LexborNode | None = node
    for _ in range(10):
        current = (current.next if forward else current.prev) if current is not None else None
        if current is None or not (current.tag or "-").startswith("-"):
            return current
    return None


def _names(element: LexborNode, attribute: str) -> set[str]:
    names = _NUMBERS.sub("", (element.attrs.get(attribute) or "")[:500].lower()).split()
    return {name for name in names if not _OF_THE_PAGE.fullmatch(name)}


def _is_post(node: LexborNode) -> bool:
    if node.tag in ("article", "li"):
        return True
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:300]
    return (attributes.get("itemtype") or "").endswith("/Comment") or _POST.search(names) is not None
