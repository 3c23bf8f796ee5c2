"""The bot's crypto database: mautrix's tables and a few of our own beside them (ARCHITECTURE §5).

SQLite: a file of its own. PostgreSQL: the schema `teleconnect_crypto` of the given database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from mautrix.client.state_store.asyncpg.upgrade import upgrade_table as state_tables
from mautrix.crypto.store.asyncpg.upgrade import upgrade_table as crypto_tables
from mautrix.util.async_db import Connection, Database, Scheme, UpgradeTable
from mautrix.util.async_db.aiosqlite import POSITIONAL_PARAM_PATTERN, SQLiteDatabase
from mautrix.util.async_db.connection import LoggingConnection
from yarl import URL

SCHEMA = "teleconnect_crypto"

own_tables = UpgradeTable(version_table_name="teleconnect_version", database_name="bot account")


async def _first(conn: Connection, scheme: Scheme) -> None:
    """Every row that belongs to a room names it in `room_id`, so that `forget_room` finds it."""
    blob = "BLOB" if scheme == Scheme.SQLITE else "BYTEA"
    # Which key a session room's megolm sessions are under, and by which marker the room is found again.
    await conn.execute("CREATE TABLE teleconnect_room (room_id TEXT PRIMARY KEY, key_id TEXT NOT NULL, marker TEXT UNIQUE)")
    await conn.execute("CREATE TABLE teleconnect_direct (room_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, accepted_at BIGINT NOT NULL)")
    await conn.execute("CREATE TABLE teleconnect_direct_key (key_id TEXT PRIMARY KEY)")
    # Who a megolm session was received from: events of anybody else in it are forged.
    await conn.execute("CREATE TABLE teleconnect_session_owner (session_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, user_id TEXT NOT NULL)")
    # Encrypted events that wait for their key, as the homeserver sent them.
    await conn.execute(
        "CREATE TABLE teleconnect_parked_event (event_id TEXT PRIMARY KEY, room_id TEXT NOT NULL, session_id TEXT NOT NULL, "
        "event TEXT NOT NULL, parked_at BIGINT NOT NULL, told BOOLEAN NOT NULL DEFAULT false)"
    )
    # To-device messages of the batch that is being handled: after a crash they come again and must not be decrypted twice.
    await conn.execute("CREATE TABLE teleconnect_handled_letter (digest TEXT PRIMARY KEY)")
    await conn.execute(f"CREATE TABLE teleconnect_secret (name TEXT PRIMARY KEY, sealed {blob} NOT NULL)")
    # Whose device an Olm session belongs to, also after the homeserver has dropped the device.
    await conn.execute("CREATE TABLE teleconnect_device_owner (identity_key TEXT PRIMARY KEY, user_id TEXT NOT NULL)")


own_tables.register(_first)

ROOM_TABLES = (
    "crypto_megolm_inbound_session",
    "crypto_megolm_outbound_session",
    "mx_user_profile",
    "mx_room_state",
    "teleconnect_room",
    "teleconnect_direct",
    "teleconnect_session_owner",
    "teleconnect_parked_event",
)


class _OneTurn(LoggingConnection):
    """The rows of a query come in one turn of the connection's thread; mautrix takes three: statement, rows, and the cursor's closing."""

    async def fetch(self, query: str, *args: Any, timeout: float | None = None) -> list[Any]:
        wrapped: Any = self.wrapped  # mautrix gives it no type
        return list(await wrapped.execute_fetchall(POSITIONAL_PARAM_PATTERN.sub(r"?\1", query), args))

    async def fetchrow(self, query: str, *args: Any, timeout: float | None = None) -> Any:
        return next(iter(await self.fetch(query, *args)), None)

    async def fetchval(self, query: str, *args: Any, column: int = 0, timeout: float | None = None) -> Any:
        row = await self.fetchrow(query, *args)
        return None if row is None else row[column]


class _SqliteDatabase(SQLiteDatabase):
    """mautrix leaves a transaction open when the task inside is cancelled, and the one connection would never begin another."""

    @asynccontextmanager
    async def _acquire(self) -> AsyncIterator[Any]:
        outer: Any = super()
        async with outer._acquire() as connection:
            try:
                yield _OneTurn(connection.scheme, connection.wrapped, connection.log)
            except BaseException:
                await connection.wrapped.rollback()  # nothing happens without a transaction
                raise


class CryptoDatabase:
    """Open it before anything else of the bot's account, close it last."""

    def __init__(self, url: str) -> None:
        self._url = URL(url.replace("+aiosqlite", "").replace("+asyncpg", "").replace("+psycopg", ""))
        arguments: dict[str, Any]
        if self._url.scheme.startswith("sqlite"):
            # FULL: a room key that was acknowledged to the homeserver is not sent again after a power cut.
            arguments = {"init_commands": ["PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON"]}
        else:
            arguments = {"server_settings": {"search_path": SCHEMA}, "min_size": 1, "max_size": 8}
        kind = _SqliteDatabase if self._url.scheme.startswith("sqlite") else Database.schemes["postgres"]
        self.db: Database = kind(self._url, crypto_tables, arguments)

    @property
    def is_sqlite(self) -> bool:
        return self.db.scheme == Scheme.SQLITE

    async def open(self) -> None:
        """Connect and bring the tables up to date."""
        if not self.is_sqlite:
            connection = await asyncpg.connect(str(self._url))
            try:
                await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            finally:
                await connection.close()
        await self.db.start()
        await state_tables.upgrade(self.db)
        await own_tables.upgrade(self.db)

    async def close(self) -> None:
        await self.db.stop()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """All or nothing; the calls inside use the same connection. May be nested."""
        database: Any = self.db  # mautrix gives its context managers no type
        async with database.acquire() as connection, connection.transaction():
            yield

    async def checkpoint(self) -> None:
        """SQLite: what was deleted is gone from the write-ahead log as well (FACTS, "Teardown"). PostgreSQL: nothing."""
        if self.is_sqlite:
            await self.db.fetch("PRAGMA wal_checkpoint(TRUNCATE)")
