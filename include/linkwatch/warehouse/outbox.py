"""Messages on their way to people: each is kept before it is sent, so that it is told once, whatever is killed in between.

The outbox keeps and counts; what to say and how to send it is not its business (`linkwatch.alerts`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import sqlalchemy as sa

from linkwatch.errors import WarehouseError
from linkwatch.warehouse import tables
from linkwatch.warehouse.bulk import arrow_schema, upsert
from linkwatch.warehouse.engine import reading, writing

WAITING = ("pending", "sending")


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
    attempts: int  # how often it was marked `sending`
    detail: str
    created_at: datetime


class Outbox:
    """The table `alert`. Each call is a transaction of its own, on disk when it returns. Raises WarehouseError."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

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

    def mark(self, key: str, status: str, slack_ts: str = "", detail: str = "") -> None:
        """Set where a message stands; `sending` counts an attempt. Raises WarehouseError for a key that is not there."""
        alert = tables.alert
        attempts = alert.c.attempts + int(status == "sending")
        change = sa.update(alert).where(alert.c.dedupe_key == key)
        with writing(self._engine) as connection:
            values = {"status": status, "slack_ts": slack_ts, "detail": detail.replace("\x00", ""), "attempts": attempts}
            if not connection.execute(change.values(values)).rowcount:
                raise WarehouseError(f"outbox: no message has the key {key!r}; it must be added before it is marked {status}")

    def _rows(self, query: sa.Select[Any]) -> list[OutboxRow]:
        with reading(self._engine) as connection:
            return [OutboxRow(**row) for row in connection.execute(query).mappings()]


def _row(message: Message, as_of: datetime) -> dict[str, Any]:
    return {
        "alert_id": tables.key_of(message.dedupe_key),
        **{name: getattr(message, name) for name in ("night", "site", "channel", "kind", "dedupe_key", "parent_key", "position")},
        "payload": tables.json_text(dict(message.payload)),
        "status": "pending",
        "slack_ts": "",
        "attempts": 0,
        "detail": "",
        "created_at": as_of,
    }
