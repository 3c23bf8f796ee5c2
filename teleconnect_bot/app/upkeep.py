"""What must be looked after now and then."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

from prometheus_client import Gauge

from teleconnect_bot.app.homeserver import Homeserver
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.app.staff import StaffSide
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.arrivals import VisitorPool
from teleconnect_bot.services.doubt_notices import DoubtNotices
from teleconnect_bot.services.late_teardown import LateTeardowns
from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable
from teleconnect_bot.services.reconcile import Reconcile
from teleconnect_bot.services.right_database import GuardedRepair, RightDatabase

UPKEEP_EVERY = timedelta(seconds=20)
TIDY_EVERY = timedelta(hours=12)
REMEMBER_EVERY = timedelta(minutes=10)
"""How old a copy of the database may be without being recognised as one; and how soon a database that was in doubt is looked at again."""
EVENTS_REMEMBERED = timedelta(days=30)


class Upkeep:
    """Visitors in stock, rooms that the bot should know, the state of the world against the rows, old rows, late deletions."""

    def __init__(self, parts: Parts, homeserver: Homeserver, staff: StaffSide, cards: Cards) -> None:
        self.parts, self.homeserver, self.staff = parts, homeserver, staff
        self.pool = VisitorPool(parts.units, homeserver.visitors, parts.tokens, parts.config.guests.pool)
        self.right = RightDatabase(parts.units, homeserver.memory, parts.tokens)
        self.guarded = GuardedRepair(Reconcile(parts.units, parts.keys, parts.messenger), self.right)
        self.doubts = DoubtNotices(homeserver.chat, parts.clock, cards, parts.settings, staff.access.known_admins)
        self.late = LateTeardowns(parts.units, parts.ledger, homeserver.chat, parts.clock, cards, parts.settings, staff.access.known_admins)

    async def run(self) -> None:
        """Until cancelled; a homeserver or database that is away is asked again next time."""
        parts, staff_rooms = self.parts, self.homeserver.staff_rooms
        dead = Gauge("teleconnect_dead_effects", "Tasks that were given up; see teardown --status.", registry=parts.registry)
        open_sessions = Gauge("teleconnect_open_sessions", "Sessions that are not deleted yet.", registry=parts.registry)
        late_teardowns = Gauge(
            "teleconnect_late_teardowns", "Sessions whose deletion fails for two hours or more.", registry=parts.registry
        )
        tidy_at = remember_at = parts.clock.now()
        while True:
            with contextlib.suppress(ServiceUnavailable, RefusedByService):
                await self.pool.fill()
                if not staff_rooms.complete():
                    await staff_rooms.learn()
                if tidy_at <= parts.clock.now():
                    tidy_at = parts.clock.now() + (TIDY_EVERY if await self._tidy() else REMEMBER_EVERY)
                if remember_at <= parts.clock.now():
                    await self.right.keep()
                    remember_at = parts.clock.now() + REMEMBER_EVERY
            with contextlib.suppress(ServiceUnavailable):
                late_teardowns.set(await self.late.tell())
                async with parts.units.begin() as unit:
                    dead.set(len(await unit.dead_effects()))
                    open_sessions.set(len(await unit.sessions_in(frozenset(State) - {State.GONE})))
            await asyncio.sleep(UPKEEP_EVERY.total_seconds())

    async def _tidy(self) -> bool:
        """False while it is in doubt whether this is the right database."""
        parts, homeserver = self.parts, self.homeserver
        await parts.account.tidy()
        async with parts.units.begin() as unit:
            await unit.forget_events_before(parts.clock.now() - EVENTS_REMEMBERED)
        await parts.guard.forget(parts.units, parts.clock.now())
        await homeserver.staff_rooms.learn()
        await homeserver.organisation_rooms.learn()
        await self.staff.leavers.look_at_everybody()
        if homeserver.staff_rooms.complete():
            await parts.settings.forget_others(self.staff.access.may_request)
        survey = await self.guarded.reconcile.survey(homeserver.inventory, parts.clock)
        doubt = await self.guarded.run(survey, homeserver.rooms, homeserver.visitors, parts.config.bot)
        if doubt is not None:
            await self.doubts.tell()
        return doubt is None
