"""An organisation is asked by every way that it has (PRODUCT §5)."""

from __future__ import annotations

from dataclasses import replace

from teleconnect_bot.domain.commands import Send
from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.organisation_requests import OrganisationRequests
from teleconnect_bot.services.ports import RefusedByService
from teleconnect_bot.services.sessions import Invitation
from tests.services.world import CHAT, NURSE, World

LINGUA = Organisation(id="lingua", name="Lingua", languages=("ti",), email="lingua@example.com", room="!lingua:example.org")
REQUEST = Invitation(by=NURSE, chat=CHAT, event="$invite", contact=None, members=frozenset({"@doctor:example.org"}))


class Way:
    def __init__(self, refuses: str | None = None) -> None:
        self.refuses = refuses
        self.asked: list[tuple[str, int]] = []
        self.told: list[OfferState] = []

    async def ask(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        if self.refuses:
            raise RefusedByService("organisation", self.refuses)
        self.asked.append((organisation.id, offer.round))

    async def tell(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        self.told.append(offer.state)


async def sought(world: World, *ways: Way, organisation: Organisation | None = LINGUA) -> Session:
    """A session that seeks an interpreter of this organisation, when everything has happened that is due."""
    world.outbox.handlers = {**world.outbox.handlers, **OrganisationRequests(world.sessions, *ways).handlers()}
    async with world.units.begin() as unit:
        if organisation:
            await unit.put_organisation(organisation)
        draft = await world.sessions.new_draft(unit, NURSE, CHAT, "$invite")
        offers = (Offer(id="offer", organisation="lingua", digest=b"d" * 32),)
        filled = world.sessions.filled(draft, REQUEST)
        await world.sessions.apply(unit, replace(filled, interpreter_wanted="ti", offers=offers), Send(NURSE))
    await world.settle()
    return await world.session()


async def test_every_way_is_used_and_one_that_fails_keeps_nobody_from_the_other(world: World) -> None:
    broken, whole = Way(refuses="the room is not encrypted"), Way()
    session = await sought(world, broken, whole)
    assert session.state is State.HELD
    assert whole.asked == [("lingua", 1)]


async def test_whom_no_way_reaches_has_declined_and_the_requester_reads_why(world: World) -> None:
    session = await sought(world, Way(refuses="no such address"), Way(refuses="the room is not encrypted"))
    assert session.state is State.UNAVAILABLE
    assert [(offer.state, offer.reason) for offer in session.offers] == [
        (OfferState.DECLINED, "no such address; the room is not encrypted")
    ]


async def test_an_organisation_without_any_way_or_that_is_gone_is_not_waited_for(world: World) -> None:
    session = await sought(world, Way(), organisation=replace(LINGUA, email=None, room=None))
    assert session.offers[0].reason == "has neither an e-mail address nor a room"


async def test_an_organisation_that_was_removed_is_not_waited_for(world: World) -> None:
    session = await sought(world, Way(), organisation=None)
    assert (session.state, session.offers[0].state) == (State.UNAVAILABLE, OfferState.DECLINED)


async def test_who_was_asked_learns_what_became_of_it(world: World) -> None:
    way = Way()
    await sought(world, way)
    await world.write("without", "$without")
    assert way.told == [OfferState.CANCELLED]
