"""The ring ladder of the waiting room (PRODUCT §3, "Arrival"): who is told when, while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rung:
    """Until `until` after the arrival, ring every `every`."""

    until: timedelta
    every: timedelta


@dataclass(frozen=True, slots=True)
class RingLadder:
    """The rungs in order; the last one goes on for as long as the person waits. `give_up` is when they are told that nobody could come.

    Rings from `backup_after` on are heard by the backup too.
    """

    rungs: tuple[Rung, ...] = (
        Rung(until=timedelta(minutes=10), every=timedelta(seconds=60)),
        Rung(until=timedelta(days=3650), every=timedelta(minutes=10)),
    )
    give_up: timedelta = timedelta(minutes=30)
    backup_after: timedelta = timedelta(minutes=5)

    def next_ring(self, arrived_at: datetime, last_rung_at: datetime) -> datetime:
        """The moment of the next ring after `last_rung_at`."""
        waited = last_rung_at - arrived_at
        for rung in self.rungs:
            if waited < rung.until:
                return last_rung_at + rung.every
        return last_rung_at + self.rungs[-1].every

    def calls_backup(self, arrived_at: datetime, now: datetime) -> bool:
        """Whether a ring at this moment is for the backup as well."""
        return now - arrived_at >= self.backup_after
