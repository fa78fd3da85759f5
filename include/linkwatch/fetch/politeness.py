"""Politeness: whose turn it is. One request at a time to a host, a pause between two, and what a host asks for is honoured.

This is arithmetic over queues; it makes no request and asks no clock: `now` is handed in, in seconds of a monotonic clock.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

from linkwatch.model import Outcome

T = TypeVar("T")


@dataclass(slots=True)
class Host(Generic[T]):
    """One host: what waits for it, and what tonight has taught us about it."""

    name: str
    delay_s: float  # between the starts of two requests
    waiting: deque[T] = field(default_factory=deque)
    not_before: float = float("-inf")
    listed: bool = False  # stands in one of the scheduler's two lists
    busy: bool = False  # has its turn, from `next_turn` to `release`
    pages: int = 0  # asked for tonight; redirects and second tries not counted
    waited_s: float = 0.0  # because it asked us to, with Retry-After
    timeouts: int = 0  # in a row
    closed: tuple[Outcome, str] | None = None  # how every further page of tonight ends: outcome and reason


class Hosts(Generic[T]):
    """The queues of all hosts, key: host name. A host whose pause is over goes before a new one: connections stay warm."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._hosts: dict[str, Host[T]] = {}
        self._fresh: deque[Host[T]] = deque()
        self._pausing: list[tuple[float, int, Host[T]]] = []  # a heap; the number settles ties in order of arrival
        self._listings = 0

    def put(self, name: str, visits: Sequence[T], *, first: bool = False) -> None:
        """Let visits wait for a host, in their order; `first`: ahead of all that waits there."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(name, self._delay_s)
        if first:
            host.waiting.extendleft(reversed(visits))
        else:
            host.waiting.extend(visits)
        self._list(host)

    def next_turn(self, now: float) -> tuple[Host[T], T] | None:
        """The next host that may be asked now, and its visit; None when nobody may. The host is busy until `release`."""
        while self._pausing and self._pausing[0][0] <= now:
            host = heapq.heappop(self._pausing)[2]
            host.listed = False
            if host.not_before > now:  # its pause was prolonged after it was listed
                self._list(host)
                continue
            return self._take(host)
        if self._fresh:
            host = self._fresh.popleft()
            host.listed = False
            return self._take(host)
        return None

    def wake_at(self) -> float | None:
        """When a turn may be due next; None when no host has anything waiting."""
        if self._fresh:
            return float("-inf")
        return self._pausing[0][0] if self._pausing else None

    def release(self, host: Host[T]) -> None:
        """End of the host's turn."""
        host.busy = False
        self._list(host)

    def set_delay(self, name: str, delay_s: float) -> None:
        """A pause longer than the settings', as the host's robots.txt asks for it; never a shorter one."""
        host = self._hosts[name]
        if delay_s > host.delay_s:
            host.not_before += delay_s - host.delay_s
            host.delay_s = delay_s

    def forget_waiting(self) -> None:
        """Drop every visit that waits; what was learnt of the hosts stays."""
        self._fresh.clear()
        self._pausing.clear()
        for host in self._hosts.values():
            host.waiting.clear()
            host.listed = host.busy = False

    def _take(self, host: Host[T]) -> tuple[Host[T], T]:
        host.busy = True
        return host, host.waiting.popleft()

    def _list(self, host: Host[T]) -> None:
        if host.listed or host.busy or not host.waiting:
            return
        host.listed = True
        if host.not_before == float("-inf"):
            self._fresh.append(host)
        else:
            self._listings += 1
            heapq.heappush(self._pausing, (host.not_before, self._listings, host))


def started(host: Host[T], now: float) -> None:
    """A request to the host starts now: the next one waits for the host's delay."""
    host.not_before = now + host.delay_s


def asked_to_wait(host: Host[T], outcome: Outcome, wait_s: float, now: float, limit_s: float) -> bool:
    """Honour a Retry-After of `wait_s`: True where the host is to be asked again, else it is closed for the night.

    The waits of one host add up against `limit_s`, so that a host that refuses every first try cannot hold the night up.
    """
    if host.waited_s + wait_s > limit_s:
        asks = f"the host asks to wait {wait_s:.0f} s"
        so_far = f", after {host.waited_s:.0f} s already waited" if host.waited_s else ""
        host.closed = (unasked(outcome), f"not asked: {asks}{so_far}; fetch.max_retry_after_s is {limit_s:.0f}")
        return False
    host.waited_s += wait_s
    host.not_before = max(host.not_before, now + wait_s)
    return True


def unasked(outcome: Outcome) -> Outcome:
    """How pages end that were not asked for because another page of the host ended in `outcome`.

    A server's error becomes a time-out, which never counts: a host that slows us down with 503 must not make pages look dead
    that nobody asked for.
    """
    return Outcome.TIMEOUT if outcome is Outcome.SERVER_ERROR else outcome


def retry_after_s(value: str, date: str) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: a number, or an HTTP date); None when it says nothing.

    A date is read against the answer's own Date header, so that neither clock has to be right; without one it says nothing.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    until, at = _http_date(value), _http_date(date)
    return max(0.0, (until - at).total_seconds()) if until and at else None


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
