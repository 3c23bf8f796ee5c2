"""The bot's databases as whoever runs the server sees them: searched, dumped while the session runs, and restored afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import asyncpg
from mautrix.types import RoomID, SessionID

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.state import ForgottenRooms
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.system import SystemClock
from teleconnect_bot.app import crypto_database
from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.domain.session import State
from tests.acceptance.outcome import read_rows
from tests.acceptance.residue.search import Search
from tests.storage.postgres import Postgres


@dataclass(frozen=True)
class Dump:
    """Of one moment: the bot's database by its address, and the homeserver's as a file."""

    address: str
    homeserver: Path

    async def personal(self, keys_directory: Path) -> set[str]:
        """Names and contacts that the bot's own code reads from it with the keys that are there."""
        database = Database(self.address)
        try:
            async with SqlUnitOfWork(database, FileSessionKeys(keys_directory)).begin() as unit:
                sessions = await unit.sessions_in(frozenset(State))
        finally:
            await database.close()
        links, seats = [link for each in sessions for link in each.links], [seat for each in sessions for seat in each.seats]
        return ({link.contact.value for link in links} | {each.name for each in (*links, *seats)}) - {""}

    async def messages(self, room: str, keys_directory: Path) -> set[str]:
        """What the bot's key store and the homeserver's events together tell with the keys that are there."""
        database = CryptoDatabase(crypto_database(self.address))
        await database.open()
        try:
            store = KeyedCryptoStore(database, FileSessionKeys(keys_directory), SystemClock(), ForgottenRooms())
            await store.open()
            found: set[str] = set()
            for content in self._encrypted(room):
                session = await store.get_group_session(RoomID(room), SessionID(content["session_id"]))
                if session is not None:
                    plain, _ = session.decrypt(content["ciphertext"])
                    found.add(str(json.loads(plain)["content"].get("body", "")))
            return found
        finally:
            await database.close()

    def _encrypted(self, room: str) -> list[dict[str, Any]]:
        connection = sqlite3.connect(f"file:{self.homeserver}?mode=ro", uri=True)
        try:
            rows = connection.execute("SELECT json FROM event_json WHERE room_id = ?", (room,)).fetchall()
        finally:
            connection.close()
        contents = [json.loads(text)["content"] for (text,) in rows]
        return [content for content in contents if "ciphertext" in content]


class BotDatabases(Protocol):
    """`kind` as docs/data-retention.md names it."""

    kind: str

    async def rows(self, table: str) -> list[dict[str, Any]]: ...

    async def look(self, search: Search) -> None:
        """Every column of every table, and every byte on the disk."""

    async def dump(self, directory: Path) -> Dump: ...


class OnSqlite:
    kind = "SQLite"

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    async def rows(self, table: str) -> list[dict[str, Any]]:
        return read_rows(self.stack, table)

    async def look(self, search: Search) -> None:
        search.files("bot: database file", self.stack.database_directory)
        for database in ("teleconnect.db", "teleconnect-crypto.db"):
            search.sqlite("bot", self.stack.database_directory / database)

    async def dump(self, directory: Path) -> Dump:
        """Files with their write-ahead logs, as a backup of the disk takes them."""
        shutil.copytree(self.stack.database_directory, directory)
        return Dump(f"sqlite:///{directory / 'teleconnect.db'}", _homeserver(self.stack, directory))


class OnPostgresql:
    kind = "PostgreSQL"

    def __init__(self, stack: Stack, server: Postgres, address: str) -> None:
        self.stack, self.server, self.address = stack, server, address

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with _connected(self.address) as connection:
            return [dict(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')]  # noqa: S608 - names of ours

    async def look(self, search: Search) -> None:
        await search.postgresql("bot", self.address)
        await self.server.execute("CHECKPOINT")
        for part in ("base", "pg_wal"):
            search.files("bot: database file", self.server.directory / part)

    async def dump(self, directory: Path) -> Dump:
        """`pg_dump`, restored into a database of its own at once: its rows are those of this moment."""
        directory.mkdir()
        restored = await self.server.new_database()
        programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        dumped = subprocess.run([programs / "pg_dump", self.address], check=True, capture_output=True).stdout
        subprocess.run([programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", restored], check=True, input=dumped, capture_output=True)
        return Dump(restored, _homeserver(self.stack, directory))


def _homeserver(stack: Stack, directory: Path) -> Path:
    """Opened once, so that what its write-ahead log holds is in it."""
    file = stack.homeserver.database_file
    for part in file.parent.glob(f"{file.name}*"):
        shutil.copyfile(part, directory / part.name)
    connection = sqlite3.connect(directory / file.name)
    assert connection.execute("SELECT count(*) FROM event_json").fetchone()[0] > 10
    connection.close()
    return directory / file.name


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()
