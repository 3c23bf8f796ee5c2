"""When people are reminded of a planned session, and when they are left in peace (PRODUCT §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from .session import Session

STILL_IN_TIME = timedelta(minutes=5)
"""A reminder that is carried out this late was due before the quiet hours, if it was due just before them."""


def zone_of(name: str) -> tzinfo:
    """The zone with this IANA name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to `end` on the clock of the person's zone; over midnight when `end` is the earlier one, never when they are equal."""

    start: time = time(21)
    end: time = time(8)

    def end_after(self, moment: datetime, zone: str) -> datetime | None:
        """When the quiet time ends in which the moment lies (UTC); None when it lies in none."""
        local = moment.astimezone(zone_of(zone))
        clock, over_midnight = local.time(), self.start > self.end
        in_evening = over_midnight and clock >= self.start
        if not (in_evening or (clock < self.end if over_midnight else self.start <= clock < self.end)):
            return None
        day = local.date() + timedelta(days=1) if in_evening else local.date()
        # Where clocks are put back the end may come twice: the one that lies ahead counts.
        ends = (datetime.combine(day, self.end, tzinfo=local.tzinfo).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return next((end for end in ends if end > moment), None)


def next_reminder(session: Session, after: datetime) -> datetime | None:
    """The first reminder that is due later than `after`.

    One that would fall into quiet hours comes at their end, if that is before the session, else not at all.
    """
    if session.planned_at is None:
        return None
    planned, policy = session.planned_at, session.policy
    due = (planned - ahead for ahead in policy.reminders if planned - ahead > after)
    moved = (policy.quiet_hours.end_after(moment, session.zone) or moment for moment in due)
    return min((moment for moment in moved if moment < planned), default=None)
