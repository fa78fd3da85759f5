"""What goes on in one page of the browser: what it may ask for, what it was answered, and what is still under way."""

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from linkwatch.model import Outcome
from linkwatch.render.answers import PIECES, is_lacking
from linkwatch.render.gate import Gate
from linkwatch.urls import canonical_or_none, domain_of_host, host_of

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Response, Route, WebSocket, Worker

MAX_REQUESTS = 200
"""Requests of one page; a page that wants more does not get them."""

_UNWANTED = frozenset(
    {"image", "media", "font", "texttrack", "ping", "eventsource", "cspviolationreport", "manifest", "prefetch"}
)


@dataclass  # without slots: Playwright keeps a note on whatever object has its handlers
class Watch:
    """What goes on in the page."""

    domain: str
    gate: Gate
    requests: int = 0
    under_way: "set[Request]" = field(default_factory=set)
    answers: "list[Response]" = field(default_factory=list)  # of documents, in order
    failure: tuple[Outcome, str] | None = None
    trouble: str = ""
    lacking: str = ""
    crashed: bool = False
    is_loaded: bool = False
    works_aside: bool = False  # has a worker, or a web socket to its own server: its links may come that way

    def attach(self, page: "Page") -> None:
        """Listen to the page from now on; `let` is for the routes of its context."""
        page.on("request", self._asked)
        page.on("response", lambda answer: self._answered(page, answer))
        page.on("requestfinished", self._done)
        page.on("requestfailed", lambda request: self._failed(page, request))
        page.on("load", self._loaded)
        page.on("crash", self._crashed)
        page.on("websocket", self._connected)
        page.on("worker", self._works)
        page.on("popup", _close)

    async def let(self, route: "Route") -> None:
        """Which requests are worth asking. Whether a host may be asked at all is the gate's to say."""
        from playwright.async_api import Error

        self.requests += 1
        with contextlib.suppress(Error):  # the page is gone, and its request with it
            if self.requests > MAX_REQUESTS:
                self.lacking = self.lacking or f"more than {MAX_REQUESTS} requests"
                await route.abort("blockedbyclient")
            elif self._is_wanted(route.request):
                await route.continue_()
            else:
                await route.abort("blockedbyclient")

    def is_idle(self) -> bool:
        """True for a page that has loaded and waits for nothing."""
        return self.is_loaded and not self.under_way

    @property
    def is_broken(self) -> bool:
        """True for a page that will not get any further."""
        return self.crashed or bool(self.trouble)

    @staticmethod
    def _is_wanted(request: "Request") -> bool:
        if request.resource_type in _UNWANTED or not request.url.startswith(("http:", "https:")):
            return False
        # What a frame shows is a page of its own: its links are not this page's.
        return not (request.is_navigation_request() and request.frame.parent_frame)

    def _asked(self, request: "Request") -> None:
        self.under_way.add(request)
        self.gate.expect(request.url)

    def _done(self, request: "Request") -> None:
        self.under_way.discard(request)

    def _connected(self, socket: "WebSocket") -> None:
        self.gate.expect(socket.url)
        self.works_aside = self.works_aside or self._is_own(socket.url.replace("ws", "http", 1))

    def _works(self, _: "Worker") -> None:
        self.works_aside = True

    def _loaded(self, _: "Page") -> None:
        self.is_loaded = True

    def _crashed(self, _: "Page") -> None:
        self.crashed = True

    def _answered(self, page: "Page", answer: "Response") -> None:
        request = answer.request
        if _is_document(page, request):
            self.answers.append(answer)
            self.trouble, self.failure, self.is_loaded = "", None, False
        elif request.resource_type in PIECES:
            self._note_lack(request, answer.status)

    def _failed(self, page: "Page", request: "Request") -> None:
        self._done(request)
        words = request.failure or ""
        if _is_document(page, request):
            if "ERR_ABORTED" not in words:
                self.trouble, self.failure = words, self.gate.failure_of(request.url)
            elif len(self.answers) > 1 and self.answers[-1].request == request:
                # What came was a file, or nothing: the page before it stays.
                self.answers.pop()
                self.is_loaded = True
        elif "ERR_ABORTED" not in words and "ERR_BLOCKED_BY_CLIENT" not in words:
            self._note_lack(request, 0)

    def _note_lack(self, request: "Request", status: int) -> None:
        if not self.lacking and is_lacking(request.resource_type, status, self._is_own(request.url)):
            self.lacking = f"{request.resource_type} {request.url[:200]} ({status or request.failure})"

    def _is_own(self, address: str) -> bool:
        url = canonical_or_none(address)
        return url is not None and domain_of_host(host_of(url)) == self.domain


def _is_document(page: "Page", request: "Request") -> bool:
    return request.is_navigation_request() and request.frame == page.main_frame


async def _close(popup: "Page") -> None:
    from playwright.async_api import Error

    with contextlib.suppress(Error):
        await popup.close()
