"""The one live status card of a session in the requester's direct chat, with reactions to press (PRODUCT §3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from teleconnect_bot.domain.effects import Effect, UpdateCard
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .offered_reactions import OfferedReactions
from .outbox import Handler, Later
from .ports import Clock, QueuedEffect, StaffChat, StaffTexts, Text
from .previews import Previews
from .requester_settings import RequesterSettings
from .sessions import COMMAND_KEY, Sessions

CARD = "card"
REACTION = "reaction"
EDIT_EVERY = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class _Shown:
    digest: bytes
    at: datetime


class StatusCard:
    """Homeservers and people stand no burst of edits: there is at most one in `edit_every`, which shows the session as it is then.

    What the card shows is remembered in memory only. The effect that asked for a later edit stays in the outbox until it is done,
    so that the last state is shown also after a crash.
    """

    def __init__(
        self,
        sessions: Sessions,
        ledger: Ledger,
        chat: StaffChat,
        texts: StaffTexts,
        clock: Clock,
        settings: RequesterSettings,
        previews: Previews,
        edit_every: timedelta = EDIT_EVERY,
    ) -> None:
        self.sessions, self.ledger, self.chat, self.texts, self.clock = sessions, ledger, chat, texts, clock
        self.settings, self.previews, self.edit_every = settings, previews, edit_every
        self.reactions = OfferedReactions(ledger, chat, REACTION)
        self._shown: dict[str, _Shown] = {}

    def handlers(self) -> dict[type[Effect], Handler]:
        return {UpdateCard: self.update}

    async def update(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            self._shown.pop(queued.session, None)
            return
        if not session.chat or session.is_the_teams:
            await self._take_back_elsewhere(session)
            await self._redact_commands(session)
            return
        reader = await self.settings.of(session.requester)
        text = self.texts.card(session, self.clock.now(), reader, self.previews.sent(session))
        card = await self._card_in(session)
        if card.state is TraceState.PLANNED:
            card = await self.ledger.made(card, await self.chat.post(session.chat, text, transaction_of(card)))
            self._shown[session.id] = _Shown(digest(text), self.clock.now())
            await self._redact_commands(session)
        else:
            await self._redact_commands(session)
            await self._show(session, card, text, queued.number)
        await self.reactions.offer(session, card, self.texts.reactions(session), queued.number)

    async def _card_in(self, session: Session) -> Trace:
        """The trace of the card in the session's chat. Another requester who has it now gets a card of their own there."""
        await self._take_back_elsewhere(session)
        cards = [trace for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT) if trace.key.partition(".")[0] == CARD]
        here = (trace for trace in cards if trace.container == session.chat and trace.state in (TraceState.PLANNED, TraceState.MADE))
        key = f"{CARD}.{len(cards)}" if cards else CARD
        return next(here, None) or await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, key, session.chat)

    async def _take_back_elsewhere(self, session: Session) -> None:
        """Whoever had the session before reads no card of it any more. The team reads its own, which `team_notices.py` makes."""
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            if _of_card(trace, session):
                self._shown.pop(session.id, None)
                await self.chat.redact(trace.container, trace.place, f"moved.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)

    async def _show(self, session: Session, card: Trace, text: Text, number: int) -> None:
        """An edit is an event of its own with the same content, so it is a trace of its own."""
        shown = self._shown.get(session.id)
        if shown is not None and shown.digest == digest(text):
            return
        if shown is not None and (rest := shown.at + self.edit_every - self.clock.now()) > timedelta(0):
            raise Later(rest)
        edit = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"edit.{number}", session.chat)
        if edit.state is TraceState.PLANNED:
            await self.ledger.made(edit, await self.chat.edit(session.chat, card.place, text, transaction_of(edit)))
        self._shown[session.id] = _Shown(digest(text), self.clock.now())

    async def _redact_commands(self, session: Session) -> None:
        """A command that holds a contact goes as soon as its card exists."""
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            if trace.key.partition(".")[0] == COMMAND_KEY and trace.state is TraceState.MADE:
                await self.chat.redact(trace.container, trace.place, f"redact.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)


def _of_card(trace: Trace, session: Session) -> bool:
    """Part of a card that somebody else read before: the card, its edits, its reactions."""
    of_card = trace.key.partition(".")[0] in (CARD, "edit", REACTION)
    return of_card and trace.container != session.chat and trace.state is TraceState.MADE


def digest(text: Text) -> bytes:
    """Tells whether a card would look different."""
    return hashlib.sha256(f"{text.plain}\0{text.html}".encode()).digest()
