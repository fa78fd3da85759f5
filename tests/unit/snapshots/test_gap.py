"""The gap to competitors: what is in it and in which order, and the query against its twin on random small worlds."""

import os
import random
from datetime import UTC, datetime

import pytest

from arrow_rows import make_links, make_pages
from linkwatch import schemas
from linkwatch.errors import StoreError
from linkwatch.snapshots import find_gap
from linkwatch.snapshots.gap import GAP
from twins.gap import gap_of
from twins.rows import write

WORLDS = int(os.environ.get("LINKWATCH_TEST_WORLDS", "10")) * 4
OWN, RIVALS = ["own.example", "second.example"], ["rival.example", "other.example"]
SITES = [*OWN, *RIVALS]
AT = datetime(2026, 11, 1, 3, tzinfo=UTC)
BLOG = "https://blog.example/post"


def link(source: str = BLOG, site: str = "rival.example", **values: object) -> dict[str, object]:
    """A live, followed link in the content to a competitor's home page."""
    return {"source_url": source, "target_url": f"https://{site}/", "site": site, **values}


def gap(folder, links, pages=(), own=("own.example",), rivals=RIVALS, max_domains=100):
    """The gap as rows."""
    paths = (
        write(folder / "links.parquet", make_links(links).to_pylist(), schemas.LINKS),
        write(folder / "pages.parquet", make_pages(pages).to_pylist(), schemas.PAGES),
    )
    return find_gap(*paths, own, rivals, max_domains).to_pylist()


def test_a_row_says_who_is_linked_from_where_and_how_often(tmp_path):
    """Competitors, links, authority, and the most valuable link: followed before content before authority."""
    links = [
        link("https://blog.example/footer", zone="footer", authority=90.0),
        link("https://blog.example/plain", authority=30.0),
        link("https://blog.example/strong", "other.example", authority=40.0),
        link("https://blog.example/nofollow", "other.example", followed=False, authority=99.0),
    ]
    [row] = gap(tmp_path, links)
    assert row == {
        "site": "own.example",
        "source_domain": "blog.example",
        "competitors": 2,
        "competitor_sites": "other.example,rival.example",
        "links": 4,
        "links_followed": 3,
        "authority": 99.0,
        "best_page": "https://blog.example/strong",
        "best_target": "https://other.example/",
        "unlinked_mention": False,
        "mention_page": "",
        "rank": 1,
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], ["blog.example"]),
        ([link(BLOG, "own.example")], []),
        ([link(BLOG, "own.example", state="missing")], []),
        ([link("http://www.blog.example/other", "own.example")], []),
        ([link(BLOG, "own.example", state="unverified")], []),
        ([link(BLOG, "own.example", state="unverified", refuted_at=AT)], ["blog.example"]),
        ([link(BLOG, "own.example", state="lost")], ["blog.example"]),
        ([link(BLOG, "second.example")], ["blog.example"]),
        ([link("https://www.own.example/")], ["blog.example"]),
        ([link("https://www.other.example/partners")], ["blog.example"]),
        ([link("https://new.example/", state="missing")], ["blog.example"]),
        ([link("https://new.example/", state="unverified")], ["blog.example"]),
        ([link("https://new.example/", "elsewhere.example")], ["blog.example"]),
        ([link("https://new.example/")], ["blog.example", "new.example"]),
    ],
)
def test_who_is_in_the_gap(tmp_path, more, expected):
    """A live link to a competitor, none to the own site that may be there, and no watched site of its own."""
    assert [row["source_domain"] for row in gap(tmp_path, [link(), *more])] == expected


def test_the_order_weighs_authority_and_competitors(tmp_path):
    """Fifteen points are worth a second competitor; an unknown authority is the median; ties go by followed links, then name."""
    links = [
        *(link(f"https://two.example/{n}", site, authority=30.0) for n, site in enumerate(RIVALS)),
        link("https://strong.example/", authority=46.0),
        link("https://weaker.example/", authority=44.0),
        link("https://unknown.example/"),
        *(link(f"https://median.example/{n}", authority=44.0) for n in range(2)),
        link("https://weak.example/", authority=2.0),
    ]
    rows = gap(tmp_path, links)
    names = ["strong", "two", "median", "unknown", "weaker", "weak"]
    assert [(row["rank"], row["source_domain"]) for row in rows] == [(n, f"{name}.example") for n, name in enumerate(names, 1)]
    assert [row["source_domain"] for row in gap(tmp_path, links, max_domains=2)] == ["strong.example", "two.example"]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([], ""),
        ([{"url": BLOG, "mentions": "own.example"}], BLOG),
        ([{"url": BLOG, "mentions": "another.example,own.example"}], BLOG),
        ([{"url": BLOG, "mentions": "second.example"}], ""),
        ([{"url": "https://new.example/", "mentions": "own.example"}], ""),
        ([{"url": BLOG, "mentions": "own.example", "outcome": "page_gone"}], ""),
        ([{"url": BLOG, "mentions": "own.example", "outcome": "timeout"}], BLOG),
        ([{"url": f"https://blog.example/{n}", "mentions": "own.example"} for n in "a2"], "https://blog.example/2"),
        (
            [{"url": f"https://blog.example/{n}", "mentions": "own.example", "noindex": n == "a"} for n in "ab"],
            "https://blog.example/b",
        ),
        ([{"url": f"https://blog.example/{n}", "mentions": "own.example"} for n in ("a", "post")], BLOG),
    ],
)
def test_the_page_that_names_the_site(tmp_path, pages, expected):
    """The domain's best page first, then one that links to competitors, then one that is indexed, of pages that are there."""
    [row] = gap(tmp_path, [link(), link("https://blog.example/2", followed=False)], pages)
    assert (row["mention_page"], row["unlinked_mention"]) == (expected, bool(expected))


def test_without_competitors_there_is_no_gap(tmp_path):
    """Nobody to compare with, or nobody to compare: no rows, of the same shape."""
    assert gap(tmp_path, [link()], rivals=()) == []
    assert gap(tmp_path, [link()], own=()) == []


def test_a_damaged_snapshot_is_told(tmp_path):
    """A file that is no Parquet is named."""
    (tmp_path / "links.parquet").write_bytes(b"no Parquet")
    with pytest.raises(StoreError, match=r"links\.parquet"):
        find_gap(str(tmp_path / "links.parquet"), str(tmp_path / "links.parquet"), OWN, RIVALS, 10)


@pytest.mark.parametrize("seed", range(WORLDS))
def test_query_and_twin_agree(tmp_path, seed):
    """On a random world the query says what the slow way says."""
    rng = random.Random(seed)  # noqa: S311  # a test's own worlds
    domains = [f"d{n}.example" for n in range(8)] + ["rival.example", "own.example"]
    pages = [f"https://{rng.choice(['www.', ''])}{domain}/{n}" for domain in domains for n in range(3)]
    links = [
        link(
            rng.choice(pages),
            rng.choice([*RIVALS, *RIVALS, *SITES, "unwatched.example"]),
            target_url=f"https://t.example/{n}",
            state=rng.choice(["live", "live", "live", "missing", "lost", "unverified"]),
            refuted_at=rng.choice([None, AT]),
            followed=rng.random() < 0.6,
            zone=rng.choice(["content", "footer", "nav", ""]),
            authority=rng.choice([None, 10.0, 25.0, 40.0, 120.0]),
        )
        for n in range(rng.choice([5, 40]))
    ]
    facts = [
        {
            "url": url,
            "mentions": rng.choice(["", "", "own.example", "own.example,second.example", "gone.example"]),
            "outcome": rng.choice(["readable", "readable", "timeout", "soft_404"]),
            "noindex": rng.random() < 0.3,
        }
        for url in sorted(set(pages))
    ]
    own, most = rng.choice([OWN, OWN[:1]]), rng.choice([2, 100])
    expected = gap_of(make_links(links).to_pylist(), make_pages(facts).to_pylist(), own, RIVALS, most)
    found = gap(tmp_path, links, facts, own=own, max_domains=most)
    assert found == [{name: row[name] for name in GAP.names} for row in expected]
