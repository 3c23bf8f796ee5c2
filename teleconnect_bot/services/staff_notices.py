"""The status card and the notices in the requester's direct chat (PRODUCT §3, "One live status card")."""

from __future__ import annotations

import hashlib
from typing import cast

from teleconnect_bot.domain.effects import MENTIONING, Effect, Notice, RemindStaff, Tell, UpdateCard
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .outbox import Handler
from .ports import Clock, QueuedEffect, StaffChat, StaffTexts, Text
from .requester_settings import RequesterSettings
from .sessions import COMMAND_KEY, Sessions

CARD = "card"


class StaffNotices:
    def __init__(
        self, sessions: Sessions, ledger: Ledger, chat: StaffChat, texts: StaffTexts, clock: Clock, settings: RequesterSettings
    ) -> None:
        self.sessions, self.ledger, self.chat, self.texts, self.clock = sessions, ledger, chat, texts, clock
        self.settings = settings
        self._shown: dict[str, bytes] = {}

    def handlers(self) -> dict[type[Effect], Handler]:
        return {UpdateCard: self.update_card, Tell: self.tell, RemindStaff: self.remind}

    async def update_card(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            self._shown.pop(queued.session, None)
            return
        text = self.texts.card(session, self.clock.now(), await self.settings.of(session.requester))
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
        await self._tell(session, effect.to or session.requester, effect.notice, f"notice.{queued.number}")

    async def remind(self, queued: QueuedEffect) -> None:
        """In the quiet hours of this person's own zone it waits for their end, and is dropped if the session's time is then over."""
        effect, now = cast(RemindStaff, queued.effect), self.clock.now()
        session = await self.sessions.load(queued.session)
        if session is None or session.state not in (State.INVITED, State.WAITING) or session.planned_at != effect.planned_at:
            return
        quiet = session.policy.quiet_hours.end_after(now, (await self.settings.of(effect.to)).zone)
        if (quiet or now) >= effect.planned_at:
            return
        if quiet:
            # Queued anew, so that a colleague whose day it is does not wait for somebody's night.
            await self.sessions.queue(session.id, effect, quiet)
            return
        await self._tell(session, effect.to, Notice.REMINDED, f"reminder.{effect.key}")

    async def _tell(self, session: Session, user: str, notice: Notice, key: str) -> None:
        room = session.chat if user == session.requester else await self.chat.room_of(user)
        if room is None:
            return
        trace = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, key, room)
        if trace.state is TraceState.PLANNED:
            text = self.texts.notice(session, notice, self.clock.now(), await self.settings.of(user))
            mention = user if notice in MENTIONING else None
            await self.ledger.made(trace, await self.chat.post(room, text, transaction_of(trace), mention=mention))


def _digest(text: Text) -> bytes:
    return hashlib.sha256(f"{text.plain}\0{text.html}".encode()).digest()
