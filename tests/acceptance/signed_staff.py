"""A member of staff whose client excludes insecure devices, as Element does with that setting (ARCHITECTURE §4, "Trust", "Letters").

matrix-js-sdk with Rust crypto in Chromium, on a small page of its own (`staff_page/`) that no installation ships. It refuses
room keys that came from, or were meant for, a device that its owner has not cross-signed.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from teleconnect_bot.demo.addresses import LOOPBACK, free_port
from teleconnect_bot.demo.stack import Stack
from tests.acceptance.nurse import SLOW

_REPOSITORY = Path(__file__).parents[2]
_SOURCE = Path(__file__).parent / "staff_page"


@dataclass(frozen=True, slots=True)
class Shown:
    """One event as this client shows it. `failure` says why it cannot be read."""

    event: str
    sender: str
    type: str
    text: str = field(repr=False)
    encrypted: bool
    failure: str | None
    mentions: tuple[str, ...]


class WaitedInVain(AssertionError):
    """The client did not show in time what was waited for; the text says what it showed."""


def build_staff_page(directory: Path) -> None:
    build = [str(_REPOSITORY / "guest_page/node_modules/vite/bin/vite.js"), "build"]
    subprocess.run(
        [str(Path(sys.prefix, "bin", "node")), *build, "--config", str(_SOURCE / "vite.config.mjs"), "--outDir", str(directory)],
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


@asynccontextmanager
async def staff_page(directory: Path) -> AsyncIterator[str]:
    """The page that was built into the directory, served on the loopback interface; its address."""
    app = web.Application()
    app.router.add_static("/", directory)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, LOOPBACK, port).start()
    try:
        yield f"http://{LOOPBACK}:{port}/staff.html"
    finally:
        await runner.cleanup()


class SignedStaff:
    """Signed in and cross-signed once `open` returns. The page is never reloaded."""

    def __init__(self, page: Page, user: str) -> None:
        self._page, self.user = page, user

    @classmethod
    async def open(cls, browser: Browser, page_address: str, stack: Stack, localpart: str) -> SignedStaff:
        """A new account of the homeserver. The page ends with the browser."""
        password = secrets.token_urlsafe(9)
        user = await stack.homeserver.register(localpart, password)
        page = await browser.new_page()
        page.set_default_timeout(SLOW * 1000)
        await page.goto(page_address)
        staff = cls(page, user)
        await page.evaluate(
            "async ([address, user, password]) => { window.staff = await window.Staff.open(address, user, password); }",
            [stack.homeserver.address, user, password],
        )
        return staff

    async def start_chat(self, other: str) -> str:
        """An encrypted direct chat that the other one has joined; the room."""
        room = str(await self._page.evaluate("other => window.staff.startChat(other)", other))
        await self._page.wait_for_function("([room, user]) => window.staff.has(room, user)", arg=[room, other])
        return room

    async def say(self, room: str, text: str) -> None:
        await self._page.evaluate("([room, text]) => window.staff.say(room, text)", [room, text])

    async def wait_for_invitation(self, sender: str) -> str:
        found = await self._page.wait_for_function(
            "sender => Object.entries(window.staff.invitations()).find(([, inviter]) => inviter === sender)?.[0]", arg=sender
        )
        return str(await found.json_value())

    async def accept(self, room: str) -> None:
        await self._page.evaluate("room => window.staff.accept(room)", room)

    async def shown(self, room: str) -> list[Shown]:
        events: list[dict[str, Any]] = await self._page.evaluate("room => window.staff.shown(room)", room)
        return [Shown(**{**event, "mentions": tuple(event["mentions"])}) for event in events]

    async def reads(self, room: str, text: str, *, mentioned: bool = False) -> Shown:
        """The first message that holds this text (and mentions this person)."""
        script = (
            "([room, text, user]) => window.staff.shown(room)"
            ".find(({ text: shown, mentions }) => shown.includes(text) && (user === null || mentions.includes(user)))"
        )
        try:
            found = await self._page.wait_for_function(script, arg=[room, text, self.user if mentioned else None])
        except PlaywrightTimeout as late:
            raise WaitedInVain(f"{text!r} is not shown, but {[(shown.text, shown.failure) for shown in await self.shown(room)]}") from late
        event: dict[str, Any] = await found.json_value()
        return Shown(**{**event, "mentions": tuple(event["mentions"])})

    async def fails_to_read(self, room: str, sender: str) -> Shown:
        """The first event of this sender that the client cannot or will not read."""
        script = "([room, sender]) => window.staff.shown(room).find(shown => shown.sender === sender && shown.failure !== null)"
        found = await self._page.wait_for_function(script, arg=[room, sender])
        event: dict[str, Any] = await found.json_value()
        return Shown(**{**event, "mentions": tuple(event["mentions"])})

    async def unreadable(self, room: str) -> list[Shown]:
        return [shown for shown in await self.shown(room) if shown.failure is not None]
