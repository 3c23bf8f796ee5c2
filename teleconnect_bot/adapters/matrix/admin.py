"""Calls that need the server administrator's token: teardown and its proof, nothing else (ARCHITECTURE §1, sentence 6)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientSession
from mautrix.api import HTTPAPI, Method, SynapseAdminPath

from teleconnect_bot.adapters.matrix.homeserver import SERVICE, HomeserverApi, HomeserverRefusal
from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable

FIRST_PURGE_POLL_SECONDS = 0.02
LONGEST_PURGE_POLL_SECONDS = 1.0
"""A small room is purged in a fraction of a second, a large one takes longer: each pause is twice the one before."""
PURGE_TIMEOUT_SECONDS = 120.0
PAGE = 500


class HomeserverAdmin:
    """`token` is that of an admin user, or with MAS of a client with admin scope (PRODUCT §10). None: every call refuses."""

    def __init__(self, *, address: str, domain: str, token: str | None, session: ClientSession) -> None:
        self._domain = domain
        self._api = None if token is None else HomeserverApi(address, token, session)

    async def purge_room(self, room: str) -> None:
        """The room and all its events are gone from the homeserver when this returns; an unknown room is fine."""
        try:
            answer = await self._call(Method.DELETE, SynapseAdminPath.v2.rooms[room], {"purge": True, "block": False})
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return
            raise
        pause = FIRST_PURGE_POLL_SECONDS
        try:
            async with asyncio.timeout(PURGE_TIMEOUT_SECONDS):
                while (status := await self._purge_status(answer["delete_id"])) not in ("complete", "unknown"):
                    if status == "failed":
                        raise ServiceUnavailable(SERVICE)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PURGE_POLL_SECONDS)
        except TimeoutError:
            raise ServiceUnavailable(SERVICE) from None

    async def room_exists(self, room: str) -> bool:
        return await self._exists(SynapseAdminPath.v1.rooms[room])

    async def delete_media(self, mxc: str, uploaded_by: str | None = None) -> None:
        """One file of our own homeserver; a missing one, one of another server or of another uploader is left alone."""
        if await self._is_ours(mxc, uploaded_by):
            server, media = HTTPAPI.parse_mxc_uri(mxc)
            try:
                await self._call(Method.DELETE, SynapseAdminPath.v1.media[server][media])
            except HomeserverRefusal as refusal:
                if refusal.status != 404:
                    raise

    async def media_exists(self, mxc: str, uploaded_by: str | None = None) -> bool:
        """The file is stored on our own homeserver (and was uploaded by this user)."""
        return await self._is_ours(mxc, uploaded_by)

    async def remove_user(self, user: str) -> None:
        """Media and devices deleted, account deactivated and erased; an unknown user is fine.

        A guest's token outlives that, and is stopped by the lock alone (FACTS, "Guests").
        """
        if (await self._account_of(user) or {}).get("is_guest"):
            await self._call(Method.PUT, SynapseAdminPath.v2.users[user], {"locked": True})
        while int((await self._call(Method.DELETE, SynapseAdminPath.v1.users[user].media))["total"]) > 0:
            pass  # the homeserver deletes a hundred at a time
        try:
            await self._call(Method.POST, SynapseAdminPath.v1.deactivate[user], {"erase": True})
        except HomeserverRefusal as refusal:
            if refusal.status != 404:
                raise
            return
        devices = [device["device_id"] for device in await self._devices(user)]
        if devices:
            await self._call(Method.POST, SynapseAdminPath.v2.users[user].delete_devices, {"devices": devices})

    async def user_is_gone(self, user: str) -> bool:
        """Unknown, or deactivated without devices and media; a guest locked as well."""
        account = await self._account_of(user)
        if account is None:
            return True
        if account.get("is_guest") and not account.get("locked"):
            return False
        if not account.get("deactivated") or await self._devices(user):
            return False
        return int((await self._call(Method.GET, SynapseAdminPath.v1.users[user].media))["total"]) == 0

    async def active_users(self, beginning: str) -> dict[str, datetime]:
        """Active accounts whose localpart begins so, and when each was made."""
        found: dict[str, datetime] = {}
        query = {"name": beginning, "deactivated": "false", "limit": str(PAGE)}
        async for user in self._pages(SynapseAdminPath.v2.users, "users", query):
            if str(user["name"]).startswith(f"@{beginning}"):
                found[str(user["name"])] = _moment(user["creation_ts"])
        return found

    async def active_guests(self, beginning: str) -> dict[str, datetime]:
        """Active native guests whose device bears a name that begins so, and when each was made."""
        found: dict[str, datetime] = {}
        query = {"guests": "true", "deactivated": "false", "limit": str(PAGE)}
        async for user in self._pages(SynapseAdminPath.v2.users, "users", query):
            if user.get("is_guest") and any(
                str(device.get("display_name") or "").startswith(beginning) for device in await self._devices(str(user["name"]))
            ):
                found[str(user["name"])] = _moment(user["creation_ts"])
        return found

    async def files_of(self, user: str) -> dict[str, datetime]:
        """`mxc://` addresses of what this user has uploaded, and when."""
        return {
            f"mxc://{self._domain}/{file['media_id']}": _moment(file["created_ts"])
            async for file in self._pages(SynapseAdminPath.v1.users[user].media, "media", {"limit": str(PAGE)})
        }

    async def _pages(self, path: Any, name: str, query: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        start: object = 0
        while start is not None:
            answer = await self._call(Method.GET, path, query={**query, "from": str(start)})
            for entry in answer.get(name, []):
                yield entry
            start = answer.get("next_token")

    async def _account_of(self, user: str) -> dict[str, Any] | None:
        try:
            return await self._call(Method.GET, SynapseAdminPath.v2.users[user])
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return None
            raise

    async def _devices(self, user: str) -> list[dict[str, Any]]:
        answer = await self._call(Method.GET, SynapseAdminPath.v2.users[user].devices)
        return list(answer.get("devices", []))

    async def _is_ours(self, mxc: str, uploaded_by: str | None) -> bool:
        try:
            server, media = HTTPAPI.parse_mxc_uri(mxc)
        except ValueError:
            return False
        if server != self._domain or not media:
            return False
        try:
            answer = await self._call(Method.GET, SynapseAdminPath.v1.media[server][media])
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return False
            raise
        return uploaded_by is None or answer.get("media_info", {}).get("user_id") == uploaded_by

    async def _purge_status(self, delete_id: str) -> str:
        try:
            answer = await self._call(Method.GET, SynapseAdminPath.v2.rooms.delete_status[delete_id])
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return "unknown"
            raise
        return str(answer.get("status", ""))

    async def _exists(self, path: Any) -> bool:
        try:
            await self._call(Method.GET, path)
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return False
            raise
        return True

    async def _call(
        self, method: Method, path: Any, content: dict[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        if self._api is None:
            raise RefusedByService(SERVICE, "homeserver.admin_token is not configured, so nothing can be deleted there")
        return await self._api.call(method, path, content, query)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
