"""The outbox tells once: what is known is not taken again, and where a message stands survives."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import at
from linkwatch.errors import WarehouseError
from linkwatch.warehouse import Outbox, open_warehouse
from linkwatch.warehouse.outbox import LEASE, this_process

N1, N2 = "2026-11-21", "2026-11-22"


@dataclass(frozen=True)
class _Message:
    dedupe_key: str
    night: str = N1
    site: str = "own.example"
    channel: str = "#backlinks"
    kind: str = "nightly"
    parent_key: str = ""
    position: int = 0
    payload: dict[str, Any] = field(default_factory=lambda: {"text": "1 link lost", "blocks": [{"type": "divider"}]})


def _keys(outbox: Outbox) -> list[str]:
    return [row.dedupe_key for row in outbox.pending()]


def test_a_message_is_kept_as_it_was_given(engine: sa.Engine):
    """The row has every part of the message, and waits."""
    message = _Message("nightly:1", payload={"text": "a\x00b 🔗", "blocks": []})
    assert Outbox(engine).add([message], at(N1)) == 1
    row = Outbox(engine).get("nightly:1")

    assert row is not None
    assert (row.night, row.site, row.channel, row.kind, row.parent_key) == (N1, "own.example", "#backlinks", "nightly", "")
    assert (row.payload, row.status, row.attempts, row.created_at) == ({"text": "ab 🔗", "blocks": []}, "pending", 0, at(N1))


def test_a_key_is_taken_once(engine: sa.Engine):
    """A message whose key is known is not taken, whatever it says and wherever the first one stands."""
    outbox = Outbox(engine)
    outbox.add([_Message("a")], at(N1))
    outbox.mark("a", "sent", slack_ts="1.2")

    assert outbox.add([_Message("a", payload={"text": "other"}), _Message("b"), _Message("b")], at(N2)) == 1
    kept = outbox.get("a")
    assert kept is not None
    assert (kept.status, kept.slack_ts, kept.payload["text"], kept.created_at) == ("sent", "1.2", "1 link lost", at(N1))


def test_messages_wait_in_their_order(engine: sa.Engine):
    """Older nights first, then by position, then by key."""
    messages = [
        _Message("d", N2),
        _Message("b", position=2),
        _Message("c", position=1),
        _Message("a", position=2),
    ]
    outbox = Outbox(engine)
    outbox.add(messages, at(N2))

    assert _keys(outbox) == ["c", "a", "b", "d"]


@pytest.mark.parametrize(
    ("status", "waits"),
    [("pending", True), ("sending", True), ("sent", False), ("printed", False), ("skipped", False), ("failed", False)],
)
def test_what_waits_is_pending_or_half_sent(engine: sa.Engine, status: str, waits: bool):
    """A message that was being sent when the task was killed is still to be delivered; one that was told never is."""
    outbox = Outbox(engine)
    outbox.add([_Message("a")], at(N1))
    outbox.mark("a", status)

    assert _keys(outbox) == ["a"] * waits


def test_attempts_are_counted(engine: sa.Engine):
    """Each claim is an attempt; what came of it is none."""
    outbox = Outbox(engine)
    outbox.add([_Message("a")], at(N1))
    for status in ("pending", "failed"):
        assert outbox.claim("a") == "pending"
        outbox.mark("a", status, detail="channel_not_found")
    row = outbox.get("a")

    assert row is not None
    assert (row.attempts, row.detail, row.slack_ts, row.claimed_by) == (2, "channel_not_found", "", "")


def test_a_message_has_one_sender(engine: sa.Engine):
    """Of two runs one gets it; when it is sent, or was never there, nobody does."""
    first, second = Outbox(engine, "elsewhere|1"), Outbox(engine, "elsewhere|2")
    first.add([_Message("a")], at(N1))

    assert (first.claim("a"), second.claim("a"), first.claim("x")) == ("pending", "", "")
    first.mark("a", "sent", slack_ts="1.2")
    assert (first.claim("a"), second.claim("a")) == ("", "")


def test_of_many_claims_at_once_one_wins(warehouse_url: str, engine: sa.Engine):
    """Eight connections that ask at the same moment: each message has one sender, and none is left without."""
    keys = [f"m{number}" for number in range(20)]
    Outbox(engine).add([_Message(key) for key in keys], at(N1))
    engines = [open_warehouse(warehouse_url) for _ in range(8)]
    together = threading.Barrier(8)

    def claim(number: int) -> list[str]:
        together.wait(30)
        outbox = Outbox(engines[number], f"elsewhere|{number}")
        return [key for key in keys if outbox.claim(key)]

    with ThreadPoolExecutor(8) as pool:
        won = [key for part in pool.map(claim, range(8)) for key in part]
    for other in engines:
        other.dispose()

    assert sorted(won) == sorted(keys)


def test_a_claim_of_a_process_that_nobody_here_can_see_ends_with_its_lease(engine: sa.Engine):
    """Another machine's run may live: it is believed for as long as a message can take, and then Slack is to be asked."""
    Outbox(engine).add([_Message("a")], at(N1))
    moments = [at(N1), at(N1) + LEASE - timedelta(seconds=1), at(N1) + LEASE]
    outboxes = [Outbox(engine, f"elsewhere|{moment}", lambda moment=moment: moment) for moment in moments]

    assert [outbox.claim("a") for outbox in outboxes] == ["pending", "", "sending"]


def test_a_claim_ends_with_its_process(engine: sa.Engine):
    """What a killed run of this machine had begun is taken over at once; what a living one has begun is not."""
    Outbox(engine).add([_Message("a"), _Message("b")], at(N1))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    its = Outbox(engine, this_process(child.pid))
    assert (its.claim("a"), its.claim("b")) == ("pending", "pending")
    assert Outbox(engine).claim("a") == ""
    child.kill()
    child.communicate()

    assert Outbox(engine).claim("a") == "sending"


def test_another_task_sees_it_at_once(warehouse_url: str, engine: sa.Engine):
    """What is marked is on disk when the call returns: a second connection reads it."""
    Outbox(engine).add([_Message("a")], at(N1))
    other = open_warehouse(warehouse_url)
    Outbox(engine).mark("a", "sending")
    row = Outbox(other).get("a")
    other.dispose()

    assert row is not None
    assert row.status == "sending"


def test_a_key_that_is_not_there_is_an_error(engine: sa.Engine):
    """Asking for it gives None; marking it is a mistake."""
    assert Outbox(engine).get("x") is None
    with pytest.raises(WarehouseError, match="no message has the key 'x'"):
        Outbox(engine).mark("x", "sent")
