"""The outbox: in order within a lane, independent between lanes, nothing is lost and a dead one blocks nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.storage.values import coding
from teleconnect_bot.domain.effects import EFFECTS, AdmitVisitor, CreateRoom, DeliverLetters, Effect, Notice, SendMessage, Tell, UpdateCard
from teleconnect_bot.services.ports import DeadEffect, QueuedEffect, Unit
from tests.storage.sessions import NOW
from tests.storage.test_session_rows import any_number

SECOND = timedelta(seconds=1)


def _effects(queued: Any) -> list[Effect]:
    return [each.effect for each in queued]


async def _queue(units: SqlUnitOfWork, *effects: Effect, session: str = "s") -> None:
    async with units.begin() as unit:
        await unit.queue(session, effects, NOW)


async def _number(unit: Unit, effect: Effect) -> int:
    return next(each.number for each in await unit.due_effects(NOW + timedelta(days=999), 100) if each.effect == effect)


@any_number
@given(effect=st.one_of(*map(st.from_type, EFFECTS)))
async def test_every_effect_comes_out_as_it_went_in(units: SqlUnitOfWork, effect: Effect) -> None:
    await _queue(units, effect)
    async with units.begin() as unit:
        (found,) = await unit.due_effects(NOW + effect.delay, 10)
        assert found == QueuedEffect(found.number, "s", effect, NOW + effect.delay, 0)
        await unit.effect_done(found.number)


def test_what_is_stored_of_an_effect_names_its_fields() -> None:
    assert coding(Tell).write(Tell(Notice.HERE, to="@nurse:x")) == {"notice": "here", "to": "@nurse:x", "about": None}


async def test_only_the_first_of_each_session_and_lane_is_handed_out(units: SqlUnitOfWork) -> None:
    await _queue(units, CreateRoom(), AdmitVisitor("a"), UpdateCard(), AdmitVisitor("b"))
    await _queue(units, AdmitVisitor("c"), session="t")
    async with units.begin() as unit:
        due = await unit.due_effects(NOW, 10)
        assert _effects(due) == [CreateRoom(), UpdateCard(), AdmitVisitor("c")]
        await unit.effect_done(due[0].number)
        assert _effects(await unit.due_effects(NOW, 10)) == [AdmitVisitor("a"), UpdateCard(), AdmitVisitor("c")]
        assert _effects(await unit.due_effects(NOW, 2)) == [AdmitVisitor("a"), UpdateCard()]


async def test_a_delayed_effect_is_not_due_before_its_time(units: SqlUnitOfWork) -> None:
    await _queue(units, DeliverLetters("@nurse:x"))
    async with units.begin() as unit:
        assert await unit.due_effects(NOW + DeliverLetters.delay - timedelta(microseconds=1), 10) == []
        assert _effects(await unit.due_effects(NOW + DeliverLetters.delay, 10)) == [DeliverLetters("@nurse:x")]
        assert await unit.next_effect_at() == NOW + DeliverLetters.delay


async def test_an_effect_that_is_tried_again_holds_up_its_own_lane_alone(units: SqlUnitOfWork) -> None:
    await _queue(units, SendMessage("first"), SendMessage("second"), UpdateCard())
    async with units.begin() as unit:
        first = await _number(unit, SendMessage("first"))
        await unit.effect_again(first, NOW + 60 * SECOND, "ServiceUnavailable")
        assert _effects(await unit.due_effects(NOW + 59 * SECOND, 10)) == [UpdateCard()]
        await unit.effect_done(await _number(unit, UpdateCard()))
        assert await unit.next_effect_at() == NOW + 60 * SECOND
        assert await unit.due_effects(NOW + 60 * SECOND, 10) == [QueuedEffect(first, "s", SendMessage("first"), NOW + 60 * SECOND, 1)]


async def test_a_dead_effect_stays_for_the_administrator_and_frees_its_lane(units: SqlUnitOfWork) -> None:
    await _queue(units, SendMessage("first"), SendMessage("second"))
    async with units.begin() as unit:
        first = await _number(unit, SendMessage("first"))
        await unit.effect_again(first, NOW, "ServiceUnavailable")
        await unit.effect_dead(first, "RefusedByService")
        assert _effects(await unit.due_effects(NOW, 10)) == [SendMessage("second")]
        assert await unit.dead_effects() == [DeadEffect(first, "s", "SendMessage", 2, "RefusedByService")]
        await unit.effect_done(await _number(unit, SendMessage("second")))
        assert await unit.next_effect_at() is None


async def test_an_effect_that_this_version_does_not_know_is_given_up_and_stops_nothing(units: SqlUnitOfWork, database: Database) -> None:
    await _queue(units, CreateRoom(), AdmitVisitor("a"))
    async with database.writing() as connection:
        await connection.execute(update(tables.outbox).where(tables.outbox.c.name == "CreateRoom").values(name="FromTheFuture"))
    async with units.begin() as unit:
        assert await unit.due_effects(NOW, 10) == []
        assert [(dead.name, dead.problem) for dead in await unit.dead_effects()] == [("FromTheFuture", "UnknownEffect")]
        assert _effects(await unit.due_effects(NOW, 10)) == [AdmitVisitor("a")]


async def test_open_effects_are_dropped_but_for_one_lane_and_other_sessions(units: SqlUnitOfWork) -> None:
    await _queue(units, CreateRoom(), UpdateCard(), SendMessage("dead"))
    await _queue(units, CreateRoom(), session="t")
    async with units.begin() as unit:
        await unit.effect_dead(await _number(unit, SendMessage("dead")), "RefusedByService")
        await unit.drop_effects("s", except_lane="card")
        assert [(each.session, each.effect) for each in await unit.due_effects(NOW, 10)] == [("s", UpdateCard()), ("t", CreateRoom())]
        assert len(await unit.dead_effects()) == 1


async def test_a_number_is_never_given_twice(units: SqlUnitOfWork) -> None:
    numbers = []
    for _ in range(3):
        await _queue(units, CreateRoom())
        async with units.begin() as unit:
            numbers.append(await _number(unit, CreateRoom()))
            await unit.effect_done(numbers[-1])
    assert numbers == sorted(set(numbers))
