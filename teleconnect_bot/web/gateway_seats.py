"""The seats that the gateway knows at this moment: rows remembered for seconds, and what is held open for them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from teleconnect_bot.services.gateway_rows import GatewayRows, GatewaySeat
from teleconnect_bot.web.gateway_table import MOST_HELD_POLLS
from teleconnect_bot.web.security import Seconds

T = TypeVar("T")

ROW_TRUSTED_FOR = 5.0
"""Seconds. Only a net below `assigned` and `revoked`, for a change that another process made."""
MOST_REMEMBERED = 5_000
"""Above this number, seats that hold nothing open are forgotten; they are read again when they call."""


class PollEnded(Exception):
    """A held poll was ended from outside; `crowded_out`: because its browser holds too many."""

    def __init__(self, crowded_out: bool) -> None:
        super().__init__("the poll was ended")
        self.crowded_out = crowded_out


class HeldPoll:
    """A wait for the homeserver that can be ended from outside. Ending is final and may be repeated."""

    def __init__(self) -> None:
        self._ended = False
        self._crowded_out = False
        self._scope: asyncio.Timeout | None = None

    async def hold(self, held: Awaitable[T]) -> T:
        """The result of `held`; cancels it and raises `PollEnded` when `end` is called first."""
        try:
            async with asyncio.timeout(None) as self._scope:
                return await held
        except TimeoutError:
            if self._scope is not None and self._scope.expired():
                raise PollEnded(self._crowded_out) from None
            raise
        finally:
            self._scope = None

    def end(self, *, crowded_out: bool = False) -> None:
        if not self._ended:
            self._ended, self._crowded_out = True, crowded_out
            if self._scope is not None:
                self._scope.reschedule(0.0)


@dataclass(slots=True)
class MemberList:
    """Who is in the seat's room, as the homeserver last said."""

    joined: frozenset[str] = frozenset()
    invited: frozenset[str] = frozenset()
    read_at: float = -math.inf
    asked_at: float = -math.inf
    version: int = 0
    """Moves with each `outdate`: an answer that was asked for before does not count any more."""
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def people(self) -> frozenset[str]:
        return self.joined | self.invited

    def outdate(self) -> None:
        self.read_at = -math.inf
        self.version += 1


@dataclass(eq=False, slots=True)
class LiveSeat:
    """A seat that called lately."""

    row: GatewaySeat
    read_at: float
    stale: bool = False
    over: bool = False
    members: MemberList = field(default_factory=MemberList)
    polls: list[HeldPoll] = field(default_factory=list)

    @contextmanager
    def poll(self) -> Iterator[HeldPoll]:
        """Room for one more held poll; the oldest makes way when there are too many."""
        if len(self.polls) >= MOST_HELD_POLLS:
            self.polls[0].end(crowded_out=True)
        poll = HeldPoll()
        self.polls.append(poll)
        try:
            yield poll
        finally:
            self.polls.remove(poll)

    def end_polls(self) -> None:
        for poll in self.polls:
            poll.end()


class Seats:
    """Digest to seat. The row is the truth: what is remembered ends with `assigned`, `revoked`, or `ROW_TRUSTED_FOR`."""

    def __init__(self, rows: GatewayRows, seconds: Seconds) -> None:
        self._rows = rows
        self._seconds = seconds
        self._live: dict[bytes, LiveSeat] = {}
        self._changes = 0

    async def find(self, digest: bytes | None) -> LiveSeat | None:
        """The seat, if it exists and is not over. A change that happens while its row is read is not missed."""
        if digest is None:
            return None
        live = self._live.get(digest)
        if live and not live.stale and self._seconds() - live.read_at < ROW_TRUSTED_FOR:
            return live
        changes = -1
        row: GatewaySeat | None = None
        while changes != self._changes:
            changes = self._changes
            row = await self._rows.seat_by_digest(digest)
        return self._remember(digest, row)

    def _remember(self, digest: bytes, row: GatewaySeat | None) -> LiveSeat | None:
        live = self._live.get(digest)
        if row is None or row.revoked:
            if live:
                live.over = True
                live.end_polls()
                del self._live[digest]
            return None
        if live is None:
            self._forget_idle()
            live = self._live[digest] = LiveSeat(row, self._seconds())
        elif row != live.row:
            live.row, live.members = row, MemberList()
            live.end_polls()
        live.read_at, live.stale = self._seconds(), False
        return live

    def _forget_idle(self) -> None:
        if len(self._live) >= MOST_REMEMBERED:
            self._live = {digest: live for digest, live in self._live.items() if live.polls}

    def changed(self, seat_id: str, *, over: bool = False) -> None:
        """The seat's row has changed: it is read again at the next call, and the held polls end now. One that is `over` is forgotten."""
        self._changes += 1
        for live in self._live.values():
            if live.row.seat_id == seat_id:
                live.stale = True
                live.over = live.over or over
                live.end_polls()
        if over:
            self._live = {digest: live for digest, live in self._live.items() if live.row.seat_id != seat_id}

    def outdate_members(self) -> None:
        for live in self._live.values():
            live.members.outdate()

    def end_polls(self) -> None:
        for live in self._live.values():
            live.end_polls()

    @property
    def held(self) -> int:
        return sum(len(live.polls) for live in self._live.values())
