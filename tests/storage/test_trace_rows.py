"""Ledger, handled events, letters, accounts kept ready, monthly sums."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.ports import Letter
from tests.storage.sessions import NOW, REQUESTER, full_session

ROOM = Trace(session="s", kind=TraceKind.ROOM, key="marker")


async def test_a_trace_is_entered_once_and_keeps_what_is_known_of_it(units: SqlUnitOfWork) -> None:
    made = replace(ROOM, place="!room:x", state=TraceState.MADE)
    async with units.begin() as unit:
        await unit.enter_trace(ROOM)
        await unit.update_trace(made)
        await unit.enter_trace(ROOM)
        assert await unit.traces("s") == [made]


async def test_traces_are_told_apart_by_session_kind_and_key_and_come_in_order(units: SqlUnitOfWork) -> None:
    others = [replace(ROOM, key="2"), replace(ROOM, kind=TraceKind.CHAT_EVENT, container="!chat:x"), replace(ROOM, key="1")]
    async with units.begin() as unit:
        for trace in [ROOM, *others, replace(ROOM, session="t")]:
            await unit.enter_trace(trace)
        await unit.update_trace(replace(others[0], state=TraceState.VERIFIED))
        assert await unit.traces("s") == [ROOM, replace(others[0], state=TraceState.VERIFIED), *others[1:]]
        await unit.forget("s")
        assert await unit.traces("s") == []
        assert await unit.traces("t") == [replace(ROOM, session="t")]
        await unit.update_trace(ROOM)
        assert await unit.traces("s") == []


async def test_an_event_is_new_once_until_it_is_forgotten(units: SqlUnitOfWork) -> None:
    async with units.begin() as unit:
        assert await unit.first_time("$a", NOW)
        assert not await unit.first_time("$a", NOW)
    async with units.begin() as unit:
        assert not await unit.first_time("$a", NOW + timedelta(days=1))
        await unit.forget_events_before(NOW)
        assert not await unit.first_time("$a", NOW)
        await unit.forget_events_before(NOW + timedelta(microseconds=1))
        assert await unit.first_time("$a", NOW)


async def test_an_event_is_new_again_when_its_handling_failed(units: SqlUnitOfWork) -> None:
    try:
        async with units.begin() as unit:
            assert await unit.first_time("$a", NOW)
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    async with units.begin() as unit:
        assert await unit.first_time("$a", NOW)


def _letter(session: Session, number: int, recipient: str = REQUESTER) -> Letter:
    content = {"*": {"body": f"Grüße {number}", "n": [1]}}
    return Letter(f"{session.id}-{number}", session.id, "@tcv:x", "D", recipient, "m.room.encrypted", content)


async def test_letters_are_kept_in_order_until_they_are_delivered(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    one, two = full_session(), full_session("two")
    first, second, elsewhere, third = _letter(one, 1), _letter(one, 2), _letter(one, 3, "@other:x"), _letter(two, 1)
    async with units.begin() as unit:
        for session in (one, two):
            keys.create(session.key)
            await unit.add(session)
        for letter in (second, first, elsewhere, third, second):
            await unit.keep_letter(letter)
        assert await unit.letters_for(REQUESTER) == [second, first, third]
        assert await unit.letters_for(REQUESTER, session_id="two-session") == [third]
        await unit.letters_delivered([second.id, third.id, "unknown"])
        assert await unit.letters_for(REQUESTER) == [first]
        assert await unit.letters_for("@other:x") == [elsewhere]


async def test_letters_of_a_session_that_ended_are_neither_kept_nor_delivered(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = full_session()
    async with units.begin() as unit:
        await unit.keep_letter(_letter(session, 0))
        keys.create(session.key)
        await unit.add(session)
        await unit.keep_letter(_letter(session, 1))
        keys.destroy(session.key)
        await unit.keep_letter(_letter(session, 2))
        assert await unit.letters_for(REQUESTER) == []


async def test_accounts_are_taken_in_the_order_they_came_and_once(units: SqlUnitOfWork) -> None:
    async with units.begin() as unit:
        for user in ("@b:x", "@a:x", "@b:x"):
            await unit.add_to_pool(user)
        assert await unit.pool_size() == 2
        assert [await unit.take_from_pool() for _ in range(3)] == ["@b:x", "@a:x", None]
        assert await unit.pool_size() == 0


async def test_sums_are_kept_by_month_and_name(units: SqlUnitOfWork) -> None:
    async with units.begin() as unit:
        await unit.count("2026-11", "language.fr")
        await unit.count("2026-11", "language.fr", 4)
        await unit.count("2026-12", "language.fr")
        assert await unit.counters() == {("2026-11", "language.fr"): 5, ("2026-12", "language.fr"): 1}
