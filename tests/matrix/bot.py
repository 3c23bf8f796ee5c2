"""A bot account that records what it is told, for the tests of this package."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.chat import MatrixStaffChat
from teleconnect_bot.adapters.matrix.rooms import MatrixRooms
from teleconnect_bot.adapters.matrix.visitors import AppserviceVisitors
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.system import SystemClock, SystemTokens
from teleconnect_bot.services.ports import Clock, Membership
from tests.fixtures_homeserver import TestHomeserver
from tests.staff import Staff

WAIT_SECONDS = 60.0


@dataclass
class Told:
    room: str
    event: str
    sender: str
    text: str
    at: datetime
    encrypted: bool


@dataclass
class Recorder:
    """`RoomEvents` that keeps everything. `refuse` may raise in place of taking a text."""

    invites: list[tuple[str, str, bool]] = field(default_factory=list)
    texts: list[Told] = field(default_factory=list)
    reactions: list[tuple[str, str, str, str]] = field(default_factory=list)
    members: list[tuple[str, str, Membership]] = field(default_factory=list)
    media: list[tuple[str, str, tuple[str, ...]]] = field(default_factory=list)
    undecryptable: list[str] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str], None] | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def on_invite(self, room: str, sender: str, is_direct: bool) -> None:
        self.invites.append((room, sender, is_direct))
        await self._notify()

    async def on_text(self, room: str, event: str, sender: str, text: str, at: datetime, encrypted: bool) -> None:
        if self.refuse is not None:
            self.refuse(text)
        self.texts.append(Told(room, event, sender, text, at, encrypted))
        await self._notify()

    async def on_reaction(self, room: str, event: str, sender: str, target_event: str, key: str) -> None:
        self.reactions.append((room, sender, target_event, key))
        await self._notify()

    async def on_member(self, room: str, user: str, membership: Membership, sender: str) -> None:
        self.members.append((room, user, membership))
        await self._notify()

    async def on_media(self, room: str, event: str, sender: str, mxcs: tuple[str, ...]) -> None:
        self.media.append((event, sender, mxcs))
        await self._notify()

    async def on_call(self, room: str, sender: str, at: datetime) -> None:
        self.calls.append((room, sender))
        await self._notify()

    async def on_undecryptable(self, room: str, event: str, sender: str) -> None:
        self.undecryptable.append(event)
        await self._notify()

    async def _notify(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def wait_for(self, what: Callable[[], bool], timeout: float = WAIT_SECONDS) -> None:
        async with asyncio.timeout(timeout), self.changed:
            await self.changed.wait_for(what)

    def written(self, room: str) -> list[str]:
        return [told.text for told in self.texts if told.room == room]


class Bot:
    """One process's worth of objects on the given directory; make another on the same directory to restart."""

    def __init__(
        self,
        homeserver: TestHomeserver,
        directory: Path,
        localpart: str,
        *,
        recorder: Recorder | None = None,
        clock: Clock | None = None,
        late_key_grace: timedelta = timedelta(seconds=8),
        database_url: str | None = None,
    ) -> None:
        self.homeserver, self.directory, self.localpart = homeserver, directory, localpart
        self.told = recorder or Recorder()
        self.keys = FileSessionKeys(directory / f"{localpart}-keys")
        self.database_file = directory / f"{localpart}.db"
        self.database_url = database_url or f"sqlite:///{self.database_file}"
        self.account = BotAccount(
            address=homeserver.address,
            domain=homeserver.domain,
            as_token=homeserver.as_token,
            localpart=localpart,
            database_url=self.database_url,
            keys=self.keys,
            clock=clock or SystemClock(),
            tokens=SystemTokens(),
            events=self.told,
            late_key_grace=late_key_grace,
        )
        self._task: asyncio.Task[None] | None = None

    @property
    def user(self) -> str:
        return self.account.user

    async def start(self, *, running: bool = True) -> Bot:
        await self.account.start()
        self.admin = HomeserverAdmin(
            address=self.homeserver.address, domain=self.homeserver.domain, token=self.homeserver.admin_token, session=self.account.session
        )
        self.rooms = MatrixRooms(self.account, self.admin)
        self.chat = MatrixStaffChat(self.account)
        self.visitors = AppserviceVisitors(self.account, self.admin, self.homeserver.visitor_prefix)
        if running:
            await self.run()
        return self

    async def run(self) -> None:
        self._task = asyncio.create_task(self.account.run())
        async with asyncio.timeout(WAIT_SECONDS):
            await self.account.wait_until_caught_up()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self.account.close()

    async def again(self) -> Bot:
        """The next process; this one must have been stopped."""
        return await Bot(self.homeserver, self.directory, self.localpart, database_url=self.database_url).start()

    async def chat_with(self, staff: Staff) -> str:
        """A direct chat that the staff member starts and the bot accepts; both see each other joined."""
        room = await staff.start_chat(self.user)
        await self.told.wait_for(lambda: any(invited == room for invited, _, _ in self.told.invites))
        await self.chat.accept_invite(room)
        await staff.wait_for_member(room, self.user)
        return room
