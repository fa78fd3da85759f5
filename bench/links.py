"""A home with two nights of many links, seeded: the first published, the second staged up to the point where fold begins.

Per million known links: 250,000 pages on some 40,000 referring domains, all of them looked at on both nights; three watched
sites; half of the links claimed by an export. On the second night 1 % of the known links are gone, 2 % have another anchor or
rel, and 1 % are new. `confirm.checks` is 1, so what is gone is lost at once and two nights are enough.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.pages import SEED

FIRST, SECOND = "2026-11-21", "2026-11-22"
SITES = ("own-shop.example", "rival-one.example", "rival-two.example")
GAINED, LOST, CHANGED = 0.01, 0.01, 0.02

_TARGETS = 3_000
_POOL = 20_000
_SHARDS = 4
_SETTINGS = """
site = [{sites}]
source = [{{ kind = "pages", path = "pages.txt" }}]
[confirm]
checks = 1
"""

Indices = Any  # a NumPy array of row numbers


def use(home: str) -> None:
    """Point linkwatch at the home, as its environment variables do."""
    os.environ |= {"LINKWATCH_HOME": home, "LINKWATCH_CONFIG": f"{home}/linkwatch.toml"}
    os.environ.pop("LINKWATCH_WAREHOUSE", None)


def make_home(home: str, links: int) -> Callable[[], dict[str, Any]]:
    """The two nights; answers with what the fold of the first one counted."""
    from linkwatch import steps

    Path(home).mkdir(parents=True, exist_ok=True)
    roles = ("own", "competitor", "competitor")
    sites = ", ".join(f'{{ site = "{site}", role = "{role}" }}' for site, role in zip(SITES, roles, strict=True))
    Path(home, "linkwatch.toml").write_text(_SETTINGS.format(sites=sites), encoding="utf-8")
    use(home)

    def work() -> dict[str, Any]:
        web = _Web(links)
        counts: dict[str, Any] = {}
        for night in (FIRST, SECOND):
            steps.begin(datetime.fromisoformat(f"{night}T03:00:00").replace(tzinfo=UTC))
            web.stage(night)
            if night == FIRST:
                counts = steps.fold(night)
                steps.publish(night)
        return counts

    return work


class _Web:
    """Pages, targets and links as row numbers into pools of text: a million rows are made in a few seconds."""

    def __init__(self, links: int) -> None:
        self.links, self.pages = links, max(links // 4, 1)
        self.rng = np.random.default_rng(SEED)
        domains = [f"{self._word(n)}{n}.{('com', 'org', 'de', 'co.uk')[n % 4]}" for n in range(max(self.pages // 6, 1))]
        domain_of_page = np.sort((len(domains) * self.rng.random(self.pages) ** 2).astype(np.int64))
        self.shard_of_page = domain_of_page % _SHARDS
        self.domain = pa.array(domains).take(pa.array(domain_of_page))
        self.host = pa.array([f"www.{domain}" for domain in self.domain.to_pylist()])
        self.url = pa.array([f"https://{host}/{self._word(n)}/post-{n}/" for n, host in enumerate(self.host.to_pylist())])
        self.target_site = pa.array([SITES[n * n % 7 % 3] for n in range(_TARGETS)])
        targets = enumerate(self.target_site.to_pylist())
        self.target = pa.array([f"https://www.{site}/{self._word(n)}/{n}/" for n, site in targets])
        self.words = pa.array([" ".join(self._word(n * 7 + k) for k in range(2 + n % 3)) for n in range(_POOL)])
        self.context = pa.array([" ".join(self._word(n * 11 + k) for k in range(11)) for n in range(_POOL)])
        known_domains = ",".join(f'"{domain}"' for domain in domains[:2_000])
        starts = (n * 997 % max(len(known_domains) - 400, 1) for n in range(_POOL))
        quoted = (known_domains[start : start + 40 + start % 160].split(",")[1:-1] for start in starts)
        self.domain_lists = pa.array([f"[{','.join(names)}]" for names in quoted])
        self._draw_links()

    def stage(self, night: str) -> None:
        """Write what fold begins with: claims, plan, looks and sightings."""
        from linkwatch import schemas
        from linkwatch.steps.night import open_night_store

        _, store = open_night_store()
        first, last = (0, self.links) if night == FIRST else (round(self.links * LOST), self.links + round(self.links * GAINED))
        rows = np.arange(first, last)
        changed = (rows < first + round(self.links * CHANGED)) & (night == SECOND)
        store.write_table(night, "claims", self._table(schemas.CLAIMS, self._claims()))
        pages = np.arange(self.pages)
        plan = self._pages(pages) | {"shard": pa.array(self.shard_of_page, pa.int32()), "reason": "known"}
        store.write_table(night, "plan", self._table(schemas.PLAN, plan))
        for shard in range(_SHARDS):
            mine = self.shard_of_page[self.page_of_link[rows]] == shard
            seen = self._sightings(rows[mine], changed[mine])
            store.write_table(night, f"sightings-{shard:04}", self._table(schemas.SIGHTINGS, seen))
            looks = self._looks(pages[self.shard_of_page == shard], night)
            store.write_table(night, f"looks-{shard:04}", self._table(schemas.LOOKS, looks))

    def _draw_links(self) -> None:
        from linkwatch.urls import link_id

        wanted = self.links + round(self.links * GAINED)
        page = self.rng.integers(0, self.pages, wanted * 11 // 10 + 50)
        target = (_TARGETS * self.rng.random(len(page)) ** 3).astype(np.int64)
        pairs = self.rng.permutation(np.unique(page * _TARGETS + target))[:wanted]
        self.page_of_link, self.target_of_link = pairs // _TARGETS, pairs % _TARGETS
        self.chance = self.rng.random(wanted)
        self.pick = self.rng.integers(0, _POOL, wanted)
        sources = self.url.take(pa.array(self.page_of_link)).to_pylist()
        targets = self.target.take(pa.array(self.target_of_link)).to_pylist()
        self.link_id = np.array([link_id(*pair) for pair in zip(sources, targets, strict=True)], np.int64)

    def _sightings(self, rows: Indices, changed: Indices) -> dict[str, Any]:
        chance, pick = self.chance[rows], self.pick[rows]
        other_rel = changed & (pick % 2 == 0)
        usual_rel = np.digitize(chance, (0.2, 0.9, 0.95))
        rel = np.where(other_rel, usual_rel != 1, usual_rel)
        rels, withheld = pa.array(("nofollow", "", "ugc", "noopener")), np.isin(rel, (0, 2))
        zones = pa.array(("content", "footer", "sidebar", "comment"))
        return self._link(rows) | {
            "position": pa.array((chance * 120).astype(np.int32)),
            "anchor": self.words.take(pa.array((pick + 7 * (changed & ~other_rel)) % _POOL)),
            "rel": rels.take(pa.array(rel.astype(np.int8))),
            "followed": pa.array(~withheld),
            "nofollow_by": pa.array(("", "rel")).take(pa.array(withheld.astype(np.int8))),
            "zone": zones.take(pa.array(np.digitize(pick % 100, (75, 85, 95)))),
            "element": pa.array(("text", "image")).take(pa.array((pick % 12 == 0).astype(np.int8))),
            "context_left": self.context.take(pa.array(pick)),
            "context_right": self.context.take(pa.array((pick * 3) % _POOL)),
        }

    def _claims(self) -> dict[str, Any]:
        rows = np.arange(0, self.links, 2)
        known = {"source_domain": self.domain.take(pa.array(self.page_of_link[rows])), "claimed_by": "ahrefs", "rel": ""}
        seen = pa.scalar(datetime(2026, 11, 1, tzinfo=UTC), pa.timestamp("us", tz="UTC"))
        known |= {"first_seen": seen, "last_seen": seen, "anchor": self.words.take(pa.array(self.pick[rows]))}
        return self._link(rows) | known

    def _link(self, rows: Indices) -> dict[str, Any]:
        target = pa.array(self.target_of_link[rows])
        return {
            "link_id": pa.array(self.link_id[rows]),
            "site": self.target_site.take(target),
            "source_url": self.url.take(pa.array(self.page_of_link[rows])),
            "target_url": self.target.take(target),
        }

    def _looks(self, pages: Indices, night: str) -> dict[str, Any]:
        numbers = pa.array(pages % _POOL)
        return self._pages(pages) | {
            "source_domain": self.domain.take(pa.array(pages)),
            "outcome": "readable",
            "http_status": pa.scalar(200, pa.int32()),
            "final_url": self.url.take(pa.array(pages)),
            "redirects": "[]",
            "detail": "the server answered 200",
            "title": self.context.take(numbers),
            "language": "en-gb",
            "meta_robots": "max-image-preview:large",
            "words": pa.array((pages * 37 % 2_000 + 60).astype(np.int32)),
            "external_links": pa.array((pages % 60).astype(np.int32)),
            "linked_domains": self.domain_lists.take(numbers),
            "content_hash": pa.array([f"{night[-2:]}{page * 2_654_435_761 % 2**56:014x}" for page in pages.tolist()]),
        }

    def _pages(self, pages: Indices) -> dict[str, Any]:
        rows = pa.array(pages)
        validators = {
            "etag": pa.array([f'"{page:x}"' for page in pages.tolist()]),
            "last_modified": "Sat, 21 Nov 2026 03:00:00 GMT",
        }
        return {"url": self.url.take(rows), "host": self.host.take(rows), **validators}

    @staticmethod
    def _table(schema: pa.Schema, columns: dict[str, Any]) -> pa.Table:
        """A table of `schema`: one value for all rows where a column is no array, blank where it is not given."""
        rows = next(len(column) for column in columns.values() if isinstance(column, pa.Array))
        blank = {pa.string(): "", pa.bool_(): False}
        values = [columns.get(field.name, None if field.nullable else blank.get(field.type, 0)) for field in schema]
        filled = [
            value if isinstance(value, pa.Array) else pa.repeat(_scalar(value, field.type), rows)
            for value, field in zip(values, schema, strict=True)
        ]
        return pa.table(filled, schema=schema)

    @staticmethod
    def _word(number: int) -> str:
        letters = "bcdfghklmnprstvw", "aeiou"
        return "".join(letters[k % 2][number // (k + 1) % len(letters[k % 2])] for k in range(4 + number % 4))


def _scalar(value: Any, kind: pa.DataType) -> pa.Scalar:
    return value if isinstance(value, pa.Scalar) else pa.scalar(value, kind)
