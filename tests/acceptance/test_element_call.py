"""Calls by Element's own button on the real deployment: what Element asks of the room, and what the guest's page says (PRODUCT §7).

A call itself needs a media server, which is not here: the staff client sends what Element sends when somebody comes into one.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from aiohttp import ClientSession
from playwright.async_api import Error, Response, expect

from teleconnect_bot.demo.staff import Staff
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

MS = SLOW * 1000
KIND, STICKY = "org.matrix.msc3401.call.member", "org.matrix.msc4143.rtc.member"
FOCUS = {"type": "livekit", "livekit_service_url": "https://sfu.example.org", "livekit_alias": "alias-of-the-call"}
MEMBERSHIP = {"application": "m.call", "call_id": "", "device_id": "NURSEPHONE", "focus_active": FOCUS, "expires": 14_400_000}
NOTICE = "They are in a call of their own now. You can write here."


@pytest.mark.long
async def test_the_guest_reads_that_staff_are_in_a_call_and_no_more_of_it(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack({"calls": {"provider": "element_call"}})
    nurse = await Nurse.meet_the_bot(stack)
    anna = await visitor()
    polls: list[str] = []

    async def heard(response: Response) -> None:
        if "/sync" in response.url and response.ok:
            with suppress(Error):  # a poll that the page gave up has no answer
                polls.append(await response.text())

    anna.page.on("response", heard)
    await anna.come_in(await nurse.invite("anna@example.org"), "Anna")
    room = await nurse.take()
    code = await nurse.code()
    await nurse.sees_on_card(code, "press the call button in the room")
    await nurse.asks("call", "Element itself")
    await anna.write("Hello")
    await expect(anna.page.get_by_text(NOTICE)).to_have_count(0)

    mine = f"_{nurse.staff.user}_NURSEPHONE_m.call"
    await nurse.staff.set_state(room, KIND, MEMBERSHIP, mine)
    await expect(anna.page.get_by_text(NOTICE)).to_be_visible(timeout=MS)
    await expect(anna.button("Join the call")).to_have_count(0)
    await anna.page.reload()
    await expect(anna.page.get_by_text(NOTICE)).to_be_visible(timeout=MS)
    await nurse.staff.set_state(room, KIND, {}, mine)
    await expect(anna.page.get_by_text(NOTICE)).to_have_count(0, timeout=MS)
    await nurse.staff.set_state(room, KIND, MEMBERSHIP | {"created_ts": int(time.time() * 1000) - 14_400_001}, mine)
    await nurse.says(room, "A call that broke off is no call")
    await anna.reads("A call that broke off is no call", SLOW)
    await expect(anna.page.get_by_text(NOTICE)).to_have_count(0)

    assert any('"in_call":true' in poll for poll in polls)
    for secret in ("NURSEPHONE", "sfu.example.org", "alias-of-the-call"):
        assert not any(secret in poll for poll in polls)
    await nurse.orders("close")
    await anna.sees("This session is over", SLOW)
    assert anna.errors == []
    assert anna.foreign == []


async def says_stickily(staff: Staff, room: str, content: dict[str, Any], milliseconds: int) -> None:
    """As the newer clients say that they are in a call: encrypted, for this long (MSC4143, MSC4354)."""
    kind, ciphertext = staff.client.encrypt(room, STICKY, content)
    address = f"{staff.client.homeserver}/_matrix/client/v3/rooms/{quote(room)}/send/{kind}/{uuid4()}"
    query = {"org.matrix.msc4354.sticky_duration_ms": str(milliseconds)}
    headers = {"Authorization": f"Bearer {staff.client.access_token}"}
    async with ClientSession(headers=headers) as http, http.put(address, params=query, json=ciphertext) as answer:
        assert answer.status == 200


@pytest.mark.long
async def test_the_guest_reads_it_also_of_clients_that_say_it_in_an_event_that_sticks(make_stack: MakeStack, visitor: NewVisitor) -> None:
    sticky = {"experimental_features": {"msc4354_enabled": True}}
    stack = await make_stack({"calls": {"provider": "element_call"}}, homeserver_settings=sticky)
    nurse = await Nurse.meet_the_bot(stack)
    anna = await visitor()
    await anna.come_in(await nurse.invite("anna@example.org"), "Anna")
    room = await nurse.take()
    await anna.write("Hello")
    await nurse.reads("Hello", room=room)
    await nurse.says(room, "Welcome")
    await anna.reads("Welcome", SLOW)

    gone = {"slot_id": "m.call#ROOM", "msc4354_sticky_key": "a stay"}
    member = {"user_id": nurse.staff.user, "device_id": "NURSEPHONE", "id": "a stay"}
    application = {"type": "m.call"}
    transports: dict[str, list[str]] = {"published": [], "can_subscribe": []}
    there = gone | {"application": application, "member": member, "versions": [], "transports": transports}
    await nurse.staff.set_state(room, "org.matrix.msc4143.rtc.slot", {"status": "open", "application": application}, "m.call#ROOM")
    await says_stickily(nurse.staff, room, there, 3_600_000)
    await expect(anna.page.get_by_text(NOTICE)).to_be_visible(timeout=MS)
    for number in range(60):
        await nurse.says(room, f"Much is said meanwhile: {number}")
    await anna.reads("Much is said meanwhile: 59", SLOW)
    await anna.page.reload()
    await expect(anna.page.get_by_text(NOTICE)).to_be_visible(timeout=MS)
    await says_stickily(nurse.staff, room, gone, 3_600_000)
    await expect(anna.page.get_by_text(NOTICE)).to_have_count(0, timeout=MS)
    assert anna.errors == []
