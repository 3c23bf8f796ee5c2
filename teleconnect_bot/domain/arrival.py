"""The rules of coming, waiting, starting and going (PRODUCT §3 "Arrival", §4 "Seats", "Presence")."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from . import commands as c
from . import effects as e
from .effects import Effect, Notice
from .errors import AlreadyStarted, NobodyToRemove, NobodyWaiting
from .guest_link import Ended, Seat, SeatState
from .organisations import OfferState
from .session import Session, State

Outcome = tuple[Session, tuple[Effect, ...]]


def link_opened(session: Session, command: c.LinkOpened, now: datetime) -> Outcome:
    link = session.link(command.link)
    if link is None or link.dead or link.opened_at:
        return session, ()
    return session.with_link(replace(link, opened_at=now)), (e.UpdateCard(),)


def device_tested(session: Session, command: c.DeviceTested, now: datetime) -> Outcome:
    link = session.link(command.link)
    if link is None or link.dead or link.tested is command.result:
        return session, ()
    return session.with_link(replace(link, tested=command.result)), (e.UpdateCard(),)


DOUBT_IS_HEARD_EVERY = timedelta(hours=1)


def not_for_me(session: Session, command: c.NotForMe, now: datetime) -> Outcome:
    """Nobody enters with this link any more, unless somebody has come by it: then it is theirs too, whoever presses the button may be
    the one who was removed, and the word is passed on alone, once an hour at most."""
    link = session.link(command.link)
    if link is None or link.dead:
        return session, ()
    if session.was_used(link):
        if link.doubted_at and now - link.doubted_at < DOUBT_IS_HEARD_EVERY:
            return session, ()
        told = tuple(e.Tell(Notice.NOT_ME_BUT_USED, user) for user in session.in_charge)
        return session.with_link(replace(link, doubted_at=now)), told
    return session.with_link(replace(link, dead=True)), (e.Tell(Notice.NOT_ME), e.UpdateCard())


ASKING_IS_HEARD_EVERY = timedelta(hours=1)


def new_link_asked(session: Session, command: c.NewLinkAsked, now: datetime) -> Outcome:
    """The requester reads it, at most once an hour for each link; whoever holds a link that works needs no other."""
    link = session.link(command.link)
    works = session.state in (State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN)
    if link is None or (works and not link.dead) or (link.asked_at and now - link.asked_at < ASKING_IS_HEARD_EVERY):
        return session, ()
    return session.with_link(replace(link, asked_at=now)), (e.Tell(Notice.NEW_LINK_ASKED),)


def visitor_provisioned(session: Session, command: c.VisitorProvisioned, now: datetime) -> Outcome:
    seat = session.seat(command.seat)
    if seat is None or seat.state is not SeatState.CLAIMED:
        return session, ()
    return session.with_seat(replace(seat, state=SeatState.PROVISIONED, user=command.user, device=command.device)), ()


def room_created(session: Session, command: c.RoomCreated, now: datetime) -> Outcome:
    if session.room == command.room:
        return session, ()
    return replace(session, room=command.room), ()


def seat_ready(session: Session, command: c.SeatReady, now: datetime) -> Outcome:
    seat = session.seat(command.seat)
    if seat is None or seat.state is not SeatState.PROVISIONED:
        return session, ()
    return session.with_seat(replace(seat, state=SeatState.READY)), (e.AdmitVisitor(seat.id),)


def seat_admitted(session: Session, command: c.SeatAdmitted, now: datetime) -> Outcome:
    seat = session.seat(command.seat)
    if seat is None or seat.state is not SeatState.READY:
        return session, ()
    return session.with_seat(replace(seat, state=SeatState.ADMITTED)), ()


def visitor_joined(session: Session, command: c.VisitorJoined, now: datetime) -> Outcome:
    """The visitor's device is in the room: "here". Other visitors may have written while it was only invited."""
    seat = session.seat_of(command.user)
    if seat is None or seat.state not in (SeatState.READY, SeatState.ADMITTED):
        return session, ()
    session = session.with_seat(replace(seat, state=SeatState.JOINED))
    letters = e.DeliverLetters(command.user)
    if seat.call_of or seat.away_since is not None:
        return session, (e.ShieldVisitor(seat.id), letters)
    outcome, effects = _present(session, seat.id, now)
    return outcome, (e.ShieldVisitor(seat.id), *effects, letters)


def seat_beat(session: Session, command: c.SeatBeat, now: datetime) -> Outcome:
    """The page is there again. Who pressed Leave on the way in goes on with the way in."""
    seat = session.seat(command.seat)
    if seat is None or not seat.live or seat.present or seat.call_of:
        return session, ()
    if seat.state is SeatState.JOINED:
        return _present(session, seat.id, now)
    return session if seat.away_since is None else session.with_seat(replace(seat, away_since=None, last_beat_at=now)), ()


def _present(session: Session, seat_id: str, now: datetime) -> Outcome:
    seat = session.seat(seat_id)
    assert seat is not None
    session = session.with_seat(replace(seat, present=True, away_since=None, last_beat_at=now))
    session = replace(session, last_activity_at=now, message_noted=False)
    if not session.is_main(seat) or session.state not in (State.INVITED, State.KEPT_OPEN):
        return session, (e.UpdateCard(),)
    return _main_arrived(session, now)


def _main_arrived(session: Session, now: datetime) -> Outcome:
    """Somebody on a main seat is there: staff and colleagues get the way into the room, those first who may take the session."""
    same_arrival = session.left_at is not None and now - session.left_at <= session.policy.same_arrival
    waiting = replace(session, state=State.WAITING, came_from=session.state)
    if same_arrival and session.arrived_at is not None:
        return waiting, (e.UpdateCard(),)
    staff = session.staff_inside | session.team_members | frozenset(user for user in (session.requester, session.backup) if user)
    waiting = replace(
        waiting,
        arrived_at=now,
        left_at=None,
        last_ring_at=now,
        seen_at=None,
        nobody_came=False,
        staff_invited=session.staff_invited | staff | session.company,
    )
    colleagues = session.company - session.staff_inside - staff
    invited = (*sorted(staff - session.staff_inside), *sorted(colleagues))
    notice = Notice.CAME_BACK if session.state is State.KEPT_OPEN else Notice.HERE
    interpret = session.interpreters - session.colleagues
    told = (e.Tell(Notice.INTERPRETER_MAY_COME if user in interpret else Notice.COLLEAGUE_MAY_COME, user) for user in sorted(colleagues))
    return waiting, (*(e.InviteToRoom(user) for user in invited), e.Tell(notice), *told, e.UpdateCard())


def seat_away(session: Session, seat_id: str, now: datetime) -> Outcome:
    """No beat for 90 s. Of a phone that locks itself again and again the requester reads once in the same arrival."""
    seat = session.seat(seat_id)
    if seat is None or not seat.present:
        return session, ()
    session = replace(session.with_seat(replace(seat, present=False, away_since=now)), last_activity_at=now)
    return without(session, now, tell=session.left_at is None)


def went_away(session: Session, command: c.WentAway, now: datetime) -> Outcome:
    """Leave was pressed: away at once, and told every time. Seat, account and keys live on, so that the same browser may come back.

    A call seat is nobody who is there, so that nothing is to be told of it.
    """
    seat = session.seat(command.seat)
    if seat is None or not seat.live or seat.away_since is not None or seat.call_of:
        return session, ()
    away = session.with_seat(replace(seat, present=False, away_since=now))
    return without(replace(away, last_activity_at=now), now, tell=True)


def deletion_asked(session: Session, command: c.DeletionAsked, now: datetime) -> Outcome:
    """A person may ask; nothing is deleted before the requester has said yes (PRODUCT §9)."""
    seat = session.seat(command.seat)
    if seat is None or not seat.live or seat.deletion_asked:
        return session, ()
    asked = replace(session.with_seat(replace(seat, deletion_asked=True)), last_activity_at=now)
    return asked, (*(e.Tell(Notice.DELETION_ASKED, user) for user in session.in_charge), e.UpdateCard())


def visitor_left(session: Session, command: c.VisitorLeft, now: datetime) -> Outcome:
    """The page was left for good, or the visitor left the room: the place is free again, and coming back is with a new seat."""
    seat = session.seat(command.seat)
    if seat is None or not seat.live:
        return session, ()
    return out(session, seat, Ended.LEFT, now, tell=True)


def remove(session: Session, command: c.Remove, now: datetime) -> Outcome:
    """Out at once and for good: the browser's secret opens nothing any more, and the place stays taken."""
    if command.person in session.company:
        return _remove_colleague(session, command.person, now)
    seat = session.seat(command.person)
    if seat is None or not seat.live:
        raise NobodyToRemove(code=session.code)
    return out(session, seat, Ended.REMOVED, now, tell=False)


def out(session: Session, seat: Seat, why: Ended, now: datetime, *, tell: bool) -> Outcome:
    """The seat is over at once, at the gateway and in the room."""
    session = session.with_seat(replace(seat, state=SeatState.REVOKED, present=False, ended=why))
    session, effects = without(replace(session, last_activity_at=now), now, tell=tell)
    out = (e.RemoveFromRoom(seat.user),) if seat.user else ()
    return session, (e.RevokeSeat(seat.id), *out, *effects)


def _remove_colleague(session: Session, user: str, now: datetime) -> Outcome:
    session = replace(
        session,
        colleagues=session.colleagues - {user},
        offers=tuple(replace(offer, state=OfferState.WITHDRAWN) if offer.user == user else offer for offer in session.offers),
        interpreter_ready=session.interpreter_ready and user not in session.interpreters,
        staff_inside=session.staff_inside - {user},
        staff_invited=session.staff_invited - {user},
        last_activity_at=now,
    )
    told = tuple(e.TellOrganisation(offer.id) for offer in session.offers if offer.user == user)
    session, effects = without(session, now, tell=False)
    return session, (e.RemoveFromRoom(user), *told, *effects)


def without(session: Session, now: datetime, *, tell: bool) -> Outcome:
    """Somebody went away; when that was the last main seat, nobody waits any more."""
    if session.state is State.WAITING and not session.main_present and session.came_from is not None:
        away = (e.Tell(Notice.AWAY),) if tell else ()
        return replace(session, state=session.came_from, came_from=None, left_at=now), (*away, e.UpdateCard())
    return session, (e.UpdateCard(),)


# ---- staff -------------------------------------------------------------------------------------------------------------


def _joined(session: Session, user: str, now: datetime) -> Session:
    return replace(session, staff_inside=session.staff_inside | {user}, staff_invited=session.staff_invited | {user}, last_activity_at=now)


def _started(session: Session, by: str, now: datetime) -> Outcome:
    """The one start. Whoever else was invited to take the session is not needed any more; colleagues may come at any time."""
    others = session.staff_invited - session.staff_inside - session.company - {by}
    active = replace(
        session,
        state=State.ACTIVE,
        holder=by,
        starts=(*session.starts, now),
        came_from=None,
        arrived_at=None,
        left_at=None,
        last_ring_at=None,
        seen_at=None,
        nobody_came=False,
        staff_invited=session.staff_invited - others,
        last_activity_at=now,
    )
    return active, (*(e.RemoveFromRoom(user) for user in sorted(others)), e.UpdateCard(), e.Tell(Notice.STARTED))


def staff_joined_waiting(session: Session, command: c.StaffJoined, now: datetime) -> Outcome:
    """Joining the room is starting (PRODUCT §3). Who is inside already changes a name or a picture, which is a join to Matrix."""
    if command.user in session.staff_inside:
        return session, ()
    joined = _joined(session, command.user, now)
    if not session.may_start(command.user):
        return joined, (e.DeliverLetters(command.user), e.UpdateCard())
    started, effects = _started(joined, command.user, now)
    return started, (*effects, e.DeliverLetters(command.user))


def staff_joined_active(session: Session, command: c.StaffJoined, now: datetime) -> Outcome:
    """Somebody who was invited before enters a running session. Who came second to a start is taken out again."""
    if command.user in session.staff_inside:
        return session, ()
    if session.may_start(command.user) and command.user not in session.staff_invited and command.user != session.holder:
        return session, (e.RemoveFromRoom(command.user), e.Tell(Notice.TAKEN, command.user))
    return _joined(session, command.user, now), (e.DeliverLetters(command.user), e.UpdateCard())


def staff_joined_quietly(session: Session, command: c.StaffJoined, now: datetime) -> Outcome:
    """Outside a running session. A colleague who is to be met and comes in is whom the session waits for."""
    if command.user in session.staff_inside:
        return session, ()
    joined = _joined(session, command.user, now)
    if session.colleague_is_met and command.user in session.colleagues:
        arrived, effects = _main_arrived(joined, now)
        return arrived, (*effects, e.DeliverLetters(command.user))
    return joined, (e.DeliverLetters(command.user), e.UpdateCard())


def staff_left(session: Session, command: c.StaffLeft, now: datetime) -> Outcome:
    if command.user not in session.staff_inside and command.user not in session.staff_invited:
        return session, ()
    inside, invited = session.staff_inside - {command.user}, session.staff_invited - {command.user}
    left = replace(session, staff_inside=inside, staff_invited=invited)
    if session.state is State.WAITING and not left.main_present:
        return without(left, now, tell=True)
    return left, ()


def somebody_wrote(session: Session, command: c.SomebodyWrote, now: datetime) -> Outcome:
    return replace(session, last_activity_at=now), ()


def somebody_wrote_waiting(session: Session, command: c.SomebodyWrote, now: datetime) -> Outcome:
    """Whoever is inside already and answers has taken the session: nothing more is to be joined."""
    if session.may_start(command.user) and command.user in session.staff_inside:
        return _started(session, command.user, now)
    return somebody_wrote(session, command, now)


def start(session: Session, command: c.Start, now: datetime) -> Outcome:
    """Whoever is inside starts at once; everybody else gets the way into the room, and joining it is starting."""
    if command.by in session.staff_inside:
        return _started(session, command.by, now)
    return let_in(session, command.by)


def start_kept_open(session: Session, command: c.Start, now: datetime) -> Outcome:
    if not session.main_present:
        raise NobodyWaiting(code=session.code)
    session, invited = let_in(session, command.by)
    started, effects = _started(session, command.by, now)
    return started, (*invited, *effects)


def start_active(session: Session, command: c.Start, now: datetime) -> Outcome:
    """Who holds the session and left its room by accident gets the way back; that is no addition (PRODUCT §2)."""
    if command.by != session.holder or command.by in session.staff_inside:
        raise AlreadyStarted(code=session.code, holder=session.holder or "")
    return let_in(session, command.by)


def let_in(session: Session, user: str) -> Outcome:
    """An invitation for somebody who is not inside."""
    if user in session.staff_inside:
        return session, ()
    return replace(session, staff_invited=session.staff_invited | {user}), (e.InviteToRoom(user),)


def seen(session: Session, command: c.Seen, now: datetime) -> Outcome:
    """Stops the ringing; the person reads that they were seen."""
    if session.seen_at is not None:
        return session, ()
    return replace(session, seen_at=now), (e.UpdateCard(),)
