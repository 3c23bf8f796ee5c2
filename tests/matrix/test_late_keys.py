"""What the sync asks the crypto database in each batch: as a rule no event waits for its key, and then it asks nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.late_keys import KEEP_FOR, ParkedEvents
from tests.matrix.test_crypto_store import SetClock
from tests.storage.turns import Turns

GRACE = timedelta(seconds=8)
EVENT: dict[str, Any] = {"event_id": "$one", "room_id": "!room", "origin_server_ts": 1, "content": {}}


@pytest_asyncio.fixture
async def database(tmp_path: Path, turns: Turns) -> AsyncIterator[CryptoDatabase]:
    database = CryptoDatabase(f"sqlite:///{tmp_path}/crypto.db")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    return Turns(monkeypatch)


async def test_the_rows_of_a_query_come_in_one_turn_of_the_connections_thread(database: CryptoDatabase, turns: Turns) -> None:
    for asked in (database.db.fetchval, database.db.fetchrow, database.db.fetch):
        turns.count = 0
        await asked("SELECT name FROM sqlite_master WHERE name=$1", "teleconnect_parked_event")
        assert turns.count == 1


async def test_a_query_gives_its_rows_by_name_and_nothing_where_there_is_none(database: CryptoDatabase) -> None:
    query = "SELECT name, type FROM sqlite_master WHERE name LIKE $1 AND type=$2 ORDER BY name"
    found = await database.db.fetch(query, "teleconnect_direct%", "table")
    assert [row["name"] for row in found] == ["teleconnect_direct", "teleconnect_direct_key"]
    row = await database.db.fetchrow(query, "teleconnect_direct%", "table")
    assert row is not None
    assert row["name"] == "teleconnect_direct"
    assert await database.db.fetchval(query, "teleconnect_direct%", "table", column=1) == "table"
    assert await database.db.fetchrow(query, "nothing", "table") is None
    assert await database.db.fetchval(query, "nothing", "table") is None


async def test_while_no_event_waits_for_its_key_the_database_is_asked_nothing(database: CryptoDatabase, turns: Turns) -> None:
    parked = ParkedEvents(database, SetClock(), GRACE)
    await _one_batch(parked)
    turns.count = 0
    assert await _one_batch(parked) == []
    assert await parked.next_due_in() is None
    assert turns.count == 0


async def test_an_event_that_is_parked_later_is_told_of_all_the_same_and_dropped_in_the_end(database: CryptoDatabase, turns: Turns) -> None:
    clock = SetClock()
    parked = ParkedEvents(database, clock, GRACE)
    await _one_batch(parked)
    await parked.park(EVENT, "session")
    assert await parked.next_due_in() == GRACE
    clock.moment += GRACE
    assert await _one_batch(parked) == [EVENT]
    clock.moment += KEEP_FOR + timedelta(seconds=1)
    await _one_batch(parked)
    turns.count = 0
    assert await _one_batch(parked) == []
    assert turns.count == 0


async def test_an_event_that_was_parked_before_a_restart_is_told_of_after_it(database: CryptoDatabase) -> None:
    clock = SetClock()
    await ParkedEvents(database, clock, GRACE).park(EVENT, "session")
    clock.moment += GRACE
    again = ParkedEvents(database, clock, GRACE)
    assert await again.next_due_in() == timedelta(0)
    assert await _one_batch(again) == [EVENT]


async def test_an_event_that_is_parked_while_the_rows_are_looked_through_is_told_of(
    database: CryptoDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    parked = ParkedEvents(database, clock, GRACE)
    look = database.db.fetchval

    async def parked_meanwhile(query: str, *values: Any) -> Any:
        found = await look(query, *values)
        await parked.park(EVENT, "session")
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(database.db, "fetchval", parked_meanwhile)
        await parked.drop_old()
    clock.moment += GRACE
    assert await _one_batch(parked) == [EVENT]


async def _one_batch(parked: ParkedEvents) -> list[dict[str, Any]]:
    """As the sync does after each."""
    overdue = await parked.overdue()
    for event in overdue:
        await parked.mark_told(event["event_id"])
    await parked.drop_old()
    return overdue
