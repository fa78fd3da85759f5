"""Links that stand where no author writes: behind the page's end, or before its beginning.

A browser, and so the parser, moves them into the body; only the source tells. Sites that were broken into carry them there.
"""

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from linkwatch.extract.links import LINKS

MAX_STRAY = 500_000  # bytes of source that are read on either side

_QUIET = re.compile(rb"<!--.*?(?:-->|\Z)|<script\b.*?(?:</script|\Z)", re.DOTALL | re.IGNORECASE)


def astray(markup: str | bytes, hrefs: Sequence[str]) -> frozenset[int]:
    """Positions, among all links of the page, of those behind the last </html> or before the first <html>.

    `hrefs` are the addresses of all its links, in document order. Where a page has two documents in one, only what stands behind
    both counts; what a comment or a script names is no tag.
    """
    source = markup if isinstance(markup, bytes) else markup.encode("utf-8", "replace")
    if not _outside(source, hrefs):
        return frozenset()  # nearly every page: the second look costs more
    return _outside(_QUIET.sub(b"", source), hrefs)


def _outside(source: bytes, hrefs: Sequence[str]) -> frozenset[int]:
    lower = source.lower()
    start, end = lower.find(b"<html"), lower.find(b"</html", max(lower.rfind(b"<html"), lower.rfind(b"<body"), 0))
    before = _hrefs(source[:start][:MAX_STRAY]) if start > 0 else []
    behind = _hrefs(source[end:][:MAX_STRAY]) if end > 0 else []
    found: set[int] = set()
    if before and hrefs[: len(before)] == before:
        found.update(range(len(before)))
    if behind and hrefs[-len(behind) :] == behind:
        found.update(range(len(hrefs) - len(behind), len(hrefs)))
    return frozenset(found)


def _hrefs(source: bytes) -> list[str]:
    if b"href" not in source.lower():
        return []
    document = LexborHTMLParser(source, options=LexborDocumentOptions.WO_EVENTS)
    return [node.attrs.get("href") or "" for node in document.css(LINKS)]
