"""Whose a session is: team, handover, inheritance (PRODUCT §3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.errors import HeldBySomebodyElse, NotWhileRunning
from teleconnect_bot.domain.life import decide
from teleconnect_bot.domain.schedule import DeadlineKind
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, MEMBER, NOW, REQUESTER, STRANGER, after, due_for, entered, notices, of_team, passed

OTHER = c.Owner(STRANGER, "!other:hospital.example")


def _team_waits() -> Session:
    return entered(after(of_team(made.draft()), c.Send(REQUESTER)))


def test_each_member_is_invited_at_here_and_the_room_of_the_team_rings() -> None:
    session = after(of_team(made.draft()), c.Send(REQUESTER), c.SeatClaimed(made.seat()), c.RoomCreated(made.ROOM))
    session = after(session, c.VisitorProvisioned("seat1", made.visitor(), "D"), c.SeatReady("seat1"), c.SeatAdmitted("seat1"))
    session, effects = decide(session, c.VisitorJoined(made.visitor()), NOW)
    assert {effect.user for effect in effects if isinstance(effect, e.InviteToRoom)} == {REQUESTER, BACKUP, MEMBER}
    assert e.TellTeam(Notice.HERE) in effects
    assert e.UpdateTeamCard() in effects


def test_without_a_team_nothing_is_said_to_one() -> None:
    _, effects = decide(made.waiting(), c.Seen(REQUESTER), NOW)
    assert not [effect for effect in effects if isinstance(effect, e.UpdateTeamCard | e.TellTeam)]


def test_of_two_members_one_starts_and_the_other_is_out_and_told() -> None:
    started = after(_team_waits(), c.StaffJoined(MEMBER))
    assert (started.state, started.holder) == (State.ACTIVE, MEMBER)
    second, effects = decide(started, c.StaffJoined(REQUESTER), NOW)
    assert e.RemoveFromRoom(REQUESTER) in effects
    assert e.Tell(Notice.TAKEN, REQUESTER) in effects
    assert len(second.starts) == 1


def test_once_it_runs_the_holder_and_the_one_who_invited_decide() -> None:
    taken = after(_team_waits(), c.StaffJoined(REQUESTER))
    assert taken.may_see(MEMBER)
    with pytest.raises(HeldBySomebodyElse):
        decide(taken, c.Close(MEMBER), NOW)
    assert after(after(_team_waits(), c.StaffJoined(MEMBER)), c.Close(MEMBER)).state is State.CLOSED
    assert after(after(_team_waits(), c.StaffJoined(MEMBER)), c.Close(REQUESTER)).state is State.CLOSED


def test_a_team_grows_before_the_start_and_only_shrinks_after_it() -> None:
    waiting, effects = decide(_team_waits(), c.TeamChanged(frozenset({REQUESTER, STRANGER})), NOW)
    assert waiting.team_members == {REQUESTER, STRANGER}
    assert {e.RemoveFromRoom(MEMBER), e.InviteToRoom(STRANGER)} <= set(effects)
    running = after(_team_waits(), c.StaffJoined(REQUESTER))
    changed, effects = decide(running, c.TeamChanged(frozenset({REQUESTER, STRANGER})), NOW)
    assert changed.team_members == {REQUESTER}
    assert e.InviteToRoom(STRANGER) not in effects


def test_nobody_new_comes_into_a_running_session_by_handover() -> None:
    with pytest.raises(NotWhileRunning):
        decide(made.active(), c.Handover(REQUESTER, OTHER), NOW)
    given, effects = decide(made.kept_open(), c.Handover(REQUESTER, OTHER), NOW)
    assert (given.requester, given.chat) == (OTHER.user, OTHER.chat)
    assert e.RemoveFromRoom(REQUESTER) in effects
    assert not [effect for effect in effects if isinstance(effect, e.InviteToRoom)]
    assert notices(effects) == [Notice.HANDED_OVER]


def test_an_heir_of_a_running_session_may_end_it_and_is_not_let_in() -> None:
    left, effects = decide(made.active(), c.StaffGone(REQUESTER, OTHER), NOW)
    assert left.holder is None
    assert e.RemoveFromRoom(REQUESTER) in effects
    assert not [effect for effect in effects if isinstance(effect, e.InviteToRoom)]
    assert after(left, c.Close(STRANGER)).state is State.CLOSED


@pytest.mark.parametrize("session", [made.held, made.unavailable, made.invited, made.waiting, made.active, made.kept_open])
def test_what_belongs_to_nobody_ends_after_seven_days(session: object) -> None:
    assert callable(session)
    alone = replace(session(), backup=None)
    orphan = after(alone, c.StaffGone(REQUESTER, None))
    assert (orphan.requester, orphan.chat) == ("", "")
    due = due_for(orphan, DeadlineKind.ORPHAN_ENDS)
    assert due is not None
    assert due.due_at == NOW + timedelta(days=7)
    ended, _ = passed(orphan, DeadlineKind.ORPHAN_ENDS)
    assert ended.state is (State.CLOSED if alone.started else State.CANCELLED)
    saved = after(orphan, c.Assigned(OTHER))
    assert due_for(saved, DeadlineKind.ORPHAN_ENDS) is None


def test_a_backup_or_member_who_leaves_costs_the_requester_nothing() -> None:
    left = after(_team_waits(), c.StaffGone(BACKUP, None), c.StaffGone(MEMBER, None))
    assert (left.requester, left.backup, left.team_members) == (REQUESTER, None, frozenset({REQUESTER}))
    assert not left.staff_invited & {BACKUP, MEMBER}
    assert decide(left, c.StaffGone(MEMBER, None), NOW) == (left, ())
