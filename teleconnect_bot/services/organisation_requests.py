"""Interpreting organisations are asked by every way that they have, and told what became of it (PRODUCT §5)."""

from __future__ import annotations

from typing import cast

import structlog

from teleconnect_bot.domain.commands import InterpreterDeclined
from teleconnect_bot.domain.effects import AskOrganisation, Effect, TellOrganisation
from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.session import Session, State

from .outbox import Handler
from .ports import OrganisationWay, QueuedEffect, RefusedByService
from .sessions import Sessions

log = structlog.get_logger("teleconnect_bot.organisation_requests")

NOT_KNOWN = "is not among the organisations any more"
NO_WAY = "has neither an e-mail address nor a room"


class OrganisationRequests:
    """`ways` are those by which organisations are reached; each leaves alone whom it does not reach."""

    def __init__(self, sessions: Sessions, *ways: OrganisationWay) -> None:
        self.sessions, self.ways = sessions, ways

    def handlers(self) -> dict[type[Effect], Handler]:
        return {AskOrganisation: self.ask, TellOrganisation: self.tell}

    async def ask(self, queued: QueuedEffect) -> None:
        """Whom no way reaches cannot answer: that is a no, so that nobody waits for it."""
        effect = cast(AskOrganisation, queued.effect)
        found = await self._found(queued.session, effect.offer)
        if found is None:
            return
        session, offer, organisation = found
        if offer.state is not OfferState.ASKED or offer.round != effect.round:
            return
        refused = await self._by_every_way(session, offer, organisation) if organisation else NOT_KNOWN
        if refused is not None:
            await self.sessions.decide(session.id, InterpreterDeclined(offer.id, offer.round, refused))

    async def _by_every_way(self, session: Session, offer: Offer, organisation: Organisation) -> str | None:
        """Why nobody was reached; None when somebody was."""
        refusals: list[str] = []
        possible = [*(["e-mail"] if organisation.email else []), *(["room"] if organisation.room else [])]
        for way in self.ways:
            try:
                await way.ask(session, offer, organisation)
            except RefusedByService as refused:
                log.warning("organisation_not_reached", organisation=organisation.id, service=refused.service)
                refusals.append(refused.reason)
        if not possible:
            return NO_WAY
        return "; ".join(refusals) if len(refusals) >= len(possible) else None

    async def tell(self, queued: QueuedEffect) -> None:
        """One way that fails keeps the news from nobody on another."""
        found = await self._found(queued.session, cast(TellOrganisation, queued.effect).offer)
        if found is None:
            return
        session, offer, organisation = found
        gone = organisation or Organisation(id=offer.organisation, name=offer.organisation, languages=())
        for way in self.ways:
            try:
                await way.tell(session, offer, gone)
            except RefusedByService as refused:
                log.warning("organisation_not_told", organisation=offer.organisation, service=refused.service)

    async def _found(self, session_id: str, offer_id: str) -> tuple[Session, Offer, Organisation | None] | None:
        async with self.sessions.units.begin() as unit:
            session = await unit.session(session_id)
            known = {organisation.id: organisation for organisation in await unit.organisations()}
        offer = session.offer(offer_id) if session else None
        if session is None or offer is None or session.state in (State.TEARING_DOWN, State.GONE):
            return None
        return session, offer, known.get(offer.organisation)
