"""An administrator hears of a deletion that does not succeed (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.services.late_teardown import LATE_AFTER
from tests.services.test_whole_session import started
from tests.services.world import ADMIN, ADMINS_CHAT, GRACE, NURSE, World


@pytest.fixture
async def failing(world: World) -> World:
    """The homeserver takes no purge; everything else of it answers."""
    await started(world)
    world.homeserver.away_for.add("purge")
    await world.write("close now", "$close")
    await world.pass_time(GRACE)
    return world


async def look_again(world: World, after: timedelta) -> int:
    world.clock.moment += after
    await world.settle()
    return await world.late.tell()


def told(world: World) -> list[str]:
    return world.texts(ADMINS_CHAT)


async def test_two_hours_of_failing_are_told_once_to_the_administrator_with_the_way_out(failing: World) -> None:
    session = await failing.session()
    assert await look_again(failing, LATE_AFTER - timedelta(minutes=1)) == 0
    assert told(failing) == []
    assert await look_again(failing, timedelta(minutes=2)) == 1
    assert await look_again(failing, timedelta(hours=1)) == 1
    (message,) = told(failing)
    assert session.code in message
    assert "Something is left at: homeserver." in message
    assert "teardown --status" in message
    assert [event.mention for event in failing.homeserver.events.values() if event.room == ADMINS_CHAT] == [ADMIN]


async def test_it_is_told_once_a_day_also_by_a_bot_that_was_restarted(failing: World) -> None:
    for _ in range(3):
        await look_again(failing, timedelta(hours=23))
        await failing.stop()
        failing.start()
        await failing.late.tell()
    assert len(told(failing)) == 3


async def test_the_message_names_nobody_and_ends_with_the_trouble(failing: World) -> None:
    await look_again(failing, timedelta(hours=3))
    failing.homeserver.away_for.clear()
    await failing.pass_time(timedelta(minutes=11))
    assert await failing.late.tell() == 0
    (message,) = told(failing)
    for personal in ("anna", "Anna", "Amina", NURSE):
        assert personal not in message
    assert await failing.sessions.sessions_of(NURSE) == []


async def test_an_administrator_without_a_chat_and_a_homeserver_that_is_away_stop_nothing(failing: World) -> None:
    failing.homeserver.away_for.add("post")
    assert await look_again(failing, timedelta(hours=3)) == 1
    assert told(failing) == []
    failing.homeserver.away_for.discard("post")
    failing.chat.unknown.add(ADMIN)
    assert await failing.late.tell() == 1
    assert told(failing) == []
    failing.chat.unknown.clear()
    await failing.late.tell()
    assert len(told(failing)) == 1


async def test_a_teardown_that_waits_for_clients_is_not_late(world: World) -> None:
    await started(world)
    await world.write("close now", "$close")
    assert await look_again(world, GRACE / 2) == 0
