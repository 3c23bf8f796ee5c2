"""Fakes of the outside: one homeserver in memory behind `Rooms`, `StaffChat`, `Visitors`, a mail server, a renderer.

They outlive a restart of the bot, count what really happened, and can be told to be away or to be the moment of a crash.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from teleconnect_bot.domain.guest_link import NATIVE_DEVICE
from teleconnect_bot.domain.installation import Mark
from teleconnect_bot.domain.transcript import Transcript, WrittenEvent
from teleconnect_bot.services.ports import Email, Membership, RefusedByService, ServiceUnavailable, Text, Unit, UnitOfWork, VisitorAccount

BOT = "@teleconnect:example.org"


class Killed(BaseException):
    """The process dies here: no `except Exception` of the code under test may see it."""


@dataclass
class Crash:
    """Dies at the n-th point; every commit and every call to the outside is a point before and one after."""

    at: int | None = None
    passed: int = 0

    def point(self) -> None:
        self.passed += 1
        if self.at is not None and self.passed == self.at:
            self.at = None
            raise Killed


class FakeClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


class CountingTokens:
    def __init__(self) -> None:
        self.count = 0

    def opaque_id(self) -> str:
        self.count += 1
        return f"id{self.count:024d}"

    def session_code(self) -> str:
        self.count += 1
        letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
        return "".join(letters[self.count // 30**place % 30] for place in range(4))


class CrashingUnits:
    """The real unit of work with a possible death before it begins and after it has committed."""

    def __init__(self, units: UnitOfWork, crash: Crash) -> None:
        self.units, self.crash = units, crash

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        self.crash.point()
        async with self.units.begin() as unit:
            yield unit
        self.crash.point()

    async def checkpoint(self) -> None:
        await self.units.checkpoint()


@dataclass
class FakeRoom:
    marker: str
    key: str
    members: dict[str, Membership]
    read_only: bool = False
    history: list[WrittenEvent] = field(default_factory=list)
    invitations: list[str] = field(default_factory=list)


@dataclass
class FakeEvent:
    room: str
    transaction: str
    text: Text | None
    mention: str | None = None
    replaces: str | None = None
    mentions: tuple[str, ...] = ()
    reacts_to: str | None = None


class Outside:
    """What the fakes of one world share. `away_for` names single calls that fail while all others are answered, `lies_about` those that say
    of what is gone that it is still there; the call number `fails_at` fails once."""

    def __init__(self, crash: Crash) -> None:
        self.crash, self.away = crash, False
        self.away_for: set[str] = set()
        self.lies_about: set[str] = set()
        self.called: list[str] = []
        self.fails_at: int | None = None

    @asynccontextmanager
    async def reached(self, service: str = "homeserver") -> AsyncIterator[None]:
        self.crash.point()
        call = sys._getframe(2).f_code.co_name
        self.called.append(call)
        if self.fails_at == len(self.called):
            self.fails_at = None
            raise ServiceUnavailable(service)
        if self.away or call in self.away_for:
            raise ServiceUnavailable(service)
        yield
        self.crash.point()


class FakeHomeserver(Outside):
    """Rooms, direct chats, visitors and media as the real one keeps them."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash)
        self.rooms: dict[str, FakeRoom] = {}
        self.purged: list[str] = []
        self.created = 0
        self.events: dict[str, FakeEvent] = {}
        self.transactions: dict[tuple[str, str], str] = {}
        self.media: set[str] = set()
        self.accounts: set[str] = set()
        self.native_guests = False
        self.marks: dict[str, str] = {}
        self.erased: set[str] = set()
        self.keys_of: set[str] = set()
        self.shielded: set[str] = set()
        self.devices: dict[str, str] = {}
        self.reserved = 0
        self.sent_files: list[tuple[str, str, bytes]] = []
        self.remembered: Mark | None = None


class FakeMemory:
    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver

    async def recall(self) -> Mark | None:
        async with self.homeserver.reached():
            return self.homeserver.remembered

    async def remember(self, mark: Mark) -> None:
        async with self.homeserver.reached():
            self.homeserver.remembered = mark


class FakeRooms:
    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver

    async def create(self, marker: str, session_key: str, name: str) -> str:
        async with self.homeserver.reached():
            found = self._find(marker)
            if found is None:
                self.homeserver.created += 1
                found = f"!room{self.homeserver.created}:example.org"
                self.homeserver.rooms[found] = FakeRoom(marker, session_key, {BOT: Membership.JOIN})
                self.homeserver.keys_of.add(found)
            return found

    def _find(self, marker: str) -> str | None:
        return next((room for room, value in self.homeserver.rooms.items() if value.marker == marker), None)

    async def find(self, marker: str) -> str | None:
        async with self.homeserver.reached():
            return self._find(marker)

    async def invite(self, room: str, user: str) -> None:
        async with self.homeserver.reached():
            members = self.homeserver.rooms[room].members
            if user not in members:
                members[user] = Membership.INVITE
                self.homeserver.rooms[room].invitations.append(user)

    async def remove(self, room: str, user: str) -> None:
        async with self.homeserver.reached():
            if room in self.homeserver.rooms:
                self.homeserver.rooms[room].members.pop(user, None)

    async def members(self, room: str) -> Mapping[str, Membership]:
        async with self.homeserver.reached():
            found = self.homeserver.rooms.get(room)
            return dict(found.members) if found and BOT in found.members else {}

    async def make_read_only(self, room: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.rooms[room].read_only = True

    async def make_writable(self, room: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.rooms[room].read_only = False

    async def leave(self, room: str) -> None:
        async with self.homeserver.reached():
            if room in self.homeserver.rooms:
                self.homeserver.rooms[room].members.pop(BOT, None)

    async def purge(self, room: str) -> None:
        async with self.homeserver.reached():
            found = self.homeserver.rooms.pop(room, None)
            if found is not None:
                assert not found.members, "somebody was still in the room when it was purged"
                self.homeserver.purged.append(room)

    async def is_gone(self, room: str) -> bool:
        async with self.homeserver.reached():
            return "is_gone" not in self.homeserver.lies_about and room not in self.homeserver.rooms

    async def forget_keys(self, room: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.keys_of.discard(room)

    async def keys_forgotten(self, room: str) -> bool:
        async with self.homeserver.reached():
            return "keys_forgotten" not in self.homeserver.lies_about and room not in self.homeserver.keys_of

    async def delete_media(self, mxc: str, uploaded_by: str | None = None) -> None:
        async with self.homeserver.reached():
            self.homeserver.media.discard(mxc)

    async def media_is_gone(self, mxc: str, uploaded_by: str | None = None) -> bool:
        async with self.homeserver.reached():
            return "media_is_gone" not in self.homeserver.lies_about and mxc not in self.homeserver.media

    async def history(self, room: str) -> AsyncIterator[WrittenEvent]:
        async with self.homeserver.reached():
            events = list(self.homeserver.rooms[room].history)
        for event in events:
            yield event


class FakeChat:
    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver
        self.closed: set[str] = set()
        self.unknown: set[str] = set()
        self.left: list[str] = []

    async def room_of(self, user: str) -> str | None:
        return None if user in self.unknown else f"!chat-{user[1:].partition(':')[0]}:example.org"

    def _send(self, event: FakeEvent) -> str:
        if event.room in self.closed:
            raise RefusedByService("homeserver", "the bot is not in the room")
        key = (event.room, event.transaction)
        if key not in self.homeserver.transactions:
            self.homeserver.transactions[key] = name = f"$event{len(self.homeserver.transactions) + 1}"
            self.homeserver.events[name] = event
        return self.homeserver.transactions[key]

    async def post(self, room: str, text: Text, transaction_id: str, *, mention: str | None = None, mentions: Sequence[str] = ()) -> str:
        async with self.homeserver.reached():
            return self._send(FakeEvent(room, transaction_id, text, mention, mentions=tuple(mentions)))

    async def edit(self, room: str, event: str, text: Text, transaction_id: str) -> str:
        async with self.homeserver.reached():
            return self._send(FakeEvent(room, transaction_id, text, replaces=event))

    async def react(self, room: str, event: str, key: str, transaction_id: str) -> str:
        async with self.homeserver.reached():
            return self._send(FakeEvent(room, transaction_id, Text(key), reacts_to=event))

    async def reserve_file(self) -> str:
        async with self.homeserver.reached():
            self.homeserver.reserved += 1
            return f"mxc://example.org/file{self.homeserver.reserved}"

    async def send_file(self, room: str, mxc: str, data: bytes, name: str, mime_type: str, transaction_id: str) -> str:
        async with self.homeserver.reached():
            self.homeserver.media.add(mxc)
            self.homeserver.sent_files.append((room, name, data))
            return self._send(FakeEvent(room, transaction_id, Text(name)))

    async def leave(self, room: str) -> None:
        self.closed.add(room)
        self.left.append(room)

    async def redact(self, room: str, event: str, transaction_id: str) -> None:
        async with self.homeserver.reached():
            if event in self.homeserver.events:
                self.homeserver.events[event].text = None

    async def is_redacted(self, room: str, event: str) -> bool:
        async with self.homeserver.reached():
            if "is_redacted" in self.homeserver.lies_about:
                return False
            return event not in self.homeserver.events or self.homeserver.events[event].text is None


class FakeSharedRooms:
    """Rooms of the organisation by id: who is in them besides the bot."""

    def __init__(self, rooms: dict[str, set[str]]) -> None:
        self.rooms = rooms
        self.aliases: dict[str, str] = {}
        self.unencrypted: set[str] = set()
        self.closed: set[str] = set()
        self.signed_out: set[str] = set()

    async def resolve(self, name: str) -> str | None:
        return self.aliases.get(name, name if name.startswith("!") else None)

    async def enter(self, room: str) -> bool:
        return room in self.rooms and room not in self.closed

    async def members(self, room: str) -> frozenset[str]:
        return frozenset(self.rooms[room] | {BOT})

    async def is_encrypted(self, room: str) -> bool:
        return room not in self.unencrypted

    async def has_device(self, user: str) -> bool:
        return user not in self.signed_out


class FakeVisitors:
    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver

    @property
    def named_ahead(self) -> bool:
        return not self.homeserver.native_guests

    async def open(self, mark: str) -> VisitorAccount:
        async with self.homeserver.reached():
            user = f"@{len(self.homeserver.marks) + 1}:example.org"
            self.homeserver.marks[user] = mark
            self.homeserver.accounts.add(user)
        return VisitorAccount(user, NATIVE_DEVICE, f"token of {user}")

    async def find(self, mark: str) -> str | None:
        async with self.homeserver.reached():
            return next((user for user, each in self.homeserver.marks.items() if each == mark and user in self.homeserver.accounts), None)

    def user_id(self, opaque_id: str) -> str:
        return f"@visitor-{opaque_id}:example.org"

    async def register(self, user: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.accounts.add(user)

    async def provision(self, account: VisitorAccount, display_name: str) -> None:
        async with self.homeserver.reached():
            assert account.user in self.homeserver.accounts, "a visitor is registered before it is used"
            assert (account.token is not None) is self.homeserver.native_guests
            self.homeserver.devices[account.user] = account.device

    async def block_invitations(self, user: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.shielded.add(user)

    async def remove(self, user: str) -> None:
        async with self.homeserver.reached():
            self.homeserver.accounts.discard(user)
            self.homeserver.devices.pop(user, None)
            self.homeserver.erased.add(user)

    async def is_gone(self, user: str) -> bool:
        async with self.homeserver.reached():
            return "is_gone" not in self.homeserver.lies_about and user not in self.homeserver.accounts


class FakeGate:
    """The gateway's ear; it forgets with the process, as the real one's caches do."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.over: list[str] = []
        self.letters: list[str] = []
        self.gateway: Callable[[str], None] = lambda seat_id: None
        """Is told as well of each seat that is over: a real one, where a test has one."""

    def assigned(self, seat_id: str) -> None:
        self.open.append(seat_id)

    def revoked(self, seat_id: str) -> None:
        """Told more than once, as the port allows."""
        if seat_id not in self.over:
            self.over.append(seat_id)
        self.gateway(seat_id)

    async def deliver_letters(self, user: str, session_id: str | None = None) -> None:
        self.letters.append(user)


class FakeMailer(Outside):
    """Counts each time that the server took a message: at least once is the rule, twice is the one window of PRODUCT §6."""

    def __init__(self, crash: Crash) -> None:
        super().__init__(crash)
        self.taken: list[Email] = []
        self.refuses: str | None = None
        self.refuses_to: dict[str, str] = {}

    async def send(self, email: Email) -> None:
        async with self.reached("e-mail server"):
            if self.refuses:
                raise RefusedByService("e-mail server", self.refuses)
            if email.to in self.refuses_to:
                raise RefusedByService("e-mail server", self.refuses_to[email.to])
            self.taken.append(email)


class FakePdf:
    def __init__(self) -> None:
        self.rendered: list[Transcript] = []

    async def render(self, transcript: Transcript) -> Sequence[bytes]:
        self.rendered.append(transcript)
        return [b"%PDF-"]


class FakeInventory:
    """Sees the fake homeserver as it is; everything in it was made at `made`."""

    def __init__(self, homeserver: FakeHomeserver, made: datetime) -> None:
        self.homeserver, self.made = homeserver, made

    async def session_rooms(self) -> Mapping[str, str]:
        async with self.homeserver.reached():
            return {room: found.marker for room, found in self.homeserver.rooms.items() if BOT in found.members}

    async def room_exists(self, room: str) -> bool:
        async with self.homeserver.reached():
            return room in self.homeserver.rooms

    async def visitors(self) -> Mapping[str, datetime]:
        async with self.homeserver.reached():
            return dict.fromkeys(self.homeserver.accounts, self.made)

    async def files(self) -> Mapping[str, datetime]:
        async with self.homeserver.reached():
            return dict.fromkeys(self.homeserver.media, self.made)
