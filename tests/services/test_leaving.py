"""Who has access, by a room's members too, and what becomes of the sessions of somebody who has none any more (PRODUCT §1, §3)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.session import State
from teleconnect_bot.services.ports import Membership
from tests.services.fakes import BOT
from tests.services.world import ACCESS_ROOM, ADMIN, CHAT, NURSE, STRANGER, TEAM_ROOM, World

DOCTOR = "@doctor:example.org"
FOCAL = "Please ask the focal point."


async def _only_by_room(world: World) -> None:
    world.requesters[:] = [ACCESS_ROOM]
    await world.into_room(NURSE, ACCESS_ROOM)


async def _invited(world: World, more: str = "") -> str:
    await world.write(f"invite anna@example.org{more}", "$invite")
    return (await world.session()).code


async def test_who_is_in_the_room_has_access_and_who_is_removed_is_refused_with_the_next_word(world: World) -> None:
    await _only_by_room(world)
    await world.write("help", "$help")
    assert "What you can write to me" in world.texts()[-1]
    world.shared.rooms[ACCESS_ROOM].discard(NURSE)
    await world.staff_rooms.learn()
    await world.write("invite anna@example.org", "$invite")
    assert not world.mailer.taken
    assert world.texts()[-1] == FOCAL
    assert CHAT in world.chat.left


async def test_the_bot_leaves_the_chat_of_somebody_who_is_removed(world: World) -> None:
    await _only_by_room(world)
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    assert CHAT in world.chat.left


async def test_a_bot_that_is_not_in_the_room_lets_nobody_in_and_takes_nobody_for_gone(world: World) -> None:
    await _only_by_room(world)
    code = await _invited(world)
    await world.desk.membership_changed(ACCESS_ROOM, BOT, Membership.LEAVE)
    await world.leavers.look_at_everybody()
    assert not world.staff_rooms.members(ACCESS_ROOM)
    assert (await world.session()).code == code
    await world.staff_rooms.learn()
    assert world.staff_rooms.members(ACCESS_ROOM) == {NURSE}


async def test_a_room_that_is_named_by_an_alias_counts_once_the_bot_is_invited(world: World) -> None:
    world.staff_rooms.named = (*world.staff_rooms.named, "#staff:example.org")
    assert not await world.staff_rooms.invited("!later:example.org")
    world.shared.aliases["#staff:example.org"] = "!later:example.org"
    world.shared.rooms["!later:example.org"] = {DOCTOR}
    await world.desk.invited("!later:example.org", DOCTOR)
    assert world.staff_rooms.members("#staff:example.org") == {DOCTOR}
    assert not world.texts("!later:example.org")


async def test_a_stranger_is_answered_once_and_never_again(world: World) -> None:
    for room in ("!one:x", "!two:x", "!three:x"):
        await world.desk.invited(room, STRANGER)
    assert [event.text.plain for event in world.homeserver.events.values() if event.text] == [FOCAL]
    assert world.direct_chats.accepted == ["!one:x"]
    assert world.direct_chats.left == ["!one:x", "!two:x", "!three:x"]


async def test_sessions_of_somebody_who_left_go_to_the_team(world: World) -> None:
    for user in (NURSE, DOCTOR):
        await world.into_room(user, ACCESS_ROOM)
        await world.into_room(user)
    world.requesters[:] = [ACCESS_ROOM]
    code = await _invited(world, " team=night")
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    (session,) = await world.sessions.sessions_of(DOCTOR)
    assert (session.code, session.requester, session.chat) == (code, "", TEAM_ROOM)
    assert any("is yours now" in said for said in world.texts(TEAM_ROOM))
    assert not await world.sessions.sessions_of(NURSE)
    await world.enter()
    await world.arrive()
    assert any("is in the waiting room" in said for said in world.texts(TEAM_ROOM))
    await world.join_as_staff_of(session.id, DOCTOR)
    (session,) = await world.sessions.sessions_of(DOCTOR)
    assert session.state is State.ACTIVE


async def test_without_a_team_they_go_to_an_administrator_who_is_told(world: World) -> None:
    await _only_by_room(world)
    code = await _invited(world)
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    (session,) = await world.sessions.sessions_of(ADMIN)
    assert session.code == code
    assert any("is yours now" in said for said in world.texts("!chat-admin:example.org"))
    assert not [said for said in world.texts() if "anna" in said or "a…@" in said], "what they read of it is taken back"


async def test_without_anybody_they_close_after_seven_days(world: World) -> None:
    world.chat.unknown.add(ADMIN)
    await _only_by_room(world)
    await _invited(world, ' at="2026-11-20 10:00"')
    session_id = (await world.session()).id
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    await world.pass_time(timedelta(days=6, hours=23))
    session = await world.sessions.load(session_id)
    assert session is not None
    assert session.state is State.INVITED
    await world.pass_time(timedelta(hours=2))
    session = await world.sessions.load(session_id)
    assert session is not None
    assert session.state is State.CANCELLED
    await world.pass_time(timedelta(days=2))
    assert await world.sessions.load(session_id) is None


async def test_who_left_while_a_session_runs_is_out_of_its_room_at_once(world: World) -> None:
    await _only_by_room(world)
    await _invited(world)
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    room = (await world.session()).room or ""
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    assert NURSE not in world.homeserver.rooms[room].members
    (session,) = await world.sessions.sessions_of(ADMIN)
    assert session.holder is None
    assert ADMIN not in world.homeserver.rooms[room].members, "nobody comes into a running session"


async def test_an_account_that_was_closed_is_noticed_and_one_that_only_closed_its_chat_is_not(world: World) -> None:
    await _invited(world)
    world.chat.unknown.add(NURSE)
    await world.desk.membership_changed(CHAT, NURSE, Membership.LEAVE)
    assert await world.sessions.sessions_of(NURSE)
    world.shared.signed_out.add(NURSE)
    await world.leavers.look_at_everybody()
    assert not await world.sessions.sessions_of(NURSE)


async def test_settings_go_with_access(world: World) -> None:
    await _only_by_room(world)
    await world.write("settings lang=fr", "$settings")
    await world.into_room(NURSE, ACCESS_ROOM, Membership.LEAVE)
    assert (await world.settings.of(NURSE)).language == "en"
    assert not [key for key in world.keys.ids() if key.startswith("requester-")]
