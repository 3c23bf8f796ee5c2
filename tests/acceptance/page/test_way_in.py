"""The way in is short also on a slow line: what it needs is fetched ahead, and what the server has said is shown at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from playwright.async_api import expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.guest_door import SeatStatus
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import ChatRoom, Event, open_room
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, ROOM, Front, RecordingHomeserver

NO_ROOM_YET = "none"


@dataclass
class LateRoom(ChatRoom):
    """Lets people in at once, and tells their browsers of the room when it `comes`."""

    comes: asyncio.Event = field(default_factory=asyncio.Event)

    async def _sync(self, since: str | None, timeout: str, limit: int) -> Event:
        if since is None:
            return {"next_batch": NO_ROOM_YET, "device_one_time_keys_count": {"signed_curve25519": 50}}
        await self.comes.wait()
        return await super()._sync(None if since == NO_ROOM_YET else since, timeout, limit)


async def test_the_keys_are_fetched_while_the_first_screen_is_being_read(front: Front, visitor: NewVisitor) -> None:
    person = Person(await visitor(), f"{front.url}/j#{GOOD_TOKEN}")
    async with person.page.expect_event("requestfinished", lambda request: request.url.endswith(".wasm")):
        await person.come()
    assert not front.door.calls, "nothing was asked of the link yet"
    await person.sees("Choose your language")


async def test_whoever_is_let_in_reads_it_before_the_room_has_come(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    open_room(front, homeserver)
    room = LateRoom()
    homeserver.instead = room.answer
    message = person.page.get_by_role("textbox", name="Message")
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.WAITING, room=ROOM)
    await person.reads("Here now: You")
    await person.reads("We are telling them that you are here.")
    await expect(message).to_have_count(0)
    room.comes.set()
    await expect(message).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)
    assert person.visitor.errors == []
