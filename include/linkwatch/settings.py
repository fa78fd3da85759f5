"""Settings: one TOML file and a few environment variables become one frozen `Settings`. An unknown key is an error.

    $LINKWATCH_CONFIG     the settings file; not set: the example world (`linkwatch.world` writes its own file)
    $LINKWATCH_HOME       snapshots, rejects, reports, the embedded warehouse; default: ~/.linkwatch
    $LINKWATCH_WAREHOUSE  SQLAlchemy URL; default: SQLite in the home

Secrets never stand in the file: Slack's token is an Airflow connection, the warehouse's password is in its variable.
Every key with its unit and default is in `include/linkwatch.example.toml`, and a test keeps the two together.
"""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from linkwatch.errors import SettingsError
from linkwatch.lexicon import TOPICS
from linkwatch.model import Scope, Severity, Site
from linkwatch.source_settings import SourceSettings, build_source, named
from linkwatch.suspicion_settings import FAMILIES, ReviewSettings, SuspicionSettings
from linkwatch.toml_tables import build, entries_of, read_toml, refuse_unknown, table_of
from linkwatch.urls import BadUrlError, canonical_url


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """`[fetch]`: how pages are read. Times in seconds, sizes in bytes."""

    contact: str = ""  # URL or mail address told in the user agent; required by courtesy when pages are not yours
    proxy: str = ""  # every page request goes through it; "{night}" becomes the night's date
    allow_private_addresses: bool = False
    shards: int = 4  # mapped check tasks; all pages of one host are in one shard
    concurrency: int = 64  # hosts read at the same time, per shard
    delay_s: float = 1.0  # between two requests to one host; robots.txt's Crawl-delay counts when longer
    max_crawl_delay_s: float = 30.0  # longer Crawl-delays are cut to this
    connect_timeout_s: float = 10.0
    read_timeout_s: float = 30.0  # for the whole page
    max_retry_after_s: float = 60.0  # a longer Retry-After ends the host for the night
    max_body_bytes: int = 10_000_000  # decompressed
    max_compressed_bytes: int = 5_000_000
    max_redirects: int = 10
    max_pages_per_host: int = 500  # a night
    max_pages: int = 100_000  # a night; the most valuable first


@dataclass(frozen=True, slots=True)
class ConfirmSettings:
    """`[confirm]`: when a missing link is lost."""

    checks: int = 2  # looks in a row that could tell and did not show it
    spacing_h: float = 20.0  # hours between two looks that count
    vanished_checks: int = 3  # failures in a row (DNS, 5xx, refused) before a page counts as vanished
    vanished_days: float = 6.0  # and at least so long
    brake_share: float = 0.25  # share of the pages that should answer tonight and cannot tell: losses wait
    brake_pages: int = 20  # of a night, a network or a host with fewer pages nothing waits
    recheck_after_min: float = 0.0  # second look of the same night at important pages that lack a link; 0: none
    important: tuple[str, ...] = ()  # source pages (URLs) or referring domains


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """`[render]`: pages whose links only a browser sees. Needs the extra `render` and an installed Chromium."""

    enabled: bool = False
    max_pages: int = 200  # a night and shard
    timeout_s: float = 20.0  # for a page
    executable: str = ""  # path of Chromium; empty: looked for under its usual names


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """`[evidence]`: pages kept as they were answered. Needs the extra `warc`."""

    warc: str = "own"  # "own": pages with links to own sites, before and after; "off"


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """`[audit]`: what a night's data must look like to be believed."""

    min_live_share: float = 0.7  # live links of a site against the median of its last nights; less holds the night
    warn_live_share: float = 1.5  # more than this only warns
    trailing_nights: int = 14
    max_inconclusive_share: float = 0.5  # share of tonight's looks that could not tell
    min_coverage_share: float = 0.95  # share of the plan that was looked at


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """`[slack]`: where messages go. The token is the password of the Airflow connection."""

    connection: str = "linkwatch_slack"
    channel: str = ""  # "#backlinks" or a channel id; empty: messages are printed
    ops_channel: str = ""  # held nights and failures; empty: `channel`
    max_lines: int = 20  # lines in a message before the rest is counted
    gains: bool = True  # tell gains too


@dataclass(frozen=True, slots=True)
class GapSettings:
    """`[gap]`: domains that link to competitors and not to you."""

    max_domains: int = 5000  # rows of the mart per own site, the best first


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """`[report]`: the weekly report."""

    weeks: int = 12  # of history in the charts
    top: int = 20  # referring domains listed


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a night needs to know, frozen."""

    home: Path
    warehouse_url: str
    sites: tuple[Site, ...]
    sources: tuple[SourceSettings, ...]
    fetch: FetchSettings = FetchSettings()
    confirm: ConfirmSettings = ConfirmSettings()
    render: RenderSettings = RenderSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    audit: AuditSettings = AuditSettings()
    slack: SlackSettings = SlackSettings()
    suspicion: SuspicionSettings = field(default_factory=SuspicionSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    gap: GapSettings = GapSettings()
    report: ReportSettings = ReportSettings()
    config_path: Path | None = None


_SECTIONS: dict[str, type] = {
    "fetch": FetchSettings,
    "confirm": ConfirmSettings,
    "render": RenderSettings,
    "evidence": EvidenceSettings,
    "audit": AuditSettings,
    "slack": SlackSettings,
    "suspicion": SuspicionSettings,
    "review": ReviewSettings,
    "gap": GapSettings,
    "report": ReportSettings,
}
_MAY_BE_ZERO = frozenset({"delay_s", "spacing_h", "max_redirects", "vanished_days", "recheck_after_min"})
_MIN_BRAND = 3
_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("evidence", "warc"): ("own", "off"),
    ("review", "min_severity"): tuple(Severity),
    ("suspicion", "allowed_topics"): tuple(TOPICS),
    ("suspicion", "shadow"): tuple(sorted(FAMILIES)),
}
_TABLES: dict[str, type] = {"site": Site, "source": SourceSettings}


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings file (default: `$LINKWATCH_CONFIG`) into `Settings`. Raises SettingsError."""
    environ = os.environ if environ is None else environ
    if path is None:
        named = environ.get("LINKWATCH_CONFIG", "")
        if not named:
            raise SettingsError(
                "settings: $LINKWATCH_CONFIG is not set; point it at a settings file "
                "(copy include/linkwatch.example.toml), or run `linkwatch nightly` for the example world"
            )
        path = Path(named)
    return parse_settings(read_toml(path), home=home_of(environ), environ=environ, config_path=path)


def home_of(environ: Mapping[str, str]) -> Path:
    """`$LINKWATCH_HOME`, or `~/.linkwatch`."""
    return Path(environ.get("LINKWATCH_HOME") or Path.home() / ".linkwatch").expanduser().absolute()


def parse_settings(
    document: Mapping[str, object],
    *,
    home: Path,
    environ: Mapping[str, str] | None = None,
    config_path: Path | None = None,
) -> Settings:
    """A parsed TOML document as `Settings`. Paths of sources are taken relative to the settings file."""
    refuse_unknown("", document, [*_SECTIONS, *_TABLES])
    sites = tuple(_site(entry, where) for where, entry in entries_of(document, "site"))
    if not sites:
        raise SettingsError('settings: no [[site]] is given; expected at least one, e.g. site = "example.com", role = "own"')
    _refuse_repeats("site", [site.site for site in sites])
    folder = config_path.absolute().parent if config_path else Path.cwd()
    sources = named(tuple(build_source(entry, where, sites, folder) for where, entry in entries_of(document, "source")))
    _refuse_repeats("source", [source.name for source in sources])
    if not sources:
        raise SettingsError('settings: no [[source]] is given; expected at least one, e.g. kind = "pages", path = "pages.txt"')
    sections = {name: build(kind, table_of(document, name), name) for name, kind in _SECTIONS.items()}
    partners = tuple(name.strip().lower().removeprefix("www.") for name in sections["suspicion"].partners)
    sections["suspicion"] = dataclasses.replace(sections["suspicion"], partners=partners)
    _check_ranges(sections)
    _check_words(sections)
    warehouse_url = (environ or {}).get("LINKWATCH_WAREHOUSE") or f"sqlite:///{home / 'linkwatch.sqlite'}"
    return Settings(
        home=home,
        warehouse_url=warehouse_url,
        sites=sites,
        sources=sources,
        config_path=config_path,
        **sections,
    )


def _refuse_repeats(table: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"settings: two [[{table}]] are named {name!r}; expected each name once")


def _site(entry: Mapping[str, object], where: str) -> Site:
    entry = {"scope": "domain", **entry}
    site: Site = build(Site, entry, where.rstrip("."))
    try:
        canonical_url(site.site if "//" in site.site else f"http://{site.site}")
    except BadUrlError as error:
        raise SettingsError(f"settings: {where}site is {site.site!r}; expected a domain such as example.com ({error})") from None
    if site.scope is not Scope.PREFIX and "/" in site.site:
        raise SettingsError(
            f'settings: {where}site is {site.site!r}, which has a path; add scope = "prefix", or name the host alone'
        )
    for word in site.brand:
        if sum(map(str.isalnum, word)) < _MIN_BRAND:
            raise SettingsError(
                f"settings: {where}brand has {word!r}; expected {_MIN_BRAND} letters or digits at least: shorter words are said "
                "on pages that mean somebody else. Leave it out; the domain counts as a name in any case"
            )
    name = site.site if site.scope is Scope.PREFIX else site.site.lower().rstrip(".")
    return dataclasses.replace(site, site=name)


def _check_ranges(sections: Mapping[str, object]) -> None:
    for section, values in sections.items():
        for entry in dataclasses.fields(values):  # type: ignore[arg-type]  # every section is a dataclass
            value = getattr(values, entry.name)
            where = f"{section}.{entry.name}"
            if isinstance(value, bool | str | tuple):
                continue
            if value < 0 or (value == 0 and entry.name not in _MAY_BE_ZERO):
                raise SettingsError(f"settings: {where} is {value}; expected more than 0")
            if entry.name.endswith("_share") and entry.name != "warn_live_share" and value > 1:
                raise SettingsError(f"settings: {where} is {value}; expected a share between 0 and 1")


def _check_words(sections: Mapping[str, object]) -> None:
    for (section, key), allowed in _WORDS.items():
        value = getattr(sections[section], key)
        for word in value if isinstance(value, tuple) else (value,):
            if word not in allowed:
                expected = ", ".join(f'"{choice}"' for choice in allowed)
                raise SettingsError(f"settings: {section}.{key} is {word!r}; expected one of {expected}")
    proxy = sections["fetch"].proxy  # type: ignore[attr-defined]  # FetchSettings
    if proxy and urlsplit(proxy).scheme not in ("http", "https", "socks5", "socks5h"):
        raise SettingsError(f'settings: fetch.proxy is {proxy!r}; expected e.g. "http://127.0.0.1:8899"')
