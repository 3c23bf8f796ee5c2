"""Connections to SQLite or PostgreSQL, set so that what is committed is durable and what is deleted is gone (ARCHITECTURE §5).

One unit of work runs at a time: in this process by a lock, between processes by SQLite's BEGIN IMMEDIATE or an advisory lock of
PostgreSQL. Errors never show parameters.

A task may be cancelled at any moment, but no call to a driver is: cut off in the middle, a connection to SQLite can be left with its
transaction open, and everybody else locked out.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, event, func, select
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from teleconnect_bot.adapters.storage.sqlite_connection import OneTurnConnection
from teleconnect_bot.services.ports import ServiceUnavailable

WRITER_LOCK = 0x7463_626F_74
"""The advisory lock that a unit of work holds in PostgreSQL."""
WAIT_SECONDS = 15
"""How long a unit waits for another process before `ServiceUnavailable`."""
ASK_AGAIN_SECONDS = 0.01
READERS = 4

Result = TypeVar("Result")


class DatabaseUrlUnknown(Exception):
    """`database.url` is no address that the bot can use; the text says what one looks like."""


def parse_url(address: str) -> URL:
    """`sqlite:///file` or `postgresql://user@host/name`, with the driver that the bot uses filled in."""
    example = "Write sqlite:///var/teleconnect.db or postgresql://user:password@host/name."
    try:
        url = make_url(address)
    except ArgumentError:
        raise DatabaseUrlUnknown(f"database.url is not an address. {example}") from None
    backend = url.drivername.partition("+")[0]
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseUrlUnknown(f"database.url names no file. {example}")
        return url.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+asyncpg")
    raise DatabaseUrlUnknown(f"database.url begins with {backend}, which is not supported. {example}")


class Transaction:
    """An open transaction: what units and migrations do with a connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name

    async def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """The whole result. `values` are those of the statement's parameters; of several the statement is executed for each."""
        return await _to_the_end(self._connection.execute(statement, values))

    async def run_sync(self, work: Callable[[Connection], Result]) -> Result:
        """For libraries that want an ordinary connection."""
        return await _to_the_end(self._connection.run_sync(work))


class Database:
    """One writing connection and a few reading ones. Nothing is opened before it is needed."""

    def __init__(self, address: str) -> None:
        url = parse_url(address)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        self._writer = _engine(url, pool_size=1, begin="BEGIN IMMEDIATE")
        self._reader = _engine(url, pool_size=READERS, begin="BEGIN")
        self._turn = asyncio.Lock()
        self._writing: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """A transaction that writes alone; committed when the context ends without an error.

        Raises `ServiceUnavailable("database")` when the database cannot be reached or stays locked, and `RuntimeError` when the
        same task has a transaction open already, which would wait for itself.
        """
        if self._writing is asyncio.current_task():
            raise RuntimeError("this task has a unit of work open already; finish it first or use it")
        async with self._turn:
            self._writing = asyncio.current_task()
            try:
                async with _transaction(self._writer) as transaction:
                    if not self.is_sqlite:
                        await transaction.execute(select(func.pg_advisory_xact_lock(WRITER_LOCK)))
                    yield transaction
            finally:
                self._writing = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction that waits for no writer and sees what was committed last."""
        async with _transaction(self._reader) as transaction:
            yield transaction

    async def checkpoint(self) -> None:
        """SQLite: copy the write-ahead log into the file and empty it. PostgreSQL keeps its log as it is configured.

        Raises `ServiceUnavailable` when another process was reading for too long.
        """
        if not self.is_sqlite:
            return
        async with self._turn:
            if not await _to_the_end(self._truncate_log()):
                raise ServiceUnavailable("database")

    async def _truncate_log(self) -> bool:
        """A checkpoint is refused inside a transaction, so it goes past SQLAlchemy, which would open one."""
        async with self._writer.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, *_ = await cursor.fetchone()
        return not busy

    async def close(self) -> None:
        await self._reader.dispose()
        await self._writer.dispose()


def _engine(url: URL, *, pool_size: int, begin: str) -> AsyncEngine:
    options: dict[str, Any] = {"hide_parameters": True, "pool_size": pool_size, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
    if url.get_backend_name() != "sqlite":
        server = {"application_name": "teleconnect-bot", "lock_timeout": f"{WAIT_SECONDS}s", "idle_in_transaction_session_timeout": "60s"}
        return create_async_engine(url, pool_pre_ping=True, connect_args={"server_settings": server}, **options)
    engine = create_async_engine(url, connect_args={"timeout": WAIT_SECONDS}, **options)

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, _record: object, where: list[Any], how: dict[str, Any]) -> Any:
        return dialect.dbapi.connect(*where, **how, async_creator_fn=OneTurnConnection.to)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def open_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _write_ahead(cursor: Any) -> None:
    """Switch to the write-ahead log. SQLite refuses at once, whatever its timeout, while another connection does the same to a new
    file: that one is waited for here.
    """
    refused_until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > refused_until:
                raise
        await_only(asyncio.sleep(ASK_AGAIN_SECONDS))


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    connection, connected = engine.connect(), False
    try:
        try:
            await _to_the_end(_begin(connection))
            connected = True
            yield Transaction(connection)
            await _to_the_end(_commit(connection))
        finally:
            if connection.sync_connection is not None:
                await _to_the_end(connection.close())
    except (OperationalError, InterfaceError, NoConnectionFree) as problem:
        raise ServiceUnavailable("database") from problem
    except DBAPIError as problem:
        if problem.connection_invalidated or _lock_timeout(problem):
            raise ServiceUnavailable("database") from problem
        raise
    except OSError as problem:
        if not connected:
            raise ServiceUnavailable("database") from problem
        raise


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin().start()


async def _commit(connection: AsyncConnection) -> None:
    """A connection that could not commit may have its transaction open still, and nobody else could ever begin one: it is given up."""
    try:
        await connection.commit()
    except BaseException:
        await connection.invalidate()
        raise
    await connection.close()


async def _to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Wait until `work` is done, whatever happens to the waiting task; if it was cancelled meanwhile, that is raised then.

    The task made here needs no owner, because it never outlives this call.
    """
    running = asyncio.get_running_loop().create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait({running})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        running.exception()  # fetched, so that it is not reported as forgotten
        raise cancelled
    return running.result()


def _lock_timeout(problem: DBAPIError) -> bool:
    return getattr(problem.orig, "sqlstate", None) == "55P03"
