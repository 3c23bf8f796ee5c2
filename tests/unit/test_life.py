"""Every command in every state (PRODUCT §2)."""

from __future__ import annotations

import contextlib
import copy
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TypeVar

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain import errors
from teleconnect_bot.domain.calls import CallKind, CallLink
from teleconnect_bot.domain.effects import EFFECTS, Effect
from teleconnect_bot.domain.guest_link import DeviceTest, digest_of
from teleconnect_bot.domain.life import REFUSALS, TRANSITIONS, check, decide
from teleconnect_bot.domain.schedule import Deadline, DeadlineKind, deadlines
from teleconnect_bot.domain.session import Session, State
from tests import fakes_domain as made
from tests.fakes_domain import BACKUP, IN_STATE, LINK, NOW, REQUESTER, STRANGER, seat, visitor

T = TypeVar("T")


def _first_deadline(session: Session) -> Deadline:
    return deadlines(session)[0] if deadlines(session) else Deadline(NOW, DeadlineKind.RETENTION_ENDS)


def _report(kind: type[c.Befell], session: Session) -> c.Befell:
    """A report of this kind that fits the session as well as one can."""
    message = session.messages[0].id if session.messages else "none"
    reports: dict[type[c.Befell], c.Befell] = {
        c.LinkOpened: c.LinkOpened(LINK),
        c.DeviceTested: c.DeviceTested(LINK, DeviceTest.AUDIO_ONLY),
        c.NotForMe: c.NotForMe(LINK),
        c.NewLinkAsked: c.NewLinkAsked(LINK),
        c.SeatClaimed: c.SeatClaimed(seat(2)),
        c.SeatAsked: c.SeatAsked(replace(seat(2), moves="seat1")),
        c.DeletionAsked: c.DeletionAsked("seat1"),
        c.CallOffered: c.CallOffered(CALL_LINK),
        c.CallHeard: c.CallHeard(visitor()),
        c.CallSeatClaimed: c.CallSeatClaimed(CALL_LINK.id, seat(3)),
        c.SeatAnswered: c.SeatAnswered("seat1", True),
        c.VisitorProvisioned: c.VisitorProvisioned("seat1", visitor(), "DEVICE"),
        c.RoomCreated: c.RoomCreated("!another:hospital.example"),
        c.SeatReady: c.SeatReady("seat1"),
        c.SeatAdmitted: c.SeatAdmitted("seat1"),
        c.VisitorJoined: c.VisitorJoined(visitor()),
        c.VisitorLeft: c.VisitorLeft("seat1"),
        c.WentAway: c.WentAway("seat1"),
        c.SeatBeat: c.SeatBeat("seat1"),
        c.StaffJoined: c.StaffJoined(BACKUP),
        c.StaffLeft: c.StaffLeft(REQUESTER),
        c.SomebodyWrote: c.SomebodyWrote(REQUESTER),
        c.MessageTaken: c.MessageTaken(message),
        c.MessageDelayed: c.MessageDelayed(message, "the mail server is away"),
        c.MessageDelivered: c.MessageDelivered(message),
        c.MessageFailed: c.MessageFailed(message, "the mailbox is unknown"),
        c.InterpreterAccepted: made.accepts(),
        c.InterpreterDeclined: made.declines(),
        c.InterpreterWithdrew: c.InterpreterWithdrew("offer1", "ill"),
        c.OptedOut: c.OptedOut(LINK, 0),
        c.Assigned: c.Assigned(c.Owner(STRANGER, "!stranger:hospital.example")),
        c.TeamChanged: c.TeamChanged(frozenset({STRANGER})),
        c.StaffGone: c.StaffGone(REQUESTER, c.Owner(BACKUP, "!backup:hospital.example")),
        c.DeadlinePassed: c.DeadlinePassed(_first_deadline(session)),
    }
    return reports.get(kind) or kind()


CALL_LINK = CallLink(id="call", user=REQUESTER, digest=digest_of("call"))


def _kinds(module: ModuleType, base: type[T]) -> list[type[T]]:
    return [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, base) and kind is not base]


ASKED = _kinds(c, c.Asked)
BEFELL = _kinds(c, c.Befell)
VALUES: dict[type[c.Asked], tuple[object, ...]] = {
    c.Reschedule: (NOW + timedelta(days=3),),
    c.AskAnother: ((made.offer(3),),),
    c.Remove: ("seat1",),
    c.ShowNumber: ("$order",),
    c.Call: (CallKind.VIDEO, CALL_LINK),
    c.Handover: (c.Owner(BACKUP, "!backup:hospital.example"),),
}
OPEN = (State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN)
CANNOT_REFUSE_BY_TABLE_ALONE: dict[tuple[type[c.Asked], State], type[errors.Refused]] = {
    (c.Close, State.WAITING): errors.StillWaiting,
    (c.CloseNow, State.WAITING): errors.StillWaiting,
    (c.Start, State.ACTIVE): errors.AlreadyStarted,
    (c.Start, State.HELD): errors.NobodyWaiting,
    (c.SendWithout, State.INVITED): errors.NothingHeld,
    (c.Join, State.INVITED): errors.NobodyWaiting,
    (c.Remove, State.INVITED): errors.NobodyToRemove,
    (c.Join, State.ACTIVE): errors.AlreadyStarted,
    **{(c.ShowNumber, state): errors.NoNumber for state in (State.HELD, State.UNAVAILABLE, State.INVITED, State.WAITING, State.ACTIVE)},
    (c.ShowNumber, State.KEPT_OPEN): errors.NoNumber,
    **{(kind, state): errors.NobodyAsks for kind in (c.Admit, c.Refuse) for state in OPEN},
}
"""Possible in some sessions of that state; refused in the one of `IN_STATE`."""

MOVES: dict[tuple[type[c.Asked], State], State] = {
    (c.Send, State.DRAFT): State.INVITED,
    (c.Cancel, State.DRAFT): State.TEARING_DOWN,
    (c.Reschedule, State.HELD): State.HELD,
    (c.SendWithout, State.HELD): State.INVITED,
    (c.Cancel, State.HELD): State.CANCELLED,
    (c.AskAnother, State.UNAVAILABLE): State.HELD,
    (c.SendWithout, State.UNAVAILABLE): State.INVITED,
    (c.Reschedule, State.UNAVAILABLE): State.HELD,
    (c.Cancel, State.UNAVAILABLE): State.CANCELLED,
    (c.Reschedule, State.INVITED): State.INVITED,
    (c.AskAnother, State.INVITED): State.INVITED,
    (c.Cancel, State.INVITED): State.CANCELLED,
    (c.Resend, State.INVITED): State.INVITED,
    (c.Resend, State.KEPT_OPEN): State.KEPT_OPEN,
    (c.Remove, State.WAITING): State.INVITED,
    (c.Remove, State.ACTIVE): State.ACTIVE,
    (c.Call, State.ACTIVE): State.ACTIVE,
    (c.Remove, State.KEPT_OPEN): State.KEPT_OPEN,
    (c.Start, State.WAITING): State.WAITING,
    (c.Seen, State.WAITING): State.WAITING,
    **{
        (c.Handover, state): state
        for state in (State.HELD, State.UNAVAILABLE, State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN, State.CLOSED)
    },
    (c.Join, State.WAITING): State.WAITING,
    (c.Join, State.KEPT_OPEN): State.ACTIVE,
    (c.Cancel, State.WAITING): State.CANCELLED,
    (c.Close, State.ACTIVE): State.CLOSED,
    (c.CloseNow, State.ACTIVE): State.TEARING_DOWN,
    (c.Keep, State.ACTIVE): State.KEPT_OPEN,
    (c.Start, State.KEPT_OPEN): State.ACTIVE,
    (c.Close, State.KEPT_OPEN): State.CLOSED,
    (c.CloseNow, State.KEPT_OPEN): State.TEARING_DOWN,
    (c.WantTranscript, State.CLOSED): State.CLOSED,
    (c.Reopen, State.CLOSED): State.KEPT_OPEN,
    (c.CloseNow, State.CLOSED): State.TEARING_DOWN,
    (c.WantTranscript, State.CANCELLED): State.CANCELLED,
    (c.CloseNow, State.CANCELLED): State.TEARING_DOWN,
}
"""PRODUCT §2 once more, written from the page and not from the code. What is not here must be refused."""


def test_each_state_stands_in_the_table_even_when_nothing_leaves_it() -> None:
    assert set(TRANSITIONS) == set(State) == set(IN_STATE)


def test_each_command_is_asked_by_somebody_or_befell_and_is_known_in_some_state() -> None:
    assert set(_kinds(c, c.Command)) == {c.Asked, c.Befell, *ASKED, *BEFELL}
    assert set(ASKED) | set(BEFELL) == {kind for row in TRANSITIONS.values() for kind in row}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.__name__)
def test_what_is_asked_has_its_effect_or_is_refused_in_readable_words(kind: type[c.Asked], state: State) -> None:
    session = IN_STATE[state]()
    assert session.state is state
    command = kind(REQUESTER, *VALUES.get(kind, ()))
    if (target := MOVES.get((kind, state))) is not None:
        changed, effects = decide(session, command, NOW)
        assert changed.state is target
        assert effects
        assert target in TRANSITIONS[state][kind].to
        return
    with pytest.raises(errors.Refused) as refused:
        decide(session, command, NOW)
    expected = REFUSALS[kind].get(state) or CANNOT_REFUSE_BY_TABLE_ALONE[kind, state]
    assert type(refused.value) is expected
    words = refused.value.text()
    assert "{" not in words
    assert "}" not in words
    assert words.endswith(".")
    assert session.code in words


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.__name__)
def test_each_pair_is_either_in_the_table_or_among_the_refusals(kind: type[c.Asked], state: State) -> None:
    assert (kind in TRANSITIONS[state]) is not (state in REFUSALS[kind])


def test_the_refusals_know_only_what_can_be_asked() -> None:
    assert set(REFUSALS) == set(ASKED)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", BEFELL, ids=lambda kind: kind.__name__)
def test_what_befalls_leads_where_the_table_says_and_a_late_report_changes_nothing(kind: type[c.Befell], state: State) -> None:
    session = IN_STATE[state]()
    report = _report(kind, session)
    now = report.deadline.due_at if isinstance(report, c.DeadlinePassed) else NOW
    changed, effects = decide(session, report, now)
    if kind in TRANSITIONS[state]:
        assert changed.state in TRANSITIONS[state][kind].to
        assert all(effect.lane for effect in effects)
    else:
        assert changed is session
        assert effects == ()


@pytest.mark.parametrize("state", State)
def test_a_report_about_somebody_unknown_changes_no_seat_link_or_message(state: State) -> None:
    session = IN_STATE[state]()
    for report in (
        c.LinkOpened("?"), c.NotForMe("?"), c.NewLinkAsked("?"), c.VisitorProvisioned("?", "@x:y", "D"), c.SeatReady("?"),
        c.SeatAdmitted("?"),
        c.VisitorJoined("@x:y"), c.VisitorLeft("?"), c.WentAway("?"),
        c.SeatBeat("?"), c.StaffLeft("@x:y"), c.MessageTaken("?"), c.MessageFailed("?", ""),
        c.InterpreterAccepted("?", 1, user="@x:y"), c.InterpreterDeclined("?", 1), c.InterpreterWithdrew("?"),
        c.MessageDelivered("?"), c.OptedOut("?", 0), c.OptedOut(LINK, 9),
    ):  # fmt: skip
        assert decide(session, report, NOW) == (session, ())


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.__name__)
def test_a_stranger_reads_the_same_whatever_the_session_is(kind: type[c.Asked], state: State) -> None:
    with pytest.raises(errors.NotYours) as refused:
        decide(IN_STATE[state](), kind(STRANGER, *VALUES.get(kind, ())), NOW)
    assert refused.value.text() == errors.NotYours(code="K7M2").text()


@pytest.mark.parametrize("state", State)
def test_deciding_changes_neither_the_session_nor_the_command(state: State) -> None:
    session = IN_STATE[state]()
    before = copy.deepcopy(session)
    asked = [kind(REQUESTER, *VALUES.get(kind, ())) for kind in ASKED]
    for command in (*asked, *(_report(kind, session) for kind in BEFELL)):
        kept = copy.deepcopy(command)
        with contextlib.suppress(errors.DomainError):
            decide(session, command, NOW + timedelta(hours=1))
        assert session == before
        assert command == kept


def test_each_effect_has_a_lane_and_stands_in_the_list() -> None:
    assert set(EFFECTS) == set(_kinds(e, Effect))
    assert all(effect.lane for effect in EFFECTS)


def test_check_refuses_what_decide_refuses_and_nothing_else() -> None:
    check(made.active(), c.Close(REQUESTER), NOW)
    with pytest.raises(errors.NotStarted):
        check(made.invited(), c.Close(REQUESTER), NOW)
