"""Whose turn it is, and what hosts may ask for."""

import pytest

from linkwatch.fetch.client import user_agent
from linkwatch.fetch.politeness import Hosts, asked_to_wait, retry_after_s, started
from linkwatch.model import Outcome
from linkwatch.settings import FetchSettings

NOON = "Sun, 22 Nov 2026 12:00:00 GMT"


def ask_all(hosts: Hosts[str], until: float) -> list[tuple[float, str]]:
    """Ask whenever a turn is due, each request over at once; returns when and what, on a clock of our own."""
    asked, now = [], 0.0
    while now <= until:
        while turn := hosts.next_turn(now):
            host, visit = turn
            started(host, now)
            asked.append((now, visit))
            hosts.release(host)
        wake_at = hosts.wake_at()
        if wake_at is None:
            break
        now = max(now, wake_at)
    return asked


def test_a_pause_lies_between_two_requests_to_a_host() -> None:
    """Hosts do not wait for each other, and each is asked once in its delay."""
    hosts: Hosts[str] = Hosts(delay_s=1.0)
    hosts.put("a", ["a1", "a2", "a3"])
    hosts.put("b", ["b1", "b2"])
    assert ask_all(hosts, 10) == [(0, "a1"), (0, "b1"), (1, "a2"), (1, "b2"), (2, "a3")]


def test_a_host_has_one_request_at_a_time() -> None:
    """A host that was not released gets no second turn, however long its answer takes."""
    hosts: Hosts[str] = Hosts(delay_s=0.0)
    hosts.put("a", ["a1", "a2"])
    turn = hosts.next_turn(0)
    assert turn
    assert (hosts.next_turn(100), hosts.wake_at()) == (None, None)
    hosts.release(turn[0])
    assert hosts.next_turn(100)


def test_a_known_host_goes_before_a_new_one() -> None:
    """A host whose pause is over is asked before a host that was never asked."""
    hosts: Hosts[str] = Hosts(delay_s=1.0)
    hosts.put("a", ["a1", "a2"])
    turn = hosts.next_turn(0)
    assert turn
    started(turn[0], 0)
    hosts.release(turn[0])
    hosts.put("b", ["b1"])
    later = [turn[1] for turn in (hosts.next_turn(1), hosts.next_turn(1)) if turn]
    assert later == ["a2", "b1"]


def test_visits_can_be_put_first_in_their_order() -> None:
    """Redirects and pages that waited for robots.txt go before what waits already."""
    hosts: Hosts[str] = Hosts(delay_s=1.0)
    hosts.put("a", ["a3"])
    hosts.put("a", ["a1", "a2"], first=True)
    assert [visit for _, visit in ask_all(hosts, 10)] == ["a1", "a2", "a3"]


def test_a_longer_crawl_delay_counts_from_the_last_request_on() -> None:
    """A site may ask for a longer pause, never for a shorter one than the settings'."""
    hosts: Hosts[str] = Hosts(delay_s=1.0)
    hosts.put("a", ["a1", "a2", "a3"])
    turn = hosts.next_turn(0)
    assert turn
    started(turn[0], 0)
    hosts.release(turn[0])
    hosts.set_delay("a", 5.0)
    hosts.set_delay("a", 0.5)
    assert ask_all(hosts, 20) == [(5, "a2"), (10, "a3")]


def test_waits_of_a_host_add_up() -> None:
    """A host may ask us to wait within the limit; what goes beyond it closes the host for the night and says so."""
    hosts: Hosts[str] = Hosts(delay_s=1.0)
    hosts.put("a", ["a1", "a2"])
    turn = hosts.next_turn(0)
    assert turn
    host = turn[0]
    started(host, 0)
    assert asked_to_wait(host, Outcome.BLOCKED, 40, now=2, limit_s=60)
    hosts.release(host)
    assert hosts.wake_at() == 42
    assert not asked_to_wait(host, Outcome.BLOCKED, 21, now=50, limit_s=60)
    assert host.closed
    assert host.closed[0] is Outcome.BLOCKED
    assert "21 s" in host.closed[1]


@pytest.mark.parametrize(
    ("value", "date", "wait_s"),
    [
        ("120", "", 120.0),
        (" 0 ", "", 0.0),
        ("9" * 400, "", 999_999_999.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", NOON, 30.0),
        ("Sun, 22 Nov 2026 11:59:00 GMT", NOON, 0.0),
        ("Sunday, 22-Nov-26 12:01:00 GMT", NOON, 60.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", "", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", NOON, None),
        ("", NOON, None),
        ("-5", NOON, None),
        ("1.5", NOON, None),
        ("٣", NOON, None),
        ("soon", NOON, None),
    ],
)
def test_retry_after(value: str, date: str, wait_s: float | None) -> None:
    """Retry-After is a number of seconds, or a date that is read against the answer's own Date."""
    assert retry_after_s(value, date) == wait_s


@pytest.mark.parametrize(
    ("contact", "end"),
    [("", ""), ("https://example.com/bot", " (+https://example.com/bot)"), ("a@b.example\r\nX: y", " (+a@b.exampleX: y)")],
)
def test_the_user_agent_is_honest(contact: str, end: str) -> None:
    """The user agent is our name, version and the contact of the settings, on one line."""
    name, version = user_agent(FetchSettings(contact=contact)).removesuffix(end).split("/")
    assert name == "linkwatch"
    assert version[0].isdigit()
