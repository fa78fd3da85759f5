"""Messages on their way to people: each is kept before it is sent, so that it is told once, whatever is killed in between.

The outbox keeps and counts; what to say and how to send it is not its business (`linkwatch.alerts`). Two runs may empty it at
the same time: each message is claimed before it is sent. A claim ends with its process, as far as this machine can tell, and
`LEASE` after it was made at the latest.
"""

import os
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol

import psutil
import pyarrow as pa
import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import arrow_schema, upsert
from linkwatch.warehouse.columns import json_text, key_of
from linkwatch.warehouse.engine import reading, writing

WAITING = ("pending", "sending")

LEASE = timedelta(minutes=10)
"""How long a claim holds where nobody can see whether its process lives: longer than one message takes, with all the waits that
Slack may ask for. Whoever takes a message over asks Slack for it first."""

_wall_clock = partial(datetime.now, UTC)


class Message(Protocol):
    """What the outbox takes: `linkwatch.alerts.Message`, or anything that has these."""

    @property
    def dedupe_key(self) -> str:
        """Its identity: a second message of the same key is not taken."""

    @property
    def night(self) -> str:
        """YYYY-MM-DD."""

    @property
    def site(self) -> str:
        """Empty where it is about no single site."""

    @property
    def channel(self) -> str:
        """Empty where there is none."""

    @property
    def kind(self) -> str:
        """Sort of message."""

    @property
    def parent_key(self) -> str:
        """Key of the message that it replies to; empty for none."""

    @property
    def position(self) -> int:
        """Order within its night."""

    @property
    def payload(self) -> Mapping[str, object]:
        """What is sent, JSON-able."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message as it is kept; a row of `alert`."""

    alert_id: int
    night: str
    site: str
    channel: str
    kind: str
    dedupe_key: str
    parent_key: str
    position: int
    payload: Mapping[str, object]
    status: str  # pending, sending, sent, printed, skipped or failed
    slack_ts: str  # empty unless sent
    attempts: int  # how often it was claimed
    detail: str
    created_at: datetime
    claimed_by: str  # while `sending`: the process that sends it; "" when none does
    claimed_until: datetime | None


class Outbox:
    """The table `alert`. Each call is a transaction of its own, on disk when it returns. Raises WarehouseError.

    `owner` names who claims: this process by default, which empties the outbox in one thread at a time. `clock` tells claims
    the time: a lease is about processes as they run, not about the night that a message is of.
    """

    def __init__(self, engine: sa.Engine, owner: str = "", clock: Callable[[], datetime] = _wall_clock) -> None:
        self._engine = engine
        self._owner = owner or this_process()
        self._clock = clock

    def add(self, messages: Iterable[Message], as_of: datetime) -> int:
        """Keep messages whose key is new, all or none; returns how many. Those that are known stay as they are."""
        rows = {message.dedupe_key: _row(message, as_of) for message in messages}
        with writing(self._engine) as connection:
            batch = pa.Table.from_pylist(list(rows.values()), schema=arrow_schema(tables.alert))
            return upsert(connection, tables.alert, batch, keep=True)

    def pending(self) -> list[OutboxRow]:
        """Messages that are still to be delivered (pending or sending), in the order of night, position and key."""
        alert = tables.alert
        query = sa.select(alert).where(alert.c.status.in_(WAITING))
        return self._rows(query.order_by(alert.c.night, alert.c.position, alert.c.dedupe_key))

    def get(self, key: str) -> OutboxRow | None:
        """The message of a dedupe key, or None."""
        found = self._rows(sa.select(tables.alert).where(tables.alert.c.dedupe_key == key))
        return found[0] if found else None

    def claim(self, key: str) -> str:
        """Make a waiting message ours to send: it is `sending`, an attempt is counted, and no other run gets it.

        Returns what it was: "pending", or "sending" when an earlier run may have sent it already. "" when it is not ours: another
        run is sending it, or it no longer waits.
        """
        alert = tables.alert
        row, now = self.get(key), self._clock()
        if row is None or row.status not in WAITING or not self._is_free(row, now):
            return ""
        ours = {"status": "sending", "attempts": alert.c.attempts + 1, "claimed_by": self._owner, "claimed_until": now + LEASE}
        # Compare and swap: of two runs that saw the same row one changes it, and the other finds it changed.
        seen = (alert.c.dedupe_key == key, alert.c.status == row.status, alert.c.attempts == row.attempts)
        with writing(self._engine) as connection:
            won = connection.execute(sa.update(alert).where(*seen).values(ours)).rowcount
        return row.status if won else ""

    def mark(self, key: str, status: str, slack_ts: str = "", detail: str = "") -> None:
        """Set where a message stands, and end the claim on it. Raises WarehouseError for a key that is not there."""
        change = sa.update(tables.alert).where(tables.alert.c.dedupe_key == key)
        values = {"status": status, "slack_ts": slack_ts, "detail": detail.replace("\x00", "")}
        with writing(self._engine) as connection:
            if not connection.execute(change.values(**values, claimed_by="", claimed_until=None)).rowcount:
                raise WarehouseError(f"outbox: no message has the key {key!r}; it must be added before it is marked {status}")

    def _is_free(self, row: OutboxRow, now: datetime) -> bool:
        over = row.claimed_until is None or row.claimed_until <= now
        return over or row.claimed_by == self._owner or not may_live(row.claimed_by)

    def _rows(self, query: sa.Select[Any]) -> list[OutboxRow]:
        with reading(self._engine) as connection:
            return [OutboxRow(**row) for row in connection.execute(query).mappings()]


def this_process(pid: int | None = None) -> str:
    """Name of this process (or another one here) among all that were and will be: "host|pid namespace|pid|start"."""
    process = psutil.Process(pid)
    return f"{_place()}|{process.pid}|{process.create_time():.2f}"


def may_live(owner: str) -> bool:
    """False where a process of `this_process` has ended for certain; of another machine's or container's nobody here knows."""
    place, _, process = owner.partition("|")
    namespace, _, rest = process.partition("|")
    pid, _, started = rest.partition("|")
    if f"{place}|{namespace}" != _place() or not pid.isdecimal():
        return True
    with suppress(psutil.Error):
        found = psutil.Process(int(pid))
        return f"{found.create_time():.2f}" == started and found.status() != psutil.STATUS_ZOMBIE
    return False


def _place() -> str:
    """Where process numbers are unique: this machine, or this container on it."""
    namespace = ""
    with suppress(OSError):  # Linux alone has it
        namespace = os.readlink("/proc/self/ns/pid")
    return f"{platform.node()}|{namespace}"


def _row(message: Message, as_of: datetime) -> dict[str, Any]:
    return {
        "alert_id": key_of(message.dedupe_key),
        **{name: getattr(message, name) for name in ("night", "site", "channel", "kind", "dedupe_key", "parent_key", "position")},
        "payload": json_text(dict(message.payload)),
        "status": "pending",
        "slack_ts": "",
        "attempts": 0,
        "detail": "",
        "created_at": as_of,
        "claimed_by": "",
        "claimed_until": None,
    }
