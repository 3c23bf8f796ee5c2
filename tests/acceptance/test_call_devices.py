"""A call of people whose browsers do not give everything: sound and pictures are counted all the same (PRODUCT §7)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.call_media import lines, pictures_on, sound_on, until
from tests.acceptance.callers import MS, a_person, join, open_a_call
from tests.acceptance.conftest import MakeStack, NewVisitor

KARIM = "karim@example.org"
REFUSE = """(() => {
  const ask = MediaDevices.prototype.getUserMedia;
  window.refused = %s;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    if (window.refused.some((kind) => wanted[kind])) return Promise.reject(new DOMException('', 'NotAllowedError'));
    return ask.call(this, wanted);
  };
})()"""


async def somebody_without(visitor: NewVisitor, *kinds: str) -> Visitor:
    person = await a_person(visitor)
    await person.page.add_init_script(REFUSE % list(kinds))
    return person


@pytest.mark.long
async def test_who_refuses_the_camera_is_heard_and_who_has_nothing_hears_until_the_microphone_is_allowed(
    make_stack: MakeStack, visitor: NewVisitor
) -> None:
    stack = await make_stack(relay_hosts=(LOOPBACK,))
    opening = await open_a_call(stack, visitor, more=f"lang=en guest={KARIM}/en", anna=await somebody_without(visitor, "video"))
    anna, staff = opening.anna, opening.staff
    await join(anna)
    await expect(anna.page.get_by_role("button", name="Camera", exact=True)).to_have_attribute("aria-pressed", "false")
    await until(staff.page, sound_on(1))
    await until(anna.page, lambda all_: sound_on(1)(all_) and pictures_on(1)(all_))

    karim = await somebody_without(visitor, "audio", "video")
    await karim.come_in(opening.link, "Karim")
    await join(karim)
    await until(karim.page, lambda all_: sound_on(2)(all_) and pictures_on(1)(all_))
    for person in (anna, staff):
        heard = await until(person.page, lambda all_: len(all_) == 2)
        assert sum(line.sound > 0 for line in heard) == 1, "there is a line to whoever says nothing, and nothing on it"
    await karim.page.evaluate("window.refused = []")
    await karim.press("Microphone")
    for person in (anna, staff):
        await until(person.page, sound_on(2))
    assert sum(line.frames for line in await lines(staff.page)) == 0, "neither of the two shows a picture"
    await expect(karim.page.get_by_role("button", name="Microphone", exact=True)).to_have_attribute("aria-pressed", "true", timeout=MS)
    for person in (anna, staff, karim):
        assert person.errors == []
