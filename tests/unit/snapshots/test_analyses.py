"""Closer looks through nights: a page analysed anew replaces all that was known of it, and the others stay."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arrow_rows import make_table
from linkwatch import schemas
from linkwatch.analysis_schemas import ANALYSES, PLACES
from linkwatch.snapshots import fold_analyses

NIGHTS = [datetime(2026, 11, day, 3, tzinfo=UTC) for day in (20, 21, 22)]
SAME, HALF, OTHER = (np.concatenate([np.zeros(kept, "<u4"), np.ones(128 - kept, "<u4")]).tobytes() for kept in (128, 64, 0))


class Nights:
    """Nights of analyses in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before: tuple[str, str] | None = None
        self._night = -1

    def fold(self, *shards: list[dict[str, Any]], known: tuple[str, ...] = ("a", "b")) -> dict[str, dict[str, Any]]:
        """One more night of these analyses, a list a shard; what is known after it, by url."""
        self._night += 1
        tonight = [self._pair(f"{self._night}-{number}", rows) for number, rows in enumerate(shards)]
        pages = self._write("pages", make_table(schemas.PAGES, [{"url": url} for url in known]))
        out = (str(self._folder / f"analyses-{self._night}"), str(self._folder / f"places-{self._night}"))
        written = fold_analyses(self._before, tonight, pages, out, NIGHTS[self._night])
        self._before = out
        rows = pq.read_table(out[0]).to_pylist()
        assert len(rows) == written
        return {row["url"]: row for row in rows}

    def places(self) -> list[tuple[int, str]]:
        """Link and page of every place that is known."""
        assert self._before is not None
        return [(row["link_id"], row["url"]) for row in pq.read_table(self._before[1]).to_pylist()]

    def _pair(self, name: str, rows: list[dict[str, Any]]) -> tuple[str, str]:
        places = [{"link_id": link, "url": row["url"]} for row in rows for link in row.get("links", ())]
        pages = [{name: value for name, value in row.items() if name != "links"} for row in rows]
        return (
            self._write(f"analyses-{name}", make_table(ANALYSES, pages)),
            self._write(f"places-{name}", make_table(PLACES, places)),
        )

    def _write(self, name: str, table: pa.Table) -> str:
        path = self._folder / f"{name}.parquet"
        pq.write_table(table, path)
        return str(path)


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    """No night yet."""
    return Nights(tmp_path)


def page(url: str, signature: bytes = SAME, links: tuple[int, ...] = (), kind: str = "1") -> dict[str, Any]:
    """An analysis of a page."""
    return {"url": url, "signature": signature, "kind": kind, "links": links}


def shown(row: Mapping[str, Any]) -> tuple[object, ...]:
    """What a fold worked out."""
    return row["kept_share"], row["known_since"], row["turned_at"]


def test_a_page_analysed_anew_replaces_its_row_and_its_places(nights: Nights):
    """What stands on the page now counts, and nothing of what stood there."""
    nights.fold([page("a", links=(1, 2)), page("b", links=(5,))])
    known = nights.fold([page("a", HALF, links=(2, 9))])

    assert sorted(known) == ["a", "b"]
    assert nights.places() == [(2, "a"), (5, "b"), (9, "a")]


def test_a_page_in_two_shards_is_as_the_last_one_says(nights: Nights):
    """A second look in the same night replaces the first, with its places."""
    known = nights.fold([page("a", links=(1,))], [page("a", HALF, links=(2,))])

    assert known["a"]["signature"] == HALF
    assert nights.places() == [(2, "a")]


def test_a_page_that_is_no_longer_known_is_forgotten(nights: Nights):
    """Neither its row nor its places stay."""
    nights.fold([page("a", links=(1,)), page("b", links=(2,))])

    assert list(nights.fold([], known=("b",))) == ["b"]
    assert nights.places() == [(2, "b")]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (page("a", SAME), (1.0, NIGHTS[0], None)),
        (page("a", HALF), (0.5, NIGHTS[0], None)),
        (page("a", OTHER), (0.0, NIGHTS[0], NIGHTS[1])),
        (page("a", b""), (None, NIGHTS[0], None)),
        (page("a", OTHER, kind="2"), (None, NIGHTS[0], None)),
    ],
    ids=["same text", "half of it", "another text", "too short to say", "signed in another way"],
)
def test_how_much_of_the_text_stayed(nights: Nights, second: dict[str, Any], expected: tuple[object, ...]):
    """Two signatures of one kind tell it; a text that became another one is dated."""
    first = nights.fold([page("a")])
    assert shown(first["a"]) == (None, NIGHTS[0], None)
    assert shown(nights.fold([second])["a"]) == expected


def test_the_night_of_the_turn_is_remembered(nights: Nights):
    """A text that stays after it turned does not make the turn undone."""
    nights.fold([page("a")])
    nights.fold([page("a", OTHER)])

    assert shown(nights.fold([page("a", OTHER)])["a"]) == (1.0, NIGHTS[0], NIGHTS[1])
