"""A month's budget in the warehouse's ledger: over two nights, and over a night that was killed with a call under way."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from linkwatch.sources.apis.moz import read_moz_api
from linkwatch.sources.pull import Pull, PullFacts, PullStatus
from linkwatch.warehouse import CallLedger, migrate, open_warehouse, spent_by_source, tables
from servers.vendor_apis import AS_OF, Reply, Request, VendorServer, pull_of
from servers.vendor_links import claims_of, moz_routes, moz_row

pytestmark = pytest.mark.network

READ = partial(read_moz_api, sleep=lambda _: None)
ROUTES = moz_routes([moz_row(number) for number in range(80)])  # two calls: 50 and 30 rows


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sa.Engine]:
    """A migrated warehouse in SQLite."""
    engine = open_warehouse(f"sqlite:///{tmp_path / 'linkwatch.sqlite'}")
    migrate(engine)
    yield engine
    engine.dispose()


def _pull(engine: sa.Engine, folder: Path, base_url: str, budget: float, night: str = "2026-11-22") -> Pull:
    pull = pull_of("moz_api", folder, base_url, name="moz", budget_units=budget)
    pull.ledger = CallLedger(engine, "moz", "moz_api", night, night[:7], lambda: AS_OF)
    return pull


def _calls(engine: sa.Engine) -> list[tuple[str, float, str]]:
    call = tables.source_call.c
    with engine.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.select(call.night, call.units, call.status).order_by(call.call_id))]


def test_a_month_over_two_nights(sqlite: sa.Engine, tmp_path: Path):
    """The second night stops half-way, where the next call could go beyond the month; the next month begins anew."""
    with VendorServer(ROUTES) as vendor:
        nights = {}
        for night in ("2026-11-22", "2026-11-23", "2026-12-01"):
            pull = _pull(sqlite, tmp_path, vendor.url, 150, night)
            nights[night] = (len(claims_of(pull, READ)), PullFacts.of(pull, 0).status, pull.notes.partial)

    why = "own.example: the budget is spent: 130 of budget_units = 150 this month, and the next call may cost 50"
    assert nights == {
        "2026-11-22": (80, PullStatus.COMPLETE, []),
        "2026-11-23": (50, PullStatus.PARTIAL, [why]),
        "2026-12-01": (80, PullStatus.COMPLETE, []),
    }
    assert [spent_by_source(sqlite, month) for month in ("2026-11", "2026-12")] == [{"moz": 130.0}, {"moz": 80.0}]
    assert [units for _, units, _ in _calls(sqlite)] == [50.0, 30.0, 50.0, 50.0, 30.0]


_NIGHT = """
import sys
from pathlib import Path
from integration.test_sources_apis_budget import READ, _pull
from linkwatch.warehouse import open_warehouse
from servers.vendor_links import claims_of
claims_of(_pull(open_warehouse(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], 150), READ)
"""


def test_a_killed_call_counts_as_priced(sqlite: sa.Engine, tmp_path: Path):
    """A night that is killed while the vendor works has spent what that call may cost, and the next night knows it."""
    night: list[subprocess.Popen[str]] = []

    def links(request: Request) -> Reply:
        if request.json.get("next_token") and night:
            night.pop().kill()  # the answer finds nobody any more
        return ROUTES["/v2/links"](request)

    with VendorServer({"/v2/links": links}) as vendor:
        paths = {"PYTHONPATH": str(Path(__file__).parents[1])}
        arguments = [sys.executable, "-c", _NIGHT, str(sqlite.url), str(tmp_path), vendor.url]
        child = subprocess.Popen(arguments, env=os.environ | paths, stderr=subprocess.PIPE, text=True)
        night.append(child)
        _, complaint = child.communicate(timeout=60)
        assert child.returncode == -signal.SIGKILL, complaint

        pull = _pull(sqlite, tmp_path, vendor.url, 140)
        assert claims_of(pull, READ) == []
        asked = len(vendor.requests)

    assert asked == 2  # both by the night that died
    assert _calls(sqlite) == [("2026-11-22", 50.0, "200"), ("2026-11-22", 50.0, "sent")]
    [why] = pull.notes.partial
    assert why == "own.example: the budget is spent: 100 of budget_units = 140 this month, and the next call may cost 50"
