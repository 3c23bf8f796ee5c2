"""Rooms of the organisation, and its accounts, as the bot knows them (port `SharedRooms`)."""

from __future__ import annotations

from mautrix.api import Method, Path
from mautrix.types import RoomID

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.services.ports import Membership


class MatrixSharedRooms:
    def __init__(self, account: BotAccount) -> None:
        self._account = account

    async def resolve(self, name: str) -> str | None:
        if name.startswith("!"):
            return name
        try:
            return str((await self._account.api.call(Method.GET, Path.v3.directory.room[name]))["room_id"])
        except HomeserverRefusal as refusal:
            if refusal.status in (400, 404):
                return None
            raise

    async def enter(self, room: str) -> bool:
        """Joining where the bot is already changes nothing. The state is read anew, so that nobody who went meanwhile is taken for one."""
        try:
            await self._account.api.call(Method.POST, Path.v3.join[room])
        except HomeserverRefusal as refusal:
            if refusal.status in (400, 403, 404):
                return False
            raise
        self._account.forgotten.discard(room)
        await self._account.read_state(room)
        return True

    async def members(self, room: str) -> frozenset[str]:
        try:
            joined = (await self._account.api.call(Method.GET, Path.v3.rooms[room].joined_members)).get("joined", {})
        except HomeserverRefusal as refusal:
            if refusal.status in (403, 404):
                return frozenset()
            raise
        members = frozenset(str(user) for user in joined)
        return members if self._account.user in members else frozenset()

    async def is_encrypted(self, room: str) -> bool:
        known = await self._account.state.memberships(room)
        return known.get(self._account.user) is Membership.JOIN and bool(await self._account.state.is_encrypted(RoomID(room)))

    async def has_device(self, user: str) -> bool:
        answer = await self._account.api.call(Method.POST, Path.v3.keys.query, {"device_keys": {user: []}})
        return bool(answer.get("device_keys", {}).get(user)) or bool(answer.get("failures"))
