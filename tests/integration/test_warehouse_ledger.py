"""The ledger of calls: what was sent counts, whatever became of it, on either database."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse import CallLedger, spent_by_source, tables

NIGHT, MONTH = "2026-11-22", "2026-11"
_NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def _clock() -> Iterator[datetime]:
    """A second a look."""
    moment = _NOW
    while True:
        yield moment
        moment += timedelta(seconds=1)


def _ledger(engine: sa.Engine, source: str = "moz", month: str = MONTH) -> CallLedger:
    return CallLedger(engine, source, "moz_api", NIGHT, month, _clock().__next__)


def _rows(engine: sa.Engine) -> list[dict[str, Any]]:
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(sa.select(tables.source_call)).mappings()]


def test_a_call_is_a_row_from_the_moment_it_is_entered(engine: sa.Engine):
    """An entered call stands in the table as priced; settling it says what it did cost, and when."""
    ledger = _ledger(engine)
    call = ledger.enter("v2/links", 50)
    entered = {"source": "moz", "kind": "moz_api", "night": NIGHT, "month": MONTH, "endpoint": "v2/links", "entered_at": _NOW}
    assert _rows(engine) == [{"call_id": call, **entered, "units": 50.0, "rows": 0, "status": "sent", "settled_at": None}]

    ledger.settle(call, units=12, rows=12, status="200")
    settled = {"units": 12.0, "rows": 12, "status": "200", "settled_at": _NOW + timedelta(seconds=1)}
    assert _rows(engine) == [{"call_id": call, **entered, **settled}]


def test_what_was_not_settled_counts_as_priced(engine: sa.Engine):
    """The month's sum has settled calls at their cost and the others at their price."""
    ledger = _ledger(engine)
    assert ledger.spent() == 0.0
    first = ledger.enter("a", 50)
    ledger.enter("a", 50)
    ledger.settle(first, units=0.5, rows=3, status="200")
    assert ledger.spent() == 50.5


def test_each_source_and_month_has_a_sum_of_its_own(engine: sa.Engine):
    """Another source's calls, and those of another month, are not this one's."""
    for source, month, units in (("moz", MONTH, 1), ("moz", MONTH, 2), ("moz", "2026-10", 4), ("bing", MONTH, 0)):
        _ledger(engine, source, month).enter("a", units)
    assert spent_by_source(engine, MONTH) == {"moz": 3.0, "bing": 0.0}
    assert spent_by_source(engine, "2026-12") == {}
    assert _ledger(engine, "moz", "2026-10").spent() == 4.0


def test_equal_calls_are_two(engine: sa.Engine):
    """A call that is sent twice costs twice: it has a number of its own each time."""
    ledger = _ledger(engine)
    assert ledger.enter("a", 1) != ledger.enter("a", 1)
    assert ledger.spent() == 2.0


def test_a_call_that_nobody_entered_cannot_be_settled(engine: sa.Engine):
    """Settling an unknown number says so and writes nothing."""
    with pytest.raises(WarehouseError, match="no call has the number 7"):
        _ledger(engine).settle(7, units=1, rows=0, status="200")
    assert _rows(engine) == []


_DIES = """
import json, os, signal, sys
from datetime import datetime, UTC
from linkwatch.warehouse import CallLedger, open_warehouse
engine, now = open_warehouse(sys.argv[1]), datetime(2026, 11, 22, tzinfo=UTC)
ledger = CallLedger(engine, "moz", "moz_api", "2026-11-22", "2026-11", lambda: now)
ledger.settle(ledger.enter("a", 50), units=7, rows=7, status="200")
ledger.enter("a", 50)
print(json.dumps({"spent": ledger.spent()}), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kill_leaves_the_call_counted(engine: sa.Engine, warehouse_url: str):
    """A process that is killed between sending and settling has spent what it entered."""
    died = subprocess.run(
        [sys.executable, "-c", _DIES, warehouse_url], capture_output=True, check=False, text=True, env=os.environ
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert json.loads(died.stdout) == {"spent": 57.0}
    assert _ledger(engine).spent() == 57.0
    assert [(row["status"], row["units"]) for row in _rows(engine)] == [("200", 7.0), ("sent", 50.0)]
