"""SMS and WhatsApp: each message enters the ledger, is counted, handed over once, and then forgotten by the provider (PRODUCT §6, §9).

The provider's record stands in the ledger under the message's id before the provider is asked, so that a second call is never made
blindly: a message that may have been taken is looked for first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

import structlog

from teleconnect_bot.domain.channels import BY_TELEPHONE, Channel
from teleconnect_bot.domain.commands import MessageDelayed, MessageFailed, MessageTaken
from teleconnect_bot.domain.delivery import FINAL, looked_at
from teleconnect_bot.domain.effects import Effect, LookAtRecord, RemoveRecord
from teleconnect_bot.domain.people import ContactKind
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import MessageKind, OutgoingMessage, Session

from .deliveries import Deliveries
from .ledger import Ledger
from .outbox import Handler, Later
from .ports import Clock, PhoneMessage, PhoneMessenger, QueuedEffect, RefusedByService, ServiceUnavailable, UnitOfWork
from .provider_words import WORDS
from .sessions import Sessions
from .spending import SpendingGuard

log = structlog.get_logger("teleconnect_bot.phone_messages")

PROVIDER = "SMS provider"
NOT_SET_UP = "SMS and WhatsApp are not set up here; please tell the administrator, or use an e-mail address"
TRIED_AGAIN = "the SMS provider does not take it now; it is tried again"
RECORDS = frozenset({TraceKind.PROVIDER_RECORD})
STOPPED = 21610
LEFT_TO_TEARDOWN = 20
"""After how many attempts, some two hours, a record is left alone until the session is deleted."""

LINK = "link "
"""How the `container` of a record begins that is known by the digest of the link in its text alone."""

Compose = Callable[[Session, OutgoingMessage], PhoneMessage | None]
ComposeAlert = Callable[[Session, Trace], Awaitable[PhoneMessage | None]]


async def _nothing(session: Session, trace: Trace) -> PhoneMessage | None:
    return None


class PhoneMessages:
    """`messenger` is None where no provider is configured."""

    def __init__(
        self,
        units: UnitOfWork,
        sessions: Sessions,
        ledger: Ledger,
        messenger: PhoneMessenger | None,
        guard: SpendingGuard,
        clock: Clock,
    ) -> None:
        self.units, self.sessions, self.ledger = units, sessions, ledger
        self.messenger, self.guard, self.clock = messenger, guard, clock
        self.deliveries = Deliveries(units, sessions)
        self.compose: Compose = lambda session, message: None
        """Set by `Messages`, which writes the texts."""
        self.compose_alert: ComposeAlert = _nothing
        """Set by `StaffAlerts`: what was sent to a member of staff, by the trace of its record."""

    def handlers(self) -> dict[type[Effect], Handler]:
        return {RemoveRecord: self.remove_record, LookAtRecord: self.look}

    async def send(self, session: Session, message: OutgoingMessage) -> None:
        """Raises `ServiceUnavailable` when it is to be tried again."""
        words = self._cannot(session, message)
        composed = None if words else self.compose(session, message)
        if words or composed is None or self.messenger is None:
            await self._failed(session, message, words or NOT_SET_UP)
            return
        try:
            await self.hand_over(session, composed, session.requester, _record_of(session, message))
        except ServiceUnavailable:
            await self.sessions.decide(session.id, MessageDelayed(message.id, TRIED_AGAIN))
            raise
        except RefusedByService as refused:
            await self._failed(session, message, refused.reason)
            return
        await self.sessions.decide(session.id, MessageTaken(message.id))

    async def hand_over(self, session: Session, message: PhoneMessage, by: str, record: Trace) -> None:
        """The provider has the message, once, and its record stands in the session's ledger. `by` is whose share of messages it takes.

        Raises `ServiceUnavailable`, or `RefusedByService` when the provider or the spending guard refuses it.
        """
        if self.messenger is None:
            raise RefusedByService(PROVIDER, NOT_SET_UP)
        earlier = await self._entered(session, record, message.to, by)
        try:
            place = earlier.place if earlier else ""
            if earlier is not None and not place:
                place = await self.messenger.find(message, await self._known()) or ""
            place = place or await self.messenger.send(message)
        except RefusedByService:
            await self.ledger.put(record, state=TraceState.VERIFIED)
            raise
        await self.ledger.made(record, place)

    def _cannot(self, session: Session, message: OutgoingMessage) -> str | None:
        link = session.link(message.link)
        if self.messenger is None or message.channel not in session.policy.channels.usable:
            return NOT_SET_UP
        return WORDS[STOPPED] if link and message.recipient in link.opted_out else None

    async def _entered(self, session: Session, record: Trace, number: str, by: str) -> Trace | None:
        """The trace of an earlier attempt; else None, and the trace is entered now and counted. Raises `RefusedByService`."""
        async with self.units.begin() as unit:
            earlier = next((trace for trace in await unit.traces(session.id) if (trace.kind, trace.key) == (record.kind, record.key)), None)
            if earlier is None:
                refusal = await self.guard.count(unit, by, number, self.clock.now())
                if refusal is None:
                    await unit.enter_trace(record)
        if earlier is None and refusal:
            raise RefusedByService(PROVIDER, refusal)
        return earlier

    async def _failed(self, session: Session, message: OutgoingMessage, words: str) -> None:
        await self.sessions.decide(session.id, MessageFailed(message.id, words))

    async def _known(self) -> frozenset[str]:
        async with self.units.begin() as unit:
            return frozenset(trace.place for trace in await unit.traces_of(RECORDS) if trace.place)

    async def look(self, queued: QueuedEffect) -> None:
        """Reports may get lost: the provider itself is asked before the message counts as not arrived."""
        session = await self.sessions.load(queued.session)
        message = session.message(cast(LookAtRecord, queued.effect).message) if session else None
        due = looked_at(session, message) if session and message else None
        if session is None or message is None or due is None or self.messenger is None:
            return
        now = self.clock.now()
        if now < due:
            raise Later(due - now)
        for trace in await self.ledger.of(session.id, TraceKind.PROVIDER_RECORD):
            if trace.key == message.id and trace.place and (found := await self.messenger.state(trace.place)):
                await self.deliveries.reported(message.id, trace.place, found.status, found.code)

    async def remove_record(self, queued: QueuedEffect) -> None:
        """Once the message has arrived or failed; `ServiceUnavailable` for as long as the provider is not done with it."""
        session = await self.sessions.load(queued.session)
        key = cast(RemoveRecord, queued.effect).message
        message = session.message(key) if session else None
        if session is None or (message and message.delivery not in FINAL) or self.messenger is None:
            return
        if queued.attempts >= LEFT_TO_TEARDOWN:
            return
        for trace in await self.ledger.of(session.id, TraceKind.PROVIDER_RECORD):
            if trace.key == key and trace.state is not TraceState.VERIFIED:
                located = await self._located(session, trace)
                if located.place:
                    await self.messenger.delete(located.place)
                await self.ledger.put(located, state=TraceState.REMOVED if located.place else TraceState.VERIFIED)

    async def locate(self, session: Session) -> bool:
        """Before the numbers are gone for good: find the records of messages that may have been taken just before a crash.

        False while the provider does not say. What was sent by SMS with a link is then known by the link's digest, without the number.
        """
        all_asked = True
        for trace in await self.ledger.of(session.id, TraceKind.PROVIDER_RECORD):
            if trace.state is not TraceState.VERIFIED and not trace.place:
                try:
                    await self._located(session, trace)
                except (ServiceUnavailable, RefusedByService):
                    all_asked = False
                    await self._note_link(session, trace)
        return all_asked

    async def _note_link(self, session: Session, trace: Trace) -> None:
        message = session.message(trace.key)
        link = session.link(message.link) if message and message.channel is Channel.SMS else None
        if link is not None and not trace.container:
            async with self.units.begin() as unit:
                await unit.update_trace(replace(trace, container=f"{LINK}{link.digest.hex()}"))

    async def locate_by_link(self, trace: Trace) -> Trace:
        """When the numbers are gone. Raises `ServiceUnavailable`."""
        if self.messenger is None or not trace.container.startswith(LINK):
            return trace
        found = await self.messenger.find_link(bytes.fromhex(trace.container.removeprefix(LINK)), await self._known())
        return await self.ledger.made(trace, found) if found else trace

    async def _located(self, session: Session, trace: Trace) -> Trace:
        message = session.message(trace.key)
        if trace.place or self.messenger is None:
            return trace
        composed = self.compose(session, message) if message else await self.compose_alert(session, trace)
        found = await self.messenger.find(composed, await self._known()) if composed else None
        return await self.ledger.made(trace, found) if found else trace


def number_of(session: Session, message: OutgoingMessage) -> str | None:
    """Where an SMS or WhatsApp message goes."""
    link = session.link(message.link)
    gone = link is None or (link.dead and message.kind is not MessageKind.RELEASED)
    if link is None or gone or message.channel not in BY_TELEPHONE:
        return None
    contacts = link.recipients[message.recipient].contacts
    return next((contact.value for contact in contacts if contact.kind is ContactKind.PHONE), None)


def _record_of(session: Session, message: OutgoingMessage) -> Trace:
    return Trace(session=session.id, kind=TraceKind.PROVIDER_RECORD, key=message.id)
