"""`doctor` in the chat: an administrator reads what is not as it must be, and nobody else does (PRODUCT §3)."""

from __future__ import annotations

import asyncio

from teleconnect_bot.chat.examination import Found, examined
from tests.services.world import ADMIN, ADMINS_CHAT, World

WELL = Found("Homeserver", "It answers.")
BAD = Found("E-mail", "The mail server <mail> does not answer.", "Look at `email.host`.", good=False)


async def test_what_is_found_is_said_with_its_remedy_and_what_is_well_is_counted(world: World) -> None:
    world.found = [WELL, BAD]
    await world.write("doctor", "$doctor", ADMIN, ADMINS_CHAT)
    (said,) = world.texts(ADMINS_CHAT)
    assert said.startswith("1 of 2 checks found something")
    assert "E-mail: The mail server <mail> does not answer. Look at `email.host`." in said
    assert "It answers" not in said


async def test_when_all_is_well_it_is_one_line(world: World) -> None:
    world.found = [WELL, WELL]
    await world.write("doctor", "$doctor", ADMIN, ADMINS_CHAT)
    assert world.texts(ADMINS_CHAT) == ["All is as it must be: 2 checks."]


async def test_nobody_else_reads_it(world: World) -> None:
    world.found = [BAD]
    await world.write("doctor", "$doctor")
    assert world.texts() == ["doctor is for administrators of this bot. help lists what you can write."]


async def test_what_does_not_answer_in_time_holds_nobody_up() -> None:
    async def for_ever() -> list[Found]:
        await asyncio.Event().wait()
        return []

    assert "does not answer in time" in await examined(for_ever, patience=0.01)
