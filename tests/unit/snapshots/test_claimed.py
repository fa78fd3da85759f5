"""First and last claim of each source: what a night adds, and what it tells the warehouse."""

import random
from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from linkwatch import schemas
from linkwatch.errors import StoreError
from linkwatch.snapshots import differing_rows, fold_claimed
from twins import claimed as slow
from twins.rows import claim, read, row, write

DAY = timedelta(days=1)
EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = "https://a.example/"
IDS = (2**53 + 1, 2**53 + 2, -(2**62), 7)


def said(link_id=7, by="ahrefs", at=EXPORTED, **values):
    """A claim of a link in an export of a date."""
    return claim(link_id, PAGE, claimed_by=by, claimed_at=at, **values)


def fold(folder, before, claims):
    """`fold_claimed` on rows; `before` None: there is no snapshot."""
    known = write(folder / "before.parquet", before, schemas.CLAIMED) if before is not None else None
    out = folder / "claimed.parquet"
    rows = fold_claimed(known, write(folder / "claims.parquet", claims, schemas.CLAIMS), str(out))
    assert pq.read_schema(out) == schemas.CLAIMED
    found = read(out)
    assert rows == len(found)
    return found


def differ(folder, before, after):
    """`differing_rows` on claims."""
    known = write(folder / "one.parquet", before, schemas.CLAIMED) if before is not None else None
    return differing_rows(known, write(folder / "two.parquet", after, schemas.CLAIMED), schemas.CLAIMED).to_pylist()


def test_each_source_has_its_first_and_its_last_claim(tmp_path):
    """A row a link and source, with the export's dates and the earliest and latest that it gives; a mere page has none."""
    first = [said(first_seen=EXPORTED - 9 * DAY, last_seen=EXPORTED - DAY), said(by="semrush"), claim(None, PAGE)]
    later = [said(at=EXPORTED + 7 * DAY, first_seen=EXPORTED - 3 * DAY, last_seen=EXPORTED + 5 * DAY)]
    one = row(schemas.CLAIMED, link_id=7, claimed_by="semrush", first_claimed_at=EXPORTED, last_claimed_at=EXPORTED)
    two = row(
        schemas.CLAIMED,
        link_id=7,
        claimed_by="ahrefs",
        first_claimed_at=EXPORTED,
        last_claimed_at=EXPORTED + 7 * DAY,
        first_seen=EXPORTED - 9 * DAY,
        last_seen=EXPORTED + 5 * DAY,
    )
    assert fold(tmp_path, fold(tmp_path, None, first), later) == [two, one]


def test_an_export_that_is_read_again_changes_nothing(tmp_path):
    """Its claims have its own date, whichever night reads it."""
    claims = [said(number, says_lost=number == 7) for number in IDS]
    once = fold(tmp_path, None, claims)
    assert fold(tmp_path, once, claims) == once
    assert differ(tmp_path, once, once) == []


@pytest.mark.parametrize(
    ("before", "tonight", "expected"),
    [
        (True, [(0, False)], False),  # the same date: tonight's word
        (True, [(1, False)], False),
        (False, [(1, True)], True),
        (True, [(-1, False)], True),  # an older export comes to light: no last word
        (False, [(1, True), (1, False)], True),  # two rows of one export
        (False, [(2, False), (1, True)], False),
    ],
)
def test_the_last_claim_says_whether_it_is_lost(tmp_path, before, tonight, expected):
    """By the date of the export."""
    known = fold(tmp_path, None, [said(says_lost=before)])
    [after] = fold(tmp_path, known, [said(at=EXPORTED + days * DAY, says_lost=lost) for days, lost in tonight])
    assert after["says_lost"] is expected


def test_what_differs_is_told(tmp_path):
    """Rows that are new or differ in any column; all of them where nothing is known."""
    known = fold(tmp_path, None, [said(1), said(2), said(3, by="semrush")])
    after = fold(tmp_path, known, [said(2, at=EXPORTED + DAY), said(3), said(4)])
    assert [(entry["link_id"], entry["claimed_by"]) for entry in differ(tmp_path, known, after)] == [
        (2, "ahrefs"),
        (3, "ahrefs"),
        (4, "ahrefs"),
    ]
    assert differ(tmp_path, None, after) == after


@pytest.mark.parametrize("seed", range(8))
def test_query_and_twin_agree(tmp_path, seed):
    """Over random nights the query says what the slow way says; ids beyond 2**53, dates that are not known, repeats."""
    rng = random.Random(seed)  # noqa: S311  # a small world, no secret

    def moment():
        return rng.choice([None, *(EXPORTED + days * DAY for days in range(-2, 3))])

    before = None
    for _ in range(4):
        claims = [
            said(
                *(rng.choice(IDS), rng.choice(["ahrefs", "semrush", "über"]), moment()),
                **{"says_lost": rng.random() < 0.4, "first_seen": moment(), "last_seen": moment()},
            )
            for _ in range(rng.randrange(12))
        ]
        claims += [claim(None, PAGE)] * rng.randrange(3)
        rng.shuffle(claims)
        after = fold(tmp_path, before, claims)
        assert after == slow.fold_claimed(before or [], claims)
        assert differ(tmp_path, before, after) == slow.differing(before or [], after)
        before = after


def test_a_damaged_file_is_said_so(tmp_path):
    """An error for people, and no file."""
    (tmp_path / "before.parquet").write_bytes(b"PAR1 and so on")
    claims = write(tmp_path / "claims.parquet", [said()], schemas.CLAIMS)
    with pytest.raises(StoreError, match="cannot read"):
        fold_claimed(str(tmp_path / "before.parquet"), claims, str(tmp_path / "out.parquet"))
    assert not (tmp_path / "out.parquet").exists()
