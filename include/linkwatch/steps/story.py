"""A link's whole story, from the tables and the folder of nights: what is known, since when, and on what evidence. Reads only."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from linkwatch import archive
from linkwatch.errors import StoreError
from linkwatch.settings import ConfirmSettings, load_settings
from linkwatch.snapshots import NightStore
from linkwatch.steps.telling import warehouse_of
from linkwatch.urls import canonical_url, link_id, page_key, registrable_domain
from linkwatch.warehouse import Engine, LinkStory, known_links, link_claims, link_story

NEAR = 8
"""Links that are named where the one that was asked for is not known."""

_ID = re.compile(r"-?\d{1,20}")
_KEPT = re.compile(r"(\d{4}-\d{2}-\d{2})/(kept-[\w-]+)\.warc\.gz#([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a page is kept as it was answered."""

    what: str  # "before the loss of 2026-11-22", …
    place: str  # "<night>/<WARC file>#<record>"
    had_the_link: bool  # it was kept before the link was lost or changed


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that is known of one link. `told` has rows of the tables; times are aware UTC."""

    told: LinkStory
    claims: Sequence[dict[str, Any]]  # what sources said in `night`: rows of `schemas.CLAIMS`
    claimed: Sequence[dict[str, Any]]  # first and last claim of each source: rows of `link_claim`
    night: str  # the last published night; "" before the first
    kept: Sequence[Kept]  # latest first
    confirm: ConfirmSettings  # what a loss takes


@dataclass(frozen=True, slots=True)
class Candidates:
    """No one link was named: why, and the links that may be meant (`link_id`, `source_url`, `target_url`, `state`)."""

    why: str
    links: Sequence[dict[str, Any]]


def tell_story(link: str, target: str = "") -> Story | Candidates:
    """The story of a link: `link` is a link_id, or a source page in any spelling, with or without its `target`.

    Raises SettingsError, BadUrlError for what is no address, and WarehouseError.
    """
    settings = load_settings()
    engine, store = warehouse_of(settings), NightStore(settings.home)
    found = _find(engine, link, target)
    if isinstance(found, Candidates):
        return found
    night, known = store.latest() or "", found.link["link_id"]
    return Story(found, _claims(store, night, known), link_claims(engine, known), night, _kept(found), settings.confirm)


def kept_page(place: str) -> archive.KeptPage:
    """A page as it was kept. Raises StoreError where it is not there, is damaged, or cannot be read on this machine."""
    named = _KEPT.fullmatch(place)
    if named is None:
        raise StoreError(f"store: {place!r} names no kept page; expected e.g. 2026-11-22/kept-0000.warc.gz#0123456789abcdef")
    if lack := archive.missing():
        raise StoreError(f"store: kept pages cannot be read: {lack}")
    night, name, record = named.groups()
    store = NightStore(load_settings().home)
    offsets = store.read_table(night, name, ["offset"], pc.field("record") == record)["offset"].to_pylist()
    if not offsets:
        raise StoreError(f"store: {place} is not in the night's archive; restore the night's folder from a backup")
    with store.open_file(night, f"{name}.warc.gz") as file:
        return archive.read_kept(file, offsets[0])


def _find(engine: Engine, link: str, target: str) -> LinkStory | Candidates:
    if not target and _ID.fullmatch(link):
        known = link_story(engine, int(link)) if abs(int(link)) < 2**63 else None
        return known or Candidates(f"no link has the id {link}; ids are in table `link`, and in the threads of messages", ())
    source = _address(link)
    if target:
        known = link_story(engine, link_id(source, _address(target)))
        return known or _near(engine, source, f"no link from {source} to {_address(target)} is known")
    on_page = _of_page(engine, source)
    if len(on_page) == 1:
        return link_story(engine, on_page[0]["link_id"]) or Candidates(f"{source} has no link any more", ())
    if on_page:
        return Candidates(f"{source} has {len(on_page)} known links; name the target too, or give the id", on_page)
    return _near(engine, source, f"no link from {source} is known")


def _address(text: str) -> str:
    """A canonical URL; the scheme may be left out, as it makes no other page."""
    return canonical_url(text if "//" in text else f"http://{text}")


def _of_page(engine: Engine, source: str) -> list[dict[str, Any]]:
    """Known links of a page, in whatever spelling it is known."""
    key = page_key(source)
    found = known_links(engine, registrable_domain(source), containing=key)
    return [entry for entry in found if page_key(entry["source_url"]) == key]


def _near(engine: Engine, source: str, why: str) -> Candidates:
    """Links that may be meant: those of the page, else those of its domain whose pages are spelled most alike."""
    links = _of_page(engine, source) or known_links(engine, registrable_domain(source))
    pages = difflib.get_close_matches(source, {entry["source_url"] for entry in links}, n=NEAR, cutoff=0)
    near = sorted((entry for entry in links if entry["source_url"] in pages), key=lambda entry: pages.index(entry["source_url"]))
    return Candidates(why, near[:NEAR])


def _claims(store: NightStore, night: str, key: int) -> list[dict[str, Any]]:
    """What sources said of a link in a night."""
    if not night or not store.has(night, "claims"):
        return []
    columns = ["claimed_by", "says_lost", "first_seen", "last_seen", "authority"]
    claims = store.read_table(night, "claims", columns, pc.field("link_id") == key)
    rows: list[dict[str, Any]] = claims.sort_by("claimed_by").to_pylist()
    return rows


def _kept(told: LinkStory) -> list[Kept]:
    """Kept pages that the changes speak of, and the last one that showed links to own sites; each place once."""
    found: dict[str, Kept] = {}
    for change in reversed(told.changes):
        for name, what in (("kept_now", "when it was told as"), ("kept_before", "before it was told as")):
            if place := change["evidence"].get(name):
                found.setdefault(place, Kept(f"{what} {change['kind']} on {change['night']}", place, name == "kept_before"))
    if told.page and (place := told.page["kept"]):
        found.setdefault(place, Kept("the last copy with links to own sites", place, False))
    return sorted(found.values(), key=lambda kept: kept.place.partition("/")[0], reverse=True)
