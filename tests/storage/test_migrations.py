"""Migrations lead from nothing to exactly the tables that the code uses."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from teleconnect_bot.adapters.storage.database import Database, DatabaseUrlUnknown, parse_url
from teleconnect_bot.adapters.storage.migrations import is_migrated, migrate
from teleconnect_bot.adapters.storage.tables import metadata


async def _differences(address: str) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    database = Database(address)
    try:
        async with database.writing() as connection:
            return await connection.run_sync(compare)
    finally:
        await database.close()


async def test_migrating_an_empty_database_makes_the_tables_of_the_code(empty_address: str) -> None:
    assert not await is_migrated(empty_address)
    assert len(await _differences(empty_address)) >= len(metadata.tables)
    await migrate(empty_address)
    assert await is_migrated(empty_address)
    assert await _differences(empty_address) == []


async def test_a_column_that_is_missing_would_be_noticed(empty_address: str) -> None:
    await migrate(empty_address)
    database = Database(empty_address)
    async with database.writing() as connection:
        await connection.execute(text("ALTER TABLE message DROP COLUMN problem"))
        await connection.execute(text("DROP INDEX ix_deadline_due_at"))
    await database.close()
    assert sorted(each[0] for each in await _differences(empty_address)) == ["add_column", "add_index"]


async def test_the_parts_of_a_session_go_with_it_in_the_database_too(empty_address: str) -> None:
    await migrate(empty_address)
    database = Database(empty_address)

    def on_delete(connection: Connection) -> dict[str, str | None]:
        keys = ((table, key) for table in metadata.tables for key in inspect(connection).get_foreign_keys(table))
        return {table: key["options"].get("ondelete") for table, key in keys if key["referred_table"] == "session"}

    async with database.reading() as connection:
        keys = await connection.run_sync(on_delete)
    await database.close()
    parts = ("link", "seat", "message", "deadline", "dialogue", "letter", "seat_uploads", "guest_token", "interpreter_offer", "call_link")
    assert keys == dict.fromkeys(parts, "CASCADE")


async def test_migrating_again_and_twice_at_once_changes_nothing(empty_address: str) -> None:
    await asyncio.gather(migrate(empty_address), migrate(empty_address))
    await migrate(empty_address)
    assert await _differences(empty_address) == []


async def test_whoever_opens_a_new_file_waits_for_another_that_writes_its_first_words(tmp_path: Path) -> None:
    """SQLite refuses the write-ahead log at once, whatever its timeout, while a file in the old mode is being written."""
    another = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    another.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{tmp_path}/bot.db")

    async def mode() -> str:
        async with database.reading() as connection:
            return str((await connection.execute(text("PRAGMA journal_mode"))).scalar_one())

    opening = asyncio.create_task(mode())
    finished, _ = await asyncio.wait({opening}, timeout=0.3)
    assert not finished
    another.close()
    assert await opening == "wal"
    await database.close()


async def test_sqlite_is_set_to_lose_nothing_and_to_keep_nothing_deleted(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/bot.db")
    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "temp_store": 2}
    for transaction in (database.writing, database.reading):
        async with transaction() as connection:
            found = {name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one() for name in wanted}
        assert found == wanted
    await database.close()


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("sqlite:///var/bot.db", "sqlite+aiosqlite"),
        ("postgresql://bot:secret@db/teleconnect", "postgresql+asyncpg"),
        ("postgres://bot:secret@db/teleconnect", "postgresql+asyncpg"),
    ],
)
def test_the_driver_is_filled_in(address: str, driver: str) -> None:
    assert parse_url(address).drivername == driver


@pytest.mark.parametrize("address", ["", "secret", "mysql://bot:secret@db/x", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_used_is_refused_with_an_example_and_without_repeating_it(address: str) -> None:
    with pytest.raises(DatabaseUrlUnknown, match=r"sqlite:///var/teleconnect\.db") as refused:
        parse_url(address)
    assert "secret" not in str(refused.value)
