"""Colleagues by Matrix id: when they are told, let in and thought of as somebody who waits (PRODUCT §1, §2 "Main seat")."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.schedule import DeadlineKind, deadlines
from teleconnect_bot.domain.session import Session, State
from tests.fakes_domain import BACKUP, COLLEAGUE, NOW, REQUESTER, ROOM, accepts, after, draft, entered, passed, seat, with_colleague


def remote(interpreter: str | None = None) -> Session:
    return after(with_colleague(draft(interpreter=interpreter)), c.Send(REQUESTER))


def beside() -> Session:
    return after(with_colleague(draft(), in_person=True), c.Send(REQUESTER))


def beside_waiting() -> Session:
    return after(beside(), c.Join(COLLEAGUE), c.RoomCreated(ROOM), c.StaffJoined(COLLEAGUE))


def test_the_colleague_is_told_when_the_invitations_go_out_and_not_while_an_interpreter_is_sought() -> None:
    _, effects = decide(with_colleague(draft()), c.Send(REQUESTER), NOW)
    assert e.Tell(Notice.COLLEAGUE_INVITED, COLLEAGUE) in effects
    held, effects = decide(with_colleague(draft(interpreter="ti")), c.Send(REQUESTER), NOW)
    assert not [effect for effect in effects if isinstance(effect, e.Tell)]
    _, effects = decide(held, accepts(), NOW)
    assert e.Tell(Notice.COLLEAGUE_INVITED, COLLEAGUE) in effects


def test_at_arrival_those_are_invited_first_who_may_take_the_session() -> None:
    session = remote()
    session = after(
        session, c.SeatClaimed(seat()), c.RoomCreated(ROOM), c.VisitorProvisioned("seat1", "@tcv-1:x", "D"), c.SeatReady("seat1")
    )
    waiting, effects = decide(session, c.VisitorJoined("@tcv-1:x"), NOW)
    assert [effect.user for effect in effects if isinstance(effect, e.InviteToRoom)] == [BACKUP, REQUESTER, COLLEAGUE]
    assert e.Tell(Notice.COLLEAGUE_MAY_COME, COLLEAGUE) in effects
    assert waiting.staff_invited == {BACKUP, REQUESTER, COLLEAGUE}


def test_a_start_withdraws_the_backups_invitation_and_not_the_colleagues() -> None:
    active, effects = decide(entered(remote()), c.StaffJoined(REQUESTER), NOW)
    assert [effect.user for effect in effects if isinstance(effect, e.RemoveFromRoom)] == [BACKUP]
    assert COLLEAGUE in active.staff_invited
    joined = after(active, c.StaffJoined(COLLEAGUE))
    assert (joined.state, joined.holder) == (State.ACTIVE, REQUESTER)
    assert COLLEAGUE in joined.staff_inside


def test_a_colleague_who_comes_or_writes_does_not_start_the_session() -> None:
    session = after(entered(remote()), c.StaffJoined(COLLEAGUE), c.SomebodyWrote(COLLEAGUE), c.Join(COLLEAGUE))
    assert (session.state, session.starts) == (State.WAITING, ())


@pytest.mark.parametrize("kind", [c.Start, c.Close, c.CloseNow, c.Keep, c.Cancel, c.Reopen, c.Seen, c.WantTranscript])
def test_a_colleague_can_ask_nothing_but_to_join(kind: type[c.Asked]) -> None:
    with pytest.raises(errors.NotYours):
        decide(after(entered(remote()), c.StaffJoined(REQUESTER)), kind(COLLEAGUE), NOW)


def test_who_left_a_running_session_by_accident_gets_the_way_back() -> None:
    session = after(entered(remote()), c.StaffJoined(REQUESTER), c.StaffJoined(COLLEAGUE), c.StaffLeft(COLLEAGUE))
    assert COLLEAGUE not in session.staff_invited
    session, effects = decide(session, c.Join(COLLEAGUE), NOW)
    assert e.InviteToRoom(COLLEAGUE) in effects
    assert session.state is State.ACTIVE


def test_beside_a_remote_person_there_is_no_room_before_they_come() -> None:
    with pytest.raises(errors.NobodyWaiting):
        decide(remote(), c.Join(COLLEAGUE), NOW)


def test_in_person_the_colleague_asks_for_the_room_and_coming_into_it_makes_the_session_wait() -> None:
    asked, effects = decide(beside(), c.Join(COLLEAGUE), NOW)
    assert effects[:2] == (e.CreateRoom(), e.InviteToRoom(COLLEAGUE))
    again, effects = decide(asked, c.Join(COLLEAGUE), NOW)
    assert e.CreateRoom() not in effects
    assert again.state is State.INVITED
    waiting, effects = decide(after(asked, c.RoomCreated(ROOM)), c.StaffJoined(COLLEAGUE), NOW)
    assert waiting.state is State.WAITING
    assert {e.InviteToRoom(REQUESTER), e.InviteToRoom(BACKUP), e.Tell(Notice.HERE), e.DeliverLetters(COLLEAGUE)} <= set(effects)
    assert e.Tell(Notice.COLLEAGUE_MAY_COME, COLLEAGUE) not in effects


def test_in_person_the_requester_cannot_open_it_before_the_colleague_is_there() -> None:
    for command in (c.Start(REQUESTER), c.Join(REQUESTER)):
        with pytest.raises(errors.NobodyWaiting):
            decide(beside(), command, NOW)


def test_a_planned_session_in_person_opens_a_quarter_of_an_hour_before() -> None:
    planned = after(with_colleague(draft(planned_at=NOW + timedelta(hours=2)), in_person=True), c.Send(REQUESTER))
    with pytest.raises(errors.NotOpenYet):
        decide(planned, c.Join(COLLEAGUE), NOW)
    assert decide(planned, c.Join(COLLEAGUE), NOW + timedelta(minutes=105))[1]


def test_in_person_a_colleague_who_goes_is_waited_for_again_and_coming_back_at_once_rings_no_more() -> None:
    gone, effects = decide(beside_waiting(), c.StaffLeft(COLLEAGUE), NOW)
    assert gone.state is State.INVITED
    assert e.Tell(Notice.AWAY) in effects
    back = after(gone, c.Join(COLLEAGUE))
    back, effects = decide(back, c.StaffJoined(COLLEAGUE), NOW + timedelta(minutes=5))
    assert back.state is State.WAITING
    assert e.Tell(Notice.HERE) not in effects


def test_in_person_the_requester_starts_by_joining_and_a_returning_colleague_rings_in_a_kept_open_one() -> None:
    active = after(beside_waiting(), c.StaffJoined(REQUESTER))
    assert (active.state, active.holder) == (State.ACTIVE, REQUESTER)
    kept = after(active, c.Keep(REQUESTER), c.StaffLeft(COLLEAGUE))
    kept = after(kept, c.Join(COLLEAGUE))
    back, effects = decide(kept, c.StaffJoined(COLLEAGUE), NOW + timedelta(hours=1))
    assert back.state is State.WAITING
    assert e.Tell(Notice.CAME_BACK) in effects


def test_a_colleague_whom_nobody_came_to_for_half_a_day_is_taken_out_and_may_come_again() -> None:
    waiting = after(beside_waiting(), c.Seen(REQUESTER))
    left, effects = passed(waiting, DeadlineKind.NOBODY_PRESENT)
    assert left.state is State.INVITED
    assert e.RemoveFromRoom(COLLEAGUE) in effects
    assert not left.main_present
    assert deadlines(left)
    assert after(left, c.Join(COLLEAGUE), c.StaffJoined(COLLEAGUE), at=NOW + timedelta(hours=13)).state is State.WAITING


def test_after_reopening_a_colleague_has_the_way_into_the_room_again() -> None:
    closed = after(entered(remote()), c.StaffJoined(REQUESTER), c.Close(REQUESTER))
    assert COLLEAGUE not in closed.staff_invited
    _, effects = decide(closed, c.Reopen(REQUESTER), NOW)
    assert e.InviteToRoom(COLLEAGUE) in effects


def test_who_was_told_is_told_that_it_is_cancelled_or_moved() -> None:
    assert e.Tell(Notice.CANCELLED, COLLEAGUE) in decide(remote(), c.Cancel(REQUESTER), NOW)[1]
    assert e.Tell(Notice.RESCHEDULED, COLLEAGUE) in decide(remote(), c.Reschedule(REQUESTER, NOW + timedelta(days=1)), NOW)[1]
    assert e.Tell(Notice.CANCELLED, COLLEAGUE) not in decide(remote("ti"), c.Cancel(REQUESTER), NOW)[1]
