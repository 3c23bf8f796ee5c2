"""The outbox: carries effects out in the world, at least once, in the order of their lane (ARCHITECTURE §3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from teleconnect_bot.domain.effects import Effect, TearDown

from .ports import Clock, KeyDestroyed, QueuedEffect, RefusedByService, ServiceUnavailable, UnitOfWork

log = structlog.get_logger("teleconnect_bot.outbox")

Handler = Callable[[QueuedEffect], Awaitable[None]]

AT_ONCE = 32
"""How many effects are looked for, and so carried out, at the same time."""
PATIENCE = 60
"""After how many attempts an effect is given up because a service stays away; with the back-off below about nine hours."""
BUGS_FORGIVEN = 5
"""After how many attempts an effect is given up that fails for a reason of our own."""
LONGEST_PAUSE = timedelta(minutes=10)
NEVER_GIVEN_UP: tuple[type[Effect], ...] = (TearDown,)
"""What was promised to be deleted is tried for ever; the administrator sees how often."""


ALONE: tuple[type[Effect], ...] = (TearDown,)
"""What must not overlap with another effect of its session: a room that is being made would be missed by its own teardown."""


class Later(Exception):
    """Nothing is wrong, but the effect must be carried on with after `pause`."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__("to be carried on with later")
        self.pause = pause


def back_off(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … up to 10 min."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), LONGEST_PAUSE)


class Outbox:
    def __init__(self, units: UnitOfWork, clock: Clock, handlers: Mapping[type[Effect], Handler]) -> None:
        self.units, self.clock, self.handlers = units, clock, handlers
        self._woken = asyncio.Event()
        self._under_way: set[tuple[str, str]] = set()

    def wake(self) -> None:
        """There may be something new to do."""
        self._woken.set()

    async def run(self) -> None:
        """Carry effects out for ever; cancelling ends it, and what was under way is done again after a restart."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._woken.clear()
                due, next_at = await self._due()
                for queued in due:
                    self._under_way.add((queued.session, queued.effect.lane))
                    tasks.create_task(self._carry_out_in_lane(queued))
                await self._rest(next_at)

    async def run_until_idle(self) -> None:
        """Carry out all that is due now, and what follows from it."""
        while due := (await self._due())[0]:
            for queued in due:
                await self._carry_out(queued)

    async def _due(self) -> tuple[list[QueuedEffect], datetime | None]:
        """What may begin now, and when the earliest is due of all that has not ended."""
        async with self.units.begin() as unit:
            due = await unit.due_effects(self.clock.now(), AT_ONCE + len(self._under_way))
            next_at = due[0].due_at if due else await unit.next_effect_at()
        return [queued for queued in due if self._may_begin(queued)], next_at

    def _may_begin(self, queued: QueuedEffect) -> bool:
        busy = {lane for session, lane in self._under_way if session == queued.session}
        return queued.effect.lane not in busy and not (busy and isinstance(queued.effect, ALONE))

    async def _rest(self, next_at: datetime | None) -> None:
        pause = None if next_at is None else max((next_at - self.clock.now()).total_seconds(), 0.0)
        if pause == 0.0 and self._under_way:
            pause = 1.0
        try:
            async with asyncio.timeout(pause):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _carry_out_in_lane(self, queued: QueuedEffect) -> None:
        try:
            await self._carry_out(queued)
        finally:
            self._under_way.discard((queued.session, queued.effect.lane))
            self.wake()

    async def _carry_out(self, queued: QueuedEffect) -> None:
        name = type(queued.effect).__name__
        try:
            await self.handlers[type(queued.effect)](queued)
        except Later as later:
            await self._again(queued, self.clock.now() + later.pause, "")
        except ServiceUnavailable as away:
            pause = max(back_off(queued.attempts), away.retry_after or timedelta(0))
            log.info("effect_postponed", effect=name, session=queued.session, service=away.service, attempts=queued.attempts)
            await self._again_or_give_up(queued, pause, "ServiceUnavailable", PATIENCE)
        except KeyDestroyed:
            await self._done(queued)
        except RefusedByService as refused:
            log.warning("effect_refused", effect=name, session=queued.session, service=refused.service)
            await self._again_or_give_up(queued, LONGEST_PAUSE, "RefusedByService", 0)
        except Exception as error:  # noqa: BLE001 - the edge: one broken effect must not end the others
            log.error("effect_failed", effect=name, session=queued.session, error=type(error).__name__, attempts=queued.attempts)
            await self._again_or_give_up(queued, back_off(queued.attempts), type(error).__name__, BUGS_FORGIVEN)
        else:
            await self._done(queued)

    async def _done(self, queued: QueuedEffect) -> None:
        async with self.units.begin() as unit:
            await unit.effect_done(queued.number)

    async def _again(self, queued: QueuedEffect, at: datetime, problem: str) -> None:
        async with self.units.begin() as unit:
            await unit.effect_again(queued.number, at, problem)

    async def _again_or_give_up(self, queued: QueuedEffect, pause: timedelta, problem: str, limit: int) -> None:
        if queued.attempts >= limit and not isinstance(queued.effect, NEVER_GIVEN_UP):
            log.error("effect_given_up", effect=type(queued.effect).__name__, session=queued.session, problem=problem)
            async with self.units.begin() as unit:
                await unit.effect_dead(queued.number, problem)
            return
        await self._again(queued, self.clock.now() + pause, problem)
