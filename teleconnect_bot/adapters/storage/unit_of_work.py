"""`UnitOfWork` on SQLite or PostgreSQL: one transaction, alone, committed as a whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.dialogue_rows import DialogueRows
from teleconnect_bot.adapters.storage.installation_rows import InstallationRows
from teleconnect_bot.adapters.storage.organisation_rows import OrganisationRows
from teleconnect_bot.adapters.storage.outbox_rows import OutboxRows
from teleconnect_bot.adapters.storage.requester_rows import RequesterRows
from teleconnect_bot.adapters.storage.trace_rows import TraceRows
from teleconnect_bot.adapters.storage.upload_rows import UploadRows
from teleconnect_bot.services.ports import SessionKeys, Unit


class SqlUnit(DialogueRows, OutboxRows, TraceRows, RequesterRows, InstallationRows, OrganisationRows, UploadRows):
    """`Unit` on one open transaction; useless once that has ended."""


class SqlUnitOfWork:
    """`UnitOfWork`. The database is closed by whoever opened it."""

    def __init__(self, database: Database, keys: SessionKeys) -> None:
        self._database = database
        self._keys = keys

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Unit]:
        async with self._database.writing() as connection:
            yield SqlUnit(connection, self._keys)

    async def checkpoint(self) -> None:
        await self._database.checkpoint()
