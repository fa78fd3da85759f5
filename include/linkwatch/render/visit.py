"""One page in the browser: when it is at rest, and what it shows then. It judges nothing."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from linkwatch.render.answers import Shown
from linkwatch.render.chromium import HEIGHT
from linkwatch.render.gate import Gate
from linkwatch.render.watch import Watch
from linkwatch.urls import domain_of_host, host_of

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, CDPSession, Page

SETTLE_MS = 5000
"""Of its own time a page gets after it has loaded, for what its scripts do later on."""

SCROLL_MS = 500
"""The same, for each screen that is scrolled into view."""

MAX_SCROLLS = 8
"""Screens of a page that are scrolled through, so that what loads when it comes into view does load."""

_READ_S = 3.0  # for reading the page when its time is up
_STEP_S = 0.02
_ASIDE_S = 2.0  # real time for what workers and web sockets bring; the page's own time does not wait for them
_PATIENCE_S = 0.5
_FRAME_S = 0.1  # real time, in which the browser notices what came into view

# Runs in a world of its own, where the page's scripts cannot change what the words mean. Links in open shadow roots are links
# to whoever looks at the page, so their content is written out behind their host's; and relative addresses keep their base.
_READ = """(limit => {
  let shadowed = false;
  const copies = (from, into, depth) => {
    const live = from.querySelectorAll("*"), copied = into.querySelectorAll("*");
    for (let i = 0; i < live.length; i++) {
      const root = live[i].shadowRoot;
      if (!root || depth > 8) continue;
      const part = document.createElement("template").content;
      for (const child of root.childNodes) part.append(part.ownerDocument.importNode(child, true));
      copies(root, part, depth + 1);
      for (const style of part.querySelectorAll("style")) style.remove();
      shadowed = shadowed || part.textContent.trim() !== "";
      copied[i].append(part);
    }
  };
  const standsAt = location.protocol === "http:" || location.protocol === "https:" ? "" : location.href.slice(0, 200);
  const root = document.documentElement;
  if (!root || standsAt) return {standsAt, html: "", size: 0, content: false};
  const inert = document.implementation.createHTMLDocument("");
  const copy = inert.importNode(root, true);
  copies(root, copy, 0);
  const base = copy.querySelector("base[href]") || inert.createElement("base");
  base.setAttribute("href", document.baseURI);
  if (!copy.contains(base)) (copy.querySelector("head") || copy).prepend(base);
  const html = "<!DOCTYPE html>" + copy.outerHTML;
  const text = document.body ? document.body.innerText.trim() : "";
  const content = shadowed || text !== "" || copy.querySelector("a[href]") !== null;
  return html.length > limit
    ? {standsAt, html: "", size: html.length, content} : {standsAt, html, size: 0, content};
})(%d)"""
_SCROLL = "(y => { scrollTo(0, y); return document.documentElement.scrollHeight; })(%d)"


async def visit(context: "BrowserContext", url: str, gate: Gate, timeout_s: float, max_bytes: int) -> Shown:
    """Open `url` (canonical) and read it when it is at rest, or when its time is up. Raises what Playwright raises for a
    browser that is gone, and TimeoutError for one that does not answer.
    """
    end = time.monotonic() + timeout_s
    watch = Watch(domain_of_host(host_of(url)), gate)
    page = await context.new_page()
    watch.attach(page)
    await context.route("**/*", watch.let)
    session = await context.new_cdp_session(page)
    at_rest = await _opened(page, url, watch, end) and await _at_rest(session, watch, end, SETTLE_MS)
    if at_rest and watch.answers and watch.answers[-1].status < 300:
        at_rest = await _scrolled(session, watch, end)
    if gate.is_used_up:
        watch.lacking = "it and its pieces are larger than a page may be"
    seen: dict[str, Any] = {}
    if watch.answers and not watch.crashed and not watch.trouble:
        seen = await _evaluated(session, _READ % max_bytes) or {}
    return Shown(
        answers=tuple((answer.status, answer.url) for answer in watch.answers),
        headers=watch.answers[-1].headers if watch.answers else {},
        failure=watch.failure,
        trouble=watch.trouble,
        crashed=watch.crashed,
        html=seen["html"].encode("utf-8", "replace") if seen.get("html") else None,
        size=int(seen.get("size", 0)),
        elsewhere=str(seen.get("standsAt", "")),
        has_content=bool(seen.get("content")),
        at_rest=at_rest,
        lacking=watch.lacking,
    )


async def _opened(page: "Page", url: str, watch: Watch, end: float) -> bool:
    """True for a page that began to come; what came instead is in `watch`."""
    from playwright.async_api import Error
    from playwright.async_api import TimeoutError as LateError

    try:
        await page.goto(url, wait_until="commit", timeout=_left_ms(end))
    except LateError:
        return False
    except Error as error:
        if page.is_closed() or watch.crashed:
            raise
        if "interrupted by another navigation" in error.message:
            return True
        watch.trouble = watch.trouble or error.message
        return False
    return True


async def _at_rest(session: "CDPSession", watch: Watch, end: float, span_ms: int) -> bool:
    """Let `span_ms` of the page's own time pass once it has loaded; True when it wants nothing more, False when it broke or
    its time is up. A page that goes on to another one starts anew.
    """
    settled = -1
    while settled != len(watch.answers) or watch.works_aside:
        settled = len(watch.answers)
        if not await _until(watch, end, watch.is_idle):
            return False
        if watch.works_aside:
            watch.works_aside = False
            await asyncio.sleep(min(_ASIDE_S, max(0.0, end - time.monotonic())))
        if not await _time_passes(session, span_ms, end):
            return False
        # What a worker asks for may need the page's time to go on before it counts as done.
        while not await _until(watch, min(end, time.monotonic() + _PATIENCE_S), watch.is_idle):
            if watch.is_broken or not await _time_passes(session, SCROLL_MS, end):
                return False
    return True


async def _until(watch: Watch, end: float, is_so: Callable[[], bool]) -> bool:
    while not is_so():
        if time.monotonic() >= end or watch.is_broken:
            return False
        await asyncio.sleep(_STEP_S)
    return True


async def _time_passes(session: "CDPSession", span_ms: int, end: float) -> bool:
    """Let the page's timers run off `span_ms` as fast as they can, and then stand still; time waits for requests under way.

    So a link that a script builds three seconds after the page has loaded is there every night, however busy this machine is.
    """
    passed = asyncio.Event()
    session.once("Emulation.virtualTimeBudgetExpired", lambda _: passed.set())
    options = {"policy": "pauseIfNetworkFetchesPending", "budget": span_ms, "maxVirtualTimeTaskStarvationCount": 1000}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, end - time.monotonic())):
            await session.send("Emulation.setVirtualTimePolicy", options)
            await passed.wait()
    return passed.is_set()


async def _scrolled(session: "CDPSession", watch: Watch, end: float) -> bool:
    """Go down the page screen by screen, as far as it goes or we do; True when it came to rest again."""
    for step in range(1, MAX_SCROLLS + 1):
        height = await _evaluated(session, _SCROLL % (step * HEIGHT))
        if not isinstance(height, int) or height <= step * HEIGHT:
            return True
        await asyncio.sleep(_FRAME_S)
        if not await _at_rest(session, watch, end, SCROLL_MS):
            return False
    return True


async def _evaluated(session: "CDPSession", script: str) -> Any:
    """What a script says, run beside the page's own ones; None where the page does not let it run in time."""
    from playwright.async_api import Error

    with contextlib.suppress(Error, TimeoutError):
        async with asyncio.timeout(_READ_S):
            frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
            world = await session.send("Page.createIsolatedWorld", {"frameId": frame})
            options = {"contextId": world["executionContextId"], "returnByValue": True, "timeout": _READ_S * 1000}
            answer = await session.send("Runtime.evaluate", {"expression": script, **options})
            return answer["result"].get("value")
    return None


def _left_ms(end: float) -> float:
    return max(1.0, (end - time.monotonic()) * 1000)
