"""What a real homeserver remembers for the bot, also when the bot's own database is another one."""

from __future__ import annotations

from teleconnect_bot.adapters.matrix.memory import AccountDataMemory, mark_of
from teleconnect_bot.domain.installation import Mark
from tests.matrix.bot import Bot


async def test_the_homeserver_remembers_the_database_that_was_in_use_last(bot: Bot) -> None:
    memory = AccountDataMemory(bot.account.api, bot.user)
    assert await memory.recall() is None
    await memory.remember(Mark("a", 1))
    await memory.remember(Mark("a", 2))
    assert await AccountDataMemory(bot.account.api, bot.user).recall() == Mark("a", 2)


def test_what_is_no_mark_is_not_taken_for_one() -> None:
    assert mark_of({"database": "a", "count": 3}) == Mark("a", 3)
    assert [mark_of(content) for content in ({}, None, {"database": 1, "count": 3}, {"database": "a", "count": "3"})] == [None] * 4
