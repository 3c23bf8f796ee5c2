"""The whole deployment for a test: a real Synapse, the bot as a program, an SMTP catcher, staff clients, a browser.

    async def test_…(stack: Stack, nurse: Nurse, visitor: NewVisitor) -> None:
        link = await nurse.invite("guest@example.org")
        guest = await visitor()
        await guest.come_in(link, "Amina")
        room = await nurse.take()

`stack` is the test's own, so it may do anything to it: `restart_bot()`, `kill_bot()` then `stack.bot.start()`,
`stop_homeserver()`, `start_homeserver()`, `smtp_refuse(True)`. Other settings: `make_stack(settings={...})`.
Accounts that begin with `nurse` or `staff` may invite people; any other is a stranger to the bot.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from teleconnect_bot.demo.stack import Ports, Stack
from teleconnect_bot.demo.visitor import Visitor, browser
from tests.acceptance.nurse import SLOW, Nurse

NewVisitor = Callable[..., Awaitable[Visitor]]
MakeStack = Callable[..., Awaitable[Stack]]

expect.set_options(timeout=SLOW * 1000)  # what is awaited on a page may be as slow as everything else


@pytest_asyncio.fixture
async def make_stack(tmp_path: Path) -> AsyncIterator[MakeStack]:
    """`await make_stack(settings={"retention": {"after_close": "1s"}})`: another deployment, stopped at the end of the test."""
    async with AsyncExitStack() as ending:
        made = 0

        async def make(
            settings: Mapping[str, Any] | None = None,
            *,
            homeserver_settings: Mapping[str, Any] | None = None,
            start: bool = True,
            relay_hosts: Sequence[str] = (),
            ports: Ports | None = None,
        ) -> Stack:
            nonlocal made
            made += 1
            directory = tmp_path / f"stack-{made}"
            stack = Stack(directory, settings=settings, homeserver_settings=homeserver_settings, relay_hosts=relay_hosts, ports=ports)
            ending.push_async_callback(stack.stop)
            if start:
                await stack.start()
            return stack

        yield make


@pytest_asyncio.fixture
async def stack(make_stack: MakeStack) -> Stack:
    return await make_stack()


@pytest_asyncio.fixture
async def nurse(stack: Stack) -> Nurse:
    """A requester with an encrypted client of her own, who has met the bot in a direct chat."""
    return await Nurse.meet_the_bot(stack)


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as started:
        yield started


@pytest_asyncio.fixture
async def visitor(chromium: Browser) -> AsyncIterator[NewVisitor]:
    """`await visitor()`: one more person with a browser of their own."""
    async with AsyncExitStack() as ending:

        async def open_one(locale: str = "en-GB") -> Visitor:
            opened = await Visitor.open(chromium, locale=locale)
            ending.push_async_callback(opened.close)
            return opened

        yield open_one


@pytest.fixture
def no_page_errors() -> Callable[[Visitor], None]:
    """Holds when the visitor's page threw nothing and asked nobody but its own server."""

    def check(guest: Visitor) -> None:
        assert guest.errors == []
        assert guest.foreign == []

    return check
