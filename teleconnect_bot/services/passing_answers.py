"""Answers that do not stay in the chat, because they hold a telephone number (PRODUCT §3 `phone`)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.effects import Effect, HideAnswer
from teleconnect_bot.domain.retention import TraceKind, TraceState

from .ledger import Ledger, transaction_of
from .outbox import Handler
from .ports import QueuedEffect, StaffChat, Text

PASSING = "passing"
"""How the ledger keys of such answers begin: `passing.<event of the order>`."""


class PassingAnswers:
    def __init__(self, ledger: Ledger, chat: StaffChat) -> None:
        self.ledger, self.chat = ledger, chat

    def handlers(self) -> dict[type[Effect], Handler]:
        return {HideAnswer: self.hide}

    async def post(self, session_id: str, chat: str, event: str, text: Text) -> None:
        """The answer to the order in this event stands in the chat once, and never again after it was taken back."""
        trace = await self.ledger.plan(session_id, TraceKind.CHAT_EVENT, f"{PASSING}.{event}", chat)
        if trace.state is TraceState.PLANNED:
            await self.ledger.made(trace, await self.chat.post(chat, text, transaction_of(trace)))

    async def hide(self, queued: QueuedEffect) -> None:
        key = f"{PASSING}.{cast(HideAnswer, queued.effect).event}"
        for trace in await self.ledger.of(queued.session, TraceKind.CHAT_EVENT):
            if trace.key == key and trace.state is TraceState.MADE:
                await self.chat.redact(trace.container, trace.place, f"redact.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)
