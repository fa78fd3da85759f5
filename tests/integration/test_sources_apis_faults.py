"""Every fault that a vendor may have, for Ahrefs, Semrush and Majestic alike: what is kept, what is told, what was spent."""

import logging
import traceback
from collections import deque
from dataclasses import dataclass, field

import pytest

from linkwatch.errors import SourceError
from linkwatch.sources import Pull
from linkwatch.sources.apis import API_SOURCES, PLANNERS, ahrefs, majestic, semrush
from servers.link_vendors import ROUTES, links
from servers.vendor_apis import KEY, SITES, MemoryLedger, Reply, VendorServer, pull_of

pytestmark = pytest.mark.network

PAGE = {"ahrefs_api": ahrefs.PAGE_ROWS, "semrush_api": semrush.PAGE_ROWS, "majestic_api": majestic.PAGE_ROWS}
ROW_COST = {"ahrefs_api": float(len(ahrefs.COLUMNS)), "semrush_api": semrush.UNITS_A_ROW, "majestic_api": 1.0}
VENDORS = tuple(PAGE)
FIELD = {"ahrefs_api": "url_from", "semrush_api": "source_url", "majestic_api": "SourceURL"}


@dataclass
class Read:
    """What came of a pull."""

    pull: Pull
    vendor: VendorServer
    sources: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    error: str = ""
    trace: str = ""

    @property
    def units(self) -> float:
        """That the ledger says were spent."""
        return self.pull.ledger.spent()


def read(kind, folder, known, faults=(), *, before=0.0, **settings) -> Read:
    """A pull of this kind from a vendor that knows these links."""
    with VendorServer(ROUTES[kind](known), deque(faults)) as vendor:
        result = Read(pull_of(kind, folder, vendor.url, ledger=MemoryLedger(before), **settings), vendor)
        try:
            for batch in API_SOURCES[kind](result.pull, sleep=result.slept.append):
                result.sources += batch["source_url"].to_pylist()
        except SourceError as error:
            result.error, result.trace = str(error), "".join(traceback.format_exception(error))
    result.pull.rejects.close()
    return result


@pytest.mark.parametrize("kind", VENDORS)
def test_all_pages_are_read_once(kind, tmp_path):
    """Every link comes once, the pull is complete, and what it cost is noted in the vendor's own units."""
    known = links(2 * PAGE[kind] + 3)
    result = read(kind, tmp_path, known, max_rows=10**6)
    assert sorted(result.sources) == sorted(link.source for link in known)
    assert (result.error, result.pull.notes.partial, result.pull.rejects.count) == ("", [], 0)
    assert result.pull.notes.rows == len(known)
    assert result.units == result.pull.notes.units >= len(known) * ROW_COST[kind]
    assert len({request.port for request in result.vendor.requests}) == 1


@pytest.mark.parametrize("kind", VENDORS)
def test_a_site_without_links_is_no_error(kind, tmp_path):
    """Nobody links to a new site, and that is all that there is to know."""
    result = read(kind, tmp_path, [])
    assert (result.sources, result.error, result.pull.notes.partial) == ([], "", [])


@pytest.mark.parametrize("kind", VENDORS)
def test_max_rows_is_asked_for_and_told(kind, tmp_path):
    """No row beyond it is paid for."""
    result = read(kind, tmp_path, links(30), max_rows=10)
    assert len(result.sources) == 10
    assert result.pull.notes.partial == ["own.example: 10 rows were read (max_rows = 10); there may be more"]
    assert result.units == max(10 * ROW_COST[kind], ahrefs.MIN_UNITS if kind == "ahrefs_api" else 0)


@pytest.mark.parametrize("kind", VENDORS)
def test_a_night_costs_no_more_than_planned(kind, tmp_path):
    """The dry run is an upper bound where every site has more rows than are asked for."""
    result = read(kind, tmp_path, links(40), sites=SITES, max_rows=17)
    planned = PLANNERS[kind](result.pull.source, ["own.example", "rival.example"])
    assert [call.site for call in planned] == ["own.example", "rival.example"]
    assert result.units == sum(call.units for call in planned)
    assert len(result.vendor.requests) == sum(call.calls for call in planned)


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("faults", [["429:2"], ["503", "500"], ["dropped"], ["cut"]], ids=["429", "5xx", "dropped", "cut"])
def test_a_passing_fault_costs_time_and_no_links(kind, faults, tmp_path):
    """The call is sent again and the pull is complete."""
    result = read(kind, tmp_path, links(5), faults)
    assert (len(result.sources), result.error, result.pull.notes.partial) == (5, "", [])
    assert len(result.slept) == len(faults)


LASTING = {
    "429": (["429:3600"], "asks to wait 3,600 s"),
    "5xx": (["502"] * 4, "it answered 502 (4 tries)"),
    "cut off": (["cut"] * 4, "the answer was cut off (4 tries)"),
    "reset": (["dropped"] * 4, "the connection broke (4 tries)"),
    "signed out": (["401"], "look at the Airflow connection 'vendor'"),
}


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(("faults", "why"), LASTING.values(), ids=LASTING)
def test_a_lasting_fault_on_the_first_page_is_an_error(kind, faults, why, tmp_path):
    """The source is unreadable tonight, and the error says why."""
    result = read(kind, tmp_path, links(5), faults, sites=SITES)
    assert result.sources == []
    assert why in result.error
    assert f"source {kind}" in result.error


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize(("faults", "why"), LASTING.values(), ids=LASTING)
def test_a_lasting_fault_on_a_later_page_keeps_what_was_read(kind, faults, why, tmp_path):
    """The pull is partial, with the reason and the sites that were not asked about."""
    result = read(kind, tmp_path, links(PAGE[kind] + 5), ["", *faults], sites=SITES, max_rows=10**6)
    assert len(result.sources) == PAGE[kind]
    assert result.error == ""
    (reason,) = result.pull.notes.partial
    assert reason.startswith("own.example: ")
    assert why in reason
    assert reason.endswith("; not asked about: rival.example")


def renamed(kind):
    """A fault: the answer has another name for the column of source pages."""

    def fault(reply):
        return Reply(reply.payload.replace(FIELD[kind].encode(), b"address"), reply.status, reply.headers)

    return fault


@pytest.mark.parametrize("kind", VENDORS)
def test_a_changed_schema_names_the_field(kind, tmp_path):
    """Whoever reads the error knows what is missing, and where."""
    result = read(kind, tmp_path, links(5), [renamed(kind)])
    places = {"ahrefs_api": "backlinks[].", "semrush_api": "", "majestic_api": "DataTables.BackLinks.Data[]."}
    assert f"has no field {places[kind]}{FIELD[kind]}; the vendor changed its interface" in result.error


@pytest.mark.parametrize("kind", VENDORS)
def test_a_schema_that_changes_on_a_later_page_keeps_what_was_read(kind, tmp_path):
    """A page is believed or not by itself."""
    result = read(kind, tmp_path, links(PAGE[kind] + 5), ["", renamed(kind)], max_rows=10**6)
    assert (len(result.sources), result.error) == (PAGE[kind], "")
    assert FIELD[kind] in result.pull.notes.partial[0]


@pytest.mark.parametrize("kind", VENDORS)
def test_an_answer_of_another_kind_is_an_error(kind, tmp_path):
    """A maintenance page with status 200 is no list of links."""
    result = read(kind, tmp_path, links(5), [lambda _: Reply("<html>Back soon</html>", headers={"Content-Type": "text/html"})])
    assert result.sources == []
    assert "no JSON" in result.error or "no field source_url" in result.error


@pytest.mark.parametrize("kind", VENDORS)
def test_a_budget_that_is_reached_in_the_middle_makes_a_partial_pull(kind, tmp_path):
    """What was spent earlier this month counts, the next page is not asked for, and the ledger says what was spent."""
    page_cost = PAGE[kind] * ROW_COST[kind]
    result = read(kind, tmp_path, links(PAGE[kind] + 5), before=100.0, budget_units=100 + 1.5 * page_cost, max_rows=10**6)
    assert (len(result.sources), result.error, len(result.vendor.requests)) == (PAGE[kind], "", 1)
    assert result.pull.notes.partial[0].startswith(f"own.example: the budget is spent: {100 + page_cost:,g} of budget_units")
    assert result.units == 100 + page_cost
    assert [(entry.rows, entry.status) for entry in result.pull.ledger.entries] == [(PAGE[kind], "200")]


@pytest.mark.parametrize("kind", VENDORS)
def test_a_month_without_budget_asks_nothing(kind, tmp_path):
    """That is no failure: the pull is partial and empty."""
    result = read(kind, tmp_path, links(5), before=1000.0, budget_units=1000.0)
    assert (result.sources, result.error, result.vendor.requests) == ([], "", [])
    assert "the budget is spent" in result.pull.notes.partial[0]


@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("faults", [[], ["500"] * 4, ["dropped"] * 4, ["403"], ["404"], ["302"]], ids=str)
def test_the_key_is_sent_and_shown_nowhere(kind, faults, tmp_path, caplog):
    """Not in an error, its traceback, a log, a note or a reject, in any spelling."""
    caplog.set_level(logging.DEBUG)
    result = read(kind, tmp_path, links(5, anchor="x", kind="frame"), faults)
    sent = result.vendor.requests[0]
    assert KEY in (*sent.params.values(), sent.headers.get("authorization", "").removeprefix("Bearer "))
    rejects = result.pull.rejects.path.read_text() if result.pull.rejects.count else ""
    shown = result.error + result.trace + caplog.text + repr(result.pull.notes) + repr(result.pull.account) + rejects
    assert "call source=" in shown
    for spelling in (KEY, "s3cret", "key%2Bof"):
        assert spelling not in shown
