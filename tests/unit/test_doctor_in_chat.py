"""What `doctor` in the chat is told: the same checks as on the command line, without holding up the bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

from teleconnect_bot import doctor
from teleconnect_bot.app.staff import examine
from teleconnect_bot.config import parse
from tests.unit.test_config import with_changes

NOBODY_THERE = "http://127.0.0.1:9"


async def test_each_check_is_made_and_what_is_wrong_carries_its_remedy(tmp_path: Path) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    meanwhile = asyncio.create_task(others())
    found = await examine(parse(with_changes(homeserver__address=NOBODY_THERE), folder=tmp_path))
    meanwhile.cancel()
    assert [each.title for each in found] == [check.title for check in doctor.CHECKS]
    homeserver = found[0]
    assert not homeserver.good
    assert "homeserver.address" in homeserver.words + homeserver.remedy
    assert turns > 2, "the bot goes on while it is examined"
