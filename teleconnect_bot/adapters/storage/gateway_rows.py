"""`GatewayRows` on the database (ARCHITECTURE §4, "Gateway" and "Letters")."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.trace_rows import read_guest_token
from teleconnect_bot.domain.guest_link import NATIVE_DEVICE, SeatState
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.services import ports
from teleconnect_bot.services.gateway_rows import GatewaySeat, Letter

OPEN_TO = frozenset({SeatState.READY, SeatState.ADMITTED, SeatState.JOINED})
"""The room is open to a seat from the moment its keys are uploaded until it is revoked."""


class SqlGatewayRows:
    """Seats are looked up on a reading connection, so that no request of a page waits for a unit of work."""

    def __init__(self, database: Database, units: ports.UnitOfWork, keys: ports.SessionKeys) -> None:
        self._database = database
        self._units = units
        self._keys = keys

    async def seat_by_digest(self, digest: bytes) -> GatewaySeat | None:
        seat = tables.seat
        columns = (seat.c.id, seat.c.user, seat.c.device, seat.c.state, tables.session.c.room, tables.session.c.key)
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*columns).join(tables.session).where(seat.c.digest == digest))).one_or_none()
            if row is None or row.user is None or row.device is None:
                return None
            native = row.device == NATIVE_DEVICE
            token = await read_guest_token(connection, self._keys, row.key, row.user) if native else None
        return GatewaySeat(
            seat_id=row.id,
            user=row.user,
            device=row.device,
            room=row.room if row.state in OPEN_TO else None,
            revoked=row.state == SeatState.REVOKED or (native and token is None),
            token=token,
        )

    async def keep_upload(self, seat_id: str, place: str, uploaded_by: str) -> None:
        async with self._database.reading() as connection:
            session = (await connection.execute(select(tables.seat.c.session).where(tables.seat.c.id == seat_id))).scalar_one_or_none()
        if session is None:
            return
        trace = Trace(session=session, kind=TraceKind.ROOM_MEDIA, key=place, place=place, container=uploaded_by, state=TraceState.MADE)
        async with self._units.begin() as unit:
            await unit.enter_trace(trace)

    async def count_upload(self, seat_id: str, size: int, most_files: int, most_bytes: int) -> bool:
        async with self._units.begin() as unit:
            return await unit.count_upload(seat_id, size, most_files, most_bytes)

    async def uncount_upload(self, seat_id: str, size: int) -> None:
        async with self._units.begin() as unit:
            await unit.uncount_upload(seat_id, size)

    async def keep_letter(
        self, seat_id: str, recipient: str, event_type: str, content: Mapping[str, Any], room: str, transaction_id: str
    ) -> None:
        """Nothing is kept when the seat is unknown, or its session's room is another one."""
        seat = tables.seat
        columns = (seat.c.session, seat.c.user, seat.c.device, tables.session.c.room)
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*columns).join(tables.session).where(seat.c.id == seat_id))).one_or_none()
        if row is None or row.room != room or row.user is None or row.device is None:
            return
        letter = ports.Letter(
            id=_letter_id(seat_id, recipient, event_type, transaction_id),
            session=row.session,
            sender_user=row.user,
            sender_device=row.device,
            recipient=recipient,
            event_type=event_type,
            content=content,
        )
        async with self._units.begin() as unit:
            await unit.keep_letter(letter)

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]:
        async with self._units.begin() as unit:
            kept = await unit.letters_for(user, session_id)
            tokens = {letter.id: await unit.guest_token(letter.session, letter.sender_user) for letter in kept}
        return [
            Letter(
                letter_id=letter.id,
                sender=letter.sender_user,
                sender_device=letter.sender_device,
                recipient=letter.recipient,
                event_type=letter.event_type,
                content=letter.content,
                token=tokens[letter.id],
            )
            for letter in kept
        ]

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None:
        async with self._units.begin() as unit:
            await unit.letters_delivered(letter_ids)


def _letter_id(*parts: str) -> str:
    """The same letter has the same id, so that a repeated request is kept once."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    return base64.b32encode(digest[:20]).decode().lower()
