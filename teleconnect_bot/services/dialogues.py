"""An invitation that is put together step by step: kept, sealed, until it is sent or forgotten (PRODUCT §2 "DRAFT", §3 "invite alone").

A dialogue is a session that is DRAFT and a row with what was answered so far, sealed under that session's key. Everything that was said
in it stands in the ledger under the session, so that it goes when the card exists, or when the draft ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from teleconnect_bot.domain.commands import Cancel, Send
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .ports import StaffChat, Text, Unit
from .sessions import COMMAND_KEY, Invitation, Sessions


@dataclass(frozen=True, slots=True)
class KeptDialogue:
    """`state` is what `chat/` keeps of it, as JSON."""

    session: Session
    state: Mapping[str, object] = field(repr=False)


class Dialogues:
    def __init__(self, sessions: Sessions, ledger: Ledger, chat: StaffChat) -> None:
        self.sessions, self.ledger, self.chat = sessions, ledger, chat

    async def of(self, by: str, chat: str) -> KeptDialogue | None:
        """The dialogue that this person has open in this chat."""
        async with self.sessions.units.begin() as unit:
            found = await unit.dialogue_of(by, chat)
        return KeptDialogue(*found) if found else None

    async def begin(self, by: str, chat: str, event: str, state: Mapping[str, object]) -> KeptDialogue:
        async with self.sessions.units.begin() as unit:
            found = await unit.dialogue_of(by, chat)
            if found is None:
                draft = await self.sessions.new_draft(unit, by, chat, event)
                await unit.keep_dialogue(draft, state)
                found = (draft, state)
        self.sessions.on_change()
        return KeptDialogue(*found)

    async def heard(self, session_id: str, event: str) -> bool:
        """This event is already part of the dialogue: it is read again after a crash."""
        return any(trace.place == event for trace in await self.ledger.of(session_id, TraceKind.CHAT_EVENT))

    async def put(self, session_id: str, event: str, state: Mapping[str, object]) -> bool:
        """Keep what was answered in this event; the 30 min run anew. False when the dialogue has ended meanwhile."""
        now = self.sessions.clock.now()
        async with self.sessions.units.begin() as unit:
            draft = await self._open(unit, session_id)
            if draft is None:
                return False
            await self._enter(unit, draft, event)
            await unit.save(replace(draft, last_activity_at=now))
            await unit.keep_dialogue(draft, state)
        self.sessions.on_change()
        return True

    async def send(self, session_id: str, event: str, invitation: Invitation) -> bool:
        """The draft becomes the invitation and is sent, once. False when the dialogue has ended meanwhile."""
        async with self.sessions.units.begin() as unit:
            draft = await self._open(unit, session_id)
            if draft is None:
                return False
            await self._enter(unit, draft, event)
            await unit.drop_dialogue(session_id)
            await self.sessions.apply(unit, self.sessions.filled(draft, invitation), Send(invitation.by))
        self.sessions.on_change()
        return True

    async def cancel(self, session_id: str, event: str) -> bool:
        """Nothing is sent, and everything that was said goes. False when the dialogue has ended meanwhile."""
        async with self.sessions.units.begin() as unit:
            draft = await self._open(unit, session_id)
            if draft is None:
                return False
            await self._enter(unit, draft, event)
            await unit.drop_dialogue(session_id)
            await self.sessions.apply(unit, draft, Cancel(draft.requester))
        self.sessions.on_change()
        return True

    async def reply(self, kept: KeptDialogue, event: str, text: Text, offer: str | None = None) -> None:
        """The bot's part in answer to this event, in the chat once, and in the ledger before it is there; with a reaction to press."""
        chat = kept.session.chat
        reply = await self.ledger.plan(kept.session.id, TraceKind.CHAT_EVENT, f"{REPLY_KEY}{event}", chat)
        if reply.state is TraceState.PLANNED:
            reply = await self.ledger.made(reply, await self.chat.post(chat, text, transaction_of(reply)))
        if offer is None:
            return
        trace = await self.ledger.plan(kept.session.id, TraceKind.CHAT_EVENT, f"{OFFER_KEY}{event}", chat)
        if trace.state is TraceState.PLANNED:
            await self.ledger.made(trace, await self.chat.react(chat, reply.place, offer, transaction_of(trace)))

    async def answered_by(self, kept: KeptDialogue, reply: str) -> str | None:
        """The event to which this message of the bot was the answer."""
        traces = await self.ledger.of(kept.session.id, TraceKind.CHAT_EVENT)
        key = next((trace.key for trace in traces if trace.place == reply), "")
        return key.removeprefix(REPLY_KEY) if key.startswith(REPLY_KEY) else None

    async def _open(self, unit: Unit, session_id: str) -> Session | None:
        session = await unit.session(session_id)
        return session if session is not None and session.state is State.DRAFT else None

    async def _enter(self, unit: Unit, draft: Session, event: str) -> None:
        key = f"{COMMAND_KEY}.answer.{event}"
        await unit.enter_trace(
            Trace(session=draft.id, kind=TraceKind.CHAT_EVENT, key=key, place=event, container=draft.chat, state=TraceState.MADE)
        )


REPLY_KEY = f"{COMMAND_KEY}.reply."
"""How the ledger keys of the bot's part begin: it holds contacts too, and goes with the answers."""
OFFER_KEY = f"{COMMAND_KEY}.offer."
"""How those of the reactions begin that are offered on it."""
