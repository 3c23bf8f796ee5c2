"""The rules behind the table in `life.py`: each works out what one command does to a session in the states where it is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import absence, arrival, calendar, colleagues, delivery, interpreting, inviting, seating, telling
from . import commands as c
from . import effects as e
from .effects import Effect, Notice
from .errors import IsThereAlready, NobodyAdded, NotBy, NothingToResend, OpenAlready, SameTime, SentAlready, StillWaiting, UseEnd
from .guest_link import Ended, Link, SeatState
from .people import Role
from .reminding import STILL_IN_TIME, next_reminder
from .schedule import DeadlineKind, deadlines
from .session import MessageKind, Session, State
from .telling import messages_to

Outcome = tuple[Session, tuple[Effect, ...]]
RuleFunction = Callable[[Session, Any, datetime], Outcome]


# ---- before the session -----------------------------------------------------------------------------------------------


def send(session: Session, command: c.Send, now: datetime) -> Outcome:
    if session.interpreter_wanted:
        session, asked = interpreting.begin(replace(session, state=State.HELD), now)
        return session, (*asked, e.UpdateCard())
    return inviting.send_invitations(session, now)


def drop_draft(session: Session, command: c.Command, now: datetime) -> Outcome:
    return replace(session, state=State.TEARING_DOWN), (e.TearDown(),)


def reschedule_invited(session: Session, command: c.Reschedule, now: datetime) -> Outcome:
    """Everybody who was told the old time is told the new one; the links stay the same. None: the waiting room opens at once."""
    if command.at == session.planned_at:
        raise (SameTime if command.at else OpenAlready)(code=session.code)
    moved = calendar.changed(replace(session, planned_at=command.at, state_since=now))
    if confirming := interpreting.rescheduled_invited(moved, session, now):
        moved, asked = confirming
        return moved, (*asked, *((e.Tell(Notice.INTERPRETER_ASKED_AGAIN),) if command.by != session.requester else ()))
    moved, asked = interpreting.asked_of_the_new_time(replace(moved, remind_at=next_reminder(moved, now)), now)
    moved, told = telling.of_the_new_time(moved)
    told = (*told, *asked)
    requester = (e.Tell(Notice.RESCHEDULED),) if command.by != session.requester else ()
    backup = telling.the_backup(session, Notice.RESCHEDULED) if command.by != session.backup else ()
    return moved, (*requester, *backup, *colleagues.told(session, Notice.RESCHEDULED), e.UpdateCard(), *told, *calendar.files(moved))


def resend(session: Session, command: c.Resend, now: datetime) -> Outcome:
    links = session.links
    if command.to is not None:
        link = _readdressed(session, command.to)
        session, links = session.with_link(link), (link,)
    session = replace(session, last_activity_at=now, via=command.via or session.via)
    again, told = telling.once_more(session, links, command.via)
    if not told:
        raise NothingToResend(code=session.code)
    if command.via and all(message.channel is not command.via for message in again.messages[len(session.messages) :]):
        raise NotBy(code=session.code)
    return again, (e.UpdateCard(), *told)


def _readdressed(session: Session, to: c.NewAddress) -> Link:
    """Whoever received the old link cannot use it any more. After the start another address could be another person."""
    if session.started:
        raise NobodyAdded(code=session.code)
    link = next((link for link in session.links if link.role is Role.SERVICE_USER), None)
    if link is None:
        raise NothingToResend(code=session.code)
    if session.free_places(link) < link.places:
        raise IsThereAlready(code=session.code)
    if to.generation != link.generation + 1:
        raise SentAlready(code=session.code)
    reached = replace(link, contact=to.contact, more=to.more, opted_out=link.opted_out - {0})
    return replace(reached, generation=to.generation, digest=to.digest, dead=False, opened_at=None)


# ---- ending ------------------------------------------------------------------------------------------------------------


def revoke_seats(session: Session, why: Ended) -> Outcome:
    """Every seat is over, in the session and at the gateway, and its visitor out of the room."""
    effects: list[Effect] = []
    for seat in session.seats:
        if seat.state is not SeatState.REVOKED:
            session = session.with_seat(replace(seat, state=SeatState.REVOKED, present=False, ended=why))
            effects.append(e.RevokeSeat(seat.id))
            if seat.user:
                effects.append(e.RemoveFromRoom(seat.user))
    return session, tuple(effects)


def _ended(session: Session, state: State, why: Ended, notice: Notice) -> Outcome:
    session, revoked = revoke_seats(session, why)
    outside = tuple(e.RemoveFromRoom(user) for user in sorted(session.staff_invited - session.staff_inside))
    read_only = (e.MakeReadOnly(),) if session.room_wanted else ()
    ended = replace(
        session,
        state=state,
        staff_invited=session.staff_invited & session.staff_inside,
        came_from=None,
        arrived_at=None,
        left_at=None,
        last_ring_at=None,
        seen_at=None,
    )
    holder = session.holder if state is State.CLOSED and session.holder != session.requester else None
    never_met = state is State.CANCELLED and session.state in (State.INVITED, State.WAITING)
    told = (*colleagues.told(session, notice), *telling.the_backup(session, notice)) if never_met else ()
    return ended, (*revoked, *outside, *read_only, e.UpdateCard(), e.Tell(notice), *((e.Tell(notice, holder),) if holder else ()), *told)


def cancel(session: Session, command: c.Command, now: datetime) -> Outcome:
    if session.started:
        raise UseEnd(code=session.code)
    session, told = telling.of_the_end(session)
    known = calendar.in_calendars(session) and session.state in (State.INVITED, State.WAITING)
    session, effects = _ended(session, State.CANCELLED, Ended.CANCELLED, Notice.CANCELLED)
    if known:
        session = calendar.changed(session)
    return session, (*effects, *told, *(calendar.files(session) if known else ()))


def close(session: Session, command: c.Command, now: datetime) -> Outcome:
    return _ended(session, State.CLOSED, Ended.CLOSED, Notice.CLOSED)


def close_waiting(session: Session, command: c.Close, now: datetime) -> Outcome:
    if not session.started:
        raise StillWaiting(code=session.code)
    return close(session, command, now)


def close_now(session: Session, command: c.CloseNow, now: datetime) -> Outcome:
    closed, revoked = revoke_seats(session, Ended.CLOSED)
    return replace(closed, state=State.TEARING_DOWN), (*revoked, e.UpdateCard(), e.TearDown())


def close_waiting_now(session: Session, command: c.CloseNow, now: datetime) -> Outcome:
    if not session.started:
        raise StillWaiting(code=session.code)
    return close_now(session, command, now)


def tear_down_now(session: Session, command: c.Command, now: datetime) -> Outcome:
    return replace(session, state=State.TEARING_DOWN), (e.UpdateCard(), e.TearDown())


def keep(session: Session, command: c.Keep, now: datetime) -> Outcome:
    return _kept_open(session, now), (e.UpdateCard(), e.Tell(Notice.KEPT_OPEN))


def _kept_open(session: Session, now: datetime) -> Session:
    return replace(session, state=State.KEPT_OPEN, last_activity_at=now)


def reopen(session: Session, command: c.Reopen, now: datetime) -> Outcome:
    """Whoever reopens it gets a way into the room again, since they may have left it meanwhile."""
    state = State.ACTIVE if session.main_present else State.KEPT_OPEN
    starts = (*session.starts, now) if state is State.ACTIVE else session.starts
    session, effects = arrival.let_in(replace(session, state=state, starts=starts, last_activity_at=now), command.by)
    session, more = colleagues.let_in_all(session)
    writable = (e.MakeWritable(),) if session.room else ()
    return session, (*writable, *effects, *more, e.UpdateCard(), e.Tell(Notice.REOPENED))


def want_transcript(session: Session, command: c.WantTranscript, now: datetime) -> Outcome:
    return session, (e.RenderTranscript(command.by),)


def room_emptied(session: Session, command: c.RoomEmptied, now: datetime) -> Outcome:
    """From here the clients of the people who were removed have `policy.sync_grace` to notice."""
    if session.emptied_at is not None:
        return session, ()
    return replace(session, emptied_at=now), ()


def torn_down(session: Session, command: c.TornDown, now: datetime) -> Outcome:
    return replace(session, state=State.GONE), ()


# ---- time --------------------------------------------------------------------------------------------------------------


def deadline_passed(session: Session, command: c.DeadlinePassed, now: datetime) -> Outcome:
    """A deadline that the session no longer has, or that lies ahead, changes nothing.

    An end that must be announced is announced in full, also when the announcement comes late: the end then moves with it.
    """
    if command.deadline not in deadlines(session) or command.deadline.due_at > now:
        return session, ()
    match command.deadline.kind:
        case DeadlineKind.DRAFT_ENDS:
            return drop_draft(session, command, now)
        case DeadlineKind.INTERPRETER_DUE:
            return interpreting.due(session, now)
        case DeadlineKind.ASK_NEXT:
            return interpreting.ask_next(session, now)
        case DeadlineKind.UNAVAILABLE_NOTICE:
            announced = max(session.state_since, now + session.policy.unavailable_notice - session.policy.unavailable)
            return replace(session, end_announced=True, state_since=announced), (e.Tell(Notice.UNAVAILABLE_ENDS_SOON),)
        case DeadlineKind.UNAVAILABLE_ENDS:
            return cancel(session, command, now)
        case DeadlineKind.LINK_EXPIRES:
            return _expired(session)
        case DeadlineKind.REMINDER:
            return _remind(session, now)
        case DeadlineKind.UNDELIVERED:
            return delivery.overdue(session, now)
        case DeadlineKind.SEAT_AWAY:
            return seating.seat_away(session, command.deadline.seat or "", now)
        case DeadlineKind.ASKING_ENDS:
            return seating.refused(session, session.asking) if session.asking else (session, ())
        case DeadlineKind.RING:
            return _ring(session, now)
        case DeadlineKind.NOBODY_CAME:
            return _nobody_came(session)
        case DeadlineKind.NOBODY_PRESENT if session.state is State.WAITING:
            return colleagues.nobody_took_it(session, now)
        case DeadlineKind.NOBODY_PRESENT:
            return _kept_open(session, now), (e.UpdateCard(), e.Tell(Notice.KEPT_OPEN_BY_SILENCE))
        case DeadlineKind.IDLE_NOTICE:
            announced = max(session.last_activity_at, now + session.policy.max_open_notice - session.policy.max_open)
            return replace(session, end_announced=True, last_activity_at=announced), (e.Tell(Notice.IDLE_ENDS_SOON),)
        case DeadlineKind.IDLE_ENDS:
            return _ended(session, State.CLOSED, Ended.CLOSED, Notice.CLOSED_BY_SILENCE)
        case DeadlineKind.ORPHAN_ENDS if session.started:
            return _ended(session, State.CLOSED, Ended.CLOSED, Notice.CLOSED_BY_SILENCE)
        case DeadlineKind.ORPHAN_ENDS:
            return cancel(session, command, now)
        case DeadlineKind.RETENTION_ENDS:
            return tear_down_now(session, command, now)


def _expired(session: Session) -> Outcome:
    return _ended(session, State.CANCELLED, Ended.CANCELLED, Notice.EXPIRED)


def _remind(session: Session, now: datetime) -> Outcome:
    """One that comes late is still sent before the session, but not in quiet hours: at their end, or not at all."""
    planned, due, quiet = session.planned_at, session.remind_at, session.policy.quiet_hours.end_after(now, session.zone)
    if planned is None or due is None or now >= planned:
        return replace(session, remind_at=None), (e.UpdateCard(),)
    if quiet and now - due > STILL_IN_TIME:
        return replace(session, remind_at=quiet if quiet < planned else None), (e.UpdateCard(),)
    reminded, told = telling.of_the_time_again(replace(session, remind_at=next_reminder(session, now)))
    staff = dict.fromkeys((session.requester, *sorted(session.company)))
    asked = (e.RemindStaff(user, planned, f"{due:%Y%m%d%H%M}.{number}") for number, user in enumerate(staff))
    return reminded, (*asked, *told)


def _ring(session: Session, now: datetime) -> Outcome:
    called = session.arrived_at is not None and session.policy.ring.calls_backup(session.arrived_at, now)
    backup = telling.the_backup(session, Notice.STILL_WAITING) if called else ()
    return replace(session, last_ring_at=now), (e.Tell(Notice.STILL_WAITING), *backup, *absence.alerts(session, now))


def _nobody_came(session: Session) -> Outcome:
    """Of several people on one link, those whose role waits are written to."""
    waiting = [seat for seat in session.present_seats if session.is_main(seat)]
    roles = {link: frozenset(seat.role for seat in waiting if seat.link == link.id) for link in session.links}
    new = tuple(
        message for link in session.links if roles[link] for message in messages_to(session, link, MessageKind.NOBODY_CAME, roles[link])
    )
    changed = replace(session, nobody_came=True, messages=session.messages + new)
    backup = telling.the_backup(session, Notice.NOBODY_CAME)
    return changed, (e.Tell(Notice.NOBODY_CAME), *backup, e.UpdateCard(), *(telling.sending(message) for message in new))
