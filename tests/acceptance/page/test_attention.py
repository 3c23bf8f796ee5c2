"""Who waits is called when somebody comes or writes: sound, vibration, title; and the screen stays on (PRODUCT §4.4)."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import expect

from teleconnect_bot.services.guest_door import EndedReason, SeatStatus, Told
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import Pen, member, open_room
from tests.acceptance.page.person import Person
from tests.fakes_web import DOMAIN, GOOD_TOKEN, ROOM, Front, RecordingHomeserver

NOBODY_CAME = "We are sorry, nobody could come so far. We will write to you. You may wait here, or come back later with the same link."
PROMISE = "You will hear a sound when somebody comes."
NOTES = """
window.noted = { tones: 0, vibrated: 0, locks: 0, released: 0 };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { noted.tones++; return start.apply(this, when); };
Object.defineProperty(navigator, 'vibrate', { value: () => { noted.vibrated++; return true; } });
Object.defineProperty(navigator, 'wakeLock', { value: {
  request: async () => { noted.locks++; return { release: async () => { noted.released++; } }; },
} });
window.isSeen = (seen) => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (seen ? 'visible' : 'hidden') });
  document.dispatchEvent(new Event('visibilitychange'));
};
"""


SILENT_UNTIL_TOUCHED = """
let touched = false;
for (const way of ['pointerdown', 'keydown']) addEventListener(way, () => { touched = true; }, true);
window.AudioContext = class extends AudioContext {
  get state() { return touched ? super.state : 'suspended'; }
  resume() { return touched ? super.resume() : new Promise(() => undefined); }
};
"""
"""As browsers on telephones have it; on a computer Chromium may remember the touch of before the reload."""


@pytest.fixture
async def person(front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor) -> Person:
    opened = await visitor()
    await opened.context.add_init_script(NOTES)
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    await person.come()
    return person


async def noted(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = await person.page.evaluate("({ ...noted })")
    return found


async def heard_and_felt(person: Person, before: dict[str, Any]) -> None:
    """Once more than before; a sound that was asleep is woken first."""
    more = "([tones, vibrated]) => noted.tones > tones && noted.vibrated > vibrated"
    await person.page.wait_for_function(more, arg=[before["tones"], before["vibrated"]])


async def test_somebody_who_writes_is_heard_felt_and_seen_in_the_title_until_the_page_is_looked_at(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = open_room(front, homeserver)
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM)
    await expect(person.page.get_by_role("textbox", name="Message")).to_be_visible()
    before = await noted(person)
    await person.page.evaluate("isSeen(false)")
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("We are here")
    await person.visitor.reads("We are here")
    await heard_and_felt(person, before)
    for title in ("● Session", "Session", "● Session"):
        await expect(person.page).to_have_title(title)
    await person.page.evaluate("isSeen(true)")
    assert await person.page.title() == "Session"


async def test_somebody_of_the_staff_who_comes_is_heard_and_felt(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    room = open_room(front, homeserver)
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.WAITING, room=ROOM)
    await expect(person.page.get_by_role("textbox", name="Message")).to_be_visible()
    before = await noted(person)
    room.timeline.append(member(f"@another:{DOMAIN}"))
    await room.changed()
    await heard_and_felt(person, before)


async def test_the_screen_stays_on_while_somebody_waits_also_after_the_page_was_hidden(front: Front, person: Person) -> None:
    assert (await noted(person))["locks"] == 0, "nobody waits on the first screens"
    await person.come_in()
    await person.page.wait_for_function("() => noted.locks === 1")
    await person.page.evaluate("isSeen(false); isSeen(true)")
    await person.page.wait_for_function("() => noted.locks === 2")
    await person.hears(front.door, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await person.sees("This session is over")
    await person.page.wait_for_function("() => noted.released === 1")


async def test_who_waits_reads_what_is_true_how_many_are_before_them_and_is_promised_no_sound_that_would_not_be_heard(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = open_room(front, homeserver)
    await person.come_in()
    waits = {"status": SeatStatus.WAITING, "room": ROOM}
    for told, words in (
        (Told.TOLD, "We have told them that you are here. Please keep this page open."),
        (Told.SEEN, "They have seen that you are here and will come. Please keep this page open."),
        (Told.NOBODY_CAME, NOBODY_CAME),
    ):
        await person.hears(front.door, **waits, told=told)
        await person.reads(words)
    await person.hears(front.door, **waits, told=Told.TOLD, before=2)
    await person.reads("People before you: 2")
    await person.reads(PROMISE)
    await person.page.add_init_script(SILENT_UNTIL_TOUCHED)
    await person.page.reload()
    button = person.visitor.button("Press here to hear a sound when somebody comes")
    await expect(button).to_be_visible()
    await expect(person.page.get_by_text(PROMISE)).to_have_count(0)
    await person.is_accessible()
    await button.focus()
    await person.page.keyboard.press("Enter")
    await person.reads(PROMISE)
    await expect(button).to_have_count(0)
    before = await noted(person)
    room.timeline.append(member(f"@another:{DOMAIN}"))
    await room.changed()
    await person.page.wait_for_function("(tones) => noted.tones > tones", arg=before["tones"])
