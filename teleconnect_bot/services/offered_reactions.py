"""The reactions that the bot itself puts below a card, so that they can be pressed (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Mapping

from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session

from .ledger import Ledger, transaction_of
from .ports import StaffChat


class OfferedReactions:
    """`kind` is how their ledger keys begin: `<kind>.<effect>.<command>`."""

    def __init__(self, ledger: Ledger, chat: StaffChat, kind: str) -> None:
        self.ledger, self.chat, self.kind = ledger, chat, kind

    async def offer(self, session: Session, card: Trace, reactions: Mapping[str, str], number: int) -> None:
        """The card carries these, by the command that each stands for, and no others."""
        wanted = dict(reactions)
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            kind, _, rest = trace.key.partition(".")
            name = rest.partition(".")[2]
            if kind != self.kind or trace.state not in (TraceState.PLANNED, TraceState.MADE):
                continue
            if name in wanted:
                key = wanted.pop(name)
                if trace.state is TraceState.PLANNED:
                    await self._react(card, trace, key)
            elif trace.place:
                await self.chat.redact(card.container, trace.place, f"redact.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)
        for name, key in wanted.items():
            trace = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"{self.kind}.{number}.{name}", card.container)
            if trace.state is TraceState.PLANNED:
                await self._react(card, trace, key)

    async def _react(self, card: Trace, trace: Trace, key: str) -> None:
        await self.ledger.made(trace, await self.chat.react(card.container, card.place, key, transaction_of(trace)))
