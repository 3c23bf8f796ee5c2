"""Each storage test runs on SQLite and on PostgreSQL, in a migrated database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from tests.storage.postgres import Postgres
from tests.storage.sqlite import new_migrated_file


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def empty_address(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if backend == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    server: Postgres = request.getfixturevalue("postgres")
    return await server.new_database()


@pytest.fixture
async def address(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if backend == "sqlite":
        await new_migrated_file(tmp_path / "bot.db")
        return f"sqlite:///{tmp_path}/bot.db"
    server: Postgres = request.getfixturevalue("postgres")
    return await server.new_migrated_database()


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    database = Database(address)
    yield database
    await database.close()


@pytest.fixture
def keys(tmp_path: Path) -> FileSessionKeys:
    return FileSessionKeys(tmp_path / "keys")


@pytest.fixture
def units(database: Database, keys: FileSessionKeys) -> SqlUnitOfWork:
    return SqlUnitOfWork(database, keys)
