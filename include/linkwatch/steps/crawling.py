"""The crawl of an own site: its pages breadth first, then its sitemap's pages that no link led to, then where its links go.

It makes no claims. What it found lies in the night's folder, and the pages come last: they say that the crawl is finished. A
run that was killed begins it anew. It sends GET alone, without cookies, and obeys the site's robots.txt like any other reader;
`nofollow` and `noindex` are facts about a page, and no reason for its owner not to look.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import pyarrow as pa

from linkwatch import own, schemas
from linkwatch.errors import SourceError
from linkwatch.extract import all_links, observe
from linkwatch.fetch import XML_TYPES, Fetcher
from linkwatch.model import FetchedPage, Outcome, PageRequest
from linkwatch.own import Frontier, OwnPage, SitePages, TargetLook
from linkwatch.progress import track
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Notes, Pull, read_claims
from linkwatch.sources.crawls.sitemap import origins_of
from linkwatch.urls import BadUrlError, Scopes, canonical_url

log = logging.getLogger(__name__)

MAX_LISTED = 200_000
"""Pages of a sitemap that are read to know which own pages it lists; more than any budget of a crawl."""

_NIGHTS_BACK = 30  # that an earlier crawl's looks at the pages of others are searched in
_BEGINS = (Outcome.READABLE, Outcome.NEEDS_RENDERING)  # the latter may send on, or a sitemap may help
_NO_SITES = Scopes(())  # an own page is judged by what it shows, also where it links to another watched site
_LEFT_OUT = {
    own.BUDGET: "pages beyond the budget (max_pages = {max_pages:,}), not looked at",
    own.DEPTH: "pages deeper than max_depth = {max_depth} clicks, not looked at",
    own.QUERIES: "addresses that differ from others in their query alone, not looked at",
    own.TRAP: "addresses that are too long or repeat a folder again and again, not looked at",
}
"""Why a crawl is partial; a count follows."""


def crawl_site(settings: Settings, store: NightStore, night: str, name: str, pull: Pull) -> int:
    """Crawl an own site into the tables own-pages-, own-links- and own-targets-`name` of the night; it claims nothing: 0.

    Raises SourceError, and writes no tables, for a site that cannot be begun, or of which so many pages do not answer that
    something is wrong (confirm.brake_share): what the last crawl found stands.
    """
    # The user's own site, and a budget of its own: redirects and beginnings come on top of it.
    most = max(settings.fetch.max_pages_per_host, 2 * pull.source.max_pages + 100)
    with Fetcher(replace(settings.fetch, max_pages_per_host=most), night=night) as fetcher:
        pull.fetch = partial(fetcher.fetch, accept=XML_TYPES)  # the sitemap is the crawl's to read, in its turn of the host
        _crawl(settings, store, night, pull, fetcher, name)
    return 0


def crawled_tables(store: NightStore, night: str, prefix: str, schema: pa.Schema) -> pa.Table:
    """The rows that all crawls of a night found, of its tables `own-pages-` or `own-links-`."""
    return pa.concat_tables([schema.empty_table(), *(store.read_table(night, name) for name in store.names(night, prefix))])


def _crawl(settings: Settings, store: NightStore, night: str, pull: Pull, fetcher: Fetcher, name: str) -> None:
    walk = _Walk(pull, fetcher)
    beginning = walk.begin()
    listed = _listed(pull)
    walk.go_on(listed)
    _check_answers(settings, pull.source, walk.pages)
    targets = _look_outside(settings, store, night, pull.source, walk.pages, fetcher)
    store.write_table(night, f"own-targets-{name}", own.looks_table(targets.values()))
    links = _links_table(walk.pages, pull.source.site, targets)
    store.write_table(night, f"own-links-{name}", links)
    pages = walk.pages.pages_table(beginning, listed)
    store.write_table(night, f"own-pages-{name}", pages)  # last: it says that the crawl is finished
    _note(pull, walk.frontier, pages, targets)
    log.info("crawled night=%s source=%s pages=%s targets=%s", night, pull.source.name, pages.num_rows, len(targets))


class _Walk:
    """One walk through a site, level by level."""

    def __init__(self, pull: Pull, fetcher: Fetcher) -> None:
        source = pull.source
        self._source = source
        self._scopes = pull.scopes
        self._fetcher = fetcher
        self.frontier = Frontier(pull.scopes, source.site, max_pages=source.max_pages, max_depth=source.max_depth)
        self.pages = SitePages(pull.scopes, source.site)

    def begin(self) -> str:
        """Walk from the first of the site's beginnings that can be read; returns it. Raises SourceError where none can."""
        tried = []
        for url in _beginnings(self._source, self._scopes):
            [page] = self._look([url])
            if page.outcome in _BEGINS and self._scopes.site_of(page.final_url) == self._source.site:
                self.frontier.offer([url])
                self.frontier.next_level()
                self._take([page])
                self._walk()
                return url
            status = f" ({page.http_status})" if page.http_status else ""
            away = f", leads to {page.final_url}" if page.sent_on else ""
            tried.append(f"{url}: {page.outcome}{status}{away}")
        raise SourceError(
            f"source {self._source.name}: no page of {self._source.site} to begin with can be read ({'; '.join(tried)}); "
            "give the address of one as url, or mend the site"
        )

    def go_on(self, listed: Iterable[str]) -> None:
        """Walk from the pages of the sitemap that no link has led to."""
        self.frontier.restart()
        self.frontier.offer(listed)
        self._walk()

    def _walk(self) -> None:
        while level := self.frontier.next_level():
            self._take(_in_order(level, self._look(level)))

    def _take(self, pages: Iterable[OwnPage]) -> None:
        for page in pages:
            self.pages.add(page)
            if page.sent_on:
                if not self.frontier.adopt(page.final_url):
                    continue  # known already, or not ours
                page = replace(page, url=page.final_url, redirects="[]")
                self.pages.add(page)
            self.frontier.offer(url for url, _ in page.links)

    def _look(self, urls: Sequence[str]) -> Iterator[OwnPage]:
        asked = self._fetcher.fetch(map(PageRequest, urls))
        return (_own_page(page) for page in track(asked, f"crawling {self._source.site}", len(urls)))


def _in_order(urls: Sequence[str], pages: Iterable[OwnPage]) -> Iterator[OwnPage]:
    """Pages in the order of the queue, whatever came first: the budget is spent the same way each time."""
    waiting: dict[str, OwnPage] = {}
    place = 0
    for page in pages:
        waiting[page.url] = page
        while place < len(urls) and urls[place] in waiting:
            yield waiting.pop(urls[place])
            place += 1


def _own_page(page: FetchedPage) -> OwnPage:
    seen = observe(page, _NO_SITES, signed=False)
    look = seen.look
    links: tuple[tuple[str, str], ...] = ()
    if look.outcome == Outcome.READABLE:
        links = all_links(page)
    elif seen.sends_to:
        links = ((seen.sends_to, ""),)
    return OwnPage(look.url, look.outcome, look.final_url, look.redirects, look.title, look.noindex, look.http_status, links)


def _beginnings(source: SourceSettings, scopes: Scopes) -> list[str]:
    """Where to begin, the likeliest first: `url` of the settings, else the site's own address over https and http."""
    if not source.url:
        path = canonical_url(source.site if "//" in source.site else f"http://{source.site}").split("/", 3)[3]
        return [f"{origin}/{path}" for origin in origins_of(source.site)]
    try:
        url = canonical_url(source.url)
    except BadUrlError as error:
        raise SourceError(f"source {source.name}: url is {source.url!r}; expected a page to begin with ({error})") from None
    if scopes.site_of(url) != source.site:
        raise SourceError(f"source {source.name}: url is {url}; expected a page of {source.site}")
    return [url]


def _listed(pull: Pull) -> list[str]:
    """The pages that the site's sitemap lists; none where it has no sitemap, which is no fault of a crawl."""
    source = replace(pull.source, kind="sitemap", url="", max_pages=MAX_LISTED)
    try:
        listing = replace(pull, source=source, notes=Notes())
        return [url for batch in read_claims(listing) for url in batch["source_url"].to_pylist()]
    except SourceError as problem:
        log.info("no sitemap: %s", problem)
        return []


def _check_answers(settings: Settings, source: SourceSettings, pages: SitePages) -> None:
    silent = sum(not Outcome(outcome).proves_existence for outcome in pages.outcomes())
    if len(pages) >= settings.confirm.brake_pages and silent > settings.confirm.brake_share * len(pages):
        raise SourceError(
            f"source {source.name}: {silent:,} of {len(pages):,} pages of {source.site} did not answer; expected at most a share "
            f"of {settings.confirm.brake_share} (confirm.brake_share). What the last crawl found stands"
        )


# Pages of others


def _look_outside(
    settings: Settings, store: NightStore, night: str, source: SourceSettings, pages: SitePages, fetcher: Fetcher
) -> dict[str, TargetLook]:
    """What is known after tonight of the pages of others that own pages link to: one look each, within the budget."""
    known, as_of = _known_looks(store, night, source.name), store.as_of(night)
    chosen = own.choose_targets(
        pages.outbound(), known, max_looks=source.max_pages, max_looks_per_host=settings.fetch.max_pages_per_host
    )
    tonight = []
    for page in track(fetcher.fetch(map(PageRequest, chosen)), "looking where links lead", len(chosen)):
        look = observe(page, _NO_SITES, signed=False).look
        tonight.append(TargetLook(look.url, look.outcome, look.final_url, look.http_status, as_of))
    return own.latest_looks(pages.outbound(), known, tonight)


def _known_looks(store: NightStore, night: str, source_name: str) -> dict[str, TargetLook]:
    """What the last crawl of the same source knew, be its night published or not: a look is a look."""
    for before in [name for name in store.nights() if name < night][: -_NIGHTS_BACK - 1 : -1]:
        for part, read in (store.read_facts(before, "parts") or {}).items():
            if read["source"] == source_name and store.has(before, f"own-targets-{part}"):
                return own.looks_of(store.read_table(before, f"own-targets-{part}"))
    return {}


def _links_table(pages: SitePages, site: str, targets: dict[str, TargetLook]) -> pa.Table:
    return pa.Table.from_pylist([_link(site, targets.get(link[1]), *link) for link in pages.links()], schemas.OWN_LINKS)


def _link(site: str, look: TargetLook | None, source_url: str, target_url: str, anchor: str) -> dict[str, object]:
    return {
        "site": site,
        "source_url": source_url,
        "target_url": target_url,
        "anchor": anchor,
        "outcome": look.outcome if look else "",
        "final_url": look.final_url if look else "",
        "http_status": look.http_status if look else None,
    }


def _note(pull: Pull, frontier: Frontier, pages: pa.Table, targets: dict[str, TargetLook]) -> None:
    """What people are told: how much was read, what nothing links to, what rots; and why it is not all."""
    rows = pages.select(["outcome", "depth", "links_in"]).to_pylist()
    orphans = sum(row["links_in"] == 0 and row["depth"] is None for row in rows)
    gone = sum(map(own.rotten, targets.values()))
    pull.notes.rows = len(rows)
    own_pages = f"{len(rows):,} pages, {orphans:,} that no page links to"
    pull.notes.read = f"{own_pages}; {len(targets):,} pages of others that they link to, {gone:,} gone"
    silent = sum(not Outcome(row["outcome"]).proves_existence for row in rows)
    if silent:
        pull.notes.partial.append(f"pages that did not answer: {silent:,}")
    limits = {"max_pages": pull.source.max_pages, "max_depth": pull.source.max_depth}
    pull.notes.partial.extend(f"{_LEFT_OUT[why].format(**limits)}: {count:,}" for why, count in sorted(frontier.left_out.items()))
