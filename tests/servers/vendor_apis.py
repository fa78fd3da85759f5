"""Vendors' interfaces on loopback: routes that a test fills, faults that it scripts, and what was asked for.

Also what a pull needs around it: `pull_of` and a ledger in memory.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from linkwatch.model import Role, Scope, Site
from linkwatch.source_settings import SourceSettings
from linkwatch.sources import Account, Pull, Rejects
from linkwatch.urls import Scopes

KEY = "s3cret/key+of=the-test"
"""With characters that look otherwise in an address."""
AS_OF = datetime(2026, 11, 22, 3, tzinfo=UTC)
SITES = (Site("own.example", Role.OWN, Scope.DOMAIN), Site("rival.example", Role.COMPETITOR, Scope.DOMAIN))


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    json: Any  # the body; None when there is none
    port: int  # of the client: one for each connection


@dataclass(frozen=True)
class Reply:
    """What is answered. A body that is no text and no bytes is sent as JSON."""

    body: Any = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def payload(self) -> bytes:
        """The bytes on the wire."""
        if isinstance(self.body, bytes):
            return self.body
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


Route = Callable[[Request], Reply]
Fault = str | Callable[[Reply], Reply]


@dataclass
class VendorServer:
    """`with VendorServer({"/v1/links": answer}) as vendor:` serves on a free loopback port until the block ends.

    `faults` are for the next requests, one each: "" (none), "429" or "429:30" (Retry-After in seconds), "429@30" (as a date
    30 s from the answer's own), any other status ("503"), "dropped" (no answer), "cut" (half of the body), "drip" (a byte
    every 50 ms), or a function from the sound reply to the one that is sent.
    """

    routes: Mapping[str, Route]
    faults: deque[Fault] = field(default_factory=deque)
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> "VendorServer":
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_GET(self) -> None:
                vendor.answer(self)

            def do_POST(self) -> None:
                vendor.answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def url(self) -> str:
        """The account's `base_url`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request, with the next fault if there is one."""
        request = _request(handler)
        self.requests.append(request)
        route = self.routes.get(request.path)
        reply = route(request) if route else Reply({"error": f"no such path: {request.path}"}, 404)
        fault = self.faults.popleft() if self.faults else ""
        if callable(fault):
            reply, fault = fault(reply), ""
        elif fault[:3].isdigit():
            reply, fault = _fault(fault), ""
        if fault == "dropped":
            handler.close_connection = True
        else:
            _send(handler, reply, fault)


def _request(handler: BaseHTTPRequestHandler) -> Request:
    address = urlsplit(handler.path)
    body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    headers = {name.lower(): value for name, value in handler.headers.items()}
    params = dict(parse_qsl(address.query, keep_blank_values=True))
    return Request(handler.command, address.path, params, headers, json.loads(body) if body else None, handler.client_address[1])


def _fault(fault: str) -> Reply:
    status, wait, date = int(fault[:3]), fault[4:], fault[3:4] == "@"
    headers = {"Retry-After": wait} if wait else {}
    if date:
        headers = {"Retry-After": format_datetime(AS_OF + timedelta(seconds=int(wait)), usegmt=True)}
    return Reply({"error": f"fault {status}"}, status, headers)


def _send(handler: BaseHTTPRequestHandler, reply: Reply, fault: str) -> None:
    payload = reply.payload
    kind = "text/plain; charset=utf-8" if isinstance(reply.body, str) else "application/json"
    headers = {"Content-Type": kind, "Date": format_datetime(AS_OF, usegmt=True), "Content-Length": str(len(payload))}
    handler.send_response_only(reply.status)
    for name, value in {**headers, **reply.headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    if fault == "cut":
        handler.wfile.write(payload[: len(payload) // 2])
        handler.close_connection = True
    elif fault == "drip":
        _drip(handler, payload)
    else:
        handler.wfile.write(payload)


def _drip(handler: BaseHTTPRequestHandler, payload: bytes) -> None:
    try:
        for byte in payload:  # far beyond what a test waits for
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:  # the client has had enough
        handler.close_connection = True


@dataclass(frozen=True)
class Entry:
    """A call in the ledger below."""

    endpoint: str
    units: float
    rows: int = 0
    status: str = "sent"


@dataclass
class MemoryLedger:
    """The least that keeps the promise of `linkwatch.sources.Ledger`; `before` was spent earlier this month."""

    before: float = 0.0
    entries: list[Entry] = field(default_factory=list)

    def spent(self) -> float:
        """Units of all entries, settled or not."""
        return self.before + sum(entry.units for entry in self.entries)

    def enter(self, endpoint: str, units: float) -> int:
        """A call that is about to be sent."""
        self.entries.append(Entry(endpoint, units))
        return len(self.entries) - 1

    def settle(self, call: int, *, units: float, rows: int, status: str) -> None:
        """What came of it."""
        self.entries[call] = replace(self.entries[call], units=units, rows=rows, status=status)


def pull_of(
    kind: str,
    folder: Path,
    base_url: str,
    *,
    ledger: MemoryLedger | None = None,
    sites: tuple[Site, ...] = SITES[:1],
    login: str = "",
    **settings: Any,
) -> Pull:
    """A pull of a source of this kind from the server at `base_url`; `settings` are the source's own."""
    source = SourceSettings(kind, **{"name": kind, "connection": "vendor", "budget_units": 1e9, **settings})
    rejects = Rejects(source.name, folder / "rejects.csv", max_samples=100)
    account = Account(login, KEY, base_url)
    return Pull(source, Scopes(sites), AS_OF, rejects, _no_fetch, account=account, ledger=ledger or MemoryLedger())


def _no_fetch(requests: object) -> Any:
    raise AssertionError(f"an interface is asked, no page is fetched: {requests}")
