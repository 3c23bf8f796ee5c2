"""What is written arrives once and is shown once, whatever the line, the homeserver and the keys do (PRODUCT §4)."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Route, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.guest_door import SeatPerson, SeatStatus
from teleconnect_bot.web.gateway_table import MOST_UPLOADED_BYTES
from tests.acceptance.page.chat_room import ChatRoom, Pen, in_the_room, open_room
from tests.acceptance.page.person import Person
from tests.acceptance.test_files import PDF, attach
from tests.fakes_web import DOMAIN, ROOM, STAFF, USER, Front, RecordingHomeserver

SLOW_MS = TIMEOUT_SECONDS * 1000
PATIENCE_MS = 15_000
"""After which the page no longer waits for somebody who was called and is not there."""


async def shown(person: Person, words: str) -> int:
    return await person.page.get_by_role("log").get_by_text(words, exact=True).count()


@pytest.fixture
async def room(front: Front, homeserver: RecordingHomeserver, person: Person) -> ChatRoom:
    return await in_the_room(front, homeserver, person)


async def test_writing_opens_when_everybody_who_was_called_can_read_it(
    front: Front, homeserver: RecordingHomeserver, person: Person
) -> None:
    room = open_room(front, homeserver)
    await person.come_in()
    message = person.page.get_by_role("textbox", name="Message")
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, awaited=9)
    await Pen(room).writes("We are coming")
    await person.reads("This message cannot be shown yet.")
    await expect(message).to_have_count(0)
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, awaited=1)
    await expect(message).to_be_visible(timeout=PATIENCE_MS / 2)


async def test_a_message_whose_answer_was_lost_arrives_once_and_is_shown_once(room: ChatRoom, person: Person) -> None:
    room.fail["/send/"] = [502, 504]
    await person.visitor.write("Are you there?")
    assert len(room.sent()) == 1
    assert await shown(person, "Are you there?") == 1
    room.fail["/send/"] = [502] * 100
    await person.page.get_by_role("textbox", name="Message").fill("I am here")
    await person.press("Send")
    await expect(person.page.get_by_text("Sending…")).to_have_count(0)
    await person.page.reload()
    tried = len(room.asked)
    times = person.page.get_by_role("log").locator(".message time")
    await expect(times).to_have_count(2, timeout=SLOW_MS)
    assert [await shown(person, words) for words in ("Are you there?", "I am here")] == [1, 1]
    assert len(room.sent()) == 2
    assert not [path for _, path, _ in room.asked[tried:] if "/send/m.room.encrypted/" in path], "what stands in the room is not sent again"


async def test_what_was_written_without_network_is_kept_over_a_reload_and_then_sent_once(room: ChatRoom, person: Person) -> None:
    async def lost(route: Route) -> None:
        await route.abort()

    await person.page.route("**/send/**", lost)
    for words in ("first", "second"):
        await person.page.get_by_role("textbox", name="Message").fill(words)
        await person.press("Send")
    await expect(person.page.get_by_text("Sending…")).to_have_count(2)
    await person.page.reload()
    await person.sees("You are connected")
    assert room.sent() == []
    await person.page.unroute_all(behavior="ignoreErrors")
    await expect(person.page.get_by_role("log").locator(".message time")).to_have_count(2, timeout=SLOW_MS)
    assert [await shown(person, words) for words in ("first", "second")] == [1, 1]
    assert len(room.sent()) == 2


async def test_words_overtake_a_file_that_takes_long_and_the_file_can_be_taken_back(room: ChatRoom, person: Person, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    room.hold_uploads.clear()
    await attach(person.visitor, letter)
    await expect(person.page.get_by_text("letter.pdf")).to_be_visible()
    await person.visitor.write("I am sending you the letter")
    await expect(person.page.get_by_text("Sending…")).to_be_visible()
    await person.press("Cancel")
    await expect(person.page.get_by_text("letter.pdf")).to_have_count(0)
    room.hold_uploads.set()
    await person.visitor.write("No, I do not")
    assert len(room.sent()) == 2, "the file was taken back, and is no message"


async def test_a_file_is_tried_again_until_it_has_left_and_comes_once(room: ChatRoom, person: Person, front: Front, tmp_path: Path) -> None:
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    room.fail["/media/v3/upload"] = [502]
    room.fail["/send/"] = [502]
    await attach(person.visitor, letter)
    await expect(person.visitor.button("Save letter.pdf")).to_be_visible(timeout=SLOW_MS)
    assert len(room.sent()) == 1
    await person.page.reload()
    await expect(person.visitor.button("Save letter.pdf")).to_have_count(1, timeout=SLOW_MS)
    assert len(room.sent()) == 1
    (sent,) = front.rows.counted.values()
    sent.append(MOST_UPLOADED_BYTES)
    await attach(person.visitor, letter)
    await person.reads("You have sent as many files as can be sent here. Please write instead.")
    await person.visitor.write("Then I write")
    assert len(room.sent()) == 2


async def test_a_long_conversation_is_whole_and_in_order_after_a_reload(room: ChatRoom, person: Person) -> None:
    """The newest fifty come by themselves; a page of older ones that is lost on the way is asked for again."""
    pen = Pen(room)
    await pen.gives_the_key()
    said = [f"Words {number}" for number in range(60)]
    for words in said:
        await pen.writes(words)
    bodies = person.page.get_by_role("log").get_by_text(re.compile(r"^Words \d+$"))
    await expect(bodies).to_have_text(said, timeout=SLOW_MS)
    room.fail["/messages"] = [502]
    await person.page.reload()
    await expect(bodies).to_have_text(said, timeout=SLOW_MS)
    assert room.fail["/messages"] == [], "it was asked for again"


async def test_a_file_that_the_browser_has_not_kept_over_a_reload_is_asked_for_again(
    room: ChatRoom, person: Person, tmp_path: Path
) -> None:
    """As where the disk is full: the ciphertext is gone, and nobody may think that the photo was sent."""
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    room.hold_uploads.clear()
    await attach(person.visitor, letter)
    await expect(person.page.get_by_text("letter.pdf")).to_be_visible()
    await person.page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open("files");
            request.onsuccess = () => {
                const all = request.result.transaction("ciphertexts", "readwrite").objectStore("ciphertexts").clear();
                all.onsuccess = () => { request.result.close(); resolve(); };
            };
        })"""
    )
    await person.page.reload()
    await person.reads("The file could not be sent. Please choose it again.")
    await expect(person.page.get_by_text("letter.pdf")).to_have_count(0)
    room.hold_uploads.set()
    assert room.sent() == []


async def test_words_whose_key_comes_late_are_shown_as_soon_as_it_does(room: ChatRoom, person: Person) -> None:
    pen = Pen(room)
    await pen.writes("We are here")
    await person.reads("This message cannot be shown yet.")
    await pen.gives_the_key()
    await person.visitor.reads("We are here")
    assert await shown(person, "This message cannot be shown yet.") == 0
    await person.page.reload()
    await person.visitor.reads("We are here")


async def test_who_writes_and_what_was_read_is_told_both_ways(room: ChatRoom, person: Person) -> None:
    pen = Pen(room)
    await pen.gives_the_key()
    read = await pen.writes("Good morning")
    await person.visitor.reads("Good morning")
    await room.is_asked("POST", f"rooms/{ROOM}/receipt/m.read/{read}")
    await person.page.get_by_role("textbox", name="Message").fill("Good")
    await room.is_asked("PUT", f"rooms/{ROOM}/typing/{USER}")
    await person.visitor.write("Good morning to you")

    (mine,) = room.sent()
    room.passing.append({"type": "m.typing", "content": {"user_ids": [STAFF]}})
    room.passing.append({"type": "m.receipt", "content": {mine["event_id"]: {"m.read": {STAFF: {"ts": 1}}}}})
    await room.changed()
    await person.reads("Writing now: Staff")
    await expect(person.page.get_by_role("log").locator(".mine")).to_contain_text("Read")
    room.passing.append({"type": "m.typing", "content": {"user_ids": []}})
    await room.changed()
    await expect(person.page.get_by_text("Writing now: Staff")).to_have_count(0)


async def test_a_native_guest_tries_nothing_that_it_may_not(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    room = await in_the_room(front, homeserver, person, token="the-guests-own-token")
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("Good morning")
    await person.visitor.reads("Good morning")
    await person.visitor.write("Good morning to you")
    refused = ("/typing/", "/receipt/", "/device_signing/", "/signatures/")
    assert [path for _, path, _ in room.asked if any(part in path for part in refused)] == []
    assert person.visitor.errors == []


MARKUP = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"


async def test_markup_and_giants_of_a_hostile_homeserver_are_text(front: Front, homeserver: RecordingHomeserver, person: Person) -> None:
    people = (SeatPerson(STAFF, "Relative", MARKUP),)
    room = await in_the_room(front, homeserver, person, people=people, public_name=MARKUP, others=[f"@somebody:{DOMAIN}"])
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes(MARKUP, format="org.matrix.custom.html", formatted_body=MARKUP)
    await person.visitor.reads(MARKUP)
    await pen.writes("A" * 3_000_000)
    await pen.writes("still here")
    await person.visitor.reads("still here")
    longest = "Math.max(...[...document.querySelectorAll('.words')].map((each) => each.textContent.length))"
    assert await person.page.evaluate(longest) <= 70_000, "no homeserver takes so long an event; the rest is cut off"
    await pen.writes(MARKUP, msgtype="m.image", filename=MARKUP, file={"url": "javascript:alert(1)", "v": "v2"})
    await pen.writes("last")
    await person.visitor.reads("last")
    assert await person.page.locator("main img").count() == 0
    assert await person.page.title() == "Session"
    assert person.visitor.errors == []
    assert person.visitor.foreign == []


async def test_answers_that_are_no_answers_break_nothing(room: ChatRoom, person: Person) -> None:
    for broken in (
        {"type": "m.room.encrypted", "sender": STAFF, "event_id": "$a", "content": "text", "origin_server_ts": "soon"},
        {"type": "m.room.message", "sender": STAFF, "event_id": "$b", "content": {"msgtype": "m.text", "body": "in the clear"}},
        {"type": "m.room.encrypted", "sender": STAFF, "event_id": "$c", "content": {}, "origin_server_ts": -1},
    ):
        room.timeline.append(broken)
        await room.changed()
    await person.visitor.write("I am still here")
    assert await shown(person, "in the clear") == 0, "what came unencrypted is not shown"


async def test_the_chat_with_messages_and_files_is_accessible_in_both_directions(room: ChatRoom, person: Person, tmp_path: Path) -> None:
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes("صباح الخير، نحن هنا")
    await pen.writes("Good morning, we are here. " * 12)
    picture, letter = tmp_path / "photo.png", tmp_path / "letter.pdf"
    file = io.BytesIO()
    Image.new("RGB", (600, 400), (30, 90, 200)).save(file, "PNG")
    picture.write_bytes(file.getvalue())
    letter.write_bytes(PDF)
    await attach(person.visitor, picture)
    await expect(person.page.get_by_role("img", name="Photo, You")).to_be_visible(timeout=SLOW_MS)
    await attach(person.visitor, letter)
    await expect(person.visitor.button("Save letter.pdf")).to_be_visible(timeout=SLOW_MS)
    await person.visitor.write("a-very-long-word-without-any-place-to-break-" * 6)
    room.passing.append({"type": "m.typing", "content": {"user_ids": [STAFF]}})
    await room.changed()
    await person.reads("Writing now: Staff")
    await person.is_accessible()


async def test_the_chat_can_be_used_with_the_keyboard_alone(room: ChatRoom, person: Person, tmp_path: Path) -> None:
    press, button = person.page.keyboard.press, person.visitor.button
    box = person.page.get_by_role("textbox", name="Message")
    await box.focus()
    await person.page.keyboard.type("from the keyboard")
    await person.reach("Send")
    await press("Enter")
    await person.visitor.reads("from the keyboard")
    await expect(box).to_be_focused()
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(PDF)
    async with person.page.expect_file_chooser() as choosing:
        await person.reach("Attach a file")
        await press("Enter")
    await (await choosing.value).set_files(letter)
    await expect(button("Save letter.pdf")).to_be_visible(timeout=SLOW_MS)
    await person.page.get_by_role("log").focus()
    await press("Tab")
    await expect(button("Save letter.pdf")).to_be_focused()
    async with person.page.expect_download() as downloading:
        await press("Enter")
    assert (await downloading.value).suggested_filename == "letter.pdf"

    await person.reach("Voice message")
    await press("Enter")
    await expect(person.page.get_by_text(re.compile(r"^Recording… [1-9]\d* s$"))).to_be_visible()
    await person.reach("Stop and send")
    await press("Space")
    await expect(button("Play the voice message")).to_be_visible(timeout=SLOW_MS)
    await person.reach("Delete everything now")
    await press("Enter")
    await person.reach("Cancel")
    await press("Enter")
    await expect(person.page.get_by_role("alertdialog")).to_have_count(0)
    await person.reach("Leave")
    await press("Enter")
    await person.sees("You have left")
    await person.reach("Leave this page now")
    await press("Enter")
    await person.page.wait_for_url("about:blank")
