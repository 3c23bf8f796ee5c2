"""Every deadline of a session (PRODUCT §2, "Every timer is a due time in the database").

Deadlines are not stored by hand: they follow from the session. Whoever saves a session saves `deadlines(session)` with it,
so a session can neither lose one nor keep one that is void.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from .channels import ChannelOrder
from .reminding import QuietHours
from .ringing import RingLadder

if TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of PRODUCT as configured when the session was made: what was promised then holds until the end."""

    draft: timedelta = timedelta(minutes=30)
    interpreter_answer: timedelta = timedelta(hours=24)
    unplanned_acceptance: timedelta = timedelta(minutes=60)
    unavailable: timedelta = timedelta(hours=72)
    unavailable_notice: timedelta = timedelta(hours=24)
    unused_link: timedelta = timedelta(days=7)
    unused_planned_link: timedelta = timedelta(hours=24)
    opens_before: timedelta = timedelta(minutes=15)
    length: timedelta = timedelta(hours=1)
    """Nobody knows how long a session will take; this is what calendars keep free, and what interpreters are asked for."""
    away_after: timedelta = timedelta(seconds=90)
    asking: timedelta = timedelta(minutes=10)
    same_arrival: timedelta = timedelta(minutes=10)
    nobody_present: timedelta = timedelta(hours=12)
    max_open: timedelta = timedelta(days=30)
    max_open_notice: timedelta = timedelta(days=3)
    after_close: timedelta = timedelta(hours=24)
    orphaned: timedelta = timedelta(days=7)
    sync_grace: timedelta = timedelta(seconds=120)
    ring: RingLadder = field(default_factory=RingLadder)
    reminders: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(minutes=15))
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    channels: ChannelOrder = field(default_factory=ChannelOrder)
    undelivered_after: timedelta = timedelta(minutes=10)


class DeadlineKind(StrEnum):
    DRAFT_ENDS = "draft_ends"
    ASK_NEXT = "ask_next"
    INTERPRETER_DUE = "interpreter_due"
    UNAVAILABLE_NOTICE = "unavailable_notice"
    UNAVAILABLE_ENDS = "unavailable_ends"
    LINK_EXPIRES = "link_expires"
    REMINDER = "reminder"
    UNDELIVERED = "undelivered"
    SEAT_AWAY = "seat_away"
    ASKING_ENDS = "asking_ends"
    RING = "ring"
    NOBODY_CAME = "nobody_came"
    NOBODY_PRESENT = "nobody_present"
    IDLE_NOTICE = "idle_notice"
    IDLE_ENDS = "idle_ends"
    RETENTION_ENDS = "retention_ends"
    ORPHAN_ENDS = "orphan_ends"


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    due_at: datetime
    kind: DeadlineKind
    seat: str | None = None


def deadlines(session: Session) -> tuple[Deadline, ...]:
    """What is due for this session and when, earliest first. Late is better than never: a due time may lie in the past."""
    due: list[Deadline] = [
        Deadline(seat.last_beat_at + session.policy.away_after, DeadlineKind.SEAT_AWAY, seat.id) for seat in session.present_seats
    ]
    if session.asking:
        due.append(Deadline(session.asking.last_beat_at + session.policy.asking, DeadlineKind.ASKING_ENDS, session.asking.id))
    due += (Deadline(at, kind) for kind, at in (*_of_state(session), *_of_orphan(session)))
    if (late := _late_message(session)) is not None:
        due.append(Deadline(late, DeadlineKind.UNDELIVERED))
    return tuple(sorted(due, key=lambda deadline: (deadline.due_at, deadline.kind, deadline.seat or "")))


def _late_message(session: Session) -> datetime | None:
    from .delivery import first_late_at

    return first_late_at(session)


def _of_state(session: Session) -> list[tuple[DeadlineKind, datetime]]:
    from .session import State

    policy, since = session.policy, session.state_since
    match session.state:
        case State.DRAFT:
            return [(DeadlineKind.DRAFT_ENDS, max(since, session.last_activity_at) + policy.draft)]
        case State.HELD:
            return [(DeadlineKind.INTERPRETER_DUE, answers_until(session)), *_of_the_next_organisation(session)]
        case State.UNAVAILABLE:
            end = unavailable_end(session)
            if not session.end_announced:
                return [(DeadlineKind.UNAVAILABLE_NOTICE, end - policy.unavailable_notice)]
            return [(DeadlineKind.UNAVAILABLE_ENDS, end)]
        case State.INVITED:
            expiry = [] if session.somebody_present else [(DeadlineKind.LINK_EXPIRES, link_end(session))]
            reminder = [(DeadlineKind.REMINDER, session.remind_at)] if session.remind_at else []
            return [*expiry, *reminder, *_of_open_offers(session)]
        case State.WAITING:
            return [*_of_waiting(session), *_of_open_offers(session)]
        case State.ACTIVE:
            return [] if session.somebody_present else [(DeadlineKind.NOBODY_PRESENT, session.last_activity_at + policy.nobody_present)]
        case State.KEPT_OPEN if session.somebody_present:
            return []
        case State.KEPT_OPEN:
            end = session.last_activity_at + policy.max_open
            return [(DeadlineKind.IDLE_ENDS, end) if session.end_announced else (DeadlineKind.IDLE_NOTICE, end - policy.max_open_notice)]
        case State.CLOSED | State.CANCELLED:
            return [(DeadlineKind.RETENTION_ENDS, delete_at(session))]
        case State.TEARING_DOWN | State.GONE:
            return []


def _of_open_offers(session: Session) -> list[tuple[DeadlineKind, datetime]]:
    """Of those who are asked while everybody else knows of the session already."""
    if not any(offer.open for offer in session.offers):
        return []
    return [(DeadlineKind.INTERPRETER_DUE, answers_until(session)), *_of_the_next_organisation(session)]


def _of_the_next_organisation(session: Session) -> list[tuple[DeadlineKind, datetime]]:
    return [(DeadlineKind.ASK_NEXT, session.ask_next_at)] if session.ask_next_at else []


def _of_orphan(session: Session) -> list[tuple[DeadlineKind, datetime]]:
    """A session that belongs to nobody any more ends by itself (PRODUCT §3)."""
    from .session import State

    ending = (State.CLOSED, State.CANCELLED, State.TEARING_DOWN, State.GONE, State.DRAFT)
    if session.orphaned_at is None or session.state in ending:
        return []
    return [(DeadlineKind.ORPHAN_ENDS, session.orphaned_at + session.policy.orphaned)]


def _of_waiting(session: Session) -> list[tuple[DeadlineKind, datetime]]:
    arrived, ring = session.arrived_at, session.policy.ring
    if arrived is None:
        return []
    due: list[tuple[DeadlineKind, datetime]] = []
    if not session.somebody_present:
        due.append((DeadlineKind.NOBODY_PRESENT, session.last_activity_at + session.policy.nobody_present))
    if session.seen_at is None and session.last_ring_at is not None:
        due.append((DeadlineKind.RING, ring.next_ring(arrived, session.last_ring_at)))
    if not session.nobody_came:
        due.append((DeadlineKind.NOBODY_CAME, arrived + ring.give_up))
    return due


def answers_until(session: Session) -> datetime:
    """Until when organisations may answer: 24 h, and never later than the session's time (PRODUCT §5)."""
    until = session.seeking_since + session.policy.interpreter_answer
    planned = session.planned_at
    return min(until, planned) if planned and planned > session.seeking_since else until


def opens_at(session: Session) -> datetime | None:
    """When the waiting room of a planned session opens, as people know its time; None when it is open at once."""
    return session.time_told - session.policy.opens_before if session.time_told else None


def link_end(session: Session) -> datetime:
    """24 h after the session's time, 7 days for an unplanned one (PRODUCT §9); never while somebody is on the way in."""
    if session.planned_at:
        end = max(session.planned_at, session.time_told or session.planned_at, session.state_since) + session.policy.unused_planned_link
        return max(end, session.last_activity_at + session.policy.same_arrival)
    return max(session.state_since, session.last_activity_at) + session.policy.unused_link


def unavailable_end(session: Session) -> datetime:
    """The later of 72 h and the session's time (PRODUCT §2)."""
    end = session.state_since + session.policy.unavailable
    return max(end, session.planned_at) if session.planned_at else end


def delete_at(session: Session) -> datetime:
    """When the deletion of a closed or cancelled session begins."""
    return session.state_since + session.policy.after_close
