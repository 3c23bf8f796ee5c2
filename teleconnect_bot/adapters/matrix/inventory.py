"""The port `Inventory` on a real homeserver: the client API as the bot, and the admin API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mautrix.api import Method, Path, PathBuilder

from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi, HomeserverRefusal
from teleconnect_bot.adapters.matrix.rooms import MARKER_KEY


class MatrixInventory:
    """`api` speaks as the user `bot`; the visitors' localparts, or the names of native guests' devices, begin with `visitor_prefix`."""

    def __init__(self, api: HomeserverApi, admin: HomeserverAdmin, bot: str, visitor_prefix: str, *, guests: bool = False) -> None:
        """`guests`: native guests are asked for too, one after another."""
        self._api, self._admin, self._bot, self._visitor_prefix, self._guests = api, admin, bot, visitor_prefix, guests

    async def session_rooms(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for room in (await self._api.call(Method.GET, Path.v3.joined_rooms)).get("joined_rooms", []):
            content = await self._or_nothing(Path.v3.rooms[room].state["m.room.create"][""])
            if isinstance(marker := content.get(MARKER_KEY), str):
                found[str(room)] = marker
        return found

    async def room_exists(self, room: str) -> bool:
        return await self._admin.room_exists(room)

    async def visitors(self) -> Mapping[str, datetime]:
        ours = await self._admin.active_users(self._visitor_prefix)
        return ours | (await self._admin.active_guests(self._visitor_prefix) if self._guests else {})

    async def files(self) -> Mapping[str, datetime]:
        picture = (await self._or_nothing(Path.v3.profile[self._bot])).get("avatar_url")
        return {mxc: made for mxc, made in (await self._admin.files_of(self._bot)).items() if mxc != picture}

    async def _or_nothing(self, path: PathBuilder) -> dict[str, Any]:
        """Somebody may leave or delete while we look."""
        try:
            return await self._api.call(Method.GET, path)
        except HomeserverRefusal as refusal:
            if refusal.status in (403, 404):
                return {}
            raise
