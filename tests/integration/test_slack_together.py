"""Two deliveries at the same time, and a loss that comes back bit by bit, weeks later and in a channel of another name."""

import json
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sa

from integration.warehouse_rows import at
from linkwatch.alerts import DeliveryCounts, Message, deliver
from linkwatch.alerts.markup import sections
from linkwatch.alerts.slack import SlackPoster
from linkwatch.errors import AlertError
from linkwatch.settings import load_settings
from linkwatch.steps.telling import ELSEWHERE_S, deliver_outbox
from linkwatch.warehouse import Outbox, open_warehouse
from night_home import OWN, NightHome, name_of, page
from servers.page_proxy import page_proxy
from servers.slack import TOKEN, SlackServer

NIGHT = "2026-11-03"
MANY = [f"http://many.example/{number}" for number in range(3)]
OTHERS = [f"http://other{number}.example/" for number in range(9)]
SLACK = '[slack]\nchannel = "#backlinks"\nops_channel = "#ops"\n'


@pytest.fixture
def slack():
    """A Slack of its own for each test."""
    with SlackServer() as slack:
        yield slack


def told(slack: SlackServer) -> list[str]:
    """Keys of the messages that Slack has, in order."""
    return [kept["metadata"]["event_payload"]["dedupe_key"] for kept in slack.messages]


def test_a_second_delivery_leaves_what_the_first_is_sending(engine: sa.Engine, slack: SlackServer):
    """It comes in the middle of a post: it neither posts nor finds that message, and leaves its reply to the first, too."""
    blocks = tuple(sections(["x"]))
    parent = Message("a", NIGHT, "example.com", "nightly", "#backlinks", "t", blocks)
    reply = replace(parent, dedupe_key="a:1", kind="thread", parent_key="a", position=1)
    Outbox(engine).add([parent, reply, replace(parent, dedupe_key="b", position=2)], at(NIGHT))
    second: list[DeliveryCounts] = []

    def in_the_middle() -> None:
        slack.on_accept = lambda: None
        poster = SlackPoster(TOKEN, slack.url, sleep=slack.sleep)
        second.append(deliver(Outbox(engine, "elsewhere|2"), poster, echo=print))

    slack.on_accept = in_the_middle
    first = deliver(Outbox(engine, "elsewhere|1"), SlackPoster(TOKEN, slack.url, sleep=slack.sleep), echo=print)

    assert told(slack) == ["a", "b", "a:1"]
    assert [(counts.sent, counts.found, counts.elsewhere, counts.pending) for counts in (first, *second)] == [
        (2, 0, 0, 0),
        (1, 0, 2, 0),
    ]
    assert Outbox(engine).pending() == []


@pytest.fixture(scope="module")
def proxy():
    """The pages' proxy."""
    with page_proxy() as proxy:
        yield proxy


@pytest.fixture
def home(airflow_home, proxy, slack, tmp_path, monkeypatch):
    """A home with Slack, and pages that all link."""
    del airflow_home
    connection = {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": slack.url}}
    monkeypatch.setenv("AIRFLOW_CONN_LINKWATCH_SLACK", json.dumps(connection))
    for url in (*MANY, *OTHERS):
        proxy.put(url, page(OWN, about=url.strip("/").rpartition("/")[2]))
    return NightHome(tmp_path / "home", proxy.address, [*MANY, *OTHERS], SLACK)


def held_elsewhere(home: NightHome) -> Outbox:
    """The outbox of a night whose first message another machine's run is sending."""
    assert home.run(1, until="detect")
    engine = open_warehouse(home.warehouse)
    outbox = Outbox(engine, "elsewhere|1")
    [row] = outbox.pending()
    assert outbox.claim(row.dedupe_key) == "pending"
    return outbox


def test_a_run_waits_for_the_other_one_to_finish(home, slack):
    """The other run posts its message while this one waits: nothing is left, and nothing is wrong."""
    other = held_elsewhere(home)
    [row] = other.pending()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        other.mark(row.dedupe_key, "sent", slack_ts="1.0")

    with home.used():
        assert deliver_outbox(load_settings(), sleep=sleep) == {"sent": 0, "printed": 0}
    assert (slept, slack.messages) == ([1], [])


def test_a_run_that_never_finishes_is_told_and_no_message_is_lost(home, slack):
    """After a while the task fails, so that it is tried again; the message still waits."""
    other = held_elsewhere(home)
    slept: list[float] = []
    with home.used(), pytest.raises(AlertError, match=r"another run has been sending .* \(messages left to it: 1\)"):
        deliver_outbox(load_settings(), sleep=slept.append)
    assert (len(slept), slack.messages, len(other.pending())) == (ELSEWHERE_S, [], 1)


def test_a_loss_is_closed_in_its_own_thread_weeks_later(home, proxy, slack):
    """One of three links is back after a fortnight, the others a night later; the channel has another name by then."""
    put = partial(proxy.put, status=404)
    assert home.run(1)
    for url in MANY:
        put(url, "<title>not here</title>")
    assert home.run(2)
    assert home.run(3)
    [loss] = [message for message in slack.messages if "3 links lost" in message["text"]]
    assert "*many.example*: the pages are not found (HTTP 404), 3 links lost, 3 followed" in json.dumps(loss["blocks"])

    home.configure([*MANY, *OTHERS], SLACK.replace('"#backlinks"', '"#ops"'))
    proxy.put(MANY[0], page(OWN))
    assert home.run(18)
    for url in MANY[1:]:
        proxy.put(url, page(OWN, about=url.strip("/").rpartition("/")[2]))
    assert home.run(19)

    in_thread = [message for message in slack.messages if message["text"].endswith("recovered")]
    assert {(message["channel"], message["thread_ts"]) for message in in_thread} == {("C0BACKLINKS", loss["ts"])}
    assert ["many.example*: 1 of 3 is back" in json.dumps(message["blocks"]) for message in in_thread] == [True, False]
    assert "many.example*: all 3 are back" in json.dumps(in_thread[1]["blocks"])
    nightly = [message for message in slack.messages if name_of(18) in message["text"] and not message.get("thread_ts")]
    assert {message["channel"] for message in nightly} == {"C0OPERATIONS"}
