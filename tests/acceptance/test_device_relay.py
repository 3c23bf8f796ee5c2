"""The device test before a planned session, through a real TURN server, and what the requester learns of it (PRODUCT §4.3)."""

from __future__ import annotations

from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

MS = SLOW * 1000


async def test_the_way_through_the_relay_is_tried_and_one_word_of_it_stands_on_the_card(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack(relay_hosts=(LOOPBACK,))
    nurse, guest = await Nurse.meet_the_bot(stack), await visitor()
    await guest.follow(await nurse.invite("anna@example.org"))
    await guest.press("Continue")
    await guest.page.get_by_role("textbox", name="Your name").fill("Anna")
    await guest.press("Continue")
    await guest.press("Test my device")
    await expect(guest.page.get_by_text("Your connection is good.", exact=True)).to_be_visible(timeout=MS)
    await expect(guest.page.get_by_text("Everything works.", exact=True)).to_be_visible(timeout=MS)
    await nurse.sees_on_card(await nurse.code(), "Device test: camera, microphone and network are good.")

    assert stack.relay is not None
    await stack.relay.stop()
    await guest.page.reload()
    await guest.press("Continue")
    await guest.page.get_by_role("textbox", name="Your name").fill("Anna")
    await guest.press("Continue")
    await guest.press("Test my device")
    await expect(guest.page.get_by_text("Your connection works, but calls may not get through.")).to_be_visible(timeout=MS)
    await nurse.sees_on_card(await nurse.code(), "Device test: poor network, a call may not work; writing does.")
    assert guest.errors == []
    assert guest.foreign == []
