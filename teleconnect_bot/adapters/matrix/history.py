"""A room's history, fetched and decrypted (PRODUCT §8).

Each megolm session is read once and its replay and sender checks are made here, which is twenty times cheaper than the way
of a live event (FACTS, "The bot account").
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from mautrix.api import Method, Path
from mautrix.crypto import InboundGroupSession
from mautrix.types import RoomID, SessionID

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.events import Message, is_redacted, media_of, read_message, time_of
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi
from teleconnect_bot.adapters.matrix.machine import CannotDecrypt, Opened, open_with, session_of
from teleconnect_bot.domain.transcript import WrittenEvent

PAGE = 1000


async def read_history(api: HomeserverApi, store: KeyedCryptoStore, room: str) -> AsyncIterator[WrittenEvent]:
    """What people wrote in the room, oldest first; edits applied, redacted events left out."""
    decryptor = _Decryptor(store, room)
    written: dict[str, WrittenEvent] = {}
    async for raw in _events(api, room):
        if raw.get("type") not in ("m.room.encrypted", "m.room.message") or "state_key" in raw or is_redacted(raw):
            continue
        try:
            opened = await decryptor.open(raw)
        except CannotDecrypt:
            written[raw["event_id"]] = WrittenEvent(raw["event_id"], raw["sender"], time_of(raw), None)
            continue
        message = read_message(opened.content) if opened.type == "m.room.message" else None
        if message is None:
            continue
        if message.replaces is None:
            written[raw["event_id"]] = _written(raw, opened, message)
        elif (original := written.get(message.replaces)) is not None:
            written[original.event] = _edited(original, raw, opened, message)
    for event in written.values():
        yield event


async def _events(api: HomeserverApi, room: str) -> AsyncIterator[dict[str, Any]]:
    query = {"dir": "f", "limit": str(PAGE)}
    while True:
        page = await api.call(Method.GET, Path.v3.rooms[room].messages, query=query)
        for raw in page.get("chunk", []):
            yield {**raw, "room_id": room}
        end = page.get("end")
        if not end or not page.get("chunk"):
            return
        query["from"] = str(end)


def _written(raw: Mapping[str, Any], opened: Opened, message: Message) -> WrittenEvent:
    return WrittenEvent(
        raw["event_id"], raw["sender"], time_of(raw), message.text, message.file, media_of(opened.content), message.name, message.answers
    )


def _edited(original: WrittenEvent, raw: Mapping[str, Any], opened: Opened, message: Message) -> WrittenEvent:
    """The original with the new text; only its own sender can do that. Media of both versions have to be deleted one day."""
    if raw["sender"] != original.sender or original.text is None:
        return original
    media = tuple(dict.fromkeys((*original.media, *media_of(opened.content))))
    return WrittenEvent(
        original.event, original.sender, original.at, message.text, message.file, media, message.name or original.name, original.answers
    )


class _Decryptor:
    def __init__(self, store: KeyedCryptoStore, room: str) -> None:
        self._store, self._room = store, room
        self._sessions: dict[str, tuple[InboundGroupSession | None, str | None]] = {}
        self._indices: dict[tuple[str, int], str] = {}

    async def open(self, raw: Mapping[str, Any]) -> Opened:
        if raw["type"] != "m.room.encrypted":
            return Opened(raw["type"], raw["content"])
        session_id = session_of(raw["content"])
        if session_id not in self._sessions:
            session = await self._store.get_group_session(RoomID(self._room), SessionID(session_id))
            self._sessions[session_id] = session, await self._store.session_owner(session_id)
        known, owner = self._sessions[session_id]
        if known is None:
            raise CannotDecrypt
        opened, index = open_with(known, owner, raw)
        if self._indices.setdefault((session_id, index), raw["event_id"]) != raw["event_id"]:
            raise CannotDecrypt
        return opened
