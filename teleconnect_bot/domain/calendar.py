"""Who receives the session's time as a file for their calendar (PRODUCT §2 V2, §6): staff and colleagues, and each change of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .effects import Effect, SendCalendar
from .session import Session, State


def in_calendars(session: Session) -> bool:
    """The session has, or had, a time that stands in calendars."""
    return session.planned_at is not None or session.calendar_sequence > 0


def begins_at(session: Session) -> datetime:
    """What calendars show: the planned time; the moment at which it was opened when it is not to wait any longer."""
    return session.planned_at or session.state_since


def taken_back(session: Session) -> bool:
    return session.state is State.CANCELLED


def changed(session: Session) -> Session:
    """Calendars take a change only if it bears a higher number than what they have."""
    return replace(session, calendar_sequence=session.calendar_sequence + 1)


def file_for(session: Session, user: str) -> tuple[Effect, ...]:
    """A file in the chat of somebody who comes to it later than the others."""
    return (SendCalendar(user),) if in_calendars(session) else ()


def files(session: Session) -> tuple[Effect, ...]:
    """A file in the chat of each member of staff and each who takes part by Matrix id."""
    if not in_calendars(session):
        return ()
    staff = [user for user in (session.requester, session.backup) if user]
    return tuple(SendCalendar(user) for user in (*staff, *sorted(session.company.difference(staff))))
