"""The page for everybody: WCAG 2.2 AA, keyboard alone, 320 px, both directions of writing, no motion (PRODUCT §4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from playwright.async_api import expect

from teleconnect_bot.demo.visitor import Visitor
from teleconnect_bot.services.guest_door import EndedReason, LinkFull, LinkState, NoSuchLink, SeatStatus
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front, a_seat


async def test_the_way_in_is_accessible_on_every_screen(front: Front, person: Person) -> None:
    await person.is_accessible()
    await person.press("Continue")
    await person.sees("Before you enter")
    await person.press("Continue")
    await person.reads("Please write a name.")
    await person.is_accessible()
    await person.page.get_by_role("textbox", name="Your name").fill("Amina")
    await person.press("Continue")
    await person.sees("Test your phone or computer")
    await person.is_accessible()
    await person.press("Test my device")
    await person.reads("Everything works.")
    await person.is_accessible()
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    await person.is_accessible()


async def test_the_room_its_question_and_its_end_are_accessible(front: Front, person: Person) -> None:
    await person.come_in()
    await person.hears(front.door, asked_for=True)
    await expect(person.page.get_by_role("alertdialog")).to_be_visible()
    await person.is_accessible()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, moved_here=True)
    await person.sees("You are connected")
    await person.is_accessible()
    await person.hears(front.door, status=SeatStatus.KEPT_OPEN)
    await person.sees("This session is paused")
    await person.is_accessible()
    await person.hears(front.door, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await person.sees("This session is over")
    await person.is_accessible()


async def test_whoever_wants_everything_deleted_asks_twice_and_reads_that_it_was_passed_on(front: Front, person: Person) -> None:
    await person.come_in()
    await person.press("Delete everything now")
    await expect(person.page.get_by_role("alertdialog", name="Delete everything now")).to_be_visible()
    await person.is_accessible()
    assert front.door.calls["ask deletion"] == 0
    await person.press("Yes, ask them")
    await person.reads("We have asked them to delete everything. This page says when it is done.")
    assert front.door.calls["ask deletion"] == 1
    await person.axe()
    await person.hears(front.door, status=SeatStatus.ENDED, ended_reason=EndedReason.REMOVED)
    await person.reads("You are no longer in this session.")
    await person.axe()


async def test_leaving_is_accessible(person: Person) -> None:
    await person.come_in()
    await person.press("Leave")
    await person.sees("You have left")
    await person.is_accessible()


async def test_what_goes_wrong_is_accessible(front: Front, person: Person) -> None:
    front.door.refuse_entry = LinkFull(["Service user", "Relative"], True)
    await person.name_themselves()
    await person.press("Skip")
    await person.sees("You can enter now")
    await person.is_accessible()
    await person.press("Enter waiting room")
    await person.sees("All places are taken")
    await person.is_accessible()
    await person.press("I am one more person")
    await person.sees("We have asked")
    await person.is_accessible()
    (asking,) = front.door.seats
    front.door.seats[asking] = replace(a_seat(), status=SeatStatus.REFUSED)
    await person.sees("You cannot enter now")
    await person.is_accessible()
    front.door.refuse_entry = NoSuchLink()
    front.door.links.clear()
    await person.press("Try again")
    await person.press("Continue")
    await person.sees("This link does not work")
    await person.is_accessible()
    front.door.links.add(GOOD_TOKEN)
    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=datetime.now(UTC) + timedelta(days=3))
    await person.page.reload()
    await person.press("Continue")
    await person.sees("You are early")
    await person.is_accessible()


async def test_not_for_me_is_accessible(person: Person) -> None:
    await person.press("Continue")
    await person.press("This is not for me")
    await person.sees("Thank you")
    await person.is_accessible()


async def test_what_is_kept_is_read_from_the_terms_and_is_accessible(front: Front, person: Person) -> None:
    await person.press("Continue")
    async with person.visitor.context.expect_page() as opening:
        await person.page.get_by_role("link", name="What is kept, and for how long").click()
    opened = await opening.value
    page = Person(Visitor(person.visitor.context, opened), front.url)
    await page.sees("What is kept, and for how long")
    await expect(opened.get_by_text("36 hours after the conversation is closed")).to_be_visible()
    await page.is_accessible()
    await opened.get_by_role("link", name="العربية").click()
    await expect(opened.get_by_role("heading", level=1)).to_have_text("ما الذي يُحفظ، وإلى متى")
    await page.is_accessible()
    await person.sees("Before you enter")


async def test_the_whole_way_in_can_be_walked_with_the_keyboard_alone(front: Front, person: Person) -> None:
    await person.reach("Continue")
    await person.page.keyboard.press("Enter")
    await person.sees("Before you enter")
    await person.reach("name")
    await person.page.keyboard.type("Amina")
    await person.page.keyboard.press("Enter")
    await person.sees("Test your phone or computer")
    await person.reach("Skip")
    await person.page.keyboard.press("Space")
    await person.sees("You can enter now")
    await person.reach("Enter waiting room")
    await person.page.keyboard.press("Enter")
    await person.sees("You are in the waiting room")
    await person.reach("Leave")
    assert front.door.names == ["Amina"]


async def test_each_new_screen_is_announced_by_its_heading(person: Person) -> None:
    for press, heading in (("Continue", "Before you enter"), ("This is not for me", "Thank you")):
        await person.press(press)
        await person.sees(heading)
        await expect(person.page.get_by_role("heading", name=heading)).to_be_focused()


async def test_title_and_icon_say_nothing(person: Person) -> None:
    assert await person.page.title() == "Session"
    assert await person.page.evaluate("document.querySelector('link[rel=icon]').href") == "data:,"
    await person.come_in()
    assert await person.page.title() == "Session"


async def test_what_stands_at_the_edges_is_accessible(front: Front, person: Person) -> None:
    page = person.page
    await person.come_in()
    other = Person(person.visitor, person.link)
    other.page = await person.visitor.context.new_page()
    await other.page.goto(person.link)
    await expect(other.page.get_by_role("heading", name="This page is open in another tab")).to_be_visible()
    await other.is_accessible()
    await other.page.bring_to_front()
    await other.reach("Use it here")
    await other.page.keyboard.press("Enter")
    await expect(other.page.get_by_role("heading", name="You are in the waiting room")).to_be_visible()
    await person.sees("This page is open in another tab")
    await other.page.close()
    await person.press("Use it here")
    await person.sees("You are in the waiting room")
    await person.hears(front.door, status=SeatStatus.MOVED)
    await person.sees("You moved to another device")
    await person.is_accessible()

    front.door.links.clear()
    await page.goto("about:blank")
    await page.goto(person.link)
    await person.press("Continue")
    await person.sees("This link does not work")
    await person.press("Ask for a new link")
    await person.sees("Thank you")
    await person.is_accessible()

    await page.route("**/api/**", lambda route: route.abort())
    await page.goto("about:blank")
    await page.goto(person.link)
    await person.sees("No connection")
    await person.is_accessible()
    await person.reach("Try again")
    await page.unroute_all(behavior="ignoreErrors")
