"""Command lines, carried out on the real use cases and storage with the outside faked (PRODUCT §3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain.session import State
from teleconnect_bot.services.ports import Membership, Text
from tests.services.fakes import FakeEvent
from tests.services.world import CHAT, NURSE, World

CONTACT = "amina.secret@example.org"
OTHER_NURSE = "@other:example.org"


async def _answer(world: World, words: str, event: str = "$asked", by: str = NURSE) -> str:
    """What the bot posted in answer to the line, nothing else."""
    before = len(world.texts())
    await world.desk.wrote(CHAT, event, by, words, True)
    return "\n".join(world.texts()[before:])


def _removed(world: World, event: str) -> bool:
    return world.homeserver.events[event].text is None


async def _all_states(world: World) -> list[State]:
    async with world.units.begin() as unit:
        return [session.state for session in await unit.sessions_in(frozenset(State))]


async def test_a_complete_invite_is_answered_by_its_card_alone(world: World) -> None:
    assert await _answer(world, f'invite {CONTACT} name="Amina" lang=fr') == ""
    await world.settle()
    session = await world.session()
    assert session.state is State.INVITED
    assert (session.links[0].contact.value, session.links[0].name, session.links[0].language) == (CONTACT, "Amina", "fr")


@pytest.mark.parametrize(
    "words",
    [
        "invite amina secret@example.org", "invite amina.secret@example", "invite amina.secret@example.org lang=xx",
        "invite amina.secret@example.org amina.secret=amina.secret@example.org", "invite amina.secret@example.org lang=amina.secret",
        'invite amina.secret@example.org name="Amina', "invit amina.secret@example.org", "amina.secret@example.org",
        "invite secret=amina@example.org", "invite amina.secret@example.org lang=fr lang=de", "start amina.secret@example.org",
        "help amina.secret@example.org", "close now amina.secret@example.org", "invite +41 79 123 45 67", "send +41791234567",
        f"invite amina.secret@example.org name={'secret' * 30}", "!tc invit amina.secret@example.org",
    ],
)  # fmt: skip
async def test_no_answer_repeats_a_contact_and_the_line_is_removed_30_minutes_later(world: World, words: str) -> None:
    world.homeserver.events["$line"] = FakeEvent(CHAT, "", Text(words))
    answer = await _answer(world, words, "$line")
    assert answer
    assert not [part for part in ("amina", "secret", "example.org lang", "123", "4567") if part in answer.replace("anna@example.org", "")]
    assert await _all_states(world) == [State.DRAFT]
    await world.pass_time(timedelta(minutes=29))
    assert not _removed(world, "$line")
    await world.pass_time(timedelta(minutes=5))
    assert _removed(world, "$line")
    await world.pass_time(timedelta(minutes=30))
    assert await _all_states(world) == []


@pytest.mark.parametrize("words", ["help", "invites", "waiting", "next", "cancle K7M2", "start K7M2", "close now", "what?", "thank you"])
async def test_a_line_without_a_contact_leaves_nothing_behind(world: World, words: str) -> None:
    assert await _answer(world, words)
    assert await _all_states(world) == []


async def test_the_same_event_read_twice_is_answered_and_carried_out_once(world: World) -> None:
    for _ in range(2):
        await world.write(f"invite {CONTACT}", "$invite")
        await world.write(f"invit {CONTACT}", "$wrong")
    assert sorted(await _all_states(world)) == [State.DRAFT, State.INVITED]


async def test_without_a_session_each_list_says_so(world: World) -> None:
    assert "You have no open session" in await _answer(world, "invites", "$1")
    assert await _answer(world, "waiting", "$2") == "Nobody is waiting for you."
    assert await _answer(world, "next", "$3") == "Nobody is waiting for you."


async def test_the_list_shows_sessions_that_are_open_and_their_delivery_but_no_contact(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    answer = await _answer(world, "invites", "$1")
    assert f"{code} – invited; " in answer
    assert "e-mail sent" in answer
    assert "\\" not in answer
    await world.write(f"cancel {code}", "$cancel")
    assert "You have no open session" in await _answer(world, "invites", "$2")


async def test_a_code_that_is_not_theirs_is_answered_like_one_that_does_not_exist(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    theirs = await world.chat.room_of(OTHER_NURSE) or CHAT
    await world.desk.wrote(theirs, "$1", OTHER_NURSE, f"cancel {code}", True)
    refused = world.texts()[-1]
    await world.desk.wrote(theirs, "$2", OTHER_NURSE, "cancel 9999", True)
    assert world.texts()[-1].replace("9999", code) == refused
    assert (await world.session()).state is State.INVITED


async def test_without_a_code_a_command_means_the_one_session_with_which_it_is_possible(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$1")
    first = (await world.session()).code
    await world.write("invite other@example.org", "$2")
    assert "There are several" in await _answer(world, "cancel", "$3")
    await world.write(f"cancel {first}", "$4")
    second = next(session.code for session in await world.sessions.sessions_of(NURSE) if session.code != first)
    assert await _answer(world, "cancel", "$5") == f"Session {second} is cancelled."
    assert "You have no session for which that is possible now." in await _answer(world, "cancel", "$6")


async def test_end_offers_close_keep_and_stay_only_when_they_are_possible(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    code = (await world.session()).code
    assert "has not taken place yet" in await _answer(world, f"end {code}", "$1")
    assert "has not taken place yet" in await _answer(world, f"stay {code}", "$2")
    await world.enter()
    await world.arrive()
    assert "has not been started yet" in await _answer(world, f"end {code}", "$3")
    await world.join_as_staff()
    offered = await _answer(world, "end", "$4")
    assert "key points" in offered
    assert all(f"{choice} {code}" in offered for choice in ("close", "keep", "stay"))
    assert await _answer(world, "stay", "$5") == f"Session {code} goes on."
    assert await _answer(world, "keep", "$6") == f"Session {code} is kept open."
    assert await _answer(world, "close", "$7") == f"Session {code} is being closed."
    assert "is closed already" in await _answer(world, f"end {code}", "$8")


async def test_who_waits_is_listed_and_next_gives_the_way_into_the_room(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    await world.enter()
    await world.arrive()
    code = (await world.session()).code
    world.clock.advance(timedelta(minutes=4))
    assert await _answer(world, "waiting", "$1") == f"- {code} waits for 4 minutes. start {code} takes it."
    assert "https://matrix.to/#/" in await _answer(world, "next", "$2")
    assert (await world.session()).state is State.WAITING
    assert "the ringing has stopped" in await _answer(world, "seen", "$3")


async def test_who_left_the_room_of_a_running_session_gets_back_by_start(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    room = (await world.session()).room
    assert room is not None
    del world.homeserver.rooms[room].members[NURSE]
    await world.desk.membership_changed(room, NURSE, Membership.LEAVE)
    assert "is running. Open the room" in await _answer(world, "start", "$back")
    await world.settle()
    await world.join_as_staff()
    assert len((await world.session()).starts) == 1


async def test_a_contact_is_not_taken_in_a_room_where_others_read_it(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    room = (await world.session()).room
    assert room is not None
    await world.write("!tc invite other@example.org", "$here", room=room)
    assert "direct chat" in world.texts()[-1]
    assert await _all_states(world) == [State.ACTIVE]


async def test_in_its_room_a_command_needs_no_code(world: World) -> None:
    await world.write(f"invite {CONTACT}", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    session = await world.session()
    assert session.room is not None
    await world.write("!tc close", "$close", room=session.room)
    assert (await world.session()).state is State.CLOSED
    assert f"Session {session.code} is being closed." in world.texts()


async def test_languages_that_cannot_be_sent_are_named(world: World) -> None:
    assert "There are: en, fr." in await _answer(world, f"invite {CONTACT} lang=de")


async def test_a_line_that_became_no_invitation_is_counted_as_no_session(world: World) -> None:
    await _answer(world, f"invit {CONTACT}")
    await world.pass_time(timedelta(hours=2))
    async with world.units.begin() as unit:
        assert await unit.counters() == {}


async def test_long_lists_come_in_pages_with_what_is_next_at_the_top(world: World) -> None:
    for number in range(23):
        day = 25 - number
        await world.write(f'invite anna{number}@example.net at="{day} november 10:00"', f"$invite{number}")
    first, second, last = [await _answer(world, f"invites {page}", f"$page{page}") for page in (1, 2, 3)]
    assert first.count("planned for") == second.count("planned for") == 10
    assert last.count("planned for") == 3
    assert first.index("3 November") < first.index("4 November")
    assert "e-mail sent" in first
    assert "Page 1 of 3, 23 sessions. invites 2 shows the next ones." in first
    assert "Page 3 of 3, 23 sessions." in last
    assert "There are pages 1 to 3; write invites or, for example, invites 3." in await _answer(world, "invites 4", "$page4")
    assert "anna" not in first + second + last


async def test_the_list_counts_deliveries_for_each_channel(world: World) -> None:
    world.mailer.refuses_to["karim@example.net"] = "there is no mailbox with this address"
    await world.write("invite anna@example.net guest=karim@example.net guest=zoe@example.net", "$invite")
    assert "e-mail 2 sent, 1 could not be sent" in await _answer(world, "invites")
