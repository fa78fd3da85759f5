"""Bing Webmaster over HTTP: which of the account's sites are asked about, page by page, and what a link becomes."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis import bing_webmaster
from linkwatch.sources.apis.bing_webmaster import plan_bing_webmaster, read_bing_webmaster
from servers.vendor_apis import KEY, SITES, MemoryLedger, Reply, VendorServer, pull_of
from servers.vendor_links import bing_routes, claims_of

pytestmark = pytest.mark.network

READ = partial(read_bing_webmaster, sleep=lambda _: None)
LINKS = {
    "https://own.example/": [(f"https://blog.example/{number}", f"anchor {number}") for number in range(5)],
    "https://own.example/a?b=c&d": [("https://news.example/", "")],
    "https://elsewhere.example/": [("https://blog.example/x", "not ours")],
}


@pytest.mark.parametrize("wrapped", [True, False])
def test_every_page_of_every_own_page_is_read(tmp_path: Path, wrapped: bool):
    """Own pages with links, two a page here, then the links to each: source, target, anchor, and nothing else is known."""
    ledger = MemoryLedger()
    with VendorServer(bing_routes(LINKS, wrapped=wrapped)) as vendor:
        pull = pull_of("bing_webmaster", tmp_path, vendor.url, ledger=ledger, budget_units=0.0)
        claims = claims_of(pull, READ)
        asked = [(request.path, request.params.get("link"), request.params.get("page")) for request in vendor.requests]

    expected = [(f"https://blog.example/{n}", "https://own.example/", f"anchor {n}") for n in range(5)]
    assert [(claim["source_url"], claim["target_url"], claim["anchor"]) for claim in claims] == [
        *expected,
        ("https://news.example/", "https://own.example/a?b=c&d", ""),
    ]
    assert {
        (claim["rel"], claim["first_seen"], claim["last_seen"], claim["says_lost"], claim["authority"]) for claim in claims
    } == {(None, None, None, False, None)}
    pages = [("/GetUrlLinks", "https://own.example/", str(page)) for page in range(3)]
    assert asked == [
        ("/GetUserSites", None, None),
        ("/GetLinkCounts", None, "0"),
        *pages,
        ("/GetUrlLinks", "https://own.example/a?b=c&d", "0"),
        ("/GetLinkCounts", None, "1"),
    ]
    assert (len(ledger.entries), ledger.spent(), pull.notes.units, pull.notes.partial) == (7, 0.0, 0.0, [])


_PREFIX = Site("own.example/docs/", Role.OWN, Scope.PREFIX)


@pytest.mark.parametrize(
    ("sites", "verified", "asked"),
    [
        (SITES, ["http://own.example/", "https://www.own.example/"], ["https://www.own.example/"]),
        (SITES, ["https://shop.own.example/", "https://own.example/"], ["https://shop.own.example/", "https://own.example/"]),
        (SITES, ["https://rival.example/", "http://own.example/"], ["http://own.example/"]),
        ((_PREFIX,), ["https://own.example/"], ["https://own.example/"]),
    ],
)
def test_bing_is_asked_about_its_own_spelling(tmp_path: Path, sites: Any, verified: Sequence[str], asked: list[str]):
    """The addresses that the account has verified are asked about: one of each site, own sites alone."""
    with VendorServer(bing_routes({}, verified=verified)) as vendor:
        assert claims_of(pull_of("bing_webmaster", tmp_path, vendor.url, sites=sites), READ) == []
        assert [request.params["siteUrl"] for request in vendor.requests[1:]] == asked


def test_links_beside_a_prefix_are_not_asked_for(tmp_path: Path):
    """Of a part of a host only the pages in it are asked about."""
    links = {
        "https://own.example/docs/a": [("https://blog.example/", "docs")],
        "https://own.example/b": [("https://blog.example/", "b")],
    }
    with VendorServer(bing_routes(links)) as vendor:
        claims = claims_of(pull_of("bing_webmaster", tmp_path, vendor.url, sites=(_PREFIX,)), READ)
    assert [claim["anchor"] for claim in claims] == ["docs"]


def test_a_site_that_the_account_does_not_have(tmp_path: Path):
    """The site that was never verified is named, with those that were and what to do; another one is read all the same."""
    other = Site("second.example", Role.OWN, Scope.DOMAIN)
    with VendorServer(bing_routes(LINKS)) as vendor:
        pull = pull_of("bing_webmaster", tmp_path, vendor.url, sites=(other, *SITES))
        assert len(claims_of(pull, READ)) == 6
        with pytest.raises(SourceError, match=r"no verified site for second\.example"):
            claims_of(pull_of("bing_webmaster", tmp_path, vendor.url, sites=(other,)), READ)
    [why] = pull.notes.partial
    assert "it has: https://own.example/; add and verify it at bing.com/webmasters" in why


def test_a_competitor_is_no_question_for_bing(tmp_path: Path):
    """A source that names a competitor's site says so, and nobody is asked."""
    with VendorServer(bing_routes(LINKS)) as vendor:
        pull = pull_of("bing_webmaster", tmp_path, vendor.url, sites=SITES, site="rival.example")
        with pytest.raises(SourceError, match=r"site is 'rival\.example'; expected an own site"):
            claims_of(pull, READ)
        assert vendor.requests == []


@pytest.mark.parametrize("status", [400, 200])
def test_a_wrong_key_names_the_connection(tmp_path: Path, status: int):
    """Bing refuses a key under HTTP 400: the error says where the key stands, and does not show it."""
    refused = Reply({"ErrorCode": 3, "Message": f"ERROR!!! InvalidApiKey {KEY}"}, status)
    refusal = r"InvalidApiKey.*look at the Airflow connection 'vendor'"
    with VendorServer({"/GetUserSites": lambda _: refused}) as vendor, pytest.raises(SourceError, match=refusal) as error:
        claims_of(pull_of("bing_webmaster", tmp_path, vendor.url), READ)
    assert KEY not in str(error.value)


def test_the_days_calls_end(tmp_path: Path):
    """A site of more pages than Bing takes calls a day is read as far as it goes, and the pull says why it is partial."""
    links = {f"https://own.example/{number}": [(f"https://blog.example/{number}", "")] for number in range(2000)}
    with VendorServer(bing_routes(links, page_rows=100)) as vendor:
        pull = pull_of("bing_webmaster", tmp_path, vendor.url)
        claims = claims_of(pull, READ)
        assert len(vendor.requests) == bing_webmaster.CALLS_A_NIGHT
    assert len(claims) == 1781  # the rest of the calls asked for the list of pages
    assert pull.notes.partial == ["own.example: Bing takes about 2,000 calls a day, and 1,800 were sent"]


def test_the_plan_costs_nothing(tmp_path: Path):
    """Calls at most, no units."""
    [call] = plan_bing_webmaster(pull_of("bing_webmaster", tmp_path, "").source, ["own.example", "second.example"])
    assert (call.site, call.calls, call.units) == ("own.example, second.example", 1800, 0.0)
