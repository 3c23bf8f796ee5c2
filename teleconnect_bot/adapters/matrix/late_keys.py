"""Encrypted events whose key has not come yet: kept until it does, and reported once when it takes too long."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.services.ports import Clock

KEEP_FOR = timedelta(days=1)


class ParkedEvents:
    """Rows hold the event as the homeserver sent it, that is encrypted.

    As a rule there is none. Only this process parks events, so it remembers that, and each batch of a sync asks for nothing. What is
    parked while the rows are looked through counts: they may have been read before it stood there.
    """

    def __init__(self, database: CryptoDatabase, clock: Clock, grace: timedelta) -> None:
        self._database, self._clock, self._grace = database, clock, grace
        self._surely_none = False
        self._parked = 0

    async def park(self, raw: dict[str, Any], session_id: str) -> None:
        self._parked += 1
        self._surely_none = False
        await self._database.db.execute(
            "INSERT INTO teleconnect_parked_event (event_id, room_id, session_id, event, parked_at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (event_id) DO NOTHING",
            raw["event_id"],
            raw["room_id"],
            session_id,
            json.dumps(raw),
            _milliseconds(self._clock.now()),
        )

    async def waiting_for(self, sessions: Collection[str] | None) -> list[dict[str, Any]]:
        """The parked events of these megolm sessions (None: all), in the order in which they were written."""
        rows = await self._database.db.fetch("SELECT session_id, event FROM teleconnect_parked_event")
        found = [json.loads(row["event"]) for row in rows if sessions is None or row["session_id"] in sessions]
        return sorted(found, key=lambda raw: int(raw["origin_server_ts"]))

    async def remove(self, event_id: str) -> None:
        await self._database.db.execute("DELETE FROM teleconnect_parked_event WHERE event_id=$1", event_id)

    async def overdue(self) -> list[dict[str, Any]]:
        """Events nobody was told of whose key did not come within the grace. `mark_told` each."""
        if self._surely_none:
            return []
        limit = _milliseconds(self._clock.now() - self._grace)
        rows = await self._database.db.fetch(
            "SELECT event FROM teleconnect_parked_event WHERE NOT told AND parked_at <= $1 ORDER BY parked_at", limit
        )
        return [json.loads(row["event"]) for row in rows]

    async def mark_told(self, event_id: str) -> None:
        await self._database.db.execute("UPDATE teleconnect_parked_event SET told=true WHERE event_id=$1", event_id)

    async def next_due_in(self) -> timedelta | None:
        """How long until the next event is overdue; None when nothing waits."""
        if self._surely_none:
            return None
        earliest = await self._database.db.fetchval("SELECT MIN(parked_at) FROM teleconnect_parked_event WHERE NOT told")
        if earliest is None:
            return None
        return max(timedelta(0), timedelta(milliseconds=int(earliest) - _milliseconds(self._clock.now())) + self._grace)

    async def drop_old(self) -> None:
        if self._surely_none:
            return
        limit = _milliseconds(self._clock.now() - KEEP_FOR)
        await self._database.db.execute("DELETE FROM teleconnect_parked_event WHERE parked_at < $1", limit)
        parked = self._parked
        none = await self._database.db.fetchval("SELECT 1 FROM teleconnect_parked_event LIMIT 1") is None
        self._surely_none = none and parked == self._parked


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
