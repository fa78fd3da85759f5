"""A closer look at pages that show links, once per content: what rules of suspicion and link types rest on."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from linkwatch.extract import Look, Sighting
from linkwatch.extract.analysis import KIND, Analysis, Place, analyse, analyses_table, places_table
from linkwatch.model import FetchedPage, Outcome
from linkwatch.snapshots import NightStore, fold_analyses


class Analyst:
    """Analyses the pages that it is shown, but those whose content is known; a page costs some 15 ms, a known one nothing."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known
        self._analyses: list[Analysis] = []
        self._places: list[Place] = []

    def knows(self, url: str) -> bool:
        """True where some content of the page was analysed, as it is done today."""
        return url in self._known

    def look(self, page: FetchedPage, look: Look, sightings: Sequence[Sighting]) -> None:
        """Take a page that was looked at. One without links to watched sites is of no interest."""
        if sightings and look.outcome == Outcome.READABLE and look.content_hash != self._known.get(look.url):
            analysis, places = analyse(page, look, sightings)
            self._analyses.append(analysis)
            self._places.extend(places)

    def tables(self, as_of: datetime) -> tuple[pa.Table, pa.Table]:
        """What was found, as tables of ANALYSES and PLACES."""
        return analyses_table(self._analyses, as_of), places_table(self._places)


def analyst_of(store: NightStore, night: str, urls: Sequence[str]) -> Analyst:
    """An analyst who knows the contents that the last snapshot knows."""
    before = store.latest_before(night)
    if before is None or not store.has(before, "analyses"):
        return Analyst({})
    wanted = (pc.field("kind") == KIND) & pc.field("url").isin(urls)
    rows = store.read_table(before, "analyses", ["url", "content_hash"], wanted)
    return Analyst(dict(zip(rows["url"].to_pylist(), rows["content_hash"].to_pylist(), strict=True)))


def fold_analysed(store: NightStore, night: str, before: str | None) -> int:
    """Fold tonight's analyses into those of the night before; returns the number of pages that are known by one."""
    shards = [name.removeprefix("analyses-") for name in store.names(night, "analyses-")]
    return fold_analyses(
        _pair(store, before) if before and store.has(before, "analyses") else None,
        [_pair(store, night, f"-{shard}") for shard in shards],
        store.path(night, "pages"),
        _pair(store, night),
        store.as_of(night),
    )


def _pair(store: NightStore, night: str, shard: str = "") -> tuple[str, str]:
    return store.path(night, f"analyses{shard}"), store.path(night, f"places{shard}")
