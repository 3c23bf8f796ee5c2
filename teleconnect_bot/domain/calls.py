"""Calls of staff: a personal link that one browser redeems, and the seat that it gets for the call (PRODUCT §7).

What matters of a call happens between the browsers; the session knows who of the staff may join it from where. A link and a seat
exist while the session runs and the person they belong to is in its room, and not a moment longer (`settled`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from . import commands as c
from . import effects as e
from .effects import Effect, Notice
from .errors import NotInTheRoom
from .guest_link import Ended, SeatState
from .people import Role

if TYPE_CHECKING:
    from .session import Session

Outcome = tuple["Session", tuple[Effect, ...]]


class CallKind(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLink:
    """The way into the call for one member of the staff. `user` is their Matrix id, `seat` the one that it was redeemed for.

    `refused`: another browser tried it afterwards, and its owner was told. `kind` is what was rung for last before it was redeemed,
    None before anybody rang: the page that it opens begins with camera or without.
    """

    id: str
    user: str
    digest: bytes = field(repr=False)
    seat: str | None = None
    refused: bool = False
    kind: CallKind | None = None


def offered(session: Session, command: c.CallOffered, now: datetime) -> Outcome:
    """Whoever has a link already keeps it. It stands on the card of the one who reads the card; everybody else receives it."""
    user = command.link.user
    if user not in session.staff_inside or session.call_link(user) is not None:
        return session, ()
    link = replace(command.link, kind=_rung_for(session))
    told = () if user == session.requester else (e.Tell(Notice.CALL_OFFERED, user),)
    return replace(session, call_links=(*session.call_links, link)), (e.UpdateCard(), *told)


def call(session: Session, command: c.Call, now: datetime) -> Outcome:
    """A new link for who asks, which ends the one before unless a browser uses that; the pages ring, and so does who is inside."""
    if command.by not in session.staff_inside:
        raise NotInTheRoom(code=session.code)
    others = (link for link in session.call_links if link.user != command.by)
    rung = tuple(replace(link, kind=command.kind) if link.seat is None else link for link in others)
    own = replace(command.link, user=command.by, kind=command.kind)
    called = replace(session, call_links=(*rung, own), last_activity_at=now)
    return called, (e.RingCall(command.kind, command.link.id), *_told_of_call(session, command.by), e.UpdateCard())


def seat_claimed(session: Session, command: c.CallSeatClaimed, now: datetime) -> Outcome:
    """The first browser has the link for good; for any other its owner is told, once. The seat of an earlier link is over.

    With the first seat a call begins, of which the others learn unless somebody has rung for it.
    """
    if any(seat.digest == command.seat.digest for seat in session.seats):
        return session, ()
    link = next((link for link in session.call_links if link.id == command.link), None)
    if link is None:
        return session, ()
    if link.seat is not None:
        warned = () if link.refused else (e.Tell(Notice.CALL_LINK_TRIED, link.user),)
        return _with_link(session, replace(link, refused=True)), warned
    told = () if _runs(session) else _told_of_call(session, link.user)
    session, out = _without_seats(session, {link.user}, Ended.MOVED)
    taken = {seat.number for seat in session.seats if seat.call_of and seat.live}
    number = next(number for number in range(1, len(taken) + 2) if number not in taken)
    seat = replace(command.seat, link="", role=Role.CALL, number=number, call_of=link.user, state=SeatState.CLAIMED, last_beat_at=now)
    seated = replace(session, seats=(*session.seats, seat), last_activity_at=now)
    return _with_link(seated, replace(link, seat=seat.id)), (*out, e.ProvisionVisitor(seat.id), *told, e.UpdateCard())


def heard(session: Session, command: c.CallHeard, now: datetime) -> Outcome:
    """A guest is in the call before anybody of the staff: whoever of these has a way into it learns that, as if it had been rung for."""
    seat = session.seat_of(command.user)
    waiting = tuple(link.user for link in session.call_links if link.seat is None)
    if seat is None or not seat.live or seat.call_of or not waiting or _runs(session):
        return session, ()
    links = tuple(replace(link, kind=CallKind.VIDEO) if link.seat is None else link for link in session.call_links)
    return replace(session, call_links=links), (*(e.Tell(Notice.CALLED, user) for user in sorted(waiting)), e.UpdateCard())


def settled(before: Session, after: Session) -> Outcome:
    """Holds after every decision: no call before the start, none after the end, none for who is not in the room.

    Whoever of the staff is in the room of a session that has just begun, or has just come into it, is offered a link.
    """
    inside = _may_call(after)
    session, effects = _without_seats(after, {seat.call_of for seat in after.seats if seat.call_of} - inside, Ended.CLOSED)
    if any(link.user not in inside for link in session.call_links):
        session = replace(session, call_links=tuple(link for link in session.call_links if link.user in inside))
    came = (user for user in sorted(inside - _may_call(before)) if session.call_link(user) is None)
    return session, (*effects, *(e.OfferCall(user) for user in came))


def still_to_tell(session: Session, notice: Notice, user: str) -> bool:
    """Between the decision and the message a call may have ended, or the link have been used: then there is nothing more to say."""
    if notice not in (Notice.CALLED, Notice.CALL_OFFERED):
        return True
    link = session.call_link(user)
    return user in _may_call(session) and (notice is Notice.CALLED or (link is not None and link.seat is None))


def _runs(session: Session) -> bool:
    """All who can be told of a call know of one."""
    return _rung_for(session) is not None or any(seat.call_of and seat.live for seat in session.seats)


def _rung_for(session: Session) -> CallKind | None:
    return next((link.kind for link in reversed(session.call_links) if link.kind), None)


def _told_of_call(session: Session, by: str) -> tuple[Effect, ...]:
    """All others of the staff who are in the room."""
    return tuple(e.Tell(Notice.CALLED, user) for user in sorted(session.staff_inside - {by}))


def _may_call(session: Session) -> frozenset[str]:
    from .session import State

    return session.staff_inside if session.state is State.ACTIVE else frozenset()


def _with_link(session: Session, link: CallLink) -> Session:
    return replace(session, call_links=tuple(link if old.id == link.id else old for old in session.call_links))


def _without_seats(session: Session, users: frozenset[str] | set[str], why: Ended) -> Outcome:
    """The call seats of these people are over, at the gateway and in the room."""
    effects: list[Effect] = []
    for seat in session.seats:
        if seat.call_of in users and seat.live:
            session = session.with_seat(replace(seat, state=SeatState.REVOKED, present=False, ended=why))
            effects += [e.RevokeSeat(seat.id), *([e.RemoveFromRoom(seat.user)] if seat.user else [])]
    return session, tuple(effects)
