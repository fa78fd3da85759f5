"""The fetcher: takes pages to look at and gives each back with exactly one outcome. It reads no HTML.

A visit waits for its host's turn, is checked (guard, the host's page budget, robots.txt), asked for and judged; a redirect
makes it wait for the next host's turn. robots.txt is a visit like any other, made before the first page of its origin.
"""

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Self

import pycurl

from linkwatch.fetch.answers import HTML_TYPES, REDIRECT_STATUSES, Answer, Expected, Verdict, judge
from linkwatch.fetch.guard import refused_host
from linkwatch.fetch.multi import Multi
from linkwatch.fetch.politeness import Host, Hosts, asked_to_wait, retry_after_s, started, unasked
from linkwatch.fetch.robots import MAX_ROBOTS_BYTES, MAX_ROBOTS_REDIRECTS, Rules, rules_from
from linkwatch.fetch.transfer import Transfer, ca_file_of, network_of
from linkwatch.model import FetchedPage, Outcome, PageRequest, Redirect
from linkwatch.settings import FetchSettings
from linkwatch.urls import canonical_or_none, host_of

MAX_TIMEOUTS_IN_A_ROW = 5
"""Then a host is left alone for the night: five hundred pages that each take the full time limit would take four hours."""

_WITHOUT_BODY = frozenset({Outcome.TOO_LARGE, Outcome.TRUNCATED})  # what came of it is wanted of a robots.txt only
_SLOW_S = 0.005  # that our caller may take for a page before we look after the others: its work is not their silence
_MAX_KEPT_CONNECTIONS = 512
_KEPT_CONNECTIONS_PER_SLOT = 4  # hosts that pause between two pages keep their connection and take no slot


def user_agent(settings: FetchSettings) -> str:
    """Who we say we are: name, version and, where settings give one, a contact."""
    contact = "".join(character for character in settings.contact if character.isprintable())
    name = f"linkwatch/{version('linkwatch')}"
    return f"{name} (+{contact})" if contact else name


@dataclass(slots=True)
class _Visit:
    """One page, or one robots.txt, on its way."""

    request: PageRequest
    url: str  # where it stands now
    accept: tuple[str, ...]
    robots_of: str = ""  # origin whose robots.txt this is; empty: a page
    redirects: tuple[Redirect, ...] = ()
    asked_again: bool = False
    elapsed_ms: int = 0

    @property
    def origin(self) -> str:
        """Scheme, host and port of where it stands."""
        return self.url[: self.url.index("/", len("https://"))]

    @property
    def is_new(self) -> bool:
        """True for a page that nobody was asked for yet."""
        return not (self.robots_of or self.redirects or self.asked_again)


@dataclass(frozen=True, slots=True)
class _Flight:
    """A visit that is being asked for."""

    visit: _Visit
    host: Host[_Visit]
    transfer: Transfer
    expected: Expected


class Fetcher:
    """Reads pages, politely and with caps. Connections, robots.txt and what hosts ask for are kept from call to call.

    `night` fills "{night}" in `settings.proxy`. `environ` (default: the process's) may name certificates, see `ca_file_of`.
    One thread, one `fetch` at a time; close it, or use it in a `with` block.
    """

    def __init__(self, settings: FetchSettings, *, night: str = "", environ: Mapping[str, str] | None = None) -> None:
        self._settings = settings
        self._ca_file = ca_file_of(os.environ if environ is None else environ)
        self._proxy = settings.proxy.replace("{night}", night)
        self._user_agent = user_agent(settings)
        self._multi = Multi(min(settings.concurrency * _KEPT_CONNECTIONS_PER_SLOT, _MAX_KEPT_CONNECTIONS))
        self._hosts: Hosts[_Visit] = Hosts(settings.delay_s)
        self._rules: dict[str, Rules] = {}  # by origin
        self._parked: dict[str, list[_Visit]] = {}  # by origin: visits that wait for its robots.txt
        self._flights: dict[pycurl.Curl, _Flight] = {}
        self._idle: list[Transfer] = []
        self._done: deque[FetchedPage] = deque()
        self._left = 0  # pages without an outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what is under way and close all connections."""
        self._abandon()
        for transfer in self._idle:
            transfer.close()
        self._idle.clear()
        self._multi.close()

    def fetch(self, requests: Iterable[PageRequest], *, accept: Sequence[str] = HTML_TYPES) -> Iterator[FetchedPage]:
        """Every request exactly once, in order of completion. A page of a type that is not in `accept` is `not_html`."""
        if self._left:
            raise RuntimeError("a Fetcher runs one fetch at a time; read the first one to its end or close it")
        types = tuple(accept)
        try:
            for request in requests:
                self._hosts.put(host_of(request.url), (_Visit(request, request.url, types),))
                self._left += 1
            while self._left or self._done:
                self._start_due()
                if not self._done:
                    self._turn(self._patience_s())
                    continue
                self._turn(0.0)  # what was just started is on its way while our caller reads what is done
                while self._done:
                    handed_at = time.monotonic()
                    yield self._done.popleft()
                    if time.monotonic() - handed_at > _SLOW_S:
                        self._start_due()
                        self._turn(0.0)
        finally:
            self._abandon()

    def _start_due(self) -> None:
        now = time.monotonic()
        while len(self._flights) < self._settings.concurrency and (turn := self._hosts.next_turn(now)):
            host, visit = turn
            if visit.robots_of or visit.origin in self._rules:
                refusal = self._refusal(host, visit)
                if refusal is None:
                    self._start(host, visit, now)
                    continue
                self._end(visit, Verdict(*refusal), Answer())
            else:
                self._park(host, visit)
            self._hosts.release(host)

    def _refusal(self, host: Host[_Visit], visit: _Visit) -> tuple[Outcome, str] | None:
        """Why this visit may not be asked for; None: it may."""
        if host.closed:
            return host.closed
        if self._proxy and not self._settings.allow_private_addresses and (kind := refused_host(host.name)):
            return Outcome.ADDRESS_REFUSED, f"the host is a {kind} address"
        if visit.is_new and host.pages >= self._settings.max_pages_per_host:
            # A time-out is the outcome that neither ends a run of failures nor counts as one.
            return Outcome.TIMEOUT, f"not asked: the host's {host.pages} pages of tonight (fetch.max_pages_per_host) are used up"
        return None if visit.robots_of else self._rules[visit.origin].refusal(visit.url)

    def _park(self, host: Host[_Visit], visit: _Visit) -> None:
        origin = visit.origin
        if origin not in self._parked:
            self._parked[origin] = []
            address = f"{origin}/robots.txt"
            self._hosts.put(host.name, (_Visit(PageRequest(address), address, (), robots_of=origin),), first=True)
        self._parked[origin].append(visit)

    def _start(self, host: Host[_Visit], visit: _Visit, now: float) -> None:
        started(host, now)
        host.pages += visit.is_new
        expected, headers = self._expected(visit), _headers(visit)
        transfer = self._idle.pop() if self._idle else Transfer(self._settings, self._user_agent, self._proxy, self._ca_file)
        transfer.prepare(visit.url, headers, self._settings.read_timeout_s - visit.elapsed_ms / 1000, expected)
        self._flights[transfer.curl] = _Flight(visit, host, transfer, expected)
        self._multi.add(transfer.curl)

    def _expected(self, visit: _Visit) -> Expected:
        cap, settings = MAX_ROBOTS_BYTES if visit.robots_of else self._settings.max_body_bytes, self._settings
        return Expected(
            visit.accept,
            cap,
            min(cap, settings.max_compressed_bytes),
            proxied=bool(self._proxy),
            conditional=_has_validators(visit),
            start_suffices=bool(visit.robots_of),
        )

    def _turn(self, timeout_s: float | None) -> None:
        for curl, error, message in self._multi.turn(timeout_s):
            flight = self._flights.pop(curl)
            self._multi.remove(curl)
            answer = flight.transfer.finish(error, message)
            self._idle.append(flight.transfer)
            flight.visit.elapsed_ms += answer.elapsed_ms
            self._settle(flight, answer)
            self._hosts.release(flight.host)

    def _patience_s(self) -> float | None:
        """How long the network may take before a host's turn is due; None: nobody waits for a turn that could be given."""
        wake_at = self._hosts.wake_at() if len(self._flights) < self._settings.concurrency else None
        if wake_at is None:
            if not self._flights:
                raise RuntimeError(f"{self._left} pages are left, and none of them waits for anything")
            return None
        return max(0.0, wake_at - time.monotonic())

    def _settle(self, flight: _Flight, answer: Answer) -> None:
        visit, host = flight.visit, flight.host
        location = answer.headers.get("location")
        if answer.status in REDIRECT_STATUSES and location is not None and (url := canonical_or_none(location, visit.url)):
            host.timeouts = 0
            verdict = self._hop(visit, answer.status, url)
        else:
            verdict = judge(answer, flight.expected)
            self._note_timeout(host, verdict)
            if self._waits_and_asks_again(host, visit, answer, verdict):
                return
        if verdict:
            self._end(visit, verdict, answer)

    def _hop(self, visit: _Visit, status: int, url: str) -> Verdict | None:
        """Send the visit on to `url`; a verdict where it went far enough."""
        limit = MAX_ROBOTS_REDIRECTS if visit.robots_of else self._settings.max_redirects
        if url == visit.request.url or any(url == hop.url for hop in visit.redirects):
            return Verdict(Outcome.TOO_MANY_REDIRECTS, f"the redirects go round in a circle: back to {url[:200]}")
        if len(visit.redirects) >= limit:
            return Verdict(Outcome.TOO_MANY_REDIRECTS, f"more than {limit} redirects")
        visit.redirects = (*visit.redirects, Redirect(status, url))
        visit.url = url
        self._hosts.put(host_of(url), (visit,), first=True)
        return None

    def _note_timeout(self, host: Host[_Visit], verdict: Verdict) -> None:
        host.timeouts = host.timeouts + 1 if verdict.outcome is Outcome.TIMEOUT else 0
        if host.timeouts >= MAX_TIMEOUTS_IN_A_ROW:
            host.closed = (Outcome.TIMEOUT, f"not asked: {host.timeouts} requests in a row to the host took too long")

    def _waits_and_asks_again(self, host: Host[_Visit], visit: _Visit, answer: Answer, verdict: Verdict) -> bool:
        """Honour Retry-After: once for a page, within the host's limit; otherwise the host is left alone for the night."""
        if answer.status not in (429, 503) or verdict.by_proxy:
            return False
        wait_s = retry_after_s(answer.headers.get("retry-after", ""), answer.headers.get("date", ""))
        if wait_s is None:
            return False
        if visit.asked_again:
            said = f"not asked: after the wait it asked for, the host answered {answer.status} again"
            host.closed = (unasked(verdict.outcome), said)
            return False
        if not asked_to_wait(host, verdict.outcome, wait_s, time.monotonic(), self._settings.max_retry_after_s):
            return False
        visit.asked_again = True
        self._hosts.put(host.name, (visit,), first=True)
        return True

    def _end(self, visit: _Visit, verdict: Verdict, answer: Answer) -> None:
        if visit.robots_of:
            self._learn_rules(visit.robots_of, rules_from(verdict.outcome, verdict.body, verdict.detail))
            return
        self._left -= 1
        page = FetchedPage(
            url=visit.request.url,
            outcome=verdict.outcome,
            final_url=visit.url,
            http_status=None if verdict.by_proxy else answer.status or None,
            redirects=visit.redirects,
            headers=answer.headers,
            body=b"" if verdict.outcome in _WITHOUT_BODY else verdict.body,
            detail=verdict.detail,
            elapsed_ms=visit.elapsed_ms,
            network="" if self._proxy else network_of(answer.address),
        )
        self._done.append(page)

    def _learn_rules(self, origin: str, rules: Rules) -> None:
        self._rules[origin] = rules
        host = host_of(f"{origin}/")
        self._hosts.set_delay(host, min(rules.crawl_delay_s, self._settings.max_crawl_delay_s))
        self._hosts.put(host, self._parked.pop(origin), first=True)

    def _abandon(self) -> None:
        for curl, flight in self._flights.items():
            self._multi.remove(curl)
            self._idle.append(flight.transfer)
        self._flights.clear()
        self._hosts.forget_waiting()
        self._parked.clear()
        self._done.clear()
        self._left = 0


def _has_validators(visit: _Visit) -> bool:
    return bool(visit.request.etag or visit.request.last_modified) and not visit.redirects


def _headers(visit: _Visit) -> list[bytes]:
    wanted = ", ".join(visit.accept) or "text/plain"
    headers = [f"Accept: {wanted}, */*;q=0.5", "Accept-Language: en, *;q=0.5"]
    if _has_validators(visit):
        validators = (("If-None-Match", visit.request.etag), ("If-Modified-Since", visit.request.last_modified))
        headers.extend(f"{name}: {value}" for name, value in validators if value and value.isprintable())
    return [header.encode() for header in headers]
