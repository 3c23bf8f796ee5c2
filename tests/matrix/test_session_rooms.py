"""Session rooms from creation to teardown on a real homeserver (ARCHITECTURE §4, PRODUCT §9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mautrix.api import Method
from mautrix.api import Path as MatrixPath
from nio import RoomContextResponse, RoomGetEventError, RoomGetEventResponse, RoomMessagesResponse

from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.adapters.matrix.rooms import MARKER_KEY
from teleconnect_bot.adapters.matrix.state import ForgottenRooms
from teleconnect_bot.domain.transcript import FileKind, WrittenEvent
from teleconnect_bot.services.ports import Membership, VisitorAccount
from teleconnect_bot.services.teardown import purge
from tests.fixtures_homeserver import NewStaff, TestHomeserver
from tests.matrix.bot import Bot
from tests.memory import texts_held
from tests.staff import Staff

KEY = "session-key-1"


async def session_room(bot: Bot, *people: Staff, marker: str = "marker1", key: str = KEY) -> str:
    """A session room in which these people are joined and know each other."""
    bot.keys.create(key)
    room = await bot.rooms.create(marker, key)
    for person in people:
        await bot.rooms.invite(room, person.user)
        assert await person.wait_for_invitation(sender=bot.user) == room
        await person.accept(room)
        await bot.told.wait_for(lambda person=person: (room, person.user, Membership.JOIN) in bot.told.members)  # type: ignore[misc]
    for person in people:
        for other in people:
            await person.wait_for_member(room, other.user)
    return room


async def state_of(bot: Bot, room: str) -> dict[tuple[str, str], Any]:
    return {(event["type"], event["state_key"]): event["content"] for event in await bot.account.read_state(room)}


async def written(bot: Bot, room: str) -> list[WrittenEvent]:
    return [event async for event in bot.rooms.history(room)]


async def test_the_recipe_is_complete_and_names_nobody(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    bot.keys.create(KEY)
    room = await bot.rooms.create("m-recipe", KEY, "Session K7M2")
    state = await state_of(bot, room)
    create = state["m.room.create", ""]
    assert create["m.federate"] is False
    assert create[MARKER_KEY] == "m-recipe"
    assert state["m.room.encryption", ""] == {
        "algorithm": "m.megolm.v1.aes-sha2",
        "rotation_period_ms": 3_600_000,
        "rotation_period_msgs": 100,
    }
    assert state["m.room.join_rules", ""] == {"join_rule": "invite"}
    assert state["m.room.history_visibility", ""] == {"history_visibility": "invited"}
    assert state["m.room.guest_access", ""] == {"guest_access": "forbidden"}
    assert state["m.room.name", ""] == {"name": "Session K7M2"}
    levels = state["m.room.power_levels", ""]
    assert {levels[key] for key in ("invite", "kick", "ban", "redact", "state_default")} == {100}
    assert (levels["users_default"], levels["events_default"]) == (0, 0)
    assert {"m.call.member", "org.matrix.msc3401.call.member"} <= levels["events"].keys()
    assert set(levels["events"].values()) == {100}, "Element offers no call that the page knows nothing of"
    assert not (set(levels.get("users", {})) - {bot.user})
    await bot.rooms.invite(room, alice.user)
    await alice.accept(await alice.wait_for_invitation(sender=bot.user))
    answer = await alice.client.room_invite(room, "@somebody:elsewhere.example")
    assert "M_FORBIDDEN" in str(answer)


async def test_an_account_that_comes_later_gets_nothing_of_what_was_written_before_its_invitation(bot: Bot, new_staff: NewStaff) -> None:
    """As whoever opens the link in another browser is: that is another account."""
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await session_room(bot, alice)
    before = await alice.say(room, "for those who are here")
    await bot.rooms.invite(room, bob.user)
    await bob.accept(await bob.wait_for_invitation(sender=bot.user))
    await alice.wait_for_member(room, bob.user)
    after = await alice.say(room, "for both")
    assert isinstance(await bob.client.room_get_event(room, after), RoomGetEventResponse)
    refused = await bob.client.room_get_event(room, before)
    assert isinstance(refused, RoomGetEventError)
    assert refused.status_code in ("M_NOT_FOUND", "M_FORBIDDEN")
    page = await bob.client.room_messages(room, bob.client.next_batch, limit=100)
    assert isinstance(page, RoomMessagesResponse)
    told = {event.event_id for event in page.chunk}
    assert before not in told
    assert isinstance(around := await bob.client.room_context(room, after, limit=100), RoomContextResponse)
    assert before not in {event.event_id for event in around.events_before}


async def test_a_room_is_made_once_and_found_by_its_marker_also_after_a_crash(bot: Bot) -> None:
    assert await bot.rooms.find("m-once") is None
    bot.keys.create(KEY)
    room = await bot.rooms.create("m-once", KEY)
    assert await bot.rooms.create("m-once", KEY) == room
    assert await bot.rooms.find("m-once") == room
    await bot.account.database.db.execute("DELETE FROM teleconnect_room")  # as if killed between createRoom and this row
    await bot.stop()
    second = await bot.again()
    try:
        assert await second.rooms.find("m-once") == room
        assert await second.rooms.find("m-other") is None
        assert await second.rooms.create("m-once", KEY) == room
        assert second.account.store.is_session_room(room)
    finally:
        await second.stop()


async def test_inviting_and_removing_may_be_repeated(bot: Bot, new_staff: NewStaff) -> None:
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await session_room(bot, alice)
    await bot.rooms.invite(room, alice.user)
    await bot.rooms.invite(room, bob.user)
    await bot.rooms.invite(room, bob.user)
    assert await bot.rooms.members(room) == {
        bot.user: Membership.JOIN,
        alice.user: Membership.JOIN,
        bob.user: Membership.INVITE,
    }
    await bot.rooms.remove(room, bob.user)
    await bot.rooms.remove(room, bob.user)
    await bot.rooms.remove(room, alice.user)
    assert await bot.rooms.members(room) == {bot.user: Membership.JOIN}


async def test_a_read_only_room_takes_no_words_but_can_be_opened_again(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    await bot.rooms.make_read_only(room)
    await bot.rooms.make_read_only(room)
    with pytest.raises(Exception, match="M_FORBIDDEN"):
        await alice.say(room, "too late")
    await bot.rooms.make_writable(room)
    await alice.say(room, "open again")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["open again"])


async def test_history_is_read_with_edits_redactions_files_and_chosen_names(bot: Bot, new_staff: NewStaff) -> None:
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await session_room(bot, alice, bob)
    first = await alice.say(room, "frist")
    await bob.say(room, "hello", **{"org.teleconnect.name": "  Bobby \n B. "})
    gone = await alice.say(room, "take this back")
    await alice.edit(room, first, "first")
    await bob.edit(room, first, "bob must not change alice's words")
    await alice.redact(room, gone)
    photo, mxc = await bob.send_file(room, b"bytes", "IMG_1.jpg", "image/jpeg", "m.image")
    paper, _ = await alice.send_file(room, b"bytes", "paper.pdf", "application/pdf")
    await alice.react(room, photo, "👍")
    await bot.told.wait_for(lambda: [event for event, _, _ in bot.told.media] == [photo, paper])
    events = await written(bot, room)
    assert [(event.sender, event.text, event.file) for event in events] == [
        (alice.user, "first", None),
        (bob.user, "hello", None),
        (bob.user, "", FileKind.PHOTO),
        (alice.user, "", FileKind.PDF),
    ]
    assert [event.event for event in events] == [first, events[1].event, photo, paper]
    assert events[1].name == "Bobby B."
    assert events[2].media == (mxc,)
    assert all(event.at.utcoffset() is not None for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert bot.told.undecryptable == []


async def test_history_longer_than_a_page_is_complete(bot: Bot, new_staff: NewStaff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.matrix.history.PAGE", 7)
    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    for number in range(30):
        await alice.say(room, str(number))
    await bot.told.wait_for(lambda: len(bot.told.texts) == 30)
    assert [event.text for event in await written(bot, room)] == [str(number) for number in range(30)]


async def test_a_message_whose_key_never_came_counts_as_undecipherable(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    await alice.say(room, "readable")
    await bot.told.wait_for(lambda: bool(bot.told.texts))
    content = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "session_id": "unknown", "sender_key": "x", "device_id": "y"}
    await bot.account.api.call(Method.PUT, MatrixPath.v3.rooms[room].send["m.room.encrypted"]["t1"], content)
    assert [event.text for event in await written(bot, room)] == ["readable", None]


async def test_a_forged_or_repeated_event_is_not_believed(bot: Bot, new_staff: NewStaff) -> None:
    """The homeserver, or a member, sends somebody else's ciphertext once more under their own name, or as a second event."""
    alice, bob = await new_staff("alice"), await new_staff("bob")
    room = await session_room(bot, alice, bob)
    event = await alice.say(room, "pay nobody")
    await bot.told.wait_for(lambda: bool(bot.told.texts))
    raw = await bot.account.api.call(Method.GET, MatrixPath.v3.rooms[room].event[event])
    for sender in (alice, bob):
        answer = await sender.client.send(
            "PUT",
            f"/_matrix/client/v3/rooms/{room}/send/m.room.encrypted/copy",
            json.dumps(raw["content"]),
            {"Authorization": f"Bearer {sender.login.token}"},
        )
        assert answer.status == 200
    await bot.told.wait_for(lambda: len(bot.told.undecryptable) == 2)
    assert bot.told.written(room) == ["pay nobody"]
    assert [event.text for event in await written(bot, room)] == ["pay nobody", None, None]


async def test_the_rooms_keys_are_unreadable_once_the_sessions_key_is_destroyed(bot: Bot, new_staff: NewStaff) -> None:
    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    chat = await bot.chat_with(alice)
    await alice.say(room, "secret of the session")
    await alice.say(chat, "in the direct chat")
    await bot.told.wait_for(lambda: len(bot.told.texts) == 2)
    await bot.account.send(room, "m.room.message", {"msgtype": "m.text", "body": "from the bot"}, "t1")
    assert [event.text for event in await written(bot, room)] == ["secret of the session", "from the bot"]
    bot.keys.destroy(KEY)
    assert [event.text for event in await written(bot, room)] == [None, None]
    assert [event.text for event in await written(bot, chat)] == ["in the direct chat"]
    await alice.say(room, "a new message with the old key")
    await alice.say(chat, "the chat goes on")
    await bot.told.wait_for(lambda: "the chat goes on" in bot.told.written(chat))
    await bot.stop()
    second = await bot.again()
    try:
        assert [event.text for event in await written(second, room)] == [None, None, None]
        await second.rooms.forget_keys(room)
        assert await second.rooms.keys_forgotten(room)
    finally:
        await second.stop()


async def test_teardown_leaves_nothing_of_room_media_visitor_and_keys(bot: Bot, new_staff: NewStaff, homeserver: TestHomeserver) -> None:
    alice = await new_staff("alice")
    bot.keys.create(KEY)
    visitor = bot.visitors.user_id(homeserver.new_localpart("v"))
    await bot.visitors.register(visitor)
    await bot.visitors.register(visitor)
    await bot.visitors.provision(VisitorAccount(visitor, "PAGE1"), "Service user")
    await bot.visitors.provision(VisitorAccount(visitor, "PAGE1"), "Service user")
    room = await session_room(bot, alice, marker="m-teardown")
    await bot.rooms.invite(room, visitor)
    acting = {"user_id": visitor, "device_id": "PAGE1"}
    await bot.account.appservice.call(Method.POST, MatrixPath.v3.rooms[room].join, {}, acting)
    await bot.told.wait_for(lambda: (room, visitor, Membership.JOIN) in bot.told.members)
    await alice.say(room, "hello")
    _, mxc = await alice.send_file(room, b"paper", "paper.pdf", "application/pdf")
    await bot.told.wait_for(lambda: bool(bot.told.texts) and bool(bot.told.media))
    await bot.account.send(room, "m.room.message", {"msgtype": "m.text", "body": "x"}, "t1")

    # An event may name a file of somebody else: only the one who uploaded it counts.
    await bot.rooms.delete_media(mxc, uploaded_by=bot.user)
    assert not await bot.rooms.media_is_gone(mxc)
    assert not await bot.rooms.is_gone(room)
    assert not await bot.rooms.keys_forgotten(room)
    assert not await bot.visitors.is_gone(visitor)

    for _ in range(2):  # every step may be repeated
        await bot.rooms.remove(room, alice.user)
        await bot.rooms.remove(room, visitor)
        await alice.wait_for(lambda: room in alice.left)
        await bot.rooms.leave(room)
        await bot.rooms.purge(room)
        await bot.rooms.delete_media(mxc, uploaded_by=alice.user)
        await bot.visitors.remove(visitor)
        await bot.rooms.forget_keys(room)

    assert await bot.rooms.is_gone(room)
    assert await bot.rooms.media_is_gone(mxc)
    assert await bot.visitors.is_gone(visitor)
    assert await bot.rooms.keys_forgotten(room)
    assert await bot.rooms.members(room) == {}
    assert await bot.rooms.find("m-teardown") is None
    for file in bot.directory.glob(f"{bot.localpart}.db*"):
        assert room.encode() not in file.read_bytes()
        assert visitor.encode() not in file.read_bytes()


async def test_a_visitor_cannot_be_invited_anywhere_once_that_is_blocked(bot: Bot, new_staff: NewStaff, homeserver: TestHomeserver) -> None:
    mallory = await new_staff("mallory")
    visitor = bot.visitors.user_id(homeserver.new_localpart("v"))
    await bot.visitors.register(visitor)
    await bot.visitors.provision(VisitorAccount(visitor, "PAGE1"), "Service user")
    await bot.visitors.block_invitations(visitor)
    room = await mallory.start_chat(bot.user)
    assert "RoomInviteError" in repr(await mallory.client.room_invite(room, visitor))


async def test_visitors_are_made_and_removed_by_the_appservice_only_inside_its_namespace(bot: Bot) -> None:
    with pytest.raises(HomeserverRefusal) as refusal:
        await bot.account.appservice.call(
            Method.POST,
            MatrixPath.v3.register,
            {"type": "m.login.application_service", "username": "somebody", "inhibit_login": True},
        )
    assert refusal.value.code == "M_EXCLUSIVE"
    assert await bot.visitors.is_gone("@tcv-nobody-of-this-name:test.localhost")


async def test_the_database_files_hold_no_readable_room_key(bot: Bot, new_staff: NewStaff, tmp_path: Path) -> None:
    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    await alice.say(room, "hello")
    await bot.told.wait_for(lambda: bool(bot.told.texts))
    rows = await bot.account.database.db.fetch("SELECT room_id, session FROM crypto_megolm_inbound_session")
    assert {bytes(row["session"]).partition(b"\n")[0] for row in rows if row["room_id"] == room} == {KEY.encode()}


async def test_of_a_forgotten_room_the_process_remembers_its_id_alone_so_that_late_echoes_bring_nothing_back(
    bot: Bot, new_staff: NewStaff
) -> None:
    def outside(one: object) -> bool:
        return type(one).__module__.startswith(("tests.", "asyncio", "_asyncio", "aiohttp")) or isinstance(one, ForgottenRooms)

    alice = await new_staff("alice")
    room = await session_room(bot, alice)
    await alice.say(room, "hello")
    await bot.told.wait_for(lambda: bot.told.written(room) == ["hello"])
    rows = await bot.account.database.db.fetch("SELECT session_id FROM crypto_megolm_inbound_session WHERE room_id=$1", room)
    of_the_room = {room, *(str(row["session_id"]) for row in rows)}
    assert len(of_the_room) == 2
    assert room in texts_held([bot.account], outside)

    await purge(bot.rooms, room, bot.user)
    await bot.rooms.forget_keys(room)
    assert await bot.rooms.keys_forgotten(room)
    everything = texts_held([bot.account], outside)
    assert len(everything) > 100
    assert {text for text in everything if any(name in text for name in of_the_room)} == set()
