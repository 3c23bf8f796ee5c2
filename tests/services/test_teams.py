"""A team shares a session: it rings in the team's room, one of them takes it, the others read who (PRODUCT §3 "Arrival", `teams`)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.session import State
from teleconnect_bot.services.ports import Membership
from tests.services.world import ADMIN, CHAT, NURSE, TEAM_ROOM, World

DOCTOR, MIDWIFE, OTHER = "@doctor:example.org", "@midwife:example.org", "@other:example.org"
CONTACT = "anna@example.org"


async def _team(world: World, *members: str) -> None:
    for member in (NURSE, *members):
        await world.into_room(member)


async def _waiting(world: World) -> str:
    await world.write(f"invite {CONTACT} team=night", "$invite")
    await world.enter()
    await world.arrive()
    return (await world.session()).code


async def _answer(world: World, words: str, event: str, by: str = NURSE) -> str:
    chat = await world.chat.room_of(by) or CHAT
    await world.desk.wrote(chat, event, by, words, True)
    answers = [said for said in world.homeserver.events.values() if said.transaction == f"answer.{event}" and said.text]
    await world.settle()
    return "\n".join(said.text.plain for said in answers if said.text)


def _members(world: World, room: str) -> dict[str, Membership]:
    return world.homeserver.rooms[room].members


async def test_at_here_each_member_is_invited_and_the_teams_room_rings_for_each(world: World) -> None:
    await _team(world, DOCTOR, MIDWIFE)
    await _waiting(world)
    room = (await world.session()).room
    assert room is not None
    assert {NURSE, DOCTOR, MIDWIFE} <= set(_members(world, room))
    rung = [event for event in world.homeserver.events.values() if event.room == TEAM_ROOM and event.mentions]
    assert rung
    assert set(rung[-1].mentions) == {NURSE, DOCTOR, MIDWIFE}
    assert "is in the waiting room" in (rung[-1].text.plain if rung[-1].text else "")


async def test_the_teams_room_reads_no_contact_and_no_name_of_the_person(world: World) -> None:
    await _team(world, DOCTOR)
    await world.write(f'invite {CONTACT} name="Anna" team=night', "$invite")
    await world.enter("Amina")
    await world.arrive()
    await world.pass_time(timedelta(seconds=61))
    said = "\n".join(world.texts(TEAM_ROOM))
    assert "is still waiting" in said
    assert not [word for word in ("anna", "a…@", "Anna", "Amina") if word in said]


async def test_whoever_joins_first_has_it_and_the_second_is_out_and_told_who(world: World) -> None:
    await _team(world, DOCTOR, MIDWIFE)
    code = await _waiting(world)
    session = await world.session()
    assert session.room is not None
    await world.desk.membership_changed(session.room, DOCTOR, Membership.JOIN)
    _members(world, session.room)[MIDWIFE] = Membership.JOIN
    await world.desk.membership_changed(session.room, MIDWIFE, Membership.JOIN)
    await world.settle()
    session = await world.session()
    assert (session.state, session.holder, len(session.starts)) == (State.ACTIVE, DOCTOR, 1)
    assert MIDWIFE not in _members(world, session.room or "")
    theirs = await world.chat.room_of(MIDWIFE)
    assert f"Session {code}: {DOCTOR} has taken this session already." in world.texts(theirs or "")
    assert f"Taken by {DOCTOR}" in world.texts(TEAM_ROOM)[-1]


async def test_who_did_not_take_it_sees_it_and_decides_nothing(world: World) -> None:
    await _team(world, DOCTOR, MIDWIFE)
    code = await _waiting(world)
    await world.join_as_staff(DOCTOR)
    assert code in await _answer(world, "invites", "$list", MIDWIFE)
    assert f"is with {DOCTOR}" in await _answer(world, f"close {code}", "$close", MIDWIFE)
    assert (await world.session()).state is State.ACTIVE
    assert "is being closed" in await _answer(world, f"close {code}", "$close2", DOCTOR)


async def test_a_member_takes_it_by_command_and_by_a_reaction_in_the_teams_room(world: World) -> None:
    await _team(world, DOCTOR)
    code = await _waiting(world)
    assert "Join the room to start" in await _answer(world, "next", "$next", DOCTOR)
    card = next(name for name, event in world.homeserver.events.items() if event.transaction.endswith(".team-card"))
    await world.desk.reacted(TEAM_ROOM, "$press", DOCTOR, card, "▶")
    theirs = world.texts(await world.chat.room_of(DOCTOR) or "")
    assert f"Join the room to start session {code}" in theirs[-1]


async def test_only_a_member_rings_a_team_and_only_one_whose_room_is_encrypted(world: World) -> None:
    assert "You are in no team" in await _answer(world, f"invite {CONTACT} team=night", "$1")
    await _team(world)
    assert "You are in no team of this name. Yours: team=night." in await _answer(world, f"invite {CONTACT} team=day", "$2")
    world.shared.unencrypted.add(TEAM_ROOM)
    assert "not encrypted" in await _answer(world, f"invite {CONTACT} team=night", "$3")
    assert not world.mailer.taken


async def test_who_leaves_the_teams_room_is_out_at_once_and_who_comes_after_the_start_gets_nothing(world: World) -> None:
    await _team(world, DOCTOR, MIDWIFE)
    await _waiting(world)
    room = (await world.session()).room or ""
    await world.into_room(MIDWIFE, membership=Membership.LEAVE)
    assert MIDWIFE not in _members(world, room)
    await world.into_room(OTHER)
    assert OTHER in _members(world, room), "nobody has started it yet"
    await world.join_as_staff(DOCTOR)
    await world.into_room(MIDWIFE)
    assert MIDWIFE not in (await world.session()).team_members
    assert MIDWIFE not in _members(world, room)


async def test_what_a_team_writes_in_its_own_room_is_left_alone(world: World) -> None:
    await _team(world, DOCTOR)
    before = len(world.homeserver.events)
    await world.write("good morning", "$chat", DOCTOR, TEAM_ROOM)
    await world.write("invite anna@example.org", "$invite", DOCTOR, TEAM_ROOM)
    assert len(world.homeserver.events) == before
    assert not world.direct_chats.left


async def test_nothing_of_it_remains_in_the_teams_room(world: World) -> None:
    await _team(world, DOCTOR)
    code = await _waiting(world)
    await world.join_as_staff(DOCTOR)
    await world.write(f"close now {code}", "$close")
    await world.pass_time(timedelta(minutes=10))
    assert world.texts(TEAM_ROOM) == []


async def test_handed_over_the_card_and_all_that_rings_is_the_other_ones(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    assert await _answer(world, f"handover {code} {DOCTOR}", "$over") == f"Session {code} is with {DOCTOR} now."
    theirs = await world.chat.room_of(DOCTOR) or ""
    assert any(f"Session {code} is yours now" in said for said in world.texts(theirs))
    assert any("a…@example.org" in said for said in world.texts(theirs))
    assert not any("a…@example.org" in said for said in world.texts(CHAT)), "their card is gone"
    assert "There is no session" in await _answer(world, f"cancel {code}", "$cancel")
    await world.enter()
    await world.arrive()
    assert any("is in the waiting room" in said for said in world.texts(theirs))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("handover {code} doctor", "is not a Matrix id"),
        ("handover {code} @stranger:elsewhere.org", "cannot take a session over"),
        (f"handover {{code}} {NURSE}", "is with that person already"),
        (f"handover K7M9 {DOCTOR}", "There is no session"),
        ("handover", "Something is missing"),
    ],
)
async def test_a_handover_that_cannot_be_is_refused_with_the_reason(world: World, words: str, reason: str) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    session = await world.session()
    assert reason in await _answer(world, words.format(code=session.code), "$over")
    assert session.code in [mine.code for mine in await world.sessions.sessions_of(NURSE)]


async def test_into_a_running_session_nobody_is_handed(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    code = (await world.session()).code
    assert "nobody comes into it" in await _answer(world, f"handover {code} {DOCTOR}", "$over")
    await _answer(world, "keep", "$keep")
    assert f"is with {DOCTOR} now" in await _answer(world, f"handover {code} {DOCTOR}", "$over2")
    (session,) = await world.sessions.sessions_of(DOCTOR)
    assert NURSE not in _members(world, session.room or "")


async def test_an_administrator_assigns_sees_all_and_names_nobody(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    world.clock.advance(timedelta(hours=3))
    listed = await _answer(world, "sessions", "$sessions", ADMIN)
    assert listed == f"- {code} – invited; 3 hours old"
    assert "is for administrators" in await _answer(world, "sessions", "$no")
    assert "is for administrators" in await _answer(world, f"assign {code} {DOCTOR}", "$no2")
    assert f"is with {DOCTOR} now" in await _answer(world, f"assign {code} {DOCTOR}", "$assign", ADMIN)
    assert [session.code for session in await world.sessions.sessions_of(DOCTOR)] == [code]
    assert "no session with this code" in await _answer(world, f"assign 9999 {DOCTOR}", "$assign2", ADMIN)
