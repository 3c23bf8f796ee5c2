"""The status card and the notices in the requester's direct chat (PRODUCT §3, "One live status card")."""

from __future__ import annotations

import hashlib
from typing import cast

from teleconnect_bot.domain.effects import MENTIONING, Effect, Tell, UpdateCard
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .outbox import Handler
from .ports import Clock, QueuedEffect, StaffChat, StaffTexts, Text
from .sessions import COMMAND_KEY, Sessions

CARD = "card"


class StaffNotices:
    def __init__(self, sessions: Sessions, ledger: Ledger, chat: StaffChat, texts: StaffTexts, clock: Clock) -> None:
        self.sessions, self.ledger, self.chat, self.texts, self.clock = sessions, ledger, chat, texts, clock
        self._shown: dict[str, bytes] = {}

    def handlers(self) -> dict[type[Effect], Handler]:
        return {UpdateCard: self.update_card, Tell: self.tell}

    async def update_card(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            self._shown.pop(queued.session, None)
            return
        text = self.texts.card(session, self.clock.now())
        card = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, CARD, session.chat)
        if card.state is TraceState.PLANNED:
            await self.ledger.made(card, await self.chat.post(session.chat, text, transaction_of(card)))
        elif self._shown.get(session.id) != _digest(text):
            await self._edit(session, card, text, queued.number)
        self._shown[session.id] = _digest(text)
        await self._redact_command(session)

    async def _edit(self, session: Session, card: Trace, text: Text, number: int) -> None:
        """An edit is an event of its own with the same content, so it is a trace of its own."""
        edit = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"edit.{number}", session.chat)
        if edit.state is TraceState.PLANNED:
            await self.ledger.made(edit, await self.chat.edit(session.chat, card.place, text, transaction_of(edit)))

    async def _redact_command(self, session: Session) -> None:
        """A command that holds a contact goes as soon as its card exists."""
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            if trace.key.partition(".")[0] == COMMAND_KEY and trace.state is TraceState.MADE:
                await self.chat.redact(trace.container, trace.place, f"redact.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)

    async def tell(self, queued: QueuedEffect) -> None:
        effect = cast(Tell, queued.effect)
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            return
        user = effect.to or session.requester
        room = session.chat if user == session.requester else await self.chat.room_of(user)
        if room is None:
            return
        trace = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"notice.{queued.number}", room)
        if trace.state is TraceState.PLANNED:
            text = self.texts.notice(session, effect.notice, self.clock.now())
            mention = user if effect.notice in MENTIONING else None
            await self.ledger.made(trace, await self.chat.post(room, text, transaction_of(trace), mention=mention))


def _digest(text: Text) -> bytes:
    return hashlib.sha256(f"{text.plain}\0{text.html}".encode()).digest()
