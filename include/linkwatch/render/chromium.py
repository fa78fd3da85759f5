"""The browser: finding the Chromium that is installed, starting it tied down, and ending it. It opens no pages."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
from typing import TYPE_CHECKING, Self

from linkwatch.settings import RenderSettings

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""As distributions call it, in the order in which we look."""

START_S = 30.0
END_S = 10.0
WIDTH, HEIGHT = (
    1280,
    2000,
)  # pixels of the window; high: fewer steps down to the bottom of a page

_SWITCHES = (
    "--disable-quic",  # UDP would pass by the gate
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",  # the same
    "--blink-settings=imagesEnabled=false",
    "--js-flags=--max-old-space-size=512",  # MB a page; one that wants more crashes, and costs itself
    "--no-pings",
    "--mute-audio",
)


class Chromium:
    """A running browser, and Playwright's driver which steers it. Every await in here has a limit."""

    def __init__(self, playwright: "Playwright", browser: "Browser") -> None:
        self._playwright = playwright
        self._browser = browser

    @classmethod
    async def start(cls, executable: str, proxy: str) -> Self:
        """Start it with `proxy` as its only way out. Raises playwright's Error, OSError or TimeoutError."""
        from playwright.async_api import async_playwright

        async with asyncio.timeout(START_S):
            playwright = await async_playwright().start()
            try:
                browser = await playwright.chromium.launch(
                    executable_path=executable,
                    args=list(_SWITCHES),
                    ignore_default_args=["--disable-popup-blocking"],
                    # Chromium goes round a proxy for hosts on loopback unless told this.
                    proxy={"server": proxy, "bypass": "<-loopback>"},
                    chromium_sandbox=os.geteuid() != 0,  # it does not start as root with its sandbox
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
            except BaseException:
                await playwright.stop()
                raise
        return cls(playwright, browser)

    @property
    def is_running(self) -> bool:
        """False once it crashed or was ended."""
        return self._browser.is_connected()

    async def new_context(self, user_agent: str) -> "BrowserContext":
        """A browser profile that knows nothing and may do nothing: no cookies, permissions, downloads or service workers."""
        return await self._browser.new_context(
            user_agent=user_agent,
            viewport={"width": WIDTH, "height": HEIGHT},
            service_workers="block",
            accept_downloads=False,
            permissions=[],
            locale="en",
        )

    async def end(self) -> None:
        """End it, whatever state it is in: what does not end when asked dies with the driver."""
        from playwright.async_api import Error

        for close in (self._browser.close, self._playwright.stop):
            with contextlib.suppress(Error, OSError, TimeoutError):
                async with asyncio.timeout(END_S):
                    await close()


def missing(settings: RenderSettings) -> str:
    """What is missing to render pages and what to do about it; empty: nothing."""
    if importlib.util.find_spec("playwright") is None:
        return 'playwright is not installed; pip install "linkwatch[render]"'
    if executable_of(settings):
        return ""
    if settings.executable:
        return f"render.executable is {settings.executable!r}, which is no program that can be run; expected the path of Chromium"
    return f"no Chromium is found ({', '.join(NAMES)}); apt-get install chromium, or set render.executable to its path"


def executable_of(settings: RenderSettings) -> str:
    """Path of the browser: the one of the settings, else the first on the PATH; empty: there is none."""
    wanted = (settings.executable,) if settings.executable else NAMES
    return next((path for name in wanted if (path := shutil.which(name))), "")
