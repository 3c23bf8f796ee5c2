"""What is attached and what staff send, in a real browser (PRODUCT §4.5)."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from tests.acceptance.page.chat_room import ChatRoom, in_the_room
from tests.acceptance.page.person import Person
from tests.acceptance.test_files import attach, photo
from tests.fakes_web import Front, RecordingHomeserver

SLOW_MS = TIMEOUT_SECONDS * 1000
BROWSER_OF_2022 = """() => {
  const { createImageBitmap } = window;
  window.createImageBitmap = (file, options) =>
    options?.imageOrientation === 'from-image' ? Promise.reject(new TypeError('no such value')) : createImageBitmap(file, options);
}"""


@pytest.fixture
async def room(front: Front, homeserver: RecordingHomeserver, person: Person) -> ChatRoom:
    return await in_the_room(front, homeserver, person)


async def size_of(shown: Locator) -> list[int]:
    await expect(shown).to_be_visible(timeout=SLOW_MS)
    return list(await shown.evaluate("async (each) => { await each.decode(); return [each.naturalWidth, each.naturalHeight] }"))


async def test_a_photo_of_a_camera_held_upright_is_sent_upright_also_by_an_older_browser(
    room: ChatRoom, person: Person, tmp_path: Path
) -> None:
    await person.page.evaluate(BROWSER_OF_2022)
    picture = tmp_path / "IMG_0042.jpg"
    picture.write_bytes(photo())
    await attach(person.visitor, picture)
    assert await size_of(person.page.get_by_role("img", name="Photo, You")) == [800, 1600]
