"""The built page in a real browser on the real front door, with the use cases behind it played by `FakeDoor`."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from teleconnect_bot.demo.visitor import FLAGS
from teleconnect_bot.demo.visitor import chromium as program
from teleconnect_bot.web.bundle import STATIC
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front, RecordingHomeserver, front_door, recording_homeserver

LISTENING = "DevTools listening on "


@pytest.fixture(scope="session")
def devtools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where one Chromium listens that all tests of this process share: each opens contexts of its own there, like private windows."""
    profile = tmp_path_factory.mktemp("chromium")
    arguments = [program(), *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        listening = next((line for line in started.stderr if line.startswith(LISTENING)), None)
        assert listening is not None, "Chromium has ended"
        threading.Thread(target=started.stderr.read, daemon=True).start()
        yield listening.removeprefix(LISTENING).strip()
        started.terminate()


@pytest_asyncio.fixture
async def chromium(devtools: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(devtools)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture
async def homeserver() -> AsyncIterator[RecordingHomeserver]:
    async with recording_homeserver() as homeserver:
        yield homeserver


@pytest_asyncio.fixture
async def front(homeserver: RecordingHomeserver) -> AsyncIterator[Front]:
    async with front_door(homeserver.address, STATIC) as front:
        yield front


@pytest_asyncio.fixture
async def person(front: Front, visitor: NewVisitor) -> Person:
    """Somebody who has opened a good link."""
    opened = Person(await visitor(), f"{front.url}/j#{GOOD_TOKEN}")
    await opened.come()
    return opened
