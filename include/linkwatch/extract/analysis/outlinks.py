"""Where all links of a page lead, not those to watched sites alone, and which of them no reader sees."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from linkwatch.extract.hiding import Hiding
from linkwatch.extract.links import BLOCKS, LINKS, PLAIN, RELATIVE
from linkwatch.extract.zones import Zones, ancestors, words_of
from linkwatch.lexicon import topics_in, topics_of_host
from linkwatch.model import Zone
from linkwatch.urls import canonical_or_none, domain_of_host, host_of

MAX_EXTERNAL = 2_000
"""External links that are looked at; of 181 honest pages none had more than 91 (suspicion.md, rule C2)."""

MAX_INTERNAL = 2_000  # in which a contact page is looked for
ALIKE = 5  # siblings that make a list
_SHORT = 200  # characters up to which splitting is the faster way of counting
_MAX_STEPS = 30
MAX_LEVELS = 6  # above a link, in which these are looked for

_OF_THE_OWNER = re.compile(
    r"/(?:contact(?:s|[-_]us|[-_]me|o|ar|ez[-_]nous|eer)?|contatti|contato|kontakt\w*|kapcsolat|iletisim|about(?:[-_](?:us|me|the\w*))?"
    r"|imprint|impressum|mentions[-_]legales|aviso[-_]legal|note[-_]legali|ueber[-_]uns|uber[-_]uns|%C3%BCber[-_]uns|quienes[-_]somos"
    r"|qui[-_]sommes[-_]nous|a[-_]propos|chi[-_]siamo|quem[-_]somos|sobre(?:[-_]nos(?:otros)?)?|over[-_]ons|om[-_]oss|om[-_]os"
    r"|o[-_]nas|o[-_]nama|despre[-_]noi|hakkimizda|meista|tentang(?:[-_]kami)?|hubungi[-_]kami|gioi[-_]thieu|lien[-_]he)"
    r"(?:\.\w{2,5})?/?(?:[?#]|\Z)",
    re.IGNORECASE,
)
_STATES = re.compile(r"[\d]+|\b(?:first|last|odd|even|active|current|selected|alternate|alt|sticky)\b")


class Outlink(NamedTuple):
    """A link that leaves the page's registrable domain."""

    node: LexborNode
    host: str
    domain: str

    def topics(self) -> frozenset[str]:
        """Topics of spam that its words or its host name."""
        return topics_in(self.node.text(separator=" ")[:500]) | topics_of_host(self.host)


class Outlinks:
    """The links of one page at `final_url`, resolved against `base`."""

    def __init__(self, document: LexborHTMLParser, final_url: str, base: str) -> None:
        self.nodes: Sequence[LexborNode] = document.css(LINKS)
        self.here = domain_of_host(host_of(final_url))
        self.names_itself = False
        self.external: dict[int, Outlink] = {}  # by address of the element; the first MAX_EXTERNAL
        self._zones, self._hiding = Zones(document), Hiding(document)
        self._hidden: dict[int, bool] = {}
        self._words: dict[int, int] = {}
        at_home = domain_of_host(host_of(base)) == self.here
        internal = 0
        for node, href in zip(self.nodes, self.hrefs(), strict=True):
            plain = PLAIN.match(href)
            if plain:
                host = plain[1]
            elif at_home and RELATIVE.match(href):
                host = self.here
            else:
                target = canonical_or_none(href, base)
                if target is None:
                    continue
                host = host_of(target)
            domain = domain_of_host(host)
            if domain != self.here and len(self.external) < MAX_EXTERNAL:
                self.external[node.mem_id] = Outlink(node, host, domain)
            elif domain == self.here and not self.names_itself and internal < MAX_INTERNAL:
                internal += 1
                self.names_itself = _OF_THE_OWNER.search(f"/{href}") is not None
        self._rows = _rows(self.external.values())
        self._shapes = defaultdict(Counter, {parent: Counter(row.values()) for parent, row in self._rows.items()})

    def hrefs(self) -> Iterator[str]:
        """What each link's address is in the markup, in document order."""
        for node in self.nodes:
            attributes = node.attrs
            href = attributes.get("href")
            yield (attributes.get("xlink:href") or "") if href is None else href

    def words_in(self, node: LexborNode) -> int:
        """Words of a link; the page asks for those of one link many times. Ask when its scripts are out."""
        key = node.mem_id
        if key not in self._words:
            text = node.text(separator=" ")
            self._words[key] = len(text.split()) if len(text) < _SHORT and text.isascii() else words_of(text)
        return self._words[key]

    def is_hidden(self, node: LexborNode) -> bool:
        """True for an external link that no reader sees; not for what is hidden for a reason (extract/hiding.py)."""
        key = node.mem_id
        if key not in self._hidden:
            # The zone is asked only where it decides: few links are hidden.
            self._hidden[key] = bool(self._hiding.of(node, Zone.CONTENT)) and self._zones.of(node) is not Zone.NAV
        return self._hidden[key]

    def hidden(self) -> int:
        """How many external links no reader sees."""
        return sum(self.is_hidden(link.node) for link in self.external.values())

    def item_of(self, node: LexborNode) -> LexborNode | None:
        """The item of a list that a link stands in: one of ALIKE siblings or more, each leading to one domain; else None."""
        for child, parent, shape in _steps(node):
            if shape and self._shapes[parent][shape] >= ALIKE and self._rows[parent].get(child.mem_id) == shape:
                return child
        return None


def _rows(links: Iterable[Outlink]) -> dict[int, dict[int, str]]:
    """Below each element, its children that lead to one domain, and the shape of each: what a list is made of."""
    domains: dict[int, set[str]] = defaultdict(set)
    rows: dict[int, dict[int, str]] = defaultdict(dict)
    for link in links:
        for child, parent, shape in _steps(link.node):
            below = domains[child.mem_id]
            below.add(link.domain)
            rows[parent][child.mem_id] = shape if len(below) == 1 else ""
    return rows


def _steps(node: LexborNode) -> Iterator[tuple[LexborNode, int, str]]:
    """Blocks above a link, with the address of what they stand in, and their shape ("" for no item of a list)."""
    for level, element in zip(range(MAX_LEVELS), ancestors(node), strict=False):
        parent = element.parent
        if parent is None or element.tag in ("body", "html"):
            return
        if level and element.tag in BLOCKS:
            yield element, parent.mem_id, _shape(element, node)


def _shape(element: LexborNode, link: LexborNode) -> str:
    # Paragraphs with a link each are an article, unless they begin with it.
    if element.tag == "p" and not _leads(link, element):
        return ""
    return f"{element.tag} {' '.join(_STATES.sub('', (element.attrs.get('class') or '')[:200].lower()).split())}"


def _leads(link: LexborNode, element: LexborNode) -> bool:
    """True where no words stand before the link in this element."""
    inner: LexborNode | None = link
    for _ in range(_MAX_STEPS):
        if inner is None or inner.mem_id == element.mem_id:
            return True
        before = inner.prev
        if before is None:
            inner = inner.parent
        elif before.tag != "-comment" and before.text().strip():
            return False
        else:
            inner = before
    return False
