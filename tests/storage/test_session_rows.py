"""Sessions in the database: nothing is lost, nothing is saved over, nothing stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain.effects import CreateRoom, InviteToRoom
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.retention import Trace, TraceKind
from teleconnect_bot.domain.schedule import Deadline, deadlines
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import KeyDestroyed, Letter, ServiceUnavailable, StaleSession
from tests.storage.sessions import BACKUP, NOW, REQUESTER, any_session, full_session

LATER = NOW + timedelta(days=4000)
any_number = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


async def _add(units: SqlUnitOfWork, keys: FileSessionKeys, session: Session) -> Session:
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
    return session


async def _load(units: SqlUnitOfWork, session_id: str) -> Session | None:
    async with units.begin() as unit:
        return await unit.session(session_id)


async def _deadlines(units: SqlUnitOfWork) -> list[tuple[str, Deadline]]:
    async with units.begin() as unit:
        return [(due.session, due.deadline) for due in await unit.due_deadlines(LATER, 100)]


@any_number
@given(session=any_session())
async def test_whatever_a_session_holds_comes_back_as_it_was(units: SqlUnitOfWork, keys: FileSessionKeys, session: Session) -> None:
    await _add(units, keys, session)
    try:
        assert await _load(units, session.id) == session
    finally:
        async with units.begin() as unit:
            await unit.erase(session.id)


@any_number
@given(before=any_session(), after=any_session(), loaded_first=...)
async def test_a_save_leaves_nothing_of_what_the_session_was_before(
    units: SqlUnitOfWork, keys: FileSessionKeys, before: Session, after: Session, loaded_first: bool
) -> None:
    after = replace(after, id=before.id, version=before.version)
    await _add(units, keys, before)
    try:
        async with units.begin() as unit:
            if loaded_first:
                await unit.session(before.id)
            await unit.save(after)
        assert await _load(units, before.id) == replace(after, version=after.version + 1)
        assert [due for _, due in await _deadlines(units)] == [due for due in deadlines(after) if due.due_at <= LATER]
    finally:
        async with units.begin() as unit:
            await unit.erase(before.id)


async def test_parts_keep_their_order_when_it_changes(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = full_session()
    links = tuple(replace(session.links[0], id=f"link-{number}", digest=bytes([number])) for number in range(3))
    await _add(units, keys, replace(session, links=links))
    for order in permutations(links):
        async with units.begin() as unit:
            found = await unit.session(session.id)
            assert found is not None
            await unit.save(replace(found, links=order))
        found = await _load(units, session.id)
        assert found is not None
        assert found.links == order


async def test_a_session_is_found_by_everything_that_leads_to_it(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = await _add(units, keys, full_session())
    other = await _add(units, keys, full_session("two"))
    async with units.begin() as unit:
        await unit.enter_trace(Trace(session=session.id, kind=TraceKind.CHAT_EVENT, key="card", place="$card"))
        assert await unit.session_by_code("ONE") == session
        assert await unit.session_by_link(digest_of("one-token")) == (session, session.links[0])
        assert await unit.session_by_seat(digest_of("two-secret")) == (other, other.seats[0])
        assert await unit.session_by_room("!two:hospital.example") == other
        assert await unit.session_by_event("$card") == session
        assert await unit.sessions_of(REQUESTER) == [session, other]
        assert await unit.sessions_of(BACKUP) == [session, other]
        assert await unit.sessions_in(frozenset({State.WAITING, State.GONE})) == [session, other]


async def test_what_leads_nowhere_is_none(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    await _add(units, keys, full_session())
    async with units.begin() as unit:
        assert await unit.session("another") is None
        assert await unit.session_by_code("TWO") is None
        assert await unit.session_by_link(digest_of("one-secret")) is None
        assert await unit.session_by_seat(digest_of("one-token")) is None
        assert await unit.session_by_room("!two:hospital.example") is None
        assert await unit.session_by_event("$card") is None
        assert await unit.sessions_of("@visitor:hospital.example") == []
        assert await unit.sessions_in(frozenset({State.DRAFT})) == []


async def test_the_code_of_a_session_that_is_gone_can_be_given_again(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    await _add(units, keys, replace(full_session(), state=State.GONE))
    second = await _add(units, keys, replace(full_session("two"), code="ONE"))
    async with units.begin() as unit:
        assert await unit.session_by_code("ONE") == second
        assert await unit.sessions_of(REQUESTER) == [second]


async def test_a_session_that_was_saved_by_somebody_else_is_stale(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = await _add(units, keys, full_session())
    async with units.begin() as unit:
        await unit.save(replace(session, holder="@first:hospital.example"))
    with pytest.raises(StaleSession):
        await _queue_and_save(units, replace(session, holder="@second:hospital.example", links=()))
    assert await _load(units, session.id) == replace(session, holder="@first:hospital.example", version=1)
    async with units.begin() as unit:
        assert await unit.due_effects(LATER, 10) == []


async def test_a_session_that_was_erased_is_stale(units: SqlUnitOfWork) -> None:
    with pytest.raises(StaleSession):
        await _queue_and_save(units, full_session())


async def _queue_and_save(units: SqlUnitOfWork, session: Session) -> None:
    async with units.begin() as unit:
        await unit.queue(session.id, [CreateRoom()], NOW)
        await unit.save(session)


async def test_of_two_who_start_in_the_same_instant_one_wins(units: SqlUnitOfWork, keys: FileSessionKeys, address: str) -> None:
    session = await _add(units, keys, full_session())
    databases = [Database(address), Database(address)]
    both_ready = asyncio.Barrier(2)

    async def start(database: Database, who: str) -> bool:
        await both_ready.wait()
        async with SqlUnitOfWork(database, keys).begin() as unit:
            found = await unit.session(session.id)
            assert found is not None
            if found.state is not State.WAITING:
                return False
            await unit.save(replace(found, state=State.ACTIVE, holder=who))
            return True

    for attempt in range(5):
        won = await asyncio.gather(*(start(database, f"@{number}:x") for number, database in enumerate(databases)))
        assert sorted(won) == [False, True]
        found = await _load(units, session.id)
        assert found is not None
        assert found.holder == f"@{won.index(True)}:x"
        assert found.version == 2 * attempt + 1
        async with units.begin() as unit:
            await unit.save(replace(found, state=State.WAITING))
    for database in databases:
        await database.close()


async def test_of_two_who_save_the_same_version_one_is_stale(units: SqlUnitOfWork, keys: FileSessionKeys, address: str) -> None:
    session = await _add(units, keys, full_session())
    databases = [Database(address), Database(address)]

    async def save(database: Database) -> bool:
        try:
            async with SqlUnitOfWork(database, keys).begin() as unit:
                await unit.save(session)
        except StaleSession:
            return False
        return True

    assert sorted(await asyncio.gather(*map(save, databases))) == [False, True]
    for database in databases:
        await database.close()


async def test_a_unit_inside_a_unit_is_refused_instead_of_waiting_for_ever(units: SqlUnitOfWork) -> None:
    async with units.begin():
        with pytest.raises(RuntimeError, match="open already"):
            async with units.begin():
                pass


async def test_a_unit_that_fails_or_is_cancelled_leaves_nothing_and_holds_up_nobody(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = full_session()
    keys.create(session.key)
    added = asyncio.Event()

    async def stay() -> None:
        async with units.begin() as unit:
            await unit.add(session)
            added.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await added.wait()
    staying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await staying

    async def fail() -> None:
        async with units.begin() as unit:
            await unit.add(session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _load(units, session.id) is None


async def test_a_unit_may_be_cancelled_at_any_moment(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    """Step by step, a little later each time, until the unit is done before it is cancelled."""
    session = await _add(units, keys, full_session())

    async def save() -> None:
        async with units.begin() as unit:
            found = await unit.session(session.id)
            assert found is not None
            await unit.save(replace(found, nobody_came=not found.nobody_came, seats=()))

    steps, done = 0, False
    while not done:
        saving = asyncio.create_task(save())
        for _ in range(steps):
            await asyncio.sleep(0)
        done = not saving.cancel()
        await asyncio.wait({saving})
        assert done or saving.cancelled()
        found = await _load(units, session.id)
        assert found is not None
        assert found.nobody_came is bool(found.version % 2)
        steps += 10
    assert steps > 50


async def test_a_database_that_cannot_be_reached_is_a_service_that_is_not_available(keys: FileSessionKeys) -> None:
    database = Database("postgresql://nobody:nothing@127.0.0.1:1/none")
    with pytest.raises(ServiceUnavailable, match="database"):
        async with SqlUnitOfWork(database, keys).begin():
            pass
    await database.close()


async def test_a_beat_moves_the_last_beat_and_its_deadline_and_nothing_else(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = await _add(units, keys, full_session())
    before = {due.kind: due.due_at for _, due in await _deadlines(units) if due.seat is None}
    async with units.begin() as unit:
        await unit.beat("one-seat", NOW + timedelta(seconds=15))
        await unit.beat("one-seat", NOW + timedelta(seconds=10))
        await unit.beat("no-such-seat", NOW)
    expected = session.with_seat(replace(session.seats[0], last_beat_at=NOW + timedelta(seconds=15)))
    assert await _load(units, session.id) == expected
    found = await _deadlines(units)
    assert sorted(due for _, due in found) == sorted(deadlines(expected))
    assert {due.kind: due.due_at for _, due in found if due.seat is None} == before


async def test_a_save_after_a_beat_in_the_same_unit_is_saved_whole(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = await _add(units, keys, full_session())
    async with units.begin() as unit:
        await unit.session(session.id)
        await unit.beat("one-seat", NOW + timedelta(seconds=15))
        await unit.save(session)
    assert await _load(units, session.id) == replace(session, version=1)
    assert [due for _, due in await _deadlines(units)] == list(deadlines(session))


async def test_deadlines_come_earliest_first_and_no_more_than_asked_for(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    session = await _add(units, keys, full_session())
    first, *_ = due = deadlines(session)
    assert await _deadlines(units) == [(session.id, each) for each in due]
    async with units.begin() as unit:
        assert await unit.next_deadline_at() == first.due_at
        assert [each.deadline for each in await unit.due_deadlines(LATER, 1)] == [first]
        assert await unit.due_deadlines(first.due_at - timedelta(microseconds=1), 10) == []
        await unit.save(replace(session, state=State.GONE, seats=()))
        assert await unit.next_deadline_at() is None


async def test_a_session_without_a_key_is_not_added(units: SqlUnitOfWork) -> None:
    with pytest.raises(KeyDestroyed):
        async with units.begin() as unit:
            await unit.add(full_session())


async def _rows(database: Database) -> dict[str, int]:
    async with database.reading() as connection:
        counts = {table.name: select(func.count()).select_from(table) for table in tables.metadata.sorted_tables}
        return {name: (await connection.execute(query)).scalar_one() for name, query in counts.items()}


async def test_an_erased_session_leaves_no_row_in_any_table_but_the_ledger_until_it_is_forgotten(
    units: SqlUnitOfWork, keys: FileSessionKeys, database: Database
) -> None:
    await _add(units, keys, full_session("two"))
    async with units.begin() as unit:
        await unit.queue("two-session", [CreateRoom()], NOW)
        await unit.enter_trace(Trace(session="two-session", kind=TraceKind.ROOM, key="marker"))
    others = await _rows(database)

    session = await _add(units, keys, full_session())
    async with units.begin() as unit:
        await unit.queue(session.id, [CreateRoom(), InviteToRoom(REQUESTER)], NOW)
        await unit.effect_dead((await unit.due_effects(LATER, 10))[-1].number, "ServiceUnavailable")
        await unit.enter_trace(Trace(session=session.id, kind=TraceKind.ROOM, key="marker"))
        await unit.keep_letter(_letter(session))
    filled = await _rows(database)
    of_a_session = {"session", "interpreter_offer", "link", "seat", "message", "deadline", "outbox", "letter", "ledger"}
    assert {name for name in filled if filled[name] > others[name]} == of_a_session

    async with units.begin() as unit:
        await unit.erase(session.id)
    assert await _rows(database) == {**others, "ledger": others["ledger"] + 1}
    async with units.begin() as unit:
        await unit.forget(session.id)
    assert await _rows(database) == others


def _letter(session: Session) -> Letter:
    content: dict[str, Any] = {"DEVICE": {"ciphertext": "sentinel of a letter"}}
    return Letter(session.id + "-letter", session.id, "@tcv-one:hospital.example", "DEVICE", REQUESTER, "m.room.encrypted", content)


async def test_a_session_of_a_team_is_found_by_each_member_and_by_nobody_whose_name_is_like_it(
    units: SqlUnitOfWork, keys: FileSessionKeys
) -> None:
    session = replace(full_session(), team="night", team_members=frozenset({"@a_b:hospital.example", "@c%:hospital.example"}))
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
        for member in session.team_members:
            assert await unit.sessions_of(member) == [session]
        for other in ("@axb:hospital.example", "@b:hospital.example", "a_b:hospital.example", "@cd:hospital.example"):
            assert await unit.sessions_of(other) == []
        assert await unit.sessions_of_team("night") == [session]
        assert await unit.sessions_of_team("day") == []


@pytest.mark.parametrize(
    ("requester", "team", "before"),
    [
        (REQUESTER, None, {"own", "own and night", "own and day"}),
        (REQUESTER, "night", {"own", "own and night", "own and day", "night alone", "another's in night"}),
        ("", "night", {"own and night", "night alone", "another's in night"}),
        ("", "day", {"own and day", "day alone"}),
        ("", None, set()),
    ],
)
async def test_whoever_waits_comes_after_those_of_the_same_requester_or_the_same_team_and_after_nobody_elses(
    units: SqlUnitOfWork, keys: FileSessionKeys, requester: str, team: str | None, before: set[str]
) -> None:
    """A session without a requester has passed to its team; that of another team has none either."""
    waiting = {
        "own": (REQUESTER, None),
        "own and night": (REQUESTER, "night"),
        "own and day": (REQUESTER, "day"),
        "night alone": ("", "night"),
        "another's in night": (BACKUP, "night"),
        "day alone": ("", "day"),
        "another's": (BACKUP, None),
        "nobody's": ("", None),
    }
    names = {f"w{number}": words for number, words in enumerate(waiting)}
    for name, words in names.items():
        whose, of_team = waiting[words]
        earlier = NOW - timedelta(minutes=1)
        await _add(units, keys, replace(full_session(name), requester=whose, team=of_team, arrived_at=earlier))
    mine = await _add(units, keys, replace(full_session("mine"), requester=requester, team=team))
    late = replace(full_session("late"), requester=requester, team=team, arrived_at=NOW + timedelta(seconds=1))
    await _add(units, keys, late)
    await _add(units, keys, replace(full_session("active"), state=State.ACTIVE, arrived_at=NOW - timedelta(minutes=1)))
    counted = set()
    for name, words in names.items():
        async with units.begin() as unit:
            with_it = await unit.waiting_before(mine)
            found = await unit.session(f"{name}-session")
            assert found is not None
            await unit.save(replace(found, state=State.ACTIVE))
            without_it = await unit.waiting_before(mine)
        if without_it < with_it:
            counted.add(words)
    assert counted == before
    async with units.begin() as unit:
        assert await unit.waiting_before(mine) == 0
