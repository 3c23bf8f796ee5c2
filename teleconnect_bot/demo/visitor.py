"""A guest with a phone: Chromium in a phone's size, using the page as a person does, by the names that it shows (PRODUCT §11)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright, async_playwright, expect

TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_STORED = "async () => localStorage.length + sessionStorage.length + (await indexedDB.databases()).length"
PHONE = {"width": 360, "height": 740}
_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# FACTS, "Guest page": what Chromium needs to run headless, also as root, and to reach nobody by itself.
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


class NoBrowser(Exception):
    """There is no Chromium on this machine."""

    def __init__(self) -> None:
        super().__init__(f"no browser found ({', '.join(_PROGRAMS)}); install Debian's package chromium")


def chromium() -> str:
    """The program. Raises `NoBrowser`."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise NoBrowser
    return program


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of our own, ended with the block. Raises `NoBrowser`."""
    program = chromium()
    async with async_playwright() as playwright:
        started = await _launch(playwright, program)
        try:
            yield started
        finally:
            await started.close()


async def _launch(playwright: Playwright, program: str) -> Browser:
    return await playwright.chromium.launch(
        executable_path=program, args=FLAGS, handle_sigint=False, handle_sigterm=False, handle_sighup=False
    )


class Visitor:
    """One person's browser. `errors` are what the page threw, `foreign` the addresses outside its own origin that it asked for."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.context, self.page = context, page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self._origin = ""
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        context.on("request", lambda request: self._asked(request.url))

    @classmethod
    async def open(cls, browser: Browser, *, locale: str = "en-GB") -> Visitor:
        context = await browser.new_context(
            viewport={"width": PHONE["width"], "height": PHONE["height"]},
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            locale=locale,
            ignore_https_errors=True,  # the certificate of the demo is made on the spot
        )
        context.set_default_timeout(TIMEOUT_SECONDS * 1000)
        return cls(context, await context.new_page())

    async def close(self) -> None:
        await self.context.close()

    async def follow(self, link: str) -> None:
        """Open a link, as from a message."""
        self._origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
        await self.page.goto(link)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def press(self, name: str) -> None:
        await self.button(name).click()

    async def come_in(self, link: str, name: str) -> None:
        """From the link to the waiting room."""
        await self.follow(link)
        await self.press("Continue")
        await self.enter(name)

    async def enter(self, name: str) -> None:
        await self.page.get_by_role("textbox", name="Your name").fill(name)
        await self.press("Continue")
        await self.press("Skip")
        await self.press("Enter waiting room")

    async def write(self, text: str) -> None:
        """Write a message; waits until the page lets one write, and shows that the message was sent."""
        await self.page.get_by_role("textbox", name="Message").fill(text)
        await self.press("Send")
        written = self.page.get_by_role("log").locator(".message").filter(has_text=text).last
        await expect(written.locator("time")).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)

    async def reads(self, text: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """The text stands in the log of messages."""
        await expect(self.page.get_by_role("log").get_by_text(text, exact=True)).to_be_visible(timeout=timeout * 1000)

    async def sees(self, words: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """A heading of the page."""
        await expect(self.page.get_by_role("heading", name=words, exact=True)).to_be_visible(timeout=timeout * 1000)

    async def stored(self) -> int:
        """How much the browser keeps of the page: entries of localStorage and sessionStorage, and IndexedDB databases."""
        return int(await self.page.evaluate(_STORED))

    async def keeps_nothing(self) -> None:
        """The browser keeps nothing of the page any more; its last screen is shown while it still wipes."""
        await self.until(f"async () => (await ({_STORED})()) === 0")

    async def until(self, holds: str, timeout: float = TIMEOUT_SECONDS) -> None:
        """The function, which may be an asynchronous one, answers true: to the browser's own `wait_for_function` any promise is true."""
        async with asyncio.timeout(timeout):
            while not await self.page.evaluate(holds):
                await asyncio.sleep(_POLL_SECONDS)

    async def photograph(self, file: Path) -> None:
        await self.page.screenshot(path=file)

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self._origin:
            self.foreign.append(f"{parts.scheme}://{parts.netloc}")
