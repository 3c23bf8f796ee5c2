"""What an administrator sees of deletions that are under way: how far each is, what is left and at whose place (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.session import State
from teleconnect_bot.services.late_teardown import LATE_AFTER
from teleconnect_bot.services.teardown_status import LATE, NOTHING, teardown_status
from tests.services.test_whole_session import started
from tests.services.world import GRACE, NURSE, World


async def status(world: World) -> str:
    return await teardown_status(world.units, world.keys, world.clock.moment)


async def test_a_running_session_is_not_shown(world: World) -> None:
    await started(world)
    assert await status(world) == NOTHING


async def test_a_deletion_is_shown_with_its_key_and_what_is_left_until_all_is_gone(world: World) -> None:
    await started(world)
    session = await world.session()
    world.homeserver.away_for.add("purge")
    await world.write("close now", "$close")
    assert (await world.session()).state is State.TEARING_DOWN
    first, key, *left = (await status(world)).splitlines()
    assert first.startswith(f"{session.code}  being deleted since ")
    assert first.endswith(" UTC")
    assert key.endswith("personal in our rows: there")
    assert "    room: made; at the homeserver" in left

    await world.pass_time(GRACE)
    shown = await status(world)
    assert "personal in our rows: gone" in shown
    assert "    room: made; at the homeserver" in shown
    assert "chat_event" not in shown, "what is gone is not listed"
    assert LATE not in shown
    for personal in ("anna@example.net", "Anna", "Amina", NURSE):
        assert personal not in shown

    world.clock.moment += LATE_AFTER + timedelta(minutes=1)
    assert LATE in await status(world)
    world.homeserver.away_for.clear()
    await world.pass_time(timedelta(days=1))
    assert await status(world) == NOTHING
