"""Looking at a shard's pages: each is asked for and read, and where one way of looking cannot tell, another one is tried.

    fetch     every page once, politely
    follow    a stub that only sends the browser on: the page that it sends to is the page that counts
    render    what scripts build, in a browser, as far as the night's budget goes
    doubt     a page that lost its links and is unlike its old self: is it an error page? A sibling address shows what those are
    keep      pages with links to own sites, as they were answered: the evidence
    analyse   pages with links, where their content is not the one that is known

What it found lies in the night's folder; the looks come last and say that the shard is finished.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import BinaryIO, Self
from zlib import crc32

import pyarrow as pa

from linkwatch import archive, render, schemas
from linkwatch.extract import (
    Look,
    Names,
    Observation,
    Sighting,
    is_comparable,
    is_doubtful,
    looks_table,
    observe,
    settle,
    sightings_table,
    without_linked,
)
from linkwatch.fetch import Fetcher, refused_host, user_agent
from linkwatch.model import Evidence, FetchedPage, Outcome, PageRequest, Redirect, Role, SeenIn
from linkwatch.progress import track
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.steps.analysing import Analyst, analyst_of
from linkwatch.steps.planned import PlannedPage
from linkwatch.steps.probing import Probe, Prober, known_probes
from linkwatch.urls import Scopes, host_of

log = logging.getLogger(__name__)

MAX_REFRESHES = 3
"""Pages in a row that only send the browser on."""

_SHOWS_SOMETHING = (Outcome.READABLE, Outcome.TIMEOUT, Outcome.TRUNCATED)  # a browser, even where it did not get to the end


@dataclass(slots=True)
class View:
    """One page on its way to its final look."""

    planned: PlannedPage
    page: FetchedPage
    seen: Observation
    on_page: tuple[Sighting, ...] | None = None  # links of `page` itself, where `seen` has those of server and browser
    kept: str = ""
    kept_hash: str = ""

    @property
    def look(self) -> Look:
        """The look as it goes to the night's table."""
        return self.seen.look._replace(kept=self.kept, kept_hash=self.kept_hash)


@dataclass(slots=True)
class Looked:
    """What looking at some pages gave, in any order."""

    views: list[View] = field(default_factory=list)
    kept: list[dict[str, object]] = field(default_factory=list)  # rows of `schemas.KEPT`
    probes: dict[str, Probe] = field(default_factory=dict)  # of tonight, by host

    def looks(self) -> list[Look]:
        """One look a page."""
        return [view.look for view in self.views]

    def sightings(self) -> list[Sighting]:
        """All links that were seen."""
        return [link for view in self.views for link in view.seen.sightings]


def look_at_shard(settings: Settings, store: NightStore, night: str, planned: Sequence[PlannedPage], name: str) -> None:
    """Look at pages; keeps tables analyses-, places-, sightings-, probes-, kept-, looks-`name`, and file kept-`name`.warc.gz."""
    as_of = store.as_of(night)
    with ExitStack() as stack:
        file = f"kept-{name}.warc.gz"
        kept = stack.enter_context(store.writing_file(night, file)) if _keeps(settings) else None
        analyst = analyst_of(store, night, [page.url for page in planned])
        with Looking(settings, night, as_of, known_probes(store, night), kept, f"{night}/{file}", analyst) as looking:
            looked = looking.look_at(planned)
    for table, rows in zip(("analyses", "places"), analyst.tables(as_of), strict=True):
        store.write_table(night, f"{table}-{name}", rows)
    store.write_table(night, f"sightings-{name}", sightings_table(looked.sightings()))
    store.write_table(night, f"kept-{name}", pa.Table.from_pylist(looked.kept, schemas.KEPT))
    rows = [asdict(probe) for probe in looked.probes.values()]
    store.write_table(night, f"probes-{name}", pa.Table.from_pylist(rows, schemas.HOSTS))
    store.write_table(night, f"looks-{name}", looks_table(looked.looks()))  # last: it says that the shard is finished


def record_of(url: str) -> str:
    """What names a page in an archive: no offset, because that depends on which page came first."""
    return hashlib.blake2b(url.encode(), digest_size=8).hexdigest()


class Looking:
    """The ways of looking, with what they share: connections, a browser, what is known of hosts, the archive.

    `probed` are the probes of the last week; `kept` takes the WARC records, None keeps none; `file` is what a reference to a
    record begins with; `analyst` takes a closer look at pages with links. Use it in a `with` block.
    """

    def __init__(
        self,
        settings: Settings,
        night: str,
        as_of: datetime,
        probed: Mapping[str, Probe] | None = None,
        kept: BinaryIO | None = None,
        file: str = "",
        analyst: Analyst | None = None,
    ) -> None:
        self._settings = settings
        self._night = night
        self._as_of = as_of
        self._prober = Prober(night, as_of, probed or {})
        self._keeper = archive.Keeper(kept, at=as_of) if kept else None
        self._file = file
        self._analyst = analyst
        self._scopes = Scopes(settings.sites)
        self._own = {site.site for site in settings.sites if site.role is Role.OWN}
        self._names = Names(settings.sites)
        self._fetcher = Fetcher(settings.fetch, night=night)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._fetcher.close()

    def look_at(self, planned: Sequence[PlannedPage]) -> Looked:
        """Every page once, to its final look."""
        looked = Looked()
        waiting: list[View] = []  # with their bodies, so it should be few
        requests = {page.url: page for page in planned}
        asked = self._fetcher.fetch(map(self._request, planned))
        for page in track(asked, "looking at pages", len(planned)):
            view = self._first_view(requests[page.url], page)
            if view.seen.sends_to or self._wants_browser(view):
                waiting.append(view)
            else:
                self._let_go(view, looked)
        self._follow(waiting)
        self._render(waiting, {page.url: place for place, page in enumerate(planned)})
        for view in waiting:
            self._let_go(view, looked)
        self._doubt(looked)
        return looked

    def _request(self, page: PlannedPage) -> PageRequest:
        """A page with known links that was never analysed is asked for in full: "not modified" would show nothing of it."""
        if page.links and self._analyst and not self._analyst.knows(page.url):
            return PageRequest(page.url)
        return PageRequest(page.url, page.etag, page.last_modified)

    def _first_view(self, planned: PlannedPage, page: FetchedPage) -> View:
        """The page as it was sent. A signature is made now and then, and where the page lacks its links and is compared."""
        wanted = not is_comparable(planned.signature) or _turn_of(page.url) == self._as_of.toordinal() % 7
        seen = observe(page, self._scopes, signed=wanted, names=self._names)
        lacks = planned.links > 0 and seen.look.outcome == Outcome.READABLE and not seen.sightings
        return View(planned, page, observe(page, self._scopes, names=self._names) if lacks and not wanted else seen)

    def _let_go(self, view: View, looked: Looked) -> None:
        """Keep what is evidence of the page, and forget its body."""
        self._keep(view, looked)
        if self._analyst:
            links = view.seen.sightings if view.on_page is None else view.on_page
            self._analyst.look(view.page, view.seen.look, links)
        view.page = replace(view.page, body=b"")
        looked.views.append(view)

    # Stubs that only send the browser on

    def _follow(self, views: Iterable[View]) -> None:
        """Take each stub's view to the page that it sends to, a few times at most."""
        for _ in range(MAX_REFRESHES):
            waiting = [view for view in views if view.seen.sends_to]
            if not waiting:
                return
            answers = {page.url: page for page in self._fetcher.fetch(map(PageRequest, {view.seen.sends_to for view in waiting}))}
            for view in waiting:
                sent_to = answers[view.seen.sends_to]
                hops = (*view.page.redirects, Redirect(view.page.http_status or 200, sent_to.url), *sent_to.redirects)
                view.page = replace(sent_to, url=view.page.url, redirects=hops)
                view.seen = observe(view.page, self._scopes, names=self._names)
        for view in views:
            if view.seen.sends_to:
                detail = f"sends the browser on, {MAX_REFRESHES} pages in a row and again"
                view.seen = _with(view.seen, outcome=Outcome.TOO_MANY_REDIRECTS.value, detail=detail)

    # Links that only a browser sees

    def _wants_browser(self, view: View) -> bool:
        if not self._settings.render.enabled:
            return False
        look, planned = view.seen.look, view.planned
        if look.outcome == Outcome.NEEDS_RENDERING:
            return True
        lacks = look.outcome == Outcome.READABLE and not view.seen.sightings
        return (planned.rendered and look.outcome == Outcome.READABLE) or (lacks and planned.reason == "claimed")

    def _render(self, views: Iterable[View], places: Mapping[str, int]) -> None:
        """Read pages in a browser, within the budget: those with known links first, in the order of the plan."""
        wanting = [view for view in views if self._wants_browser(view)]
        wanting.sort(key=lambda view: (view.planned.reason != "known", places[view.planned.url]))
        if not wanting:
            return
        if lack := render.missing(self._settings.render):
            log.warning("nothing is rendered, %s pages want it: %s", len(wanting), lack)
            return
        chosen = wanting[: self._settings.render.max_pages]
        log.info("rendering pages=%s of=%s", len(chosen), len(wanting))
        agent = user_agent(self._settings.fetch)
        with render.Renderer(
            self._settings.render, self._settings.fetch, night=self._night, user_agent=agent, refuses=refused_host
        ) as browser:
            for view in track(chosen, "rendering pages", len(chosen)):
                self._take_rendered(view, browser.render(view.page.final_url))

    def _take_rendered(self, view: View, rendered: FetchedPage) -> None:
        """What the browser shows counts beside what the page as sent shows; where the browser did not get to the page's end,
        a link that it shows counts, and the lack of one does not.
        """
        raw = view.seen
        page = replace(rendered, url=view.page.url, redirects=(*view.page.redirects, *rendered.redirects))
        shown = replace(page, outcome=Outcome.READABLE) if page.outcome in _SHOWS_SOMETHING and page.body else page
        seen = observe(shown, self._scopes, seen_in=SeenIn.BROWSER, names=self._names)
        in_html = {link.link_id for link in raw.sightings}
        sightings = (*raw.sightings, *(link for link in seen.sightings if link.link_id not in in_html))
        if page.outcome is Outcome.READABLE and seen.look.outcome == Outcome.READABLE:
            view.page, view.on_page = page, seen.sightings
            look = seen.look._replace(raw_outcome=raw.look.outcome, etag="", last_modified="")
        else:
            view.on_page = raw.sightings
            said = page.detail if page.outcome is not Outcome.READABLE else seen.look.detail
            look = raw.look._replace(detail=f"{raw.look.detail}; in a browser: {said}")
        look = look._replace(mentions=without_linked(look.mentions, {link.site for link in sightings}))
        view.seen = replace(raw, look=look, sightings=sightings)

    # Pages that may be error pages

    def _is_doubtful(self, view: View) -> bool:
        lacks = view.planned.links > 0 and view.seen.look.outcome == Outcome.READABLE and not view.seen.sightings
        return lacks and is_doubtful(view.seen.look, view.planned.signature)

    def _doubt(self, looked: Looked) -> None:
        """Settle what pages are that lost their links and are unlike their old selves."""
        doubtful = [view for view in looked.views if self._is_doubtful(view)]
        self._prober.ask(self._fetcher, {host_of(view.page.final_url): view.page.final_url for view in doubtful})
        looked.probes |= self._prober.tonight
        for view in doubtful:
            outcome, signature = self._prober.answer_of(host_of(view.page.final_url))
            view.seen = replace(view.seen, look=settle(view.seen.look, view.planned.signature, outcome, signature))

    # Evidence

    def _keep(self, view: View, looked: Looked) -> None:
        """Keep the page where the links to own sites that it shows are not those of the copy that is kept already."""
        if self._keeper is None or view.page.http_status is None or not _can_tell(view.seen.look):
            return
        own = [link for link in view.seen.sightings if link.site in self._own]
        now = archive.kept_hash((link.link_id, link.anchor, link.rel, link.followed) for link in own)
        vanished = not now and view.planned.kept_hash and view.planned.links
        if vanished or (now and now != view.planned.kept_hash):
            seen_in = SeenIn.BROWSER if view.seen.look.raw_outcome else SeenIn.HTML
            record = record_of(view.page.url)
            looked.kept.append({"record": record, "offset": self._keeper.keep(view.page, seen_in)})
            view.kept, view.kept_hash = f"{self._file}#{record}", now


def _turn_of(url: str) -> int:
    """The night of seven on which a known page's signature is made anew."""
    return crc32(url.encode()) % 7


def _with(seen: Observation, **facts: str) -> Observation:
    return replace(seen, look=seen.look._replace(**facts), sends_to="")  # type: ignore[arg-type]  # the facts are all text


def _can_tell(look: Look) -> bool:
    outcome = Outcome(look.outcome)
    return outcome is Outcome.READABLE or outcome.evidence is Evidence.GONE


def _keeps(settings: Settings) -> bool:
    if settings.evidence.warc == "off":
        return False
    if lack := archive.missing():
        log.warning("no page is kept as evidence: %s", lack)
    return not lack
