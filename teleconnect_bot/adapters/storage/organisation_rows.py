"""The part of a unit of work that keeps interpreting organisations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.rows import ORGANISATIONS
from teleconnect_bot.adapters.storage.session_rows import upsert
from teleconnect_bot.adapters.storage.tables import organisation as table
from teleconnect_bot.domain.organisations import Organisation
from teleconnect_bot.services.ports import SessionKeys


class OrganisationRows:
    _connection: Transaction
    _keys: SessionKeys

    async def organisations(self) -> Sequence[Organisation]:
        rows = (await self._connection.execute(select(table).order_by(table.c.id))).mappings().all()
        return [ORGANISATIONS.read(row, self._keys, "") for row in rows]

    async def put_organisation(self, organisation: Organisation) -> None:
        statement = upsert(self._connection, table)
        row = ORGANISATIONS.write_opaque(organisation)
        new = {name: statement.excluded[name] for name in row if name != "id"}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new), [row])

    async def remove_organisation(self, organisation_id: str) -> bool:
        result = await self._connection.execute(delete(table).where(table.c.id == organisation_id))
        return result.rowcount == 1
