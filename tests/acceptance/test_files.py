"""Photos, PDFs and voice messages, from a real browser to an independent client and back, and that they are gone afterwards."""

from __future__ import annotations

import io
import re
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import expect

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.staff import Seen
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import Remains, read_rows

GUEST = "guest@example.org"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MAKER, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
"""EXIF: who made the camera, how it was held, and where the picture was taken."""
UPRIGHT = 6
"""The camera was held upright: the picture is shown turned by a quarter, its left side at the top."""


def photo(width: int = 3000, height: int = 1500) -> bytes:
    """A JPEG as a camera writes it that is held upright, with more in it than the picture: red at the top, blue at the bottom."""
    exif = Image.Exif()
    exif[MAKER] = "Camera of Amina"
    exif[ORIENTATION] = UPRIGHT
    exif[GPS] = {1: "N", 2: (46.0, 13.0, 40.0)}
    picture = Image.new("RGB", (width, height), (30, 30, 200))
    picture.paste((200, 30, 30), (0, 0, width // 2, height))
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def is_red(picture: Image.Image, x: int, y: int) -> bool:
    red, _, blue = picture.convert("RGB").getpixel((x, y))  # type: ignore[misc]  # three numbers, in this mode
    return bool(red > blue)


async def attach(guest: Visitor, *files: Path) -> None:
    async with guest.page.expect_file_chooser() as choosing:
        await guest.press("Attach a file")
    await (await choosing.value).set_files(list(files))


async def file_of(nurse: Nurse, room: str, count: int) -> Seen:
    """The newest of so many files that the guest has sent."""
    files = await nurse.staff.wait_for(lambda: found if len(found := sent(nurse, room)) == count else None, SLOW)
    return files[-1]


def sent(nurse: Nurse, room: str) -> list[Seen]:
    return [seen for seen in nurse.staff.messages(room) if seen.file and seen.sender != nurse.staff.user]


@pytest.mark.parametrize("accounts", ["appservice", "matrix"])
async def test_words_and_files_go_both_ways_encrypted_and_are_gone_after_the_session(
    accounts: str, make_stack: MakeStack, visitor: NewVisitor, tmp_path: Path
) -> None:
    """With accounts of the appservice and with native Matrix guests: nobody notices the difference, and nothing stays of either."""
    settings = {"retention": {"sync_grace": "1s"}, "guests": {"accounts": accounts}}
    stack = await make_stack(settings=settings, homeserver_settings={"allow_guest_access": accounts == "matrix"})
    nurse, guest = await Nurse.meet_the_bot(stack), await visitor()
    await guest.come_in(await nurse.invite(GUEST), "Amina")
    await guest.sees("You are in the waiting room", SLOW)
    (user,) = {str(row["user"]) for row in read_rows(stack, "seat") if row["user"]}
    assert user.startswith(f"@{stack.config.appservice.visitor_prefix}") is (accounts == "appservice")
    await guest.write("Good morning, I am early")
    picture, letter, page = tmp_path / "IMG_0042.jpg", tmp_path / "letter.pdf", tmp_path / "photo.jpg.html"
    picture.write_bytes(photo())
    letter.write_bytes(PDF)
    page.write_bytes(b"<!DOCTYPE html><script>alert(1)</script>")
    await expect(guest.page.get_by_text("A photo or a PDF, 10 MB at most.")).to_be_visible(timeout=SLOW * 1000)

    await attach(guest, page)
    await expect(guest.page.get_by_role("alert").get_by_text("Only photos and PDF files can be sent.")).to_be_visible()
    await attach(guest, picture)
    shown = guest.page.get_by_role("img", name="Photo, You")
    await expect(shown).to_be_visible(timeout=SLOW * 1000)
    await expect(guest.page.get_by_role("alert").get_by_text("Only photos")).to_be_hidden()
    room = await nurse.take()
    received = await nurse.staff.download(await file_of(nurse, room, 1))
    seen = Image.open(io.BytesIO(received))
    assert (seen.format, seen.size) == ("JPEG", (800, 1600))
    assert (is_red(seen, 400, 100), is_red(seen, 400, 1500)) == (True, False), "it stands upright"
    assert not seen.getexif()
    assert b"Amina" not in received

    await guest.sees("You are connected", SLOW)
    await nurse.reads("Good morning, I am early", room=room, sender=user)
    await nurse.says(room, "Good morning, Amina")
    await guest.reads("Good morning, Amina", SLOW)
    await guest.page.context.set_offline(True)
    await attach(guest, letter)
    await expect(guest.page.get_by_text("Sending…")).to_be_visible()
    await guest.page.context.set_offline(False)
    assert await nurse.staff.download(await file_of(nurse, room, 2)) == PDF

    await nurse.staff.send_file(room, photo(400, 300), "reply.jpg", "image/jpeg", "m.image")
    await nurse.staff.send_file(room, page.read_bytes(), "note.html", "text/html")
    await expect(guest.page.get_by_role("img", name="Photo, Staff")).to_be_visible(timeout=SLOW * 1000)
    async with guest.page.expect_download() as downloading:
        await guest.press("Save note.html")
    saved = await downloading.value
    assert saved.suggested_filename == "note.html"
    assert Path(await saved.path()).read_bytes() == page.read_bytes()

    await guest.page.reload()
    await expect(guest.page.get_by_role("img", name="Photo, You")).to_be_visible(timeout=SLOW * 1000)
    await expect(guest.button("Save letter.pdf")).to_be_visible()
    assert len(sent(nurse, room)) == 2
    await nurse.staff.wait_for(lambda: len(media_known(stack)) == 4, SLOW)
    media = media_known(stack)

    remains = Remains(nurse, room)
    await nurse.orders(f"close now {await nurse.code()}")
    await guest.sees("This session is over", SLOW)
    await remains.assert_nothing_left()
    for place in media:
        assert not await media_exists(stack, place)
    await guest.keeps_nothing()
    assert guest.errors == []
    assert guest.foreign == []


def media_known(stack: Stack) -> set[str]:
    """Files of the session that the bot has heard of."""
    return {row["place"] for row in read_rows(stack, "ledger") if row["kind"] == "room_media"}


async def media_exists(stack: Stack, mxc: str) -> bool:
    headers = {"Authorization": f"Bearer {await stack.homeserver.admin_token()}"}
    path = mxc.removeprefix("mxc://")
    async with (
        aiohttp.ClientSession(stack.homeserver.address, headers=headers) as http,
        http.get(f"/_synapse/admin/v1/media/{path}") as answer,
    ):
        return answer.status == 200


async def test_somebody_who_does_not_write_sends_a_voice_message(nurse: Nurse, visitor: NewVisitor) -> None:
    guest = await visitor()
    await guest.come_in(await nurse.invite(GUEST), "Amina")
    await guest.press("Voice message")
    await expect(guest.page.get_by_text(re.compile(r"Recording… [1-9]"))).to_be_visible()
    await guest.press("Stop and send")
    await expect(guest.button("Play the voice message")).to_be_visible(timeout=SLOW * 1000)
    await guest.press("Play the voice message")
    await expect(guest.page.get_by_label("Voice message, You")).to_be_visible()
    room = await nurse.take()
    seen = await file_of(nurse, room, 1)
    assert seen.content["msgtype"] == "m.audio"
    assert len(await nurse.staff.download(seen)) > 1000
    assert guest.errors == []
