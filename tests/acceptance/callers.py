"""People in a call on the real deployment: who comes how, and what they press."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from playwright.async_api import expect

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import POLL_SECONDS, RECORD_CONNECTIONS, Line, lines, pictures_on, sound_on
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

MS = SLOW * 1000
WEAK = "Your line is weak, so your picture is off. The sound goes on."
LONGEST_SECONDS = 150.0
ANNA = "anna@example.org"


@dataclass(frozen=True, slots=True)
class Opening:
    """The nurse has begun a call, to which Anna can come. `link` is the guests' one, `personal` the nurse's own into the call."""

    nurse: Nurse
    anna: Visitor
    staff: Visitor
    room: str
    link: str
    personal: str


async def open_a_call(stack: Stack, visitor: NewVisitor, *, more: str = "lang=en", anna: Visitor | None = None) -> Opening:
    """From the invitation on. `more` is of the invitation; `anna` a browser that is there already."""
    nurse = await Nurse.meet_the_bot(stack)
    link = await nurse.invite(ANNA, more=more)
    anna = anna or await a_person(visitor)
    await anna.come_in(link, "Anna")
    room = await nurse.take()
    personal = await link_to_the_call(nurse)
    staff = await open_staffs_page(visitor, personal)
    await is_in_the_call(staff)
    return Opening(nurse, anna, staff, room, link, personal)


async def a_person(visitor: NewVisitor) -> Visitor:
    person = await visitor()
    await person.page.add_init_script(RECORD_CONNECTIONS)
    return person


async def join(person: Visitor, *, camera: bool = True) -> None:
    if camera:
        await person.press("Camera")
    await person.page.get_by_role("button", name="Join the call").click(timeout=MS)
    await is_in_the_call(person)


async def is_in_the_call(person: Visitor) -> None:
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
    """The button behind a personal link is pressed, whatever comes of it."""
    staff = await a_person(visitor)
    await staff.follow(link)
    await staff.page.get_by_role("button", name="Join the call").click(timeout=MS)
    return staff


async def gets_sound_and_pictures(person: Visitor, *others: Visitor) -> None:
    """Of each of the others. A busy machine is a weak line, at which a page puts its own picture out and says so: it is
    put on again, as the person there would do.
    """
    found: list[Line] = []
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            while not (sound_on(len(others))(found) and pictures_on(len(others))(found)):
                for each in others:
                    if await each.page.get_by_text(WEAK, exact=True).is_visible():
                        await each.press("Camera")
                await asyncio.sleep(POLL_SECONDS)
                found = await lines(person.page)
    except TimeoutError:
        raise AssertionError(f"in vain: {found}") from None


async def see_and_hear_each_other(*people: Visitor) -> None:
    for person in people:
        await gets_sound_and_pictures(person, *(each for each in people if each is not person))


async def reads(person: Visitor, words: str) -> None:
    await expect(person.page.get_by_text(words, exact=True).first).to_be_visible(timeout=MS)
