"""A call in the session: the requester comes by their personal link, in a browser of their own, and is heard by the guest."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import expect

from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import RECORD_CONNECTIONS, sound_on, until
from tests.acceptance.callers import MS, is_in_the_call, join, link_to_the_call
from tests.acceptance.nurse import Nurse
from tests.acceptance.residue.sentinels import Exact


async def listen(*people: Visitor) -> None:
    """Before their pages are opened: what their browsers say of the call is kept."""
    for person in people:
        await person.page.add_init_script(RECORD_CONNECTIONS)


async def call(nurse: Nurse, guest: Visitor, caller: Visitor, exact: Exact) -> None:
    """Both hear each other through the relay, and hang up; what the caller's link and browser hold is added to `exact`."""
    personal = await link_to_the_call(nurse)
    exact.add("link", urlsplit(personal).fragment)
    await caller.follow(personal)
    await caller.page.get_by_role("button", name="Join the call").click()
    await is_in_the_call(caller)
    await join(guest, camera=False)
    for person in (guest, caller):
        await until(person.page, sound_on(1))
    for person in (caller, guest):
        await person.page.get_by_role("button", name="Leave the call").click()
        await expect(person.page.get_by_role("button", name="Leave the call")).to_have_count(0, timeout=MS)
