"""Calls over bad lines: TCP alone, a line that breaks, is narrow, or said to be poor; and what people switch meanwhile (PRODUCT §7)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK, free_port
from teleconnect_bot.demo.stack import Ports
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import Line, bits_per_second, lines, nobody, pictures_on, sound_on, told, until
from tests.acceptance.callers import MS, WEAK, is_in_the_call, join, open_a_call, reads
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.slow_relay import Bottleneck, bottleneck

pytestmark = pytest.mark.long

POOR_TOTAL = 150_000
MEASURED_SECONDS = 8.0
STILL_SENDS = "window.connections.some((each) => each.getSenders().some(({ track }) => track?.readyState === 'live'))"


@dataclass
class Call:
    nurse: Nurse
    anna: Visitor
    staff: Visitor
    line: Bottleneck

    @property
    def both(self) -> tuple[Visitor, Visitor]:
        return self.anna, self.staff


@pytest_asyncio.fixture
async def call(make_stack: MakeStack, visitor: NewVisitor) -> AsyncIterator[Call]:
    """Two people see and hear each other by TCP alone, over one line whose width is ours."""
    port = free_port()
    async with bottleneck(port) as line:
        stack = await make_stack(relay_hosts=(LOOPBACK,), ports=Ports(relay=port), homeserver_settings={"turn_uris": [line.uri]})
        opening = await open_a_call(stack, visitor)
        await join(opening.anna)
        for person in (opening.anna, opening.staff):
            await until(person.page, lambda all_: sound_on(1)(all_) and pictures_on(1)(all_))
        yield Call(opening.nurse, opening.anna, opening.staff, line)


async def more_sound(person: Visitor) -> None:
    before = sum(line.sound for line in await lines(person.page))
    await until(person.page, lambda all_: sum(line.sound for line in all_) > before + 4_000)


async def more_pictures(person: Visitor) -> None:
    before = sum(line.frames for line in await lines(person.page))
    await until(person.page, lambda all_: sum(line.frames for line in all_) > before + 5)


def ways(found: list[Line]) -> set[tuple[str, ...]]:
    return {tuple(way) for line in found for way in line.ways}


async def ufrags(person: Visitor) -> set[str]:
    return set(re.findall(r"a=ice-ufrag:(\S+)", await told(person.page)))


async def test_a_call_by_tcp_alone_outlives_a_broken_and_a_narrow_line(call: Call) -> None:
    anna, staff = call.anna, call.staff
    for person in call.both:
        await until(person.page, lambda all_: ways(all_) == {("relay", "tcp", "relay")})

    known, made = await ufrags(staff), await anna.page.evaluate("window.connections.length")
    assert call.line.cut() >= 2
    await anna.context.set_offline(True)
    await anna.context.set_offline(False)
    for person in call.both:
        await more_sound(person)
    assert await ufrags(staff) > known, "another way was found"
    assert await anna.page.evaluate("window.connections.length") == made, "for the same connection"

    await anna.press("Poor network")
    await expect(anna.page.get_by_role("button", name="Poor network", exact=True)).to_have_attribute("aria-pressed", "true")
    await more_pictures(anna)
    sent, received = await bits_per_second(anna.page, MEASURED_SECONDS)
    assert 20_000 < sent <= POOR_TOTAL
    assert 20_000 < received <= POOR_TOTAL, "the other side sends less too"
    await more_pictures(anna)
    await anna.press("Poor network")

    call.line.bits_per_second = 90_000
    await reads(anna, WEAK)
    await expect(anna.page.get_by_role("button", name="Camera", exact=True)).to_have_attribute("aria-pressed", "false")
    call.line.bits_per_second = None
    await more_sound(staff)
    assert (anna.errors, staff.errors) == ([], [])


async def test_what_people_switch_in_a_call_reaches_the_others(call: Call) -> None:
    anna, staff = call.anna, call.staff
    mine = "document.querySelector('.tile-mine video').srcObject.getVideoTracks()[0].id"
    before = await anna.page.evaluate(mine)
    await anna.press("Switch camera")
    await more_pictures(staff)
    assert await anna.page.evaluate(mine) != before
    await expect(staff.page.locator(".tile.speaking:not(.tile-mine)")).to_be_visible(timeout=MS)

    await anna.press("Camera")
    await expect(staff.page.locator("video.no-picture")).to_have_count(1, timeout=MS)
    await more_sound(staff)
    await anna.press("Camera")
    await expect(staff.page.locator("video.no-picture")).to_have_count(0, timeout=MS)
    await more_pictures(staff)
    await anna.press("Microphone")
    await expect(staff.page.locator(".tile.speaking:not(.tile-mine)")).to_have_count(0, timeout=MS)

    await anna.press("Leave the call")
    await until(staff.page, nobody)
    await expect(anna.page.get_by_text("In the call: ")).to_be_visible()
    assert not await anna.page.evaluate(STILL_SENDS)
    await anna.press("Join the call")
    await is_in_the_call(anna)
    await until(staff.page, sound_on(1))

    await anna.press("Leave")
    await anna.sees("You have left", SLOW)
    await until(staff.page, nobody)
    await until(anna.page, nobody)
    await expect(staff.page.locator(".tile")).to_have_count(1, timeout=MS)


async def test_a_relay_that_starts_anew_is_found_again(call: Call) -> None:
    relay = call.nurse.stack.relay
    assert relay is not None
    await relay.stop()
    await relay.start()
    for person in call.both:
        await more_sound(person)
