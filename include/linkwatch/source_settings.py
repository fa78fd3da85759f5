"""`[[source]]` of the settings: who says that there are links, and what each kind needs to be told.

Knows the kinds by name alone; what they do is in `linkwatch.sources`, and a test keeps the two together.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from linkwatch.errors import SettingsError
from linkwatch.model import Role, Site
from linkwatch.toml_tables import build

CHECKS = ("collapse", "stale", "identical", "cap", "schema")
"""What a source's claims are held for; `accept` waives some of them for one source."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of source cannot do without."""

    needs: tuple[str, ...]
    max_age_days: float = 0.0  # an export older than this is stale, unless the settings say otherwise; 0: it never is
    min_share: float = 0.5  # see SourceSettings; 0 where few claims are no fault
    own_site: bool = False  # `site` must name an own site


_EXPORT = Kind(("path",), max_age_days=35.0)  # monthly exports are usual, and a month has 31 days
_PAID = Kind(("connection", "budget_units"))
KINDS: dict[str, Kind] = {
    "pages": Kind(("path",)),
    "links_csv": Kind(("path",)),
    "ahrefs_csv": _EXPORT,
    "semrush_csv": _EXPORT,
    "majestic_csv": _EXPORT,
    "moz_csv": _EXPORT,
    "search_console_csv": _EXPORT,
    "ahrefs_api": _PAID,
    "semrush_api": _PAID,
    "majestic_api": _PAID,
    "moz_api": _PAID,
    "dataforseo_api": _PAID,
    "bing_webmaster": Kind(("connection",)),
    "commoncrawl": Kind(("path",), min_share=0.0),  # a file that was scanned before claims nothing anew
    "commoncrawl_ranks": Kind(("path",)),
    "sitemap": Kind(("site",), own_site=True),
    "crawl": Kind(("site",), own_site=True),
}
SOURCE_KINDS = tuple(KINDS)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One `[[source]]`: who says that there are links."""

    kind: str
    name: str = ""  # shown in `claimed_by`; default: the kind, numbered from the second on
    path: str = ""  # file, glob (relative to the settings file) or object-store URL
    site: str = ""  # sitemap, crawl: the own site; APIs: the one watched site to ask about, empty: all of them
    url: str = ""  # sitemap: its address (default: robots.txt's, then /sitemap.xml); crawl: where to begin
    columns: Mapping[str, str] = field(default_factory=dict)  # links_csv: our name = the file's header
    max_pages: int = 5000  # sitemap, crawl: own pages a night
    max_depth: int = 10  # crawl: clicks from where it begins
    connection: str = ""  # APIs: the Airflow connection with the key
    max_rows: int = 10_000  # APIs: rows a night and site
    budget_units: float = 0.0  # APIs: the vendor's units (credits, rows, dollars: docs/sources.md) a calendar month
    max_domains: int = 10_000_000  # commoncrawl_ranks: the best domains of the file; the rest has hardly any rank
    complete: bool = False  # files: the export has all links that the vendor knows: what it leaves out is a hint
    max_age_days: float = 0.0  # files: an older export is stale; 0: none is
    min_share: float = 0.5  # fewer claims than this share of the usual number are a collapse
    accept: tuple[str, ...] = ()  # checks that do not hold this source


def build_source(entry: Mapping[str, object], where: str, sites: tuple[Site, ...], folder: Path) -> SourceSettings:
    """One `[[source]]` of the file; `where` names it in errors, `folder` is where paths begin. Raises SettingsError."""
    kind = KINDS.get(str(entry.get("kind", "")))
    source: SourceSettings = build(SourceSettings, _with_defaults(entry, kind), where.rstrip("."))
    if kind is None:
        near = difflib.get_close_matches(source.kind, SOURCE_KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(SOURCE_KINDS)}"
        raise SettingsError(f"settings: {where}kind is {source.kind!r}; {hint}")
    _check_site(source, kind, where, sites)
    for need in kind.needs:
        if not getattr(source, need):
            raise SettingsError(f"settings: {where}{need} is missing; expected {_NEEDS[need]} source {source.kind} {_USES[need]}")
    _check_ranges(source, where)
    path = source.path if "://" in source.path or not source.path else str(folder / source.path)
    return dataclasses.replace(source, path=path)


_NEEDS = {
    "path": "the file that",
    "site": "the own site that",
    "connection": "the Airflow connection with the key that",
    "budget_units": "the units a month that",
}
_USES = {"path": "reads", "site": "walks", "connection": "signs in with", "budget_units": "may spend"}


def named(sources: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
    """The sources, each with a name: its own, or its kind, numbered from the second on. Raises SettingsError."""
    counts: dict[str, int] = {}
    found: list[SourceSettings] = []
    for source in sources:
        name = source.name
        if not name:
            counts[source.kind] = counts.get(source.kind, 0) + 1
            name = source.kind if counts[source.kind] == 1 else f"{source.kind}_{counts[source.kind]}"
        if "," in name or "/" in name:
            raise SettingsError(f"settings: source.name is {name!r}; expected a name without comma or slash")
        found.append(dataclasses.replace(source, name=name))
    return tuple(found)


def _with_defaults(entry: Mapping[str, object], kind: Kind | None) -> Mapping[str, object]:
    return {"max_age_days": kind.max_age_days, "min_share": kind.min_share, **entry} if kind else entry


def _check_site(source: SourceSettings, kind: Kind, where: str, sites: tuple[Site, ...]) -> None:
    known = [site.site for site in sites if site.role is Role.OWN or not kind.own_site]
    if (kind.own_site or source.site) and source.site not in known:
        what = "an own site" if kind.own_site else "a watched site"
        raise SettingsError(f"settings: {where}site is {source.site!r}; expected {what}: {', '.join(known) or 'none'}")


def _check_ranges(source: SourceSettings, where: str) -> None:
    for name in ("max_pages", "max_depth", "max_rows", "max_domains"):
        if getattr(source, name) < 1:
            raise SettingsError(f"settings: {where}{name} is {getattr(source, name)}; expected 1 or more")
    for name in ("budget_units", "max_age_days"):
        if getattr(source, name) < 0:
            raise SettingsError(f"settings: {where}{name} is {getattr(source, name)}; expected 0 or more")
    if not 0 <= source.min_share <= 1:
        raise SettingsError(f"settings: {where}min_share is {source.min_share}; expected a share between 0 and 1")
    for check in source.accept:
        if check not in CHECKS:
            raise SettingsError(f"settings: {where}accept names {check!r}; expected some of {', '.join(CHECKS)}")
