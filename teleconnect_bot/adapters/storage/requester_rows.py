"""The part of a unit of work that keeps what requesters have chosen for themselves, sealed under a key of each one's own."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import delete, select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.rows import seal, unseal
from teleconnect_bot.adapters.storage.session_rows import upsert
from teleconnect_bot.adapters.storage.values import field_codings
from teleconnect_bot.domain.requester import Chosen
from teleconnect_bot.services.ports import KeyDestroyed, SessionKeys

_NAMES = tuple(each.name for each in fields(Chosen))


class RequesterRows:
    _connection: Transaction
    _keys: SessionKeys

    async def requester_settings(self, user: str, key: str) -> Chosen | None:
        table, codings = tables.requester_settings, field_codings(Chosen)
        row = (await self._connection.execute(select(table).where(table.c.user == user))).mappings().one_or_none()
        if row is None:
            return None
        try:
            found = {name: codings[name].read(unseal(self._keys, key, _place(name, key), row[name])) for name in _NAMES}
        except KeyDestroyed:
            return None
        return Chosen(**found)

    async def keep_requester_settings(self, user: str, key: str, chosen: Chosen) -> None:
        codings = field_codings(Chosen)
        values: dict[str, Any] = {
            name: seal(self._keys, key, _place(name, key), codings[name].write(getattr(chosen, name))) for name in asdict(chosen)
        }
        statement = upsert(self._connection, tables.requester_settings).values(user=user, **values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["user"], set_=values))

    async def forget_requester_settings(self, user: str) -> None:
        table = tables.requester_settings
        await self._connection.execute(delete(table).where(table.c.user == user))

    async def users_with_settings(self) -> frozenset[str]:
        return frozenset(row.user for row in await self._connection.execute(select(tables.requester_settings.c.user)))


def _place(column: str, key: str) -> str:
    return f"requester_settings.{column}/{key}"
