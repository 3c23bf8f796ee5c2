"""The part of a unit of work that knows which database this is."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.domain.installation import Installation


class InstallationRows:
    _connection: Transaction

    async def installation(self) -> Installation | None:
        row = (await self._connection.execute(select(tables.installation))).one_or_none()
        return None if row is None else Installation(row.database, row._mapping["count"], row.confirmed)

    async def put_installation(self, installation: Installation) -> None:
        """The only row."""
        table = tables.installation
        await self._connection.execute(delete(table))
        values = {"database": installation.database, "count": installation.count, "confirmed": installation.confirmed}
        await self._connection.execute(insert(table).values(values))
