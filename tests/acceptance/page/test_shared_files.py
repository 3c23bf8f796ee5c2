"""What is attached and what staff send, in a real browser (PRODUCT §4.5)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nio.crypto.attachments import encrypt_attachment
from PIL import Image
from playwright.async_api import Locator, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from tests.acceptance.page.chat_room import ChatRoom, Pen, in_the_room
from tests.acceptance.page.person import Person
from tests.acceptance.test_files import PDF, attach, photo
from tests.fakes_web import DOMAIN, Front, RecordingHomeserver

SLOW_MS = TIMEOUT_SECONDS * 1000
BROWSER_OF_2022 = """() => {
  const { createImageBitmap } = window;
  window.createImageBitmap = (file, options) =>
    options?.imageOrientation === 'from-image' ? Promise.reject(new TypeError('no such value')) : createImageBitmap(file, options);
}"""


@pytest.fixture
async def room(front: Front, homeserver: RecordingHomeserver, person: Person) -> ChatRoom:
    return await in_the_room(front, homeserver, person)


CHOOSE_A_LARGE_ONE = """(input, bytes) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File(['%PDF-1.7', new Uint8Array(bytes)], 'large.pdf'));
  input.files = chosen.files;
  input.dispatchEvent(new Event('change'));
}"""
"""Made in the browser: a file of this size takes a busy machine half a minute to hand over."""
ALLOWED_LATE = """() => {
  const ask = MediaDevices.prototype.getUserMedia;
  window.opened = [];
  const allowed = new Promise((resolve) => { window.allow = resolve; });
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await ask.call(this, wanted);
    opened.push(...stream.getTracks());
    await allowed;
    return stream;
  };
}"""


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


async def test_what_is_chosen_is_asked_for_so_that_telephones_offer_their_camera_and_webp_is_taken(
    room: ChatRoom, person: Person, tmp_path: Path
) -> None:
    await person.reads("A photo or a PDF, 10 MB at most. A voice message can last 2 minutes.")
    chooser = person.page.locator("input[type=file]")
    kinds = set((await chooser.get_attribute("accept") or "").split(","))
    assert kinds == {"image/jpeg", "image/png", "image/webp", "application/pdf"}
    assert await chooser.get_attribute("capture") is None, "that would leave the camera alone, and nothing to choose"
    picture = tmp_path / "picture.webp"
    Image.new("RGB", (300, 200)).save(picture, "WEBP")
    await attach(person.visitor, picture)
    assert await size_of(person.page.get_by_role("img", name="Photo, You")) == [300, 200]


async def test_how_far_an_upload_is_can_be_read_and_a_file_that_is_too_large_is_said(
    room: ChatRoom, person: Person, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF + bytes(700_000))
    await person.page.locator("input[type=file]").evaluate(CHOOSE_A_LARGE_ONE, 10 * 1024**2)
    await person.reads("This file is too large. 10 MB is the most.")
    assert room.files == {}
    room.hold_uploads.clear()
    await attach(person.visitor, letter)
    await expect(person.page.get_by_role("log").get_by_text(re.compile(r"Sending… \d{1,3} %"))).to_be_visible(timeout=SLOW_MS)
    await expect(person.page.get_by_text("This file is too large.")).to_have_count(0)
    room.hold_uploads.set()
    await expect(person.visitor.button("Save letter.pdf")).to_be_visible(timeout=SLOW_MS)
    await expect(person.page.get_by_text("Sending…")).to_have_count(0, timeout=SLOW_MS)


async def sends_photo(pen: Pen, name: str, data: bytes) -> None:
    """Encrypted by another implementation than the page's."""
    ciphertext, keys = encrypt_attachment(data)
    media = f"staff{len(pen.room.files)}"
    pen.room.files[media] = ciphertext
    file = {**keys, "url": f"mxc://{DOMAIN}/{media}"}
    await pen.sends("m.room.message", {"msgtype": "m.image", "body": name, "file": file, "info": {"size": len(data)}})


async def saved(person: Person, name: str) -> bytes:
    async with person.page.expect_download() as downloading:
        await person.press(f"Save {name}")
    download = await downloading.value
    assert download.suggested_filename == name
    return Path(await download.path()).read_bytes()


async def test_a_photo_of_staff_can_be_saved_also_one_of_a_kind_that_the_browser_cannot_show(room: ChatRoom, person: Person) -> None:
    pen, data, unknown = Pen(room), photo(400, 300), b"\0\0\0\x18ftypheic" + bytes(100)
    await pen.gives_the_key()
    await sends_photo(pen, "plan.jpg", data)
    assert await size_of(person.page.get_by_role("img", name="Photo, Staff")) == [300, 400]
    assert await saved(person, "plan.jpg") == data
    await expect(person.page.get_by_role("img", name="Photo, Staff")).to_be_visible()
    await sends_photo(pen, "IMG_0007.HEIC", unknown)
    await person.reads("(file: IMG_0007.HEIC) It cannot be shown on this page.")
    assert await saved(person, "IMG_0007.HEIC") == unknown
    await expect(person.page.get_by_role("img", name="Photo, Staff")).to_have_count(1)
    await person.axe()
    assert person.visitor.errors == []


async def test_a_voice_message_that_has_reached_its_end_says_so_and_can_be_sent_and_nobody_is_recorded_after_they_left(
    room: ChatRoom, person: Person
) -> None:
    """The two minutes themselves: guest_page/test/voice.test.ts."""
    await person.page.evaluate(
        "() => { window.MediaRecorder = class extends MediaRecorder { constructor(...given) { super(...given); window.recorder = this } } }"
    )
    await person.press("Voice message")
    await expect(person.page.get_by_text(re.compile(r"^Recording… [1-9]\d* s$"))).to_be_visible()
    await person.page.evaluate("() => recorder.stop()")
    await person.reads("2 minutes are full, and nothing more is recorded. You can send it now.")
    await person.axe()
    await person.press("Stop and send")
    await expect(person.visitor.button("Play the voice message")).to_be_visible(timeout=SLOW_MS)

    await person.page.evaluate(ALLOWED_LATE)
    await person.press("Voice message")
    await person.press("Leave")
    await person.sees("You have left")
    await person.page.evaluate("allow()")
    await person.page.wait_for_function("() => opened.length === 1 && opened[0].readyState === 'ended'")
