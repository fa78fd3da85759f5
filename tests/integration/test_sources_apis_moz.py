"""Moz over HTTP: how it is asked, what its rows become, and where its pages end."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis.moz import plan_moz_api, read_moz_api
from linkwatch.sources.pull import PullFacts
from servers.vendor_apis import KEY, Entry, MemoryLedger, VendorServer, pull_of
from servers.vendor_links import claims_of, moz_routes, moz_row

pytestmark = pytest.mark.network

READ = partial(read_moz_api, sleep=lambda _: None)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_row_is_a_claim(tmp_path: Path):
    """Addresses get a scheme; anchor, nofollow, dates and the domain's authority are taken over; a lost one stays not lost."""
    row = moz_row(1, nofollow=True, date_disappeared="2026-02-01")
    with VendorServer(moz_routes([row])) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url)
        claims = claims_of(pull, READ)

    said = (
        "source_url",
        "target_url",
        "site",
        "anchor",
        "rel",
        "first_seen",
        "last_seen",
        "says_lost",
        "authority",
        "claimed_by",
    )
    first, last = _day("2026-01-02"), _day("2026-11-01")
    expected = ("https://blog.example/1", "https://own.example/", "own.example", "anchor 1", "nofollow", first, last, False, 40.0)
    assert [tuple(claim[name] for name in said) for claim in claims] == [(*expected, "moz_api")]
    assert (pull.notes.rows, pull.notes.partial, pull.notes.columns[:2]) == (1, [], ("source", "target"))


@pytest.mark.parametrize(
    ("values", "claimed", "refusal"),
    [
        ({}, ("https://own.example/", "", False), ""),
        ({"date_disappeared": "2026-11-02"}, ("https://own.example/", "", True), ""),
        ({"date_disappeared": "2026-11-01"}, ("https://own.example/", "", False), ""),
        ({"date_disappeared": "2026-02-01", "date_last_seen": None}, ("https://own.example/", "", True), ""),
        ({"date_disappeared": None}, ("https://own.example/", "", False), ""),
        ({"via_redirect": True}, (None, None, False), ""),
        ({"via_rel_canonical": True}, (None, None, False), ""),
        ({"redirect": True}, None, "not a hyperlink: redirect"),
        ({"rel_canonical": True}, None, "not a hyperlink: rel_canonical"),
        ({"target": {"page": "other.example/"}}, None, "target is on no watched site: https://other.example/"),
        ({"source": {"page": "http://blog.example/1"}}, ("https://own.example/", "", False), ""),
    ],
)
def test_what_a_row_says(tmp_path: Path, values: dict[str, Any], claimed: tuple[Any, ...] | None, refusal: str):
    """Lost only what disappeared after it was last seen; what leads elsewhere first is a page to look at; no link, no claim."""
    with VendorServer(moz_routes([moz_row(1, **values)])) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url)
        claims = claims_of(pull, READ)
    assert [(claim["target_url"], claim["rel"], claim["says_lost"]) for claim in claims] == ([claimed] if claimed else [])
    assert [reject.reason for reject in pull.rejects.samples] == ([refusal] if refusal else [])


def test_pages_follow_the_token(tmp_path: Path):
    """Fifty rows a call until there is no token; each call is entered at fifty and settled at the rows that came."""
    ledger = MemoryLedger()
    with VendorServer(moz_routes([moz_row(number) for number in range(120)])) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url, ledger=ledger)
        claims = claims_of(pull, READ)
        asked = [(request.json["limit"], request.json.get("next_token")) for request in vendor.requests]

    assert len({claim["source_url"] for claim in claims}) == 120
    assert asked == [(50, None), (50, "t50"), (50, "t100")]
    assert ledger.entries == [Entry("v2/links", float(rows), rows, "200") for rows in (50, 50, 20)]
    assert (pull.notes.units, PullFacts.of(pull, 120).status) == (120.0, "complete")


def test_max_rows_ends_it(tmp_path: Path):
    """No call is sent for rows that nobody wants, and the pull says that there may be more."""
    with VendorServer(moz_routes([moz_row(number) for number in range(120)])) as vendor:
        pull = pull_of("moz_api", tmp_path, vendor.url, max_rows=70)
        assert len(claims_of(pull, READ)) == 70
        assert len(vendor.requests) == 2
    assert pull.notes.partial == ["own.example: 70 rows were read (max_rows = 70); there may be more"]


@pytest.mark.parametrize(
    ("site", "question"),
    [
        (Site("own.example", Role.OWN, Scope.DOMAIN), {"target": "own.example", "target_scope": "root_domain"}),
        (Site("shop.own.example", Role.OWN, Scope.DOMAIN), {"target": "shop.own.example", "target_scope": "subdomain"}),
        (Site("own.example", Role.OWN, Scope.HOST), {"target": "own.example", "target_scope": "subdomain"}),
        (Site("own.example/docs/", Role.OWN, Scope.PREFIX), {"target": "own.example", "target_scope": "subdomain"}),
    ],
)
def test_a_site_is_asked_for_in_its_scope(tmp_path: Path, site: Site, question: dict[str, str]):
    """A registrable domain is asked for with its subdomains, all else by its host."""
    with VendorServer(moz_routes([])) as vendor:
        assert claims_of(pull_of("moz_api", tmp_path, vendor.url, sites=(site,)), READ) == []
        asked = vendor.requests[0].json
    assert asked == {**question, "filter": "external", "limit": 50}


def test_two_ways_to_sign_in(tmp_path: Path):
    """A password alone is the token; with a login it is Basic authentication, and no token is sent."""
    with VendorServer(moz_routes([])) as vendor:
        claims_of(pull_of("moz_api", tmp_path, vendor.url), READ)
        claims_of(pull_of("moz_api", tmp_path, vendor.url, login="mozscape-1"), READ)
        token, basic = (request.headers for request in vendor.requests)
    assert (token.get("x-moz-token"), token.get("authorization")) == (KEY, None)
    assert (basic.get("x-moz-token"), basic["authorization"].split()[0]) == (None, "Basic")


def test_the_plan_is_the_most_that_it_can_cost(tmp_path: Path):
    """A night's calls and rows at most, for each site."""
    source = pull_of("moz_api", tmp_path, "", max_rows=120).source
    assert [(call.site, call.calls, call.units, call.of) for call in plan_moz_api(source, ["a", "b"])] == [
        ("a", 3, 150.0, "rows"),
        ("b", 3, 150.0, "rows"),
    ]
