"""Reload at each step, a browser that stores nothing, a telephone with a wrong clock, a link in a browser that is too old (PRODUCT §4)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.guest_door import EndedReason, LinkState, SeatStatus
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import Pen, in_the_room, open_room
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, ROOM, Front, RecordingHomeserver


async def test_a_reload_at_each_step_loses_no_more_than_that_step(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    page = person.page
    room = open_room(front, homeserver)
    await page.reload()
    await person.sees("Choose your language")
    await person.press("Continue")
    await person.sees("Before you enter")
    await page.reload()
    await person.sees("Choose your language")
    await person.name_themselves()
    await page.reload()
    await person.sees("Choose your language")
    assert front.door.calls["enter"] == 0, "nothing was taken yet"
    await person.come_in()
    await page.reload()
    await person.sees("You are in the waiting room")
    assert front.door.calls["enter"] == 1, "the seat is the same one"
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM)
    await person.visitor.write("before the reload")
    await page.reload()
    await person.sees("You are connected")
    await person.visitor.reads("before the reload")
    await person.visitor.write("after the reload")
    assert len(room.sent()) == 2
    await person.hears(front.door, status=SeatStatus.KEPT_OPEN, room=ROOM)
    await person.sees("This session is paused")
    await page.reload()
    await person.sees("This session is paused")
    await person.press("Leave")
    await person.sees("You have left")
    await front.door.calls.come("away")
    await page.reload()
    await person.sees("You have left")
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("written while you were away")
    await person.press("Come back")
    await person.sees("This session is paused")
    for words in ("before the reload", "after the reload", "written while you were away"):
        await person.visitor.reads(words)
    assert (front.door.calls["enter"], front.door.calls["leave"]) == (1, 0), "the seat and its keys are the same ones"
    await person.hears(front.door, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await person.sees("This session is over")
    await page.reload()
    await person.sees("Choose your language")
    assert person.visitor.errors == []


async def test_an_answer_that_was_overtaken_takes_nobody_back(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    """Else a call would end, and a screen go back, on a line that carries answers in another order."""
    held, released = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        held.set()
        await released.wait()
        await route.fulfill(response=answer)

    await in_the_room(front, homeserver, person)
    await person.page.route("**/api/ask-deletion", late)
    await person.press("Delete everything now")
    await person.press("Yes, ask them")
    await held.wait()
    await person.hears(front.door, status=SeatStatus.KEPT_OPEN, room=ROOM)
    await person.sees("This session is paused")
    async with person.page.expect_response("**/api/ask-deletion") as arriving:
        released.set()
    await (await arriving.value).finished()
    await person.page.evaluate("() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))")
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("This session is paused")


async def test_words_that_had_not_left_when_the_browser_lost_its_keys_stand_in_the_box_of_the_next_place(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    page = person.page
    room = await in_the_room(front, homeserver, person)
    await page.route("**/send/m.room.encrypted/**", lambda route: route.abort())
    for words in ("please come", "to the back door"):
        await page.get_by_role("textbox", name="Message").fill(words)
        await person.press("Send")
        await expect(page.get_by_role("log").locator(".message").filter(has_text=words)).to_contain_text("Sending")
    await page.goto(f"{front.url}/health/live")
    await page.evaluate("async () => { for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name); }")
    await page.unroute("**/send/m.room.encrypted/**")
    await page.goto(person.link)
    await person.sees("Choose your language")
    assert front.door.calls["leave"] == 1, "the place without keys was given back"
    assert await page.evaluate("localStorage.length") == 0
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM)
    box = page.get_by_role("textbox", name="Message")
    await expect(box).to_have_value("please come\nto the back door", timeout=TIMEOUT_SECONDS * 1000)
    assert room.sent() == [], "nothing is sent unasked"
    await person.press("Send")
    await person.reads("please come\nto the back door")
    await expect(box).to_have_value("")
    await person.press("Leave this page now")
    await page.wait_for_url("about:blank")


REFUSES = """
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, { get() { throw new DOMException('refused', 'SecurityError'); } });
}
indexedDB.open = () => { throw new DOMException('refused', 'InvalidStateError'); };
indexedDB.databases = () => Promise.reject(new DOMException('refused', 'InvalidStateError'));
"""


async def test_a_browser_that_stores_nothing_can_still_be_in_the_session(
    front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    private = await visitor()
    await private.context.add_init_script(REFUSES)
    person = Person(private, f"{front.url}/j#{GOOD_TOKEN}")
    await person.come()
    room = await in_the_room(front, homeserver, person)
    await private.write("from a private window")
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("we read you")
    await private.reads("we read you")
    await person.press("Leave this page now")
    await private.page.wait_for_url("about:blank")
    assert private.errors == []


@pytest.mark.parametrize("years", [-12, pytest.param(9, marks=pytest.mark.long)])
async def test_a_telephone_with_a_wrong_clock_shows_messages_in_their_order_and_is_called(
    years: int, front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    wrong = await visitor()
    await wrong.context.add_init_script(
        f"const right = Date; Date = class extends right {{ constructor(...given) {{ super(...(given.length ? given : [Date.now()])); }}"
        f" static now() {{ return right.now() + {years} * 31556952000; }} }};"
    )
    person = Person(wrong, f"{front.url}/j#{GOOD_TOKEN}")
    await person.come()
    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=datetime.now(UTC) + timedelta(days=3))
    await person.press("Continue")
    await person.sees("You are early")
    await expect(wrong.page.get_by_role("timer")).to_contain_text("2 days")
    front.door.opened = replace(front.door.opened, state=LinkState.OPEN, opens_at=None)
    await wrong.page.reload()
    room = await in_the_room(front, homeserver, person)
    pen = Pen(room)
    await pen.gives_the_key()
    await wrong.write("one")
    await pen.writes("two")
    await wrong.reads("two")
    await wrong.write("three")
    shown = await wrong.page.get_by_role("log").locator(".words").all_text_contents()
    assert shown == ["one", "two", "three"]
    assert wrong.errors == []


async def test_a_browser_without_scripts_or_modules_reads_what_to_do_and_a_number_to_ring(front: Front, visitor: NewVisitor) -> None:
    old = await visitor()
    await old.page.route("**/assets/*.js", lambda route: route.abort())
    await old.follow(f"{front.url}/j#{GOOD_TOKEN}")
    # Shown after six seconds, so that it does not flash by on a slow line.
    await expect(old.page.get_by_text("This page does not work in this browser.")).to_be_visible(timeout=15_000)
    number = old.page.get_by_role("link", name="+41 22 000 00 00")
    await expect(number).to_be_visible()
    assert await number.get_attribute("href") == "tel:+41220000000"
    assert not front.door.calls
