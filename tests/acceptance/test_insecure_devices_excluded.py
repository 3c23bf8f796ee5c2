"""A staff client that excludes insecure devices reads everything, without reload and over a restart of the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW
from tests.acceptance.signed_staff import SignedStaff, build_staff_page, staff_page

GUEST = "guest@example.org"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("staff-page")
    build_staff_page(directory)
    return directory


@pytest_asyncio.fixture
async def page_address(built: Path) -> AsyncIterator[str]:
    async with staff_page(built) as address:
        yield address


@pytest.mark.parametrize(
    "restarted", [pytest.param(False, id="bot_stays_up", marks=pytest.mark.long), pytest.param(True, id="bot_restarted_in_between")]
)
async def test_a_client_that_excludes_insecure_devices_reads_what_was_written_while_waiting_and_after(
    stack: Stack, chromium: Browser, visitor: NewVisitor, page_address: str, restarted: bool
) -> None:
    bot = stack.config.bot
    nurse = await SignedStaff.open(chromium, page_address, stack, "nurse-signed")
    chat = await nurse.start_chat(bot)
    assert (await nurse.reads(chat, "To invite somebody")).encrypted

    await nurse.say(chat, f"invite {GUEST} lang=en")
    link = (await stack.mails.wait_for(GUEST, 1, SLOW)).link
    await nurse.reads(chat, "Session ")
    guest = await visitor()
    await guest.come_in(link, "Amina")
    await nurse.reads(chat, "somebody opened the link and is coming", mentioned=True)
    await nurse.reads(chat, "Amina is in the waiting room", mentioned=True)
    room = await nurse.wait_for_invitation(bot)

    await guest.write("I am a little early.")
    await guest.write("Take your time.")
    if restarted:
        await stack.restart_bot()
    await nurse.accept(room)
    for early in ("I am a little early.", "Take your time."):
        assert (await nurse.reads(room, early)).encrypted
    await guest.sees("You are connected", SLOW)

    await guest.write("Good that you are here.")
    await nurse.reads(room, "Good that you are here.")
    await nurse.say(room, "How are you today?")
    await guest.reads("How are you today?", SLOW)
    if restarted:
        await stack.restart_bot()
    await guest.write("Better than last week.")
    await nurse.reads(room, "Better than last week.")
    await nurse.say(room, "I am glad to hear it.")
    await guest.reads("I am glad to hear it.", SLOW)

    await nurse.say(chat, "waiting")
    await nurse.reads(chat, "Nobody is waiting for you.")
    assert await nurse.unreadable(room) == []
    assert await nurse.unreadable(chat) == []
    assert all(shown.encrypted for shown in await nurse.shown(room))
    assert guest.errors == []


async def test_that_client_does_exclude_a_device_that_its_owner_has_not_signed(
    make_stack: MakeStack, chromium: Browser, page_address: str
) -> None:
    """The counter-proof: without it the tests above would prove nothing."""
    stack = await make_stack(start=False)
    await stack.start(bot=False)
    nurse = await SignedStaff.open(chromium, page_address, stack, "nurse-signed")
    unsigned = await stack.open_staff("staff-unsigned")
    chat = await unsigned.start_chat(nurse.user)
    await nurse.accept(await nurse.wait_for_invitation(unsigned.user))
    await unsigned.wait_for_member(chat, nurse.user)
    await unsigned.say(chat, "written on a device that nobody has signed")
    refused = await nurse.fails_to_read(chat, unsigned.user)
    assert refused.failure is not None
    assert "UNSIGNED" in refused.failure.upper()
