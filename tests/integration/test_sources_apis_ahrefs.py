"""Ahrefs' API: what is asked for, what its rows mean, and pages without an offset."""

import json
from collections import deque
from dataclasses import replace

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis.ahrefs import COLUMNS, PAGE_ROWS, read_ahrefs_api
from servers.link_vendors import Link, ahrefs, links
from servers.vendor_apis import KEY, Reply, VendorServer, pull_of

pytestmark = pytest.mark.network


def read(folder, known, faults=(), **settings):
    """The pull, its rows, and what was asked for."""
    with VendorServer(ahrefs(known), deque(faults)) as vendor:
        pull = pull_of("ahrefs_api", folder, vendor.url, **settings)
        rows = [row for batch in read_ahrefs_api(pull) for row in batch.to_pylist()]
    return pull, rows, vendor.requests


def test_what_is_asked_for(tmp_path):
    """Live links, every one of them, few columns, the newest first; the key in a header."""
    _, _, (request,) = read(tmp_path, links(1), max_rows=7)
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.params == {
        "target": "own.example",
        "mode": "subdomains",
        "protocol": "both",
        "history": "live",
        "aggregation": "all",
        "select": ",".join(COLUMNS),
        "order_by": "first_seen_link:desc",
        "limit": "7",
        "output": "json",
    }


@pytest.mark.parametrize(
    ("site", "scope", "mode"),
    [
        ("own.example", Scope.DOMAIN, "subdomains"),
        ("a.own.example", Scope.HOST, "domain"),
        ("own.example/x/", Scope.PREFIX, "prefix"),
    ],
)
def test_the_scope_of_a_site_is_the_mode(tmp_path, site, scope, mode):
    """Rows that are not of the site would cost like those that are."""
    _, _, (request,) = read(tmp_path, [], sites=(Site(site, Role.OWN, scope),))
    assert (request.params["target"], request.params["mode"]) == (site, mode)


def test_what_a_row_says(tmp_path):
    """First seen is that of the link, last seen the last visit; the rating is the domain's; flags are rel."""
    _, (row,), _ = read(tmp_path, [Link("https://page.example/a", nofollow=True, sponsored=True, anchor="  Own \n site ")])
    assert row["source_url"] == "https://page.example/a"
    assert (row["target_url"], row["site"], row["claimed_by"]) == ("https://own.example/", "own.example", "ahrefs_api")
    assert (row["anchor"], row["rel"], row["authority"], row["says_lost"]) == ("Own site", "nofollow sponsored", 41.0, False)
    assert (row["first_seen"].isoformat(), row["last_seen"].isoformat()) == (
        "2026-01-02T03:04:05+00:00",
        "2026-11-20T00:00:00+00:00",
    )


SAYS_LOST = [({"lost": True}, True), ({"lost": True, "drop_reason": "dropped"}, False), ({}, False)]


@pytest.mark.parametrize(("facts", "says_lost"), SAYS_LOST)
def test_a_lost_link_is_a_hint_unless_the_index_was_cleared(tmp_path, facts, says_lost):
    """Should a dead link be among the live ones, it is not taken for a live one."""
    known = [Link("https://page.example/", **facts)]

    def with_lost(_):
        return Reply({"backlinks": [dict(zip(COLUMNS, values(known[0]), strict=True))]})

    with VendorServer({"/site-explorer/all-backlinks": with_lost}) as vendor:
        pull = pull_of("ahrefs_api", tmp_path, vendor.url)
        rows = [row for batch in read_ahrefs_api(pull) for row in batch.to_pylist()]
    assert [row["says_lost"] for row in rows] == [says_lost]


def values(link):
    """A row in the order of COLUMNS."""
    flags = (link.nofollow, link.ugc, link.sponsored, link.lost)
    return (link.source, link.target, link.anchor, link.kind, *flags, link.drop_reason, link.first_seen, link.last_seen, 41)


def test_dead_links_are_not_in_a_live_list(tmp_path):
    """The vendor's default would list them."""
    pull, rows, _ = read(tmp_path, [Link("https://a.example/"), Link("https://b.example/", lost=True)])
    assert [row["source_url"] for row in rows] == ["https://a.example/"]
    assert pull.notes.partial == []


@pytest.mark.parametrize("kind", ["redirect", "frame", "form", "canonical", "alternate", "rss", "something new"])
def test_what_no_a_on_the_page_would_confirm_is_refused(tmp_path, kind):
    """Such a row would be claimed for ever and never found."""
    pull, rows, _ = read(tmp_path, [Link("https://a.example/", kind=kind), Link("https://b.example/", kind="image")])
    assert [row["source_url"] for row in rows] == ["https://b.example/"]
    assert [reject.reason for reject in pull.rejects.samples] == [f"not a hyperlink: type {kind}"]


def test_pages_are_cut_by_time_and_shared_rows_come_once(tmp_path):
    """The next page begins with the last time of the page before; what was read already is left out."""
    known = [replace(link, first_seen=link.first_seen[:15] + "0:00Z") for link in links(PAGE_ROWS + 250)]  # ten a time
    pull, rows, (first, second) = read(tmp_path, known, max_rows=10**6)
    assert sorted(row["source_url"] for row in rows) == sorted(link.source for link in known)
    assert "where" not in first.params
    last = sorted((link.first_seen for link in known), reverse=True)[PAGE_ROWS - 1]
    assert json.loads(second.params["where"]) == {"field": "first_seen_link", "is": ["lte", last]}
    assert pull.notes.partial == []


@pytest.mark.parametrize("count", [PAGE_ROWS, PAGE_ROWS + 1, 3 * PAGE_ROWS])
def test_a_page_of_one_time_does_not_loop(tmp_path, count):
    """The rest of that time cannot be asked for: it is told, and older links are read."""
    at_once = [replace(link, first_seen="2026-05-05T00:00:00Z") for link in links(count)]
    pull, rows, requests = read(tmp_path, [*at_once, Link("https://older.example/")], max_rows=10**6)
    assert len(rows) == PAGE_ROWS + 1
    assert "https://older.example/" in {row["source_url"] for row in rows}
    assert len(requests) <= 3
    assert pull.notes.partial == [
        "own.example: more than 1,000 links were first seen at 2026-05-05T00:00:00Z; the rest of these is left out"
    ]


def test_links_without_a_time_end_the_list(tmp_path):
    """They come last, and nothing can be asked for behind them."""

    def without_times(reply):
        document = json.loads(reply.payload)
        for row in document["backlinks"][10:]:
            row["first_seen_link"] = None
        return Reply(document, headers=reply.headers)

    pull, rows, requests = read(tmp_path, links(PAGE_ROWS + 5), [without_times], max_rows=10**6)
    assert (len(rows), len(requests)) == (PAGE_ROWS, 1)
    assert "without a date of discovery" in pull.notes.partial[0]


def test_a_vendor_that_ignores_where_does_not_keep_us_for_ever(tmp_path):
    """The same page again and again would cost without end."""
    pull, rows, requests = read(tmp_path, links(PAGE_ROWS + 50), [lambda reply: reply, first_page_again], max_rows=10**6)
    assert (len(rows), len(requests)) == (PAGE_ROWS, 2)
    assert "first_seen_link" in pull.notes.partial[0]


def first_page_again(reply):
    """A fault: `where` was left aside."""
    rows = [dict(zip(COLUMNS, values(link), strict=True)) for link in reversed(links(PAGE_ROWS + 50))]
    return Reply({"backlinks": rows[:PAGE_ROWS]}, headers=reply.headers)


@pytest.mark.parametrize(
    ("headers", "units"),
    [({"x-api-units-cost-total-actual": "0"}, 0.0), ({}, 60.0), ({"x-api-units-cost-total-actual": "-5"}, 60.0)],
)
def test_a_call_costs_what_the_vendor_says(tmp_path, headers, units):
    """Answers from its cache are free; where it says nothing, the documented price holds."""
    pull, _, _ = read(tmp_path, links(5), [lambda reply: Reply(reply.body, headers=headers)])
    assert pull.ledger.spent() == units


def test_a_row_with_a_flag_of_another_kind_is_a_changed_interface(tmp_path):
    """The string "false" would be true otherwise."""
    fault = lambda reply: Reply(reply.payload.replace(b'"is_lost": false', b'"is_lost": "false"'))  # noqa: E731 - one use
    with pytest.raises(SourceError, match=r"answer of ahrefs has a str as backlinks\[\]\.is_lost, expected bool or null"):
        read(tmp_path, links(1), [fault])
