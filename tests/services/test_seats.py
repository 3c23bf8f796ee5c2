"""Another browser, and one more than was invited (PRODUCT §4, "Seats")."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.guest_door import LinkFull, SeatStatus, SeatView
from teleconnect_bot.services.guests import Changes
from tests.services.fakes import BOT
from tests.services.places import question, status
from tests.services.world import CHAT, NURSE, SECRET, World

OTHER, THIRD = "o" * 43, "t" * 43
SERVICE_USER = "Service user"
ASKED = "calls themselves"
YES, NO = (SeatStatus.MOVED, SeatStatus.KEYS), (SeatStatus.WAITING, SeatStatus.REFUSED)
"""Of the old browser and the new one."""


async def _amina_is_there(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()


async def _ask(world: World, place: str | None = SERVICE_USER, secret: str = OTHER) -> SeatView:
    view = await world.guests.ask(world.token_for("amina@example.org"), digest_of(secret), "Amina too", "fr", "1", place)
    await world.settle()
    return view


async def test_who_finds_all_places_taken_learns_the_roles_and_nothing_else(world: World) -> None:
    await _amina_is_there(world)
    with pytest.raises(LinkFull) as full:
        await world.guests.enter(world.token_for("amina@example.org"), digest_of(OTHER), "Somebody", "fr", "1")
    assert (full.value.taken, full.value.more) == ((SERVICE_USER,), True)
    await world.join_as_staff()
    with pytest.raises(LinkFull) as full:
        await world.guests.enter(world.token_for("amina@example.org"), digest_of(OTHER), "Somebody", "fr", "1")
    assert (full.value.taken, full.value.more) == ((SERVICE_USER,), False), "nobody is added once it has started"


async def test_asking_throws_nobody_out_and_shows_the_question_on_both_sides(world: World) -> None:
    await _amina_is_there(world)
    assert (await _ask(world)).status is SeatStatus.ASKING
    view = await world.guests.seat(digest_of(SECRET))
    assert view is not None
    assert (view.status, view.asked_for) == (SeatStatus.WAITING, True)
    assert "calls themselves Amina too and wants the place of Amina" in world.mentions()[-1]
    assert "Somebody asks for a place" in world.card()
    assert "room" not in repr(await world.guests.seat(digest_of(OTHER))).partition("room=None")[0]


async def test_the_old_browsers_yes_moves_the_seat_and_the_requester_is_told(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.guests.answer(digest_of(SECRET), True)
    await world.settle()
    assert await status(world, SECRET) is SeatStatus.MOVED
    assert any("has taken over the place of the one before" in words for words in world.mentions())
    await world.arrive(OTHER)
    view = await world.guests.seat(digest_of(OTHER))
    assert view is not None
    assert (view.status, view.moved_here, view.label) == (SeatStatus.WAITING, True, SERVICE_USER)
    assert sum("is in the waiting room" in words for words in world.mentions()) == 1, "the same arrival does not ring again"


async def test_the_old_browsers_no_is_the_end_of_the_question(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.guests.answer(digest_of(SECRET), False)
    await world.settle()
    assert (await status(world, SECRET), await status(world, OTHER)) == (SeatStatus.WAITING, SeatStatus.REFUSED)
    await world.write("admit", "$2")
    assert "no session for which that is possible" in world.texts()[-1]


@pytest.mark.parametrize(("answer", "old", "new"), [("admit", *YES), ("refuse", *NO)])
async def test_the_requester_answers_in_words(answer: str, old: SeatStatus, new: SeatStatus, world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.write(answer, "$2")
    assert (await status(world, SECRET), await status(world, OTHER)) == (old, new)


@pytest.mark.parametrize(("key", "old", "new"), [("✅", *YES), ("❌", *NO)])
async def test_the_requester_answers_with_a_reaction_on_the_question(key: str, old: SeatStatus, new: SeatStatus, world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.desk.reacted(CHAT, "$r", NURSE, question(world, ASKED), key)
    await world.settle()
    assert (await status(world, SECRET), await status(world, OTHER)) == (old, new)


async def test_a_yes_to_an_old_question_lets_nobody_else_in(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    first = question(world, ASKED)
    await world.guests.answer(digest_of(SECRET), False)
    await _ask(world, secret=THIRD)
    await world.desk.reacted(CHAT, "$r", NURSE, first, "✅")
    await world.settle()
    assert (await status(world, SECRET), await status(world, THIRD)) == (SeatStatus.WAITING, SeatStatus.ASKING)


async def test_one_question_at_a_time_and_it_ends_by_itself(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    with pytest.raises(LinkFull):
        await _ask(world, None, THIRD)
    for _ in range(45):
        await world.guests.beat(digest_of(SECRET), True)
        await world.pass_time(timedelta(seconds=15))
    assert (await status(world, SECRET), await status(world, OTHER)) == (SeatStatus.WAITING, SeatStatus.REFUSED)
    assert (await _ask(world, None, THIRD)).status is SeatStatus.ASKING


async def test_a_browser_that_goes_away_while_it_is_asked_has_answered(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.pass_time(timedelta(seconds=91))
    assert (await status(world, SECRET), await status(world, OTHER)) == (SeatStatus.MOVED, SeatStatus.KEYS)
    assert any("has taken over the place" in words for words in world.mentions())


async def test_one_more_comes_in_by_the_requesters_yes_alone(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world, None)
    await world.guests.answer(digest_of(SECRET), True)
    assert await status(world, OTHER) is SeatStatus.ASKING, "a guest lets nobody in"
    assert "asks to take part as one more" in world.mentions()[-1]
    await world.write("admit", "$2")
    await world.arrive(OTHER)
    view = await world.guests.seat(digest_of(OTHER))
    assert view is not None
    assert (view.label, view.moved_here) == ("Relative", False)
    assert await status(world, SECRET) is SeatStatus.WAITING
    assert {person.user for person in view.people} >= {view.user}
    assert BOT not in {person.user for person in view.people}


async def test_nobody_is_added_once_the_session_has_started_although_the_question_was_put_before(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world, None)
    await world.join_as_staff()
    await world.write("admit", "$2")
    assert "Nobody can be added" in world.texts()[-1]
    assert await status(world, OTHER) is SeatStatus.ASKING


async def test_who_was_removed_is_not_followed_by_whoever_asked_for_their_place(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.write('remove "service user"', "$2")
    assert await status(world, OTHER) is SeatStatus.REFUSED


async def test_whoever_asks_may_think_better_of_it(world: World) -> None:
    await _amina_is_there(world)
    await _ask(world)
    await world.guests.leave(digest_of(OTHER))
    await world.settle()
    assert "asks for a place" not in world.card()
    assert await status(world, SECRET) is SeatStatus.WAITING


async def test_a_closed_session_asks_nobody_any_more(world: World) -> None:
    await _amina_is_there(world)
    await world.join_as_staff()
    await _ask(world)
    await world.write("close", "$2")
    await world.write("admit", "$3")
    assert (await world.session()).asking is None
    assert await status(world, OTHER) is SeatStatus.ENDED


async def test_who_is_let_in_while_their_seat_is_being_read_learns_it_at_once(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    guests = world.guests
    changes, read = Changes(), guests.seat
    guests.changes = changes

    async def let_in_meanwhile(digest: bytes) -> SeatView | None:
        view = await read(digest)
        if view is not None and view.status is SeatStatus.PREPARING:
            await world.settle()
            changes.happened()
        return view

    guests.seat = let_in_meanwhile  # type: ignore[method-assign]
    view = await guests.ready(digest_of(SECRET))
    assert view is not None
    assert view.status is SeatStatus.INVITED
