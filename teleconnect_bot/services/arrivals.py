"""Effects around the room and its visitors: made, opened, closed (ARCHITECTURE §4, "Order at arrival")."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from teleconnect_bot.domain import effects as e
from teleconnect_bot.domain.commands import RoomCreated, SeatAdmitted, VisitorProvisioned
from teleconnect_bot.domain.effects import Effect
from teleconnect_bot.domain.guest_link import NATIVE_DEVICE, Seat, SeatState
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger
from .outbox import Handler
from .ports import QueuedEffect, Rooms, SeatGate, Tokens, UnitOfWork, VisitorAccount, Visitors
from .sessions import Sessions

OVER = frozenset({State.CLOSED, State.CANCELLED, State.TEARING_DOWN, State.GONE})


class Arrivals:
    def __init__(
        self, units: UnitOfWork, sessions: Sessions, ledger: Ledger, rooms: Rooms, visitors: Visitors, gate: SeatGate, tokens: Tokens
    ) -> None:
        self.units, self.sessions, self.ledger, self.rooms, self.visitors, self.gate, self.tokens = (
            units,
            sessions,
            ledger,
            rooms,
            visitors,
            gate,
            tokens,
        )

    def handlers(self) -> dict[type[Effect], Handler]:
        return {
            e.CreateRoom: self.create_room,
            e.ProvisionVisitor: self.provision_visitor,
            e.AdmitVisitor: self.admit_visitor,
            e.ShieldVisitor: self.shield_visitor,
            e.InviteToRoom: self.invite,
            e.RemoveFromRoom: self.remove,
            e.MakeReadOnly: self.make_read_only,
            e.MakeWritable: self.make_writable,
            e.RevokeSeat: self.revoke_seat,
            e.DeliverLetters: self.deliver_letters,
        }

    async def create_room(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.room or session.state in (State.TEARING_DOWN, State.GONE):
            return
        room = await self.rooms.create(session.marker, session.key, f"Session {session.code}")
        await self.ledger.made(await self.ledger.plan(session.id, TraceKind.ROOM, session.marker), room)
        await self.ledger.made(await self.ledger.plan(session.id, TraceKind.ROOM_KEYS, session.marker), room)
        await self.sessions.decide(session.id, RoomCreated(room))

    async def provision_visitor(self, queued: QueuedEffect) -> None:
        session, seat = await self._seat(queued)
        if session is None or seat is None or seat.state is not SeatState.CLAIMED:
            return
        if self.visitors.named_ahead:
            account = VisitorAccount(await self._account_for(session.id, seat.id), seat.id[:10].upper())
        else:
            account = await self._native_guest(session.id, seat.id)
        await self.visitors.provision(account, seat.label)
        await self.sessions.decide(session.id, VisitorProvisioned(seat.id, account.user, account.device))

    async def _native_guest(self, session_id: str, seat_id: str) -> VisitorAccount:
        """The homeserver names it: the ledger knows the mark that it bears before it exists. One that was made just before a crash
        is of no use, since nobody knows its token: `Reconcile` finds it by the mark, and another one is made."""
        trace = await self.ledger.plan(session_id, TraceKind.VISITOR, seat_id)
        async with self.units.begin() as unit:
            token = await unit.guest_token(session_id, trace.place) if trace.state is TraceState.MADE else None
        if token is not None:
            return VisitorAccount(trace.place, NATIVE_DEVICE, token)
        account = await self.visitors.open(seat_id)
        async with self.units.begin() as unit:
            await unit.update_trace(replace(trace, place=account.user, state=TraceState.MADE))
            await unit.keep_guest_token(session_id, account.user, account.token or "")
        return account

    async def _account_for(self, session_id: str, seat_id: str) -> str:
        """An account out of the pool, else a new one; the ledger names it before it is used."""
        trace = await self.ledger.plan(session_id, TraceKind.VISITOR, seat_id)
        if trace.state is TraceState.MADE:
            return trace.place
        user = trace.place
        async with self.units.begin() as unit:
            pooled = None if user else await unit.take_from_pool()
            user = user or pooled or self.visitors.user_id(self.tokens.opaque_id())
            state = TraceState.MADE if pooled else TraceState.PLANNED
            await unit.update_trace(replace(trace, place=user, state=state))
        if not pooled:
            await self.visitors.register(user)
            await self.ledger.made(trace, user)
        return user

    async def admit_visitor(self, queued: QueuedEffect) -> None:
        """The room is opened to the seat before the invitation, or the held poll would sleep through it."""
        session, seat = await self._seat(queued)
        if session is None or seat is None or seat.state is not SeatState.READY or seat.user is None:
            return
        if session.room is None:
            raise RuntimeError("the room is made before anybody is admitted")
        self.gate.assigned(seat.id)
        await self.rooms.invite(session.room, seat.user)
        await self.sessions.decide(session.id, SeatAdmitted(seat.id))

    async def shield_visitor(self, queued: QueuedEffect) -> None:
        _, seat = await self._seat(queued)
        if seat and seat.user and seat.live:
            await self.visitors.block_invitations(seat.user)

    async def invite(self, queued: QueuedEffect) -> None:
        user = cast(e.InviteToRoom, queued.effect).user
        session = await self.sessions.load(queued.session)
        if session and session.room and session.state not in OVER and user in session.staff_invited:
            await self.rooms.invite(session.room, user)

    async def remove(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session and session.room:
            await self.rooms.remove(session.room, cast(e.RemoveFromRoom, queued.effect).user)

    async def make_read_only(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session and session.room and session.state in OVER:
            await self.rooms.make_read_only(session.room)

    async def make_writable(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session and session.room and session.state not in OVER:
            await self.rooms.make_writable(session.room)

    async def revoke_seat(self, queued: QueuedEffect) -> None:
        self.gate.revoked(cast(e.RevokeSeat, queued.effect).seat)

    async def deliver_letters(self, queued: QueuedEffect) -> None:
        await self.gate.deliver_letters(cast(e.DeliverLetters, queued.effect).user, queued.session)

    async def _seat(self, queued: QueuedEffect) -> tuple[Session | None, Seat | None]:
        effect = cast(e.ProvisionVisitor | e.AdmitVisitor | e.ShieldVisitor, queued.effect)
        session = await self.sessions.load(queued.session)
        return session, session.seat(effect.seat) if session else None


class VisitorPool:
    """A few accounts registered ahead, because the homeserver limits registrations (ARCHITECTURE §4)."""

    def __init__(self, units: UnitOfWork, visitors: Visitors, tokens: Tokens, size: int = 5) -> None:
        self.units, self.visitors, self.tokens, self.size = units, visitors, tokens, size

    async def fill(self) -> None:
        """Raises `ServiceUnavailable` when the homeserver asks to wait; what was registered before stays."""
        while self.visitors.named_ahead:
            async with self.units.begin() as unit:
                if await unit.pool_size() >= self.size:
                    return
            user = self.visitors.user_id(self.tokens.opaque_id())
            await self.visitors.register(user)
            async with self.units.begin() as unit:
                await unit.add_to_pool(user)
