"""Emptying the outbox: every message reaches Slack once, or the terminal where there is no Slack. Knows neither of the two.

A row is claimed (`sending`) before it is posted and `sent` after, so two deliveries at the same time share the rows. Whoever
takes over a row in `sending` cannot know how far the last run came, so Slack is asked for the message by its key before it is
posted again. While Slack cannot be reached or the set-up is wrong, rows wait: nothing is lost, and what a person mends is told
with the next delivery.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from linkwatch.alerts.message import Status


class OutboxRow(Protocol):
    """A message as the outbox keeps it; the fields of `Message` and how far its delivery came."""

    @property
    def dedupe_key(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def night(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def site(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def channel(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def kind(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def parent_key(self) -> str: ...  # noqa: D102 - as in Message

    @property
    def position(self) -> int: ...  # noqa: D102 - as in Message

    @property
    def payload(self) -> Mapping[str, object]: ...  # noqa: D102 - as in Message

    @property
    def status(self) -> str:
        """A `Status`."""

    @property
    def slack_ts(self) -> str:
        """Slack's id of the message in its channel; empty unless sent."""


class Outbox(Protocol):
    """Where messages wait, in the warehouse. Each call is a transaction of its own, on disk when it returns."""

    def pending(self) -> Sequence[OutboxRow]:
        """Rows in `pending` or `sending`."""

    def get(self, key: str) -> OutboxRow | None:
        """The row of a dedupe key."""

    def claim(self, key: str) -> str:
        """Make a waiting row `sending` and ours alone; its status before, or "" when another run has it or it waits no more."""

    def mark(self, key: str, status: str, slack_ts: str = "", detail: str = "") -> None:
        """Set where a row stands and give it up; `detail` is one sentence for people."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Slack has the message."""

    ts: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Slack does not have the message."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Slack said no. `detail`: what it said and what to do; `for_good`: this very message will never be taken."""

    detail: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer that tells. `unsure`: Slack may have taken the message all the same."""

    detail: str
    unsure: bool


class Poster(Protocol):
    """Posts messages and finds those that are posted; see `linkwatch.alerts.slack.SlackPoster`."""

    def post(self, row: OutboxRow, thread_ts: str = "") -> Posted | Refused | Unreachable:
        """Post a row, as a reply when `thread_ts` names a message."""

    def find(self, row: OutboxRow, thread_ts: str = "") -> Posted | Absent | Refused | Unreachable:
        """The posted message that carries the row's key, if there is one."""


@dataclass(slots=True)
class DeliveryCounts:
    """What became of the rows that waited, in messages. `problems` has a sentence for people for each that gave trouble."""

    sent: int = 0
    found: int = 0  # posted by an earlier run that died before it noted so
    printed: int = 0
    skipped: int = 0
    failed: int = 0  # refused for good
    pending: int = 0  # still waiting
    elsewhere: int = 0  # another run is sending them
    problems: list[str] = field(default_factory=list)


def deliver(outbox: Outbox, poster: Poster | None, *, echo: Callable[[OutboxRow], None]) -> DeliveryCounts:
    """Deliver every waiting row, a parent before its replies. Raises nothing for what Slack does: the night is published already.

    Without a poster, or for a row without a channel, the row goes to `echo` and is marked `printed`; it is not sent later.
    """
    counts = DeliveryCounts()
    troubled: set[str] = set()  # channels that are not tried again in this run
    held: set[str] = set()  # messages that another run is sending; it sends their replies too
    for row in sorted(outbox.pending(), key=lambda entry: (entry.night, entry.position, entry.dedupe_key)):
        parent = outbox.get(row.parent_key) if row.parent_key else None
        if row.parent_key and (parent is None or parent.status in (Status.FAILED, Status.SKIPPED)):
            outbox.mark(row.dedupe_key, Status.SKIPPED.value, detail="the message that it replies to was never posted")
            counts.skipped += 1
        elif row.parent_key in held:
            counts.elsewhere += 1
        elif poster is not None and row.channel and _must_wait(row, parent, troubled):
            counts.pending += 1
        elif not (was := outbox.claim(row.dedupe_key)):
            now = outbox.get(row.dedupe_key)
            if now is not None and now.status in (Status.PENDING, Status.SENDING):
                held.add(row.dedupe_key)
                counts.elsewhere += 1
        elif poster is None or not row.channel or (parent is not None and parent.status == Status.PRINTED):
            echo(row)
            outbox.mark(row.dedupe_key, Status.PRINTED.value)
            counts.printed += 1
        else:
            _send(row, was, parent.slack_ts if parent is not None else "", outbox, poster, counts, troubled)
    return counts


def _must_wait(row: OutboxRow, parent: OutboxRow | None, troubled: set[str]) -> bool:
    """True while the message that the row answers is not posted, or the channel gives trouble. A printed one has no thread."""
    if parent is not None and parent.status == Status.PRINTED:
        return False
    return row.channel in troubled or (parent is not None and parent.status != Status.SENT)


def _send(
    row: OutboxRow, was: str, thread_ts: str, outbox: Outbox, poster: Poster, counts: DeliveryCounts, troubled: set[str]
) -> None:
    """One claimed row to Slack, with what it means for the row, the counts and the channel. `was`: its status before."""
    answer: Posted | Absent | Refused | Unreachable = Absent()
    asked = was == Status.SENDING
    if asked:
        answer = poster.find(row, thread_ts)
        counts.found += isinstance(answer, Posted)
    if isinstance(answer, Absent):
        asked = False
        answer = poster.post(row, thread_ts)
        counts.sent += isinstance(answer, Posted)
    match answer:
        case Posted(ts):
            outbox.mark(row.dedupe_key, Status.SENT.value, slack_ts=ts)
        case Refused(detail, for_good=True) if not asked:
            outbox.mark(row.dedupe_key, Status.FAILED.value, detail=detail)
            counts.failed += 1
            counts.problems.append(f"{row.dedupe_key}: {detail}")
        case Refused(detail) | Unreachable(detail):
            # Asking for it failed, or it may have arrived: only `sending` says "ask first".
            unsure = asked or (isinstance(answer, Unreachable) and answer.unsure)
            outbox.mark(row.dedupe_key, (Status.SENDING if unsure else Status.PENDING).value, detail=detail)
            counts.pending += 1
            counts.problems.append(f"{row.dedupe_key}: {detail}")
            troubled.add(row.channel)
