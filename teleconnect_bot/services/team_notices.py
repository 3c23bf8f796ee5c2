"""What a team reads of its sessions, in its own room: a card that shows who has taken it, and what rings (PRODUCT §3, `teams`)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.effects import MENTIONING, Effect, TellTeam, UpdateTeamCard
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .offered_reactions import OfferedReactions
from .outbox import Handler
from .ports import Clock, QueuedEffect, StaffChat, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions
from .staff_rooms import StaffRooms
from .status_card import digest

CARD, REACTION = "team-card", "team-reaction"


class TeamNotices:
    """The room is spoken to in the deployment's language; it holds no contact and no name of an invited person."""

    def __init__(
        self,
        sessions: Sessions,
        ledger: Ledger,
        chat: StaffChat,
        texts: StaffTexts,
        clock: Clock,
        settings: RequesterSettings,
        rooms: StaffRooms,
    ) -> None:
        self.sessions, self.ledger, self.chat, self.texts, self.clock = sessions, ledger, chat, texts, clock
        self.settings, self.rooms = settings, rooms
        self.reactions = OfferedReactions(ledger, chat, REACTION)
        self._shown: dict[str, bytes] = {}

    def handlers(self) -> dict[type[Effect], Handler]:
        return {UpdateTeamCard: self.update_card, TellTeam: self.tell}

    async def update_card(self, queued: QueuedEffect) -> None:
        found = await self._spoken_of(queued)
        if found is None:
            self._shown.pop(queued.session, None)
            return
        session, room = found
        text = self.texts.team_card(session, self.clock.now(), self.settings.default)
        card = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, CARD, room)
        if card.state is TraceState.PLANNED:
            card = await self.ledger.made(card, await self.chat.post(card.container, text, transaction_of(card)))
        elif card.state is TraceState.MADE and card.container == room and self._shown.get(session.id) != digest(text):
            edit = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"team-edit.{queued.number}", room)
            if edit.state is TraceState.PLANNED:
                await self.ledger.made(edit, await self.chat.edit(room, card.place, text, transaction_of(edit)))
        self._shown[session.id] = digest(text)
        if card.container == room:
            await self.reactions.offer(session, card, self.texts.team_reactions(session), queued.number)

    async def tell(self, queued: QueuedEffect) -> None:
        found = await self._spoken_of(queued)
        if found is None:
            return
        session, room = found
        notice = cast(TellTeam, queued.effect).notice
        trace = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"team-notice.{queued.number}", room)
        if trace.state is TraceState.PLANNED:
            text = self.texts.team_notice(session, notice, self.clock.now(), self.settings.default)
            mentioned = sorted(session.team_members) if notice in MENTIONING else []
            await self.ledger.made(trace, await self.chat.post(room, text, transaction_of(trace), mentions=mentioned))

    async def _spoken_of(self, queued: QueuedEffect) -> tuple[Session, str] | None:
        session = await self.sessions.load(queued.session)
        if session is None or session.team is None or session.state in (State.TEARING_DOWN, State.GONE):
            return None
        room = self.rooms.room_of_team(session.team)
        return (session, room) if room is not None and await self.rooms.team_is_usable(session.team) else None
