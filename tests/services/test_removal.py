"""A wrong or violent person is out at once and does not come back (PRODUCT §3 `remove`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.guest_door import EndedReason, LinkFull, SeatStatus
from teleconnect_bot.services.ports import ServiceUnavailable
from tests.services.places import question, status
from tests.services.world import CHAT, NURSE, World

ANNA, KARIM, DOCTOR, DOCTORS_CHAT = "anna@example.net", "karim@example.net", "@doctor:example.org", "!chat-doctor:example.org"
ASKED = "was removed, and"
FIRST, SECOND, ANOTHER = "a" * 43, "b" * 43, "c" * 43


async def together(world: World) -> World:
    """A running session of a service user, a relative and a colleague."""
    await world.write(f"invite {ANNA} lang=fr guest={KARIM}/en colleague={DOCTOR}", "$invite")
    await world.come(ANNA, "Anna", FIRST)
    await world.come(KARIM, "Karim", SECOND)
    await world.join_as_staff()
    await world.join_as_staff(by=DOCTOR)
    return world


async def members(world: World) -> set[str]:
    return set(world.homeserver.rooms[(await world.session()).room or ""].members)


async def test_the_relative_is_out_and_the_others_stay(world: World) -> None:
    await together(world)
    user = (await world.session()).seats[1].user
    await world.write("remove relative", "$remove")
    session = await world.session()
    relative = session.seats[1]
    assert f"They are out of session {session.code}. With the link that they have, nobody new comes in without your yes." in world.texts()
    assert world.gate.over == [relative.id]
    assert user not in await members(world)
    assert {NURSE, DOCTOR, session.seats[0].user} <= await members(world)
    assert session.state is State.ACTIVE
    assert "Anna (Service user) is here" in world.card()
    assert "Karim" not in world.card()
    seat = await world.guests.beat(digest_of(SECOND), visible=True)
    assert seat is not None
    assert (seat.status, seat.ended_reason) == (SeatStatus.ENDED, EndedReason.REMOVED)


async def test_who_was_removed_does_not_come_back_in_another_browser(world: World) -> None:
    await together(world)
    await world.write("remove relative", "$remove")
    with pytest.raises(LinkFull):
        await world.guests.enter(world.token_for(KARIM), digest_of(ANOTHER), "Somebody else", "en", "1")


async def knocks(world: World, contact: str = ANNA, name: str = "Anna", secret: str = FIRST) -> SeatStatus:
    """Somebody follows the link and presses Enter waiting room."""
    view = await world.guests.enter(world.token_for(contact), digest_of(secret), name, "fr", "1")
    await world.settle()
    return view.status


async def the_service_user_is_removed(world: World, *, started: bool) -> None:
    """Before the relative comes, who was invited with the same link."""
    await world.write(f"invite {ANNA} lang=fr guest={KARIM}/en", "$invite")
    await world.come(ANNA, "Anna", SECOND)
    if started:
        await world.join_as_staff()
    await world.write(f'remove "service user" {(await world.session()).code}', "$remove")


@pytest.mark.parametrize("started", [False, True])
async def test_whoever_was_invited_with_the_same_link_still_comes_after_the_requesters_yes(started: bool, world: World) -> None:
    """The one who was removed has that link too, and may write any name."""
    await the_service_user_is_removed(world, started=started)
    assert await knocks(world, KARIM, "Karim") is SeatStatus.ASKING
    assert [seat.label for seat in (await world.session()).seats if seat.live] == [], "nobody comes in unseen"
    asked = world.mentions()[-1]
    assert "somebody who calls themselves Karim opens it in another browser and wants a place that is free" in asked
    assert "It may be the one who was removed." in asked
    await world.desk.reacted(CHAT, "$yes", NURSE, question(world, ASKED), "✅")
    await world.settle()
    await world.arrive(FIRST)
    assert [seat.label for seat in (await world.session()).present_seats] == ["Relative"]
    assert not [text for text in world.texts() if "somebody else comes in" in text], "who has just said yes knows it"


@pytest.mark.parametrize("no", ["❌", "refuse", "nobody answers"])
async def test_without_that_yes_nobody_takes_the_free_place(no: str, world: World) -> None:
    await the_service_user_is_removed(world, started=True)
    await knocks(world, ANNA, "Anna", ANOTHER)
    if no == "nobody answers":
        await world.pass_time(timedelta(minutes=11))
    elif no == "refuse":
        await world.write("refuse", "$no")
    else:
        await world.desk.reacted(CHAT, "$no", NURSE, question(world, ASKED), no)
        await world.settle()
    assert await status(world, ANOTHER) is SeatStatus.REFUSED
    assert not any(seat.live for seat in (await world.session()).seats)


@pytest.mark.parametrize("way", ["enters", "asks for the place"])
async def test_who_was_removed_takes_over_no_place_whose_browser_is_away(way: str, world: World) -> None:
    await together(world)
    await world.write("remove relative", "$remove")
    await world.pass_time(timedelta(minutes=5))
    assert not (await world.session()).present_seats, "the service user's line has dropped"
    token = world.token_for(ANNA)
    if way == "enters":
        with pytest.raises(LinkFull) as full:
            await world.guests.enter(token, digest_of(ANOTHER), "Anna", "fr", "1")
        assert (full.value.taken, full.value.more) == (("Service user",), False)
        return
    await world.guests.ask(token, digest_of(ANOTHER), "Anna", "fr", "1", "Service user")
    await world.settle()
    assert await status(world, ANOTHER) is SeatStatus.ASKING
    assert "and wants the place of Anna (Service user). It may be the one who was removed." in world.mentions()[-1]
    await world.guests.beat(digest_of(FIRST), visible=True)
    assert await status(world, FIRST) is SeatStatus.IN_SESSION, "their own browser finds its place again"


async def test_the_right_person_gets_their_place_in_a_new_browser_by_the_requesters_yes(world: World) -> None:
    await together(world)
    await world.write("remove relative", "$remove")
    await world.pass_time(timedelta(minutes=5))
    await world.guests.ask(world.token_for(ANNA), digest_of(ANOTHER), "Anna", "fr", "1", "Service user")
    await world.settle()
    await world.write("admit", "$yes")
    await world.arrive(ANOTHER)
    assert (await status(world, FIRST), await status(world, ANOTHER)) == (SeatStatus.MOVED, SeatStatus.IN_SESSION)


@pytest.mark.parametrize("how", ["away", "left"])
async def test_who_asks_for_a_place_does_not_get_it_by_its_becoming_empty(how: str, world: World) -> None:
    await together(world)
    await world.write("remove relative", "$remove")
    await world.guests.ask(world.token_for(ANNA), digest_of(ANOTHER), "Anna", "fr", "1", "Service user")
    await world.settle()
    if how == "away":
        await world.pass_time(timedelta(minutes=5))
    else:
        await world.guests.leave(digest_of(FIRST))
        await world.settle()
    assert await status(world, ANOTHER) is SeatStatus.ASKING
    await world.write("admit", "$yes")
    assert await status(world, ANOTHER) is SeatStatus.KEYS


async def test_nobody_waits_any_more_when_the_one_who_waited_is_removed(world: World) -> None:
    await world.write(f"invite {ANNA} lang=fr", "$invite")
    await world.come(ANNA, "Anna", FIRST)
    assert (await world.session()).state is State.WAITING
    await world.write("remove service user", "$remove")
    assert (await world.session()).state is State.INVITED
    await world.write("waiting", "$waiting")
    assert "Nobody is waiting for you." in world.texts()


async def test_a_colleague_is_named_by_matrix_id_and_has_no_way_back(world: World) -> None:
    await together(world)
    code = (await world.session()).code
    await world.write(f"remove {DOCTOR} {code.lower()}", "$remove")
    assert DOCTOR not in await members(world)
    assert f"They are out of session {code} and cannot come back." in world.texts()
    await world.write(f"join {code}", "$join", by=DOCTOR, room=DOCTORS_CHAT)
    assert f"There is no session {code} of yours" in world.texts(DOCTORS_CHAT)[-1]


async def test_it_is_understood_in_the_sessions_room_and_answered_in_the_chat(world: World) -> None:
    await together(world)
    await world.write("!tc remove relative", "$remove", room=(await world.session()).room or "")
    assert [text for text in world.texts() if text.startswith("They are out")]
    assert not (await world.session()).seats[1].live


async def test_nobody_else_can_remove_anybody(world: World) -> None:
    await together(world)
    session = await world.session()
    await world.write(f"remove relative {session.code}", "$doctor", by=DOCTOR, room=DOCTORS_CHAT)
    for event, who in (("$1", DOCTOR), ("$2", session.seats[1].user or "")):
        await world.write('!tc remove "service user"', event, by=who, room=session.room or "")
    assert all(seat.live for seat in (await world.session()).seats)


@pytest.mark.parametrize("line", ["remove Karim", "remove interpreter", "remove relative 2", "remove everybody"])
async def test_a_name_that_is_on_no_card_changes_nothing_and_the_answer_shows_how_to_write_it(world: World, line: str) -> None:
    await together(world)
    before = await world.session()
    await world.write(line, "$remove")
    session = await world.session()
    assert session == before
    answer = world.texts()[-1]
    for right in (f"remove relative {session.code}", f'remove "service user" {session.code}', f"remove {DOCTOR} {session.code}"):
        assert right in answer


async def test_where_nobody_is_the_answer_says_so(world: World) -> None:
    await world.write("remove relative", "$remove")
    assert world.texts()[-1] == "Nobody is in a session of yours now."


@pytest.mark.parametrize("order", ["remove relative", "close", "close now"])
async def test_the_gateway_shuts_a_seat_out_before_anybody_reads_that_it_is_over(world: World, order: str) -> None:
    """Nothing that is slow lies in between: neither the outbox nor the homeserver."""
    await together(world)
    relative = (await world.session()).seats[1]
    world.homeserver.away = True
    with pytest.raises(ServiceUnavailable):
        await world.desk.wrote(CHAT, "$order", NURSE, order, True)
    assert relative.id in world.gate.over
