"""Whose page it is stands there once the link was opened, and nowhere at all on a discreet link (PRODUCT §4)."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import expect

from teleconnect_bot.services.guest_door import SeatStatus
from tests.acceptance.page.chat_room import open_room
from tests.acceptance.page.person import Person
from tests.fakes_web import ROOM, Front, RecordingHomeserver

NAME = "Field Clinic"


async def names(person: Person) -> int:
    """How often the name stands in the page, its title and what is said to screen readers alone."""
    html: str = await person.page.evaluate("document.documentElement.outerHTML")
    return html.count(NAME)


async def test_the_name_stands_on_no_screen_of_a_discreet_link(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    open_room(front, homeserver)
    front.door.opened = replace(front.door.opened, name="")
    in_the_room = front.door.seated

    def seated(digest: bytes) -> None:
        in_the_room(digest)
        front.door.seats[digest] = replace(front.door.seats[digest], public_name="")

    front.door.seated = seated
    seen: list[tuple[str, int]] = []

    async def sees(heading: str) -> None:
        await person.sees(heading)
        seen.append((heading, await names(person)))

    await person.page.reload()
    await sees("Choose your language")
    await person.press("Continue")
    await sees("Before you enter")
    await person.page.get_by_role("textbox", name="Your name").fill("Amina")
    await person.press("Continue")
    await sees("Test your phone or computer")
    await person.press("Skip")
    await sees("You can enter now")
    await person.press("Enter waiting room")
    await sees("You are in the waiting room")
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, public_name="")
    await sees("You are connected")
    await person.page.reload()
    await sees("You are connected")
    await person.press("Leave")
    await sees("You have left")
    assert [heading for heading, count in seen if count] == []
    public = await person.page.evaluate("fetch('/api/public').then((answer) => answer.text())")
    assert NAME not in public


async def test_the_name_comes_with_the_open_link_and_goes_with_a_lost_one(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    header = person.page.get_by_role("banner")
    assert await names(person) == 0, "a link may be a discreet one until it is opened"
    await person.press("Continue")
    await person.sees("Before you enter")
    await expect(header).to_contain_text(NAME)
    await person.page.reload()
    open_room(front, homeserver)
    await person.come_in()
    await expect(header).to_contain_text(NAME)
    await person.page.reload()
    await person.sees("You are in the waiting room")
    await expect(header).to_contain_text(NAME)
    front.door.seats.clear()
    front.door.links.clear()
    await person.page.reload()
    await person.press("Continue")
    await person.sees("This link does not work")
    assert await names(person) == 0
