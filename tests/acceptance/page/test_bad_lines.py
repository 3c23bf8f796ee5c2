"""A line that dies without a word, a telephone that sleeps, a clock that is set, a network that goes and comes (PRODUCT §4).

The browser's clock is the test's: a moment is jumped to, and between the jumps time goes by as ever.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import Pen, in_the_room
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front, RecordingHomeserver

NOTICED_WITHIN_SECONDS = 25
HOUR = 3_600
SYNC, SIGN_OF_LIFE, OURS = "**/gw/**/v3/sync*", "**/api/beat", "**/api/**"
IS_SEEN = """
window.isSeen = (seen) => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (seen ? 'visible' : 'hidden') });
  document.dispatchEvent(new Event('visibilitychange'));
};
"""


@pytest.fixture
async def person(front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor) -> Person:
    opened = await visitor()
    await opened.context.add_init_script(IS_SEEN)
    await opened.page.clock.install()
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    await person.come()
    return person


@asynccontextmanager
async def dead(page: Page, addresses: str) -> AsyncIterator[asyncio.Event]:
    """Nothing that is asked at these addresses is answered, and nothing says so; set as soon as something was asked."""
    asked, alive = asyncio.Event(), asyncio.Event()

    async def says_nothing(route: Route) -> None:
        asked.set()
        await alive.wait()
        await route.abort()

    await page.route(addresses, says_nothing)
    try:
        yield asked
    finally:
        await page.unroute_all(behavior="ignoreErrors")
        alive.set()


def lost(person: Person) -> Locator:
    return person.page.get_by_role("alert").get_by_text("No connection. We keep trying; please leave this page open.")


async def test_a_line_that_dies_without_a_word_is_noticed_within_25_seconds_and_found_again(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = await in_the_room(front, homeserver, person)
    pen = Pen(room)
    await pen.gives_the_key()
    async with dead(person.page, SYNC) as asked:
        await room.changed()
        await asked.wait()
        await expect(lost(person)).to_be_hidden()
        await person.page.clock.fast_forward(NOTICED_WITHIN_SECONDS * 1_000)
        await expect(lost(person)).to_be_visible()
        await pen.writes("written meanwhile")
    await person.page.clock.fast_forward(10_000)
    await person.visitor.reads("written meanwhile")
    await expect(lost(person)).to_be_hidden()
    async with dead(person.page, OURS) as asked:
        await person.page.clock.fast_forward(15_000)
        await asked.wait()
        await person.page.clock.fast_forward((NOTICED_WITHIN_SECONDS - 15) * 1_000)
        await expect(lost(person)).to_be_visible()
    await person.page.clock.fast_forward(10_000)
    await expect(lost(person)).to_be_hidden()
    assert person.visitor.errors == []


async def test_a_telephone_that_slept_whose_clock_was_set_back_or_whose_network_changed_is_there_at_once_and_loses_nothing(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = await in_the_room(front, homeserver, person)
    page = person.page
    pen = Pen(room)
    await pen.gives_the_key()

    await page.clock.set_system_time(time.time() - HOUR)
    async with page.expect_request(SIGN_OF_LIFE):
        await page.clock.fast_forward(16_000)

    async with dead(page, SYNC) as asked:
        await room.changed()
        await asked.wait()
        await page.evaluate("isSeen(false)")
        await page.clock.set_system_time(time.time() + 10 * HOUR)
        await pen.writes("during the sleep")
    async with page.expect_request(lambda asked: asked.url.endswith("/api/beat") and asked.post_data_json == {"visible": True}):
        await page.evaluate("isSeen(true)")
    await person.visitor.reads("during the sleep", timeout=2)

    await person.visitor.context.set_offline(True)
    await page.get_by_role("textbox", name="Message").fill("from the tunnel")
    await person.press("Send")
    await pen.writes("into the tunnel")
    await page.clock.fast_forward(60_000)
    await expect(lost(person)).to_be_visible()
    async with page.expect_request(SIGN_OF_LIFE):
        await person.visitor.context.set_offline(False)
    await person.visitor.reads("into the tunnel")
    mine = page.get_by_role("log").locator(".message").filter(has_text="from the tunnel")
    await expect(mine.locator("time")).to_be_visible()
    assert len(room.sent()) == 1
    await expect(lost(person)).to_be_hidden()
    assert person.visitor.errors == []
