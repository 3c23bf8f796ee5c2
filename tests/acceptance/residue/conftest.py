"""Guests whose browsers keep their files, as a phone does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest_asyncio
from playwright.async_api import async_playwright

from teleconnect_bot.demo.visitor import FLAGS, Visitor, chromium
from tests.acceptance.nurse import SLOW

OpenProfile = Callable[[Path], Awaitable[Visitor]]


@pytest_asyncio.fixture
async def open_profile() -> AsyncIterator[OpenProfile]:
    """`await open_profile(directory)`: one more person, whose browser writes there."""
    async with async_playwright() as playwright, AsyncExitStack() as ending:

        async def open_one(directory: Path) -> Visitor:
            context = await playwright.chromium.launch_persistent_context(
                directory, executable_path=chromium(), args=FLAGS, handle_sigint=False, handle_sigterm=False, handle_sighup=False
            )
            context.set_default_timeout(SLOW * 1000)
            ending.push_async_callback(context.close)
            return Visitor(context, context.pages[0])

        yield open_one
