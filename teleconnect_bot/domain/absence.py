"""What is done for people who are not there: a word that something was written for them, their number to ring (PRODUCT §2, §3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import commands as c
from . import effects as e
from . import telling
from .arrival import Outcome
from .effects import Effect
from .errors import NoNumber
from .people import ContactKind, Role
from .session import Session


def somebody_wrote_kept_open(session: Session, command: c.SomebodyWrote, now: datetime) -> Outcome:
    """What staff write while nobody is there is announced by one message for each absence."""
    written = replace(session, last_activity_at=now)
    if session.seat_of(command.user) or session.somebody_present or session.message_noted:
        return written, ()
    role = Role.COLLEAGUE if session.colleague_is_met else Role.SERVICE_USER
    noted, told = telling.of_a_new_message(written, (link for link in session.links if link.role is role))
    return replace(noted, message_noted=bool(told)), (e.UpdateCard(), *told) if told else ()


def show_number(session: Session, command: c.ShowNumber, now: datetime) -> Outcome:
    """Whoever may see the session may ring its people; the number does not stay in the chat."""
    if not any(way.kind is ContactKind.PHONE for link in session.links for person in link.recipients for way in person.contacts):
        raise NoNumber(code=session.code)
    return session, (e.HideAnswer(command.event),)


def alerts(session: Session, now: datetime) -> tuple[Effect, ...]:
    """From the first ring that calls the backup on, staff who do not look at their chats are written to as well."""
    ring, arrived, last = session.policy.ring, session.arrived_at, session.last_ring_at
    if arrived is None or last is None or not ring.calls_backup(arrived, now) or ring.calls_backup(arrived, last):
        return ()
    called = sorted(session.team_members) if session.is_the_teams else [session.requester, session.backup]
    return tuple(e.AlertStaff(user) for user in called if user)
