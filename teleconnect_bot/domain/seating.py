"""Who sits where: free places, another browser, one more than was invited (PRODUCT §4, "Seats").

Nobody who holds a link can throw out somebody who is present. A taken place moves when its browser has been away for 90 s, or when
that browser or the requester says yes; one more than was invited needs the requester's yes, and comes in before the start alone.
Whoever was removed holds the same link as the others, so from then on nobody new sits down on it without such a yes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import arrival
from . import commands as c
from . import effects as e
from .arrival import Outcome
from .effects import Effect, Notice
from .errors import LinkFull, LinkUnusable, NobodyAdded, NobodyAsks, TooEarly
from .guest_link import Ended, Link, Seat, SeatState
from .people import Role
from .schedule import opens_at
from .session import Session, State


def seat_claimed(session: Session, command: c.SeatClaimed, now: datetime) -> Outcome:
    """A free place becomes a seat: that of the role which the person says they have, else the first that is free.

    The same secret again is the same seat. Where somebody of this link was removed, the requester is asked first.
    """
    if any(seat.digest == command.seat.digest for seat in session.seats):
        return session, ()
    link = _open_link(session, command.seat, now)
    if session.free_places(link) >= 1:
        return _ask(session, command.seat, link, now) if session.lost_trust(link) else _sit(session, command.seat, link, now)
    old = None if session.lost_trust(link) else _away(session, link, now)
    if old is None:
        raise LinkFull
    return _take_over(session, replace(command.seat, moves=old.id), old, now)


def seat_asked(session: Session, command: c.SeatAsked, now: datetime) -> Outcome:
    """Like `seat_claimed` when that is possible by now; else those who can say yes are asked."""
    if any(seat.digest == command.seat.digest for seat in session.seats):
        return session, ()
    link = _open_link(session, command.seat, now)
    if not session.lost_trust(link) and (session.free_places(link) >= 1 or _away(session, link, now)):
        return seat_claimed(session, c.SeatClaimed(command.seat), now)
    return _ask(session, command.seat, link, now)


def seat_answered(session: Session, command: c.SeatAnswered, now: datetime) -> Outcome:
    """The old browser's own word, for its own place alone."""
    asking, seat = session.asking, session.seat(command.seat)
    if asking is None or seat is None or not seat.live or asking.moves != seat.id:
        return session, ()
    return grant(session, asking, now) if command.yes else refused(session, asking)


def admit(session: Session, command: c.Admit, now: datetime) -> Outcome:
    asking = session.asking
    if asking is None:
        raise NobodyAsks(code=session.code)
    link = session.link(asking.link)
    if asking.moves is None and session.started and (link is None or session.free_places(link) < 1):
        raise NobodyAdded(code=session.code)
    session, effects = grant(session, asking, now)
    return session, tuple(effect for effect in effects if not (isinstance(effect, e.Tell) and effect.notice is Notice.ALSO_COMING))


def refuse(session: Session, command: c.Refuse, now: datetime) -> Outcome:
    if session.asking is None:
        raise NobodyAsks(code=session.code)
    return refused(session, session.asking)


def refused(session: Session, asking: Seat) -> Outcome:
    """Nobody said yes. The same browser may ask again with a new secret."""
    return session.with_seat(replace(asking, state=SeatState.REVOKED, ended=Ended.REFUSED)), (e.RevokeSeat(asking.id), e.UpdateCard())


def seat_away(session: Session, seat_id: str, now: datetime) -> Outcome:
    """Who asks for the place of somebody who has gone away meanwhile gets it, unless a yes is needed on this link."""
    session, effects = arrival.seat_away(session, seat_id, now)
    return _given_to_who_asks(session, effects, seat_id, now)


def went_away(session: Session, command: c.WentAway, now: datetime) -> Outcome:
    """As `seat_away`."""
    session, effects = arrival.went_away(session, command, now)
    return _given_to_who_asks(session, effects, command.seat, now) if effects else (session, effects)


def _given_to_who_asks(session: Session, effects: tuple[Effect, ...], seat_id: str, now: datetime) -> Outcome:
    asking = session.asking
    if asking is None or asking.moves != seat_id or _needs_a_yes(session, asking):
        return session, effects
    session, moved = grant(session, asking, now)
    return session, (*effects, *moved)


def visitor_left(session: Session, command: c.VisitorLeft, now: datetime) -> Outcome:
    """A place that becomes free goes to whoever asks for one of that link, unless a yes is needed; who asks may also give it up."""
    seat = session.seat(command.seat)
    if seat is not None and seat.state is SeatState.ASKING:
        return refused(session, seat)
    session, effects = arrival.visitor_left(session, command, now)
    asking, link = session.asking, session.link(seat.link) if seat else None
    if asking is None or link is None or asking.link != link.id or session.free_places(link) < 1 or _needs_a_yes(session, asking):
        return session, effects
    session, seated = grant(session, asking, now)
    return session, (*effects, *seated)


def remove(session: Session, command: c.Remove, now: datetime) -> Outcome:
    """Nobody takes the place of who was removed for good."""
    session, effects = arrival.remove(session, command, now)
    if session.asking is None or session.asking.moves != command.person:
        return session, effects
    session, ended = refused(session, session.asking)
    return session, (*effects, *ended)


def grant(session: Session, asking: Seat, now: datetime) -> Outcome:
    """Whoever asks sits down now: in a place that has become free, in the one that they asked for, or in one more."""
    link = session.link(asking.link)
    if link is None:
        return session, ()
    old = session.seat(asking.moves) if asking.moves else None
    moves = old is not None and old.live
    if session.free_places(link) >= 1 and not (moves and session.lost_trust(link)):
        return _sit(session, asking, link, now)
    if old is not None and moves:
        return _take_over(session, asking, old, now)
    if old is not None or session.started:
        return refused(session, asking)
    link = replace(link, places=link.places + 1, added=link.added + 1)
    return _sit(session.with_link(link), asking, link, now)


def _open_link(session: Session, seat: Seat, now: datetime) -> Link:
    link = session.link(seat.link)
    if link is None or link.dead:
        raise LinkUnusable
    opening = opens_at(session)
    if opening and now < opening:
        raise TooEarly
    return link


def _ask(session: Session, seat: Seat, link: Link, now: datetime) -> Outcome:
    """Those who can say yes are asked: for the place of `seat.moves`, for one that is free, or for one more."""
    old = session.seat(seat.moves) if seat.moves else None
    wrong = seat.moves is not None and (old is None or not old.live or old.link != link.id)
    free = session.free_roles(link)
    if session.asking or wrong or (old is None and not free and session.started):
        raise LinkFull
    role = old.role if old else _role_of_one_more(link) if not free else seat.role if seat.role in free else free[0]
    asking = replace(seat, role=role, number=0, state=SeatState.ASKING, last_beat_at=now)
    notice = Notice.RETURN_ASKED if session.lost_trust(link) else Notice.MOVE_ASKED if old else Notice.MORE_ASKED
    told = (e.Tell(notice, user, asking.id) for user in session.in_charge)
    return replace(session, seats=(*session.seats, asking), last_activity_at=now), (*told, e.UpdateCard())


def _needs_a_yes(session: Session, asking: Seat) -> bool:
    link = session.link(asking.link)
    return link is not None and session.lost_trust(link)


def _away(session: Session, link: Link, now: datetime) -> Seat | None:
    """A seat whose browser has been away for so long that another may have its place, or whose person has pressed Leave."""
    return next((seat for seat in session.seats if seat.link == link.id and seat.live and _is_away(session, seat, now)), None)


def _is_away(session: Session, seat: Seat, now: datetime) -> bool:
    """A beat that came after Leave is somebody who is coming back."""
    left = seat.away_since is not None and seat.last_beat_at <= seat.away_since
    return not seat.present and (left or now - seat.last_beat_at >= session.policy.away_after)


def _role_of_one_more(link: Link) -> Role:
    return Role.THIRD_PARTY if link.role is Role.SERVICE_USER else link.role


def _take_over(session: Session, seat: Seat, old: Seat, now: datetime) -> Outcome:
    """The old browser is signed out at once, and the requester told, whoever said yes (PRODUCT §4)."""
    session = session.with_seat(replace(old, state=SeatState.REVOKED, present=False, ended=Ended.MOVED))
    session, effects = arrival.without(session, now, tell=False)
    link = session.link(seat.link)
    assert link is not None
    session, seated = _sit(session, replace(seat, role=old.role), link, now, quietly=True)
    out = (e.RemoveFromRoom(old.user),) if old.user else ()
    told = (e.Tell(Notice.MOVED, user) for user in session.in_charge)
    return session, (e.RevokeSeat(old.id), *out, *told, *effects, *seated)


def _sit(session: Session, coming: Seat, link: Link, now: datetime, *, quietly: bool = False) -> Outcome:
    free = session.free_roles(link)
    role = coming.role if coming.role in free else free[0]
    taken = {seat.number for seat in session.seats if seat.role is role and seat.live}
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    seat = replace(coming, role=role, number=number, state=SeatState.CLAIMED, last_beat_at=now)
    others = tuple(each for each in session.seats if each.id != seat.id)
    room: tuple[Effect, ...] = () if session.room_wanted else (e.CreateRoom(),)
    claimed = replace(session, seats=(*others, seat), room_wanted=True, last_activity_at=now)
    told = () if quietly else _told(session, seat)
    return claimed, (*room, e.ProvisionVisitor(seat.id), *told, e.UpdateCard())


def _told(session: Session, seat: Seat) -> tuple[Effect, ...]:
    """Before anybody waits, that somebody is coming; afterwards, who else comes to those that are there (PRODUCT §4)."""
    if session.state in (State.WAITING, State.ACTIVE):
        return tuple(e.Tell(Notice.ALSO_COMING, user, seat.id) for user in session.in_charge)
    return (e.Tell(Notice.COMING),) if session.is_main(seat) else ()
