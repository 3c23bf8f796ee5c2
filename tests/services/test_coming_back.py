"""Leave and Come back: what the server keeps for a browser that keeps its keys, and how that browser learns of the end (PRODUCT §4)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.guest_door import EndedReason, SeatStatus
from teleconnect_bot.services.ports import Membership
from tests.services.test_whole_session import started
from tests.services.world import GRACE, SECRET, World

MINE = digest_of(SECRET)


async def _left(world: World, *, native: bool = False) -> None:
    world.homeserver.native_guests = native
    await started(world)
    assert await world.guests.away(MINE)
    await world.settle()


@pytest.mark.parametrize("native", [False, True], ids=["appservice", "matrix"])
async def test_who_left_stays_in_the_room_and_comes_back_to_the_same_account(native: bool, world: World) -> None:
    await _left(world, native=native)
    session = await world.session()
    (seat,) = session.seats
    assert seat.user in world.homeserver.accounts
    assert world.homeserver.rooms[session.room or ""].members[seat.user or ""] is Membership.JOIN
    assert "is here" not in world.card()
    asked = await world.guests.seat(MINE)
    assert asked
    assert (asked.status, asked.user, asked.room) == (SeatStatus.IN_SESSION, seat.user, session.room)
    assert [person.away for person in asked.people] == [True]
    assert not (await world.session()).somebody_present, "asking is no sign of life"
    back = await world.guests.beat(MINE, True)
    assert back
    assert (back.user, back.device, [person.away for person in back.people]) == (seat.user, seat.device, [False])
    assert (await world.session()).main_present


async def test_who_leaves_the_waiting_room_waits_no_more_and_the_requester_reads_it(world: World) -> None:
    await world.write("invite anna@example.net", "$invite")
    await world.enter()
    await world.arrive()
    before = len(world.texts())
    await world.guests.away(MINE)
    await world.settle()
    assert (await world.session()).state is State.INVITED
    assert "nobody is in the waiting room at the moment" in "".join(world.texts()[before:])
    await world.guests.beat(MINE, True)
    assert (await world.session()).state is State.WAITING


async def test_whoever_left_learns_of_the_end_by_asking(world: World) -> None:
    await _left(world)
    await world.write("close", "$close")
    view = await world.guests.seat(MINE)
    assert view
    assert (view.status, view.ended_reason, view.room) == (SeatStatus.ENDED, EndedReason.CLOSED, None)
    await world.pass_time(timedelta(hours=24) + GRACE + timedelta(minutes=5))
    assert await world.guests.seat(MINE) is None
    assert world.homeserver.accounts == set(), "the account of who left goes with the others"


async def test_whoever_left_and_is_removed_learns_that_too(world: World) -> None:
    await _left(world)
    await world.write('remove "service user"', "$remove")
    view = await world.guests.seat(MINE)
    assert view
    assert (view.status, view.ended_reason) == (SeatStatus.ENDED, EndedReason.REMOVED)


async def test_a_running_session_that_everybody_left_is_kept_open_after_12_hours(world: World) -> None:
    await _left(world)
    await world.pass_time(timedelta(hours=12, minutes=1))
    assert (await world.session()).state is State.KEPT_OPEN


async def test_leaving_the_page_for_good_still_ends_the_seat(world: World) -> None:
    await _left(world)
    await world.guests.leave(MINE)
    await world.settle()
    session = await world.session()
    assert not session.seats[0].live
    assert session.seats[0].user not in world.homeserver.rooms[session.room or ""].members
    assert await world.guests.seat(MINE) is None
