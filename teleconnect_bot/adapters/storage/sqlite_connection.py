"""A connection to SQLite that has a statement carried out in one turn of its thread.

aiosqlite asks its thread for a cursor, for the statement, for the rows and for the closing of the cursor: each time two threads take
over from each other, and that was most of what a unit of work cost. What the bot reads is a few rows, so all of them come at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, Self

import aiosqlite


class OneTurnCursor:
    """What SQLAlchemy asks of a cursor of aiosqlite; nothing of it is open at SQLite between two calls."""

    def __init__(self, connection: OneTurnConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: tuple[Any, ...] | None = None
        self.rowcount, self.arraysize = -1, 1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> None:
        await self._carry_out(lambda: self._connection.opened.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[tuple[Any, ...]]) -> None:
        await self._carry_out(lambda: self._connection.opened.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    async def _carry_out(self, statement: Callable[[], sqlite3.Cursor]) -> None:
        await self._connection.in_its_thread(lambda: self._keep(statement()))

    def _keep(self, done: sqlite3.Cursor) -> None:
        try:
            self.description, self.rowcount, self.lastrowid = done.description, done.rowcount, done.lastrowid
            self._rows = done.fetchall() if done.description else []
        finally:
            done.close()


class OneTurnConnection(aiosqlite.Connection):
    @classmethod
    async def to(cls, *where: Any, **options: Any) -> OneTurnConnection:
        """Takes what `sqlite3.connect` does. A process that ends does not wait for the connection's thread."""
        connection = cls(lambda: sqlite3.connect(*where, **options), iter_chunk_size=1)
        connection._thread.daemon = True
        await connection
        return connection

    @property
    def opened(self) -> sqlite3.Connection:
        return self._conn

    async def in_its_thread(self, work: Callable[[], object]) -> None:
        await self._execute(work)  # type: ignore[no-untyped-call]

    def cursor(self) -> OneTurnCursor:  # type: ignore[override]
        return OneTurnCursor(self)

    async def rollback(self) -> None:
        """SQLAlchemy asks for it whenever a connection goes back to its pool, also after a commit."""
        if self._conn.in_transaction:
            await super().rollback()
