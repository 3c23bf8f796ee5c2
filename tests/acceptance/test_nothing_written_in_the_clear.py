"""Names, contact, link and messages, searched byte by byte in every file: while the session runs and after it was deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import async_playwright

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import FLAGS, Visitor, chromium
from tests.acceptance.conftest import MakeStack
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import Remains

CONTACT = "sentinel.contact.7391@example.org"
NAMED_BY_STAFF = "Sentinel Nameda 2846"
CHOSEN_NAME = "Sentinel Chosena 9157"
WHILE_WAITING = "sentinel of the waiting room 6024"
FROM_STAFF = "sentinel of the staff 3518"
FROM_GUEST = "sentinel of the guest 8473 – ça va"
MISTYPED = "sentinel.of.a.mistyped.command.5520@example.org"
STORE_LOG = "Local Storage/leveldb"
PAGE_STORES = ("Local Storage", "Session Storage", "IndexedDB", "Service Worker", "Cache")
WRITTEN = (CONTACT, NAMED_BY_STAFF, CHOSEN_NAME, WHILE_WAITING, FROM_STAFF, FROM_GUEST, MISTYPED)


@pytest_asyncio.fixture
async def profile(tmp_path: Path) -> AsyncIterator[Visitor]:
    """A guest whose browser keeps its files, as on a phone: in `profile/`."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=chromium(), args=FLAGS, handle_sigint=False, handle_sigterm=False, handle_sighup=False
        )
        context.set_default_timeout(SLOW * 1000)
        try:
            yield Visitor(context, context.pages[0])
        finally:
            await context.close()


def files_with(directories: dict[str, Path], texts: tuple[str, ...]) -> list[str]:
    """Files in which one of the texts stands, as UTF-8, as UTF-16 or in JSON: `place: file: text`."""
    found = []
    for place, directory in directories.items():
        files = [directory] if directory.is_file() else [file for file in directory.rglob("*") if file.is_file()]
        assert files, place
        for file in files:
            content, name = file.read_bytes(), file.relative_to(directory.parent)
            found += [f"{place}: {name}: {text}" for text in texts if any(form in content for form in _forms(text))]
    return sorted(found)


def _forms(text: str) -> tuple[bytes, ...]:
    in_json = text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    return text.encode(), text.encode("utf-16-le"), text.encode("latin-1", "ignore"), in_json, in_json.replace(b"\\", b"\\\\")


def places(stack: Stack) -> dict[str, Path]:
    """Where homeserver and bot write: databases with their write-ahead logs, media, keys, logs."""
    return {
        "homeserver": stack.homeserver.directory,
        "bot": stack.database_directory,
        "keys": stack.keys_directory,
        "log": stack.bot.log_file,
    }


async def test_what_people_write_and_who_they_are_stands_in_no_file(make_stack: MakeStack, profile: Visitor, tmp_path: Path) -> None:
    settings = {"retention": {"sync_grace": "2s"}, "logs": {"level": "debug"}}
    stack = await make_stack(settings=settings)
    nurse, guest = await Nurse.meet_the_bot(stack), profile

    link = await nurse.invite(CONTACT, more=f'name="{NAMED_BY_STAFF}" lang=en')
    token = urlsplit(link).fragment
    await guest.come_in(link, CHOSEN_NAME)
    await nurse.reads(f"{CHOSEN_NAME} is in the waiting room")
    await guest.write(WHILE_WAITING)
    room = await nurse.take()
    await nurse.reads(WHILE_WAITING, room=room)
    await nurse.says(room, FROM_STAFF)
    await guest.reads(FROM_STAFF, SLOW)
    await guest.write(FROM_GUEST)
    await nurse.reads(FROM_GUEST, room=room)
    code = await nurse.code()
    await nurse.sees_on_card(code, "running")
    secret = str(await guest.page.evaluate("() => JSON.parse(localStorage.getItem('seat')).secret"))
    assert len(secret) == 43
    private = (*WRITTEN, token, secret)
    assert files_with(
        {"homeserver": stack.homeserver.directory, "bot": stack.database_directory}, (room,)
    )  # the search finds what is there
    assert files_with(places(stack), private) == []

    remains = Remains(nurse, room)
    await nurse.asks(f"invite {MISTYPED} lang=xx", "Invitations cannot be written in the language")
    await nurse.orders(f"close {code}")
    await nurse.orders(f"pdf {code}")
    sent = await nurse.staff.wait_for(lambda: next((seen for seen in nurse.staff.messages(nurse.chat) if seen.file), None), SLOW)
    assert (await nurse.staff.download(sent)).startswith(b"%PDF-")
    assert files_with(places(stack), private) == []
    await nurse.orders(f"close now {code}")
    await nurse.reads("is deleted. Nothing of it is stored any more.")
    await remains.assert_nothing_left(but={"session": 1, "ledger": 1, "deadline": 1})  # the mistyped command goes within 30 minutes
    await guest.sees("This session is over", SLOW)

    opaque = (room, *remains.named, *remains.visitors)
    assert files_with({"bot": stack.database_directory, "keys": stack.keys_directory}, opaque) == []
    await guest.page.wait_for_function("async () => localStorage.length === 0 && (await indexedDB.databases()).length === 0")
    await guest.close()
    await stack.stop()
    assert files_with(places(stack), private) == []
    browser = {"browser": tmp_path / "profile"}
    assert files_with(browser, (CONTACT, NAMED_BY_STAFF, WHILE_WAITING, FROM_STAFF, FROM_GUEST)) == []
    # What the page had stored and removed stays in Chromium's log of the store until Chromium rewrites it. No page can do that.
    assert [file for file in files_with(browser, (CHOSEN_NAME, secret)) if f"/{STORE_LOG}/" not in file] == []
    # The address that was opened is in the browser's own history; the page itself keeps no copy of it.
    assert [file for file in files_with(browser, (token,)) if any(f"/{store}/" in file for store in PAGE_STORES)] == []
