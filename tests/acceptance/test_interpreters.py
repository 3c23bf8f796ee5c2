"""An interpreter accepts in the organisation's encrypted room, comes after the start, and may only interpret (PRODUCT §5)."""

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

CONTACT = "guest@example.org"

pytestmark = pytest.mark.long


@pytest_asyncio.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        yield session


async def test_a_member_accepts_by_a_check_mark_and_interprets_from_after_the_start(
    stack: Stack, nurse: Nurse, http: ClientSession
) -> None:
    selam, hagos = await stack.open_staff("selam"), await stack.open_staff("hagos")
    lingua = await room_of(selam, nurse.bot, hagos.user)
    await hagos.accept(lingua)
    organisations = [{"name": "Lingua", "languages": ["ti", "prs"], "room": lingua}]
    await stack.restart_bot({"organisations": organisations, "retention": {"sync_grace": "1s"}})
    await selam.wait_for_member(lingua, nurse.bot, SLOW)

    await nurse.orders(f"invite {CONTACT} name=Anna lang=en interpreter=tigrinya")
    code = await nurse.code()
    await nurse.sees_on_card(code, "Lingua: asked, may answer until")
    card = await selam.wait_for_text(lingua, f"Session {code} – an interpreter is needed", sender=nurse.bot, timeout=SLOW)
    assert card.encrypted
    assert stack.mails.to(CONTACT) == [], "while an interpreter is sought nobody else receives anything"

    await selam.react(lingua, card.event, "✅")
    await nurse.reads("an interpreter has accepted")
    await selam.wait_for_text(lingua, f"you interpret in session {code}", sender=nurse.bot, timeout=SLOW)
    await hagos.react(lingua, card.event, "✅")
    await hagos.wait_for_text(lingua, "taken already", sender=nurse.bot, timeout=SLOW)

    guest = await Guest.come_in(http, stack, (await stack.mails.wait_for(CONTACT, 1, SLOW)).link)
    async with guest.device.listening():
        await guest.join()
        room = await nurse.take()
        await guest.beat("in_session")
        known = guest.device.rooms[room].members
        await guest.device.until(lambda: known.get(nurse.staff.user) == "join" and selam.user in known, "the nurse's coming")
        await guest.device.say(room, "I am alone with the nurse still.")
        await nurse.reads("alone with the nurse", room=room)
        assert await selam.wait_for_invitation(sender=nurse.bot, timeout=SLOW) == room
        await selam.accept(room)
        await nurse.staff.wait_for_member(room, selam.user, SLOW)
        await nurse.says(room, "Now the interpreter is with us.")
        await selam.wait_for_text(room, "the interpreter is with us", timeout=SLOW)
        await selam.say(room, "I interpret.")
        await nurse.reads("I interpret.", room=room)
        await guest.device.reads(room, "I interpret.")

        refused = await selam.client.room_invite(room, hagos.user)
        assert isinstance(refused, nio.RoomInviteError)
        assert refused.status_code == "M_FORBIDDEN", "an interpreter invites nobody"
        await selam.say(room, "!tc close")
        await selam.say(lingua, f"!tc close {code}")
        await nurse.asks("invites", f"{code} – running")

        await nurse.orders(f"close now {code}")
        await selam.wait_for(lambda: room in selam.left, SLOW)
    said = [seen for seen in hagos.messages(lingua) if seen.sender == nurse.bot]
    assert not [seen for seen in said if CONTACT in seen.text or "Anna" in seen.text], "nothing about the person stands there"
    assert all(seen.encrypted for seen in said)
    await hagos.wait_for(lambda: hagos.is_redacted(card.event), SLOW)
