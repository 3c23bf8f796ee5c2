"""Rooms of the organisation as a real homeserver has them: who is in them, and who went (PRODUCT §3, `access`, `teams`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import nio

from teleconnect_bot.adapters.matrix.shared_rooms import MatrixSharedRooms
from teleconnect_bot.config import parse
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_staff_rooms import staff_rooms
from teleconnect_bot.services.ports import Membership
from teleconnect_bot.services.staff_rooms import StaffRooms
from tests.fixtures_homeserver import NewStaff
from tests.matrix.bot import Bot, Recorder
from tests.matrix.conftest import NewBot
from tests.staff import Staff
from tests.unit.test_config import with_changes

ENCRYPTION = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


async def room_of(moderator: Staff, *invited: str, encrypted: bool = True, alias: str | None = None) -> str:
    """A private room as Element makes it."""
    made = await moderator.client.room_create(
        alias=alias, invite=list(invited), preset=nio.RoomPreset.private_chat, initial_state=[ENCRYPTION] if encrypted else []
    )
    assert isinstance(made, nio.RoomCreateResponse)
    await moderator.wait_for(lambda: made.room_id in moderator.client.rooms)
    return str(made.room_id)


class InOrder(Recorder):
    """Also keeps what was told in the order in which it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    async def on_text(self, room: str, event: str, sender: str, text: str, at: datetime, encrypted: bool) -> None:
        self.order.append(text)
        await super().on_text(room, event, sender, text, at, encrypted)

    async def on_member(self, room: str, user: str, membership: Membership, sender: str) -> None:
        if membership is Membership.LEAVE:
            self.order.append(f"{user} went")
        await super().on_member(room, user, membership, sender)


async def test_the_bot_enters_an_encrypted_room_and_knows_who_has_joined_it(bot: Bot, new_staff: NewStaff) -> None:
    nurse, doctor, stranger = await new_staff("nurse"), await new_staff("doctor"), await new_staff("other")
    room = await room_of(nurse, bot.user, doctor.user, stranger.user)
    await doctor.accept(room)
    shared = MatrixSharedRooms(bot.account)
    assert await shared.members(room) == frozenset(), "the bot is invited and not in it yet"
    assert await shared.enter(room)
    assert await shared.members(room) == {bot.user, nurse.user, doctor.user}, "who is only invited is no member"
    assert await shared.is_encrypted(room)
    assert await shared.enter(room), "entering once more changes nothing"


async def test_a_room_that_is_not_encrypted_is_known_as_such(bot: Bot, new_staff: NewStaff) -> None:
    nurse = await new_staff("nurse")
    room = await room_of(nurse, bot.user, encrypted=False)
    shared = MatrixSharedRooms(bot.account)
    assert await shared.enter(room)
    assert not await shared.is_encrypted(room)


async def test_a_room_without_an_invitation_cannot_be_entered_and_has_no_members(bot: Bot, new_staff: NewStaff) -> None:
    room = await room_of(await new_staff("nurse"))
    shared = MatrixSharedRooms(bot.account)
    assert not await shared.enter(room)
    assert await shared.members(room) == frozenset()
    assert not await shared.is_encrypted(room)


async def test_an_alias_leads_to_its_room_and_an_unknown_one_nowhere(bot: Bot, new_staff: NewStaff) -> None:
    nurse = await new_staff("nurse")
    alias = bot.homeserver.new_localpart("night")
    room = await room_of(nurse, bot.user, alias=alias)
    shared = MatrixSharedRooms(bot.account)
    assert await shared.resolve(f"#{alias}:{bot.homeserver.domain}") == room
    assert await shared.resolve(f"#no-{alias}:{bot.homeserver.domain}") is None
    assert await shared.resolve(room) == room


async def test_who_comes_and_who_is_removed_is_known_at_once(bot: Bot, new_staff: NewStaff) -> None:
    nurse, doctor = await new_staff("nurse"), await new_staff("doctor")
    room = await room_of(nurse, bot.user, doctor.user)
    rooms = StaffRooms(bot.user, MatrixSharedRooms(bot.account), [], {"night": room})
    await rooms.learn()
    assert rooms.members_of_team("night") == {nurse.user}
    assert await rooms.team_is_usable("night")
    told = bot.told

    async def follow(membership: Membership) -> None:
        await told.wait_for(lambda: (room, doctor.user, membership) in told.members)
        await rooms.changed(room, doctor.user, membership)

    await doctor.accept(room)
    await follow(Membership.JOIN)
    assert rooms.members_of_team("night") == {nurse.user, doctor.user}
    await nurse.client.room_kick(room, doctor.user)
    await follow(Membership.LEAVE)
    assert rooms.members_of_team("night") == {nurse.user}


async def test_in_one_batch_who_was_removed_is_told_before_what_they_wrote_elsewhere(new_bot: NewBot, new_staff: NewStaff) -> None:
    order = InOrder()
    bot = await new_bot(recorder=order)
    moderator, doctor = await new_staff("moderator"), await new_staff("doctor")
    chats = [await bot.chat_with(doctor) for _ in range(4)]
    access = await room_of(moderator, bot.user, doctor.user)
    await doctor.accept(access)
    assert await MatrixSharedRooms(bot.account).enter(access)
    await order.wait_for(lambda: (access, doctor.user, Membership.JOIN) in order.members)
    await bot.stop()
    await moderator.client.room_kick(access, doctor.user)
    for number, chat in enumerate(chats):
        await doctor.say(chat, f"word {number}")
    again = Bot(bot.homeserver, bot.directory, bot.localpart, recorder=order)
    await again.start()
    try:
        await order.wait_for(lambda: len(order.order) == 1 + len(chats))
    finally:
        await again.stop()
    assert order.order[0] == f"{doctor.user} went"


@dataclass
class Asked:
    """What `doctor` says of the rooms of this deployment."""

    bot: Bot
    folder: Path

    async def of(self, **teams_and_access: Any) -> Finding:
        homeserver = self.bot.homeserver
        config = parse(
            with_changes(
                homeserver__address=homeserver.address,
                homeserver__domain=homeserver.domain,
                appservice__as_token=homeserver.as_token,
                appservice__bot_localpart=self.bot.localpart,
                **teams_and_access,
            ),
            folder=self.folder,
        )
        async with aiohttp.ClientSession() as http:
            return await staff_rooms(Surroundings(config, http))


async def test_doctor_finds_what_is_wrong_with_a_room_until_it_is_right(bot: Bot, new_staff: NewStaff, tmp_path: Path) -> None:
    nurse, doctor = await new_staff("nurse"), Asked(bot, tmp_path)
    room = await room_of(nurse, encrypted=False)
    team = {"teams": {"night": {"room": room}}}
    missing = await doctor.of(**team)
    assert (missing.level, f"the bot is not in {room}" in missing.words, f"/invite {bot.user}" in missing.remedy) == (
        Level.ERROR,
        True,
        True,
    )
    await nurse.client.room_invite(room, bot.user)
    assert "the bot is not in" in (await doctor.of(**team)).words, "invited is not yet in it"
    await bot.told.wait_for(lambda: any(invited == room for invited, _, _ in bot.told.invites))
    assert await MatrixSharedRooms(bot.account).enter(room)
    assert "is not encrypted" in (await doctor.of(**team)).words
    assert (await doctor.of(access__requesters=[room])).level is Level.OK, "to give access, a room need not be encrypted"
    await nurse.client.room_put_state(room, "m.room.encryption", ENCRYPTION["content"])
    assert (await doctor.of(**team)).level is Level.OK
    await nurse.client.room_put_state(room, "m.room.join_rules", {"join_rule": "public"})
    assert "anybody can join" in (await doctor.of(**team)).words
    await nurse.client.room_put_state(room, "m.room.join_rules", {"join_rule": "invite"})
    await nurse.client.room_kick(room, bot.user)
    assert "the bot is not in" in (await doctor.of(**team)).words, "a room that it was removed from still answers"


async def test_doctor_tells_of_an_alias_that_leads_nowhere(bot: Bot, tmp_path: Path) -> None:
    alias = f"#nowhere:{bot.homeserver.domain}"
    found = await Asked(bot, tmp_path).of(access__requesters=[alias])
    assert found.level is Level.ERROR
    assert f"knows no room {alias}" in found.words
