"""Calls that cost something: each is on disk before it is sent, so that a kill in between leaves it counted.

The ledger adds up; what a call may cost, and whether it is sent at all, is said in `linkwatch.sources`.
"""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse.engine import reading, writing
from linkwatch.warehouse.tables import source_call

SENT = "sent"
"""Status of a call that nobody settled: it is under way, or whoever sent it was killed."""


class CallLedger:
    """The calls of one source, as rows of `source_call`. Each method is a transaction of its own. Raises WarehouseError.

    `month` ("2026-11", UTC) is the one whose budget the calls are charged to, `clock` tells when they are sent and settled:
    a ledger is about calls as they happen, not about the night that they are made for.
    """

    def __init__(self, engine: sa.Engine, source: str, kind: str, night: str, month: str, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._call = {"source": source, "kind": kind, "night": night, "month": month}
        self._clock = clock

    def spent(self) -> float:
        """Units of this source in the month; a call that was not settled counts as priced."""
        return spent_by_source(self._engine, self._call["month"]).get(self._call["source"], 0.0)

    def enter(self, endpoint: str, units: float) -> int:
        """Note a call that is about to be sent, at the most that it can cost; on disk when its number is returned."""
        row = {**self._call, "endpoint": endpoint, "units": units, "rows": 0, "status": SENT, "entered_at": self._clock()}
        with writing(self._engine) as connection:
            return int(connection.execute(sa.insert(source_call).values(row).returning(source_call.c.call_id)).scalar_one())

    def settle(self, call: int, *, units: float, rows: int, status: str) -> None:
        """Note what came of a call. Raises WarehouseError for one that was never entered."""
        values = {"units": units, "rows": rows, "status": status.replace("\x00", ""), "settled_at": self._clock()}
        with writing(self._engine) as connection:
            if not connection.execute(sa.update(source_call).where(source_call.c.call_id == call).values(values)).rowcount:
                raise WarehouseError(f"ledger: no call has the number {call}; it must be entered before it is settled")


def spent_by_source(engine: sa.Engine, month: str) -> dict[str, float]:
    """Units that each source spent in a month ("2026-11"), in its vendor's own; sources that sent nothing are left out."""
    query = sa.select(source_call.c.source, sa.func.sum(source_call.c.units)).where(source_call.c.month == month)
    with reading(engine) as connection:
        return {source: float(units) for source, units in connection.execute(query.group_by(source_call.c.source))}
