"""Questions of the bot that are answered by a reaction or by the command in words (PRODUCT §3, `end`, "✖ cancel, which asks once")."""

from __future__ import annotations

from dataclasses import dataclass, field

from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.ledger import Ledger, transaction_of
from teleconnect_bot.services.ports import StaffChat

from .markup import text
from .reactions import CHOICES

QUESTION, CHOICE = "question", "choice"
"""How the ledger keys begin: `question.<kind>.<event>`, `choice.<command>.<event>`."""


@dataclass(frozen=True, slots=True)
class Question:
    """`kind` is a key of `reactions.CHOICES`."""

    words: str = field(repr=False)
    session: Session = field(repr=False)
    kind: str


class Questions:
    def __init__(self, ledger: Ledger, chat: StaffChat) -> None:
        self.ledger, self.chat = ledger, chat

    async def ask(self, question: Question, chat: str, event: str) -> None:
        """The question and its reactions stand in the chat once, however often the event that led to it is read."""
        session = question.session.id
        asked = await self.ledger.plan(session, TraceKind.CHAT_EVENT, f"{QUESTION}.{question.kind}.{event}", chat)
        if asked.state is TraceState.PLANNED:
            asked = await self.ledger.made(asked, await self.chat.post(chat, text(question.words), transaction_of(asked)))
        for name, key in CHOICES[question.kind].items():
            choice = await self.ledger.plan(session, TraceKind.CHAT_EVENT, f"{CHOICE}.{name}.{event}", chat)
            if choice.state is TraceState.PLANNED:
                await self.ledger.made(choice, await self.chat.react(chat, asked.place, key, transaction_of(choice)))

    async def kind_of(self, session: Session, event: str) -> str | None:
        """What this event of a direct chat asks about; None when it is no question."""
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            kind, _, rest = trace.key.partition(".")
            if trace.place == event and kind == QUESTION:
                return rest.partition(".")[0]
        return None
