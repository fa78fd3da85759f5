"""The renderer: one page after another in one browser, each in a fresh profile, each with one outcome.

A page costs at most its time limit and a few seconds; what it breaks, be it the browser, is mended before the next one. It does
not ask robots.txt or wait between pages of a host: who asks for a page here has read it politely before.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from linkwatch.model import FetchedPage, Outcome, Redirect
from linkwatch.render.answers import Shown, judge
from linkwatch.render.chromium import END_S, Chromium, executable_of
from linkwatch.render.gate import Gate
from linkwatch.render.visit import visit
from linkwatch.settings import FetchSettings, RenderSettings
from linkwatch.urls import canonical_or_none

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

MAX_ERROR_BODY_BYTES = 64 * 1024
"""Of what came in a page's place: as much as `FetchedPage.body` holds of it."""

_MAX_FAILED_STARTS = 2  # in a row: then nothing will start it tonight
_PAGE_BYTES = 3  # a page with its scripts may read so many times fetch.max_body_bytes
_SLACK_S = 15.0  # over the page's limit: a fresh profile, the last reading, closing
_RESOLVERS = 32  # threads: a page asks for dozens of hosts at once
_WITH_BODY = frozenset({Outcome.READABLE, Outcome.TIMEOUT, Outcome.TRUNCATED})


class Renderer:
    """Renders pages; use it in a `with` block. The browser starts with the first page.

    `night` fills "{night}" in `fetch.proxy`; `refuses` names what is wrong with a host that no request may go to (empty:
    nothing), and is not asked where settings allow private addresses.
    """

    def __init__(
        self, settings: RenderSettings, fetch: FetchSettings, *, night: str, user_agent: str, refuses: Callable[[str], str]
    ) -> None:
        self._settings = settings
        self._fetch = fetch
        self._user_agent = user_agent
        allowed = fetch.allow_private_addresses
        self._gate = Gate(fetch.proxy.replace("{night}", night), _nothing if allowed else refuses, fetch.connect_timeout_s)
        self._address = ""
        self._chromium: Chromium | None = None
        self._failed_starts = 0

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._runner.get_loop().set_default_executor(ThreadPoolExecutor(_RESOLVERS))
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._end())
        self._runner.close()

    def render(self, url: str) -> FetchedPage:
        """Look at a page (canonical URL) in the browser.

        READABLE: `body` is the page as its scripts built it, in UTF-8. TIMEOUT and TRUNCATED: the page was still at work, or
        did not get all that it asked for; `body` is what it showed so far, where a link counts and the lack of one does not.
        """
        started = time.monotonic()
        shown = self._runner.run(self._shown(url))
        outcome, detail = judge(shown, self._settings.timeout_s, self._fetch.max_redirects)
        body = shown.html or b""
        if len(body) > self._fetch.max_body_bytes:
            outcome, body = Outcome.TOO_LARGE, b""
            detail = f"the page as the browser built it is larger than the limit of {self._fetch.max_body_bytes:,} bytes"
        urls = [canonical_or_none(address) or address for _, address in shown.answers]
        return FetchedPage(
            url=url,
            outcome=outcome,
            final_url=urls[-1] if urls else url,
            http_status=shown.answers[-1][0] if shown.answers else None,
            redirects=tuple(Redirect(shown.answers[place][0], hop) for place, hop in enumerate(urls[1:])),
            headers=_headers(shown),
            body=body if outcome in _WITH_BODY else body[:MAX_ERROR_BODY_BYTES],
            detail=detail,
            elapsed_ms=round((time.monotonic() - started) * 1000),
        )

    async def _shown(self, url: str) -> Shown:
        """The page as a browser showed it, or how the browser failed."""
        from playwright.async_api import Error

        chromium = await self._running()
        if chromium is None:
            return Shown(trouble="Chromium does not start")
        max_bytes = self._fetch.max_body_bytes
        await self._gate.begin_page(_PAGE_BYTES * max_bytes)
        context: BrowserContext | None = None
        try:
            async with asyncio.timeout(self._settings.timeout_s + _SLACK_S):
                context = await chromium.new_context(self._user_agent)
                return await visit(context, url, self._gate, self._settings.timeout_s, max_bytes)
        except Error:
            return Shown(crashed=True)
        except TimeoutError:
            await self._drop()
            return Shown(trouble="the browser does not answer")
        finally:
            if context is not None and not await _closed(context):
                await self._drop()

    async def _running(self) -> Chromium | None:
        """The browser, started or started again; None where that fails."""
        from playwright.async_api import Error

        if self._chromium and not self._chromium.is_running:
            await self._drop()
        if self._chromium is None and self._failed_starts < _MAX_FAILED_STARTS:
            try:
                self._address = self._address or await self._gate.open()
                self._chromium = await Chromium.start(executable_of(self._settings), self._address)
                self._failed_starts = 0
            except (Error, OSError, TimeoutError):
                self._failed_starts += 1
        return self._chromium

    async def _drop(self) -> None:
        if self._chromium:
            await self._chromium.end()
        self._chromium = None

    async def _end(self) -> None:
        await self._drop()
        if self._address:
            await self._gate.close()


async def _closed(context: "BrowserContext") -> bool:
    """Close a page's profile, even under a script that never ends; False where that takes too long."""
    from playwright.async_api import Error

    with contextlib.suppress(Error):  # it is gone already
        try:
            async with asyncio.timeout(END_S):
                await context.close()
        except TimeoutError:
            return False
    return True


def _headers(shown: Shown) -> dict[str, str]:
    """Headers of the document, as they fit the page that the browser built of it."""
    dropped = ("content-encoding", "content-length", "transfer-encoding")
    headers = {name.lower(): ", ".join(value.split("\n")) for name, value in shown.headers.items() if name.lower() not in dropped}
    return headers | {"content-type": "text/html; charset=utf-8"} if shown.html else headers


def _nothing(_: str) -> str:
    return ""
