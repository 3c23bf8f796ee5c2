"""One card per session, edited seldom enough for homeserver and people, and always to its last state (PRODUCT §3)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.status_card import EDIT_EVERY
from tests.services.test_killed_anywhere import same_end
from tests.services.world import SECRET, World


def edits(world: World) -> int:
    return sum(event.replaces is not None for event in world.homeserver.events.values())


async def slow(world: World) -> World:
    """The world with the pause between edits that a running bot makes."""
    world.card_every = EDIT_EVERY
    await world.stop()
    world.start()
    return world


async def test_a_burst_of_changes_is_one_edit_and_the_last_state_arrives(world: World) -> None:
    await slow(world)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    assert edits(world) == 0, "the card was made a moment ago"
    await world.pass_time(EDIT_EVERY)
    assert edits(world) == 1
    assert "running" in world.card()
    assert world.offers() == {"📞", "⏹"}


async def test_edits_never_come_closer_than_the_pause(world: World) -> None:
    await slow(world)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    before = edits(world)
    for number in range(20):
        await world.write("keep", f"$keep{number}")
        await world.write("start", f"$start{number}")
        await world.pass_time(timedelta(seconds=1))
    assert edits(world) - before <= 20 / EDIT_EVERY.total_seconds() + 1
    await world.pass_time(EDIT_EVERY)
    assert "running" in world.card()


async def test_a_bot_that_died_before_the_edit_makes_it_after_the_restart(world: World) -> None:
    await slow(world)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.write("cancel", "$cancel")
    assert "cancelled" not in world.card()
    await world.stop()
    world.start()
    await world.pass_time(EDIT_EVERY)
    assert "cancelled" in world.card()
    assert world.offers() == set()


async def test_an_edit_that_waits_is_dropped_with_the_session(world: World) -> None:
    await slow(world)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    await world.write("close now", "$now")
    await world.pass_time(timedelta(minutes=5))
    assert not await world.sessions.sessions_of("@nurse:example.org")
    await same_end(world, world)


async def test_the_same_state_again_makes_no_edit(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    before = edits(world)
    for _ in range(5):
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.settle()
    assert (await world.session()).state is State.ACTIVE
    assert edits(world) == before
