"""What a source's silence and the ranks of domains mean to the plan and the fold."""

from datetime import UTC, datetime, timedelta

import pytest

from linkwatch import schemas
from linkwatch.snapshots import changed_links, plan_pages
from twins.rows import claim, fold_rows, look, row, sighting, write, write_ranks

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)
OWN = "https://own.example/"


def link(number, **values):
    """A live link on a page of a host of its own."""
    usual = {"site": "own.example", "target_url": OWN, "state": "live", "followed": True, "zone": "content"}
    usual |= {"source_url": f"https://{number}.example/", "source_domain": f"{number}.example"}
    usual |= {"first_seen_at": NIGHT - 100 * DAY, "last_seen_at": NIGHT - DAY}
    return row(schemas.LINKS, link_id=number, **{**usual, **values})


def worths(folder, links, claims=(), **arguments):
    """Worth of each page, by the number of its link."""
    pages = [row(schemas.PAGES, url=entry["source_url"], outcome="readable", last_fetched_at=NIGHT - DAY) for entry in links]
    planned = plan_pages(
        claims=write(folder / "claims.parquet", claims, schemas.CLAIMS),
        before_links=write(folder / "links.parquet", links, schemas.LINKS),
        before_pages=write(folder / "pages.parquet", pages, schemas.PAGES),
        own_sites=["own.example"],
        as_of=NIGHT,
        shards=1,
        max_pages_per_host=9,
        max_pages=99,
        **arguments,
    )
    return {int(entry["url"].split("/")[2].split(".")[0]): entry["worth"] for entry in planned.to_pylist()}


@pytest.mark.parametrize(
    ("complete", "claimed", "is_hint"),
    [
        (None, [2], True),
        (["vendor"], [2], True),
        ([], [2], False),
        (["other"], [2], False),
        (["vendor"], [1, 2], False),  # it lists the link
        (["vendor"], [], False),  # it did not deliver
    ],
)
def test_silence_is_a_hint_only_of_a_complete_pull(tmp_path, complete, claimed, is_hint):
    """Where a source delivered all it knows and leaves a link out, its page is looked at sooner; else nothing follows."""
    links = [link(1, claimed_by="vendor"), link(2), link(3)]
    claims = [claim(number, f"https://{number}.example/", claimed_by="vendor") for number in claimed]
    found = worths(tmp_path, links, claims, complete=complete)
    assert (found[1] > found[3]) is is_hint


@pytest.mark.parametrize(
    ("values", "claims", "ranks", "better"),
    [
        ({}, [], {"1.example": 80.0, "3.example": 20.0}, True),
        ({}, [], {"1.example": 20.0, "3.example": 20.0}, False),
        ({"authority": 20.0}, [], {"1.example": 80.0, "3.example": 20.0}, False),  # a vendor rates it
        ({}, [claim(9, "https://1.example/x", authority=20.0)], {"1.example": 80.0, "3.example": 20.0}, False),
    ],
)
def test_a_rank_values_a_domain_that_no_vendor_rates(tmp_path, values, claims, ranks, better):
    """The vendor's word comes first."""
    found = worths(tmp_path, [link(1, **values), link(3)], claims, ranks=write_ranks(tmp_path, ranks))
    assert (found[1] > found[3]) is better


def test_without_ranks_and_with_a_rank_that_is_not_known(tmp_path):
    """A domain that has no authority in its row of ranks counts as one without."""
    links = [link(1), link(2, authority=50.0)]
    path = write(tmp_path / "ranks.parquet", [row(schemas.RANKS, domain="1.example")], schemas.RANKS)
    assert worths(tmp_path, links, ranks=path) == worths(tmp_path, links, ranks=None)


def test_the_fold_keeps_a_vendors_word_then_the_earlier_value_then_the_rank(tmp_path):
    """A link is rated by its rank while nobody else rates it; a rating alone changes no row for the warehouse."""
    page, ranks = "https://a.example/", {"a.example": 40.0, "b.example": 99.0}
    looks, seen = [[look(page)]], [[sighting(1, page)]]

    def night(number, before, *, claims=(), ranks=None):
        return fold_rows(tmp_path, before, as_of=NIGHT + number * DAY, looks=looks, sightings=seen, claims=claims, ranks=ranks)[
            :2
        ]

    first = night(0, None)
    (tmp_path / "links.parquet").rename(tmp_path / "first.parquet")
    ranked = night(1, first, ranks=ranks)
    changed = changed_links(str(tmp_path / "first.parquet"), str(tmp_path / "links.parquet"))
    other = night(2, ranked, ranks={"a.example": 10.0})
    said = night(3, other, ranks=ranks, claims=[claim(1, page, authority=7.0)])
    after = night(4, said, ranks=ranks)
    assert [links[0]["authority"] for links, _ in (first, ranked, other, said, after)] == [None, 40.0, 40.0, 7.0, 7.0]
    assert changed.num_rows == 0


def test_a_claimed_link_that_nobody_saw_is_ranked(tmp_path):
    """By the domain that its claim names."""
    links, _, _ = fold_rows(tmp_path, None, as_of=NIGHT, claims=[claim(1, "https://a.example/")], ranks={"a.example": 40.0})
    assert [(entry["state"], entry["authority"]) for entry in links] == [("unverified", 40.0)]
