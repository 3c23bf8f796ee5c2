"""Whoever has no access any more: refused at once, out of every room, and what was theirs goes to somebody else (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import structlog

from teleconnect_bot.domain.commands import Owner, StaffGone, TeamChanged
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .ports import RefusedByService, ServiceUnavailable, SharedRooms, StaffChat, UnitOfWork
from .requester_settings import RequesterSettings
from .sessions import Sessions
from .staff_rooms import StaffRooms

log = structlog.get_logger("teleconnect_bot.leavers")
LIVE = frozenset(State) - {State.DRAFT, State.TEARING_DOWN, State.GONE}


class Leavers:
    """`may_request` and `admins` say who has access now; an administrator inherits who has a direct chat with the bot."""

    def __init__(
        self,
        units: UnitOfWork,
        sessions: Sessions,
        ledger: Ledger,
        settings: RequesterSettings,
        chat: StaffChat,
        shared: SharedRooms,
        rooms: StaffRooms,
        may_request: Callable[[str], bool],
        admins: Callable[[], Collection[str]],
    ) -> None:
        self.units, self.sessions, self.ledger, self.settings, self.chat = units, sessions, ledger, settings, chat
        self.shared, self.rooms, self.may_request, self.admins = shared, rooms, may_request, admins

    async def room_changed(self, room: str, user: str) -> None:
        """Somebody came into, or went out of, a room that gives access or is a team."""
        for team in self.rooms.teams_of_room(room):
            await self._team_is(team)
        await self.look_at(user)

    async def look_at(self, user: str) -> None:
        """Nothing happens to whoever may still use the bot. Closing an account takes it out of every room and signs it out everywhere."""
        if not self.may_request(user) or (await self.chat.room_of(user) is None and not await self.shared.has_device(user)):
            await self._gone(user)

    async def look_at_everybody(self) -> None:
        """What happened while the bot was down, or without a word to it: a changed configuration, an account that was closed."""
        if not self.rooms.complete():
            return
        for team in self.rooms.teams:
            await self._team_is(team)
        async with self.units.begin() as unit:
            sessions = await unit.sessions_in(LIVE)
            users = set(await unit.users_with_settings())
        users |= {user for session in sessions for user in (session.requester, session.backup, session.holder) if user}
        for user in sorted(users):
            try:
                await self.look_at(user)
            except (ServiceUnavailable, RefusedByService) as error:
                log.warning("leaver_not_looked_at", error=type(error).__name__)

    async def _team_is(self, team: str) -> None:
        members = self.rooms.members_of_team(team)
        async with self.units.begin() as unit:
            sessions = await unit.sessions_of_team(team)
        for session in sessions:
            await self.sessions.decide(session.id, TeamChanged(members))

    async def _gone(self, user: str) -> None:
        async with self.units.begin() as unit:
            sessions = [session for session in await unit.sessions_in(LIVE) if _concerns(session, user)]
        for session in sessions:
            await self.sessions.decide(session.id, StaffGone(user, await self._heir(session, user)))
        await self.settings.forget(user)
        await self._leave_chat(user)

    async def _heir(self, session: Session, user: str) -> Owner | None:
        """The team, else the first administrator who can be written to."""
        if session.team and self.rooms.members_of_team(session.team) - {user} and await self.rooms.team_is_usable(session.team):
            return Owner("", self.rooms.room_of_team(session.team) or "")
        for admin in sorted(self.admins()):
            chat = await self.chat.room_of(admin) if admin != user and self.may_request(admin) else None
            if chat is not None:
                return Owner(admin, chat)
        return None

    async def _leave_chat(self, user: str) -> None:
        """Whatever the bot wrote there of sessions goes first: once it has left, it could not take it back."""
        room = await self.chat.room_of(user)
        if room is None:
            return
        async with self.units.begin() as unit:
            traces = await unit.traces_of(frozenset({TraceKind.CHAT_EVENT}))
        for trace in traces:
            if trace.container != room or not trace.place or trace.state is TraceState.VERIFIED:
                continue
            await self.chat.redact(room, trace.place, f"left.{transaction_of(trace)}")
            if await self.chat.is_redacted(room, trace.place):
                async with self.units.begin() as unit:
                    await unit.update_trace(replace(trace, state=TraceState.VERIFIED))
        await self.chat.leave(room)


def _concerns(session: Session, user: str) -> bool:
    staff = {session.requester, session.backup, session.holder} | session.team_members | session.colleagues
    return user in staff | session.staff_invited | session.staff_inside
