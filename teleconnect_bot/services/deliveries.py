"""What the provider reports: how far a message has come, and what people answer (PRODUCT §6, "Delivery state by signed callbacks").

Reports come late, twice, in any order, or never. A report about a message that is unknown, or about another record of it, changes
nothing.
"""

from __future__ import annotations

import re

import structlog

from teleconnect_bot.domain.commands import Command, MessageDelivered, MessageFailed, MessageTaken, OptedOut
from teleconnect_bot.domain.people import ContactKind
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Delivery, Session, State

from .ledger import Ledger
from .ports import PhoneMessenger, RefusedByService, ServiceUnavailable, UnitOfWork
from .provider_words import words_for
from .sessions import Sessions

log = structlog.get_logger("teleconnect_bot.deliveries")

UNDER_WAY = frozenset({"accepted", "scheduled", "queued", "sending"})
SENT = frozenset({"sent"})
ARRIVED = frozenset({"delivered", "read"})
LOST = frozenset({"undelivered", "failed", "canceled"})
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "arret", "arrêt", "stopp", "baja", "alto", "стоп"})
"""As the provider itself knows them (Twilio, "Support for opt-out keywords"), and their like in some other languages."""
OPEN = frozenset(State) - {State.DRAFT, State.TEARING_DOWN, State.GONE}


class Deliveries:
    """`messenger` deletes the provider's records of what people answer."""

    def __init__(self, units: UnitOfWork, sessions: Sessions, messenger: PhoneMessenger | None = None) -> None:
        self.units, self.sessions, self.messenger = units, sessions, messenger
        self.ledger = Ledger(units)

    async def reported(self, message_id: str, record: str, status: str, code: int | None) -> None:
        """`message_id` is what we gave the provider along with the message, `record` the provider's own id of it."""
        session_id = message_id.partition(".")[0]
        session = await self.sessions.load(session_id)
        message = session.message(message_id) if session else None
        if session is None or message is None or not await self._is_its_record(session_id, message_id, record):
            return
        command: Command | None = None
        if status in SENT and message.delivery in (Delivery.QUEUED, Delivery.DELAYED):
            command = MessageTaken(message_id)
        elif status in ARRIVED:
            command = MessageDelivered(message_id)
        elif status in LOST:
            command = MessageFailed(message_id, words_for(code))
        if command is not None and message.delivery not in (Delivery.DELIVERED, Delivery.FAILED):
            await self.sessions.decide(session_id, command)

    async def _is_its_record(self, session_id: str, message_id: str, record: str) -> bool:
        """A report may come before we have heard the record's id; from then on it stands in the ledger."""
        async with self.units.begin() as unit:
            for trace in await unit.traces(session_id):
                if (trace.kind, trace.key) == (TraceKind.PROVIDER_RECORD, message_id):
                    if not trace.place and trace.state is TraceState.PLANNED:
                        await unit.update_trace(_made(trace, record))
                        return True
                    return trace.place == record
        return False

    async def answered(self, number: str, text: str, record: str) -> None:
        """Somebody wrote to our number. STOP and its like end the messages to it in every session that is open; the rest is nobody's.

        Whatever they wrote, the provider forgets it at once; if it cannot and a session knows the number, with that session at the latest.
        """
        async with self.units.begin() as unit:
            sessions = [session for session in await unit.sessions_in(OPEN) if _places_of(session, number)]
        if sessions and record:
            await self.ledger.found(sessions[0].id, TraceKind.PROVIDER_RECORD, record)
        for session in sessions if is_stop(text) else ():
            for link, place in _places_of(session, number):
                await self.sessions.decide(session.id, OptedOut(link, place))
        await self._forget(record, sessions[0].id if sessions else None)

    async def _forget(self, record: str, session_id: str | None) -> None:
        if self.messenger is None or not record:
            return
        try:
            await self.messenger.delete(record)
        except (ServiceUnavailable, RefusedByService) as error:
            log.warning("answer_not_removed", record=record, session=session_id, error=type(error).__name__)
            return
        for trace in await self.ledger.of(session_id, TraceKind.PROVIDER_RECORD) if session_id else ():
            if trace.place == record:
                await self.ledger.put(trace, state=TraceState.REMOVED)


def is_stop(text: str) -> bool:
    """The answer is the word and nothing more, whatever its case and punctuation."""
    return re.sub(r"[\W_]+", "", text).casefold() in STOP_WORDS


def _places_of(session: Session, number: str) -> list[tuple[str, int]]:
    return [
        (link.id, place)
        for link in session.links
        for place, recipient in enumerate(link.recipients)
        if any(contact.kind is ContactKind.PHONE and contact.value == number for contact in recipient.contacts)
    ]


def _made(trace: Trace, record: str) -> Trace:
    return Trace(session=trace.session, kind=trace.kind, key=trace.key, place=record, container=trace.container, state=TraceState.MADE)
