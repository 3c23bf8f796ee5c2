"""Nothing is taken for orphaned by a bot that was started on an empty, a foreign or an outdated database.

The rules are in `domain/installation.py`; here they are asked before anything is removed, and the two memories are kept together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import structlog

from teleconnect_bot.domain.installation import Doubt, Installation, Mark, doubt_of, doubt_of_mark

from .ports import Rooms, Tokens, Unit, UnitOfWork, Visitors
from .reconcile import REPAIRED, Reconcile, Survey

log = structlog.get_logger("teleconnect_bot.right_database")


class HomeserverMemory(Protocol):
    """What the homeserver keeps for the bot's account. Raises `ServiceUnavailable` or `RefusedByService`."""

    async def recall(self) -> Mark | None:
        """What was remembered last, if anything was."""

    async def remember(self, mark: Mark) -> None: ...


class RightDatabase:
    def __init__(self, units: UnitOfWork, memory: HomeserverMemory, tokens: Tokens) -> None:
        self.units, self.memory, self.tokens = units, memory, tokens

    async def doubt(self, survey: Survey) -> Doubt | None:
        """Why nothing of this may be removed. Changes nothing outside the database."""
        unknown = sum(finding.stray in REPAIRED for finding in survey.findings)
        return doubt_of(await self._own(), await self.memory.recall(), unknown=unknown, known=survey.known)

    async def keep(self) -> None:
        """Both memories move on together, as long as they agree. To be called often: a copy that is older than this is recognised."""
        own, remembered = await self._own(), await self.memory.recall()
        if remembered is not None and not own.confirmed and doubt_of_mark(own, remembered) is None:
            await self._move_on(own, remembered)

    async def settled(self, *, all_removed: bool) -> None:
        """After a repair that nothing spoke against: from now on the homeserver knows this database; a confirmation is used up."""
        own, remembered = await self._own(), await self.memory.recall()
        await self._move_on(replace(own, confirmed=own.confirmed and not all_removed), remembered)

    async def confirm(self) -> None:
        """An administrator says that this is the right database: the next repair removes what it does not know."""
        async with self.units.begin() as unit:
            await unit.put_installation(replace(await self._in(unit), confirmed=True))

    async def _move_on(self, own: Installation, remembered: Mark | None) -> None:
        """Our own memory first: a crash in between leaves us ahead, which is no doubt."""
        next_one = own.ahead_of(remembered)
        async with self.units.begin() as unit:
            await unit.put_installation(next_one)
        await self.memory.remember(next_one.mark)

    async def _own(self) -> Installation:
        async with self.units.begin() as unit:
            return await self._in(unit)

    async def _in(self, unit: Unit) -> Installation:
        found = await unit.installation()
        if found is None:
            found = Installation(self.tokens.opaque_id())
            await unit.put_installation(found)
        return found


class GuardedRepair:
    """What the running bot does about strays: look, ask whether the database may be believed, and only then remove."""

    def __init__(self, reconcile: Reconcile, right: RightDatabase) -> None:
        self.reconcile, self.right = reconcile, right

    async def run(self, survey: Survey, rooms: Rooms, visitors: Visitors, bot: str) -> Doubt | None:
        """None when everything that could be removed was; else why nothing was."""
        if doubt := await self.right.doubt(survey):
            log.error("nothing_removed_because_the_database_is_in_doubt", doubt=doubt.value, strays=len(survey.findings))
            return doubt
        failed = await self.reconcile.repair(survey.findings, rooms, visitors, bot)
        await self.right.settled(all_removed=not failed)
        return None
