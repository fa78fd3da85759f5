"""What looks at the pages of a site come to: one row a page, and one for each page of others that it links to.

Depth and the links that lead to a page follow from all looks together, so they are worked out at the end. A redirect is no
click: who links to an address that sends on links to the page behind it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from linkwatch import schemas
from linkwatch.urls import Scopes, page_key, same_page


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What a look at an own page gave. `links` are those of the page that answered, in document order: (address, anchor)."""

    url: str  # as asked for, canonical
    outcome: str
    final_url: str
    redirects: str = "[]"  # JSON list of [status, url]
    title: str = ""
    noindex: bool = False
    http_status: int | None = None
    links: tuple[tuple[str, str], ...] = ()

    @property
    def sent_on(self) -> bool:
        """True where another page answered."""
        return not same_page(self.url, self.final_url)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page without what would weigh too much: keys are shared between pages."""

    page: OwnPage  # without links
    final_key: str  # of the own page that answered; "" when it is this one, or somebody else's
    leads_to: tuple[str, ...]  # keys of own pages
    leaves_for: tuple[tuple[str, str], ...]  # (address, anchor) of pages of others


class SitePages:
    """The pages of one site that were looked at, and the tables that they make."""

    def __init__(self, scopes: Scopes, site: str) -> None:
        self._scopes = scopes
        self._site = site
        self._kept: dict[str, _Kept] = {}  # by page key
        self._shared: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, page: OwnPage) -> None:
        """Keep a look. What an address that sends on shows belongs to the page that answered, and is not kept here."""
        inside: dict[str, None] = {}
        outside: dict[str, str] = {}
        for url, anchor in () if page.sent_on else page.links:
            if self._scopes.site_of(url) == self._site:
                inside.setdefault(self._share(page_key(url)))
            else:
                outside.setdefault(self._share(url), self._share(anchor))
        final = self._share(page_key(page.final_url)) if page.sent_on and self._is_own(page.final_url) else ""
        bare = OwnPage(page.url, page.outcome, page.final_url, page.redirects, page.title, page.noindex, page.http_status)
        self._kept[page_key(page.url)] = _Kept(bare, final, tuple(inside), tuple(outside.items()))

    def outbound(self) -> Iterator[str]:
        """Addresses of other sites that the pages link to; one that many pages link to comes more than once."""
        for kept in self._kept.values():
            for url, _ in kept.leaves_for:
                yield url

    def outcomes(self) -> Iterator[str]:
        """How each look ended."""
        return (kept.page.outcome for kept in self._kept.values())

    def pages_table(self, beginning: str, listed: Iterable[str]) -> pa.Table:
        """Rows of `schemas.OWN_PAGES` by address. `beginning` is where the crawl began, `listed` are the sitemap's pages."""
        depths = self._depths(page_key(beginning))
        links_in = self._links_in()
        in_sitemap = {page_key(url) for url in listed}
        rows = [
            {
                "url": kept.page.url,
                "site": self._site,
                "outcome": kept.page.outcome,
                "final_url": kept.page.final_url,
                "redirects": kept.page.redirects,
                "title": kept.page.title,
                "noindex": kept.page.noindex,
                "in_sitemap": key in in_sitemap,
                "links_in": links_in.get(key, 0),
                "links_out": len(kept.leaves_for),
                "depth": depths.get(key),
                "http_status": kept.page.http_status,
            }
            for key, kept in self._kept.items()
        ]
        return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["url"])), schemas.OWN_PAGES)

    def links(self) -> Iterator[tuple[str, str, str]]:
        """(own page, address of another site, anchor), by page, in document order."""
        for kept in sorted(self._kept.values(), key=lambda entry: entry.page.url):
            for url, anchor in kept.leaves_for:
                yield kept.page.url, url, anchor

    def _is_own(self, url: str) -> bool:
        return self._scopes.site_of(url) == self._site

    def _share(self, text: str) -> str:
        return self._shared.setdefault(text, text)

    def _depths(self, beginning: str) -> dict[str, int]:
        """Clicks from the beginning, by key, of the pages that links lead to."""
        depths: dict[str, int] = {}
        queue = deque([(beginning, 0)])
        while queue:
            key, depth = queue.popleft()
            if key in depths or key not in self._kept:
                continue
            depths[key] = depth
            kept = self._kept[key]
            if kept.final_key:
                queue.appendleft((kept.final_key, depth))
            queue.extend((target, depth + 1) for target in kept.leads_to)
        return depths

    def _links_in(self) -> dict[str, int]:
        """Other own pages that link to a page, by its key; through redirects too."""
        final = {key: kept.final_key for key, kept in self._kept.items() if kept.final_key}
        counts: dict[str, int] = {}
        for source, kept in self._kept.items():
            reached = {*kept.leads_to, *(final[key] for key in kept.leads_to if key in final)} - {source}
            for key in reached:
                counts[key] = counts.get(key, 0) + 1
        return counts
