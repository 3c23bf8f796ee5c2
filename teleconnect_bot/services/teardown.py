"""Teardown: nothing of a session remains (PRODUCT §9).

It works through the ledger in the order of `retention.Step`, may be interrupted anywhere and begins again where the ledger
says it was. Each run does as much as it can and asks to be called again (`Later`, or `ServiceUnavailable` when a service is
away). Personal rows and the session's key do not wait for slow services: they die once clients had time to notice that
everybody was removed, or when that time is over even though the homeserver did not answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from teleconnect_bot.domain.commands import RoomEmptied
from teleconnect_bot.domain.effects import Effect, TearDown
from teleconnect_bot.domain.guest_link import SeatState
from teleconnect_bot.domain.retention import REMOVALS, Owner, Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .outbox import Handler, Later
from .phone_messages import PhoneMessages
from .ports import (
    Clock,
    Membership,
    PhoneMessenger,
    QueuedEffect,
    RefusedByService,
    Rooms,
    SeatGate,
    ServiceUnavailable,
    SessionKeys,
    StaffChat,
    StaffTexts,
    Text,
    UnitOfWork,
    Visitors,
)
from .requester_settings import RequesterSettings
from .sessions import Sessions
from .statistics import counted

log = structlog.get_logger("teleconnect_bot.teardown")

SERVICE_AWAY = timedelta(minutes=10)
"""How long after the grace personal rows wait at most for a homeserver that does not let us remove people, or for a provider that does
not say whether it has a message whose record we do not know."""
PLACEHOLDER = Text("…")


async def purge(rooms: Rooms, room: str, bot: str) -> None:
    """Everybody out first, also somebody who came in while the homeserver was away; the bot itself last."""
    for user in await rooms.members(room):
        if user != bot:
            await rooms.remove(room, user)
    await rooms.leave(room)
    await rooms.purge(room)


class Teardown:
    def __init__(
        self,
        units: UnitOfWork,
        sessions: Sessions,
        ledger: Ledger,
        keys: SessionKeys,
        clock: Clock,
        bot: str,
        rooms: Rooms,
        chat: StaffChat,
        visitors: Visitors,
        gate: SeatGate,
        texts: StaffTexts,
        settings: RequesterSettings,
        phone: PhoneMessages | None = None,
    ) -> None:
        self.phone = phone
        self.units, self.sessions, self.ledger, self.keys, self.clock, self.bot = units, sessions, ledger, keys, clock, bot
        self.rooms, self.chat, self.visitors, self.gate = rooms, chat, visitors, gate
        self.texts, self.settings = texts, settings

    def handlers(self) -> dict[type[Effect], Handler]:
        return {TearDown: self.tear_down}

    async def tear_down(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.state is not State.TEARING_DOWN:
            return
        await self._close_to_everybody(session)
        await self._wait_for_clients(session.id)
        await self._destroy_personal(session)
        await self._remove_traces(session.id)
        await self._finish(session)

    async def _close_to_everybody(self, session: Session) -> None:
        for seat in session.seats:
            if seat.state is SeatState.REVOKED:
                self.gate.revoked(seat.id)
        if session.emptied_at is not None:
            return
        async with self.units.begin() as unit:
            await unit.drop_effects(session.id, TearDown.lane)
        try:
            room = await self._room_of(session)
            if room:
                for user, membership in (await self.rooms.members(room)).items():
                    if user != self.bot and membership in (Membership.JOIN, Membership.INVITE):
                        await self.rooms.remove(room, user)
        except ServiceUnavailable:
            if self.clock.now() < session.state_since + session.policy.sync_grace + SERVICE_AWAY:
                raise
            log.warning("teardown_goes_on_without_homeserver", session=session.id)
        await self.sessions.decide(session.id, RoomEmptied())

    async def _room_of(self, session: Session) -> str | None:
        """The room, also one that was made just before a crash and is known by its marker alone."""
        if session.room:
            return session.room
        for trace in await self.ledger.of(session.id, TraceKind.ROOM):
            found = trace.place or await self.rooms.find(trace.key)
            if found:
                await self._room_found(session.id, found)
                return found
        return None

    async def _room_found(self, session_id: str, room: str) -> None:
        for trace in await self.ledger.of(session_id):
            if trace.kind in (TraceKind.ROOM, TraceKind.ROOM_KEYS) and not trace.place:
                await self.ledger.made(trace, room)

    async def _wait_for_clients(self, session_id: str) -> None:
        """Clients need a sync to see that they were removed, or Element would show the room for ever (FACTS, "Teardown")."""
        session = await self.sessions.load(session_id)
        if session is None or session.emptied_at is None or not await self.ledger.of(session_id, TraceKind.ROOM):
            return
        rest = session.emptied_at + session.policy.sync_grace - self.clock.now()
        if rest > timedelta(0):
            raise Later(rest)

    async def _destroy_personal(self, session: Session) -> None:
        if self.phone is not None and self.keys.exists(session.key) and not await self.phone.locate(session):
            if self.clock.now() < session.state_since + session.policy.sync_grace + SERVICE_AWAY:
                raise ServiceUnavailable(Owner.SMS_PROVIDER.value)
            log.warning("teardown_goes_on_without_provider", session=session.id)
        async with self.units.begin() as unit:
            present = await unit.session(session.id)
            for name in counted(present) if present and self.keys.exists(session.key) else ():
                await unit.count(f"{self.clock.now():%Y-%m}", name)
            await unit.wipe_personal(session.id)
        self.keys.destroy(session.key)

    async def _remove_traces(self, session_id: str) -> None:
        """Every trace in the order of its step; what fails now holds up nothing but itself."""
        trouble: ServiceUnavailable | RefusedByService | None = None
        for trace in sorted(await self.ledger.of(session_id), key=lambda trace: REMOVALS[trace.kind].step):
            try:
                await self._remove(trace)
            except (ServiceUnavailable, RefusedByService) as error:
                trouble = trouble or error
        if trouble:
            raise trouble

    async def _remove(self, trace: Trace) -> None:
        if trace.state is TraceState.VERIFIED:
            return
        trace = await self._located(trace)
        if trace.place:
            remove, gone = self._removal_of(trace)
            if trace.state is not TraceState.REMOVED:
                await remove()
                trace = await self.ledger.put(trace, state=TraceState.REMOVED)
            if not await gone():
                await self.ledger.put(trace, state=TraceState.MADE)
                raise ServiceUnavailable(REMOVALS[trace.kind].owner.value)
        await self.ledger.put(trace, state=TraceState.VERIFIED)

    async def _located(self, trace: Trace) -> Trace:
        """A trace that was planned but perhaps never made gets its place, if it has one.

        An event is found by its transaction id: sending it again gives the same event, or makes an empty one that goes at once.
        """
        if trace.place:
            return trace
        match trace.kind:
            case TraceKind.ROOM | TraceKind.ROOM_KEYS:
                return await self.ledger.put(trace, place=await self.rooms.find(trace.key) or "")
            case TraceKind.CHAT_EVENT if trace.container:
                return await self.ledger.put(trace, place=await self.chat.post(trace.container, PLACEHOLDER, transaction_of(trace)))
            case TraceKind.VISITOR if not self.visitors.named_ahead:
                return await self.ledger.put(trace, place=await self.visitors.find(trace.key) or "")
            case TraceKind.PROVIDER_RECORD if self.phone is not None:
                return await self.phone.locate_by_link(trace)
            case _:
                return trace

    def _removal_of(self, trace: Trace) -> tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[bool]]]:
        place = trace.place
        match trace.kind:
            case TraceKind.CHAT_EVENT:
                transaction = f"gone.{transaction_of(trace)}"
                return lambda: self.chat.redact(trace.container, place, transaction), lambda: self.chat.is_redacted(trace.container, place)
            case TraceKind.ROOM:
                return lambda: purge(self.rooms, place, self.bot), lambda: self.rooms.is_gone(place)
            case TraceKind.ROOM_MEDIA | TraceKind.CHAT_MEDIA:
                uploader = trace.container
                return lambda: self.rooms.delete_media(place, uploader), lambda: self.rooms.media_is_gone(place, uploader)
            case TraceKind.VISITOR:
                return lambda: self.visitors.remove(place), lambda: self.visitors.is_gone(place)
            case TraceKind.ROOM_KEYS:
                return lambda: self.rooms.forget_keys(place), lambda: self.rooms.keys_forgotten(place)
            case TraceKind.PROVIDER_RECORD:
                return lambda: self._messenger.delete(place), lambda: self._messenger.is_deleted(place)

    @property
    def _messenger(self) -> PhoneMessenger:
        """Whoever takes the provider out of the configuration must not make us forget what it still has."""
        if self.phone is None or self.phone.messenger is None:
            raise ServiceUnavailable(REMOVALS[TraceKind.PROVIDER_RECORD].owner.value)
        return self.phone.messenger

    async def _finish(self, session: Session) -> None:
        """The last rows go in one transaction; then nothing deleted stays in the write-ahead log."""
        if session.links:
            await self._tell(session, self.texts.deleted(session, await self.settings.of(session.requester)))
        elif await self._forgotten(session.id):
            await self._tell(session, self.texts.forgotten(await self.settings.of(session.requester)))
        async with self.units.begin() as unit:
            await unit.erase(session.id)
            await unit.forget(session.id)
        await self.units.checkpoint()
        log.info("session_gone", session=session.id)

    async def _forgotten(self, session_id: str) -> bool:
        """It ended while it was being put together: nobody sent or cancelled it."""
        async with self.units.begin() as unit:
            return (await unit.rows_of(session_id)).get("dialogue", 0) > 0

    async def _tell(self, session: Session, words: Text) -> None:
        if not session.chat:
            return
        try:
            await self.chat.post(session.chat, words, f"deleted.{session.id}")
        except RefusedByService:
            log.info("requester_not_told_of_deletion", session=session.id)
