"""Somebody writes while others go and come (PRODUCT §4.5)."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import expect

from teleconnect_bot.services.guest_door import SeatPerson, SeatStatus
from tests.acceptance.page.chat_room import ChatRoom, in_the_room, member, open_room
from tests.acceptance.page.person import Person
from tests.fakes_web import BOT, OTHER_USER, ROOM, STAFF, Front, RecordingHomeserver


async def _staff(room: ChatRoom, membership: str) -> None:
    room.timeline.append({**member(STAFF, membership), "event_id": f"${membership}{len(room.timeline)}"})
    await room.changed()


def knows_the_bot(front: Front) -> None:
    """The bot that is a member of the room is no staff."""
    seated = front.door.seated

    def with_bot(digest: bytes) -> None:
        seated(digest)
        front.door.seats[digest] = replace(front.door.seats[digest], bot=BOT)

    front.door.seated = with_bot


async def test_what_is_being_written_stays_while_nobody_of_the_staff_is_there(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = open_room(front, homeserver)
    knows_the_bot(front)
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, bot=BOT)
    message, send = person.page.get_by_role("textbox", name="Message"), person.visitor.button("Send")
    await message.fill("I wanted to")
    await _staff(room, "leave")
    await expect(send).to_be_disabled()
    await person.reads("You can write here as soon as everything is ready.")
    await expect(message).to_have_value("I wanted to")
    await message.press_sequentially(" tell you")
    await message.press("Enter")
    assert room.sent() == []
    await _staff(room, "join")
    await expect(send).to_be_enabled()
    await person.press("Send")
    sent = person.page.get_by_role("log").locator(".message").filter(has_text="I wanted to tell you")
    await expect(sent.locator("time")).to_be_visible()
    assert len(room.sent()) == 1


async def test_who_has_left_is_not_said_to_be_here_although_a_member_of_the_room(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    await in_the_room(front, homeserver, person, others=(OTHER_USER,))
    here = person.page.get_by_text("Here now: ")
    await expect(here).to_contain_text("Amina (Relative)")
    await person.hears(
        front.door, status=SeatStatus.IN_SESSION, room=ROOM, people=(SeatPerson(OTHER_USER, "Relative", "Amina", away=True),)
    )
    await expect(here).not_to_contain_text("Amina")
