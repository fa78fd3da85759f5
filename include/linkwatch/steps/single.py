"""One page and one target, looked at right now: the whole line on one link, without Airflow, and nothing is kept."""

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch import schemas
from linkwatch.extract import Look, Sighting, looks_table, observe, sightings_table
from linkwatch.fetch import Fetcher
from linkwatch.model import FetchedPage, PageRequest, Role, Scope, Site
from linkwatch.settings import ConfirmSettings, FetchSettings, load_settings
from linkwatch.snapshots import FoldInputs, NightStore, diff_snapshots, fold_night
from linkwatch.urls import Scopes, canonical_url, link_id, registrable_domain


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a look at one page says about one target, and what a night would make of it."""

    page: FetchedPage
    look: Look
    target: str  # canonical URL, or a domain when every link to it was asked for
    seen: tuple[Sighting, ...]  # links to the target
    elsewhere: tuple[Sighting, ...]  # links to other addresses of the target's domain
    state_before: str  # of the link in the last snapshot; "" when it is not known there (or a domain was asked for)
    state_after: str  # what tonight would make of it
    change: str  # the change that would be told; "" for none


def explain_link(page_url: str, target: str) -> Explanation:
    """Look at `page_url` now and say what it shows of `target`. Raises SettingsError, BadUrlError.

    A target with a scheme is a URL ("https://example.com/" is the home page), one without is a domain and all its pages.
    """
    page_url = canonical_url(page_url)
    whole_domain = "/" not in target.rstrip("/")
    wanted = registrable_domain(target) if whole_domain else canonical_url(target)
    site = Site(registrable_domain(target), Role.OWN, Scope.DOMAIN)
    fetch, confirm, store = _surroundings()
    with Fetcher(fetch, night=datetime.now(UTC).date().isoformat()) as fetcher:
        [page] = fetcher.fetch([PageRequest(page_url)])
    observation = observe(page, Scopes([site]))
    seen = tuple(link for link in observation.sightings if whole_domain or link.target_url == wanted)
    elsewhere = tuple(link for link in observation.sightings if link not in seen)
    before, after, change = ("", "live" if seen else "", "")
    if not whole_domain:
        before, after, change = _what_a_night_would_say(store, confirm, site, observation.look, seen, page_url, wanted)
    return Explanation(page, observation.look, wanted, seen, elsewhere, before, after, change)


def _surroundings() -> tuple[FetchSettings, ConfirmSettings, NightStore | None]:
    """The user's settings and history where there are any; a single look needs neither."""
    if not os.environ.get("LINKWATCH_CONFIG"):
        return FetchSettings(), ConfirmSettings(), None
    settings = load_settings()
    return settings.fetch, settings.confirm, NightStore(settings.home)


def _what_a_night_would_say(
    store: NightStore | None,
    confirm: ConfirmSettings,
    site: Site,
    look: Look,
    seen: tuple[Sighting, ...],
    page_url: str,
    target: str,
) -> tuple[str, str, str]:
    """State before, state after and change, worked out by the very fold and diff of a night on this one link."""
    key = link_id(page_url, target)
    claim = {
        "source_url": page_url,
        "source_domain": registrable_domain(page_url),
        "claimed_by": "check",
        "says_lost": False,
        "target_url": target,
        "site": site.site,
        "link_id": key,
    }
    with tempfile.TemporaryDirectory(prefix="linkwatch-") as folder:
        scratch, night, last = NightStore(Path(folder)), "2000-01-02", "2000-01-01"
        latest = store.latest() if store else None
        if store and latest:
            links, pages = store.read_table(latest, "links"), store.read_table(latest, "pages")
            scratch.write_table(last, "links", links.filter(pc.equal(links["link_id"], key)))
            scratch.write_table(last, "pages", pages.filter(pc.equal(pages["url"], page_url)))
        scratch.write_table(night, "claims", pa.Table.from_pylist([claim], schemas.CLAIMS))
        scratch.write_table(night, "looks", looks_table([look]))
        scratch.write_table(night, "sightings", sightings_table(seen))
        before = scratch.path(last, "links") if scratch.has(last, "links") else None
        fold_night(
            FoldInputs(
                before_links=before,
                before_pages=scratch.path(last, "pages") if before else None,
                claims=scratch.path(night, "claims"),
                looks=[scratch.path(night, "looks")],
                sightings=[scratch.path(night, "sightings")],
            ),
            as_of=datetime.now(UTC),
            confirm=confirm,
            links_out=scratch.path(night, "links"),
            pages_out=scratch.path(night, "pages"),
        )
        known = scratch.read_table(last, "links", ["state"])["state"].to_pylist() if before else []
        [state] = scratch.read_table(night, "links", ["state"])["state"].to_pylist()
        kinds = diff_snapshots(before, scratch.path(night, "links"))["kind"].to_pylist()
    return (known[0] if known else ""), state, (kinds[0] if kinds else "")
