"""Every deadline of a session: when it is due, that it is pure, and that coming late does the right thing (PRODUCT §2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.schedule import Deadline, DeadlineKind, deadlines, delete_at, link_end
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, IN_STATE, NOW, REQUESTER, after, due_for, minutes, notices, passed, seat, seconds

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def _at(session: Session, kind: DeadlineKind) -> datetime:
    due = due_for(session, kind)
    assert due is not None
    return due.due_at


WANTED: dict[State, set[DeadlineKind]] = {
    State.DRAFT: {DeadlineKind.DRAFT_ENDS},
    State.HELD: {DeadlineKind.INTERPRETER_DUE},
    State.UNAVAILABLE: {DeadlineKind.UNAVAILABLE_NOTICE},
    State.INVITED: {DeadlineKind.LINK_EXPIRES},
    State.WAITING: {DeadlineKind.SEAT_AWAY, DeadlineKind.RING, DeadlineKind.NOBODY_CAME},
    State.ACTIVE: {DeadlineKind.SEAT_AWAY},
    State.KEPT_OPEN: {DeadlineKind.SEAT_AWAY},
    State.CLOSED: {DeadlineKind.RETENTION_ENDS},
    State.CANCELLED: {DeadlineKind.RETENTION_ENDS},
    State.TEARING_DOWN: set(),
    State.GONE: set(),
}


@pytest.mark.parametrize("state", State)
def test_each_state_has_its_deadlines_earliest_first(state: State) -> None:
    found = deadlines(IN_STATE[state]())
    assert {deadline.kind for deadline in found} == WANTED[state]
    assert [deadline.due_at for deadline in found] == sorted(deadline.due_at for deadline in found)
    assert found == deadlines(IN_STATE[state]())


def test_a_draft_lives_30_minutes() -> None:
    assert _at(made.draft(), DeadlineKind.DRAFT_ENDS) == NOW + minutes(30)
    session, effects = passed(made.draft(), DeadlineKind.DRAFT_ENDS)
    assert session.state is State.TEARING_DOWN
    assert e.TearDown() in effects


def test_interpreters_have_24_hours_but_not_longer_than_until_the_session() -> None:
    assert _at(made.held(), DeadlineKind.INTERPRETER_DUE) == NOW + DAY
    soon = after(made.draft(interpreter="ti", planned_at=NOW + 2 * HOUR), c.Send(REQUESTER))
    assert _at(soon, DeadlineKind.INTERPRETER_DUE) == NOW + 2 * HOUR
    assert notices(passed(soon, DeadlineKind.INTERPRETER_DUE)[1]) == [Notice.INTERPRETER_UNAVAILABLE]


def test_another_organisation_asked_after_the_planned_time_has_24_hours_too() -> None:
    soon = after(made.draft(interpreter="ti", planned_at=NOW + 2 * HOUR), c.Send(REQUESTER))
    unavailable = passed(soon, DeadlineKind.INTERPRETER_DUE)[0]
    asked = after(unavailable, c.AskAnother(REQUESTER, (made.offer(3),)), at=NOW + 5 * HOUR)
    assert _at(asked, DeadlineKind.INTERPRETER_DUE) == NOW + 5 * HOUR + DAY


def test_asking_anew_for_a_new_date_gives_24_hours_anew() -> None:
    moved = after(made.held(), c.Reschedule(REQUESTER, NOW + 9 * DAY), at=NOW + 20 * HOUR)
    assert _at(moved, DeadlineKind.INTERPRETER_DUE) == NOW + 44 * HOUR


def test_without_interpreter_a_session_is_cancelled_after_72_hours_announced_24_ahead() -> None:
    assert _at(made.unavailable(), DeadlineKind.UNAVAILABLE_NOTICE) == NOW + 48 * HOUR
    session, effects = passed(made.unavailable(), DeadlineKind.UNAVAILABLE_NOTICE)
    assert notices(effects) == [Notice.UNAVAILABLE_ENDS_SOON]
    assert _at(session, DeadlineKind.UNAVAILABLE_ENDS) == NOW + 72 * HOUR
    assert passed(session, DeadlineKind.UNAVAILABLE_ENDS)[0].state is State.CANCELLED


def test_without_interpreter_a_planned_session_is_not_cancelled_before_its_time() -> None:
    session = after(made.draft(interpreter="ti", planned_at=NOW + 30 * DAY), c.Send(REQUESTER), made.declines(1), made.declines(2))
    session = passed(session, DeadlineKind.UNAVAILABLE_NOTICE)[0]
    assert _at(session, DeadlineKind.UNAVAILABLE_ENDS) == NOW + 30 * DAY


def test_an_announcement_that_comes_late_moves_the_end_that_it_announces() -> None:
    late = NOW + 100 * DAY
    session = passed(made.unavailable(), DeadlineKind.UNAVAILABLE_NOTICE, late)[0]
    assert _at(session, DeadlineKind.UNAVAILABLE_ENDS) == late + DAY
    idle = passed(made.kept_open_alone(), DeadlineKind.IDLE_NOTICE, late)[0]
    assert _at(idle, DeadlineKind.IDLE_ENDS) == late + 3 * DAY


def test_an_unused_link_ends_after_7_days_or_24_hours_after_the_planned_time() -> None:
    assert link_end(made.invited()) == NOW + 7 * DAY
    planned = after(made.draft(planned_at=NOW + 400 * DAY), c.Send(REQUESTER))
    assert link_end(planned) == NOW + 401 * DAY
    session, effects = passed(planned, DeadlineKind.LINK_EXPIRES)
    assert session.state is State.CANCELLED
    assert [effect for effect in effects if isinstance(effect, e.Tell)] == [e.Tell(Notice.EXPIRED), e.Tell(Notice.EXPIRED, BACKUP)]


def test_a_link_does_not_expire_under_the_hands_of_somebody_who_is_just_entering() -> None:
    planned = after(made.draft(planned_at=NOW), c.Send(REQUESTER))
    entering = after(planned, c.SeatClaimed(seat()), at=NOW + DAY - seconds(1))
    assert link_end(entering) == NOW + DAY - seconds(1) + minutes(10)


def test_nothing_expires_while_somebody_is_there() -> None:
    invited = made.invited()
    interpreter_alone = made.entered(replace(invited, links=(replace(invited.links[0], role=Role.INTERPRETER),)))
    assert interpreter_alone.state is State.INVITED
    for session in (interpreter_alone, made.waiting(), made.active(), made.kept_open()):
        assert not {deadline.kind for deadline in deadlines(session)} & {
            DeadlineKind.LINK_EXPIRES,
            DeadlineKind.NOBODY_PRESENT,
            DeadlineKind.IDLE_NOTICE,
            DeadlineKind.IDLE_ENDS,
        }


def test_12_hours_without_anybody_keep_a_session_open_and_the_requester_is_told() -> None:
    alone = passed(made.active(), DeadlineKind.SEAT_AWAY)[0]
    assert _at(alone, DeadlineKind.NOBODY_PRESENT) == NOW + seconds(90) + 12 * HOUR
    session, effects = passed(alone, DeadlineKind.NOBODY_PRESENT)
    assert session.state is State.KEPT_OPEN
    assert notices(effects) == [Notice.KEPT_OPEN_BY_SILENCE]


def test_staff_who_write_push_the_silence_back() -> None:
    alone = passed(made.active(), DeadlineKind.SEAT_AWAY)[0]
    assert _at(after(alone, c.SomebodyWrote(REQUESTER), at=NOW + 11 * HOUR), DeadlineKind.NOBODY_PRESENT) == NOW + 23 * HOUR


def test_a_kept_open_session_is_closed_after_30_idle_days_announced_3_days_ahead() -> None:
    idle_since = NOW + seconds(90)
    session = made.kept_open_alone()
    assert _at(session, DeadlineKind.IDLE_NOTICE) == idle_since + 27 * DAY
    session = passed(session, DeadlineKind.IDLE_NOTICE)[0]
    assert _at(session, DeadlineKind.IDLE_ENDS) == idle_since + 30 * DAY
    session, effects = passed(session, DeadlineKind.IDLE_ENDS)
    assert session.state is State.CLOSED
    assert notices(effects) == [Notice.CLOSED_BY_SILENCE]


@pytest.mark.parametrize("sign_of_life", [c.SomebodyWrote(REQUESTER), c.SeatClaimed(seat(2)), c.StaffJoined(made.BACKUP)])
def test_a_sign_of_life_after_the_announcement_means_that_it_is_announced_again(sign_of_life: c.Command) -> None:
    announced = passed(made.kept_open_alone(), DeadlineKind.IDLE_NOTICE)[0]
    alive = after(announced, sign_of_life, at=NOW + 28 * DAY)
    assert due_for(alive, DeadlineKind.IDLE_ENDS) is None
    assert _at(alive, DeadlineKind.IDLE_NOTICE) == NOW + 28 * DAY + 27 * DAY


@pytest.mark.parametrize("ended", [State.CLOSED, State.CANCELLED])
def test_deletion_begins_24_hours_after_the_end(ended: State) -> None:
    session = IN_STATE[ended]()
    assert _at(session, DeadlineKind.RETENTION_ENDS) == delete_at(session) == NOW + DAY
    session, effects = passed(session, DeadlineKind.RETENTION_ENDS)
    assert session.state is State.TEARING_DOWN
    assert e.TearDown() in effects


def test_a_seat_is_away_90_seconds_after_its_last_beat() -> None:
    session = made.waiting()
    beaten = session.with_seat(replace(session.seats[0], last_beat_at=NOW + seconds(45)))
    assert _at(beaten, DeadlineKind.SEAT_AWAY) == NOW + seconds(135)
    old = due_for(session, DeadlineKind.SEAT_AWAY)
    assert old is not None
    assert decide(beaten, c.DeadlinePassed(old), NOW + seconds(135)) == (beaten, ())


def test_rings_that_were_missed_are_one_ring() -> None:
    session, effects = passed(made.waiting(), DeadlineKind.RING, NOW + 3 * HOUR)
    told = [effect for effect in effects if isinstance(effect, e.Tell)]
    assert told == [e.Tell(Notice.STILL_WAITING), e.Tell(Notice.STILL_WAITING, BACKUP)]
    assert _at(session, DeadlineKind.RING) == NOW + 3 * HOUR + minutes(10)


@pytest.mark.parametrize("state", State)
def test_a_deadline_that_lies_ahead_changes_nothing(state: State) -> None:
    session = IN_STATE[state]()
    for due in deadlines(session):
        assert decide(session, c.DeadlinePassed(due), due.due_at - seconds(1)) == (session, ())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", DeadlineKind)
def test_a_deadline_of_another_time_changes_nothing(kind: DeadlineKind, state: State) -> None:
    session = IN_STATE[state]()
    assert decide(session, c.DeadlinePassed(Deadline(NOW - DAY, kind, "seat1")), NOW) == (session, ())


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("late", [timedelta(0), 5 * HOUR, 1000 * DAY])
def test_left_alone_every_session_comes_to_its_end_however_late_its_deadlines_are_carried_out(start: State, late: timedelta) -> None:
    session, steps = IN_STATE[start](), 0
    while due := deadlines(session)[:1]:
        before, due_at = session, due[0].due_at
        session, _ = decide(session, c.DeadlinePassed(due[0]), due_at + late)
        assert session != before, f"{due[0].kind} would be due for ever"
        assert due[0] not in deadlines(session)
        steps += 1
        assert steps < 200
    assert session.state in (State.TEARING_DOWN, State.GONE)
