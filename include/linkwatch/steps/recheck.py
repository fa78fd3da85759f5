"""A second look in the same night at important pages that lack a link: it can save a link, and never makes a loss faster.

A page may show its links a quarter of an hour later: a cache was cold, a template was being changed. What the second look
shows counts as seen; what it does not show is no second absence, as absences count once a night (`confirm.spacing_h`).
Off unless `confirm.recheck_after_min` is set. The waiting is not done here: a task waits, deferred, until `recheck_at`.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch import schemas
from linkwatch.model import Evidence, Outcome, State
from linkwatch.settings import Settings
from linkwatch.snapshots import NightStore
from linkwatch.steps.home import open_night_store
from linkwatch.steps.looking import look_at_shard
from linkwatch.steps.planned import planned_pages

log = logging.getLogger(__name__)

_AGAIN = "-again"
_BEST_FIRST = sorted(
    Outcome,
    key=lambda outcome: (
        outcome is not Outcome.READABLE,
        [*Evidence].index(outcome.evidence),
        not outcome.proves_existence,
        outcome,
    ),
)
_NO_LOOKS = schemas.LOOKS.empty_table()
_CAN_TELL = pa.array([outcome for outcome in Outcome if outcome.evidence is not Evidence.INCONCLUSIVE], pa.string())
_EXPECTED = [State.LIVE.value, State.MISSING.value]


def doubtful_shards(night: str) -> list[int]:
    """Shards with an important page on which a look that could tell did not show a known link; none after the fold."""
    settings, store = open_night_store()
    doubtful = _doubtful_pages(settings, store, night)
    shards = sorted(pc.unique(doubtful["shard"]).to_pylist())
    log.info("doubted night=%s pages=%s shards=%s", night, doubtful.num_rows, len(shards))
    return shards


def recheck_at(night: str) -> datetime | None:
    """The moment of the night's second look; None where there is none. The first call settles it, a cleared task keeps it."""
    settings, store = open_night_store()
    if not _doubtful_pages(settings, store, night).num_rows:
        return None
    kept = store.read_facts(night, "recheck")
    if kept is None:
        at = datetime.now(UTC) + timedelta(minutes=settings.confirm.recheck_after_min)  # the edge: how long a page is given
        kept = {"at": at.isoformat()}
        store.write_facts(night, "recheck", kept)
    return datetime.fromisoformat(kept["at"])


def look_again(night: str, shard: int) -> dict[str, int]:
    """Look once more at the doubtful pages of a shard, as if never read before: a 304 would repeat what was doubted."""
    settings, store = open_night_store()
    name = f"{shard:04d}{_AGAIN}"
    if not store.has(night, f"looks-{name}"):
        urls = set(_doubtful_pages(settings, store, night)["url"].to_pylist())
        pages = [replace(page, etag="", last_modified="") for page in planned_pages(store, night, shard) if page.url in urls]
        look_at_shard(settings, store, night, pages, name)
    looked = store.read_table(night, f"looks-{name}", ["outcome"])
    counts = {"shard": shard, "pages": looked.num_rows, "readable": pc.sum(pc.equal(looked["outcome"], "readable")).as_py() or 0}
    log.info("looked again night=%s %s", night, counts)
    return counts


def one_look_each(store: NightStore, night: str, columns: Sequence[str]) -> pa.Table:
    """Tonight's looks, one a page: of a page that was looked at twice the look that could tell, as in `sql/one_look.sql`."""
    names = store.names(night, "looks-")
    looks = pa.concat_tables([_NO_LOOKS.select(columns), *(store.read_table(night, name, columns) for name in names)])
    if not any(name.endswith(_AGAIN) for name in names):
        return looks
    ranks = pc.index_in(looks["outcome"], pa.array(_BEST_FIRST, pa.string()))
    order = pc.sort_indices(looks.append_column("rank", ranks), [("rank", "ascending")])
    looks = looks.take(order)
    first = looks.select(["url"]).append_column("row", pa.array(range(len(looks)))).group_by("url").aggregate([("row", "min")])
    return looks.take(first["row_min"])


def _doubtful_pages(settings: Settings, store: NightStore, night: str) -> pa.Table:
    """Important pages (url, shard) that tonight's first look read, or found gone, without a link that they are known for."""
    before = store.latest_before(night)
    if not settings.confirm.recheck_after_min or before is None or store.read_facts(night, "fold") is not None:
        return schemas.PLAN.empty_table()
    pages = store.read_table(night, "plan", ["url", "shard"], pc.field("important"))
    looks = _first(store, night, "looks-", ["url", "outcome"])
    pages = pages.filter(pc.is_in(pages["url"], _of(looks, pc.is_in(looks["outcome"], _CAN_TELL), "url")))
    if not pages.num_rows:
        return pages
    seen = _first(store, night, "sightings-", ["link_id"])["link_id"].combine_chunks()
    as_before = _of(looks, pc.equal(looks["outcome"], Outcome.NOT_MODIFIED.value), "url")
    watched = [site.site for site in settings.sites]
    expected = pc.field("source_url").isin(pages["url"]) & pc.field("state").isin(_EXPECTED) & pc.field("site").isin(watched)
    known = store.read_table(before, "links", ["link_id", "source_url", "state"], expected)
    unchanged = pc.and_(pc.equal(known["state"], State.LIVE.value), pc.is_in(known["source_url"], as_before))
    lacking = known.filter(pc.invert(pc.or_(unchanged, pc.is_in(known["link_id"], seen))))
    return pages.filter(pc.is_in(pages["url"], lacking["source_url"].combine_chunks()))


def _first(store: NightStore, night: str, prefix: str, columns: Sequence[str]) -> pa.Table:
    """Rows of the night's first looks."""
    names = [name for name in store.names(night, prefix) if not name.endswith(_AGAIN)]
    return pa.concat_tables([store.read_table(night, name, columns) for name in names])


def _of(table: pa.Table, mask: pa.ChunkedArray, column: str) -> pa.Array:
    return table.filter(mask)[column].combine_chunks()
