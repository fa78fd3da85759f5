"""Killed between sending and noting: the next delivery finds the message by its key and sends nothing.

Run as a program (outbox file, base URL) this file is the delivery that gets killed.
"""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from linkwatch.alerts import Message, deliver
from linkwatch.alerts.markup import sections
from linkwatch.alerts.slack import SlackPoster
from servers.slack import TOKEN, SlackServer, SqliteOutbox


def queue(path: Path) -> SqliteOutbox:
    """A message with one reply, on disk."""
    outbox = SqliteOutbox(path)
    blocks = tuple(sections(["x"]))
    parent = Message("parent", "2026-11-03", "example.com", "nightly", "#backlinks", "t", blocks)
    reply = Message("reply", "2026-11-03", "example.com", "thread", "#backlinks", "t", blocks, "parent", 1)
    outbox.add([parent, reply])
    return outbox


@pytest.mark.parametrize("killed_at", [1, 2], ids=["the message", "the reply in its thread"])
@pytest.mark.parametrize("chatter", [0, 250], ids=["quiet channel", "busy channel"])
def test_a_delivery_killed_between_sending_and_noting_tells_once(tmp_path: Path, killed_at: int, chatter: int):
    """SIGKILL as Slack accepts the message; whatever was posted since, the second run notes it and sends the rest."""
    outbox = queue(tmp_path / "outbox.sqlite")
    started, child = threading.Event(), []

    def kill() -> None:
        started.wait(30)
        if len(slack.messages) == killed_at:
            child[0].kill()
            child[0].wait()

    with SlackServer(on_accept=kill) as slack:
        command = [sys.executable, __file__, str(tmp_path / "outbox.sqlite"), slack.url]
        environment = {"PYTHONPATH": str(Path(__file__).parents[1])}
        child.append(subprocess.Popen(command, env=environment))
        started.set()
        assert child[0].wait(60) == -9
        assert outbox.pending()[0].status == "sending"

        slack.on_accept = lambda: None
        thread = {"thread_ts": slack.messages[0]["ts"]} if killed_at == 2 else {}
        for number in range(chatter):
            ts = f"{slack.now:.0f}.9{number:05d}"
            slack.messages.append({"channel": "C0BACKLINKS", "ts": ts, "text": "hello", **thread})
        counts = deliver(outbox, SlackPoster(TOKEN, slack.url, sleep=slack.sleep), echo=print)

        told = [kept["metadata"]["event_payload"]["dedupe_key"] for kept in slack.messages if "metadata" in kept]
        assert told == ["parent", "reply"]
        assert (counts.found, counts.sent, counts.pending) == (1, 2 - killed_at, 0)
        assert outbox.statuses() == {"parent": "sent", "reply": "sent"}


def test_a_delivery_killed_before_sending_sends(tmp_path: Path):
    """A row in `sending` that Slack does not know is posted."""
    outbox = queue(tmp_path / "outbox.sqlite")
    outbox.mark("parent", "sending")
    with SlackServer() as slack:
        counts = deliver(outbox, SlackPoster(TOKEN, slack.url, sleep=slack.sleep), echo=print)
        assert (counts.found, counts.sent) == (0, 2)


def test_a_row_in_sending_waits_while_slack_cannot_be_asked(tmp_path: Path):
    """A message that may be posted is not posted again on a guess."""
    outbox = queue(tmp_path / "outbox.sqlite")
    outbox.mark("parent", "sending")
    with SlackServer() as slack:
        counts = deliver(outbox, SlackPoster("xoxb-wrong", slack.url, sleep=slack.sleep), echo=print)
        assert (counts.sent, counts.pending, slack.messages) == (0, 2, [])
        assert outbox.statuses() == {"parent": "sending", "reply": "pending"}


if __name__ == "__main__":
    deliver(SqliteOutbox(sys.argv[1]), SlackPoster(TOKEN, sys.argv[2]), echo=print)
