"""The life of a session: the one table `TRANSITIONS` and `decide()` (PRODUCT §2, ARCHITECTURE §3).

`decide` is pure. It looks the pair (state, command) up in the table, lets the rule work out the new session and its effects,
and checks that the new state is one that the table names. What the table does not name is refused with a named error when a
person asked for it, and changes nothing when it merely befell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from . import absence, arrival, calls, colleagues, delivery, interpreting, rules, seating, teams
from . import commands as c
from .effects import Effect
from .errors import (
    AlreadyCancelled,
    AlreadyClosed,
    AlreadyDeleted,
    AlreadyStarted,
    IsThereAlready,
    KeptOpenAlready,
    NobodyAdded,
    NobodyAsks,
    NobodyToRemove,
    NobodyWaiting,
    NotClosed,
    NothingHeld,
    NothingSentYet,
    NotJoinable,
    NotPlannable,
    NoTranscript,
    NotRunning,
    NotSent,
    NotStarted,
    NotYours,
    Refused,
    SentAlready,
    SoughtAlready,
    StillWaiting,
    UseEnd,
)
from .session import Session, State

S = State


@dataclass(frozen=True, slots=True)
class Rule:
    """What a command does in one state: the states it may lead to and the function that decides which."""

    to: tuple[State, ...]
    work_out: rules.RuleFunction


def _stays(state: State, *kinds: tuple[type[c.Command], rules.RuleFunction]) -> dict[type[c.Command], Rule]:
    return {kind: Rule((state,), work_out) for kind, work_out in kinds}


_ALWAYS: tuple[tuple[type[c.Command], rules.RuleFunction], ...] = (
    (c.MessageTaken, delivery.taken),
    (c.MessageDelayed, delivery.delayed),
    (c.MessageDelivered, delivery.delivered),
    (c.MessageFailed, delivery.failed),
    (c.OptedOut, delivery.opted_out),
)
_WHILE_LINKS_WORK: tuple[tuple[type[c.Command], rules.RuleFunction], ...] = (
    *_ALWAYS,
    (c.LinkOpened, arrival.link_opened),
    (c.DeviceTested, arrival.device_tested),
    (c.NotForMe, arrival.not_for_me),
    (c.NewLinkAsked, arrival.new_link_asked),
    (c.SeatClaimed, seating.seat_claimed),
    (c.SeatAsked, seating.seat_asked),
    (c.SeatAnswered, seating.seat_answered),
    (c.Admit, seating.admit),
    (c.Refuse, seating.refuse),
    (c.VisitorProvisioned, arrival.visitor_provisioned),
    (c.RoomCreated, arrival.room_created),
    (c.SeatReady, arrival.seat_ready),
    (c.DeletionAsked, arrival.deletion_asked),
    (c.SeatAdmitted, arrival.seat_admitted),
)
_ANSWERS: tuple[tuple[type[c.Command], rules.RuleFunction], ...] = (
    (c.InterpreterAccepted, interpreting.accepted_openly),
    (c.InterpreterDeclined, interpreting.declined),
    (c.InterpreterWithdrew, interpreting.withdrew),
)

_WHOSE: tuple[tuple[type[c.Command], rules.RuleFunction], ...] = (
    (c.Handover, teams.handover),
    (c.Assigned, teams.assigned),
    (c.TeamChanged, teams.team_changed),
    (c.StaffGone, teams.staff_gone),
)
_MOVING: tuple[tuple[type[c.Command], rules.RuleFunction], ...] = (
    (c.SeatAnswered, seating.seat_answered),
    (c.Admit, seating.admit),
)
"""Whoever waited signs out for a moment, until their other browser is there."""

TRANSITIONS: dict[State, dict[type[c.Command], Rule]] = {
    S.DRAFT: {
        c.Send: Rule((S.HELD, S.INVITED), rules.send),
        c.Cancel: Rule((S.TEARING_DOWN,), rules.drop_draft),
        c.DeadlinePassed: Rule((S.TEARING_DOWN,), rules.deadline_passed),
    },
    S.HELD: {
        **_stays(S.HELD, *_WHOSE),
        c.InterpreterAccepted: Rule((S.HELD, S.INVITED), interpreting.accepted_held),
        c.InterpreterDeclined: Rule((S.HELD, S.UNAVAILABLE), interpreting.declined),
        c.InterpreterWithdrew: Rule((S.HELD, S.UNAVAILABLE), interpreting.withdrew),
        c.Start: Rule((S.INVITED,), interpreting.go_ahead),
        c.SendWithout: Rule((S.INVITED,), interpreting.send_without),
        c.DeadlinePassed: Rule((S.HELD, S.UNAVAILABLE, S.CANCELLED), rules.deadline_passed),
        c.Reschedule: Rule((S.HELD,), interpreting.rescheduled_held),
        c.Cancel: Rule((S.CANCELLED,), rules.cancel),
        c.ShowNumber: Rule((S.HELD,), absence.show_number),
    },
    S.UNAVAILABLE: {
        **_stays(S.UNAVAILABLE, *_WHOSE),
        c.AskAnother: Rule((S.HELD,), interpreting.ask_another),
        c.SendWithout: Rule((S.INVITED,), interpreting.send_without),
        c.Reschedule: Rule((S.HELD,), interpreting.rescheduled_held),
        c.Cancel: Rule((S.CANCELLED,), rules.cancel),
        c.DeadlinePassed: Rule((S.UNAVAILABLE, S.CANCELLED), rules.deadline_passed),
        c.ShowNumber: Rule((S.UNAVAILABLE,), absence.show_number),
    },
    S.INVITED: {
        **_stays(S.INVITED, *_WHOSE),
        **_stays(S.INVITED, *_WHILE_LINKS_WORK),
        c.StaffLeft: Rule((S.INVITED,), arrival.staff_left),
        c.VisitorJoined: Rule((S.INVITED, S.WAITING), arrival.visitor_joined),
        c.SeatBeat: Rule((S.INVITED, S.WAITING), arrival.seat_beat),
        c.VisitorLeft: Rule((S.INVITED,), seating.visitor_left),
        c.WentAway: Rule((S.INVITED,), seating.went_away),
        c.StaffJoined: Rule((S.INVITED, S.WAITING), arrival.staff_joined_quietly),
        c.Join: Rule((S.INVITED,), colleagues.join_invited),
        c.SomebodyWrote: Rule((S.INVITED,), arrival.somebody_wrote),
        c.Reschedule: Rule((S.INVITED,), rules.reschedule_invited),
        c.Remove: Rule((S.INVITED,), seating.remove),
        c.Resend: Rule((S.INVITED,), rules.resend),
        **_stays(S.INVITED, *_ANSWERS),
        c.AskAnother: Rule((S.INVITED,), interpreting.ask_another_openly),
        c.SendWithout: Rule((S.INVITED,), interpreting.go_on_without),
        c.Cancel: Rule((S.CANCELLED,), rules.cancel),
        c.DeadlinePassed: Rule((S.INVITED, S.CANCELLED), rules.deadline_passed),
        c.ShowNumber: Rule((S.INVITED,), absence.show_number),
    },
    S.WAITING: {
        **_stays(S.WAITING, *_WHOSE),
        **_stays(S.WAITING, *_WHILE_LINKS_WORK, *_ANSWERS),
        **{kind: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), work_out) for kind, work_out in _MOVING},
        c.StaffLeft: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), arrival.staff_left),
        c.StaffGone: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), teams.staff_gone),
        c.Join: Rule((S.WAITING, S.ACTIVE), colleagues.join_waiting),
        c.VisitorJoined: Rule((S.WAITING,), arrival.visitor_joined),
        c.SeatBeat: Rule((S.WAITING,), arrival.seat_beat),
        c.VisitorLeft: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), seating.visitor_left),
        c.WentAway: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), seating.went_away),
        c.StaffJoined: Rule((S.WAITING, S.ACTIVE), arrival.staff_joined_waiting),
        c.SomebodyWrote: Rule((S.WAITING, S.ACTIVE), arrival.somebody_wrote_waiting),
        c.Start: Rule((S.WAITING, S.ACTIVE), arrival.start),
        c.Seen: Rule((S.WAITING,), arrival.seen),
        c.Remove: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN), seating.remove),
        c.Cancel: Rule((S.CANCELLED,), rules.cancel),
        c.Close: Rule((S.CLOSED,), rules.close_waiting),
        c.CloseNow: Rule((S.TEARING_DOWN,), rules.close_waiting_now),
        c.DeadlinePassed: Rule((S.WAITING, S.INVITED, S.KEPT_OPEN, S.CANCELLED, S.CLOSED), rules.deadline_passed),
        c.ShowNumber: Rule((S.WAITING,), absence.show_number),
    },
    S.ACTIVE: {
        **_stays(S.ACTIVE, *_WHOSE),
        **_stays(S.ACTIVE, *_WHILE_LINKS_WORK, (c.InterpreterWithdrew, interpreting.withdrew)),
        c.StaffLeft: Rule((S.ACTIVE,), arrival.staff_left),
        c.VisitorJoined: Rule((S.ACTIVE,), arrival.visitor_joined),
        c.SeatBeat: Rule((S.ACTIVE,), arrival.seat_beat),
        c.VisitorLeft: Rule((S.ACTIVE,), seating.visitor_left),
        c.WentAway: Rule((S.ACTIVE,), seating.went_away),
        c.StaffJoined: Rule((S.ACTIVE,), arrival.staff_joined_active),
        c.Join: Rule((S.ACTIVE,), colleagues.join_active),
        c.Start: Rule((S.ACTIVE,), arrival.start_active),
        c.SomebodyWrote: Rule((S.ACTIVE,), arrival.somebody_wrote),
        c.Close: Rule((S.CLOSED,), rules.close),
        c.CloseNow: Rule((S.TEARING_DOWN,), rules.close_now),
        c.Keep: Rule((S.KEPT_OPEN,), rules.keep),
        c.Remove: Rule((S.ACTIVE,), seating.remove),
        c.DeadlinePassed: Rule((S.ACTIVE, S.KEPT_OPEN, S.CLOSED), rules.deadline_passed),
        c.ShowNumber: Rule((S.ACTIVE,), absence.show_number),
        c.Call: Rule((S.ACTIVE,), calls.call),
        c.CallOffered: Rule((S.ACTIVE,), calls.offered),
        c.CallSeatClaimed: Rule((S.ACTIVE,), calls.seat_claimed),
        c.CallHeard: Rule((S.ACTIVE,), calls.heard),
    },
    S.KEPT_OPEN: {
        **_stays(S.KEPT_OPEN, *_WHOSE),
        **_stays(S.KEPT_OPEN, *_WHILE_LINKS_WORK, (c.InterpreterWithdrew, interpreting.withdrew)),
        c.StaffLeft: Rule((S.KEPT_OPEN,), arrival.staff_left),
        c.VisitorJoined: Rule((S.KEPT_OPEN, S.WAITING), arrival.visitor_joined),
        c.SeatBeat: Rule((S.KEPT_OPEN, S.WAITING), arrival.seat_beat),
        c.VisitorLeft: Rule((S.KEPT_OPEN,), seating.visitor_left),
        c.WentAway: Rule((S.KEPT_OPEN,), seating.went_away),
        c.StaffJoined: Rule((S.KEPT_OPEN, S.WAITING), arrival.staff_joined_quietly),
        c.Join: Rule((S.KEPT_OPEN, S.ACTIVE), colleagues.join_kept_open),
        c.SomebodyWrote: Rule((S.KEPT_OPEN,), absence.somebody_wrote_kept_open),
        c.Start: Rule((S.ACTIVE,), arrival.start_kept_open),
        c.Remove: Rule((S.KEPT_OPEN,), seating.remove),
        c.Resend: Rule((S.KEPT_OPEN,), rules.resend),
        c.Close: Rule((S.CLOSED,), rules.close),
        c.CloseNow: Rule((S.TEARING_DOWN,), rules.close_now),
        c.DeadlinePassed: Rule((S.KEPT_OPEN, S.CLOSED), rules.deadline_passed),
        c.ShowNumber: Rule((S.KEPT_OPEN,), absence.show_number),
    },
    S.CLOSED: {
        **_stays(S.CLOSED, *_WHOSE, *_ALWAYS, (c.StaffLeft, arrival.staff_left), (c.NewLinkAsked, arrival.new_link_asked)),
        c.RoomCreated: Rule((S.CLOSED,), arrival.room_created),
        c.WantTranscript: Rule((S.CLOSED,), rules.want_transcript),
        c.Reopen: Rule((S.ACTIVE, S.KEPT_OPEN), rules.reopen),
        c.CloseNow: Rule((S.TEARING_DOWN,), rules.tear_down_now),
        c.DeadlinePassed: Rule((S.TEARING_DOWN,), rules.deadline_passed),
    },
    S.CANCELLED: {
        **_stays(S.CANCELLED, *_ALWAYS, (c.StaffLeft, arrival.staff_left), (c.NewLinkAsked, arrival.new_link_asked)),
        c.StaffGone: Rule((S.CANCELLED,), teams.staff_gone),
        c.RoomCreated: Rule((S.CANCELLED,), arrival.room_created),
        c.WantTranscript: Rule((S.CANCELLED,), rules.want_transcript),
        c.CloseNow: Rule((S.TEARING_DOWN,), rules.tear_down_now),
        c.DeadlinePassed: Rule((S.CANCELLED, S.TEARING_DOWN), rules.deadline_passed),
    },
    S.TEARING_DOWN: {
        c.RoomCreated: Rule((S.TEARING_DOWN,), arrival.room_created),
        c.RoomEmptied: Rule((S.TEARING_DOWN,), rules.room_emptied),
        c.TornDown: Rule((S.GONE,), rules.torn_down),
    },
    S.GONE: {},
}

_DELETED: dict[State, type[Refused]] = {S.TEARING_DOWN: AlreadyDeleted, S.GONE: AlreadyDeleted}
_ENDED: dict[State, type[Refused]] = {S.CLOSED: AlreadyClosed, S.CANCELLED: AlreadyCancelled, **_DELETED}
_NOT_STARTED: dict[State, type[Refused]] = {S.DRAFT: NotSent, S.HELD: NotStarted, S.UNAVAILABLE: NotStarted, S.INVITED: NotStarted}
_NOBODY: dict[State, type[Refused]] = {S.DRAFT: NotSent, S.HELD: NobodyWaiting, S.UNAVAILABLE: NobodyWaiting, S.INVITED: NobodyWaiting}
_MET = (S.WAITING, S.ACTIVE, S.KEPT_OPEN)
_SENT = (S.HELD, S.UNAVAILABLE, S.INVITED, *_MET)

REFUSALS: dict[type[c.Command], dict[State, type[Refused]]] = {
    c.Send: {**dict.fromkeys(_SENT, SentAlready), **_ENDED},
    c.Cancel: {S.ACTIVE: UseEnd, S.KEPT_OPEN: UseEnd, **_ENDED},
    c.Reschedule: {S.DRAFT: NotSent, **dict.fromkeys(_MET, NotPlannable), **_ENDED},
    c.AskAnother: {S.DRAFT: NotSent, S.HELD: SoughtAlready, **dict.fromkeys(_MET, NobodyAdded), **_ENDED},
    c.SendWithout: {S.DRAFT: NotSent, **dict.fromkeys(_MET, NothingHeld), **_ENDED},
    c.Seen: {**_NOBODY, S.ACTIVE: AlreadyStarted, S.KEPT_OPEN: NobodyWaiting, **_ENDED},
    c.Start: {state: error for state, error in {**_NOBODY, **_ENDED}.items() if state is not S.HELD},
    c.Join: {
        S.DRAFT: NotSent,
        S.HELD: NotJoinable,
        S.UNAVAILABLE: NotJoinable,
        S.CLOSED: NotJoinable,
        S.CANCELLED: AlreadyCancelled,
        **_DELETED,
    },
    c.Close: {**_NOT_STARTED, **_ENDED},
    c.CloseNow: {**_NOT_STARTED, **_DELETED},
    c.Keep: {**_NOT_STARTED, S.WAITING: NotRunning, S.KEPT_OPEN: KeptOpenAlready, **_ENDED},
    c.Resend: {
        S.DRAFT: NotSent,
        S.HELD: NothingSentYet,
        S.UNAVAILABLE: NothingSentYet,
        S.WAITING: IsThereAlready,
        S.ACTIVE: IsThereAlready,
        **_ENDED,
    },
    c.ShowNumber: {S.DRAFT: NotSent, **_ENDED},
    c.Call: {**_NOT_STARTED, S.WAITING: StillWaiting, S.KEPT_OPEN: NotRunning, **_ENDED},
    c.Admit: {S.DRAFT: NotSent, S.HELD: NobodyAsks, S.UNAVAILABLE: NobodyAsks, **_ENDED},
    c.Refuse: {S.DRAFT: NotSent, S.HELD: NobodyAsks, S.UNAVAILABLE: NobodyAsks, **_ENDED},
    c.Remove: {S.DRAFT: NotSent, S.HELD: NobodyToRemove, S.UNAVAILABLE: NobodyToRemove, **_ENDED},
    c.Handover: {S.DRAFT: NotSent, S.CANCELLED: AlreadyCancelled, **_DELETED},
    c.Reopen: {S.DRAFT: NotSent, **dict.fromkeys(_SENT, NotClosed), S.CANCELLED: AlreadyCancelled, **_DELETED},
    c.WantTranscript: {S.DRAFT: NotSent, **dict.fromkeys(_SENT, NoTranscript), **_DELETED},
}
"""Which error a person reads for a command that the state does not know. Tests hold that each pair is either here or in the table."""


def decide(session: Session, command: c.Command, now: datetime) -> tuple[Session, tuple[Effect, ...]]:
    """The session after the command, and what must then happen in the world.

    Raises a `DomainError` when somebody asked for what is not possible. A report (`Befell`) that comes too late, or twice,
    returns the session unchanged and no effects.
    """
    if isinstance(command, c.Asked) and not session.may_see(command.by) and not _joins(session, command):
        raise NotYours(code=session.code)
    rule = TRANSITIONS[session.state].get(type(command))
    if rule is None:
        if isinstance(command, c.Asked):
            raise REFUSALS[type(command)][session.state](code=session.code, holder=session.holder or "")
        return session, ()
    if isinstance(command, c.Asked):
        teams.check_may_act(session, command)
    changed, effects = rule.work_out(session, command, now)
    if changed is not session:
        changed, told = interpreting.settled(changed)
        changed, ended = calls.settled(session, changed)
        effects = (*effects, *told, *ended)
    effects = teams.heard(changed, effects)
    if changed.state not in rule.to and changed is not session:
        raise AssertionError(f"{type(command).__name__} led from {session.state} to {changed.state}, which the table does not name")
    if changed.state is not session.state:
        return replace(changed, state_since=now, end_announced=False), effects
    if session.end_announced and changed.last_activity_at > session.last_activity_at:
        return replace(changed, end_announced=False), effects
    return changed, effects


def _joins(session: Session, command: c.Asked) -> bool:
    """What a colleague or an interpreter may ask."""
    return isinstance(command, c.Join | c.Call) and command.by in session.company


def check(session: Session, command: c.Asked, now: datetime) -> None:
    """Raises what `decide` would raise, so that nobody is offered what would then be refused."""
    decide(session, command, now)


def diagram() -> str:
    """The table as a Mermaid state diagram: the changes of state, each with the commands that lead there."""
    lines = ["stateDiagram-v2", "    [*] --> draft"]
    for state, row in TRANSITIONS.items():
        targets: dict[State, list[str]] = {}
        for command, rule in row.items():
            for target in rule.to:
                if target is not state:
                    targets.setdefault(target, []).append(command.__name__)
        lines += [f"    {state} --> {target}: {', '.join(names)}" for target, names in targets.items()]
    return "\n".join([*lines, "    gone --> [*]", ""])
