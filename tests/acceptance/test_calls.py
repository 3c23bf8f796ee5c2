"""Calls on the real deployment: Synapse, bot, coturn, and Chromium with fake devices; sound and pictures are counted (PRODUCT §7)."""

from __future__ import annotations

import re

from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import RECORD_CONNECTIONS, lines, pictures_on, sound_on, until
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

ANNA, KARIM = "anna@example.org", "karim@example.org"
MS = SLOW * 1000


async def a_person(visitor: NewVisitor) -> Visitor:
    person = await visitor()
    await person.page.add_init_script(RECORD_CONNECTIONS)
    return person


async def join(person: Visitor, *, camera: bool = True) -> None:
    if camera:
        await person.page.get_by_role("button", name="Camera").click()
    await person.page.get_by_role("button", name="Join the call").click()
    await expect(person.page.get_by_role("button", name="Leave the call")).to_be_visible(timeout=MS)


async def link_to_the_call(nurse: Nurse) -> str:
    """As it stands on the card."""

    def found() -> str | None:
        for seen in reversed(nurse.staff.messages(nurse.chat)):
            link = re.search(r'href="([^"]+/c#[\w-]+)"', str(seen.content.get("formatted_body", "")))
            if link:
                return link[1]
        return None

    return await nurse.staff.wait_for(found, SLOW)


async def open_staffs_page(visitor: NewVisitor, link: str) -> Visitor:
    staff = await a_person(visitor)
    await staff.follow(link)
    await staff.page.get_by_role("button", name="Join the call").click()
    return staff


async def test_three_people_see_and_hear_each_other_through_the_relay_alone(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack(relay_hosts=(LOOPBACK,))
    nurse = await Nurse.meet_the_bot(stack)
    link = await nurse.invite(ANNA, more=f"lang=en guest={KARIM}/en")
    anna = await a_person(visitor)
    await anna.come_in(link, "Anna")
    await nurse.take()
    personal = await link_to_the_call(nurse)
    staff = await open_staffs_page(visitor, personal)
    await expect(anna.page.get_by_text("They are calling you.")).to_be_visible(timeout=MS)
    await join(anna)
    for person in (anna, staff):
        found = await until(person.page, lambda all_: sound_on(1)(all_) and pictures_on(1)(all_))
        assert {line.policy for line in found} == {"relay"}
        assert {(way[0], way[2]) for line in found for way in line.ways} == {("relay", "relay")}

    karim = await a_person(visitor)
    await karim.come_in(link, "Karim")
    await join(karim)
    for person in (anna, staff, karim):
        await until(person.page, lambda all_: sound_on(2)(all_) and pictures_on(2)(all_))

    await anna.page.reload()
    for person in (anna, staff, karim):
        await until(person.page, lambda all_: sound_on(2)(all_) and pictures_on(2)(all_))
    await staff.page.reload()
    await until(staff.page, sound_on(2))

    stranger = await open_staffs_page(visitor, personal)
    await expect(stranger.page.get_by_text("used in another browser already")).to_be_visible(timeout=MS)
    await nurse.reads("in another browser too")

    await nurse.orders("close")
    await anna.sees("This session is over", SLOW)
    await staff.sees("This session is over", SLOW)
    assert await lines(anna.page) == []
    assert await lines(staff.page) == []
    late = await open_staffs_page(visitor, personal)
    await expect(late.page.get_by_text("leads to no call now")).to_be_visible(timeout=MS)
    for person in (anna, karim, staff):
        assert person.errors == []
        assert person.foreign == []
