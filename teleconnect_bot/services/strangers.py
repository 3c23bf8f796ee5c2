"""Somebody without access gets one short answer in a month, and nothing else (PRODUCT §1)."""

from __future__ import annotations

import hashlib

from .ports import Clock, UnitOfWork


class Strangers:
    """Whom the bot has told stands among the handled events, as a digest, and is forgotten with them."""

    def __init__(self, units: UnitOfWork, clock: Clock) -> None:
        self.units, self.clock = units, clock

    async def was_told(self, user: str) -> bool:
        async with self.units.begin() as unit:
            return await unit.was_handled(_told(user))

    async def told(self, user: str) -> None:
        async with self.units.begin() as unit:
            await unit.first_time(_told(user), self.clock.now())


def _told(user: str) -> str:
    return f"stranger.{hashlib.sha256(user.encode()).hexdigest()}"
