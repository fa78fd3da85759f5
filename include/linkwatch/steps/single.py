"""One page and one target, looked at right now: the whole line on one link, without Airflow, and nothing is kept."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch import schemas
from linkwatch.extract import Look, Sighting, looks_table, sightings_table, similarity
from linkwatch.model import FetchedPage, Role, Scope, Site
from linkwatch.settings import ConfirmSettings, EvidenceSettings, Settings, load_settings
from linkwatch.snapshots import FoldInputs, NightStore, diff_snapshots, fold_night
from linkwatch.source_settings import SourceSettings
from linkwatch.steps.looking import Looking, View
from linkwatch.steps.planned import PlannedPage
from linkwatch.steps.probing import Probe
from linkwatch.urls import Scopes, canonical_url, host_of, link_id, page_key, registrable_domain

_LAST, _NOW = "2000-01-01", "2000-01-02"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike the page's main text is to another one, in [0, 1]."""

    former_self: float | None  # to its last readable look that showed a known link; None when there is none to compare with
    sibling: float | None  # to the host's answer for an address that cannot exist; None when it was not asked
    sibling_outcome: str = ""  # what that answer was judged to be


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a night would make of a look. Rows of `schemas.LINKS` and `schemas.PAGES`; None where nothing is known."""

    link_before: Row | None
    link_after: Row | None
    page_after: Row | None
    change: str  # the change that would be told; "" for none
    as_of: datetime
    confirm: ConfirmSettings

    @property
    def state_before(self) -> str:
        """State of the link in the last snapshot; "" when it is not known there."""
        return str(self.link_before["state"]) if self.link_before else ""

    @property
    def state_after(self) -> str:
        """State that a night now would leave it in; "" where there is no link to speak of."""
        return str(self.link_after["state"]) if self.link_after else ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a look at one page says about one target, how that came about, and what a night would make of it."""

    page: FetchedPage
    look: Look
    target: str  # canonical URL, or a domain when every link to it was asked for
    seen: tuple[Sighting, ...]  # links to the target
    elsewhere: tuple[Sighting, ...]  # links to other addresses of the target's domain
    likeness: Likeness
    verdict: Verdict | None  # None when a domain was asked for: it is no one link


def explain_link(page_url: str, target: str) -> Explanation:
    """Look at `page_url` now and say what it shows of `target`. Raises SettingsError, BadUrlError.

    A target with a scheme is a URL ("https://example.com/" is the home page), one without is a domain and all its pages.
    """
    page_url = canonical_url(page_url)
    whole_domain = "/" not in target.rstrip("/")
    wanted = registrable_domain(target) if whole_domain else canonical_url(target)
    domain = registrable_domain(target)
    settings, store = _surroundings(wanted if not whole_domain else f"http://{wanted}/", domain)
    as_of = datetime.now(UTC)
    links, pages = _known(store, page_url)
    [page_url] = [*pages["url"].to_pylist(), *links["source_url"].to_pylist(), page_url][:1]  # as a night would ask for it
    planned = _planned(page_url, links, pages)
    view, probe = _look(settings, planned, as_of)
    sightings = tuple(view.seen.sightings)
    seen = tuple(link for link in sightings if whole_domain or page_key(link.target_url) == page_key(wanted))
    elsewhere = tuple(link for link in sightings if link not in seen and registrable_domain(link.target_url) == domain)
    likeness = Likeness(
        similarity(view.look.signature, planned.signature) if planned.signature and view.look.signature else None,
        similarity(view.look.signature, probe.probe_signature) if probe else None,
        probe.probe_outcome if probe else "",
    )
    verdict = None
    if not whole_domain:
        verdict = _what_a_night_would_say(settings, links, pages, view.look, seen, page_url, wanted, as_of)
    return Explanation(view.page, view.look, wanted, seen, elsewhere, likeness, verdict)


def _look(settings: Settings, planned: PlannedPage, as_of: datetime) -> tuple[View, Probe | None]:
    """The page's final look, as a night would come to it, and what its host answered for no page where that was asked."""
    with Looking(settings, as_of.date().isoformat(), as_of) as looking:
        looked = looking.look_at([planned])
    [view] = looked.views
    return view, looked.probes.get(host_of(view.page.final_url))


def _surroundings(target: str, domain: str) -> tuple[Settings, NightStore | None]:
    """The user's settings and history where there are any; a single look needs neither. A target that is not watched is today."""
    evidence, site = EvidenceSettings(warc="off"), Site(domain, Role.OWN, Scope.DOMAIN)
    if not os.environ.get("LINKWATCH_CONFIG"):
        return Settings(Path(), "", (site,), (SourceSettings("pages"),), evidence=evidence), None
    settings = load_settings()
    sites = settings.sites if Scopes(settings.sites).site_of(target) else (site,)
    return replace(settings, sites=sites, evidence=evidence), NightStore(settings.home)


def _known(store: NightStore | None, page_url: str) -> tuple[pa.Table, pa.Table]:
    """The page's links and its own row in the last snapshot, in whatever spelling they are known there."""
    latest = store.latest() if store else None
    if store is None or latest is None:
        return schemas.LINKS.empty_table(), schemas.PAGES.empty_table()
    domain = pc.field("source_domain") == registrable_domain(page_url)
    links, pages = (store.read_table(latest, name, where=domain) for name in ("links", "pages"))
    return _of_page(links, "source_url", page_url), _of_page(pages, "url", page_url)


def _of_page(rows: pa.Table, column: str, page_url: str) -> pa.Table:
    key = page_key(page_url)
    return rows.filter(pa.array([page_key(url) == key for url in rows[column].to_pylist()], pa.bool_()))


def _planned(page_url: str, links: pa.Table, pages: pa.Table) -> PlannedPage:
    """The page as a plan would have it, without validators: it is to be read whole."""
    known = [row for row in links.select(["state", "seen_in"]).to_pylist() if row["state"] in ("live", "missing")]
    [signature] = pages["signature"].to_pylist()[:1] or [""]
    rendered = any(row["seen_in"] == "browser" for row in known)
    return PlannedPage(page_url, reason="known" if known else "claimed", links=len(known), signature=signature, rendered=rendered)


def _what_a_night_would_say(
    settings: Settings,
    links: pa.Table,
    pages: pa.Table,
    look: Look,
    seen: tuple[Sighting, ...],
    page_url: str,
    target: str,
    as_of: datetime,
) -> Verdict:
    """Worked out by the very fold and diff of a night, on this one link."""
    key = link_id(page_url, target)
    before = links.filter(pc.equal(links["link_id"], key))
    claim = {
        "source_url": page_url,
        "source_domain": registrable_domain(page_url),
        "claimed_by": "check",
        "says_lost": False,
        "target_url": target,
        "site": Scopes(settings.sites).site_of(target),
        "link_id": key,
    }
    with tempfile.TemporaryDirectory(prefix="linkwatch-") as folder:
        scratch = NightStore(Path(folder))
        scratch.write_table(_LAST, "links", before)
        scratch.write_table(_LAST, "pages", pages)
        scratch.write_table(_NOW, "claims", pa.Table.from_pylist([claim], schemas.CLAIMS))
        scratch.write_table(_NOW, "looks", looks_table([look]))
        scratch.write_table(_NOW, "sightings", sightings_table(seen))
        last = scratch.path(_LAST, "links") if before.num_rows or pages.num_rows else None
        fold_night(
            FoldInputs(
                before_links=last,
                before_pages=scratch.path(_LAST, "pages") if last else None,
                claims=scratch.path(_NOW, "claims"),
                looks=[scratch.path(_NOW, "looks")],
                sightings=[scratch.path(_NOW, "sightings")],
            ),
            as_of=as_of,
            confirm=settings.confirm,
            links_out=scratch.path(_NOW, "links"),
            pages_out=scratch.path(_NOW, "pages"),
        )
        after = scratch.read_table(_NOW, "links", where=pc.field("link_id") == key)
        page_after = scratch.read_table(_NOW, "pages")
        kinds = diff_snapshots(last, scratch.path(_NOW, "links"))["kind"].to_pylist()
    return Verdict(_first(before), _first(after), _first(page_after), kinds[0] if kinds else "", as_of, settings.confirm)


def _first(rows: pa.Table) -> Row | None:
    found: list[dict[str, Any]] = rows.slice(0, 1).to_pylist()
    return found[0] if found else None
