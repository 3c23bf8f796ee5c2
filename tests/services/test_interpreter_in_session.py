"""The interpreter in the session: there before or after the start, shown as interpreter, never the reason to begin (PRODUCT §2, §5)."""

from __future__ import annotations

from datetime import UTC, datetime

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.guest_door import EndedReason, SeatStatus
from tests.services.fakes import BOT
from tests.services.interpreters import AMINA, LINGUA, SELAM, Desk, mail_to, seek
from tests.services.world import NURSE, World

INTERPRETERS_SECRET, GUESTS_SECRET = "i" * 43, "g" * 43


async def found(world: World) -> None:
    """An interpreter has accepted, and everybody was told."""
    await seek(world, LINGUA)
    await Desk(world, LINGUA.email or "").accepts()


async def test_an_interpreter_alone_makes_nobody_ring_and_the_card_says_that_they_are_here(world: World) -> None:
    await found(world)
    rung = len(world.mentions())
    await world.come(SELAM, "Selam", INTERPRETERS_SECRET)
    session = await world.session()
    assert session.state is State.INVITED
    assert len(world.mentions()) == rung
    assert "nterpreter" in world.card()
    assert session.room is not None
    assert NURSE not in world.homeserver.rooms[session.room].members


async def test_an_interpreter_may_come_before_everybody_else_and_is_shown_as_interpreter(world: World) -> None:
    await found(world)
    await world.come(SELAM, "Selam", INTERPRETERS_SECRET)
    await world.come(AMINA, "Amina", GUESTS_SECRET)
    assert (await world.session()).state is State.WAITING
    await world.join_as_staff()
    seen = await world.guests.seat(digest_of(GUESTS_SECRET))
    assert seen is not None
    assert ("Interpreter", "Selam") in [(person.label, person.name) for person in seen.people]


async def test_an_interpreter_comes_after_the_start_which_is_no_addition(world: World) -> None:
    await found(world)
    await world.come(AMINA, "Amina", GUESTS_SECRET)
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE
    await world.come(SELAM, "Selam", INTERPRETERS_SECRET)
    seen = await world.guests.seat(digest_of(INTERPRETERS_SECRET))
    assert seen is not None
    assert (seen.status, seen.label) == (SeatStatus.IN_SESSION, "Interpreter")


async def test_an_interpreter_who_writes_a_command_has_written_a_text(world: World) -> None:
    await found(world)
    await world.come(AMINA, "Amina", GUESTS_SECRET)
    await world.join_as_staff()
    await world.come(SELAM, "Selam", INTERPRETERS_SECRET)
    session = await world.session()
    seen = await world.guests.seat(digest_of(INTERPRETERS_SECRET))
    assert seen is not None
    assert seen.user is not None
    assert session.room is not None
    for number, words in enumerate(("!tc close", "!tc end", "!tc invite more@example.org")):
        await world.write(words, f"$interpreters{number}", by=seen.user, room=session.room)
    assert (await world.session()).state is State.ACTIVE
    assert set(world.homeserver.rooms[session.room].members) == {BOT, NURSE, *(seat.user for seat in session.seats)}


async def test_who_withdraws_while_the_session_runs_is_out_and_it_goes_on(world: World) -> None:
    await found(world)
    await world.come(AMINA, "Amina", GUESTS_SECRET)
    await world.join_as_staff()
    await world.come(SELAM, "Selam", INTERPRETERS_SECRET)
    await Desk(world, SELAM).withdraws("ill")
    out = await world.guests.seat(digest_of(INTERPRETERS_SECRET))
    assert out is not None
    assert (out.status, out.ended_reason) == (SeatStatus.ENDED, EndedReason.REMOVED)
    session = await world.session()
    assert session.state is State.ACTIVE
    assert len([seat for seat in session.seats if seat.live]) == 1
    assert mail_to(world, LINGUA.email or "").subject == "Your interpreter cannot come"


async def test_the_interpreters_link_says_that_it_is_one_and_nobody_elses_does(world: World) -> None:
    world.clock.moment = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    await found(world)
    for who, interprets in ((SELAM, True), (AMINA, False)):
        opened = await world.guests.open(world.token_for(who), "en")
        assert opened is not None
        assert opened.interpreter is interprets
