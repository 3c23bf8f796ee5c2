"""What a second device shows when every place is taken, and what the first one does (PRODUCT §4, "Seats")."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import expect

from teleconnect_bot.services.guest_door import LinkFull, SeatStatus
from tests.acceptance.page.person import Person
from tests.fakes_web import Front, a_seat


async def _find_it_full(front: Front, person: Person, *taken: str, more: bool = True) -> None:
    front.door.refuse_entry = LinkFull(taken, more)
    await person.name_themselves()
    await person.press("Skip")
    await person.press("Enter waiting room")
    await person.sees("All places are taken")


async def test_the_same_person_asks_waits_and_comes_in(front: Front, person: Person) -> None:
    await _find_it_full(front, person, "Service user")
    await person.press("That is me, on another phone or in another browser")
    await person.sees("We have asked")
    assert front.door.places == ["Service user"]
    (asking,) = front.door.seats
    front.door.seats[asking] = replace(a_seat(), status=SeatStatus.PREPARING)
    await person.sees("You are in the waiting room")


async def test_where_a_yes_is_needed_also_for_a_free_place_entering_asks_for_it(front: Front, person: Person) -> None:
    """Once somebody of the same link was removed."""

    def asks(digest: bytes) -> None:
        front.door.seats[digest] = replace(a_seat(), status=SeatStatus.ASKING)

    front.door.seated = asks
    await person.name_themselves()
    await person.press("Skip")
    await person.press("Enter waiting room")
    await person.sees("We have asked")
    (asking,) = front.door.seats
    front.door.seats[asking] = replace(a_seat(), status=SeatStatus.PREPARING)
    await person.sees("You are in the waiting room")


async def test_of_several_each_says_who_they_are(front: Front, person: Person) -> None:
    await _find_it_full(front, person, "Service user", "Relative", more=False)
    await expect(person.visitor.button("I am one more person")).to_have_count(0)
    await person.press("I am: Relative, on another phone or in another browser")
    await person.sees("We have asked")
    assert front.door.places == ["Relative"]


async def test_a_no_is_said_and_leaves_nothing_behind(front: Front, person: Person) -> None:
    await _find_it_full(front, person, "Service user")
    await person.press("I am one more person")
    await person.sees("We have asked")
    assert front.door.places == [None]
    (asking,) = front.door.seats
    front.door.seats[asking] = replace(a_seat(), status=SeatStatus.REFUSED)
    await person.sees("You cannot enter now")
    assert await person.visitor.stored() == 0


async def test_a_reload_while_asking_asks_nothing_again(front: Front, person: Person) -> None:
    await _find_it_full(front, person, "Service user")
    await person.press("I am one more person")
    await person.sees("We have asked")
    await person.page.reload()
    await person.sees("We have asked")
    assert front.door.calls["ask"] == 1
    await person.press("Cancel")
    await person.sees("Choose your language")
    await front.door.calls.come("leave")


async def test_the_first_device_is_asked_and_its_answer_goes_out(front: Front, person: Person) -> None:
    await person.come_in()
    await person.hears(front.door, asked_for=True)
    await expect(person.page.get_by_role("alertdialog", name="Is that you?")).to_be_visible()

    def moves(digest: bytes) -> None:
        front.door.seats[digest] = replace(a_seat(), status=SeatStatus.MOVED)

    front.door.answered = moves
    await person.press("Yes, go on there")
    await person.sees("You moved to another device")
    assert front.door.calls["answer yes"] == 1


async def test_whoever_moved_reads_that_earlier_messages_are_not_there(front: Front, person: Person) -> None:
    await person.come_in()
    await person.hears(front.door, moved_here=True)
    await person.reads("You came here from another phone or browser. What was written before cannot be read here.")
