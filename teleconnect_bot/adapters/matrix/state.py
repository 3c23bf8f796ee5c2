"""What the bot knows of its rooms' state, and which rooms it must know nothing of any more."""

from __future__ import annotations

from typing import Any

from mautrix.client.state_store.asyncpg import PgStateStore
from mautrix.crypto.store.asyncpg import PgCryptoStateStore
from mautrix.types import Membership as MatrixMembership
from mautrix.types import RoomID, StateEvent, UserID

from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.services.ports import Membership


class ForgottenRooms:
    """Rooms that were torn down while this process runs: echoes and late keys must not bring rows of them back."""

    CAPACITY = 10_000

    def __init__(self) -> None:
        self._rooms: dict[str, None] = {}

    def add(self, room: str) -> None:
        self._rooms[room] = None
        while len(self._rooms) > self.CAPACITY:
            del self._rooms[next(iter(self._rooms))]

    def discard(self, room: str) -> None:
        self._rooms.pop(room, None)

    def __contains__(self, room: object) -> bool:
        return room in self._rooms


class KeyedStateStore(PgCryptoStateStore):
    """What the bot knows of its rooms' state; nothing is written for a forgotten room."""

    def __init__(self, database: CryptoDatabase, forgotten: ForgottenRooms) -> None:
        PgStateStore.__init__(self, database.db)
        self._forgotten = forgotten

    async def set_member(self, room_id: RoomID, user_id: UserID, member: Any) -> None:
        if room_id not in self._forgotten:
            await super().set_member(room_id, user_id, member)

    async def set_membership(self, room_id: RoomID, user_id: UserID, membership: MatrixMembership) -> None:
        if room_id not in self._forgotten:
            await super().set_membership(room_id, user_id, membership)

    async def set_members(self, room_id: RoomID, members: dict[UserID, Any], only_membership: MatrixMembership | None = None) -> None:
        if room_id not in self._forgotten:
            await super().set_members(room_id, members, only_membership)

    async def set_power_levels(self, room_id: RoomID, content: Any) -> None:
        if room_id not in self._forgotten:
            await super().set_power_levels(room_id, content)

    async def set_create(self, event: StateEvent) -> None:
        if event.room_id not in self._forgotten:
            await super().set_create(event)

    async def set_encryption_info(self, room_id: RoomID, content: Any) -> None:
        if room_id not in self._forgotten:
            await super().set_encryption_info(room_id, content)

    async def memberships(self, room: str) -> dict[str, Membership]:
        """Everybody who is invited or joined, as far as the bot has heard."""
        rows = await self.db.fetch(
            "SELECT user_id, membership FROM mx_user_profile WHERE room_id=$1 AND membership IN ('join', 'invite')", room
        )
        return {str(row["user_id"]): Membership(row["membership"]) for row in rows}
