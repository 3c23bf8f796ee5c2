"""Deadlines are rows; this asks again and again which are due (ARCHITECTURE §3)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from teleconnect_bot.domain.commands import DeadlinePassed

from .ports import Clock, UnitOfWork
from .sessions import Sessions

log = structlog.get_logger("teleconnect_bot.timers")

AT_ONCE = 100
LONGEST_REST = timedelta(seconds=30)
"""A clock that was set, or a laptop that slept, is noticed within this time."""


class Timers:
    def __init__(self, units: UnitOfWork, clock: Clock, sessions: Sessions) -> None:
        self.units, self.clock, self.sessions = units, clock, sessions
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            next_at = await self._next()
            if next_at is not None and next_at <= self.clock.now():
                await self.run_due()
                next_at = await self._next()
            await self._rest(next_at)

    async def run_due(self) -> None:
        """Let everything that is due befall its session; one that fails is left for the next round."""
        async with self.units.begin() as unit:
            due = await unit.due_deadlines(self.clock.now(), AT_ONCE)
        for row in due:
            try:
                await self.sessions.decide(row.session, DeadlinePassed(row.deadline))
            except Exception as error:  # noqa: BLE001 - the edge: one broken session must not stop the clock of the others
                log.error("deadline_failed", session=row.session, kind=row.deadline.kind.value, error=type(error).__name__)

    async def _next(self) -> datetime | None:
        async with self.units.begin() as unit:
            return await unit.next_deadline_at()

    async def _rest(self, next_at: datetime | None) -> None:
        pause = LONGEST_REST if next_at is None else min(max(next_at - self.clock.now(), timedelta(seconds=0.2)), LONGEST_REST)
        try:
            async with asyncio.timeout(pause.total_seconds()):
                await self._woken.wait()
        except TimeoutError:
            return
