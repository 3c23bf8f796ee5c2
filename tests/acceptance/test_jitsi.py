"""A conference at Jitsi Meet on the real deployment: Synapse, bot and Chromium, and a double of Jitsi Meet that lets in by token alone
(PRODUCT §7). What a real Jitsi Meet makes of the same address and token is not shown here."""

from __future__ import annotations

import json

from playwright.async_api import FrameLocator, expect

from teleconnect_bot.demo.jitsi import JitsiMeet, serving
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.callers import link_to_the_call
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

ANNA = "anna@example.org"
KEY = "a secret that the tests made, long enough for HS256"
MS = SLOW * 1000


def conference(person: Visitor) -> FrameLocator:
    return person.page.frame_locator("iframe.conference")


async def sees_in_conference(person: Visitor, words: str) -> None:
    await expect(conference(person).get_by_text(words, exact=True).first).to_be_visible(timeout=MS)


async def test_requester_and_service_user_meet_in_the_conference_until_the_session_is_closed(
    make_stack: MakeStack, visitor: NewVisitor
) -> None:
    async with serving(JitsiMeet(KEY)) as jitsi:
        stack = await make_stack(jitsi.settings)
        nurse = await Nurse.meet_the_bot(stack)
        anna = await visitor()
        await anna.come_in(await nurse.invite(ANNA), "Anna")
        await expect(anna.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=MS)
        await expect(anna.button("Join the call")).to_have_count(0)
        room = await nurse.take()

        staff = await visitor()
        await staff.follow(await link_to_the_call(nurse))
        await staff.press("Join the call")
        await sees_in_conference(staff, "You are Staff call, and moderate.")
        await expect(anna.page.get_by_text("They are calling you.")).to_be_visible(timeout=MS)
        await anna.press("Camera")
        await anna.press("Join the call")
        await sees_in_conference(anna, "You are Anna (Service user).")
        for person in (anna, staff):
            await sees_in_conference(person, "microphone on, camera on")
            await sees_in_conference(person, "Anna (Service user)")
            await sees_in_conference(person, "Staff call")
        told = json.loads(await conference(anna).locator("html").get_attribute("data-told") or "{}")
        assert told["config.prejoinConfig.enabled"] is False
        assert told["config.startWithVideoMuted"] is False

        await anna.press("Leave the call")
        await expect(anna.page.locator("iframe")).to_have_count(0)
        await jitsi.until(lambda: jitsi.names() == ["Staff call"])
        await anna.press("Camera")
        await anna.press("Join the call")
        await sees_in_conference(anna, "microphone on, camera off")
        await anna.page.reload()
        await jitsi.until(lambda: len(jitsi.let_in) > 3 and jitsi.names() == ["Anna (Service user)", "Staff call"])
        assert (len(jitsi.let_in), jitsi.refused) == (4, [])

        (meeting,) = {each.room for each in jitsi.let_in}
        state = await nurse.staff.client.room_get_state(room)
        assert meeting not in str(state.events)
        assert "jwt" not in str(state.events)

        await nurse.orders("close")
        for person in (anna, staff):
            await person.sees("This session is over", SLOW)
            await expect(person.page.locator("iframe")).to_have_count(0)
        await jitsi.until(lambda: jitsi.names() == [])
        for person in (anna, staff):
            assert person.errors == []
            assert set(person.foreign) == {jitsi.address}
            await person.keeps_nothing()
        assert meeting not in stack.bot.log_file.read_text()
