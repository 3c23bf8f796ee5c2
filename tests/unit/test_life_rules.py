"""What the rules behind the table of a session's life do, in each case that the table cannot show (PRODUCT §2-§4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import Ended, Recipient, SeatState
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.schedule import DeadlineKind
from teleconnect_bot.domain.session import Delivery, MessageKind, Session, State
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, IN_STATE, LINK, NOW, REQUESTER, after, minutes, notices, passed, seat, seconds, visitor

# ---- before the session


def test_while_an_interpreter_is_sought_nobody_else_is_written_to() -> None:
    session, effects = decide(made.draft(interpreter="ti"), c.Send(REQUESTER), NOW)
    assert session.state is State.HELD
    assert not session.messages
    assert [type(effect) for effect in effects] == [e.AskOrganisation, e.AskOrganisation, e.UpdateCard]


def test_once_an_interpreter_has_accepted_everybody_is_invited() -> None:
    session, effects = decide(made.held(), made.accepts(), NOW)
    assert session.state is State.INVITED
    assert [effect.message for effect in effects if isinstance(effect, e.SendMessage)] == [message.id for message in session.messages]


def test_a_new_date_is_told_to_everybody_who_was_told_the_old_one() -> None:
    session, effects = decide(made.invited(), c.Reschedule(REQUESTER, NOW + timedelta(days=3)), NOW)
    assert [message.id for message in session.messages] == ["session.link.invitation.1", "session.link.rescheduled.1"]
    assert e.SendMessage("session.link.rescheduled.1") in effects
    assert [effect for effect in effects if isinstance(effect, e.Tell)] == [e.Tell(Notice.RESCHEDULED, BACKUP)]


def test_who_could_not_be_reached_with_the_old_date_is_invited_with_the_new_one() -> None:
    failed = after(made.invited(), c.MessageFailed("session.link.invitation.1", "the mailbox is full"))
    assert after(failed, c.Reschedule(REQUESTER, NOW + timedelta(days=3))).messages[-1].kind is MessageKind.INVITATION


def test_each_message_to_several_people_has_an_id_of_its_own_also_when_one_was_not_reached_at_first() -> None:
    bob = Recipient(Contact.email("bob@example.org"), "en")
    draft = made.draft()
    session = after(replace(draft, links=(replace(draft.links[0], others=(bob,)),)), c.Send(REQUESTER))
    session = after(session, c.MessageFailed("session.link.invitation.1", "full"), c.MessageTaken("session.link.invitation.2"))
    for days in (1, 2):
        session = after(session, c.Reschedule(REQUESTER, NOW + timedelta(days=days)))
    assert [message.id.removeprefix("session.link.") for message in session.messages] == [
        "invitation.1", "invitation.2", "rescheduled.1", "invitation.3", "rescheduled.2", "rescheduled.3",
    ]  # fmt: skip


def test_the_requester_is_told_of_a_new_date_that_somebody_else_set() -> None:
    assert notices(decide(made.invited(), c.Reschedule(BACKUP, NOW + timedelta(days=3)), NOW)[1]) == [Notice.RESCHEDULED]


def test_the_same_date_again_is_refused_and_so_is_now_for_a_session_that_is_open() -> None:
    planned = after(made.draft(planned_at=NOW + timedelta(days=3)), c.Send(REQUESTER))
    with pytest.raises(errors.SameTime):
        decide(planned, c.Reschedule(REQUESTER, NOW + timedelta(days=3)), NOW)
    with pytest.raises(errors.OpenAlready):
        decide(made.invited(), c.Reschedule(REQUESTER, None), NOW)
    opened = after(planned, c.Reschedule(REQUESTER, None))
    assert decide(opened, c.SeatClaimed(seat()), NOW)[0].seats


def test_a_cancelled_session_is_told_to_everybody_who_may_know_of_it() -> None:
    _, effects = decide(made.invited(), c.Cancel(REQUESTER), NOW)
    assert [effect.message for effect in effects if isinstance(effect, e.SendMessage)] == ["session.link.cancelled.1"]
    for nobody in (c.MessageFailed("session.link.invitation.1", "unknown"), c.NotForMe(LINK)):
        _, effects = decide(after(made.invited(), nobody), c.Cancel(REQUESTER), NOW)
        assert not [effect for effect in effects if isinstance(effect, e.SendMessage)]
    for held in (made.held(), made.unavailable()):
        assert not [effect for effect in decide(held, c.Cancel(REQUESTER), NOW)[1] if isinstance(effect, e.SendMessage)]


def test_a_link_that_was_not_for_them_gets_no_new_date() -> None:
    session = after(made.invited(), c.NotForMe(LINK), c.Reschedule(REQUESTER, NOW + timedelta(days=3)))
    assert len(session.messages) == 1


# ---- arrival


def test_pressing_enter_makes_account_and_room_and_rings_that_somebody_is_coming() -> None:
    session, effects = decide(made.invited(), c.SeatClaimed(seat()), NOW)
    assert effects == (e.CreateRoom(), e.ProvisionVisitor("seat1"), e.Tell(Notice.COMING), e.UpdateCard())
    assert session.state is State.INVITED


def test_the_room_is_made_once_for_all_who_enter() -> None:
    _, effects = decide(after(made.invited(), c.SeatClaimed(seat(1))), c.SeatClaimed(seat(2)), NOW)
    assert e.CreateRoom() not in effects


def test_the_same_secret_again_is_the_same_seat() -> None:
    session = after(made.invited(), c.SeatClaimed(seat()))
    assert decide(session, c.SeatClaimed(seat()), NOW) == (session, ())


def test_one_more_than_invited_is_refused_while_the_others_are_there() -> None:
    session = made.entered(made.waiting(), 2)
    with pytest.raises(errors.LinkFull):
        decide(session, c.SeatClaimed(seat(3)), NOW + seconds(60))


def test_a_seat_away_for_90_s_moves_to_another_browser_and_the_requester_is_told() -> None:
    session = made.entered(made.invited(), 1)
    session = passed(after(session, c.SeatClaimed(seat(2))), DeadlineKind.SEAT_AWAY)[0]
    session, effects = decide(session, c.SeatClaimed(seat(3)), NOW + seconds(90))
    assert (session.seats[0].state, session.seats[0].ended) == (SeatState.REVOKED, Ended.MOVED)
    assert e.RevokeSeat("seat1") in effects
    assert e.RemoveFromRoom(visitor(1)) in effects
    assert Notice.MOVED in notices(effects)


def test_the_waiting_room_of_a_planned_session_opens_15_minutes_before() -> None:
    session = after(made.draft(planned_at=NOW + timedelta(hours=2)), c.Send(REQUESTER))
    with pytest.raises(errors.TooEarly):
        decide(session, c.SeatClaimed(seat()), NOW + minutes(104))
    assert decide(session, c.SeatClaimed(seat()), NOW + minutes(105))[0].seats


def test_when_the_device_is_in_the_room_the_requester_and_the_backup_are_invited_and_rung() -> None:
    session = after(made.invited(), c.SeatClaimed(seat()), c.RoomCreated(made.ROOM), c.VisitorProvisioned("seat1", visitor(), "D"))
    session, effects = decide(after(session, c.SeatReady("seat1"), c.SeatAdmitted("seat1")), c.VisitorJoined(visitor()), NOW)
    assert session.state is State.WAITING
    invitations = [effect.user for effect in effects if isinstance(effect, e.InviteToRoom)]
    assert invitations == [BACKUP, REQUESTER]
    assert notices(effects) == [Notice.HERE]
    assert effects[0] == e.ShieldVisitor("seat1")


def test_not_for_me_kills_a_link_by_which_nobody_has_come_and_tells_the_requester() -> None:
    session, effects = decide(made.invited(), c.NotForMe(LINK), NOW)
    assert notices(effects) == [Notice.NOT_ME]
    with pytest.raises(errors.LinkUnusable):
        decide(session, c.SeatClaimed(seat(2)), NOW)


@pytest.mark.parametrize("inside", [made.waiting, made.active, made.kept_open])
def test_not_for_me_ends_nothing_for_those_who_have_come_by_the_link_and_is_told_once_an_hour(inside: Callable[[], Session]) -> None:
    session, effects = decide(inside(), c.NotForMe(LINK), NOW)
    assert notices(effects) == [Notice.NOT_ME_BUT_USED] * len(session.in_charge)
    assert session == inside().with_link(replace(inside().links[0], doubted_at=NOW))
    assert decide(session, c.NotForMe(LINK), NOW + timedelta(minutes=59)) == (session, ())
    assert notices(decide(session, c.NotForMe(LINK), NOW + timedelta(hours=1))[1]) == [Notice.NOT_ME_BUT_USED] * len(session.in_charge)


def test_who_was_removed_cannot_end_the_link_for_the_others_by_not_for_me() -> None:
    session = after(made.waiting(), c.Remove(REQUESTER, made.waiting().seats[0].id))
    assert not session.main_present
    session, effects = decide(session, c.NotForMe(LINK), NOW)
    assert not session.links[0].dead
    assert notices(effects) == [Notice.NOT_ME_BUT_USED]


def test_who_only_asked_for_a_place_has_not_come() -> None:
    link = replace(made.invited().links[0], places=0)
    asked = after(made.invited().with_link(link), c.SeatAsked(seat(2)))
    for session in (asked, after(asked, c.Refuse(REQUESTER))):
        assert notices(decide(session, c.NotForMe(LINK), NOW)[1]) == [Notice.NOT_ME]


@pytest.mark.parametrize("over", [made.closed, made.cancelled])
def test_who_asks_for_a_new_link_is_heard_once_an_hour(over: Callable[[], Session]) -> None:
    session, effects = decide(over(), c.NewLinkAsked(LINK), NOW)
    assert notices(effects) == [Notice.NEW_LINK_ASKED]
    assert decide(session, c.NewLinkAsked(LINK), NOW + timedelta(minutes=59)) == (session, ())
    assert notices(decide(session, c.NewLinkAsked(LINK), NOW + timedelta(hours=1))[1]) == [Notice.NEW_LINK_ASKED]


def test_a_link_that_works_needs_no_other_and_a_dead_one_does() -> None:
    assert decide(made.invited(), c.NewLinkAsked(LINK), NOW) == (made.invited(), ())
    dead = after(made.invited(), c.NotForMe(LINK))
    assert notices(decide(dead, c.NewLinkAsked(LINK), NOW)[1]) == [Notice.NEW_LINK_ASKED]


def test_a_phone_that_locks_itself_every_two_minutes_is_one_arrival_and_the_ladder_goes_on() -> None:
    session, now, told, rings = made.waiting(), NOW, [], 0
    for _ in range(20):
        due = made.due_for(session, DeadlineKind.SEAT_AWAY)
        assert due is not None
        while (ring := made.due_for(session, DeadlineKind.RING)) and ring.due_at < due.due_at:
            session, _ = passed(session, DeadlineKind.RING)
            rings += 1
        now = due.due_at
        session, effects = decide(session, c.DeadlinePassed(due), now)
        told += notices(effects)
        assert session.state is State.INVITED
        now += seconds(30)
        session, effects = decide(session, c.SeatBeat("seat1"), now)
        told += notices(effects)
        assert session.state is State.WAITING
    assert told == [Notice.AWAY]
    assert session.arrived_at == NOW
    assert rings > 10


def test_who_comes_back_after_more_than_10_minutes_arrives_anew() -> None:
    session = passed(made.waiting(), DeadlineKind.SEAT_AWAY)[0]
    back = NOW + seconds(90) + minutes(10) + seconds(1)
    session, effects = decide(session, c.SeatBeat("seat1"), back)
    assert notices(effects) == [Notice.HERE]
    assert session.arrived_at == back
    _, effects = passed(session, DeadlineKind.SEAT_AWAY)
    assert notices(effects) == [Notice.AWAY]


def test_pressing_leave_is_told_every_time() -> None:
    session = passed(made.waiting(), DeadlineKind.SEAT_AWAY)[0]
    session = after(session, c.SeatBeat("seat1"), at=NOW + minutes(2))
    _, effects = decide(session, c.VisitorLeft("seat1"), NOW + minutes(2))
    assert Notice.AWAY in notices(effects)


def test_seen_stops_the_ringing_until_the_next_arrival() -> None:
    session = after(made.waiting(), c.Seen(REQUESTER))
    assert made.due_for(session, DeadlineKind.RING) is None
    session = passed(session, DeadlineKind.SEAT_AWAY)[0]
    again = after(session, c.SeatBeat("seat1"), at=NOW + timedelta(hours=1))
    assert made.due_for(again, DeadlineKind.RING) is not None


def test_after_30_minutes_the_person_is_told_once_by_a_message() -> None:
    session, effects = passed(made.waiting(), DeadlineKind.NOBODY_CAME)
    assert [effect for effect in effects if isinstance(effect, e.Tell)] == [e.Tell(Notice.NOBODY_CAME), e.Tell(Notice.NOBODY_CAME, BACKUP)]
    assert [message.kind for message in session.messages] == [MessageKind.INVITATION, MessageKind.NOBODY_CAME]
    assert made.due_for(session, DeadlineKind.NOBODY_CAME) is None


# ---- start


def test_the_first_to_join_starts_and_the_other_invitation_is_withdrawn() -> None:
    session, effects = decide(made.waiting(), c.StaffJoined(REQUESTER), NOW)
    assert session.state is State.ACTIVE
    assert session.holder == REQUESTER
    assert session.starts == (NOW,)
    assert e.RemoveFromRoom(BACKUP) in effects
    assert e.DeliverLetters(REQUESTER) in effects


def test_who_joins_in_the_same_instant_but_second_is_taken_out_and_told() -> None:
    session = made.active()
    assert decide(session, c.StaffJoined(BACKUP), NOW) == (session, (e.RemoveFromRoom(BACKUP), e.Tell(Notice.TAKEN, BACKUP)))


def test_a_new_display_name_of_somebody_inside_starts_nothing() -> None:
    session = made.waiting_again()
    assert REQUESTER in session.staff_inside
    assert decide(session, c.StaffJoined(REQUESTER), NOW) == (session, ())


def test_who_is_inside_a_kept_open_session_takes_it_by_answering() -> None:
    session, effects = decide(made.waiting_again(), c.SomebodyWrote(REQUESTER), NOW + timedelta(hours=3))
    assert session.state is State.ACTIVE
    assert len(session.starts) == 2
    assert Notice.STARTED in notices(effects)


def test_a_visitor_who_writes_starts_nothing() -> None:
    assert decide(made.waiting(), c.SomebodyWrote(visitor()), NOW)[0].state is State.WAITING


def test_a_kept_open_session_is_not_started_while_nobody_is_there() -> None:
    with pytest.raises(errors.NobodyWaiting):
        decide(made.kept_open_alone(), c.Start(REQUESTER), NOW)


def test_the_backup_who_starts_a_kept_open_session_gets_a_way_in() -> None:
    session, effects = decide(made.kept_open(), c.Start(BACKUP), NOW)
    assert session.holder == BACKUP
    assert e.InviteToRoom(BACKUP) in effects
    assert e.RemoveFromRoom(BACKUP) not in effects
    assert BACKUP in after(session, c.StaffJoined(BACKUP)).staff_inside


def test_who_holds_the_session_and_left_its_room_by_accident_gets_back() -> None:
    session = after(made.active(), c.StaffLeft(REQUESTER))
    session, effects = decide(session, c.Start(REQUESTER), NOW)
    assert effects == (e.InviteToRoom(REQUESTER),)
    assert session.starts == (NOW,)
    back, effects = decide(session, c.StaffJoined(REQUESTER), NOW)
    assert REQUESTER in back.staff_inside
    assert e.DeliverLetters(REQUESTER) in effects


def test_nobody_else_gets_into_a_running_session_by_start() -> None:
    with pytest.raises(errors.AlreadyStarted) as refused:
        decide(made.active(), c.Start(BACKUP), NOW)
    assert REQUESTER in refused.value.text()


# ---- ending


@pytest.mark.parametrize("state", [State.CLOSED, State.CANCELLED, State.TEARING_DOWN, State.GONE])
def test_after_the_end_no_seat_is_live(state: State) -> None:
    session = IN_STATE[state]()
    assert session.seats
    assert all(seat.state is SeatState.REVOKED and not seat.present for seat in session.seats)


def test_closing_makes_the_room_read_only_and_signs_every_browser_out() -> None:
    _, effects = decide(made.active(), c.Close(REQUESTER), NOW)
    assert {e.RevokeSeat("seat1"), e.RemoveFromRoom(visitor()), e.MakeReadOnly()} <= set(effects)


def test_a_session_that_has_started_once_is_closed_and_not_cancelled() -> None:
    with pytest.raises(errors.UseEnd):
        decide(made.waiting_again(), c.Cancel(REQUESTER), NOW)
    assert decide(made.waiting_again(), c.Close(REQUESTER), NOW)[0].state is State.CLOSED


def test_a_reopened_session_begins_with_new_browsers_and_24_hours_anew() -> None:
    reopened, effects = decide(made.closed(), c.Reopen(REQUESTER), NOW + timedelta(hours=23))
    assert reopened.state is State.KEPT_OPEN
    assert e.MakeWritable() in effects
    assert made.due_for(reopened, DeadlineKind.RETENTION_ENDS) is None
    again = made.entered(reopened, 2, NOW + timedelta(hours=23))
    assert again.state is State.WAITING
    closed = after(again, c.Close(REQUESTER), at=NOW + timedelta(hours=24))
    due = made.due_for(closed, DeadlineKind.RETENTION_ENDS)
    assert due is not None
    assert due.due_at == NOW + timedelta(hours=48)


def test_who_left_the_room_after_closing_and_reopens_gets_back_in() -> None:
    session = after(made.closed(), c.StaffLeft(REQUESTER))
    assert e.InviteToRoom(REQUESTER) in decide(session, c.Reopen(REQUESTER), NOW)[1]
    assert e.InviteToRoom(REQUESTER) not in decide(made.closed(), c.Reopen(REQUESTER), NOW)[1]


def test_a_room_that_is_made_after_the_end_is_still_known() -> None:
    session = after(made.invited(), c.SeatClaimed(seat()), c.Cancel(REQUESTER), c.CloseNow(REQUESTER), c.RoomCreated(made.ROOM))
    assert session.state is State.TEARING_DOWN
    assert session.room == made.ROOM


# ---- messages


def test_delivery_goes_forward_only() -> None:
    session = made.invited()
    message = session.messages[0].id
    assert after(session, c.MessageTaken(message), c.MessageDelayed(message, "late")).messages[0].delivery is Delivery.SENT
    delayed = after(session, c.MessageDelayed(message, "the server is away"))
    assert delayed.messages[0].problem
    assert after(delayed, c.MessageTaken(message)).messages[0].problem == ""
    failed = after(delayed, c.MessageFailed(message, "unknown mailbox"))
    assert after(failed, c.MessageTaken(message)) == failed


def test_what_was_delivered_does_not_fail_any_more() -> None:
    session = made.invited()
    delivered = session.with_message(replace(session.messages[0], delivery=Delivery.DELIVERED))
    assert decide(delivered, c.MessageFailed(session.messages[0].id, "?"), NOW) == (delivered, ())


def test_the_requester_reads_once_that_a_message_failed() -> None:
    message = made.invited().messages[0].id
    session, effects = decide(made.invited(), c.MessageFailed(message, "unknown mailbox"), NOW)
    assert notices(effects) == [Notice.UNDELIVERABLE]
    assert decide(session, c.MessageFailed(message, "unknown mailbox"), NOW) == (session, ())
