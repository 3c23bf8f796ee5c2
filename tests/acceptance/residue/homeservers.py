"""The homeserver's own database as its administrator sees it: searched, copied while a session runs, tidied up afterwards."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import asyncpg

from teleconnect_bot.demo.stack import DOMAIN, Stack
from tests.acceptance.residue.search import Search
from tests.storage.postgres import BaseBackup, Postgres, dumped_into

Events = list[tuple[str, str, str]]
"""Room, event id, and the event as JSON."""
ReadEvents = Callable[[], Awaitable[Events]]
EVENTS = "SELECT room_id, event_id, json FROM event_json"
DOCS = Path(__file__).parents[3] / "docs"
OF_SQLITE = {"homeserver.db": "homeserver: database file"}
LOGS = {"homeserver.log": "homeserver: log", "homeserver.out": "homeserver: log"}


class HomeserverDatabase(Protocol):
    """`kind` as docs/data-retention.md names it."""

    kind: str

    async def events(self) -> Events: ...

    async def look(self, search: Search) -> None:
        """Every column of every table, and every byte of every file."""

    async def look_at_rows(self, search: Search) -> None: ...

    async def copies(self, directory: Path) -> list[ReadEvents]:
        """What reads the events of this moment, from each copy that somebody may have."""

    async def maintain(self) -> None:
        """docs/synapse-maintenance.sql, adapted to the domain. Synapse is stopped."""


def ciphertexts(events: Events, room: str) -> list[dict[str, Any]]:
    """The contents of the encrypted events of a room."""
    contents = [json.loads(text)["content"] for of, _, text in events if of == room]
    return [content for content in contents if "ciphertext" in content]


def statements() -> str:
    written = (DOCS / "synapse-maintenance.sql").read_text(encoding="utf-8")
    adapted = written.replace("@teleconnect!_visitor!_%:example.org", f"@teleconnect!_visitor!_%:{DOMAIN}")
    assert adapted != written
    return adapted


def single_statements(script: str) -> Iterable[str]:
    """One by one: VACUUM may not stand in a batch."""
    without_comments = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    return [statement for part in without_comments.split(";") if (statement := part.strip())]


class HomeserverOnSqlite:
    kind = "SQLite"

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    async def events(self) -> Events:
        return _events_of(self.stack.homeserver.database_file)

    async def look(self, search: Search) -> None:
        search.files("homeserver: files", self.stack.homeserver.directory, apart={**OF_SQLITE, **LOGS})
        await self.look_at_rows(search)

    async def look_at_rows(self, search: Search) -> None:
        search.sqlite("homeserver", self.stack.homeserver.database_file)

    async def copies(self, directory: Path) -> list[ReadEvents]:
        """The file with its write-ahead log, as a backup of the disk takes them."""
        directory.mkdir(parents=True)
        file = self.stack.homeserver.database_file
        for part in file.parent.glob(f"{file.name}*"):
            shutil.copyfile(part, directory / part.name)

        async def events() -> Events:
            return _events_of(directory / file.name, read_only=False)

        return [events]

    async def maintain(self) -> None:
        connection = sqlite3.connect(self.stack.homeserver.database_file, isolation_level=None)
        connection.executescript(statements())
        connection.close()


def _events_of(file: Path, *, read_only: bool = True) -> Events:
    """A copy must be opened for writing, or what its write-ahead log holds is not read."""
    connection = sqlite3.connect(f"file:{file}?mode={'ro' if read_only else 'rw'}", uri=True, timeout=20)
    try:
        return connection.execute(EVENTS).fetchall()
    finally:
        connection.close()


class HomeserverOnPostgresql:
    """Synapse alone uses this server, so that its files are Synapse's."""

    kind = "PostgreSQL"

    def __init__(self, stack: Stack, server: Postgres, address: str, before: BaseBackup, keep: Callable[..., Any]) -> None:
        """`before`: what the server was before the session. `keep` enters a context that lasts as long as the test."""
        self.stack, self.server, self.address, self.before, self.keep = stack, server, address, before, keep

    @staticmethod
    def settings(address: str) -> dict[str, Any]:
        """Synapse's, for a database that has the locale `C`."""
        parts = urlsplit(address)
        to = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password, "dbname": parts.path[1:]}
        return {"database": {"name": "psycopg2", "args": {**to, "cp_min": 1, "cp_max": 5}}}

    async def events(self) -> Events:
        return await _events_at(self.address)

    async def look(self, search: Search) -> None:
        search.files("homeserver: files", self.stack.homeserver.directory, apart=LOGS)
        await self.look_at_rows(search)
        await self.server.execute("CHECKPOINT")
        for part in ("base", "pg_wal"):
            search.files("homeserver: database file", self.server.directory / part)

    async def look_at_rows(self, search: Search) -> None:
        await search.postgresql("homeserver", self.address)

    async def copies(self, directory: Path) -> list[ReadEvents]:
        """`pg_dump`, restored; and a backup of before the session with the write-ahead log of the time since."""
        replayed = self.keep(self.before.with_log_until_now())
        addresses = [await dumped_into(self.server, self.address), replayed.address(urlsplit(self.address).path[1:])]
        return [_reader(address) for address in addresses]

    async def maintain(self) -> None:
        more = (DOCS / "synapse-maintenance-postgresql.sql").read_text(encoding="utf-8")
        async with _connected(self.address) as connection:
            for statement in single_statements(f"{statements()}\n{more}"):
                await connection.execute(statement)


def _reader(address: str) -> ReadEvents:
    async def events() -> Events:
        return await _events_at(address)

    return events


async def _events_at(address: str) -> Events:
    async with _connected(address) as connection:
        return [(row["room_id"], row["event_id"], row["json"]) for row in await connection.fetch(EVENTS)]


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address)
    try:
        yield connection
    finally:
        await connection.close()
