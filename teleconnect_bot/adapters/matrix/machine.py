"""mautrix's Olm machine without what the bot must not do, and the decryption of room events on its store.

Left out on purpose: forwarded room keys and key requests (the bot asks nobody and answers nobody), trust that is looked up
while an event is decrypted, and network calls while a to-device message is handled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from mautrix.api import Method, Path
from mautrix.client import Client
from mautrix.crypto import InboundGroupSession, OlmAccount, OlmMachine
from mautrix.crypto.signature import sign_olm
from mautrix.errors import DecryptionError, MatrixError
from mautrix.types import (
    DecryptedOlmEvent,
    EncryptionKeyAlgorithm,
    EventType,
    IdentityKey,
    KeyID,
    RoomID,
    RoomKeyEventContent,
    SerializerError,
    SessionID,
    SigningKey,
    ToDeviceEvent,
    UserID,
)

from teleconnect_bot.adapters.matrix import olm, signatures
from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.state import KeyedStateStore

signatures.install()

MEGOLM = "m.megolm.v1.aes-sha2"
ALMOST_NO_KEYS = 10
"""Below this many one-time keys the count is asked for again: the one in a sync may be older than the last upload."""


class CannotDecrypt(Exception):
    """The event cannot be read, and waiting will not help. Holds no part of it."""


class KeyNotHere(CannotDecrypt):
    """The megolm session has not reached us (yet)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The inside of an encrypted event."""

    type: str
    content: Mapping[str, Any] = field(repr=False)


class BotOlmMachine(OlmMachine):
    crypto_store: KeyedCryptoStore

    def __init__(self, client: Client, store: KeyedCryptoStore, state: KeyedStateStore) -> None:
        super().__init__(client, store, state)
        self.arrived: set[str] = set()
        """Megolm sessions that came since the sync last looked."""
        self._wedged: dict[IdentityKey, UserID] = {}

    async def receive_letter(self, raw: dict[str, Any]) -> None:
        """Handle one to-device message; anything but an encrypted room key is dropped. Makes no network call."""
        if raw.get("type") != "m.room.encrypted":
            return
        try:
            letter = ToDeviceEvent.deserialize(cast(Any, raw))
            letter.type = EventType.TO_DEVICE_ENCRYPTED
            inside = await self._decrypt_olm_event(letter)
            if inside.type == EventType.ROOM_KEY:
                await self._receive_room_key(inside)
        except (SerializerError, DecryptionError, MatrixError, olm.OlmSessionError, ValueError, TypeError, AttributeError):
            # A letter that cannot be read stays so; the sender's device is repaired by `repair_wedged`.
            self.log.debug("a to-device message could not be read")

    async def repair_wedged(self) -> None:
        """Make new Olm sessions with the devices whose messages could not be read. Needs the network, never raises."""
        wedged, self._wedged = self._wedged, {}
        for sender_key, sender in wedged.items():
            await super()._unwedge_session(sender, sender_key)

    async def open_event(self, raw: Mapping[str, Any]) -> Opened:
        """Decrypt an `m.room.encrypted` event as `/sync` gives it, with its `room_id`. Raises `KeyNotHere`, `CannotDecrypt`."""
        room, content = str(raw["room_id"]), raw.get("content", {})
        session_id = session_of(content)
        session = await self.crypto_store.get_group_session(RoomID(room), SessionID(session_id))
        if session is None:
            raise KeyNotHere
        owner = await self.crypto_store.session_owner(session_id)
        opened, index = open_with(session, owner, raw)
        device = await self.crypto_store.find_device_by_key(UserID(str(raw["sender"])), session.sender_key)
        if device is not None and device.signing_key != session.signing_key:
            raise CannotDecrypt
        fresh = await self.crypto_store.validate_message_index(
            session.sender_key, SessionID(session_id), raw["event_id"], index, raw["origin_server_ts"]
        )
        if not fresh:
            raise CannotDecrypt
        return opened

    async def upload_fallback_key(self) -> None:
        """Others can still write to the bot when its one-time keys are used up. Called when the homeserver holds none unused."""
        account = self._signed_in_account
        account.generate_fallback_key()
        await self.crypto_store.put_account(account)
        keys: dict[str, Any] = {}
        for key_id, key in account.fallback_key["curve25519"].items():
            signature = sign_olm(cast(Any, {"key": key, "fallback": True}), account)
            signatures = {self.client.mxid: {str(KeyID.ed25519(cast(Any, self.client.device_id))): signature}}
            keys[f"signed_curve25519:{key_id}"] = {"key": key, "fallback": True, "signatures": signatures}
        await self.client.api.request(Method.POST, Path.v3.keys.upload, {"fallback_keys": keys})
        account.mark_keys_as_published()
        await self.crypto_store.put_account(account)

    async def _share_keys(self, current_otk_count: int | None) -> None:
        """As mautrix does, but the keys are stored before they are published: after a crash in between, the same key ids must
        not be used for other keys, which the homeserver refuses for ever."""
        account = self._signed_in_account
        if current_otk_count is None or current_otk_count < ALMOST_NO_KEYS:
            counts = await self.client.upload_keys()
            current_otk_count = counts.get(EncryptionKeyAlgorithm.SIGNED_CURVE25519, 0)
        user, device = self.client.mxid, self.client.device_id
        device_keys = None if account.shared else account.get_device_keys(user, device)
        one_time_keys = account.get_one_time_keys(user, device, current_otk_count)
        if not device_keys and not one_time_keys:
            return
        await self.crypto_store.put_account(account)
        await self.client.upload_keys(one_time_keys=one_time_keys, device_keys=device_keys)
        account.shared = True
        account.mark_keys_as_published()
        await self.crypto_store.put_account(account)

    @property
    def _signed_in_account(self) -> OlmAccount:
        if self.account is None:
            raise RuntimeError("load() must come first")
        return self.account

    def forget_room(self, room: str) -> None:
        self._megolm_locks.pop(RoomID(room), None)

    def forget_user(self, user: str) -> None:
        self._cs_fetch_attempted.discard(UserID(user))

    async def _receive_room_key(self, evt: DecryptedOlmEvent) -> None:
        content = evt.content
        if not isinstance(content, RoomKeyEventContent) or content.algorithm.value != MEGOLM or not evt.keys.ed25519:
            return
        session = InboundGroupSession(content.session_key, evt.keys.ed25519, evt.sender_key, content.room_id)
        if await self._is_news(content.room_id, session):
            await super()._receive_room_key(evt)
            await self.crypto_store.put_session_owner(content.room_id, session.id, evt.sender)

    async def _is_news(self, room: RoomID, session: InboundGroupSession) -> bool:
        """Every member knows a session's key and might send it again as their own, or a later part of it."""
        known = await self.crypto_store.get_group_session(room, SessionID(session.id))
        if known is None:
            return True
        return known.sender_key == session.sender_key and session.first_known_index < known.first_known_index

    async def _create_group_session(
        self,
        sender_key: IdentityKey,
        signing_key: SigningKey,
        room_id: RoomID,
        session_id: SessionID,
        session_key: str,
        max_age: Any,
        max_messages: int,
        is_scheduled: bool = False,
    ) -> None:
        await super()._create_group_session(sender_key, signing_key, room_id, session_id, session_key, max_age, max_messages, is_scheduled)
        if self.account is not None and sender_key == self.account.identity_key:
            await self.crypto_store.put_session_owner(room_id, session_id, self.client.mxid)

    async def _fill_encryption_info(self, evt: RoomKeyEventContent) -> None:
        """mautrix would ask the homeserver here; the limits it wants are only used for ratcheting, which the bot does not do."""

    def _mark_session_received(self, session_id: SessionID) -> None:
        self.arrived.add(session_id)
        super()._mark_session_received(session_id)

    async def _unwedge_session(self, sender: UserID, sender_key: IdentityKey) -> None:
        self._wedged[sender_key] = sender


def session_of(content: Mapping[str, Any]) -> str:
    """The megolm session id of an encrypted event. Raises `CannotDecrypt` when it names none."""
    session_id = content.get("session_id")
    if content.get("algorithm") != MEGOLM or not isinstance(session_id, str) or not isinstance(content.get("ciphertext"), str):
        raise CannotDecrypt
    return session_id


def open_with(session: InboundGroupSession, owner: str | None, raw: Mapping[str, Any]) -> tuple[Opened, int]:
    """(inside of the event, megolm index). Raises `CannotDecrypt` when the event is not what the session's owner wrote for
    this room. That the index was not used before is left to the caller."""
    if owner != raw["sender"]:
        raise CannotDecrypt
    try:
        plaintext, index = session.decrypt(raw["content"]["ciphertext"])
        inside = json.loads(plaintext)
        kind, content, room = inside["type"], inside["content"], inside["room_id"]
    except (olm.OlmGroupSessionError, ValueError, KeyError, TypeError):
        raise CannotDecrypt from None
    if room != raw["room_id"] or not isinstance(kind, str) or not isinstance(content, dict):
        raise CannotDecrypt
    relation = raw["content"].get("m.relates_to")
    if relation is not None and "m.relates_to" not in content:
        content["m.relates_to"] = relation
    return Opened(kind, content), index
