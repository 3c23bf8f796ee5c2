"""How an interpreter is sought, found, asked again and lost (PRODUCT §2 HELD and UNAVAILABLE, §5).

The first acceptance wins: it turns the one offer from ASKED to ACCEPTED and all others to TAKEN in one saved version of the
session, so of two who accept in the same instant the second finds nothing to accept. Nobody but the organisations hears of the
session before that; once people were told, asking another organisation holds nobody back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from . import calendar, colleagues, inviting, telling
from . import commands as c
from . import effects as e
from .effects import Effect, Notice
from .errors import InterpreterFound, NobodyWaiting, NothingHeld
from .guest_link import Ended, Link, SeatState
from .organisations import Offer, OfferState
from .reminding import next_reminder
from .session import Session, State

Outcome = tuple[Session, tuple[Effect, ...]]


def asked_to_confirm(session: Session, link: Link) -> bool:
    """Whether this interpreter, who had accepted, has not said yet that they can come at the new time."""
    return any(offer.link == link.id and offer.state is OfferState.ASKED for offer in session.offers)


# ---- asking ------------------------------------------------------------------------------------------------------------


def begin(session: Session, now: datetime) -> Outcome:
    """The first organisations are asked; the time to answer runs from now."""
    return _ask_next(replace(session, sought_since=now, interpreter_ready=False), now)


def _ask_next(session: Session, now: datetime) -> Outcome:
    """The next in line, and all behind it up to the first that is asked alone for a while."""
    effects: list[Effect] = []
    session = replace(session, ask_next_at=None)
    for offer in session.offers:
        if offer.state is not OfferState.QUEUED:
            continue
        session = session.with_offer(replace(offer, state=OfferState.ASKED, asked_at=now, reason=""))
        effects.append(e.AskOrganisation(offer.id, offer.round))
        if offer.alone_for:
            session = replace(session, ask_next_at=now + offer.alone_for)
            break
    return session, tuple(effects)


def ask_next(session: Session, now: datetime) -> Outcome:
    """The one that was asked alone has had its time; it may still accept."""
    session, asked = _ask_next(session, now)
    return session, (*asked, e.UpdateCard())


def _asked_anew(session: Session, now: datetime) -> Outcome:
    """After the time was changed: whoever accepted is asked to confirm it, else all.

    Of a session that people know of already, only those who are being asked, if there are any.
    """
    asked = [offer for offer in session.offers if offer.state is OfferState.ASKED]
    accepted = [offer for offer in session.offers if offer.state is OfferState.ACCEPTED] + [offer for offer in asked if offer.named]
    current = accepted or asked
    others = not current or (session.state is State.HELD and not accepted)
    effects: list[Effect] = []
    for offer in session.offers:
        again = replace(offer, round=offer.round + 1, reason="")
        if offer in current:
            session = session.with_offer(replace(again, state=OfferState.ASKED, asked_at=now))
            session, told = _asked_to_confirm(session, again)
            effects += (e.AskOrganisation(again.id, again.round), *told)
        elif others and not offer.open:
            session = session.with_offer(replace(again, state=OfferState.QUEUED, link=None, user=None))
    session = replace(session, sought_since=now, interpreter_ready=False)
    if not others:
        return session, tuple(effects)
    session, more = _ask_next(session, now)
    return session, (*effects, *more)


def _asked_to_confirm(session: Session, offer: Offer) -> Outcome:
    """Whoever accepted by a link and knows of the session is asked as well, by that link (PRODUCT §5)."""
    known = {message.link for message in session.messages}
    return telling.of_the_new_time(session, [link for link in session.links if link.id == offer.link and link.id in known])


def ask_another(session: Session, command: c.AskAnother, now: datetime) -> Outcome:
    """Back to HELD: the named organisations are asked, and nobody else is told meanwhile."""
    session, asked = _ask_these(session, command, now)
    return replace(session, state=State.HELD), (*asked, e.UpdateCard())


def ask_another_openly(session: Session, command: c.AskAnother, now: datetime) -> Outcome:
    """Everybody was told already, so nobody is held back while another organisation is asked."""
    if session.interpreter_ready:
        raise InterpreterFound(code=session.code)
    session, asked = _ask_these(session, command, now)
    return session, (*asked, e.UpdateCard())


def _ask_these(session: Session, command: c.AskAnother, now: datetime) -> Outcome:
    """An organisation that was asked before is asked anew; one that is being asked is left alone."""
    session = replace(session, interpreter_wanted=command.language or session.interpreter_wanted or session.language)
    for new in command.offers:
        old = next((offer for offer in session.offers if offer.organisation == new.organisation), None)
        if old is None:
            session = replace(session, offers=(*session.offers, new))
        elif not old.open:
            session = session.with_offer(
                replace(old, state=OfferState.QUEUED, round=old.round + 1, reason="", alone_for=new.alone_for, link=None, user=None)
            )
    return _ask_next(replace(session, sought_since=now), now)


# ---- answers -----------------------------------------------------------------------------------------------------------


def _asked(session: Session, offer_id: str, round_: int) -> Offer | None:
    offer = session.offer(offer_id)
    return offer if offer is not None and offer.state is OfferState.ASKED and offer.round == round_ else None


def _accepted(session: Session, command: c.InterpreterAccepted) -> Outcome | None:
    """The offer is taken by this interpreter and nobody else; None when there is nothing to accept."""
    offer = _asked(session, command.offer, command.round)
    if offer is None:
        return None
    if command.link is not None:
        offer = replace(offer, link=command.link.id, user=None)
        session = replace(session, links=(*session.links, command.link))
    elif command.user is not None:
        offer = replace(offer, user=command.user, link=None)
    elif not offer.named:
        return None
    session = session.with_offer(replace(offer, state=OfferState.ACCEPTED))
    session, out = _all_released(session, lambda other: other.open and other.named)
    session, told = _close(session, OfferState.TAKEN, lambda other: other.open)
    return replace(session, interpreter_ready=True, ask_next_at=None), (*out, e.TellOrganisation(offer.id), *told)


def accepted_held(session: Session, command: c.InterpreterAccepted, now: datetime) -> Outcome:
    """Only now everybody else is told; after so long that the person may have gone, the requester says when (PRODUCT §5)."""
    outcome = _accepted(session, command)
    if outcome is None:
        return session, ()
    late = session.planned_at is None and now - session.seeking_since > session.policy.unplanned_acceptance
    session, told = outcome
    if late:
        return replace(session, sought_since=now), (e.Tell(Notice.INTERPRETER_ACCEPTED_LATE), e.UpdateCard(), *told)
    session, invited = inviting.send_invitations(session, now)
    return session, (e.Tell(Notice.INTERPRETER_ACCEPTED), *told, *invited)


def accepted_openly(session: Session, command: c.InterpreterAccepted, now: datetime) -> Outcome:
    """Everybody else was told before; of a new time they learn now. Nobody new is added once a session has started."""
    outcome = None if session.started else _accepted(session, command)
    if outcome is None:
        return session, ()
    session, told = outcome
    before = session
    session, invited = inviting.to_the_untold(session)
    expected: tuple[Effect, ...] = ()
    if command.user:
        expected = (*inviting.interpreters_told(session), *calendar.file_for(session, command.user))
    if session.state is State.WAITING:
        session, let_in = colleagues.let_in_all(session)
        expected = (*expected, *let_in)
    session, new_time = _told_of_the_new_time(session, before, now)
    return session, (e.Tell(Notice.INTERPRETER_ACCEPTED), e.UpdateCard(), *told, *invited, *expected, *new_time)


def _told_of_the_new_time(session: Session, before: Session, now: datetime) -> Outcome:
    """What was held back until the interpreter confirmed. Whoever is invited only now knows the time from that."""
    if not session.held_back_since:
        return session, ()
    knew = {message.link for message in before.messages}
    session = replace(session, held_back_since=None, time_before=None)
    session = replace(session, remind_at=next_reminder(session, now))
    session, told = telling.of_the_new_time(session, [link for link in session.links if link.id in knew])
    staff = (*telling.the_backup(session, Notice.RESCHEDULED), *colleagues.told(session, Notice.RESCHEDULED))
    return session, (*staff, *told, *calendar.files(session))


def go_ahead(session: Session, command: c.Start, now: datetime) -> Outcome:
    """An interpreter accepted so late that the requester decides when the others are written to."""
    if not session.interpreter_ready:
        raise NobodyWaiting(code=session.code)
    return inviting.send_invitations(session, now)


def declined(session: Session, command: c.InterpreterDeclined, now: datetime) -> Outcome:
    """Also an interpreter who is asked to confirm another time and cannot."""
    offer = _asked(session, command.offer, command.round)
    if offer is None:
        return session, ()
    session, out = _without_interpreter(session.with_offer(replace(offer, state=OfferState.DECLINED, reason=command.reason)), offer)
    session, next_asked = _after_a_no(session, now)
    return session, (e.TellOrganisation(offer.id), *out, *next_asked)


def _after_a_no(session: Session, now: datetime) -> Outcome:
    if any(offer.state is OfferState.ASKED for offer in session.offers):
        return session, (e.UpdateCard(),)
    if any(offer.open for offer in session.offers):
        return ask_next(session, now)
    return _unavailable(session)


def _unavailable(session: Session) -> Outcome:
    """Nobody is asked any more: the requester decides. Whoever was told already is not held back by that."""
    state = State.UNAVAILABLE if session.state is State.HELD else session.state
    unavailable = replace(session, state=state, interpreter_ready=False, ask_next_at=None)
    return unavailable, (*_told_with_a_letter(Notice.INTERPRETER_UNAVAILABLE), e.UpdateCard())


def _told_with_a_letter(notice: Notice) -> tuple[Effect, ...]:
    return e.Tell(notice), e.WriteToRequester(notice)


def due(session: Session, now: datetime) -> Outcome:
    """The time to answer is over."""
    session, out = _all_released(session, lambda offer: offer.named)
    held_ready = session.state is State.HELD and session.interpreter_ready
    session, told = _close(session, OfferState.EXPIRED, lambda offer: offer.open or (held_ready and offer.state is OfferState.ACCEPTED))
    session, effects = _unavailable(session)
    return session, (*out, *told, *effects)


def withdrew(session: Session, command: c.InterpreterWithdrew, now: datetime) -> Outcome:
    """The requester is told at once. People who were told already are not held back."""
    offer = session.offer(command.offer)
    if offer is None or offer.state is not OfferState.ACCEPTED:
        return session, ()
    session, out = _without_interpreter(session.with_offer(replace(offer, state=OfferState.WITHDRAWN, reason=command.reason)), offer)
    session = replace(session, interpreter_ready=False)
    if session.state is State.HELD:
        session, effects = _unavailable(session)
        return session, (e.TellOrganisation(offer.id), *out, *effects)
    return session, (e.TellOrganisation(offer.id), *out, *_told_with_a_letter(Notice.INTERPRETER_WITHDREW), e.UpdateCard())


# ---- what the requester decides ----------------------------------------------------------------------------------------


def send_without(session: Session, command: c.SendWithout, now: datetime) -> Outcome:
    session, told = _dropped(session)
    session, invited = inviting.send_invitations(session, now)
    return session, (*told, *invited)


def go_on_without(session: Session, command: c.SendWithout, now: datetime) -> Outcome:
    """Of a session that people know of already: nobody is asked any more, and a new time that was held back is told."""
    if session.started or not session.interpreter_wanted or (session.interpreter_ready and not session.held_back_since):
        raise NothingHeld(code=session.code)
    session, told = _dropped(session)
    session, new_time = _told_of_the_new_time(session, session, now)
    return session, (*told, e.UpdateCard(), *new_time)


def _dropped(session: Session) -> Outcome:
    needed = session.held_back_since is not None or session.state is State.HELD
    session, out = _all_released(session, lambda offer: offer.named and needed)
    session, told = _close(session, OfferState.CANCELLED, lambda offer: offer.open or (needed and offer.state is OfferState.ACCEPTED))
    return replace(session, interpreter_wanted=None, interpreter_ready=False, ask_next_at=None), (*out, *told)


def rescheduled_held(session: Session, command: c.Reschedule, now: datetime) -> Outcome:
    """Asked anew: the time to answer runs from now, and whoever declined may be free at the new time."""
    moved = replace(session, state=State.HELD, planned_at=command.at, state_since=now)
    moved, asked = _asked_anew(moved, now)
    return moved, (*asked, e.UpdateCard())


def rescheduled_invited(session: Session, before: Session, now: datetime) -> Outcome | None:
    """The interpreter is asked to confirm; the others learn the new time afterwards. None: nobody who accepted is to be asked.

    `before` is the session with the time that people know.
    """
    if not session.interpreter_ready and not session.held_back_since:
        return None
    session, asked = _asked_anew(replace(session, held_back_since=now, time_before=before.time_told, remind_at=None), now)
    return session, (*asked, e.UpdateCard())


def asked_of_the_new_time(session: Session, now: datetime) -> Outcome:
    """Those who are being asked about a session that others were told of."""
    if not any(offer.open for offer in session.offers):
        return session, ()
    return _asked_anew(session, now)


# ---- ends --------------------------------------------------------------------------------------------------------------


def settled(session: Session) -> Outcome:
    """After any change: once a session has started, or is over, nobody can accept any more, and whoever was asked learns it.

    An interpreter who had accepted and was only asked to confirm a new time was invited before the start and may come. A new time that
    nobody was told of is none.
    """
    over = session.state in (State.CLOSED, State.CANCELLED)
    if session.state in (State.TEARING_DOWN, State.GONE) or not (over or session.started):
        return session, ()
    if not over:
        for offer in session.offers:
            if offer.state is OfferState.ASKED and offer.named:
                session = replace(session.with_offer(replace(offer, state=OfferState.ACCEPTED)), interpreter_ready=True)
    cancelled = session.state is State.CANCELLED
    session, released = _awaiting_released(session) if cancelled else (session, ())
    session, told = _close(session, OfferState.CANCELLED, lambda offer: offer.open or (cancelled and offer.state is OfferState.ACCEPTED))
    if session.ask_next_at or session.held_back_since:
        session = replace(session, planned_at=session.time_told, ask_next_at=None, held_back_since=None, time_before=None)
    return session, (*released, *told)


def _awaiting_released(session: Session) -> Outcome:
    """An interpreter who had accepted so late that nobody was written to yet learns that it will not take place."""
    effects: list[Effect] = []
    written_to = {message.link for message in session.messages}
    for offer in session.offers:
        link = session.link(offer.link) if offer.link and offer.state is OfferState.ACCEPTED else None
        if link is not None and link.id not in written_to:
            session, told = telling.of_the_release(session, link)
            effects += told
    return session, tuple(effects)


def _close(session: Session, state: OfferState, which: Callable[[Offer], bool]) -> Outcome:
    """These offers end so; who was really asked is told."""
    told: list[Effect] = []
    for offer in session.offers:
        if which(offer):
            session = session.with_offer(replace(offer, state=state))
            if offer.asked_at is not None:
                told.append(e.TellOrganisation(offer.id))
    return session, tuple(told)


def _all_released(session: Session, which: Callable[[Offer], bool]) -> Outcome:
    """Whoever accepted for these is not needed any more, and told so: by their link, or in their own chat."""
    effects: list[Effect] = []
    for offer in session.offers:
        if which(offer) and (offer.open or offer.state is OfferState.ACCEPTED):
            session, told = _told_of_the_release(session, offer)
            session, out = _without_interpreter(session, offer)
            effects += (*told, *out)
    return session, tuple(effects)


def _told_of_the_release(session: Session, offer: Offer) -> Outcome:
    if offer.user is not None:
        return session, (e.Tell(Notice.INTERPRETER_RELEASED, offer.user), *calendar.file_for(session, offer.user))
    link = session.link(offer.link) if offer.link else None
    return telling.of_the_release(session, link) if link else (session, ())


def _without_interpreter(session: Session, offer: Offer) -> Outcome:
    """Whoever accepted for this organisation cannot come in any more: their link is dead, and who is inside is out."""
    effects: list[Effect] = []
    link = session.link(offer.link) if offer.link else None
    if link is not None:
        session = session.with_link(replace(link, dead=True))
        for seat in session.seats:
            if seat.link == link.id and seat.live:
                session = session.with_seat(replace(seat, state=SeatState.REVOKED, present=False, ended=Ended.REMOVED))
                effects += [e.RevokeSeat(seat.id), *([e.RemoveFromRoom(seat.user)] if seat.user else [])]
    if offer.user is not None:
        if offer.user in session.staff_invited | session.staff_inside:
            effects.append(e.RemoveFromRoom(offer.user))
        session = replace(
            session,
            staff_invited=session.staff_invited - {offer.user},
            staff_inside=session.staff_inside - {offer.user},
        )
    return session, tuple(effects)
