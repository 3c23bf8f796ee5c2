"""A file of the page that is lost on the way (PRODUCT §4, "survives network loss")."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Request, Route, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.web.bundle import STATIC
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import in_the_room
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front, RecordingHomeserver, front_door


async def lost_until_the_page_is_loaded_anew(page: Page, addresses: str) -> list[str]:
    """As in the many browsers that remember a failed `import()` for as long as the page lives. The answer grows by what was refused."""
    refused: list[str] = []
    loadings = 0

    async def lose(route: Route) -> None:
        if loadings > 1:
            return await route.continue_()
        refused.append(route.request.url)
        return await route.abort()

    def asked(request: Request) -> None:
        nonlocal loadings
        loadings += request.is_navigation_request()

    await page.route(addresses, lose)
    page.on("request", asked)
    return refused


@asynccontextmanager
async def stops_coming_once(page: Page, addresses: str) -> AsyncIterator[asyncio.Event]:
    """The first time that it is asked for nothing comes, and nothing says so; set as soon as that is."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def says_nothing(route: Route) -> None:
        asked.set()
        await over.wait()
        await route.abort()

    await page.route(addresses, says_nothing, times=1)
    try:
        yield asked
    finally:
        over.set()


async def test_keys_that_stopped_coming_are_asked_for_again_while_somebody_waits_for_them(front: Front, visitor: NewVisitor) -> None:
    opened = await visitor()
    await opened.page.clock.install()
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    async with stops_coming_once(opened.page, "**/*.wasm") as asked:
        await person.come()
        await asked.wait()
        await person.come_in()
        async with opened.page.expect_event("requestfinished", lambda request: request.url.endswith(".wasm")):
            await opened.page.clock.fast_forward(31_000)
    assert opened.errors == []


async def test_a_file_that_did_not_come_keeps_nobody_out_and_in_no_other_language(front: Front, visitor: NewVisitor) -> None:
    opened = await visitor()
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    refused = await lost_until_the_page_is_loaded_anew(opened.page, "**/assets/inside-*.js")
    await person.come()
    await person.press("Continue")
    await person.sees("No connection")
    await person.sees("Choose your language")
    assert len(refused) >= 2
    await person.come_in()

    arab = await visitor(locale="ar")
    refused = await lost_until_the_page_is_loaded_anew(arab.page, "**/assets/ar-*.js")
    await arab.follow(f"{front.url}/j#{GOOD_TOKEN}")
    await arab.sees("اختاروا لغتكم")
    assert len(refused) >= 2
    assert opened.errors == arab.errors == []


async def test_where_a_part_of_the_call_did_not_come_a_sentence_and_a_button_bring_it(
    homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    async with front_door(homeserver.address, STATIC, calls="builtin") as front:
        person = Person(await visitor(), f"{front.url}/j#{GOOD_TOKEN}")
        refused = await lost_until_the_page_is_loaded_anew(person.page, "**/assets/mesh-*.js")
        await person.come()
        await in_the_room(front, homeserver, person)
        await person.reads("The call could not be loaded. Press the button to load this page again.")
        assert len(refused) >= 2
        await expect(person.visitor.button("Join the call")).to_have_count(0)
        await person.is_accessible()
        await person.press("Try again")
        await expect(person.visitor.button("Join the call")).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)
        assert person.visitor.errors == []
