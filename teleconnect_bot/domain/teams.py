"""Who a session belongs to: a team that shares it, another requester who takes it over, nobody (PRODUCT §1, §3 `handover`, "Arrival").

A team is the members of a Matrix room. Whoever of them joins first has the session; after the start nobody becomes a member of it
any more, people only leave.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import arrival
from . import commands as c
from . import effects as e
from .effects import Effect, Notice
from .errors import HeldBySomebodyElse, IsYours, NotWhileRunning
from .session import Session, State

Outcome = tuple[Session, tuple[Effect, ...]]

HEARD_BY_TEAM = frozenset({Notice.COMING, Notice.HERE, Notice.STILL_WAITING, Notice.CAME_BACK, Notice.NOBODY_CAME})
"""What rings in the team's room as well as in the chat of the one who invited."""


def heard(session: Session, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects, and what the team's room shows of them. Without a requester of its own a session speaks there already."""
    if session.team is None:
        return effects
    more: list[Effect] = []
    for effect in effects:
        if isinstance(effect, e.Tell) and effect.to is None and effect.notice in HEARD_BY_TEAM and session.requester:
            more.append(e.TellTeam(effect.notice))
        elif isinstance(effect, e.UpdateCard):
            more.append(e.UpdateTeamCard())
    return (*effects, *more)


def check_may_act(session: Session, command: c.Asked) -> None:
    """Whoever may see a session may come and take it; once it has started the one who holds it decides, and the one who invited."""
    others = session.started and command.by not in (session.requester, session.backup, session.holder)
    if others and not isinstance(command, c.Start | c.Join | c.Seen) and session.may_see(command.by):
        raise HeldBySomebodyElse(code=session.code, holder=session.holder or session.requester)


def team_changed(session: Session, command: c.TeamChanged, now: datetime) -> Outcome:
    """Who left the team's room is out at once; who came into it belongs to sessions that have not started."""
    if session.team is None:
        return session, ()
    wanted = command.members & session.team_members if session.started else command.members
    if wanted == session.team_members:
        return session, ()
    gone = session.team_members - wanted - {session.requester, session.backup}
    changed = replace(session, team_members=wanted)
    changed, out = _out(changed, gone)
    invited: tuple[Effect, ...] = ()
    if session.state is State.WAITING and not session.started:
        new = wanted - session.staff_invited - session.staff_inside
        changed = replace(changed, staff_invited=changed.staff_invited | new)
        invited = tuple(e.InviteToRoom(user) for user in sorted(new))
    return changed, (*out, *invited, e.UpdateCard())


def _out(session: Session, users: frozenset[str]) -> Outcome:
    """Out of the room, and holding nothing."""
    there = users & (session.staff_invited | session.staff_inside)
    changed = replace(
        session,
        staff_invited=session.staff_invited - users,
        staff_inside=session.staff_inside - users,
        holder=None if session.holder in users else session.holder,
    )
    return changed, tuple(e.RemoveFromRoom(user) for user in sorted(there))


def handover(session: Session, command: c.Handover, now: datetime) -> Outcome:
    """Another requester takes over. Into a running session nobody comes who was not asked before the start."""
    if command.to.user == session.requester:
        raise IsYours(code=session.code)
    if session.state is State.ACTIVE and not session.may_see(command.to.user):
        raise NotWhileRunning(code=session.code)
    return _now_with(session, command.to, now)


def assigned(session: Session, command: c.Assigned, now: datetime) -> Outcome:
    """An administrator gives the session to somebody."""
    if command.to.user == session.requester:
        return session, ()
    return _now_with(session, command.to, now)


def _now_with(session: Session, to: c.Owner, now: datetime) -> Outcome:
    """The one before is out of the room; the new one comes in when somebody waits, never into a running session."""
    before = frozenset({session.requester} - {to.user, session.backup, ""} - session.team_members)
    changed, out = _out(session, before)
    changed = replace(
        changed,
        requester=to.user,
        chat=to.chat,
        backup=None if session.backup == to.user else session.backup,
        colleagues=session.colleagues - {to.user},
        orphaned_at=None,
        last_activity_at=now,
    )
    way_in: tuple[Effect, ...] = ()
    if session.state is State.WAITING and to.user:
        changed, way_in = arrival.let_in(changed, to.user)
    return changed, (*out, *way_in, e.UpdateCard(), e.Tell(Notice.HANDED_OVER))


def staff_gone(session: Session, command: c.StaffGone, now: datetime) -> Outcome:
    """Somebody has no access any more: out at once, and what was theirs goes to whoever is named, else it waits for an administrator."""
    user = command.user
    concerned = {session.requester, session.backup, session.holder} | session.staff_invited | session.staff_inside
    if user not in concerned | session.team_members | session.colleagues:
        return session, ()
    gone, out = _out(session, frozenset({user}))
    gone = replace(
        gone,
        backup=None if session.backup == user else session.backup,
        team_members=session.team_members - {user},
        colleagues=session.colleagues - {user},
    )
    gone, effects = arrival.without(gone, now, tell=False)
    if session.requester != user:
        return gone, (*out, *effects)
    if command.heir is not None:
        inherited, more = _now_with(replace(gone, requester=""), command.heir, now)
        return inherited, (*out, *effects, *more)
    return replace(gone, requester="", chat="", orphaned_at=now), (*out, *effects)
