"""What the use cases need of the world, as Protocols.

Each port has a real adapter below `adapters/` and a fake in `tests/fakes.py`; both pass the same contract tests.
Every time is an aware `datetime` in UTC. Every method may be called again with the same arguments: it then changes
nothing more and answers the same (ARCHITECTURE §3, "each idempotent").
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from teleconnect_bot.domain.effects import Effect, Notice
from teleconnect_bot.domain.guest_link import Link, Seat
from teleconnect_bot.domain.retention import Trace, TraceKind
from teleconnect_bot.domain.schedule import Deadline
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.domain.transcript import Transcript, WrittenEvent


class ServiceUnavailable(Exception):
    """The homeserver or a provider could not be reached or asked us to come back later; trying again is right.

    `retry_after` is the time the other side asked for, if it did. The text names the service, never a person.
    """

    def __init__(self, service: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{service} is not available")
        self.service = service
        self.retry_after = retry_after


class RefusedByService(Exception):
    """The other side refused for good; trying the same again is useless. `reason` is written for people."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} refused: {reason}")
        self.service = service
        self.reason = reason


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Tokens(Protocol):
    """The only source of randomness."""

    def opaque_id(self) -> str:
        """128 random bits in lower-case base32 without padding: 26 characters of a-z2-7."""

    def session_code(self) -> str:
        """Four characters of a set without look-alikes, such as `K7M2`; the caller checks that it is free."""


class SessionKeys(Protocol):
    """The per-session keys outside all backups (ARCHITECTURE §5)."""

    def create(self, key_id: str) -> None:
        """Make the key if it does not exist; durable (fsync) when this returns."""

    def exists(self, key_id: str) -> bool: ...

    def ids(self) -> Sequence[str]:
        """Of every key there is, sorted."""

    def seal(self, key_id: str, column: str, plain: bytes) -> bytes:
        """AES-256-GCM with `key_id` and `column` as associated data."""

    def unseal(self, key_id: str, column: str, sealed: bytes) -> bytes:
        """Raises `KeyDestroyed` when the key is gone."""

    def derive(self, key_id: str, purpose: str) -> bytes:
        """32 bytes that depend on the key and the purpose alone (HKDF-SHA256)."""

    def destroy(self, key_id: str) -> None:
        """Overwrite and unlink; nothing happens when it is gone already."""


class KeyDestroyed(Exception):
    """The session's key does not exist any more: what was sealed under it cannot be read by anybody."""


class Membership(StrEnum):
    INVITE = "invite"
    JOIN = "join"
    LEAVE = "leave"
    BAN = "ban"
    KNOCK = "knock"


@dataclass(frozen=True, slots=True)
class Text:
    """A message of the bot: `plain` stands alone, `html` is the same with mark-up (None: plain only)."""

    plain: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class Rooms(Protocol):
    """Session rooms at the homeserver (ARCHITECTURE §4, "Room recipe"). The bot is their creator."""

    async def create(self, marker: str, session_key: str, name: str) -> str:
        """Make the session room, or find the one that carries `marker` in its creation content; its room id.

        `name` is what Element's room list shows: state that names nobody.

        From then on the room's megolm sessions are kept under the key `session_key` of `SessionKeys`.
        """

    async def find(self, marker: str) -> str | None:
        """The room that carries `marker`, if the bot is in one."""

    async def invite(self, room: str, user: str) -> None:
        """The user is invited or already in the room afterwards."""

    async def remove(self, room: str, user: str) -> None:
        """The user is neither invited nor joined afterwards (kick, or invitation withdrawn)."""

    async def members(self, room: str) -> Mapping[str, Membership]:
        """Everybody who is invited or joined, the bot included; empty when the bot is not in the room."""

    async def make_read_only(self, room: str) -> None:
        """Nobody but the bot may send afterwards."""

    async def make_writable(self, room: str) -> None:
        """Members may write afterwards."""

    async def leave(self, room: str) -> None:
        """The bot itself leaves; must come before `purge` (FACTS, "The whole chain together")."""

    async def purge(self, room: str) -> None:
        """Delete the room at the homeserver and wait until it says so; uses the admin token."""

    async def is_gone(self, room: str) -> bool:
        """Asked of the homeserver (admin API): the room is unknown there."""

    async def forget_keys(self, room: str) -> None:
        """Delete the room's rows from the bot's crypto and state store and from its caches."""

    async def keys_forgotten(self, room: str) -> bool:
        """No row in the crypto or state store names the room."""

    async def delete_media(self, mxc: str, uploaded_by: str | None = None) -> None:
        """Delete one file of our own homeserver by the admin API; a missing one is fine.

        A file that somebody else than `uploaded_by` uploaded is left alone: an event may name any file.
        """

    async def media_is_gone(self, mxc: str, uploaded_by: str | None = None) -> bool:
        """Asked of the homeserver: no such file, or none that `uploaded_by` uploaded."""

    def history(self, room: str) -> AsyncIterator[WrittenEvent]:
        """The room's decrypted messages, oldest first; what cannot be decrypted comes as `text=None`."""


class StaffChat(Protocol):
    """The encrypted direct chats between the bot and its requesters."""

    async def room_of(self, user: str) -> str | None:
        """The direct chat with this user that may be written to (encrypted, two members), if there is one."""

    async def post(self, room: str, text: Text, transaction_id: str, *, mention: str | None = None) -> str:
        """Send, encrypted; the event id. The same transaction id is sent once. `mention` makes Element ring."""

    async def edit(self, room: str, event: str, text: Text, transaction_id: str) -> str:
        """Replace the text of an event of ours (`m.replace`); the event id of the edit, which holds the text as well."""

    async def react(self, room: str, event: str, key: str, transaction_id: str) -> str:
        """Attach a reaction that the person can press; the event id of the reaction."""

    async def reserve_file(self) -> str:
        """An `mxc://` address for a file that is uploaded later (`POST /_matrix/media/v1/create`)."""

    async def send_file(self, room: str, mxc: str, data: bytes, name: str, mime_type: str, transaction_id: str) -> str:
        """Encrypt, upload to the reserved address (a fresh one for each attempt), then send; the event id."""

    async def redact(self, room: str, event: str, transaction_id: str) -> None:
        """The event's content is gone afterwards; an unknown event is fine."""

    async def is_redacted(self, room: str, event: str) -> bool:
        """Asked of the homeserver: the event holds no content any more, or is unknown."""


@dataclass(frozen=True, slots=True)
class VisitorAccount:
    user: str
    device: str


class Visitors(Protocol):
    """Accounts for people who have none (appservice-owned, ARCHITECTURE §4)."""

    def user_id(self, opaque_id: str) -> str:
        """The Matrix id of a visitor with this id: prefix, id, our server's name; asks nobody."""

    async def register(self, user: str) -> None:
        """The account exists afterwards. `user` is a full Matrix id made by `user_id`."""

    async def provision(self, user: str, device: str, display_name: str) -> None:
        """The account has this device and display name (a role label, never a person's name)."""

    async def block_invitations(self, user: str) -> None:
        """Nobody can invite the visitor anywhere from now on (`m.invite_permission_config`)."""

    async def remove(self, user: str) -> None:
        """Delete the account's media and devices, deactivate and erase it (admin API)."""

    async def is_gone(self, user: str) -> bool:
        """Asked of the homeserver: deactivated, without devices, or unknown."""


class SeatGate(Protocol):
    """What the gateway must be told besides the rows (ARCHITECTURE §4, "Gateway")."""

    def assigned(self, seat_id: str) -> None:
        """The seat's room is now open to it: held polls of the seat end at once."""

    def revoked(self, seat_id: str) -> None:
        """The seat is over: its held polls end at once with 401."""

    async def deliver_letters(self, user: str, session_id: str | None = None) -> None:
        """Send the to-device messages of this session that were kept for this person until they joined its room."""


class StaffTexts(Protocol):
    """What the bot writes to staff (implemented in `chat/`)."""

    def card(self, session: Session, now: datetime) -> Text:
        """The status card. Contacts masked; says what can be done next."""

    def notice(self, session: Session, notice: Notice, now: datetime) -> Text:
        """A new message about one thing that happened."""

    def file_name(self, session: Session, part: int, parts: int) -> str:
        """The transcript's file name; holds the code and no person."""


@dataclass(frozen=True, slots=True)
class Email:
    """One message. `message_id` is the idempotency key and stays the same when it is repeated."""

    message_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    markdown: str = field(repr=False)
    language: str
    sender_name: str | None = None


class Mailer(Protocol):
    async def send(self, email: Email) -> None:
        """The SMTP server has taken the message. Raises `ServiceUnavailable` or `RefusedByService`."""


class PdfRenderer(Protocol):
    async def render(self, transcript: Transcript) -> Sequence[bytes]:
        """One complete PDF for each 2,000 messages; at least one (PRODUCT §8)."""


class Texts(Protocol):
    """Catalogues, one per language; a missing text falls back to English (PRODUCT §6)."""

    def get(self, key: str, language: str, /, **values: str) -> str:
        """Raises `KeyError` for a key that English does not have."""

    def languages(self) -> Sequence[str]: ...

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`."""


@dataclass(frozen=True, slots=True)
class QueuedEffect:
    """One row of the outbox. Effects of the same session and lane are carried out in the order of `number`."""

    number: int
    session: str
    effect: Effect
    due_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class DeadEffect:
    """An effect that was given up; the administrator sees it. `problem` names the error's class, never its text."""

    number: int
    session: str
    name: str
    attempts: int
    problem: str


@dataclass(frozen=True, slots=True)
class DueDeadline:
    session: str
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Letter:
    """A to-device message of a visitor, kept until the person it is for has joined the room."""

    id: str
    session: str
    sender_user: str
    sender_device: str
    recipient: str
    event_type: str
    content: Mapping[str, object] = field(repr=False)


class StaleSession(Exception):
    """Somebody else saved the session since it was loaded; load it again and decide again."""


class Unit(Protocol):
    """One transaction. Everything done through it is committed together when the context ends, or not at all."""

    async def add(self, session: Session) -> None:
        """Insert a new session with its links, seats, messages and deadlines."""

    async def save(self, session: Session) -> None:
        """Replace the session's rows, deadlines included (`schedule.deadlines`); `version` in the row goes up by one.

        Raises `StaleSession` when the row's version is not `session.version`.
        """

    async def session(self, session_id: str) -> Session | None: ...

    async def session_by_code(self, code: str) -> Session | None:
        """The session with this code that is not GONE."""

    async def session_by_link(self, digest: bytes) -> tuple[Session, Link] | None: ...

    async def session_by_seat(self, digest: bytes) -> tuple[Session, Seat] | None: ...

    async def session_by_room(self, room: str) -> Session | None: ...

    async def session_by_event(self, event: str) -> Session | None:
        """The session among whose ledger rows this event of a direct chat stands (its card, a notice)."""

    async def sessions_of(self, user: str) -> Sequence[Session]:
        """Where the user is requester or backup, not GONE, oldest first."""

    async def sessions_in(self, states: frozenset[State]) -> Sequence[Session]: ...

    async def erase(self, session_id: str) -> None:
        """Delete every row of the session except its ledger."""

    async def forget(self, session_id: str) -> None:
        """Delete what is left: the ledger rows."""

    async def wipe_personal(self, session_id: str) -> None:
        """Empty the personal columns of the session, its links, seats, messages and letters; opaque ids stay."""

    async def beat(self, seat_id: str, now: datetime) -> None:
        """Note the moment of the last beat and move the seat's away deadline; the version stays."""

    async def queue(self, session_id: str, effects: Sequence[Effect], now: datetime) -> None:
        """Enter effects in the outbox, due at `now + effect.delay`."""

    async def due_effects(self, now: datetime, limit: int) -> Sequence[QueuedEffect]:
        """The first open effect of each (session, lane), as far as it is due."""

    async def next_effect_at(self) -> datetime | None:
        """When the earliest of them is due."""

    async def effect_done(self, number: int) -> None: ...

    async def effect_again(self, number: int, due_at: datetime, problem: str) -> None:
        """Count the attempt and try again at `due_at`."""

    async def effect_dead(self, number: int, problem: str) -> None:
        """Give up: the row stays for the administrator and no longer holds up its lane."""

    async def drop_effects(self, session_id: str, except_lane: str) -> None:
        """Remove the session's open effects of all other lanes."""

    async def dead_effects(self) -> Sequence[DeadEffect]: ...

    async def due_deadlines(self, now: datetime, limit: int) -> Sequence[DueDeadline]:
        """Earliest first."""

    async def next_deadline_at(self) -> datetime | None: ...

    async def enter_trace(self, trace: Trace) -> None:
        """Insert, or nothing when a trace with this session, kind and key stands already."""

    async def update_trace(self, trace: Trace) -> None: ...

    async def traces(self, session_id: str) -> Sequence[Trace]: ...

    async def traces_of(self, kinds: frozenset[TraceKind]) -> Sequence[Trace]:
        """Those of all sessions."""

    async def rows_of(self, session_id: str) -> Mapping[str, int]:
        """How many rows of each table belong to the session."""

    async def first_time(self, event: str, now: datetime) -> bool:
        """True once for each event id: the row is made in this very transaction."""

    async def forget_events_before(self, moment: datetime) -> None: ...

    async def keep_letter(self, letter: Letter) -> None: ...

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]: ...

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None: ...

    async def pool_size(self) -> int:
        """Registered visitor accounts that nobody uses yet."""

    async def pool(self) -> frozenset[str]: ...

    async def add_to_pool(self, user: str) -> None: ...

    async def take_from_pool(self) -> str | None: ...

    async def count(self, month: str, name: str, amount: int = 1) -> None:
        """Add to a monthly counter (PRODUCT §9); `month` as `2026-11`, `name` from a closed list."""

    async def counters(self) -> Mapping[tuple[str, str], int]: ...


class UnitOfWork(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction that sees a consistent state and writes alone (SQLite: BEGIN IMMEDIATE)."""

    async def checkpoint(self) -> None:
        """Nothing deleted stays in the write-ahead log (SQLite: `wal_checkpoint(TRUNCATE)`)."""
