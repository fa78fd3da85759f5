"""The main text of a page, by trafilatura, and which of its links stand in it; its signature and how well it packs.

trafilatura in its fast mode, without comments, dates and metadata: text F1 .97 on 91 real articles, and the best of eight
libraries in reference suspicion.md, section 4. It reads the page as lexbor understood it, without scripts and styles: the
same text in less time, and no markup reaches lxml that a browser would read otherwise.
"""

import logging
import re
import zlib
from collections.abc import Iterable
from typing import NamedTuple

import lxml.html
from lxml.etree import LxmlError
from rensa import RMinHash
from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_MARKUP = 600_000
"""Characters of cleaned markup that are read; of 91 real articles the longest has 216,266."""

MAX_WORK = 300_000
"""Elements, each counted with 20 and the elements around it: what trafilatura's time grows with. The largest of 91 real
articles comes to 91,549. What stands behind is not read: the start of a page tells what it is about."""

MIN_SIGNED_WORDS = 50
MAX_SIGNED_WORDS = 5_000
SHINGLE = 5  # words; of 14,706 pairs of unrelated articles none was alike by .17 (suspicion.md, section 3)
MIN_PACKED_BYTES = 500
MAX_PACKED_BYTES = 200_000

UNSEEN = "script,style,template,noscript"
_NOT_TEXT = "style,template,noscript,svg,iframe,script:not([type='application/ld+json'])"  # JSON-LD has the text of some pages
_MOST_WORK = 276 / 2  # of a tag: libxml2 nests 256 elements, and most elements have two
_MARK = "#linkwatch-"
_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)")
_VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"))
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f"  # Chinese, Japanese, Thai: each character is a word
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W{_UNSPACED}]+")
_PERMUTATIONS, _SEED = 128, 20_261_123


class MainText(NamedTuple):
    """What a page is about: its text, blank where none was found, and positions of the links that stand in it."""

    text: str = ""
    links: frozenset[int] = frozenset()


def main_text_of(document: LexborHTMLParser, links: Iterable[tuple[int, LexborNode]]) -> MainText:
    """The main text, and which of these links, by position, it holds. Takes the document apart: ask last.

    What trafilatura cannot read is blank. It finds a link by its address; as a page often has one address in its menu and in
    its text, each link that is asked for gets a mark of its own: that is P .94 where the address alone has .91.
    """
    for position, node in links:
        node.attrs["href"] = f"{node.attrs.get('href') or ''}{_MARK}{position}"
    for node in document.css(_NOT_TEXT):
        node.decompose(recursive=False)
    return _extract(within_reason(document.html or ""))


def signature_of(text: str) -> bytes:
    """MinHash of a text, 128 little-endian uint32, over shingles of SHINGLE words; empty for fewer than MIN_SIGNED_WORDS.

    Equal shares of two signatures estimate how much of two texts is the same, ± 0.04; punctuation and case do not count.
    """
    words = _WORD.findall(text[: 20 * MAX_SIGNED_WORDS].casefold())[:MAX_SIGNED_WORDS]
    if len(words) < MIN_SIGNED_WORDS:
        return b""
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
    sketch.update([" ".join(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)])
    return b"".join(value.to_bytes(4, "little") for value in sketch.digest())


def compression_of(text: str) -> float | None:
    """Bytes of a text by its bytes under zlib; None below MIN_PACKED_BYTES. Ordinary prose has about 2, a refrain 4 and more."""
    data = text.encode("utf-8", "replace")[:MAX_PACKED_BYTES]
    return len(data) / len(zlib.compress(data)) if len(data) >= MIN_PACKED_BYTES else None


def within_reason(html: str) -> str:
    """The start of well-formed markup that MAX_MARKUP and MAX_WORK allow."""
    if html.count("<") * _MOST_WORK < MAX_WORK:
        return html[:MAX_MARKUP]  # nearly every page
    work = depth = 0
    for tag in _TAG.finditer(html, 0, MAX_MARKUP):
        if tag[1]:
            depth -= 1
            continue
        work += depth + 20
        if work > MAX_WORK:
            return html[: tag.start()]
        depth += tag[2] not in _VOID
    return html[:MAX_MARKUP]


def _extract(html: str) -> MainText:
    from trafilatura import bare_extraction  # 0.2 s: imported with the first page that is analysed
    from trafilatura.settings import Document

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages that it cannot read as errors of ours
    parser = lxml.html.HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)
    try:
        found = bare_extraction(
            lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser),
            output_format="xml",  # its "python" writes the text out twice
            fast=True,
            include_comments=False,
            include_links=True,
            include_formatting=False,
        )
    except (LxmlError, ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return MainText()  # a stranger's code over a stranger's markup: what it trips over says nothing of us
    if not isinstance(found, Document):
        return MainText()
    marks = (ref.get("target", "").rpartition(_MARK)[2] for ref in found.body.iter("ref"))
    return MainText(found.raw_text or "", frozenset(int(mark) for mark in marks if mark.isdecimal()))
