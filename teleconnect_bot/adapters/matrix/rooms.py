"""Session rooms at the homeserver (ARCHITECTURE §4, "Room recipe", port `Rooms`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

from mautrix.api import Method, Path
from mautrix.types import RoomID

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.events import membership_of
from teleconnect_bot.adapters.matrix.history import read_history
from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.domain.transcript import WrittenEvent
from teleconnect_bot.services.ports import Membership

MARKER_KEY = "org.teleconnect.marker"
ENCRYPTION = {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_ms": 3_600_000, "rotation_period_msgs": 100}
_CREATOR, _MEMBER = 100, 0
_CALL_EVENTS = ("m.call.member", "org.matrix.msc3401.call.member", "m.rtc.slot", "org.matrix.msc4143.rtc.slot")
"""Who is in a call of Element's says so in the first two; whoever may not send them has no call button there. Newer clients say it in
an encrypted event, and open the place of the call before by one of the others (MSC4143)."""


def power_levels(*, writable: bool, staff_calls: bool = False) -> dict[str, Any]:
    """Complete, because the override replaces the homeserver's own map. The creator is not named in `users`: room version 12
    forbids it, and older versions keep the entry that the homeserver makes. `staff_calls`: calls go by Element's own button."""
    events = dict.fromkeys(
        (
            "m.room.name",
            "m.room.topic",
            "m.room.avatar",
            "m.room.canonical_alias",
            "m.room.encryption",
            "m.room.guest_access",
            "m.room.history_visibility",
            "m.room.join_rules",
            "m.room.pinned_events",
            "m.room.power_levels",
            "m.room.server_acl",
            "m.room.tombstone",
            "m.call",
            "org.matrix.msc3401.call",
        ),
        _CREATOR,
    )
    events |= dict.fromkeys(_CALL_EVENTS, _MEMBER if writable and staff_calls else _CREATOR)
    return {
        "users_default": _MEMBER,
        "events_default": _MEMBER if writable else _CREATOR,
        "state_default": _CREATOR,
        "invite": _CREATOR,
        "kick": _CREATOR,
        "ban": _CREATOR,
        "redact": _CREATOR,
        "notifications": {"room": _CREATOR},
        "events": events,
    }


def recipe(marker: str, name: str | None, *, guests: bool, staff_calls: bool = False) -> dict[str, Any]:
    """The body of the one `createRoom`. `name` is what stands in the state for everybody: never a person's name."""
    state = {
        "m.room.encryption": ENCRYPTION,
        "m.room.join_rules": {"join_rule": "invite"},
        "m.room.history_visibility": {"history_visibility": "invited"},
        "m.room.guest_access": {"guest_access": "can_join" if guests else "forbidden"},
    }
    body: dict[str, Any] = {
        "preset": "private_chat",
        "visibility": "private",
        "creation_content": {"m.federate": False, MARKER_KEY: marker},
        "power_level_content_override": power_levels(writable=True, staff_calls=staff_calls),
        "initial_state": [{"type": kind, "state_key": "", "content": content} for kind, content in state.items()],
    }
    if name is not None:
        body["name"] = name
    return body


class MatrixRooms:
    """`guests`: native Matrix guests come; `staff_calls`: staff call each other by Element's own button."""

    def __init__(self, account: BotAccount, admin: HomeserverAdmin, *, guests: bool = False, staff_calls: bool = False) -> None:
        self._account, self._admin, self._guests, self._staff_calls = account, admin, guests, staff_calls
        self._creating = asyncio.Lock()

    async def create(self, marker: str, session_key: str, name: str | None = None) -> str:
        async with self._creating:
            room = await self.find(marker)
            if room is None:
                answer = await self._account.api.call(
                    Method.POST, Path.v3.createRoom, recipe(marker, name, guests=self._guests, staff_calls=self._staff_calls)
                )
                room = str(answer["room_id"])
                await self._account.store.assign(room, session_key, marker)
            elif not self._account.store.is_session_room(room):
                await self._account.store.assign(room, session_key, marker)
                await self._account.read_state(room)
                return room
            else:
                return room
        await self._account.state.set_encryption_info(RoomID(room), ENCRYPTION)
        await self._account.set_known_members(room, {self._account.user: Membership.JOIN})
        return room

    async def find(self, marker: str) -> str | None:
        known = await self._account.store.room_with_marker(marker)
        if known is not None:
            return known
        chats = {str(row["room_id"]) for row in await self._account.database.db.fetch("SELECT room_id FROM teleconnect_direct")}
        for room in (await self._account.api.call(Method.GET, Path.v3.joined_rooms)).get("joined_rooms", []):
            if room not in chats and not self._account.store.is_session_room(room) and await self._marker_of(str(room)) == marker:
                return str(room)
        return None

    async def invite(self, room: str, user: str) -> None:
        if (await self.members(room)).get(user) in (Membership.INVITE, Membership.JOIN):
            return
        try:
            await self._account.api.call(Method.POST, Path.v3.rooms[room].invite, {"user_id": user})
        except HomeserverRefusal:
            if (await self.members(room)).get(user) not in (Membership.INVITE, Membership.JOIN):
                raise
        await self._account.membership_changed(room, user, Membership.INVITE)

    async def remove(self, room: str, user: str) -> None:
        if user not in await self.members(room):
            return
        try:
            await self._account.api.call(Method.POST, Path.v3.rooms[room].kick, {"user_id": user})
        except HomeserverRefusal:
            if user in await self.members(room):
                raise
        await self._account.membership_changed(room, user, Membership.LEAVE)

    async def members(self, room: str) -> Mapping[str, Membership]:
        try:
            answer = await self._account.api.call(Method.GET, Path.v3.rooms[room].members)
        except HomeserverRefusal as refusal:
            if refusal.status in (403, 404):
                return {}
            raise
        found = {str(event["state_key"]): membership_of(event.get("content", {})) for event in answer.get("chunk", [])}
        present = {user: membership for user, membership in found.items() if membership in (Membership.INVITE, Membership.JOIN)}
        # After leaving, the homeserver answers with the members of that moment.
        return present if present.get(self._account.user) == Membership.JOIN else {}

    async def make_read_only(self, room: str) -> None:
        await self._set_power_levels(room, power_levels(writable=False, staff_calls=self._staff_calls))

    async def make_writable(self, room: str) -> None:
        await self._set_power_levels(room, power_levels(writable=True, staff_calls=self._staff_calls))

    async def leave(self, room: str) -> None:
        try:
            await self._account.api.call(Method.POST, Path.v3.rooms[room].leave)
        except HomeserverRefusal as refusal:
            if refusal.status not in (403, 404):
                raise

    async def purge(self, room: str) -> None:
        await self._admin.purge_room(room)

    async def is_gone(self, room: str) -> bool:
        return not await self._admin.room_exists(room)

    async def forget_keys(self, room: str) -> None:
        await self._account.forget_room(room)

    async def keys_forgotten(self, room: str) -> bool:
        return not await self._account.store.names_room(room)

    async def delete_media(self, mxc: str, uploaded_by: str | None = None) -> None:
        """With `uploaded_by`, a file of anybody else stays: an event can name any file it likes."""
        await self._admin.delete_media(mxc, uploaded_by)

    async def media_is_gone(self, mxc: str, uploaded_by: str | None = None) -> bool:
        return not await self._admin.media_exists(mxc, uploaded_by)

    def history(self, room: str) -> AsyncIterator[WrittenEvent]:
        return read_history(self._account.api, self._account.store, room)

    async def _set_power_levels(self, room: str, levels: dict[str, Any]) -> None:
        path = Path.v3.rooms[room].state["m.room.power_levels"][""]
        present = await self._account.api.call(Method.GET, path)
        if "users" in present:
            levels = {**levels, "users": present["users"]}
        if present != levels:
            await self._account.api.call(Method.PUT, path, levels)

    async def _marker_of(self, room: str) -> str | None:
        try:
            content = await self._account.api.call(Method.GET, Path.v3.rooms[room].state["m.room.create"][""])
        except HomeserverRefusal as refusal:
            if refusal.status in (403, 404):
                return None
            raise
        marker = content.get(MARKER_KEY)
        return marker if isinstance(marker, str) else None
