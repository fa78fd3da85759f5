"""From the outbox to Slack over HTTP: once, in order, and with nothing lost when Slack is slow, down or set up wrong."""

import pytest

from linkwatch.alerts import Message, as_text, deliver
from linkwatch.alerts.delivery import OutboxRow
from linkwatch.alerts.markup import header, sections
from linkwatch.alerts.slack import PAUSES_S, SlackPoster
from linkwatch.errors import AlertError
from servers.slack import TOKEN, SlackServer, SqliteOutbox

NIGHT = "2026-11-03"


@pytest.fixture
def slack():
    """A Slack to post to."""
    with SlackServer() as server:
        yield server


@pytest.fixture
def outbox() -> SqliteOutbox:
    """Two sites' messages, the first with two replies."""
    waiting = SqliteOutbox()
    waiting.add([message("a"), message("a:1", parent="a"), message("a:2", parent="a"), message("b", position=3)])
    return waiting


def message(key: str, channel: str = "#backlinks", parent: str = "", position: int = 0, text: str = "x") -> Message:
    """A small message; replies stand behind their parent."""
    blocks = (header(f"message {key}"), *sections([text]))
    kind = "thread" if parent else "nightly"
    return Message(key, NIGHT, "example.com", kind, channel, f"about {key}", blocks, parent, position or len(key))


def poster(slack: SlackServer, token: str = TOKEN) -> SlackPoster:
    """A poster whose waiting moves the server's clock."""
    return SlackPoster(token, slack.url, sleep=slack.sleep)


def never(row: OutboxRow) -> None:
    """An echo for deliveries that must not print."""
    raise AssertionError(f"printed {row.dedupe_key}")


def keys(slack: SlackServer) -> list[str]:
    """Keys of the messages that Slack has, in order."""
    return [kept["metadata"]["event_payload"]["dedupe_key"] for kept in slack.messages]


def test_every_message_arrives_once_and_replies_in_their_thread(slack: SlackServer, outbox: SqliteOutbox):
    """A second delivery finds nothing to do."""
    counts = deliver(outbox, poster(slack), echo=never)
    again = deliver(outbox, poster(slack), echo=never)
    assert (counts.sent, counts.pending, counts.problems, again.sent) == (4, 0, [], 0)
    assert keys(slack) == ["a", "a:1", "a:2", "b"]
    parent = slack.messages[0]["ts"]
    assert [kept.get("thread_ts") for kept in slack.messages] == [None, parent, parent, None]
    assert set(outbox.statuses().values()) == {"sent"}
    assert all(kept["asked"]["unfurl_links"] is False for kept in slack.messages)


def test_the_rate_limit_is_waited_out(slack: SlackServer, outbox: SqliteOutbox):
    """At one message a second, each further message waits as long as Slack asks."""
    slack.rate_limited = True
    counts = deliver(outbox, poster(slack), echo=never)
    assert (counts.sent, counts.pending) == (4, 0)
    assert slack.slept == [1.0, 1.0, 1.0]


def test_a_retry_after_is_kept_to_the_second(slack: SlackServer, outbox: SqliteOutbox):
    """Slack's own number decides how long a wait is."""
    slack.faults.extend(["429:30", "429:7"])
    assert deliver(outbox, poster(slack), echo=never).sent == 4
    assert slack.slept == [30.0, 7.0]


def test_a_rate_limit_beyond_patience_leaves_the_rows_waiting(slack: SlackServer, outbox: SqliteOutbox):
    """A task does not sleep for an hour; the next delivery goes on."""
    slack.faults.append("429:3600")
    counts = deliver(outbox, poster(slack), echo=never)
    assert (counts.sent, counts.pending, slack.slept) == (0, 4, [])
    assert set(outbox.statuses().values()) == {"pending"}
    assert deliver(outbox, poster(slack), echo=never).sent == 4


def test_a_slack_that_is_down_leaves_the_rows_waiting(outbox: SqliteOutbox):
    """Nobody listens: a few tries, one problem for people, nothing lost, nothing raised."""
    with SlackServer() as gone:
        pass
    counts = deliver(outbox, SlackPoster(TOKEN, gone.url, sleep=gone.sleep), echo=never)
    assert (counts.sent, counts.failed, counts.pending) == (0, 0, 4)
    assert gone.slept == list(PAUSES_S)
    assert len(counts.problems) == 1
    assert "cannot be reached" in counts.problems[0]
    assert set(outbox.statuses().values()) == {"pending"}


@pytest.mark.parametrize("fault", ["500", "dropped", "internal_error"])
def test_a_passing_trouble_is_tried_again(slack: SlackServer, outbox: SqliteOutbox, fault: str):
    """One error is no reason to leave a message behind."""
    slack.faults.append(fault)
    assert deliver(outbox, poster(slack), echo=never).sent == 4
    assert len(slack.messages) == 4


def test_a_lost_answer_is_no_second_message(slack: SlackServer, outbox: SqliteOutbox):
    """Slack took the message and the line broke: it is found by its key, in the channel and in the thread."""
    slack.faults.extend(["lost_answer", "", "lost_answer"])
    counts = deliver(outbox, poster(slack), echo=never)
    assert (counts.sent, counts.pending) == (4, 0)
    assert sorted(keys(slack)) == ["a", "a:1", "a:2", "b"]
    assert outbox.get("a").slack_ts == slack.messages[0]["ts"]


def test_trouble_that_lasts_leaves_the_row_in_sending(slack: SlackServer, outbox: SqliteOutbox):
    """After a server error nobody knows whether the message arrived, so the next delivery asks before it sends."""
    slack.faults.extend(["500"] * 3)
    assert deliver(outbox, poster(slack), echo=never).pending == 4
    assert outbox.get("a").status == "sending"
    assert deliver(outbox, poster(slack), echo=never).sent == 4
    assert sorted(keys(slack)) == ["a", "a:1", "a:2", "b"]


@pytest.mark.parametrize(
    ("channel", "token", "expected"),
    [
        ("#nowhere", TOKEN, "Slack says channel_not_found; check slack.channel"),
        ("#strangers", TOKEN, "Slack says not_in_channel; invite the app"),
        ("#backlinks", "xoxb-wrong", "Slack says invalid_auth; put a valid bot token"),
    ],
)
def test_a_set_up_that_is_wrong_keeps_the_message_until_it_is_mended(slack: SlackServer, channel: str, token: str, expected: str):
    """The problem says what to do, other channels go on, and nothing is lost."""
    outbox = SqliteOutbox()
    outbox.add([message("bad", channel), message("bad 2", channel)])
    counts = deliver(outbox, poster(slack, token), echo=never)
    assert (counts.sent, counts.failed, counts.pending) == (0, 0, 2)
    assert len(counts.problems) == 1
    assert expected in counts.problems[0]
    assert outbox.statuses() == {"bad": "pending", "bad 2": "pending"}
    assert token not in counts.problems[0]


def test_one_channel_in_trouble_does_not_hold_up_the_others(slack: SlackServer):
    """The site whose channel is right gets its message."""
    outbox = SqliteOutbox()
    outbox.add([message("a", "#nowhere"), message("b", "#ops")])
    deliver(outbox, poster(slack), echo=never)
    assert outbox.statuses() == {"a": "pending", "b": "sent"}


def test_a_message_that_slack_will_never_take_fails_and_its_replies_are_skipped(slack: SlackServer, outbox: SqliteOutbox):
    """What breaks a limit is not tried for ever; the rest goes on."""
    slack.faults.append("msg_blocks_too_long")
    counts = deliver(outbox, poster(slack), echo=never)
    assert (counts.failed, counts.skipped, counts.sent, counts.pending) == (1, 2, 1, 0)
    assert outbox.statuses() == {"a": "failed", "a:1": "skipped", "a:2": "skipped", "b": "sent"}


def test_without_slack_messages_are_printed_once_and_never_sent_later(slack: SlackServer, outbox: SqliteOutbox):
    """What somebody has read in the terminal does not come again when Slack is set up."""
    printed: list[str] = []
    first = deliver(outbox, None, echo=lambda row: printed.append(as_text(row)))
    assert (first.printed, len(printed)) == (4, 4)
    assert printed[0].splitlines()[:2] == ["│ #backlinks", "│ message a"]
    assert deliver(outbox, poster(slack), echo=never).sent == 0
    assert set(outbox.statuses().values()) == {"printed"}


def test_a_row_without_a_channel_is_printed(slack: SlackServer):
    """An empty slack.channel means the terminal, with a connection too."""
    outbox, printed = SqliteOutbox(), []
    outbox.add([message("a", channel="")])
    deliver(outbox, poster(slack), echo=printed.append)
    assert (len(printed), outbox.statuses(), slack.messages) == (1, {"a": "printed"}, [])


def test_a_reply_to_a_message_that_was_never_told_is_skipped(slack: SlackServer):
    """A recovery whose loss is older than the outbox stands in its night's message alone."""
    outbox = SqliteOutbox()
    outbox.add([message("r", parent="nightly:2026-01-01:example.com")])
    assert deliver(outbox, poster(slack), echo=never).skipped == 1
    assert slack.messages == []


def test_a_base_url_that_is_none_is_said_so():
    """The mistake is found before the first message."""
    with pytest.raises(AlertError, match="expected https://slack"):
        SlackPoster(TOKEN, "slack.com/api")
