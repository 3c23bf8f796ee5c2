"""A phone that locks itself every two minutes is one arrival and no storm (PRODUCT §3 "Arrival", §4 "Presence")."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.status_card import EDIT_EVERY
from tests.services.world import NURSE, SECRET, World

ANNA = "anna@example.net"
BEAT, AWAY = timedelta(seconds=15), timedelta(seconds=90)
LOCKED, UNLOCKED = timedelta(minutes=2), timedelta(minutes=2)


async def arrives(world: World) -> None:
    world.card_every = EDIT_EVERY
    await world.stop()
    world.start()
    await world.write(f"invite {ANNA} lang=fr", "$invite")
    await world.come(ANNA, "Anna", SECRET)


async def looks(world: World, length: timedelta) -> None:
    """The page is in front and beats."""
    end = world.clock.moment + length
    while world.clock.moment < end:
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.pass_time(BEAT)


async def locks_again_and_again(world: World, times: int) -> AsyncIterator[int]:
    for number in range(times):
        await world.pass_time(LOCKED)
        await looks(world, UNLOCKED)
        yield number


def calls(world: World, words: str) -> int:
    return sum(words in text for text in world.mentions())


async def test_a_phone_that_locks_every_two_minutes_arrives_once_and_rings_no_more_than_one_that_does_not(world: World) -> None:
    await arrives(world)
    async for _ in locks_again_and_again(world, 15):
        assert (await world.session()).state is State.WAITING
    assert calls(world, "is in the waiting room") == 1
    assert calls(world, "is coming") == 1
    hour_of_the_ladder = 10 + 60 // 10
    assert calls(world, "is still waiting") <= hour_of_the_ladder, "never more than while somebody waits without a break"
    assert calls(world, "nobody came") == 1
    assert sum("nobody is in the waiting room at the moment" in text for text in world.texts()) == 1
    assert world.homeserver.rooms[(await world.session()).room or ""].invitations.count(NURSE) == 1
    assert len([mail for mail in world.mailer.taken if mail.to == ANNA]) == 2, "the invitation, and one word that nobody came"


async def test_while_it_is_locked_nothing_rings(world: World) -> None:
    await arrives(world)
    await looks(world, timedelta(minutes=1))
    await world.pass_time(AWAY)
    before = len(world.mentions())
    await world.pass_time(timedelta(minutes=8))
    assert len(world.mentions()) == before
    assert (await world.session()).state is State.INVITED


async def test_seen_once_is_seen_for_the_whole_arrival(world: World) -> None:
    await arrives(world)
    await world.write("seen", "$seen")
    before = len(world.mentions())
    async for _ in locks_again_and_again(world, 10):
        pass
    assert [text for text in world.mentions()[before:] if "nobody came" not in text] == []


async def test_who_comes_back_after_more_than_ten_minutes_rings_anew(world: World) -> None:
    await arrives(world)
    await world.pass_time(AWAY + timedelta(minutes=11))
    await looks(world, timedelta(minutes=1))
    assert calls(world, "is in the waiting room") == 2


async def test_the_card_is_edited_with_each_change_and_not_more(world: World) -> None:
    await arrives(world)
    before = sum(event.replaces is not None for event in world.homeserver.events.values())
    async for _ in locks_again_and_again(world, 10):
        pass
    edits = sum(event.replaces is not None for event in world.homeserver.events.values()) - before
    assert edits <= 2 * 10 + 2
