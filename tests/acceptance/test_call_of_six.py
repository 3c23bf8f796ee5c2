"""A call of as many people as it carries, on the real deployment (PRODUCT §7)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import Line, pictures_on, sound_on, until
from tests.acceptance.callers import MS, a_person, join, open_a_call, reads
from tests.acceptance.conftest import MakeStack, NewVisitor

RELATIVES = [f"relative{number}@example.org" for number in range(5)]
FULL = "Six people are in the call already. It carries no more."
MANY_BROWSERS_SECONDS = 240.0


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_six_people_hear_each_other_and_a_seventh_reads_that_the_call_is_full(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack(relay_hosts=(LOOPBACK,))
    opening = await open_a_call(stack, visitor, more="lang=en " + " ".join(f"guest={each}/en" for each in RELATIVES))
    await opening.nurse.reads("whoever joins the call last finds it full")
    anna, staff, link = opening.anna, opening.staff, opening.link
    await join(anna)
    people: list[Visitor] = [staff, anna]
    for name in ("Ben", "Cem", "Dan", "Eva"):
        person = await a_person(visitor)
        await person.come_in(link, name)
        await join(person, camera=False)
        people.append(person)
        if len(people) == 3:
            await until(person.page, pictures_on(2))
        if len(people) == 4:
            for with_picture in (staff, anna):
                await reads(with_picture, "With more than three people there is sound alone.")
    for person in people:
        found = await until(person.page, everybody_is_heard, MANY_BROWSERS_SECONDS)
        assert {line.policy for line in found} == {way[0] for line in found for way in line.ways} == {"relay"}
        await expect(person.page.locator(".tile")).to_have_count(6, timeout=MS)

    seventh = await a_person(visitor)
    await seventh.come_in(link, "Fay")
    await seventh.press("Join the call")
    await reads(seventh, FULL)
    await people[-1].press("Leave the call")
    await expect(seventh.page.get_by_text(FULL, exact=True)).to_have_count(0, timeout=MS)
    await join(seventh, camera=False)
    await until(seventh.page, everybody_is_heard, MANY_BROWSERS_SECONDS)
    for person in people:
        assert person.errors == []


def everybody_is_heard(found: list[Line]) -> bool:
    return sound_on(5)(found)
