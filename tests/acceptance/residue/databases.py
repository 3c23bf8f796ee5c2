"""The bot's databases as whoever runs the server sees them: searched, dumped while the session runs, and restored afterwards."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

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
from tests.acceptance.residue.homeservers import ReadEvents, ciphertexts
from tests.acceptance.residue.search import Search
from tests.storage.postgres import BaseBackup, Postgres, dumped_into


@dataclass(frozen=True)
class Dump:
    """Of one moment: the bot's database by its address, and what reads the homeserver's events."""

    address: str
    events: ReadEvents

    async def personal(self, keys_directory: Path) -> set[str]:
        """Names and contacts that the bot's own code reads from it with the keys that are there."""
        database = Database(self.address)
        try:
            async with SqlUnitOfWork(database, FileSessionKeys(keys_directory)).begin() as unit:
                sessions = await unit.sessions_in(frozenset(State))
        finally:
            await database.close()
        links, seats = [link for each in sessions for link in each.links], [seat for each in sessions for seat in each.seats]
        contacts = {person.contact.value for link in links for person in link.recipients}
        written = {each.note for each in sessions} | {offer.reason for each in sessions for offer in each.offers}
        names = {link.name for link in links} | {seat.name for seat in seats}
        return (contacts | names | written) - {""}

    async def messages(self, room: str, keys_directory: Path) -> set[str]:
        """What the bot's key store and the homeserver's events together tell with the keys that are there."""
        database = CryptoDatabase(crypto_database(self.address))
        await database.open()
        try:
            store = KeyedCryptoStore(database, FileSessionKeys(keys_directory), SystemClock(), ForgottenRooms())
            await store.open()
            found: set[str] = set()
            for content in ciphertexts(await self.events(), room):
                session = await store.get_group_session(RoomID(room), SessionID(content["session_id"]))
                if session is not None:
                    plain, _ = session.decrypt(content["ciphertext"])
                    found.add(str(json.loads(plain)["content"].get("body", "")))
            return found
        finally:
            await database.close()


class BotDatabases(Protocol):
    """`kind` as docs/data-retention.md names it."""

    kind: str

    async def rows(self, table: str) -> list[dict[str, Any]]: ...

    async def look(self, search: Search) -> None:
        """Every column of every table, and every byte on the disk."""

    async def copies(self, directory: Path) -> list[str]:
        """The addresses of the restored copies that somebody may have of this moment."""


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

    async def copies(self, directory: Path) -> list[str]:
        """Files with their write-ahead logs, as a backup of the disk takes them."""
        shutil.copytree(self.stack.database_directory, directory)
        return [f"sqlite:///{directory / 'teleconnect.db'}"]


class OnPostgresql:
    kind = "PostgreSQL"

    def __init__(self, stack: Stack, server: Postgres, address: str, before: BaseBackup, keep: Callable[..., Any]) -> None:
        """`before`: what the server was before the session. `keep` enters a context that lasts as long as the test."""
        self.stack, self.server, self.address, self.before, self.keep = stack, server, address, before, keep

    async def rows(self, table: str) -> list[dict[str, Any]]:
        async with _connected(self.address) as connection:
            return [dict(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')]  # noqa: S608 - names of ours

    async def look(self, search: Search) -> None:
        await search.postgresql("bot", self.address)
        await self.server.execute("CHECKPOINT")
        for part in ("base", "pg_wal"):
            search.files("bot: database file", self.server.directory / part)

    async def copies(self, directory: Path) -> list[str]:
        """`pg_dump`, restored; and a backup of before the session with the write-ahead log of the time since."""
        replayed = self.keep(self.before.with_log_until_now())
        return [await dumped_into(self.server, self.address), replayed.address(urlsplit(self.address).path[1:])]


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()
