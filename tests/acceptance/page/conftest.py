"""The built page in a real browser on the real front door, with the use cases behind it played by `FakeDoor`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from teleconnect_bot.web.bundle import STATIC
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front, RecordingHomeserver, front_door, recording_homeserver


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
