from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.fixtures_homeserver import TestHomeserver
from tests.matrix.bot import Bot

NewBot = Callable[..., Awaitable[Bot]]


@pytest_asyncio.fixture
async def new_bot(homeserver: TestHomeserver, tmp_path: Path) -> AsyncIterator[NewBot]:
    """`await new_bot()`: a running bot of the test's own, stopped at the end. Stop it yourself to restart it."""
    started: list[Bot] = []

    async def make(*, at: TestHomeserver | None = None, **settings: Any) -> Bot:
        where = at or homeserver
        bot = Bot(where, tmp_path, where.bot_localpart(), **settings)
        started.append(bot)
        return await bot.start()

    yield make
    for bot in started:
        await bot.stop()


@pytest_asyncio.fixture
async def bot(new_bot: NewBot) -> Bot:
    return await new_bot()
