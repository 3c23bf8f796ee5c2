"""A session that is the team's own, since whoever invited has left: its room reads all it needs and no name, no contact (PRODUCT §3)."""

from __future__ import annotations

import re
from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Membership
from tests.services.world import ACCESS_ROOM, CHAT, NURSE, SECRET, TEAM_ROOM, World

DOCTOR, MIDWIFE = "@doctor:example.org", "@midwife:example.org"
CONTACT = "anna@example.org"
WHO_IT_IS = ("anna", "a…@", "Anna", "Amina", "Bea", "a woman")


async def inherited(world: World) -> Session:
    """The nurse has invited, and left the organisation."""
    for user in (NURSE, DOCTOR, MIDWIFE):
        await world.into_room(user, ACCESS_ROOM)
        await world.into_room(user)
    world.requesters[:] = [ACCESS_ROOM]
    await world.write(f'invite {CONTACT} name="Anna" note="wants a woman" team=night', "$invite")
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    (session,) = await world.sessions.sessions_of(DOCTOR)
    return session


async def now(world: World, session: Session) -> Session:
    loaded = await world.sessions.load(session.id)
    assert loaded is not None
    return loaded


def cards(world: World) -> list[str]:
    """The events of the cards that stand in the team's room."""
    events = world.homeserver.events.items()
    said = {name: event.text.plain for name, event in events if event.room == TEAM_ROOM and event.text and not event.replaces}
    return [name for name, words in said.items() if re.match(r"Session \w{4} – ", words)]


def card(world: World) -> str:
    (name,) = cards(world)
    edits = [event for event in world.homeserver.events.values() if event.replaces == name and event.text]
    last = edits[-1] if edits else world.homeserver.events[name]
    return last.text.plain if last.text else ""


def pressable(world: World) -> set[str]:
    (name,) = cards(world)
    return {event.text.plain.rstrip("\ufe0f") for event in world.homeserver.events.values() if event.reacts_to == name and event.text}


async def test_the_teams_room_reads_one_card_without_any_name_or_contact_through_the_whole_life(world: World) -> None:
    session = await inherited(world)
    assert "e-mail sent" in card(world)
    assert f"cancel {session.code} takes the invitation back" in card(world)
    assert pressable(world) == {"🔁", "✖"}
    await world.enter("Amina")
    await world.arrive()
    assert "Service user is here" in card(world)
    assert pressable(world) == {"▶", "👀", "✖"}
    await world.guests.ask(world.token(), digest_of("b" * 43), "Bea", "fr", "1", "Service user")
    await world.pass_time(timedelta(seconds=61))
    await world.join_as_staff_of(session.id, DOCTOR)
    assert f"Taken by {DOCTOR}" in card(world)
    await world.guests.ask_deletion(digest_of(SECRET))
    theirs = await world.chat.room_of(DOCTOR) or ""
    await world.write(f"close {session.code}", "$close", DOCTOR, theirs)
    assert (await now(world, session)).state is State.CLOSED
    assert "Everything is deleted on" in card(world)
    said = world.texts(TEAM_ROOM)
    assert any("asks that everything be deleted now" in text for text in said)
    assert any("is still waiting" in text for text in said)
    assert any("was opened in another browser, by somebody who calls themselves Service user" in text for text in said)
    assert not [text for text in said for word in WHO_IT_IS if word in text]


async def test_whatever_rings_mentions_each_of_the_team(world: World) -> None:
    session = await inherited(world)
    await world.enter("Amina")
    await world.arrive()
    rung = [event for event in world.homeserver.events.values() if event.room == TEAM_ROOM and event.mentions]
    assert [set(event.mentions) for event in rung] == [{DOCTOR, MIDWIFE}] * len(rung)
    said = [event.text.plain for event in rung if event.text]
    assert any("is in the waiting room" in text for text in said)
    assert any(f"Session {session.code} is yours now" in text for text in said)


async def test_whoever_of_the_team_has_told_an_address_is_written_to_when_nobody_comes(world: World) -> None:
    session = await inherited(world)
    theirs = await world.chat.room_of(MIDWIFE) or ""
    await world.write("settings email=midwife@example.org", "$settings", MIDWIFE, theirs)
    await world.enter("Amina")
    await world.arrive()
    for _ in range(6):
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.pass_time(timedelta(minutes=1))
    written = [mail for mail in world.mailer.taken if mail.to == "midwife@example.org"]
    assert [session.code in mail.subject for mail in written] == [True]


async def test_a_reaction_on_the_card_is_the_command_of_the_one_who_pressed_it(world: World) -> None:
    session = await inherited(world)
    (name,) = cards(world)
    await world.desk.reacted(TEAM_ROOM, "$press", DOCTOR, name, "✖")
    theirs = await world.chat.room_of(DOCTOR) or ""
    assert f"Really cancel session {session.code}?" in world.texts(theirs)[-1]
    assert "Really" not in "".join(world.texts(TEAM_ROOM))


async def test_one_of_the_team_makes_it_their_own_and_has_the_whole_card(world: World) -> None:
    session = await inherited(world)
    theirs = await world.chat.room_of(DOCTOR) or ""
    await world.write(f"handover {session.code} {DOCTOR}", "$mine", DOCTOR, theirs)
    assert (await now(world, session)).requester == DOCTOR
    assert any("a…@example.org (Anna)" in text for text in world.texts(theirs))
    assert f"Invited by {DOCTOR}" in card(world)
    assert pressable(world) == set()


async def test_the_team_of_a_session_with_a_requester_may_press_what_takes_it_and_no_more(world: World) -> None:
    for user in (NURSE, DOCTOR):
        await world.into_room(user)
    await world.write(f"invite {CONTACT} team=night", "$invite")
    assert pressable(world) == set()
    await world.enter("Amina")
    await world.arrive()
    assert pressable(world) == {"▶", "👀"}
    await world.join_as_staff(DOCTOR)
    assert pressable(world) == set()


async def test_who_gets_a_session_back_has_a_card_again_that_is_kept_up_to_date(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    theirs = await world.chat.room_of(DOCTOR) or ""
    await world.write(f"handover {code} {DOCTOR}", "$over", NURSE, CHAT)
    await world.write(f"handover {code} {NURSE}", "$back", DOCTOR, theirs)
    assert not [text for text in world.texts(theirs) if "a…@example.org" in text]
    mine = [name for name, event in world.homeserver.events.items() if event.room == CHAT and event.text and "a…@" in event.text.plain]
    assert len(mine) == 1
    await world.come(CONTACT, "Amina", SECRET)
    edits = [event.text.plain for event in world.homeserver.events.values() if event.replaces == mine[0] and event.text]
    assert "Amina is here" in edits[-1]
