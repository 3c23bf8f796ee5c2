"""How an interpreter is sought, found and lost (PRODUCT §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.effects import Effect, Notice
from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.organisations import OfferState
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.schedule import DeadlineKind
from teleconnect_bot.domain.session import Session, State
from tests.fakes_domain import (
    COLLEAGUE,
    LINK,
    NOW,
    REQUESTER,
    ROOM,
    accepts,
    after,
    declines,
    draft,
    due_for,
    entered,
    held,
    invited,
    notices,
    offer,
    passed,
    seat,
    unavailable,
    with_colleague,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY_ID = "@selam:hospital.example"


def found(planned: bool = False) -> Session:
    """An interpreter has accepted, and everybody is invited."""
    at = NOW + 10 * DAY if planned else None
    return after(with_colleague(draft(interpreter="ti", planned_at=at)), c.Send(REQUESTER), accepts())


def states(session: Session) -> list[OfferState]:
    return [each.state for each in session.offers]


def asked(effects: tuple[Effect, ...]) -> list[tuple[str, int]]:
    return [(effect.offer, effect.round) for effect in effects if isinstance(effect, e.AskOrganisation)]


def told(effects: tuple[Effect, ...]) -> list[str]:
    """Which organisations learn what became of it."""
    return [effect.offer for effect in effects if isinstance(effect, e.TellOrganisation)]


def sent(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.message.removeprefix("session.") for effect in effects if isinstance(effect, e.SendMessage)]


# ---- asking


def test_organisations_are_asked_all_at_once_or_one_after_another_each_for_its_own_time() -> None:
    _, effects = decide(draft(interpreter="ti"), c.Send(REQUESTER), NOW)
    assert asked(effects) == [("offer1", 1), ("offer2", 1)]
    in_turn = replace(draft(interpreter="ti"), offers=(offer(1, 2 * HOUR), offer(2), offer(3, HOUR), offer(4)))
    session, effects = decide(in_turn, c.Send(REQUESTER), NOW)
    assert asked(effects) == [("offer1", 1)]
    session, effects = passed(session, DeadlineKind.ASK_NEXT)
    assert asked(effects) == [("offer2", 1), ("offer3", 1)]
    assert due_for(session, DeadlineKind.ASK_NEXT) is not None
    assert states(session) == [OfferState.ASKED] * 3 + [OfferState.QUEUED]
    assert states(after(session, accepts(1)))[0] is OfferState.ACCEPTED, "who was asked first may still accept"


def test_whoever_declines_is_not_waited_for() -> None:
    in_turn = replace(draft(interpreter="ti"), offers=(offer(1, 2 * HOUR), offer(2, 2 * HOUR)))
    session, effects = decide(after(in_turn, c.Send(REQUESTER)), declines(1), NOW)
    assert asked(effects) == [("offer2", 1)]
    assert session.offers[0].reason == "nobody is free"
    assert after(session, declines(2)).state is State.UNAVAILABLE


def test_a_session_is_unavailable_only_once_all_have_declined() -> None:
    session, effects = decide(held(), declines(1), NOW)
    assert session.state is State.HELD
    assert notices(effects) == []
    session, effects = decide(session, declines(2), NOW)
    assert session.state is State.UNAVAILABLE
    assert notices(effects) == [Notice.INTERPRETER_UNAVAILABLE]
    assert e.WriteToRequester(Notice.INTERPRETER_UNAVAILABLE) in effects


def test_an_organisation_that_is_asked_later_may_be_asked_when_nobody_is_available() -> None:
    session, effects = decide(unavailable(), c.AskAnother(REQUESTER, (offer(1), offer(3))), NOW)
    assert session.state is State.HELD
    assert asked(effects) == [("offer1", 2), ("offer3", 1)]
    assert after(session, accepts(1, 1)) == session, "an answer to what was asked before is no answer"
    assert after(session, accepts(3)).state is State.INVITED


# ---- accepting


def test_the_first_acceptance_wins_and_the_others_learn_that_it_is_taken() -> None:
    session, effects = decide(held(), accepts(2), NOW)
    assert states(session) == [OfferState.TAKEN, OfferState.ACCEPTED]
    assert told(effects) == ["offer2", "offer1"]
    assert sent(effects) == ["link.invitation.1", "interpreter2.1.invitation.1"]
    assert after(session, accepts(1)) == session
    assert after(session, replace(accepts(2), link=replace(session.links[0], id="another"))) == session


def test_after_more_than_an_hour_the_requester_says_when_an_unplanned_session_begins() -> None:
    in_time = decide(held(), accepts(), NOW + HOUR)[0]
    assert in_time.state is State.INVITED
    late, effects = decide(held(), accepts(), NOW + HOUR + timedelta(seconds=1))
    assert late.state is State.HELD
    assert sent(effects) == []
    assert notices(effects) == [Notice.INTERPRETER_ACCEPTED_LATE]
    begun, effects = decide(late, c.Start(REQUESTER), NOW + 2 * HOUR)
    assert begun.state is State.INVITED
    assert sent(effects) == ["link.invitation.1", "interpreter1.1.invitation.1"]
    planned = after(draft(interpreter="ti", planned_at=NOW + 3 * DAY), c.Send(REQUESTER))
    assert decide(planned, accepts(), NOW + 20 * HOUR)[0].state is State.INVITED


def test_a_late_acceptance_that_the_requester_leaves_alone_for_a_day_lets_the_interpreter_go() -> None:
    late = decide(held(), accepts(), NOW + 2 * HOUR)[0]
    session, effects = passed(late, DeadlineKind.INTERPRETER_DUE, NOW + 26 * HOUR)
    assert session.state is State.UNAVAILABLE
    assert told(effects) == ["offer1"]
    assert session.links[-1].dead


def test_who_accepts_by_matrix_id_is_told_and_let_in_when_somebody_arrives() -> None:
    session, effects = decide(held(), c.InterpreterAccepted("offer1", 1, user=BY_ID), NOW)
    assert session.interpreters == {BY_ID}
    assert e.Tell(Notice.INTERPRETER_EXPECTED, BY_ID) in effects
    waiting = entered(session)
    assert BY_ID in waiting.staff_invited
    assert not waiting.may_start(BY_ID)
    with pytest.raises(errors.NotYours):
        decide(waiting, c.Close(BY_ID), NOW)
    joined = after(waiting, c.StaffJoined(BY_ID))
    assert joined.state is State.WAITING, "an interpreter starts nothing"
    assert after(joined, c.StaffJoined(REQUESTER)).state is State.ACTIVE


def test_an_interpreter_alone_makes_nobody_wait() -> None:
    session = found()
    link = session.links[-1]
    own = replace(seat(1, link.id), role=Role.INTERPRETER)
    session = after(session, c.SeatClaimed(own), c.RoomCreated(ROOM), c.VisitorProvisioned("seat1", "@tcv-1:x", "D"))
    session = after(session, c.SeatReady("seat1"), c.SeatAdmitted("seat1"), c.VisitorJoined("@tcv-1:x"))
    assert session.state is State.INVITED
    assert session.seats[0].label == "Interpreter"


def test_an_acceptance_when_nobody_is_available_any_more_is_none() -> None:
    expired = passed(held(), DeadlineKind.INTERPRETER_DUE)[0]
    for session in (unavailable(), expired):
        assert decide(session, accepts(), NOW + DAY) == (session, ())


# ---- time


def test_at_the_end_of_the_time_everybody_who_was_asked_learns_that_it_is_over() -> None:
    session, effects = passed(held(), DeadlineKind.INTERPRETER_DUE)
    assert session.state is State.UNAVAILABLE
    assert states(session) == [OfferState.EXPIRED] * 2
    assert told(effects) == ["offer1", "offer2"]
    assert notices(effects) == [Notice.INTERPRETER_UNAVAILABLE]
    assert not session.messages


# ---- withdrawing


def test_an_interpreter_who_withdraws_is_told_of_at_once_and_holds_nobody_back() -> None:
    session, effects = decide(found(), c.InterpreterWithdrew("offer1", "ill"), NOW + DAY)
    assert session.state is State.INVITED
    assert session.links[-1].dead
    assert notices(effects) == [Notice.INTERPRETER_WITHDREW]
    assert e.WriteToRequester(Notice.INTERPRETER_WITHDREW) in effects
    again, effects = decide(session, c.AskAnother(REQUESTER, (offer(3),)), NOW + DAY)
    assert again.state is State.INVITED
    assert asked(effects) == [("offer3", 1)]
    last, effects = decide(again, accepts(3), NOW + 3 * DAY)
    assert sent(effects) == ["interpreter3.1.invitation.1"], "who was told already is not told again"
    with pytest.raises(errors.InterpreterFound):
        decide(last, c.AskAnother(REQUESTER, (offer(4),)), NOW)


def test_an_interpreter_who_is_inside_and_withdraws_is_out() -> None:
    session = found()
    own = replace(seat(2, session.links[-1].id), role=Role.INTERPRETER)
    session = after(entered(session), c.SeatClaimed(own), c.VisitorProvisioned("seat2", "@tcv-2:x", "D"))
    session = after(session, c.SeatReady("seat2"), c.SeatAdmitted("seat2"), c.VisitorJoined("@tcv-2:x"), c.StaffJoined(REQUESTER))
    gone, effects = decide(session, c.InterpreterWithdrew("offer1"), NOW)
    assert gone.state is State.ACTIVE
    assert [each.live for each in gone.seats] == [True, False]
    assert e.RevokeSeat("seat2") in effects
    assert e.RemoveFromRoom("@tcv-2:x") in effects


# ---- another time


def test_a_new_time_is_confirmed_by_the_interpreter_before_the_others_learn_it() -> None:
    moved, effects = decide(found(planned=True), c.Reschedule(REQUESTER, NOW + 20 * DAY), NOW + DAY)
    assert asked(effects) == [("offer1", 2)]
    assert sent(effects) == ["interpreter1.1.rescheduled.1"], "the interpreter alone is asked, by their own link"
    assert not [effect for effect in effects if isinstance(effect, e.Tell)]
    assert due_for(moved, DeadlineKind.REMINDER) is None
    confirmed, effects = decide(moved, c.InterpreterAccepted("offer1", 2), NOW + DAY)
    assert sorted(sent(effects)) == ["interpreter1.1.rescheduled.2", "link.rescheduled.1"]
    assert e.Tell(Notice.RESCHEDULED, COLLEAGUE) in effects
    assert due_for(confirmed, DeadlineKind.REMINDER) is not None
    assert confirmed.interpreter_ready


def test_when_the_requester_goes_on_without_the_others_learn_the_new_time() -> None:
    moved = after(found(planned=True), c.Reschedule(REQUESTER, NOW + 20 * DAY))
    for session, told in (
        (moved, ["interpreter1.1.released.1"]),
        (after(moved, declines(1, 2)), []),
        (passed(moved, DeadlineKind.INTERPRETER_DUE)[0], []),
    ):
        without, effects = decide(session, c.SendWithout(REQUESTER), NOW)
        assert without.state is State.INVITED
        assert sent(effects) == [*told, "link.rescheduled.1"], "the interpreter that they are not needed, who is still asked"
        assert without.links[-1].dead
    with pytest.raises(errors.NothingHeld):
        decide(found(), c.SendWithout(REQUESTER), NOW)


def test_an_interpreter_who_cannot_come_at_the_new_time_may_be_replaced() -> None:
    moved = after(found(planned=True), c.Reschedule(REQUESTER, NOW + 20 * DAY))
    session, effects = decide(moved, declines(1, 2), NOW)
    assert notices(effects) == [Notice.INTERPRETER_UNAVAILABLE]
    assert session.links[-1].dead
    session = after(session, c.AskAnother(REQUESTER, (offer(2),)))
    _, effects = decide(session, accepts(2, 2), NOW)
    assert sorted(sent(effects)) == ["interpreter2.2.invitation.1", "link.rescheduled.1"]


def test_while_it_is_held_a_new_time_asks_everybody_anew() -> None:
    declined = after(held(), declines(1))
    _, effects = decide(declined, c.Reschedule(REQUESTER, NOW + 9 * DAY), NOW + HOUR)
    assert sorted(asked(effects)) == [("offer1", 2), ("offer2", 2)], "who was not free before may be free then"
    again, effects = decide(unavailable(), c.Reschedule(REQUESTER, NOW + 9 * DAY), NOW + HOUR)
    assert again.state is State.HELD
    assert asked(effects) == [("offer1", 2), ("offer2", 2)]


def test_an_interpreter_who_was_only_asked_to_confirm_may_come_once_the_session_has_started() -> None:
    moved = after(found(), c.Reschedule(REQUESTER, NOW + timedelta(minutes=10)))
    started = after(entered(moved), c.StaffJoined(REQUESTER))
    assert started.state is State.ACTIVE
    assert states(started)[0] is OfferState.ACCEPTED
    assert not started.links[-1].dead


# ---- ends


@pytest.mark.parametrize("session", [held(), found(), after(found(), c.Reschedule(REQUESTER, NOW + DAY))], ids=["held", "found", "moved"])
def test_cancelling_reaches_every_organisation_that_was_asked(session: Session) -> None:
    cancelled, effects = decide(session, c.Cancel(REQUESTER), NOW)
    open_before = [each.id for each in session.offers if each.state in (OfferState.ASKED, OfferState.ACCEPTED)]
    assert told(effects) == open_before
    assert not [each for each in cancelled.offers if each.open or each.state is OfferState.ACCEPTED]


def test_going_on_without_reaches_every_organisation_that_was_asked() -> None:
    session, effects = decide(held(), c.SendWithout(REQUESTER), NOW)
    assert told(effects) == ["offer1", "offer2"]
    assert sent(effects) == ["link.invitation.1"]
    assert session.interpreter_wanted is None


def test_once_a_session_has_started_nobody_can_accept_any_more() -> None:
    sought = after(invited(), c.AskAnother(REQUESTER, (offer(1),), "ti"))
    started, effects = decide(entered(sought), c.StaffJoined(REQUESTER), NOW)
    assert told(effects) == ["offer1"]
    assert after(started, accepts()) == started


def test_the_service_users_seat_stays_when_the_interpreter_goes() -> None:
    session = entered(found())
    gone = after(session, c.InterpreterWithdrew("offer1"))
    kept: Seat = gone.seats[0]
    assert kept.live
    assert kept.link == LINK
