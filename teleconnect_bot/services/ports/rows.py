"""What the database keeps, and one transaction on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from teleconnect_bot.domain.calls import CallLink
from teleconnect_bot.domain.effects import Effect
from teleconnect_bot.domain.guest_link import Link, Seat
from teleconnect_bot.domain.installation import Installation
from teleconnect_bot.domain.organisations import Offer, Organisation
from teleconnect_bot.domain.requester import Chosen
from teleconnect_bot.domain.retention import Trace, TraceKind
from teleconnect_bot.domain.schedule import Deadline
from teleconnect_bot.domain.session import Session, State


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

    async def session_by_call_link(self, digest: bytes) -> tuple[Session, CallLink] | None: ...

    async def session_by_offer(self, digest: bytes) -> tuple[Session, Offer] | None: ...

    async def session_by_room(self, room: str) -> Session | None: ...

    async def session_by_event(self, event: str) -> Session | None:
        """The session among whose ledger rows this event of a direct chat stands (its card, a notice)."""

    async def sessions_of(self, user: str) -> Sequence[Session]:
        """Where the user is requester, backup or in the team, not GONE, oldest first."""

    async def sessions_of_team(self, team: str) -> Sequence[Session]: ...

    async def sessions_in(self, states: frozenset[State]) -> Sequence[Session]: ...

    async def organisations(self) -> Sequence[Organisation]:
        """Those in the database, in the order of their ids."""

    async def put_organisation(self, organisation: Organisation) -> None:
        """Add it, or replace the one with its id."""

    async def remove_organisation(self, organisation_id: str) -> bool:
        """False when there was none."""

    async def waiting_before(self, session: Session) -> int:
        """How many other sessions of the same requester, or of the same team, have waited for longer."""

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

    async def was_handled(self, event: str) -> bool:
        """Whether `first_time` has been asked of it."""

    async def forget_events_before(self, moment: datetime) -> None: ...

    async def keep_dialogue(self, draft: Session, state: Mapping[str, object]) -> None:
        """What was answered so far about this draft, as JSON; it replaces what was kept before."""

    async def dialogue_of(self, user: str, chat: str) -> tuple[Session, Mapping[str, object]] | None:
        """The user's newest DRAFT in this chat that is a dialogue."""

    async def drop_dialogue(self, session_id: str) -> None: ...

    async def keep_letter(self, letter: Letter) -> None: ...

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]: ...

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None: ...

    async def count_upload(self, seat_id: str, size: int, most_files: int, most_bytes: int) -> bool:
        """One file of `size` bytes more is counted for the seat; False, and none is, when that were too much, or there is no seat."""

    async def uncount_upload(self, seat_id: str, size: int) -> None:
        """It was not uploaded after all."""

    async def keep_guest_token(self, session_id: str, user: str, token: str) -> None:
        """The token of a native guest, sealed; nothing when the session is gone or its key is."""

    async def guest_token(self, session_id: str, user: str) -> str | None:
        """None: no native guest, or the session's key is destroyed."""

    async def pool_size(self) -> int:
        """Registered visitor accounts that nobody uses yet."""

    async def pool(self) -> frozenset[str]: ...

    async def add_to_pool(self, user: str) -> None: ...

    async def take_from_pool(self) -> str | None: ...

    async def spent(self, counted: str) -> int:
        """How often `spend` was called for this (a keyed hash)."""

    async def spend(self, counted: str, until: datetime) -> None:
        """Count one more; `until` is when the counter ends."""

    async def forget_spending_before(self, moment: datetime) -> None:
        """Delete the counters that have ended."""

    async def count(self, month: str, name: str, amount: int = 1) -> None:
        """Add to a monthly counter (PRODUCT §9); `month` as `2026-11`, `name` from a closed list."""

    async def counters(self) -> Mapping[tuple[str, str], int]: ...

    async def requester_settings(self, user: str, key: str) -> Chosen | None:
        """What this person chose; None when they chose nothing, or when `key` does not open it any more."""

    async def keep_requester_settings(self, user: str, key: str, chosen: Chosen) -> None:
        """Raises `KeyDestroyed` when the key was not made before."""

    async def forget_requester_settings(self, user: str) -> None: ...

    async def users_with_settings(self) -> frozenset[str]: ...

    async def installation(self) -> Installation | None:
        """What this database says of itself; None before it was first asked."""

    async def put_installation(self, installation: Installation) -> None: ...


class UnitOfWork(Protocol):
    def begin(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction that sees a consistent state and writes alone (SQLite: BEGIN IMMEDIATE)."""

    async def checkpoint(self) -> None:
        """Nothing deleted stays in the write-ahead log (SQLite: `wal_checkpoint(TRUNCATE)`)."""
