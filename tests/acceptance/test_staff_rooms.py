"""Rooms of staff on the real deployment: a team shares a session; removed from the room of access, out at once (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import nio
import pytest
import pytest_asyncio
from aiohttp import ClientSession, TCPConnector

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.guest import Guest
from tests.acceptance.nurse import SLOW, Nurse
from tests.matrix.test_shared_rooms import room_of

CONTACT, OTHER = "guest@example.org", "other@example.org"

pytestmark = pytest.mark.long


@pytest_asyncio.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        yield session


async def test_any_member_takes_a_teams_session_and_the_teams_room_shows_who(stack: Stack, nurse: Nurse, http: ClientSession) -> None:
    doctor, midwife = await Nurse.meet_the_bot(stack, "staff-doctor"), await Nurse.meet_the_bot(stack, "staff-midwife")
    stranger = await stack.open_staff("staff-other")
    team = await room_of(nurse.staff, nurse.bot, doctor.staff.user, midwife.staff.user)
    for member in (doctor, midwife):
        await member.staff.accept(team)
    await stack.restart_bot({"teams": {"night": {"room": team}}})
    await nurse.staff.wait_for_member(team, nurse.bot, SLOW)

    link = await nurse.invite(CONTACT, more="lang=en team=night name=Anna")
    code = await nurse.code()
    card = await midwife.reads(f"Session {code}", room=team, sender=nurse.bot)
    assert card.encrypted
    guest = await Guest.come_in(http, stack, link)
    async with guest.device.listening():
        await guest.join()
        ringing = await midwife.reads("is in the waiting room", room=team, sender=nurse.bot)
        assert {nurse.staff.user, doctor.staff.user, midwife.staff.user} <= set(ringing.mentions)
        assert await midwife.staff.wait_for_invitation(sender=nurse.bot, timeout=SLOW) == guest.room
        assert await doctor.take() == guest.room

        def on_the_teams_card(words: str) -> bool:
            latest = nurse.staff.latest(team, card.event)
            return latest is not None and words in latest.text

        await nurse.staff.wait_for(lambda: on_the_teams_card(f"Taken by {doctor.staff.user}"), SLOW)
        await midwife.staff.wait_for(lambda: guest.room not in midwife.staff.invitations, SLOW)
        await guest.beat("in_session")
        await doctor.says(guest.room, "I am the doctor on duty.")
        await guest.device.reads(guest.room, "the doctor on duty")

        refused = await doctor.staff.client.room_invite(guest.room, stranger.user)
        assert isinstance(refused, nio.RoomInviteError)
        assert refused.status_code == "M_FORBIDDEN", "nobody is added, from Element either"
        await midwife.asks(f"start {code}", f"Session {code} is running already; {doctor.staff.user} started it.")

    said = [seen for seen in nurse.staff.messages(team) if seen.sender == nurse.bot]
    assert not [seen for seen in said if CONTACT in seen.text or "Anna" in seen.text], "the team reads no contact and no name"
    assert all(seen.encrypted for seen in said)


async def test_who_is_removed_from_the_room_of_access_is_out_of_everything_at_once(stack: Stack, nurse: Nurse, http: ClientSession) -> None:
    office = await stack.open_staff("office")
    access = await room_of(office, nurse.staff.user)
    await nurse.staff.accept(access)
    await stack.restart_bot({"access": {"requesters": [access], "focal_point": "Please ask the office."}})
    # Before the room is configured it is a stranger's, which the bot leaves.
    assert isinstance(await office.client.room_invite(access, nurse.bot), nio.RoomInviteResponse)
    await office.wait_for_member(access, nurse.bot, SLOW)
    await nurse.asks("whoami", "You may invite people")
    guest = await Guest.come_in(http, stack, await nurse.invite(CONTACT))
    async with guest.device.listening():
        await guest.join()
        room = await nurse.take()
        await guest.beat("in_session")

        removed = await office.client.room_kick(access, nurse.staff.user)
        assert isinstance(removed, nio.RoomKickResponse)
        await nurse.orders(f"invite {OTHER}")
        await nurse.staff.wait_for(lambda: room in nurse.staff.left, SLOW)
        await nurse.staff.wait_for(lambda: nurse.bot not in nurse.staff.client.rooms[nurse.chat].users, SLOW)
        await guest.device.until(
            lambda: guest.device.rooms[room].members.get(nurse.staff.user) == "leave", "the nurse's leaving for the guest"
        )
    assert stack.mails.to(OTHER) == []
    again = await nurse.staff.start_chat(nurse.bot)
    await nurse.reads("Please ask the office.", room=again, sender=nurse.bot)
