"""The spending guard: how many SMS and WhatsApp messages one requester, one number and the whole deployment may cause (PRODUCT §6).

What is counted stands in the database under a keyed hash alone. The key is made anew each day and destroyed with it, and the counters
go with their hour or day.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from .ports import SessionKeys, Unit, UnitOfWork

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEY_PREFIX = "spending-"
TOO_MANY_OF_YOURS = (
    "you have caused {number} messages in this hour, which is the limit; write again in the next hour, or ask the administrator"
)
TOO_MANY_TO_A_NUMBER = (
    "{number} messages went to this number today, which is the limit; write again tomorrow, or reach the person by another way"
)
USED_UP = "the number of messages that this service sends in a day is used up; please tell the administrator"


@dataclass(frozen=True, slots=True)
class SpendingLimits:
    """0 stops all sending."""

    per_requester_per_hour: int = 60
    per_number_per_day: int = 12
    per_day: int = 2000


@dataclass(frozen=True, slots=True)
class _Counter:
    name: str
    until: datetime
    limit: int
    words: str


class SpendingGuard:
    def __init__(self, keys: SessionKeys, limits: SpendingLimits) -> None:
        self.keys, self.limits = keys, limits

    async def count(self, unit: Unit, requester: str, number: str, now: datetime) -> str | None:
        """Count one message in this unit, or say in words why it must not be sent; then nothing was counted."""
        counters = self._counters(requester, number, now)
        for counter in counters:
            if await unit.spent(counter.name) >= counter.limit:
                return counter.words
        for counter in counters:
            await unit.spend(counter.name, counter.until)
        return None

    async def forget(self, units: UnitOfWork, now: datetime) -> None:
        """Counters whose time is over, and the keys of past days."""
        async with units.begin() as unit:
            await unit.forget_spending_before(now)
        for key in self.keys.ids():
            if key.startswith(KEY_PREFIX) and key < _key_of(now):
                self.keys.destroy(key)

    def _counters(self, requester: str, number: str, now: datetime) -> tuple[_Counter, ...]:
        day, hour = now.replace(hour=0, minute=0, second=0, microsecond=0), now.replace(minute=0, second=0, microsecond=0)
        limits = self.limits
        return (
            _Counter(
                self._hashed(f"requester/{requester}/{hour.hour}", now),
                hour + HOUR,
                limits.per_requester_per_hour,
                TOO_MANY_OF_YOURS.format(number=limits.per_requester_per_hour),
            ),
            _Counter(
                self._hashed(f"number/{number}", now),
                day + DAY,
                limits.per_number_per_day,
                TOO_MANY_TO_A_NUMBER.format(number=limits.per_number_per_day),
            ),
            _Counter(
                self._hashed("everybody", now),
                day + DAY,
                limits.per_day,
                USED_UP,
            ),
        )

    def _hashed(self, counted: str, now: datetime) -> str:
        key = _key_of(now)
        self.keys.create(key)
        return hmac.digest(self.keys.derive(key, "spending"), counted.encode(), hashlib.sha256).hex()


def _key_of(now: datetime) -> str:
    return f"{KEY_PREFIX}{now:%Y-%m-%d}"
