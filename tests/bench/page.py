"""Rows "the page": see the package's docstring for what is compared with what."""

from __future__ import annotations

import re
import secrets
import statistics
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Browser, CDPSession, expect

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor, browser

from .calls import FAST_3G
from .device import CouldNotMeasure
from .play import Nurse
from .results import Row
from .session import met_nurse

TIMES = 3
SLOWER_PROCESSOR = 4
GOAL_SECONDS = 5.0
LANDING_KB, CHAT_MB = 15.0, 1.6
PATIENCE_MS = 120_000
SETTINGS: dict[str, Any] = {"retention": {"sync_grace": "0s"}}
"""Accounts are made ahead, as in a deployment that keeps the defaults."""
CLOCK = """
addEventListener('click', () => { window.clickedAt = performance.now(); }, true);
new MutationObserver((_, watching) => {
  if (document.querySelector('.here') === null) return;
  window.joinedAt = performance.now();
  watching.disconnect();
}).observe(document, { childList: true, subtree: true });
"""
"""By the page's own clock, so that the time of what drives the browser is not counted."""
_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4})\b")
_FILES = re.compile(r"/assets/|/j($|[#/])")
_KEYS = re.compile(r"/assets/[\w-]+\.wasm$")


@dataclass
class Line:
    """What came over the line of the page's own files: bytes as they were sent, compressed, without the headers."""

    total: int = 0
    _files: set[str] = field(default_factory=set)

    async def listen(self, session: CDPSession) -> None:
        session.on("Network.responseReceived", self._answered)
        session.on("Network.dataReceived", self._came)
        await session.send("Network.enable")

    def _answered(self, said: dict[str, Any]) -> None:
        if _FILES.search(said["response"]["url"]):
            self._files.add(said["requestId"])

    def _came(self, said: dict[str, Any]) -> None:
        if said["requestId"] in self._files:
            self.total += said["encodedDataLength"]


async def measure(stack: Stack, http: ClientSession) -> list[Row]:
    await stack.restart_bot(SETTINGS)
    async with browser() as chromium, met_nurse(stack, http, stack.homeserver.address, "nurse-of-the-page") as nurse:
        quick = [(await _once(stack, nurse, chromium, slow=False))[0] for _ in range(TIMES)]
        slow = [await _once(stack, nurse, chromium, slow=True) for _ in range(TIMES)]
    seconds, baseline = statistics.median(took for took, _, _ in slow), statistics.median(quick)
    landing, chat = slow[0][1] / 1024, slow[0][2] / 1_000_000
    return [
        Row("the page, first screen (brotli)", landing, "kB", None, None, f"<= {LANDING_KB:g} kB", landing <= LANDING_KB),
        Row("the page, everything up to the chat (brotli)", chat, "MB", None, None, f"<= {CHAT_MB:g} MB", chat <= CHAT_MB),
        Row("the page, click to joined", seconds, "s", baseline, seconds / baseline, f"<= {GOAL_SECONDS:g} s", seconds <= GOAL_SECONDS),
    ]


async def _once(stack: Stack, nurse: Nurse, chromium: Browser, *, slow: bool) -> tuple[float, float, float]:
    """(seconds from the click to joined, bytes of the first screen, bytes of everything)."""
    contact = f"{secrets.token_hex(6)}@example.org"
    found = _CODE.search(await nurse.orders(f"invite {contact} lang=en", "Session "))
    if found is None:
        raise CouldNotMeasure("the card names no session")
    link = (await stack.mails.wait_for(contact)).link
    guest = await Visitor.open(chromium)
    try:
        await guest.context.add_init_script(CLOCK)
        session, line = await guest.context.new_cdp_session(guest.page), Line()
        await line.listen(session)
        if slow:
            await session.send("Network.emulateNetworkConditions", FAST_3G)
            await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
        guest.context.set_default_timeout(PATIENCE_MS)
        async with guest.page.expect_event("requestfinished", lambda request: bool(_KEYS.search(request.url)), timeout=PATIENCE_MS):
            await guest.follow(link)
            await expect(guest.button("Continue")).to_be_visible(timeout=PATIENCE_MS)
            landing = line.total
        await guest.page.wait_for_load_state("networkidle")
        await guest.press("Continue")
        await guest.page.get_by_role("textbox", name="Your name").fill("Amina")
        await guest.press("Continue")
        await guest.press("Skip")
        await expect(guest.button("Enter waiting room")).to_be_visible()
        await guest.press("Enter waiting room")
        await guest.page.locator(".here").wait_for(timeout=PATIENCE_MS)
        took = await guest.page.evaluate("joinedAt - clickedAt") / 1000
        await expect(guest.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=PATIENCE_MS)
    finally:
        await guest.close()
    await nurse.orders(f"cancel {found[1]}", "is cancelled")
    await nurse.orders(f"close now {found[1]}", "Nothing of it is stored")
    return took, landing, line.total
