"""The quick exit, a browser that cannot (PRODUCT §4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.guest_door import EndedReason, SeatStatus
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front


async def _inside(person: Person) -> None:
    await person.come_in()


async def _kept(front: Front, person: Person) -> int:
    """How much the browser holds of the page, as another tab of the same browser finds it."""
    other = await person.visitor.context.new_page()
    await other.goto(f"{front.url}/j")
    kept = "async () => localStorage.length + sessionStorage.length + (await indexedDB.databases()).length + (await caches.keys()).length"
    return int(await other.evaluate(kept))


async def test_the_quick_exit_leaves_nothing_and_back_does_not_return(front: Front, person: Person) -> None:
    await _inside(person)
    before = await person.page.evaluate("history.length")
    assert await person.visitor.stored() > 0, "there was something to wipe"
    await person.press("Leave this page now")
    await person.page.wait_for_url("about:blank")
    assert await person.page.evaluate("history.length") == before
    await person.page.go_back()
    assert not person.page.url.startswith(front.url)
    assert await _kept(front, person) == 0
    await front.door.calls.come("leave")


async def test_the_quick_exit_leaves_no_keys_even_while_they_are_being_made(front: Front, person: Person) -> None:
    await _inside(person)
    await person.visitor.until("async () => (await indexedDB.databases()).length > 0")
    await person.press("Leave this page now")
    await person.page.wait_for_url("about:blank")
    assert await _kept(front, person) == 0


async def _ends(front: Front, **how: object) -> None:
    front.door.seats = {digest: replace(seat, **how) for digest, seat in front.door.seats.items()}  # type: ignore[arg-type]


async def test_whoever_left_is_told_of_the_end_and_nothing_is_kept(front: Front, person: Person) -> None:
    await person.come_in()
    await person.press("Leave")
    await person.sees("You have left")
    assert await person.visitor.stored() > 0, "what was written can still be read"
    await front.door.calls.come("away")
    beats = front.door.calls["beat visible"]
    await _ends(front, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await person.page.evaluate("window.dispatchEvent(new Event('online'))")
    await person.sees("This session is over")
    await person.reads("Thank you for being here.")
    assert await _kept(front, person) == 0
    assert front.door.calls["beat visible"] == beats, "asking is no sign of life"


@pytest.mark.parametrize(
    ("how", "heading"),
    [
        ({"status": SeatStatus.ENDED, "ended_reason": EndedReason.REMOVED}, "This session is over"),
        ({"status": SeatStatus.MOVED}, "You moved to another device"),
        (None, "This session is over"),
    ],
    ids=["removed", "moved", "deleted"],
)
async def test_the_end_that_came_while_the_page_was_closed_is_learned_before_anything_is_offered(
    how: dict[str, object] | None, heading: str, front: Front, person: Person
) -> None:
    await person.come_in()
    await person.press("Leave")
    await person.sees("You have left")
    await person.page.goto("about:blank")
    if how is None:
        front.door.seats.clear()
    else:
        await _ends(front, **how)
    await person.visitor.follow(person.link)
    await person.sees(heading)
    assert await _kept(front, person) == 0


async def test_a_browser_that_cannot_do_it_is_told_so_with_a_number_to_ring(front: Front, visitor: NewVisitor) -> None:
    old = await visitor()
    await old.context.add_init_script("WebAssembly.validate = () => false")
    person = Person(old, f"{front.url}/j#{GOOD_TOKEN}")
    await old.follow(person.link)
    await person.sees("This browser cannot open the page")
    await person.reads("You can also ring +41 22 000 00 00.")
    number = person.page.get_by_role("link", name="+41 22 000 00 00", exact=True)
    assert [await number.get_attribute(name) for name in ("href", "dir")] == ["tel:+41220000000", "ltr"]
    assert not front.door.calls, "the link was not even opened"
    await person.is_accessible()


async def test_without_scripts_the_way_out_stands_there_in_every_language_with_a_number_to_ring(front: Front, visitor: NewVisitor) -> None:
    browser = (await visitor()).context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    try:
        page = await context.new_page()
        await page.goto(f"{front.url}/j#{GOOD_TOKEN}")
        await expect(page.get_by_text("افتحوا الرابط نفسه في Chrome أو Safari أو Firefox.")).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)
        assert await page.locator("main p[lang]").count() == 19
        await expect(page.get_by_role("link", name="+41 22 000 00 00")).to_have_attribute("href", "tel:+41220000000")
    finally:
        await context.close()
