"""The part of a unit of work that keeps what must still happen: effects and deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, select, update

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.values import coding
from teleconnect_bot.domain.effects import EFFECTS, Effect
from teleconnect_bot.domain.schedule import Deadline, DeadlineKind
from teleconnect_bot.services.ports import DeadEffect, DueDeadline, QueuedEffect

_KINDS: dict[str, type[Effect]] = {kind.__name__: kind for kind in EFFECTS}
UNKNOWN_EFFECT = "UnknownEffect"
"""The problem of a row that another version of the bot wrote and this one cannot carry out."""


class OutboxRows:
    """Effects hold opaque ids and Matrix ids of staff alone, so they are not sealed and outlive the session's key."""

    _connection: Transaction

    async def queue(self, session_id: str, effects: Sequence[Effect], now: datetime) -> None:
        rows = [
            {
                "session": session_id,
                "lane": effect.lane,
                "name": type(effect).__name__,
                "fields": coding(type(effect)).write(effect),
                "due_at": now + effect.delay,
                "attempts": 0,
                "dead": False,
                "problem": "",
            }
            for effect in effects
        ]
        for row in rows:  # one by one: their numbers are their order
            await self._connection.execute(_QUEUE, row)

    async def due_effects(self, now: datetime, limit: int) -> Sequence[QueuedEffect]:
        found: list[QueuedEffect] = []
        for row in (await self._connection.execute(_DUE, {"now": now, "most": limit})).mappings().all():
            kind = _KINDS.get(row["name"])
            if kind is None:
                await self.effect_dead(row["number"], UNKNOWN_EFFECT)
            else:
                effect: Effect = coding(kind).read(row["fields"])
                found.append(QueuedEffect(row["number"], row["session"], effect, row["due_at"], row["attempts"]))
        return found

    async def next_effect_at(self) -> datetime | None:
        return await self._earliest(_NEXT_EFFECT)

    async def effect_done(self, number: int) -> None:
        await self._connection.execute(_DONE, {"done": number})

    async def effect_again(self, number: int, due_at: datetime, problem: str) -> None:
        await self._attempted(number, due_at=due_at, problem=problem)

    async def effect_dead(self, number: int, problem: str) -> None:
        await self._attempted(number, dead=True, problem=problem)

    async def drop_effects(self, session_id: str, except_lane: str) -> None:
        outbox = tables.outbox
        await self._connection.execute(
            delete(outbox).where(outbox.c.session == session_id, outbox.c.lane != except_lane, outbox.c.dead.is_(False))
        )

    async def dead_effects(self) -> Sequence[DeadEffect]:
        outbox = tables.outbox
        query = select(outbox).where(outbox.c.dead.is_(True)).order_by(outbox.c.number)
        return [DeadEffect(row.number, row.session, row.name, row.attempts, row.problem) for row in await self._connection.execute(query)]

    async def due_deadlines(self, now: datetime, limit: int) -> Sequence[DueDeadline]:
        rows = await self._connection.execute(_DUE_DEADLINES, {"now": now, "most": limit})
        return [DueDeadline(row.session, Deadline(row.due_at, DeadlineKind(row.kind), row.seat or None)) for row in rows]

    async def next_deadline_at(self) -> datetime | None:
        return await self._earliest(_NEXT_DEADLINE)

    async def _attempted(self, number: int, **values: Any) -> None:
        outbox = tables.outbox
        await self._connection.execute(update(outbox).where(outbox.c.number == number).values(attempts=outbox.c.attempts + 1, **values))

    async def _earliest(self, query: Any) -> datetime | None:
        found: datetime | None = (await self._connection.execute(query)).scalar_one()
        return found


def _first_of_lane() -> ColumnElement[bool]:
    outbox, earlier = tables.outbox, tables.outbox.alias("earlier")
    same_lane = (earlier.c.session == outbox.c.session) & (earlier.c.lane == outbox.c.lane)
    return outbox.c.dead.is_(False) & ~exists().where(same_lane, earlier.c.dead.is_(False), earlier.c.number < outbox.c.number)


# These are asked for all the time: made once, a statement is not put together and told apart from all others each time.
_QUEUE = insert(tables.outbox)
_DUE = (
    select(tables.outbox)
    .where(_first_of_lane(), tables.outbox.c.due_at <= bindparam("now"))
    .order_by(tables.outbox.c.due_at, tables.outbox.c.number)
    .limit(bindparam("most"))
)
_DONE = delete(tables.outbox).where(tables.outbox.c.number == bindparam("done"))
_NEXT_EFFECT = select(func.min(tables.outbox.c.due_at)).where(_first_of_lane())
_DUE_DEADLINES = (
    select(tables.deadline)
    .where(tables.deadline.c.due_at <= bindparam("now"))
    .order_by(tables.deadline.c.due_at, tables.deadline.c.session, tables.deadline.c.kind, tables.deadline.c.seat)
    .limit(bindparam("most"))
)
_NEXT_DEADLINE = select(func.min(tables.deadline.c.due_at))
