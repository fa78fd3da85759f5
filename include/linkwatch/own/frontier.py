"""Which pages of a site to look at next: breadth first, each page once, within the budget, and out of the usual traps.

It asks nobody: it is told which addresses there are and says what to look at. The order in which it is told is the order in
which the budget is spent, so two crawls of the same site look at the same pages.
"""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from linkwatch.urls import Scopes, page_key

MAX_QUERIES = 50
"""Addresses of one path that differ in their query alone: filters and sort orders multiply without end."""

MAX_SEGMENTS = 20
"""Parts of a path. A relative link without its leading slash makes addresses longer for ever."""

MAX_REPEATS = 3
"""Times that one part may occur in a path: /a/b/a/b/a/b is such a link going round."""

MAX_LENGTH = 2_000
"""Characters of an address; longer ones carry state, and no page of their own."""

MAX_COUNTED = 100_000
"""Addresses left out that are remembered, so that each is counted once."""

BUDGET, DEPTH = "budget", "depth"
QUERIES, TRAP = "queries", "trap"

# We carry no cookies, so nothing that is asked for can change anything; but such addresses are no pages either.
_NO_PAGE = re.compile(
    r"/(?:log|sign)[-_]?(?:out|off)(?:[/.]|\Z)|[?&](?:add[-_]to[-_]cart|action=(?:log[-_]?out|delete|remove))\b", re.IGNORECASE
)
_NO_HTML = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|ogg|wav|mov|avi|css|js|mjs|json|woff2?|ttf|eot)\Z",
    re.IGNORECASE,
)


class Frontier:
    """The pages of one site that are known and not looked at yet, in levels: `offer` tells of them, `next_level` takes them.

    At most `max_pages` in all; a page counts from the moment it is taken on. `max_depth` is the number of levels after the
    first; `restart` begins to count anew.
    """

    def __init__(self, scopes: Scopes, site: str, *, max_pages: int, max_depth: int) -> None:
        self._scopes = scopes
        self._site = site
        self._max_pages = max_pages
        self._max_depth = max_depth
        self._known: set[str] = set()  # page keys
        self._queries: Counter[str] = Counter()  # by path
        self._next: list[str] = []
        self._depth = 0
        self._left_out: dict[str, str] = {}  # page key: why

    def restart(self) -> None:
        """What is offered from here on is a beginning: zero clicks deep."""
        self._depth = 0

    def next_level(self) -> list[str]:
        """The pages to look at now, in the order in which they were offered; empty when there are none."""
        level, self._next = self._next, []
        self._depth += 1
        return level

    def offer(self, urls: Iterable[str]) -> None:
        """Tell of addresses, canonical; those of other sites are passed by."""
        for url in urls:
            if self._takes(url, self._depth):
                self._next.append(url)

    def adopt(self, url: str) -> bool:
        """Take on a page that was read already, at the end of a redirect; False where it is known, or may not be looked at."""
        return self._takes(url, self._depth - 1)  # a redirect is no click

    @property
    def left_out(self) -> Counter[str]:
        """Own addresses that were not looked at, by reason: BUDGET, DEPTH, QUERIES, TRAP."""
        return Counter(why for key, why in self._left_out.items() if key not in self._known)

    def _takes(self, url: str, depth: int) -> bool:
        if self._scopes.site_of(url) != self._site:
            return False
        key = page_key(url)
        if key in self._known:
            return False
        address, query, _ = key.partition("?")
        if _NO_PAGE.search(url) or _NO_HTML.search(urlsplit(url).path):
            return False
        why = self._obstacle(url, address, bool(query), depth)
        if why:
            if len(self._left_out) < MAX_COUNTED:
                self._left_out.setdefault(key, why)
            return False
        self._queries[address] += bool(query)
        self._known.add(key)
        return True

    def _obstacle(self, url: str, address: str, has_query: bool, depth: int) -> str:
        segments = [part for part in address.split("/")[1:] if part]
        repeats = Counter(segments).most_common(1)
        if len(url) > MAX_LENGTH or len(segments) > MAX_SEGMENTS or (repeats and repeats[0][1] > MAX_REPEATS):
            return TRAP
        if has_query and self._queries[address] >= MAX_QUERIES:
            return QUERIES
        if depth > self._max_depth:
            return DEPTH
        return BUDGET if len(self._known) >= self._max_pages else ""
