"""Organisations as rows, and a hundred interpreters who accept in the same instant."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.effects import SendMessage, Tell
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.organisations import OfferState, Organisation
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.sessions import Sessions
from tests.fakes_domain import held
from tests.services.fakes import CountingTokens, FakeClock

LINGUA = Organisation(
    id="lingua", name="Lingua Example", languages=("prs", "ti"), email="desk@lingua.example", alone_for=timedelta(hours=2)
)


async def test_organisations_are_kept_until_they_are_removed(units: SqlUnitOfWork) -> None:
    horn = Organisation(id="horn", name="Horn Interpreters", languages=("am",), room="!horn:example.org", may_decline=False)
    async with units.begin() as unit:
        await unit.put_organisation(LINGUA)
        await unit.put_organisation(horn)
        await unit.put_organisation(Organisation(id="horn", name="Horn", languages=("am", "so")))
    async with units.begin() as unit:
        assert await unit.organisations() == [Organisation(id="horn", name="Horn", languages=("am", "so")), LINGUA]
        assert await unit.remove_organisation("horn")
        assert not await unit.remove_organisation("horn")
        assert await unit.organisations() == [LINGUA]


async def test_of_a_hundred_who_accept_in_the_same_instant_one_interprets_and_everybody_is_invited_once(
    address: str, keys: FileSessionKeys
) -> None:
    """On two connections, as of two processes."""
    session = held()
    keys.create(session.key)
    databases = [Database(address), Database(address)]
    clock = FakeClock()
    clock.moment = datetime(2026, 11, 3, 9, 40, tzinfo=UTC)
    desks = [Sessions(SqlUnitOfWork(database, keys), keys, clock, CountingTokens(), Policy()) for database in databases]
    async with desks[0].units.begin() as unit:
        await unit.add(session)

    async def accept(number: int) -> None:
        own = c.InterpreterAccepted(f"offer{number % 2 + 1}", 1, user=f"@interpreter{number}:example.org")
        await desks[number % len(desks)].decide(session.id, own)

    await asyncio.gather(*(accept(number) for number in range(100)))
    found = await desks[0].load(session.id)
    assert found is not None
    assert found.state is State.INVITED
    assert sorted(offer.state for offer in found.offers) == [OfferState.ACCEPTED, OfferState.TAKEN]
    assert len(found.interpreters) == 1
    assert len(found.messages) == 1
    async with desks[1].units.begin() as unit:
        queued = [each.effect for each in await unit.due_effects(clock.now(), 1000)]
    assert sum(isinstance(effect, SendMessage) for effect in queued) == 1
    assert sum(isinstance(effect, Tell) and effect.to is None for effect in queued) == 1
    for database in databases:
        await database.close()


async def test_an_organisations_link_finds_its_session(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = held()
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
    async with units.begin() as unit:
        found = await unit.session_by_offer(digest_of("offer2"))
        assert found is not None
        assert (found[0].code, found[1].organisation) == (session.code, "organisation2")
        assert await unit.session_by_offer(digest_of("another")) is None
