"""Which pages a night looks at, in which shard, and with which validators."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from linkwatch import schemas
from linkwatch.snapshots import plan_pages
from linkwatch.urls import host_of
from twins.rows import claim, row, write

NIGHT = datetime(2026, 11, 1, 3, tzinfo=UTC)
DAY = timedelta(days=1)


def known(link_id, state, source_url, target_url="https://own.example/", **values):
    """A link of the last snapshot."""
    known = {"site": "own.example", "source_url": source_url, "target_url": target_url, "state": state}
    return row(schemas.LINKS, link_id=link_id, **{**known, **values})


def page(url, outcome="readable", **values):
    """A page of the last snapshot, with validators."""
    return row(schemas.PAGES, url=url, outcome=outcome, etag='"1"', last_modified="Sun", last_readable_at=NIGHT - DAY, **values)


def plan(folder, *, claims=(), links=(), pages=(), **arguments):
    """The plan as rows."""
    usual = {"own_sites": ["own.example"], "shards": 4, "max_pages_per_host": 100, "max_pages": 1000}
    return plan_pages(
        claims=write(folder / "claims.parquet", claims, schemas.CLAIMS),
        before_links=write(folder / "links.parquet", links, schemas.LINKS),
        before_pages=write(folder / "pages.parquet", pages, schemas.PAGES),
        as_of=NIGHT,
        **(usual | arguments),
    ).to_pylist()


def test_the_first_night_looks_at_what_is_claimed(tmp_path):
    """Without a snapshot the plan is the claimed pages, each once."""
    claims = [claim(1, "https://a.example/1"), claim(2, "https://a.example/1"), claim(None, "https://b.example/")]
    path = write(tmp_path / "claims.parquet", claims, schemas.CLAIMS)
    table = plan_pages(
        claims=path, before_links=None, before_pages=None, own_sites=(), as_of=NIGHT, shards=1, max_pages_per_host=9, max_pages=9
    )
    assert table.schema == schemas.PLAN
    assert [(entry["url"], entry["reason"]) for entry in table.to_pylist()] == [
        ("https://a.example/1", "claimed"),
        ("https://b.example/", "claimed"),
    ]


@pytest.mark.parametrize(
    ("link", "claims", "expected"),
    [
        (known(1, "live", "https://a.example/"), [], ["known"]),
        (known(1, "missing", "https://a.example/"), [], ["known"]),
        (known(1, "unverified", "https://a.example/"), [], ["known"]),
        (known(1, "lost", "https://a.example/", lost_at=NIGHT - 90 * DAY), [], ["known"]),
        (known(1, "lost", "https://a.example/", lost_at=NIGHT - 91 * DAY), [], []),
        (known(1, "lost", "https://a.example/", lost_at=NIGHT - 91 * DAY), [claim(1, "https://a.example/")], ["claimed"]),
        (known(1, "live", "https://a.example/"), [claim(1, "https://a.example/")], ["known"]),
    ],
)
def test_pages_of_known_links(tmp_path, link, claims, expected):
    """Known links bring their page; what was lost long ago needs a new claim."""
    assert [entry["reason"] for entry in plan(tmp_path, links=[link], claims=claims)] == expected


def test_targets_of_own_sites(tmp_path):
    """Where an own site has a sitemap, the targets of its backlinks are looked at, too; those of other sites are not."""
    links = [
        known(1, "live", "https://a.example/"),
        known(2, "live", "https://a.example/", "https://r.example/", site="r.example"),
    ]
    entries = plan(tmp_path, links=links, target_sites=["own.example"])
    assert {(entry["url"], entry["reason"]) for entry in entries} == {
        ("https://a.example/", "known"),
        ("https://own.example/", "target"),
    }


def test_links_of_sites_no_longer_watched(tmp_path):
    """Nobody looks at a page for a site that is not watched any more."""
    links = [known(1, "live", "https://a.example/"), known(2, "live", "https://b.example/", site="gone.example")]
    assert [entry["url"] for entry in plan(tmp_path, links=links, watched={"own.example": NIGHT})] == ["https://a.example/"]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x:y@z",
        "http://a.example:8080/",
        "https://[2001:db8::1]:8443/?q=1",
        "http://127.0.0.1/",
        "https://xn--fa-hia.de/",
    ],
)
def test_hosts_and_shards(tmp_path, url):
    """The host is that of `urls.host_of`; the shard is a hash of it that every machine agrees on."""
    [entry] = plan(tmp_path, claims=[claim(None, url)], shards=7)
    assert entry["host"] == host_of(url)
    digest = hashlib.md5(entry["host"].encode()).hexdigest()  # noqa: S324  # spreads hosts, guards nothing
    assert entry["shard"] == int(digest[:8], 16) % 7


@pytest.mark.parametrize(
    ("outcome", "etag"),
    [("readable", '"1"'), ("not_modified", '"1"'), ("page_not_found", ""), ("timeout", ""), ("truncated", "")],
)
def test_validators_need_a_page_that_was_read(tmp_path, outcome, etag):
    """Only where the last look ended readable does "not modified" say that what was seen is still there."""
    url = "https://a.example/"
    [entry] = plan(tmp_path, links=[known(1, "live", url)], pages=[page(url, outcome)])
    assert entry["etag"] == etag
    assert bool(entry["last_modified"]) == bool(etag)


@pytest.mark.parametrize(
    ("links", "etag"),
    [
        ([], ""),
        ([known(7, "unverified", "https://a.example/")], ""),
        ([known(7, "unverified", "https://a.example/", refuted_at=NIGHT)], '"1"'),
        ([known(7, "live", "https://a.example/")], '"1"'),
        ([known(7, "live", "https://a.example/", seen_in="html")], '"1"'),
        ([known(7, "live", "https://a.example/", seen_in="browser")], ""),
        ([known(7, "missing", "https://a.example/", seen_in="browser")], ""),
    ],
)
def test_a_claim_that_no_look_settled_wants_the_whole_page(tmp_path, links, etag):
    """A page that a new link is claimed on, or that shows a link to browsers only, is read in full."""
    url = "https://a.example/"
    [entry] = plan(tmp_path, links=links, claims=[claim(7, url)], pages=[page(url)])
    assert entry["etag"] == etag


@pytest.mark.parametrize(("since", "etag"), [(NIGHT - DAY, '"1"'), (NIGHT, "")])
def test_a_new_site_wants_the_whole_page(tmp_path, since, etag):
    """Looks from before the newest site was watched did not search for it, so the page is read in full."""
    url = "https://a.example/"
    watched = {"old.example": NIGHT - 9 * DAY, "own.example": since}
    [entry] = plan(tmp_path, links=[known(1, "live", url)], pages=[page(url)], watched=watched)
    assert entry["etag"] == etag
