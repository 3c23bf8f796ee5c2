"""Planned and too early: until when, who is not meant, and what goes wrong; terms that change while they are read (PRODUCT §4.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from teleconnect_bot.services.guest_door import LinkState, TermsNotCurrent
from tests.acceptance.page.person import Person
from tests.fakes_web import Front

NO_NETWORK = "No connection. Please check your network and try again."


@pytest.fixture
def early(front: Front) -> None:
    opens = datetime.now(UTC) + timedelta(minutes=20)
    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=opens)


@pytest.mark.usefixtures("early")
async def test_the_countdown_reaches_its_end_and_continue_walks_on(front: Front, person: Person) -> None:
    await person.page.clock.install()
    await person.page.reload()
    await person.press("Continue")
    await person.sees("You are early")
    await expect(person.page.get_by_role("timer")).to_contain_text("minutes")
    await expect(person.visitor.button("Continue")).to_have_count(0)
    await person.page.clock.fast_forward("21:00")
    await person.reads("The waiting room can open now.")
    await expect(person.page.get_by_role("timer")).to_have_count(0)

    await person.page.route("**/api/open", lambda route: route.abort())
    await person.press("Continue")
    await person.reads(NO_NETWORK)
    await person.page.unroute("**/api/open")
    front.door.opened = replace(front.door.opened, state=LinkState.OPEN, opens_at=None)
    await person.press("Continue")
    await person.sees("Before you enter")


@pytest.mark.usefixtures("early")
async def test_who_is_not_meant_says_so_at_once(front: Front, person: Person) -> None:
    await person.press("Continue")
    await person.sees("You are early")
    await person.page.route("**/api/not-me", lambda route: route.abort())
    await person.press("This is not for me")
    await person.reads(NO_NETWORK)
    await person.page.unroute("**/api/not-me")
    await person.is_accessible()
    await person.press("This is not for me")
    await person.sees("Thank you")
    assert front.door.calls["not_me"] == 1


async def test_terms_that_changed_while_they_were_read_are_shown_anew(front: Front, person: Person) -> None:
    await person.name_themselves("Amina")
    await person.press("Skip")
    front.door.opened = replace(front.door.opened, terms_version="2")
    front.door.refuse_entry = TermsNotCurrent()
    await person.press("Enter waiting room")
    await person.sees("Before you enter")
    await expect(person.page.get_by_role("textbox", name="Your name")).to_have_value("Amina")
    front.door.refuse_entry = None
    await person.press("Continue")
    await person.press("Skip")
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    assert front.door.agreed == ["2"]
