"""Colleagues with a Matrix account, from the invitation to the last row (PRODUCT §1, §3 `invite`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.session import Mode, State
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.ports import Membership
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import GRACE, NURSE, World

ANNA, FIRST = "anna@example.net", "a" * 43
DOCTOR, DOCTORS_CHAT = "@doctor:example.org", "!chat-doctor:example.org"


async def remote(world: World) -> World:
    await world.write(f"invite {ANNA} lang=fr colleague={DOCTOR}", "$invite")
    return world


async def in_person(world: World) -> World:
    await world.write(f"invite in-person colleague={DOCTOR}", "$invite")
    return world


async def join(world: World, event: str = "$join") -> str:
    """The doctor asks the bot for the way in; the answer."""
    await world.write(f"join {(await world.session()).code}", event, by=DOCTOR, room=DOCTORS_CHAT)
    return world.texts(DOCTORS_CHAT)[-1]


async def test_a_colleague_is_told_in_their_own_chat_and_gets_no_mail(world: World) -> None:
    await remote(world)
    assert [mail.to for mail in world.mailer.taken] == [ANNA]
    (told,) = world.texts(DOCTORS_CHAT)
    assert NURSE in told
    assert (await world.session()).code in told
    assert ANNA not in told
    assert f"Colleague {DOCTOR}: is told, and not in the room" in world.card()


async def test_at_arrival_the_colleague_is_invited_and_may_join_a_running_session(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    session = await world.session()
    assert session.room
    assert world.homeserver.rooms[session.room].invitations[-2:] == [NURSE, DOCTOR]
    await world.join_as_staff()
    await world.join_as_staff(by=DOCTOR)
    session = await world.session()
    assert (session.state, session.holder) == (State.ACTIVE, NURSE)
    assert f"Colleague {DOCTOR}: is in the room" in world.card()
    await world.pass_time(timedelta(seconds=2))
    assert DOCTOR in world.gate.letters


async def test_a_colleague_who_comes_first_does_not_start_it(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff(by=DOCTOR)
    assert (await world.session()).state is State.WAITING
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE


async def test_a_colleague_cannot_end_it_in_the_room_nor_in_the_chat(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.join_as_staff(by=DOCTOR)
    session = await world.session()
    await world.write("!tc close", "$close", by=DOCTOR, room=session.room or "")
    await world.write(f"close {session.code}", "$close2", by=DOCTOR, room=DOCTORS_CHAT)
    assert (await world.session()).state is State.ACTIVE
    assert "no session" in world.texts(DOCTORS_CHAT)[-1]


async def test_who_left_by_accident_comes_back_by_join(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    await world.join_as_staff()
    await world.join_as_staff(by=DOCTOR)
    room = (await world.session()).room or ""
    del world.homeserver.rooms[room].members[DOCTOR]
    await world.desk.membership_changed(room, DOCTOR, Membership.LEAVE)
    assert "Open the room" in await join(world)
    await world.join_as_staff(by=DOCTOR)
    assert (await world.session()).state is State.ACTIVE


async def test_somebody_who_was_not_invited_has_no_way_in(world: World) -> None:
    await remote(world)
    await world.come(ANNA, "Anna", FIRST)
    code = (await world.session()).code
    await world.write(f"join {code}", "$join", by="@other:example.org", room="!chat-other:example.org")
    assert world.texts("!chat-other:example.org")[-1] == f"There is no session {code} of yours. invites lists the ones you have."


async def test_beside_a_remote_person_join_waits_for_them(world: World) -> None:
    await remote(world)
    assert "Nobody is in the waiting room" in await join(world)
    assert world.homeserver.rooms == {}


async def test_in_person_join_makes_the_room_and_coming_into_it_rings_the_requester(world: World) -> None:
    await in_person(world)
    session = await world.session()
    assert (session.mode, session.links, world.mailer.taken) == (Mode.IN_PERSON, (), [])
    assert world.homeserver.rooms == {}
    assert "needs your help" in world.texts(DOCTORS_CHAT)[-1]
    assert "being made" in await join(world)
    session = await world.session()
    assert session.room
    assert NURSE not in world.homeserver.rooms[session.room].members
    await world.join_as_staff(by=DOCTOR)
    assert (await world.session()).state is State.WAITING
    assert f"{DOCTOR} is in the waiting room" in world.mentions()[-1]
    await world.join_as_staff()
    assert (await world.session()).state is State.ACTIVE


async def test_what_the_colleague_wrote_is_in_the_transcript_also_when_it_looks_like_an_order(world: World) -> None:
    await in_person(world)
    await join(world)
    await world.join_as_staff(by=DOCTOR)
    await world.join_as_staff()
    session = await world.session()
    assert session.room
    world.homeserver.rooms[session.room].history += [
        WrittenEvent("$1", DOCTOR, world.clock.now(), "!tc is how the ward is called"),
        WrittenEvent("$2", NURSE, world.clock.now(), "!tc end"),
    ]
    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    assert [(line.speaker, line.text) for line in world.pdf.rendered[0].lines] == [("doctor", "!tc is how the ward is called")]


@pytest.mark.parametrize("mode", ["remote", "in person"])
async def test_nothing_remains_in_either_chat(world: World, mode: str) -> None:
    await (remote(world) if mode == "remote" else in_person(world))
    if mode == "remote":
        await world.come(ANNA, "Anna", FIRST)
    else:
        await join(world)
        await world.join_as_staff(by=DOCTOR)
    await world.join_as_staff()
    if mode == "remote":
        await world.join_as_staff(by=DOCTOR)
    await world.write("close now", "$close")
    await world.pass_time(GRACE + timedelta(seconds=1))
    await nothing_is_left(world)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("invite in-person colleague=@stranger:example.org", "no encrypted direct chat with me yet"),
        ("invite in-person colleague=@doctor:elsewhere.org", "no account on our server"),
        (f"invite in-person colleague={NURSE}", "somebody else"),
        ("invite in-person colleague=@doctor", "A Matrix id is written like"),
        (f"invite in-person colleague={DOCTOR} colleague={DOCTOR}", "twice"),
    ],
)
async def test_a_colleague_who_cannot_be_told_is_refused_with_the_reason(world: World, words: str, said: str) -> None:
    world.chat.unknown.add("@stranger:example.org")
    await world.write(words, "$invite")
    assert said in world.texts()[-1]
    assert world.texts(DOCTORS_CHAT) == []
    assert (await world.session()).state is State.DRAFT


async def test_a_colleague_is_told_that_it_is_cancelled(world: World) -> None:
    await remote(world)
    await world.write("cancel", "$cancel")
    assert "is cancelled" in world.texts(DOCTORS_CHAT)[-1]


async def test_the_ready_made_line_invites_the_colleague_as_well(world: World) -> None:
    await remote(world)
    code = (await world.session()).code
    await world.write(f"invite again {code}", "$again")
    assert len(world.texts(DOCTORS_CHAT)) == 2
    assert [session.colleagues for session in await world.sessions.sessions_of(NURSE)] == [frozenset({DOCTOR})] * 2
