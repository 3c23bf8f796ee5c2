"""The encrypted direct chats between the bot and its requesters (PRODUCT §3, port `StaffChat`)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mautrix.api import MediaPath, Method, Path
from mautrix.crypto.attachments import encrypt_attachment
from mautrix.types import RoomID, UserID

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.events import is_redacted
from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.services.ports import Membership, Text, Unusable

DEFAULT_REDACT_LEVEL = 50


class MatrixStaffChat:
    def __init__(self, account: BotAccount) -> None:
        self._account = account

    # --- rooms

    async def accept_invite(self, room: str) -> None:
        """The bot has joined and knows everybody in the room. The room may still be unusable: ask `why_unusable`."""
        await self._account.api.call(Method.POST, Path.v3.join[room])
        self._account.forgotten.discard(room)
        await self._account.read_state(room)
        others = [user for user in await self._account.state.memberships(room) if user != self._account.user]
        if len(others) == 1:
            await self._account.database.db.execute(
                "INSERT INTO teleconnect_direct (room_id, user_id, accepted_at) VALUES ($1, $2, $3) "
                "ON CONFLICT (room_id) DO UPDATE SET user_id=excluded.user_id, accepted_at=excluded.accepted_at",
                room,
                others[0],
                int(self._account.clock.now().timestamp() * 1000),
            )

    async def refuse_invite(self, room: str) -> None:
        """The invitation is declined; none is fine."""
        try:
            await self._account.api.call(Method.POST, Path.v3.rooms[room].leave)
        except HomeserverRefusal as refusal:
            if refusal.status not in (403, 404):
                raise

    async def leave(self, room: str) -> None:
        """The bot leaves a chat that it cannot use and keeps nothing of it."""
        await self.refuse_invite(room)
        await self._account.forget_room(room)

    async def room_of(self, user: str) -> str | None:
        rows = await self._account.database.db.fetch(
            "SELECT room_id FROM teleconnect_direct WHERE user_id=$1 ORDER BY accepted_at DESC", user
        )
        for row in rows:
            if await self.why_unusable(row["room_id"]) is None:
                return str(row["room_id"])
        return None

    async def why_unusable(self, room: str) -> Unusable | None:
        """None: the bot may talk about a session here, because nobody else reads it and it can take back what it wrote."""
        state = self._account.state
        members = await state.memberships(room)
        if members.get(self._account.user) is not Membership.JOIN:
            return Unusable.NOT_JOINED
        if not await state.is_encrypted(RoomID(room)):
            return Unusable.NOT_ENCRYPTED
        if len(members) != 2:
            return Unusable.ALONE if len(members) < 2 else Unusable.THIRD_MEMBER
        levels = await state.get_power_levels(RoomID(room))
        create = await state.get_create(RoomID(room))
        needed = DEFAULT_REDACT_LEVEL if levels is None else levels.redact
        own = 0 if levels is None else levels.get_user_level(UserID(self._account.user), create)
        return None if own >= needed else Unusable.CANNOT_REDACT

    # --- messages

    async def post(self, room: str, text: Text, transaction_id: str, *, mention: str | None = None, mentions: Sequence[str] = ()) -> str:
        return await self._account.send(room, "m.room.message", _content(text, mention, mentions), transaction_id)

    async def edit(self, room: str, event: str, text: Text, transaction_id: str) -> str:
        new = _content(text, None)
        content = {
            **new,
            "body": f"* {text.plain}",
            "m.new_content": new,
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        if text.html is not None:
            content["formatted_body"] = f"* {text.html}"
        return await self._account.send(room, "m.room.message", content, transaction_id)

    async def react(self, room: str, event: str, key: str, transaction_id: str) -> str:
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": key}}
        try:
            return await self._account.send(room, "m.reaction", content, transaction_id)
        except HomeserverRefusal as refusal:
            if refusal.code != "M_DUPLICATE_ANNOTATION":
                raise
            return await self._own_reaction(room, event, key) or ""

    async def reserve_file(self) -> str:
        return str((await self._account.api.call(Method.POST, MediaPath.v1.create))["content_uri"])

    async def send_file(self, room: str, mxc: str, data: bytes, name: str, mime_type: str, transaction_id: str) -> str:
        ciphertext, file = encrypt_attachment(data)
        server, media = self._account.api.parse_mxc_uri(mxc)
        await self._account.api.call(Method.PUT, MediaPath.v3.upload[server][media], ciphertext, content_type="application/octet-stream")
        content = {
            "msgtype": "m.file",
            "body": name,
            "filename": name,
            "info": {"mimetype": mime_type, "size": len(data)},
            "file": {**_serialized(file), "url": mxc},
            "m.mentions": {},
        }
        return await self._account.send(room, "m.room.message", content, transaction_id)

    async def redact(self, room: str, event: str, transaction_id: str) -> None:
        await self._account.redact(room, event, transaction_id)

    async def is_redacted(self, room: str, event: str) -> bool:
        try:
            raw = await self._account.api.call(Method.GET, Path.v3.rooms[room].event[event])
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return True
            raise
        return is_redacted(raw)

    async def _own_reaction(self, room: str, event: str, key: str) -> str | None:
        path = Path.v1.rooms[room].relations[event]["m.annotation"]["m.reaction"]
        for raw in (await self._account.api.call(Method.GET, path)).get("chunk", []):
            if raw.get("sender") == self._account.user and raw.get("content", {}).get("m.relates_to", {}).get("key") == key:
                return str(raw["event_id"])
        return None


def _content(text: Text, mention: str | None, others: Sequence[str] = ()) -> dict[str, Any]:
    """`m.text`, because clients do not ring for notices, even when they mention somebody (push rule `.m.rule.suppress_notices`)."""
    plain, marked_up = text.plain, text.html
    mentions: dict[str, Any] = {"user_ids": list(others)} if others else {}
    if mention is not None:
        mentions = {"user_ids": [mention, *others]}
        pill = f'<a href="https://matrix.to/#/{quote(mention, safe="@:")}">{html.escape(mention)}</a>'
        marked_up = f"{pill}: {marked_up if marked_up is not None else html.escape(plain).replace(chr(10), '<br>')}"
        plain = f"{mention}: {plain}"
    content: dict[str, Any] = {"msgtype": "m.text", "body": plain, "m.mentions": mentions}
    if marked_up is not None:
        content |= {"format": "org.matrix.custom.html", "formatted_body": marked_up}
    return content


def _serialized(file: Any) -> Mapping[str, Any]:
    serialized: Mapping[str, Any] = file.serialize()
    return serialized
