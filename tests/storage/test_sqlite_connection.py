"""What a unit of work costs at SQLite: turns of the connection's thread, and nothing left open behind it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosqlite import core
from sqlalchemy import text

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.services.ports import ServiceUnavailable
from tests.storage.sessions import full_session
from tests.storage.sqlite import new_migrated_file
from tests.storage.turns import Turns


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path}/one.db")
    async with database.writing() as transaction:
        await transaction.execute(text("CREATE TABLE word (said TEXT UNIQUE)"))
    yield database
    await database.close()


async def test_a_unit_of_work_takes_one_turn_to_begin_one_for_each_statement_and_one_to_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(monkeypatch)
    database = Database(f"sqlite:///{tmp_path}/counted.db")
    async with database.writing() as transaction:
        await transaction.execute(text("CREATE TABLE word (said TEXT)"))
    turns.count = 0
    async with database.writing() as transaction:
        await transaction.execute(text("INSERT INTO word VALUES ('yes')"))
        assert (await transaction.execute(text("SELECT said FROM word"))).scalars().all() == ["yes"]
    assert turns.count == 4
    await database.close()


async def test_a_session_is_read_with_the_parts_that_it_has_and_not_asked_for_those_that_it_has_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await new_migrated_file(tmp_path / "bot.db")
    keys, turns = FileSessionKeys(tmp_path / "keys"), Turns(monkeypatch)
    database = Database(f"sqlite:///{tmp_path}/bot.db")
    units, session = SqlUnitOfWork(database, keys), replace(full_session(), seats=(), messages=(), offers=(), call_links=())
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
    turns.count = 0
    async with units.begin() as unit:
        assert await unit.session(session.id) == session
    assert turns.count == len(("begin", "the session", "its link", "commit"))
    await database.close()


async def test_what_a_refused_statement_had_begun_is_undone_and_the_next_unit_of_work_begins(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await _say(database, "never", then=lambda: 1 / 0)
    await _say(database, "yes")
    assert await _said(database) == ["yes"]


async def test_a_commit_that_fails_leaves_no_transaction_open(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(core.Connection, "commit", _full_disk)
        with pytest.raises(ServiceUnavailable):
            await _say(database, "never")
    await _say(database, "yes")
    assert await _said(database) == ["yes"]


async def test_one_statement_with_the_values_of_several_rows_writes_them_all(database: Database) -> None:
    async with database.writing() as transaction:
        done = await transaction.execute(text("INSERT INTO word VALUES (:said)"), [{"said": "yes"}, {"said": "no"}])
        assert done.rowcount == 2
    assert await _said(database) == ["no", "yes"]


async def _full_disk(_connection: core.Connection) -> None:
    raise sqlite3.OperationalError("database or disk is full")


async def _say(database: Database, word: str, then: Callable[[], object] = lambda: None) -> None:
    async with database.writing() as transaction:
        await transaction.execute(text("INSERT INTO word VALUES (:said)"), {"said": word})
        then()


async def _said(database: Database) -> list[str]:
    async with database.reading() as transaction:
        return list((await transaction.execute(text("SELECT said FROM word ORDER BY said"))).scalars())
