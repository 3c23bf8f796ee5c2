"""Colleagues who have a Matrix account: asked in their own chat with the bot, led into the room (PRODUCT §1, "Colleague").

They take part and neither start nor end. Beside a service user who is remote they may come as soon as that person is there;
where nobody else is met (in person, or another user of the homeserver) they are the main seat, and coming into the room is what makes
the session WAITING.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import arrival
from . import commands as c
from . import effects as e
from .arrival import Outcome
from .effects import Effect, Notice
from .errors import NobodyWaiting, NotOpenYet
from .schedule import opens_at
from .session import Mode, Session

_ASKED = {
    Mode.REMOTE: Notice.COLLEAGUE_INVITED,
    Mode.IN_PERSON: Notice.COLLEAGUE_NEEDED,
    Mode.MEETING: Notice.MEETING_ASKED,
}


def told(session: Session, notice: Notice) -> tuple[Effect, ...]:
    """The notice in the own chat of each who takes part by Matrix id."""
    return tuple(e.Tell(notice, user) for user in sorted(session.company))


def asked(session: Session) -> tuple[Effect, ...]:
    """What they read when the invitations go out."""
    return tuple(e.Tell(_ASKED[session.mode], user) for user in sorted(session.colleagues))


def let_in_all(session: Session) -> Outcome:
    """The way into the room for each who is not inside."""
    outside = sorted(session.company - session.staff_inside)
    invited = replace(session, staff_invited=session.staff_invited | session.company)
    return invited, tuple(e.InviteToRoom(user) for user in outside)


def join_invited(session: Session, command: c.Join, now: datetime) -> Outcome:
    """A colleague who is met comes first, as anybody else by pressing Enter: from then on there is a room."""
    if not session.colleague_is_met or command.by not in session.colleagues:
        raise NobodyWaiting(code=session.code)
    opening = opens_at(session)
    if opening and now < opening:
        raise NotOpenYet(code=session.code)
    room: tuple[Effect, ...] = () if session.room_wanted else (e.CreateRoom(),)
    session, effects = arrival.let_in(replace(session, room_wanted=True, last_activity_at=now), command.by)
    return session, (*room, *effects, e.UpdateCard())


def join_waiting(session: Session, command: c.Join, now: datetime) -> Outcome:
    if command.by in session.company:
        return _way_back(session, command.by)
    return arrival.start(session, c.Start(command.by), now)


def join_active(session: Session, command: c.Join, now: datetime) -> Outcome:
    """Also who left by accident; they were invited before the start, so that is no addition (PRODUCT §2)."""
    if command.by in session.company:
        return _way_back(session, command.by)
    return arrival.start_active(session, c.Start(command.by), now)


def join_kept_open(session: Session, command: c.Join, now: datetime) -> Outcome:
    if command.by in session.company:
        return _way_back(session, command.by)
    return arrival.start_kept_open(session, c.Start(command.by), now)


def _way_back(session: Session, user: str) -> Outcome:
    session, effects = arrival.let_in(session, user)
    return session, (*effects, e.UpdateCard())


def nobody_took_it(session: Session, now: datetime) -> Outcome:
    """A colleague's client sends no beats: who has waited in vain for `policy.nobody_present` is taken out and may come again."""
    gone = session.colleagues & session.staff_inside
    session = replace(session, staff_inside=session.staff_inside - gone, staff_invited=session.staff_invited - gone)
    session, effects = arrival.without(session, now, tell=True)
    return session, (*(e.RemoveFromRoom(user) for user in sorted(gone)), *effects)
