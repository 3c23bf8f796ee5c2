"""Calls of staff: their links, the seats that these are redeemed for, and the ringing (PRODUCT §7)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.calls import CallKind, CallLink
from teleconnect_bot.domain.commands import CallOffered, CallSeatClaimed
from teleconnect_bot.domain.effects import Effect, OfferCall, RingCall
from teleconnect_bot.domain.guest_link import Seat, digest_of, token_from
from teleconnect_bot.domain.people import Role
from teleconnect_bot.domain.session import Session, State

from .call_door import LinkUsed
from .guest_door import NoSuchLink, SeatStatus, SeatView
from .guests import Guests
from .outbox import Handler
from .ports import CallBells, Clock, QueuedEffect, SessionKeys, Tokens, UnitOfWork
from .sessions import Sessions


class CallLinks:
    """A link's token follows from the session's key and the link's id, so that the card can show it again; the database knows its
    digest alone."""

    def __init__(self, keys: SessionKeys, tokens: Tokens, public_url: str) -> None:
        self.keys, self.tokens, self.public_url = keys, tokens, public_url

    def new(self, session: Session, user: str) -> CallLink:
        link_id = self.tokens.opaque_id()
        return CallLink(id=link_id, user=user, digest=digest_of(self._token(session, link_id)))

    def address(self, session: Session, link: CallLink) -> str:
        """The page knows by it, before it asks anything, whether the call was meant to have pictures."""
        without_picture = ".audio" if link.kind is CallKind.AUDIO else ""
        return f"{self.public_url}/c#{self._token(session, link.id)}{without_picture}"

    def _token(self, session: Session, link_id: str) -> str:
        return token_from(self.keys.derive(session.key, f"call/{link_id}"))


class CallOffers:
    """Carries out what a call needs besides the browsers. `by_link`: staff come by a link of the bot's."""

    def __init__(self, sessions: Sessions, links: CallLinks, bells: CallBells, *, by_link: bool) -> None:
        self.sessions, self.links, self.bells, self.by_link = sessions, links, bells, by_link

    def handlers(self) -> dict[type[Effect], Handler]:
        return {OfferCall: self.offer, RingCall: self.ring}

    async def offer(self, queued: QueuedEffect) -> None:
        user = cast(OfferCall, queued.effect).user
        session = await self.sessions.load(queued.session)
        if session is None or not self.by_link or session.state is not State.ACTIVE:
            return
        if user in session.staff_inside and session.call_link(user) is None:
            await self.sessions.decide(session.id, CallOffered(self.links.new(session, user)))

    async def ring(self, queued: QueuedEffect) -> None:
        effect = cast(RingCall, queued.effect)
        session = await self.sessions.load(queued.session)
        if session is not None and session.room and session.state is State.ACTIVE:
            await self.bells.ring(session.room, CallKind(effect.kind), f"ring.{effect.key}")


class StaffCalls:
    """Implements `CallDoor`."""

    def __init__(self, units: UnitOfWork, sessions: Sessions, guests: Guests, clock: Clock, tokens: Tokens) -> None:
        self.units, self.sessions, self.guests, self.clock, self.tokens = units, sessions, guests, clock, tokens

    async def redeem(self, token: str, digest: bytes, language: str) -> SeatView:
        async with self.units.begin() as unit:
            found = await unit.session_by_call_link(digest_of(token))
            elsewhere = await unit.session_by_seat(digest)
        if found is None or (elsewhere and not _of_link(elsewhere[1], found[1])):
            raise NoSuchLink
        session, link = found
        seat = Seat(
            id=self.tokens.opaque_id(), link="", role=Role.CALL, number=0, digest=digest, language=language, last_beat_at=self.clock.now()
        )
        after = await self.sessions.decide(session.id, CallSeatClaimed(link.id, seat))
        if after is None or not any(each.id == link.id for each in after.call_links):
            raise NoSuchLink
        if not any(each.digest == digest for each in after.seats):
            raise LinkUsed
        view = await self.guests.once(digest, SeatStatus.PREPARING)
        if view is None:
            raise NoSuchLink
        return view


def _of_link(seat: Seat, link: CallLink) -> bool:
    return seat.id == link.seat
