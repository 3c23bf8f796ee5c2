"""One real Synapse for the whole test run, and staff members with encrypted clients of their own.

`homeserver` starts at the first test that asks for it and is stopped at the end. Tests share it, so they use names of
their own: `homeserver.new_localpart("alice")`, `homeserver.bot_localpart()`. A test that must stop or reconfigure a
homeserver takes `own_homeserver`, which is started for it alone.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
import yaml

from teleconnect_bot.demo.homeserver import EmbeddedSynapse
from tests.staff import Staff

BOT_PREFIX = "teleconnect"
VISITOR_PREFIX = "tcv-"


@dataclass
class TestHomeserver:
    """The homeserver and the appservice that is registered there.

    The bot may be any user `@teleconnect…` (each test its own), visitors are `@tcv-…`.
    """

    __test__ = False

    synapse: EmbeddedSynapse
    admin_token: str = field(repr=False)
    as_token: str = field(repr=False)
    hs_token: str = field(repr=False)
    appservice_id: str = "teleconnect"
    sender_localpart: str = "teleconnect-appservice"
    visitor_prefix: str = VISITOR_PREFIX
    _names: itertools.count[int] = field(default_factory=itertools.count, repr=False)

    @property
    def address(self) -> str:
        return self.synapse.address

    @property
    def domain(self) -> str:
        return self.synapse.server_name

    def new_localpart(self, word: str) -> str:
        """A localpart nobody else in this run uses."""
        return f"{word}-{next(self._names)}-{secrets.token_hex(3)}"

    def bot_localpart(self) -> str:
        """A bot of the test's own, inside the appservice's namespace."""
        return self.new_localpart(BOT_PREFIX)

    def user_id(self, localpart: str) -> str:
        return f"@{localpart}:{self.domain}"


NewStaff = Callable[..., Awaitable[Staff]]


async def start_homeserver(directory: Path, **settings: object) -> TestHomeserver:
    as_token, hs_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    registration = directory / "registration.yaml"
    directory.mkdir(parents=True, exist_ok=True)
    content = {
        "id": "teleconnect",
        "url": None,
        "as_token": as_token,
        "hs_token": hs_token,
        "sender_localpart": "teleconnect-appservice",
        "rate_limited": False,
        "io.element.msc4190": True,
        "namespaces": {
            "users": [
                {"exclusive": True, "regex": f"@{BOT_PREFIX}.*:test\\.localhost"},
                {"exclusive": True, "regex": f"@{VISITOR_PREFIX}.*:test\\.localhost"},
            ],
            "aliases": [],
            "rooms": [],
        },
    }
    registration.write_text(yaml.safe_dump(content))
    synapse = EmbeddedSynapse(directory / "synapse", server_name="test.localhost", registrations=[registration], settings=settings)
    await synapse.start()
    try:
        return TestHomeserver(synapse, await synapse.admin_token(), as_token, hs_token)
    except BaseException:
        await synapse.stop()
        raise


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def homeserver(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TestHomeserver]:
    """Shared by the whole run; do not stop it."""
    running = await start_homeserver(tmp_path_factory.mktemp("homeserver"))
    yield running
    await running.synapse.stop()


@pytest_asyncio.fixture
async def own_homeserver(tmp_path: Path) -> AsyncIterator[TestHomeserver]:
    """For one test, which may stop and restart it."""
    running = await start_homeserver(tmp_path / "homeserver")
    yield running
    await running.synapse.stop()


@pytest_asyncio.fixture
async def new_staff(homeserver: TestHomeserver, tmp_path: Path) -> AsyncIterator[NewStaff]:
    """`await new_staff("alice")`: a new account with an encrypted client, closed at the end of the test."""
    opened: list[Staff] = []

    async def make(word: str = "staff", *, at: TestHomeserver | None = None) -> Staff:
        where = at or homeserver
        localpart = where.new_localpart(word)
        await where.synapse.register(localpart, "correct horse battery staple")
        login = await where.synapse.login(localpart, "correct horse battery staple")
        staff = await Staff.open(where.address, login, tmp_path / localpart)
        opened.append(staff)
        return staff

    yield make
    for staff in opened:
        await staff.close()
