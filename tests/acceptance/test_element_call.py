"""Calls by Element's own button on the real deployment: what Element asks of the room, and what the guest's page says (PRODUCT §7).

A call itself needs a media server, which is not here: the staff client sends what Element sends when somebody comes into one.
"""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from playwright.async_api import Error, Response, expect

from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

MS = SLOW * 1000
KIND = "org.matrix.msc3401.call.member"
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
