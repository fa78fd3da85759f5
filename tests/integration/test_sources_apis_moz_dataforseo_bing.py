"""What goes wrong on the way to Moz, DataForSEO and Bing: tried again, kept as far as it went, or named; never the key."""

import copy
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from linkwatch.errors import SourceError
from linkwatch.sources import Pull
from linkwatch.sources.apis import API_SOURCES
from linkwatch.sources.apis.bing_webmaster import read_bing_webmaster
from linkwatch.sources.apis.dataforseo import read_dataforseo_api
from linkwatch.sources.apis.moz import read_moz_api
from servers.vendor_apis import KEY, Fault, MemoryLedger, Reply, Route, VendorServer, pull_of
from servers.vendor_links import bing_routes, claims_of, dataforseo_item, dataforseo_routes, moz_routes, moz_row

pytestmark = pytest.mark.network


@dataclass(frozen=True)
class _Vendor:
    """A vendor with two pages of links: its calls in order, and the rows that each of them brings."""

    kind: str
    read: Callable[..., Iterator[pa.RecordBatch]]
    routes: Mapping[str, Route]
    calls: tuple[int, ...]
    price: float  # of a call at most
    cost: Callable[[int], float]  # of a call that brought so many rows
    login: str = ""

    @property
    def second_page(self) -> int:
        """Which call asks for the second page of rows."""
        return [number for number, rows in enumerate(self.calls) if rows][1]


MOZ = _Vendor("moz_api", read_moz_api, moz_routes([moz_row(n) for n in range(80)]), (50, 30), 50.0, float)
DATAFORSEO = _Vendor(
    "dataforseo_api",
    read_dataforseo_api,
    dataforseo_routes([dataforseo_item(n) for n in range(1500)]),
    (1000, 500),
    0.06,
    lambda rows: 0.02 + 0.00003 * rows,
    login="me@own.example",
)
BING = _Vendor(
    "bing_webmaster",
    read_bing_webmaster,
    bing_routes({"https://own.example/": [(f"https://blog.example/{n}", "") for n in range(4)]}),
    (0, 0, 2, 2),
    0.0,
    lambda rows: 0.0,
)
VENDORS = [pytest.param(vendor, id=vendor.kind) for vendor in (MOZ, DATAFORSEO, BING)]
PAID = VENDORS[:2]


@dataclass
class _Read:
    """What came of a pull."""

    pull: Pull
    ledger: MemoryLedger
    claims: list[dict[str, Any]]
    error: str  # "" when it could be read
    waits: list[float]
    requests: int


def _read(vendor: _Vendor, folder: Path, *faults: Fault, before: float = 0.0, **settings: Any) -> _Read:
    ledger, waits, claims, error = MemoryLedger(before), [], [], ""
    with VendorServer(vendor.routes) as server:
        server.faults.extend(faults)
        pull = pull_of(vendor.kind, folder, server.url, ledger=ledger, **{"login": vendor.login, **settings})
        try:
            claims = claims_of(pull, lambda pull: vendor.read(pull, sleep=waits.append))
        except SourceError as problem:
            error = str(problem)
        return _Read(pull, ledger, claims, error, waits, len(server.requests))


def test_each_kind_has_its_reader():
    """The registry knows the readers that are tested here."""
    assert {vendor.kind: vendor.read for vendor in (MOZ, DATAFORSEO, BING)}.items() <= API_SOURCES.items()


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", ["429:7", "429@9", "500", "503", "dropped", "cut"])
def test_a_passing_fault_is_tried_again(vendor: _Vendor, fault: str, tmp_path: Path):
    """After a wait, for as long as the vendor says where it says so, the call is sent again and nothing is missing."""
    read = _read(vendor, tmp_path, "", fault)
    assert (read.error, len(read.claims), read.pull.notes.partial) == ("", sum(vendor.calls), [])
    assert read.requests == len(vendor.calls) + 1
    assert len(read.waits) == 1
    assert {"429:7": 7.0, "429@9": 9.0}.get(fault, read.waits[0]) == read.waits[0] > 0

    statuses = [entry.status for entry in read.ledger.entries]
    assert len(statuses) == read.requests
    assert statuses[1] == {"dropped": "reset", "cut": "cut off"}.get(fault, fault[:3])
    lost = vendor.price if fault in ("dropped", "cut") else 0.0  # the vendor may have done its work
    assert read.ledger.spent() == pytest.approx(sum(map(vendor.cost, vendor.calls)) + lost)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", ["503", "cut", "429:3600"])
def test_a_fault_that_stays(vendor: _Vendor, fault: str, tmp_path: Path):
    """On the first call the source is unreadable and says why; later what was read is kept, and the pull is partial."""
    tries = 1 if fault == "429:3600" else 4
    first = _read(vendor, tmp_path, *[fault] * tries)
    assert (first.claims, first.requests) == ([], tries)
    assert first.error.startswith(f"source {vendor.kind}: {vendor.kind} cannot be read: ")

    later = _read(vendor, tmp_path, *[""] * vendor.second_page, *[fault] * tries)
    kept = next(rows for rows in vendor.calls if rows)
    assert (later.error, len(later.claims), later.requests) == ("", kept, vendor.second_page + tries)
    assert [why.partition(" cannot be read: ")[0] for why in later.pull.notes.partial] == [
        f"own.example: source {vendor.kind}: {vendor.kind}"
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_half_a_body_that_ends_cleanly(vendor: _Vendor, tmp_path: Path):
    """A document that breaks off although its length is right is no JSON: the error says so, the call counts as priced."""
    read = _read(vendor, tmp_path, lambda reply: Reply(reply.payload[: len(reply.payload) // 2]))
    assert read.claims == []
    assert f"answer of {vendor.kind} (" in read.error
    assert "is no JSON: got" in read.error
    assert read.ledger.spent() == pytest.approx(vendor.price)


def _changed(*path: Any, to: Any = ...) -> Fault:
    """A schema that changed: what stands at `path` is another thing now, or gone."""

    def change(reply: Reply) -> Reply:
        body = copy.deepcopy(reply.body)
        part = body
        for step in path[:-1]:
            part = part[step]
        if to is ...:
            del part[path[-1]]
        else:
            part[path[-1]] = to
        return Reply(body)

    return change


ITEM = ("tasks", 0, "result", 0, "items", 0)


@pytest.mark.parametrize(
    ("vendor", "call", "change", "named"),
    [
        (MOZ, 0, _changed("results"), "answer of moz has no field results"),
        (MOZ, 0, _changed("results", 0, to=3), "answer of moz has a int as results[0], expected an object"),
        (MOZ, 0, _changed("results", 0, "source", "page"), "answer of moz has no field results[].source.page"),
        (MOZ, 0, _changed("results", 0, "target"), "answer of moz has no field results[].target"),
        (MOZ, 0, _changed("results", 0, "nofollow", to="no"), "answer of moz has a str as results[].nofollow, expected bool"),
        (MOZ, 0, _changed("results", 0, "anchor_text", to=[]), "answer of moz has a list as results[].anchor_text"),
        (MOZ, 0, _changed("next_token", to=5), "answer of moz has a int as next_token"),
        (DATAFORSEO, 0, _changed("status_code"), "answer of dataforseo has no field status_code"),
        (DATAFORSEO, 0, _changed("tasks", to={}), "answer of dataforseo has a dict as tasks"),
        (DATAFORSEO, 0, _changed("tasks", 0, "result"), "answer of dataforseo has no field tasks[].result"),
        (DATAFORSEO, 0, _changed(*ITEM[:-1]), "answer of dataforseo has no field tasks[].result[].items"),
        (DATAFORSEO, 0, _changed(*ITEM, "url_from"), "answer of dataforseo has no field items[].url_from"),
        (DATAFORSEO, 0, _changed(*ITEM, "item_type"), "answer of dataforseo has no field items[].item_type"),
        (DATAFORSEO, 0, _changed(*ITEM, "attributes", to="x"), "answer of dataforseo has a str as items[].attributes"),
        (DATAFORSEO, 0, _changed(*ITEM, "first_seen", to=1), "answer of dataforseo has a int as items[].first_seen"),
        (BING, 0, _changed("d", to={}), "answer of bing has a dict as d, expected list"),
        (BING, 0, _changed("d", 0, "IsVerified"), "answer of bing has no field d[].IsVerified"),
        (BING, 1, _changed("d", "Links"), "answer of bing has no field d.Links"),
        (BING, 1, _changed("d", "Links", 0, "Url"), "answer of bing has no field Links[].Url"),
        (BING, 2, _changed("d", "TotalPages", to="many"), "answer of bing has a str as d.TotalPages"),
        (BING, 2, _changed("d", "Details", 0, "AnchorText"), "answer of bing has no field Details[].AnchorText"),
        (BING, 2, _changed("d", "Details", 0, to=None), "answer of bing has no field Details[].Url"),
    ],
)
def test_a_changed_schema_names_the_field(vendor: _Vendor, call: int, change: Fault, named: str, tmp_path: Path):
    """A field that is gone or of another kind is named, with its place."""
    read = _read(vendor, tmp_path, *[""] * call, change)
    said = read.error or " ".join(read.pull.notes.partial)
    assert named in said
    assert "the vendor changed its interface" in said


@pytest.mark.parametrize("vendor", PAID)
def test_the_budget_ends_in_the_middle(vendor: _Vendor, tmp_path: Path):
    """A call that could go beyond the month's budget is not sent: what was read is kept, the rest is said to be missing."""
    first = vendor.cost(vendor.calls[0])
    read = _read(vendor, tmp_path, before=2 * vendor.price, budget_units=2 * vendor.price + first + vendor.price * 0.99)
    assert (read.error, len(read.claims), read.requests) == ("", vendor.calls[0], 1)
    assert read.ledger.spent() == pytest.approx(2 * vendor.price + first)
    [why] = read.pull.notes.partial
    assert why.startswith("own.example: the budget is spent: ")


@pytest.mark.parametrize(("vendor", "login"), [(MOZ, ""), (MOZ, "mozscape-1"), (DATAFORSEO, "me@own.example"), (BING, "")])
def test_the_key_is_shown_nowhere(vendor: _Vendor, login: str, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Neither an error, a note, a reject nor a log line has the key, even where the vendor says it back."""
    caplog.set_level(logging.DEBUG)
    said_back = {"message": f"bad key {KEY}", "ErrorCode": 3, "Message": f"bad key {KEY}"}
    reads = [
        _read(vendor, tmp_path, *faults, login=login)
        for faults in ([], ["dropped"] * 4, ["503"] * 4, [lambda _: Reply(said_back, 401)], [lambda _: Reply(said_back)])
    ]
    shown = [caplog.text, *(f"{read.error} {read.pull.notes} {read.pull} {read.pull.rejects.samples}" for read in reads)]
    assert [read.error == "" for read in reads] == [True, False, False, False, False]
    assert [text for text in shown if KEY in text or KEY.replace("/", "%2F") in text] == []
    assert "/" in caplog.text  # that something was logged at all
