"""The part of a unit of work that counts what each seat has uploaded."""

from __future__ import annotations

from sqlalchemy import select, update

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Transaction
from teleconnect_bot.adapters.storage.session_rows import upsert

_counted = tables.seat_uploads


class UploadRows:
    _connection: Transaction

    async def count_upload(self, seat_id: str, size: int, most_files: int, most_bytes: int) -> bool:
        session = (await self._connection.execute(select(tables.seat.c.session).where(tables.seat.c.id == seat_id))).scalar_one_or_none()
        if session is None:
            return False
        first = upsert(self._connection, _counted).values(seat=seat_id, session=session, files=0, bytes=0)
        await self._connection.execute(first.on_conflict_do_nothing(index_elements=["seat"]))
        room_left = (_counted.c.files < most_files) & (_counted.c.bytes <= most_bytes - size)
        one_more = update(_counted).where(_counted.c.seat == seat_id, room_left)
        counted = await self._connection.execute(
            one_more.values(files=_counted.c.files + 1, bytes=_counted.c.bytes + size).returning(_counted.c.seat)
        )
        return counted.first() is not None

    async def uncount_upload(self, seat_id: str, size: int) -> None:
        one_less = update(_counted).where(_counted.c.seat == seat_id, _counted.c.files > 0)
        await self._connection.execute(one_less.values(files=_counted.c.files - 1, bytes=_counted.c.bytes - size))
