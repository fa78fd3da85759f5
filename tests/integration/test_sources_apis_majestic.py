"""Majestic's API: what is asked for, flags, empty numbers, and errors with status 200."""

from collections import deque

import pytest

from linkwatch.errors import SourceError
from linkwatch.model import Role, Scope, Site
from linkwatch.sources.apis.majestic import PAGE_ROWS, read_majestic_api
from servers.link_vendors import Link, links, majestic
from servers.vendor_apis import KEY, Reply, VendorServer, pull_of

pytestmark = pytest.mark.network


def read(folder, known, faults=(), **settings):
    """The pull, its rows, and what was asked for."""
    with VendorServer(majestic(known), deque(faults)) as vendor:
        pull = pull_of("majestic_api", folder, vendor.url, **settings)
        rows = [row for batch in read_majestic_api(pull) for row in batch.to_pylist()]
    return pull, rows, vendor.requests


def changed(**fields):
    """A fault: these fields in every row."""

    def fault(reply):
        rows = [{**row, **fields} for row in reply.body["DataTables"]["BackLinks"]["Data"]]
        return Reply({**reply.body, "DataTables": {"BackLinks": {"Data": rows}}})

    return fault


def test_what_is_asked_for(tmp_path):
    """Fresh links without deleted ones, page by page."""
    _, _, requests = read(tmp_path, links(PAGE_ROWS + 50), max_rows=PAGE_ROWS + 20)
    assert requests[0].params == {
        "app_api_key": KEY,
        "cmd": "GetBackLinkData",
        "datasource": "fresh",
        "item": "own.example",
        "Count": "10000",
        "From": "0",
        "Mode": "1",
    }
    assert [(request.params["From"], request.params["Count"]) for request in requests[1:]] == [("10000", "20")]


@pytest.mark.parametrize(
    ("site", "scope", "item"),
    [("a.own.example", Scope.HOST, "a.own.example"), ("https://own.example/x/", Scope.PREFIX, "own.example")],
)
def test_a_part_of_a_host_is_asked_for_as_the_host(tmp_path, site, scope, item):
    """Rows beside the prefix are rejects."""
    pull, rows, (request,) = read(
        tmp_path,
        [Link("https://a.example/"), Link("https://b.example/", target=f"https://{item}/x/y")],
        sites=(Site(site, Role.OWN, scope),),
    )
    assert request.params["item"] == item
    assert "https://b.example/" in [row["source_url"] for row in rows]
    assert [reject.reason for reject in pull.rejects.samples] == ["target is on no watched site: https://own.example/"]


def test_what_a_row_says(tmp_path):
    """The rating is the page's Trust Flow."""
    _, (row,), _ = read(tmp_path, [Link("https://a.example/", nofollow=True)])
    assert (row["source_url"], row["target_url"], row["anchor"]) == ("https://a.example/", "https://own.example/", "own")
    assert (row["rel"], row["authority"], row["says_lost"]) == ("nofollow", None, False)
    assert (row["first_seen"].isoformat(), row["last_seen"].isoformat()) == (
        "2026-01-02T00:00:00+00:00",
        "2026-11-20T00:00:00+00:00",
    )


ROWS = {
    "a rating of the page": ({"SourceTrustFlow": "17"}, {"authority": None}),
    "no dates": ({"FirstIndexedDate": "", "LastSeenDate": " "}, {"first_seen": None, "last_seen": None}),
    "flags as text": ({"FlagNoFollow": "1"}, {"rel": "nofollow"}),
    "no flags": ({"FlagNoFollow": "", "FlagRedirect": ""}, {"rel": ""}),
    "deleted": ({"FlagDeleted": "1"}, {"says_lost": True}),
    "lost": ({"DateLost": "2026-11-01"}, {"says_lost": True}),
}


@pytest.mark.parametrize(("fields", "expected"), ROWS.values(), ids=ROWS)
def test_what_fields_say_in_their_several_forms(tmp_path, fields, expected):
    """Numbers come as numbers, as texts, or empty."""
    _, (row,), _ = read(tmp_path, [Link("https://a.example/")], [changed(**fields)])
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(("flag", "what"), [("FlagRedirect", "redirect"), ("FlagFrame", "frame"), ("FlagMention", "mention")])
def test_what_no_a_on_the_page_would_confirm_is_refused(tmp_path, flag, what):
    """Such a row would be claimed for ever and never found."""
    pull, rows, _ = read(tmp_path, [Link("https://a.example/")], [changed(**{flag: 1})])
    assert rows == []
    assert [reject.reason for reject in pull.rejects.samples] == [f"not a hyperlink: {what}"]


def test_an_error_with_status_200_is_an_error_and_costs_nothing(tmp_path):
    """It says what the vendor said, without the key that the vendor may quote."""
    fault = Reply({"Code": "InvalidAPIKey", "ErrorMessage": f"the key {KEY} is not known"})
    with VendorServer(majestic([]), deque([lambda _: fault])) as vendor:
        pull = pull_of("majestic_api", tmp_path, vendor.url)
        with pytest.raises(SourceError, match=r"InvalidAPIKey: the key \(key\) is not known") as error:
            list(read_majestic_api(pull))
    assert KEY not in str(error.value)
    assert pull.ledger.spent() == 0


CHANGED = [
    (Reply({"code": "OK"}), "no field Code"),
    (Reply({"Code": "OK", "DataTables": {}}), "no field DataTables.BackLinks"),
    (Reply({"Code": "OK", "DataTables": {"BackLinks": {"Rows": []}}}), "no field DataTables.BackLinks.Data"),
    (Reply({"Code": "OK", "DataTables": {"BackLinks": {"Data": [[]]}}}), r"has a list as DataTables.BackLinks.Data\[0\]"),
    (Reply([]), "no field Code"),
]


@pytest.mark.parametrize(("answer", "said"), CHANGED)
def test_a_changed_document_names_the_field(tmp_path, answer, said):
    """By its way through the document."""
    with pytest.raises(SourceError, match=said):
        read(tmp_path, [], [lambda _: answer])
