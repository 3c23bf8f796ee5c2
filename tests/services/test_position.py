"""Who waits is told how many have waited for the same people for longer (PRODUCT §4.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from tests.services.world import NURSE, SECRET, World

OTHER = "o" * 43


async def _before(world: World, secret: str) -> int:
    view = await world.guests.seat(digest_of(secret))
    assert view is not None
    return view.before


async def _two_wait(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.write("invite berta@example.org", "$2")
    await world.come("amina@example.org", "Amina", SECRET)
    await world.pass_time(timedelta(seconds=30))
    await world.come("berta@example.org", "Berta", OTHER)


async def test_the_second_reads_that_one_is_before_them(world: World) -> None:
    await _two_wait(world)
    assert (await _before(world, SECRET), await _before(world, OTHER)) == (0, 1)
    view = await world.guests.beat(digest_of(OTHER), True)
    assert view is not None
    assert view.before == 1


async def test_nobody_is_before_them_once_the_first_is_gone(world: World) -> None:
    await _two_wait(world)
    await world.guests.leave(digest_of(SECRET))
    await world.settle()
    assert await _before(world, OTHER) == 0


async def test_a_session_that_passed_to_a_team_waits_behind_that_teams_alone(world: World) -> None:
    """Other teams' sessions that have lost their requester are nobody's that these people would come to first."""
    await _two_wait(world)
    first, second = (await world.sessions.sessions_of(NURSE))[:2]

    async def passed_to(team: str, session_id: str) -> None:
        async with world.units.begin() as unit:
            session = await unit.session(session_id)
            assert session is not None
            await unit.save(replace(session, requester="", team=team))

    await passed_to("day", first.id)
    await passed_to("night", second.id)
    assert await _before(world, OTHER) == 0
    await passed_to("night", first.id)
    assert await _before(world, OTHER) == 1
