"""The page of interpreting organisations in a real browser: each screen, keyboard alone, both directions of writing, 320 px."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import APIResponse, Page, Route, expect

from teleconnect_bot.services.guest_door import LinkState, SeatStatus
from teleconnect_bot.services.interpreter_door import OfferStatus
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_interpreters import DESK_TOKEN, REQUEST
from tests.fakes_web import GOOD_TOKEN, Front


@pytest_asyncio.fixture
async def manager(front: Front, visitor: NewVisitor) -> Person:
    """Somebody of the organisation who has followed the link in their mail."""
    opened = Person(await visitor(), f"{front.url}/i#{DESK_TOKEN}")
    await opened.visitor.follow(opened.link)
    return opened


async def fill(page: Page, name: str = "Selam", contact: str = "selam@lingua.example") -> None:
    await page.get_by_role("textbox", name="Name of the interpreter").fill(name)
    await page.get_by_role("textbox", name="E-mail address, mobile number").fill(contact)


async def test_opening_the_link_shows_the_request_and_decides_nothing(front: Front, manager: Person) -> None:
    await manager.sees("An interpreter is needed")
    for words in ("Tigrinya – English", "About 60 minutes"):
        await manager.reads(words)
    for _ in range(3):
        await manager.page.reload()
        await manager.sees("An interpreter is needed")
    assert set(front.interpreters.calls) == {"texts", "view"}
    assert manager.visitor.errors == []
    assert manager.visitor.foreign == []


async def test_the_address_of_a_whatsapp_button_leads_to_the_same_and_keeps_no_token_in_its_path(front: Front, manager: Person) -> None:
    await manager.page.goto(f"{front.url}/i/{DESK_TOKEN}")
    await manager.sees("An interpreter is needed")
    assert manager.page.url == f"{front.url}/i#{DESK_TOKEN}"


async def test_accepting_asks_who_comes_and_shows_the_terms(front: Front, manager: Person) -> None:
    await manager.press("Accept")
    await manager.reads("What the interpreter agrees to")
    await manager.press("Accept")
    await manager.reads("Please write the name of the interpreter.")
    front.interpreters.unusable.add("nowhere")
    await fill(manager.page, contact="nowhere")
    await manager.press("Accept")
    await manager.reads("We cannot write to this address. Please check it, or write another one. A number needs its country code.")
    await fill(manager.page)
    await manager.press("Accept")
    await manager.sees("Accepted. Thank you")
    assert front.interpreters.accepted == [("Selam", "selam@lingua.example", "en")]


async def test_declining_takes_a_reason_and_does_without(front: Front, manager: Person) -> None:
    await manager.press("Decline")
    await manager.page.get_by_role("textbox", name="Reason, if you like").fill("all are on leave")
    await manager.press("Decline")
    await manager.sees("Declined. Thank you")
    front.interpreters.becomes(OfferStatus.ASKED)
    await manager.page.reload()
    await manager.press("Decline")
    await manager.press("Decline")
    await manager.sees("Declined. Thank you")
    assert front.interpreters.reasons == ["all are on leave", ""]


async def test_one_may_think_again(front: Front, manager: Person) -> None:
    for choice in ("Accept", "Decline"):
        await manager.press(choice)
        await manager.press("Back")
        await manager.sees("An interpreter is needed")
    assert set(front.interpreters.calls) == {"texts", "view"}


async def test_an_organisation_that_may_not_decline_is_not_offered_it(front: Front, manager: Person) -> None:
    front.interpreters.request = replace(REQUEST, may_decline=False)
    await manager.page.reload()
    await manager.sees("An interpreter is needed")
    await expect(manager.visitor.button("Decline")).to_have_count(0)


async def test_who_is_slower_reads_that_it_is_taken_and_nothing_else(front: Front, manager: Person) -> None:
    front.interpreters.becomes(OfferStatus.TAKEN)
    await manager.page.reload()
    await manager.sees("Already taken, thank you")
    assert (await manager.page.get_by_role("main").inner_text()).strip() == "Already taken, thank you"


async def test_a_time_that_was_changed_meanwhile_is_shown_before_anything_is_accepted(front: Front, manager: Person) -> None:
    await manager.press("Accept")
    await fill(manager.page)
    front.interpreters.request = replace(REQUEST, round=2)
    await manager.press("Accept")
    await manager.sees("An interpreter is needed")
    await manager.reads("The time has changed meanwhile. Please answer for the new time.")
    assert front.interpreters.accepted == []
    await manager.is_accessible()
    await manager.press("Accept")
    await fill(manager.page)
    await manager.press("Accept")
    await manager.sees("Accepted. Thank you")


async def test_a_new_time_is_confirmed_by_one_press(front: Front, manager: Person) -> None:
    front.interpreters.becomes(OfferStatus.CONFIRM)
    await manager.page.reload()
    await manager.sees("Is the new time possible?")
    await manager.is_accessible()
    await manager.press("The new time is possible")
    await manager.sees("Accepted. Thank you")
    assert front.interpreters.accepted == [("", "", "en")]


async def test_an_interpreter_who_cannot_come_after_all_says_so_by_the_same_link(front: Front, manager: Person) -> None:
    front.interpreters.becomes(OfferStatus.ACCEPTED)
    await manager.page.reload()
    await manager.press("The interpreter cannot come")
    await manager.page.get_by_role("textbox", name="Reason, if you like").fill("ill")
    await manager.is_accessible()
    await manager.press("The interpreter cannot come")
    await manager.sees("Thank you for telling us")
    assert front.interpreters.reasons == ["ill"]


async def test_every_screen_is_accessible(front: Front, manager: Person) -> None:
    await manager.sees("An interpreter is needed")
    await manager.is_accessible()
    await manager.press("Accept")
    await manager.press("Accept")
    await manager.reads("Please write the name of the interpreter.")
    await manager.is_accessible()
    await manager.press("Back")
    await manager.press("Decline")
    await manager.is_accessible()
    for status, heading in (
        (OfferStatus.ACCEPTED, "Accepted. Thank you"),
        (OfferStatus.TAKEN, "Already taken, thank you"),
        (OfferStatus.OVER, "This request is over. Thank you"),
    ):
        front.interpreters.becomes(status)
        await manager.page.reload()
        await manager.sees(heading)
        await expect(manager.page.get_by_role("heading", name=heading)).to_be_focused()
        await manager.is_accessible()


async def test_a_link_that_leads_nowhere_says_so(front: Front, manager: Person) -> None:
    await manager.page.goto(f"{front.url}/i#{'x' * 22}")
    await manager.sees("This link does not work")
    await manager.is_accessible()


async def test_the_page_is_read_from_right_to_left_where_the_language_is(front: Front, manager: Person) -> None:
    await manager.page.get_by_role("combobox", name="Language").select_option("ar")
    await expect(manager.page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(manager.page.locator("html")).to_have_attribute("lang", "ar")
    await manager.is_accessible()


async def test_it_can_be_answered_with_the_keyboard_alone(front: Front, manager: Person) -> None:
    async def reach(name: str) -> None:
        for _ in range(15):
            await manager.page.keyboard.press("Tab")
            focused = manager.page.locator(":focus")
            if await focused.count() and (await focused.text_content() or await focused.get_attribute("id") or "").strip() == name:
                assert await focused.evaluate("(each) => getComputedStyle(each).outlineStyle") != "none", (
                    f"{name} shows that it has the focus"
                )
                return
        raise AssertionError(f"{name} is not reached with Tab")

    await manager.sees("An interpreter is needed")
    await reach("Accept")
    await manager.page.keyboard.press("Enter")
    await reach("name")
    await manager.page.keyboard.type("Selam")
    await reach("contact")
    await manager.page.keyboard.type("+41791234567")
    await manager.page.keyboard.press("Enter")
    await manager.sees("Accepted. Thank you")
    assert front.interpreters.accepted == [("Selam", "+41791234567", "en")]


async def test_nothing_is_kept_in_the_browser(manager: Person) -> None:
    await manager.sees("An interpreter is needed")
    kept = await manager.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""]


async def test_an_interpreter_finds_the_way_there_on_every_screen_of_their_own_page(front: Front, person: Person) -> None:
    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=datetime.now(UTC) + timedelta(days=3), interpreter=True)
    way = person.page.get_by_role("link", name="I cannot come")
    await person.press("Continue")
    await person.sees("You are early")
    await expect(way).to_be_visible()
    front.door.opened = replace(front.door.opened, state=LinkState.OPEN, opens_at=None)
    await person.page.reload()
    await person.press("Continue")
    await person.sees("Before you enter")
    await person.is_accessible()
    await way.click()
    await expect(person.page).to_have_url(f"{front.url}/i#{GOOD_TOKEN}")


async def test_nobody_else_is_offered_it(person: Person) -> None:
    await person.press("Continue")
    await person.sees("Before you enter")
    await expect(person.page.get_by_role("link", name="I cannot come")).to_have_count(0)


async def test_in_the_room_an_interpreter_is_shown_as_one_and_may_still_say_that_they_cannot_stay(front: Front, person: Person) -> None:
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, label="Interpreter")
    await person.sees("You are connected")
    await expect(person.page.get_by_role("link", name="I cannot come")).to_be_visible()
    await person.is_accessible()


async def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(front: Front, manager: Person) -> None:
    lost: list[APIResponse] = []

    async def lose_the_first(route: Route) -> None:
        if lost:
            return await route.continue_()
        lost.append(await route.fetch())
        return await route.abort()

    await manager.page.route("**/api/interpreter/accept", lose_the_first)
    await manager.press("Accept")
    await fill(manager.page)
    await manager.press("Accept")
    await manager.sees("Accepted. Thank you")
    assert front.interpreters.calls["accept"] == 2
    assert set(front.interpreters.accepted) == {("Selam", "selam@lingua.example", "en")}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (OfferStatus.NOT_NEEDED, "No interpreter is needed any more. Thank you"),
        (OfferStatus.EXPIRED, "The time to answer is over. Thank you"),
    ],
)
async def test_an_interpreter_who_is_not_needed_any_more_reads_why_by_their_own_link(
    front: Front, person: Person, status: OfferStatus, words: str
) -> None:
    front.door.opened = replace(front.door.opened, state=LinkState.ENDED, interpreter=True)
    front.door.links.add(DESK_TOKEN)
    front.interpreters.becomes(status)
    # A link that differs after the # alone loads the page by itself, a moment later.
    await person.page.goto("about:blank")
    await person.visitor.follow(person.link.replace(GOOD_TOKEN, DESK_TOKEN))
    await person.press("Continue")
    await person.sees(words)
    assert await person.page.get_by_role("button").count() == 0, "there is nothing to answer any more"
