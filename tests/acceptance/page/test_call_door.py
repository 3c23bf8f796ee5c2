"""Behind a personal link of staff: what is chosen before joining holds, and an answer that is lost costs nobody their link (PRODUCT §7)."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import Route, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.services.guest_door import SeatStatus
from teleconnect_bot.web.bundle import STATIC
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import open_room
from tests.acceptance.page.person import Person
from tests.acceptance.page.test_call_screens import LIVE, OPENED, TURN, in_the_call, pressed
from tests.fakes_calls import CALL_TOKEN
from tests.fakes_web import DEVICE, ROOM, USER, RecordingHomeserver, a_seat, front_door

SLOW_MS = TIMEOUT_SECONDS * 1000


async def test_after_call_audio_no_camera_opens_and_a_lost_answer_is_asked_for_again_by_the_same_browser(
    homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    async with front_door(homeserver.address, STATIC, calls="builtin") as front:
        staff = Person(await visitor(), f"{front.url}/c#{CALL_TOKEN}.audio")
        await staff.page.add_init_script(OPENED)
        await staff.visitor.follow(staff.link)
        await staff.sees("Your call")
        await pressed(staff.page, "Camera", False)
        await pressed(staff.page, "Microphone", True)
        await staff.is_accessible()

        async def busy(route: Route) -> None:
            await route.fulfill(status=429, json={"error": "slow", "retry_after": 2})

        async def lost(route: Route) -> None:
            await route.fetch()
            await route.abort()

        for what, words in ((busy, "Too many tries. Please wait a minute and try again."), (lost, "The call could not begin.")):
            await staff.page.route("**/api/call", what, times=1)
            await staff.press("Join the call")
            await expect(staff.page.get_by_role("alert").filter(has_text=words)).to_be_visible(timeout=SLOW_MS)
            await expect(staff.visitor.button("Join the call")).to_be_enabled()
        digest = front.call_door.redeemed_by
        assert digest is not None
        open_room(front, homeserver).turn = TURN
        front.rows.seats[digest] = GatewaySeat("seat-one", USER, DEVICE, ROOM, revoked=False, token=None)
        front.door.seats[digest] = replace(a_seat(), status=SeatStatus.IN_SESSION, room=ROOM, label="Staff call", call_seat=True)
        await staff.press("Join the call")
        await in_the_call(staff)
        assert front.call_door.redeemed_by == digest
        assert await staff.page.evaluate(LIVE) == ["audio true"]
        await pressed(staff.page, "Camera", False)
