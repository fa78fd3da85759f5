"""A year of links in small: a seeded web that loses links, and what a way of choosing pages finds out about it night by night.

The web's hazards are its own and not those of `linkwatch.snapshots.survival`: they differ by domain (log-normal, a twentieth of
the domains fifteen times as bad), fall with age, and strike links one by one or with their page. Looks are folded by the rule
of "What makes a link lost" for two absences on different nights, all of it and nothing else: no brake ever falls here. A test
keeps that in step with `fold_night`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from linkwatch import schemas
from linkwatch.model import Zone
from linkwatch.snapshots import plan_pages
from linkwatch.snapshots.plan import WEIGHTS, ZONES
from linkwatch.urls import link_id

START = datetime(2026, 1, 1, 3, tzinfo=UTC)
SITES = ("own.example", "rival.example")
UNKNOWN, LIVE, MISSING, LOST = range(4)

_ZONES = (Zone.CONTENT, Zone.COMMENT, Zone.SIDEBAR, Zone.FOOTER)
_STATES = pa.array(["unverified", "live", "missing", "lost"])
_NEVER = 1e9
_FAILS = 0.05  # share of looks that end in nothing, anywhere
_SHY = 0.1  # share of domains that block us now and then, for some ten nights
_SHUT = 0.02  # share of domains that block us for good

Array = Any  # a NumPy array, one entry a page or a link
Choose = Callable[["Watch", int], Array]
"""Of a watch and a night, pages in the order in which they are to be looked at."""


class Web:
    """Pages, their links and when each link ends, in days from the first night."""

    def __init__(self, pages: int, nights: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.nights, self.seed = nights, seed
        domains = max(pages * 2 // 9, 4)
        self.authority = np.minimum(np.exp(rng.normal(2.3, 0.9, domains)), 95)
        self.rated = rng.random(domains) < 0.7  # domains whose authority somebody told us
        pace = 0.0009 * np.exp(rng.normal(0, 0.9, domains)) * np.where(rng.random(domains) < 0.05, 15, 1)
        size = rng.pareto(1.2, domains) + 0.3
        arriving = round(pages * nights / 365 * 0.4)
        self.domain = rng.choice(domains, pages + arriving, p=size / size.sum())
        self.born = np.concatenate([np.full(pages, -_NEVER), np.sort(rng.random(arriving) * nights)])
        self.first_look = np.where(self.born < 0, -rng.integers(0, 4, pages + arriving), _NEVER)
        ends = self._ends(rng, 0.4 * pace[self.domain], self.born)
        self.page = np.repeat(np.arange(len(self.domain)), 1 + (rng.random(len(self.domain)) < 0.25))
        self.ends = np.minimum(ends[self.page], self._ends(rng, 0.6 * pace[self.domain[self.page]], self.born[self.page]))
        links = len(self.page)
        self.followed, self.own = rng.random(links) < 0.65, rng.random(links) < 0.5
        self.zone = rng.choice(len(_ZONES), links, p=[0.7, 0.1, 0.1, 0.1])
        self.shut = rng.random(domains) < _SHUT
        self._shy = np.where(rng.random(domains) < _SHY, rng.random(domains), -1)
        self._name()

    def unreadable(self, night: int) -> Array:
        """Which pages cannot tell on this night: the same for whoever asks."""
        spells = np.random.default_rng([self.seed, 7, night // 10]).random(len(self.authority)) < 0.25
        fails = np.random.default_rng([self.seed, 8, night]).random(len(self.domain)) < _FAILS
        return fails | (self.shut | ((self._shy >= 0) & spells))[self.domain]

    def value(self, of_authority: Array) -> Array:
        """Value of each link, when a domain of each authority is worth `of_authority`."""
        zones = np.array([ZONES[zone] for zone in _ZONES])[self.zone]
        follow, own = np.where(self.followed, 1, WEIGHTS["nofollow"]), np.where(self.own, 1, WEIGHTS["competitor"])
        return of_authority[self.domain[self.page]] * zones * follow * own

    def _ends(self, rng: np.random.Generator, hazard: Array, born: Array) -> Array:
        """When things end that are lost thrice as often in their first forty days; those born before the year are old."""
        spent = rng.exponential(1, len(hazard)) / hazard
        young = np.where(born < 0, 0, 40)
        return np.maximum(born, 0) + np.where(spent < 3 * young, spent / 3, spent - 2 * young)

    def _name(self) -> None:
        hosts = [f"d{number}.example" for number in range(len(self.authority))]
        self.host = pa.array(hosts).take(pa.array(self.domain))
        self.url = pa.array([f"https://{hosts[domain]}/{page}" for page, domain in enumerate(self.domain)])
        self.site = pa.array(SITES).take(pa.array((~self.own).astype(np.int8)))
        self.source = self.url.take(pa.array(self.page))
        self.target = pa.array([f"https://{site}/{link}" for link, site in enumerate(self.site.to_pylist())])
        ends = zip(self.source.to_pylist(), self.target.to_pylist(), strict=True)
        self.link_id = np.array([link_id(*pair) for pair in ends], np.int64)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a year: looks, and for each link the night on which its loss was told (a great number: never)."""

    looks: int
    lost_on: Array

    def days(self, web: Web, settled: int = 30) -> tuple[Array, Array]:
        """Links lost early enough to be told, and the days until each was; what was never told waits until the year's end."""
        lost = (web.ends > 0) & (web.ends < web.nights - settled) & ~web.shut[web.domain[web.page]]
        lost &= web.ends > web.born[web.page] + settled / 4  # gone before anybody saw it: no loss
        [links] = np.nonzero(lost)
        return links, np.minimum(self.lost_on[links], web.nights) - web.ends[links]


class Watch:
    """What is known of a web, one entry a page or a link; times are nights, a great negative number for never."""

    def __init__(self, web: Web) -> None:
        self.web = web
        seen = web.first_look < _NEVER
        self.fetched = np.where(seen, web.first_look, -_NEVER)
        self.concluded = self.fetched.copy()
        self.unsure = np.zeros(len(seen))
        self.state = np.where(seen[web.page], LIVE, UNKNOWN)
        self.first_seen = self.fetched[web.page].copy()
        self.last_seen = self.first_seen.copy()
        self.missing_since, self.absent, self.lost_on = (np.full(len(web.page), _NEVER) for _ in range(3))
        self.looks = 0

    def look(self, pages: Array, night: int) -> None:
        """Look at pages and fold what they show."""
        web = self.web
        chosen = np.zeros(len(self.fetched), bool)
        chosen[pages] = True
        self.looks += int(chosen.sum())
        told = chosen & ~web.unreadable(night)
        self.fetched[chosen] = night
        self.concluded[told] = night
        self.unsure[chosen] += 0.3 * (~told[chosen] - self.unsure[chosen])
        seen = told[web.page] & (web.ends > night)
        gone = told[web.page] & ~seen
        self.first_seen[seen & (self.state == UNKNOWN)] = night
        self.last_seen[seen] = night
        lost = gone & (self.state == MISSING) & (self.absent < night)
        missing = gone & (self.state == LIVE)
        self.state[seen], self.state[missing], self.state[lost] = LIVE, MISSING, LOST
        self.missing_since[missing] = night
        self.absent[missing | lost] = night
        self.lost_on[lost] = night

    def open_pages(self, night: int) -> Array:
        """Pages that somebody has claimed or that carry live or missing links: what a rival chooses from."""
        fresh = (self.concluded < -1e6) & (self.web.born <= night)
        alive = np.zeros(len(fresh), bool)
        alive[self.web.page[(self.state == LIVE) | (self.state == MISSING)]] = True
        return np.nonzero(fresh | alive)[0]

    def tables(self, night: int) -> dict[str, pa.Table]:
        """Claims, links and pages as `plan_pages` takes them; new pages are claimed until somebody looks."""
        web = self.web
        rating = pa.array(np.where(web.rated, web.authority, np.nan), from_pandas=True).take(pa.array(web.domain[web.page]))
        both = {"link_id": pa.array(web.link_id), "site": web.site, "source_url": web.source, "target_url": web.target}
        both |= {"source_domain": web.host.take(pa.array(web.page)), "authority": rating, "claimed_by": "export"}
        states = {name: times(getattr(self, name)) for name in ("first_seen", "missing_since")}
        zones = pa.array([zone.value for zone in _ZONES]).take(pa.array(web.zone))
        links = both | {
            **{"state": _STATES.take(pa.array(self.state)), "followed": pa.array(web.followed), "zone": zones},
            **{"first_seen_at": states["first_seen"], "missing_since": states["missing_since"]},
            **{"last_seen_at": times(self.last_seen), "last_absence_at": times(self.absent), "lost_at": times(self.lost_on)},
            "seen_in": "html",
        }
        looks = {"url": web.url, "host": web.host, "source_domain": web.host, "outcome": "readable"}
        looks |= {"unsure_share": pa.array(self.unsure), "last_fetched_at": times(self.fetched)}
        looks |= {"last_conclusive_at": times(self.concluded), "last_readable_at": times(self.concluded)}
        fresh = (self.concluded[web.page] < -1e6) & (web.born[web.page] <= night)
        return {
            "claims": table(schemas.CLAIMS, both).filter(pa.array(fresh)),
            "links": table(schemas.LINKS, links).filter(pa.array(self.state != UNKNOWN)),
            "pages": table(schemas.PAGES, looks).filter(pa.array(self.fetched > -1e6)),
        }


def watch_year(web: Web, choose: Choose, budget: int) -> Told:
    """Look at `budget` pages a night, as `choose` orders them."""
    watch = Watch(web)
    for night in range(1, web.nights + 1):
        watch.look(choose(watch, night)[:budget], night)
    return Told(watch.looks, watch.lost_on)


def ours(folder: Path, budget: int) -> Choose:
    """`plan_pages`, with its defaults."""

    def choose(watch: Watch, night: int) -> Array:
        paths = {name: str(folder / f"{name}.parquet") for name in ("claims", "links", "pages")}
        for name, rows in watch.tables(night).items():
            pq.write_table(rows, paths[name])
        planned = plan_pages(
            **{"claims": paths["claims"], "before_links": paths["links"], "before_pages": paths["pages"]},
            own_sites=SITES[:1],
            as_of=START + timedelta(days=night),
            shards=1,
            max_pages_per_host=500,
            max_pages=budget,
        )
        return np.array([int(url.rpartition("/")[2]) for url in planned["url"].to_pylist()], np.int64)

    return choose


def oldest(watch: Watch, night: int) -> Array:
    """Round-robin: the page whose last look is longest ago."""
    pages = watch.open_pages(night)
    return pages[np.argsort(watch.fetched[pages], kind="stable")]


def oldest_missing_first(watch: Watch, night: int) -> Array:
    """Round-robin that confirms at once: pages with a missing link, then the oldest look."""
    pages = watch.open_pages(night)
    missing = np.isin(pages, watch.web.page[watch.state == MISSING])
    return pages[np.lexsort((watch.fetched[pages], ~missing))]


def at_random(watch: Watch, night: int) -> Array:
    """Any page."""
    return np.random.default_rng([watch.web.seed, 9, night]).permutation(watch.open_pages(night))


def by_authority(watch: Watch, night: int) -> Array:
    """The domain of highest rating, unrated ones as the median; among equals the oldest look."""
    web, pages = watch.web, watch.open_pages(night)
    rating = np.where(web.rated, web.authority, np.median(web.authority[web.rated]))[web.domain[pages]]
    return pages[np.lexsort((watch.fetched[pages], -rating))]


def times(nights: Array) -> pa.Array:
    """Nights as moments; null for never."""
    never = np.abs(nights) > 1e6
    micros = np.where(never, 0, nights) * 86_400e6 + START.timestamp() * 1e6
    return pa.array(micros.astype("datetime64[us]"), pa.timestamp("us"), mask=never).cast(schemas.UTC_US)


def table(schema: pa.Schema, columns: dict[str, Any]) -> pa.Table:
    """A table of `schema`: one value for all rows where a column is no array, blank where it is not given."""
    rows = next(len(column) for column in columns.values() if isinstance(column, pa.Array))
    blank = {pa.string(): "", pa.bool_(): False}
    values = {field.name: columns.get(field.name, None if field.nullable else blank.get(field.type, 0)) for field in schema}
    filled = [
        value if isinstance(value, pa.Array) else pa.repeat(pa.scalar(value, schema.field(name).type), rows)
        for name, value in values.items()
    ]
    return pa.table(filled, schema=schema)
