"""DataForSEO over HTTP: how it is asked, what its items become, and what it says under HTTP 200."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis.dataforseo import plan_dataforseo_api, read_dataforseo_api
from servers import vendor_apis
from servers.vendor_apis import SITES, MemoryLedger, Reply, VendorServer
from servers.vendor_links import claims_of, dataforseo_answer, dataforseo_item, dataforseo_routes

pytestmark = pytest.mark.network

READ = partial(read_dataforseo_api, sleep=lambda _: None)
pull_of = partial(vendor_apis.pull_of, login="me@own.example")
PATH = "/v3/backlinks/backlinks/live"


def test_an_item_is_a_claim(tmp_path: Path):
    """Attributes are the rel, times are UTC, the domain's rank is its authority."""
    item = dataforseo_item(1, attributes=["nofollow", "UGC"], dofollow=False)
    with VendorServer(dataforseo_routes([item])) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url)
        claims = claims_of(pull, READ)

    said = ("source_url", "target_url", "anchor", "rel", "first_seen", "last_seen", "says_lost", "authority")
    first, last = datetime(2026, 1, 2, 12, 57, 46, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    expected = ("https://blog.example/1", "https://own.example/", "anchor 1", "nofollow ugc", first, last, False, 40.0)
    assert [tuple(claim[name] for name in said) for claim in claims] == [expected]
    assert (pull.notes.total, pull.notes.partial) == (1, [])


@pytest.mark.parametrize(
    ("values", "claimed", "refusal"),
    [
        ({"item_type": "image", "anchor": None}, ("https://own.example/", None, "", False), ""),
        ({"dofollow": False}, ("https://own.example/", "anchor 1", "nofollow", False), ""),
        ({"attributes": ["noopener"]}, ("https://own.example/", "anchor 1", "noopener", False), ""),
        ({"is_lost": True}, ("https://own.example/", "anchor 1", "", True), ""),
        ({"is_indirect_link": True}, (None, None, None, False), ""),
        ({"item_type": "redirect"}, None, "not a hyperlink: item_type redirect"),
        ({"item_type": "canonical"}, None, "not a hyperlink: item_type canonical"),
        ({"item_type": None}, None, "not a hyperlink: item_type None"),
        ({"url_from": "no address"}, None, "source page is no URL"),
    ],
)
def test_what_an_item_says(tmp_path: Path, values: dict[str, Any], claimed: tuple[Any, ...] | None, refusal: str):
    """An anchor or an image is a link, what leads elsewhere first is a page to look at, all else is refused."""
    with VendorServer(dataforseo_routes([dataforseo_item(1, **values)])) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url)
        claims = claims_of(pull, READ)
    said = [(claim["target_url"], claim["anchor"], claim["rel"], claim["says_lost"]) for claim in claims]
    assert said == ([claimed] if claimed else [])
    assert [reject.reason[: len(refusal)] for reject in pull.rejects.samples] == ([refusal] if refusal else [])


def test_pages_follow_the_token(tmp_path: Path):
    """The question stays the same but for the token; the answer's own cost is what is spent; no call for an empty page."""
    ledger = MemoryLedger()
    with VendorServer(dataforseo_routes([dataforseo_item(number) for number in range(2500)])) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url, ledger=ledger)
        claims = claims_of(pull, READ)
        asked = [request.json for request in vendor.requests]

    assert len({claim["source_url"] for claim in claims}) == 2500
    assert [task.pop("search_after_token", None) for [task] in asked] == [None, "t1000", "t2000"]
    assert asked == [asked[0]] * 3
    assert [(entry.rows, round(entry.units, 6)) for entry in ledger.entries] == [(1000, 0.05), (1000, 0.05), (500, 0.035)]
    assert (pull.notes.total, pull.notes.partial) == (2500, [])


def test_the_vendor_counts_what_was_left_out(tmp_path: Path):
    """A pull that read less than the vendor says there is is partial."""
    with VendorServer(dataforseo_routes([dataforseo_item(number) for number in range(3)], total=7)) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url)
        assert len(claims_of(pull, READ)) == 3
    assert pull.notes.total == 7
    assert pull.notes.partial == ["own.example: 3 of the 7 rows that there are were read (max_rows = 10,000)"]


@pytest.mark.parametrize("result", [None, [], [None], [{"total_count": 0, "items": None, "search_after_token": None}]])
def test_nobody_links_there(tmp_path: Path, result: Any):
    """A target that the vendor knows no link to is a complete pull of no rows, however that is said."""
    with VendorServer({PATH: lambda _: Reply(dataforseo_answer(result))}) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url)
        assert claims_of(pull, READ) == []
    assert (pull.notes.partial, pull.notes.total) == ([], 0)


_PREFIX = Site("www.own.example/docs/", Role.OWN, Scope.PREFIX)


@pytest.mark.parametrize(
    ("site", "question"),
    [
        (Site("own.example", Role.OWN, Scope.DOMAIN), {"target": "own.example", "include_subdomains": True}),
        (Site("www.own.example", Role.OWN, Scope.HOST), {"target": "own.example", "include_subdomains": False}),
        (_PREFIX, {"target": "own.example", "include_subdomains": False, "filters": ["url_to", "like", "%own.example/docs%"]}),
    ],
)
def test_a_site_is_asked_for_in_its_scope(tmp_path: Path, site: Site, question: dict[str, Any]):
    """One task: live links as they are, ranks to a hundred, without scheme and www."""
    with VendorServer(dataforseo_routes([])) as vendor:
        assert claims_of(pull_of("dataforseo_api", tmp_path, vendor.url, sites=(site,), max_rows=200), READ) == []
        [request] = vendor.requests
    always = {"mode": "as_is", "backlinks_status_type": "live", "exclude_internal_backlinks": True, "rank_scale": "one_hundred"}
    assert request.json == [{**always, **question, "limit": 200}]
    assert request.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("code", "claims", "asked"),
    [(40501, 1, 2), (40202, 0, 1), (40200, 0, 1), (50000, 0, 1)],
)
def test_a_task_that_failed_under_http_200(tmp_path: Path, code: int, claims: int, asked: int):
    """A task that the vendor refuses costs its own site; what concerns the account ends the pull."""
    sound = dataforseo_routes([dataforseo_item(1, url_to="https://rival.example/")])[PATH]
    refused = Reply(dataforseo_answer(None, 0.0, code=code, message="Invalid Field: 'target'."))

    def answer(request: Any) -> Reply:
        return refused if request.json[0]["target"] == "own.example" else sound(request)

    ledger = MemoryLedger()
    with VendorServer({PATH: answer}) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url, sites=SITES, ledger=ledger)
        if claims:
            assert len(claims_of(pull, READ)) == claims
            [why] = pull.notes.partial
        else:
            with pytest.raises(SourceError) as error:
                claims_of(pull, READ)
            why = str(error.value)
        assert len(vendor.requests) == asked
    assert f"it answered {code} about own.example: Invalid Field: 'target'." in why
    assert ledger.entries[0].units == 0.0


def test_an_answer_that_failed_as_a_whole(tmp_path: Path):
    """Without tasks the answer's own status says what is wrong; without a cost the call counts as priced."""
    body = {"status_code": 40100, "status_message": "You are not authorized.", "tasks": None}
    ledger = MemoryLedger()
    with VendorServer({PATH: lambda _: Reply(body)}) as vendor, pytest.raises(SourceError, match="it answered 40100"):
        claims_of(pull_of("dataforseo_api", tmp_path, vendor.url, ledger=ledger), READ)
    assert [entry.units for entry in ledger.entries] == [pytest.approx(0.06)]


def test_a_connection_without_login(tmp_path: Path):
    """A password alone does not sign in: the error says what else is expected, and nobody is asked."""
    with VendorServer({}) as vendor:
        pull = pull_of("dataforseo_api", tmp_path, vendor.url, login="")
        with pytest.raises(SourceError, match="connection 'vendor' has no login"):
            claims_of(pull, READ)
        assert vendor.requests == []


def test_the_plan_is_the_most_that_it_can_cost(tmp_path: Path):
    """A night's calls and dollars at most."""
    [call] = plan_dataforseo_api(pull_of("dataforseo_api", tmp_path, "", max_rows=2500).source, ["own.example"])
    assert (call.site, call.calls, round(call.units, 6), call.of) == ("own.example", 3, 0.18, "US dollars")
