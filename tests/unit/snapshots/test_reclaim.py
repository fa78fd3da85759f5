"""What backlinks to broken own addresses come to: which look counts, and what the links are worth."""

from datetime import UTC, datetime, timedelta

import pyarrow.parquet as pq
import pytest

from arrow_rows import make_links, make_pages, make_table
from linkwatch import own, schemas
from linkwatch.snapshots.plan import WEIGHTS, ZONES
from linkwatch.snapshots.reclaim import living_pages, troubled_targets

AS_OF = datetime(2026, 3, 2, 3, tzinfo=UTC)
EARLIER = AS_OF - timedelta(days=3)
OLD, OWN = "https://own.example/old", "https://own.example/"


@pytest.fixture
def troubled(tmp_path):
    """A function from links, pages and crawled pages (rows) to the rows of `troubled_targets`."""

    def run(links, pages=(), crawled=None):
        tables = {"links": make_links(links), "pages": make_pages(pages)}
        if crawled is not None:
            tables["own"] = make_table(
                schemas.OWN_PAGES, [{"final_url": row["url"], "redirects": "[]", **row} for row in crawled]
            )
        paths = {name: str(tmp_path / f"{name}.parquet") for name in tables}
        for name, table in tables.items():
            pq.write_table(table, paths[name])
        crawls = [paths["own"]] if crawled is not None else []
        telling = [outcome.value for outcome in own.TELLING]
        found = troubled_targets(paths["links"], paths["pages"], crawls, own_sites=["own.example"], telling=telling, as_of=AS_OF)
        return found.to_pylist()

    return run


def link(number: int = 1, **values: object) -> dict[str, object]:
    """A followed link in the content of a page of its own domain, to an own address."""
    return {"source_url": f"https://blog{number}.example/post", "target_url": OLD, **values}


def looked(outcome: str, at: datetime = AS_OF, **values: object) -> dict[str, object]:
    """The last look at the own address."""
    return {"url": OLD, "outcome": outcome, "last_fetched_at": at, "redirects": "[]", **values}


NOT_FOUND = looked("page_not_found", http_status=404)
CHAIN = '[[301, "https://own.example/b"], [301, "https://own.example/c"]]'


def test_what_links_are_worth(troubled):
    """As the plan has it: by authority, follow and place; of one referring domain the best link counts, and all are counted."""
    rows = troubled(
        [
            link(1, authority=60.0),
            link(1, source_url="https://blog1.example/second", authority=60.0, zone="footer"),
            link(2, authority=30.0, followed=False),
            link(3, zone="nav"),  # rated by nobody: the median of the others
            link(4, state="lost", authority=99.0),
            link(5, state="missing"),
            link(6, site="rival.example", target_url="https://rival.example/old"),
        ],
        [NOT_FOUND],
    )
    typical = 2 ** (60 / 15)  # the median of 60, 30 and 99, of lost links too
    value = 2 ** (60 / 15) + 2 ** (30 / 15) * WEIGHTS["nofollow"] + typical * ZONES["nav"]
    [row] = rows
    assert (row["links"], row["referring_domains"], row["best_source_url"]) == (4, 3, "https://blog1.example/post")
    assert row["value"] == pytest.approx(value)


LOOKS = {
    "never looked at": ([], None, None),
    "answers": ([looked("readable")], None, None),
    "gone": ([NOT_FOUND], None, "page_not_found"),
    "a time-out says nothing": ([looked("timeout")], None, None),
    "a time-out, and links remember": ([looked("timeout")], None, "page_gone"),
    "a chain": ([looked("readable", redirects=CHAIN, final_url="https://own.example/c")], None, "readable"),
    "a loop": ([looked("too_many_redirects", redirects=CHAIN)], None, "too_many_redirects"),
    "crawled tonight, looked at before": ([looked("page_not_found", EARLIER)], "readable", None),
    "looked at tonight, and crawled": ([NOT_FOUND], "readable", "page_not_found"),
    "the crawl cannot tell": ([looked("page_not_found", EARLIER)], "timeout", "page_not_found"),
    "the crawl alone": ([], "soft_404", "soft_404"),
}


@pytest.mark.parametrize(("pages", "crawled", "expected"), [pytest.param(*case, id=name) for name, case in LOOKS.items()])
def test_which_look_counts(pages, crawled, expected, troubled, request):
    """The latest look that could tell: tonight's as planned, tonight's crawl, an older one, what the links remember."""
    broken = "page_gone" if "remember" in request.node.callspec.id else ""
    rows = troubled([link(target_broken=broken)], pages, None if crawled is None else [{"url": OLD, "outcome": crawled}])
    assert [row["outcome"] for row in rows] == ([expected] if expected else [])


def test_order_anchors_and_title(troubled):
    """The most valuable first; the most usual anchors, and the title of the last readable look."""
    other = "https://own.example/other"
    anchors = ("maps", "trail maps", "trail maps", "", "a", "b", "c", "d")
    links = [link(number, anchor=anchor) for number, anchor in enumerate(anchors)]
    rows = troubled(
        [*links, link(9, target_url=other)], [NOT_FOUND | {"title": "Trail maps"}, {"url": other, "outcome": "page_gone"}]
    )
    assert [(row["target_url"], row["title"], row["anchors"]) for row in rows] == [
        (OLD, "Trail maps", ["trail maps", "a", "b", "c", "d"]),
        (other, "", []),
    ]


def test_living_pages(tmp_path):
    """Pages of the crawls and of the snapshot that answer, may be indexed, and name no other page as their own."""
    pages = [
        {"url": OWN, "title": "Home"},
        {"url": f"{OWN}hidden", "noindex": True},
        {"url": f"{OWN}copy", "canonical_url": OWN},
        {"url": OLD, "outcome": "page_not_found"},
        {"url": "https://blog.example/post"},
    ]
    pq.write_table(make_pages(pages), tmp_path / "pages.parquet")
    crawled = [{"url": f"{OWN}new", "outcome": "readable", "final_url": f"{OWN}new"}, {"url": f"{OWN}x", "outcome": "timeout"}]
    pq.write_table(make_table(schemas.OWN_PAGES, crawled), tmp_path / "own.parquet")
    found = living_pages(str(tmp_path / "pages.parquet"), [str(tmp_path / "own.parquet")], domains=["own.example"])
    assert [(row["url"], row["title"]) for row in found.to_pylist()] == [(OWN, "Home"), (f"{OWN}new", "")]
