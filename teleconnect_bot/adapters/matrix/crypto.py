"""Where the bot's encryption keys are kept: mautrix's store, with each room's keys under a key of its own.

ARCHITECTURE §5: the megolm sessions of a session room are pickled under that session's key, those of direct chats under a
key of the month, the account and its Olm sessions under the key `account`. When a key has been destroyed, its rows read as
"no such session". A row says which key it is under: `<key id>\\n<pickle>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from mautrix.crypto import InboundGroupSession, OutboundGroupSession
from mautrix.crypto.sessions import RatchetSafety
from mautrix.crypto.store.asyncpg import PgCryptoStore
from mautrix.types import DeviceID, DeviceIdentity, IdentityKey, RoomID, SessionID, UserID

from teleconnect_bot.adapters.matrix.database import ROOM_TABLES, CryptoDatabase
from teleconnect_bot.adapters.matrix.state import ForgottenRooms
from teleconnect_bot.services.ports import Clock, KeyDestroyed, SessionKeys

ACCOUNT_KEY = "account"
DIRECT_KEY_PREFIX = "direct-"
DIRECT_KEY_MONTHS = 2  # whole months that a direct chat's key outlives its own month
LATE_KEYS_KEPT = timedelta(days=1)  # a key may come before the bot accepts the invitation to its room
_PURPOSE = "megolm"


class _UnderKey:
    """A megolm session whose pickle is written under the given key, whatever passphrase is asked for."""

    def __init__(self, session: InboundGroupSession | OutboundGroupSession, key_id: str, key: bytes) -> None:
        self._session, self._key_id, self._key = session, key_id, key

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def pickle(self, _passphrase: str = "") -> bytes:
        pickle: bytes = self._session.pickle(self._key.hex())
        return self._key_id.encode() + b"\n" + pickle


class KeyedCryptoStore(PgCryptoStore):
    """`assign()` says which key a session room is under; every other room counts as a direct chat."""

    def __init__(self, database: CryptoDatabase, keys: SessionKeys, clock: Clock, forgotten: ForgottenRooms) -> None:
        super().__init__("", "", database.db)
        self._database = database
        self._keys, self._clock, self._forgotten = keys, clock, forgotten
        self._room_keys: dict[str, str] = {}
        self._direct_keys: set[str] = set()

    async def open(self) -> None:
        self._keys.create(ACCOUNT_KEY)
        self.pickle_key = self._keys.derive(ACCOUNT_KEY, "olm").hex()
        self._room_keys = {row["room_id"]: row["key_id"] for row in await self.db.fetch("SELECT room_id, key_id FROM teleconnect_room")}
        self._direct_keys = {row["key_id"] for row in await self.db.fetch("SELECT key_id FROM teleconnect_direct_key")}

    async def assign(self, room: str, key_id: str, marker: str | None) -> None:
        """The room's megolm sessions are kept under `key_id` from now on; durable when this returns."""
        await self.db.execute(
            "INSERT INTO teleconnect_room (room_id, key_id, marker) VALUES ($1, $2, $3) "
            "ON CONFLICT (room_id) DO UPDATE SET key_id=excluded.key_id, marker=excluded.marker",
            room,
            key_id,
            marker,
        )
        self._forgotten.discard(room)
        self._room_keys[room] = key_id

    def is_session_room(self, room: str) -> bool:
        return room in self._room_keys

    async def room_with_marker(self, marker: str) -> str | None:
        return cast(str | None, await self.db.fetchval("SELECT room_id FROM teleconnect_room WHERE marker=$1", marker))

    # --- megolm sessions, written

    async def put_group_session(
        self, room_id: RoomID, sender_key: IdentityKey, session_id: SessionID, session: InboundGroupSession
    ) -> None:
        if (under := await self._under_key(room_id, session)) is not None:
            await super().put_group_session(room_id, sender_key, session_id, cast(InboundGroupSession, under))

    async def add_outbound_group_session(self, session: OutboundGroupSession) -> None:
        if (under := await self._under_key(session.room_id, session)) is not None:
            await super().add_outbound_group_session(cast(OutboundGroupSession, under))

    async def update_outbound_group_session(self, session: OutboundGroupSession) -> None:
        if (under := await self._under_key(session.room_id, session)) is not None:
            await super().update_outbound_group_session(cast(OutboundGroupSession, under))

    async def _under_key(self, room: str, session: InboundGroupSession | OutboundGroupSession) -> _UnderKey | None:
        if room in self._forgotten:
            return None
        key_id = self._room_keys.get(room) or await self._direct_key()
        key = self._derive(key_id)
        return None if key is None else _UnderKey(session, key_id, key)

    async def _direct_key(self) -> str:
        key_id = f"{DIRECT_KEY_PREFIX}{self._clock.now():%Y-%m}"
        if key_id not in self._direct_keys:
            await self.db.execute("INSERT INTO teleconnect_direct_key (key_id) VALUES ($1) ON CONFLICT (key_id) DO NOTHING", key_id)
            self._keys.create(key_id)
            self._direct_keys.add(key_id)
        return key_id

    def _derive(self, key_id: str) -> bytes | None:
        try:
            return self._keys.derive(key_id, _PURPOSE) if self._keys.exists(key_id) else None
        except KeyDestroyed:
            return None

    # --- megolm sessions, read

    def _open(self, row: bytes | None) -> tuple[bytes, str] | None:
        """(pickle, passphrase), or None when the key is gone."""
        key_id, _, pickle = bytes(row or b"").partition(b"\n")
        key = self._derive(key_id.decode()) if key_id else None
        return None if key is None else (pickle, key.hex())

    async def get_group_session(self, room_id: RoomID, session_id: SessionID) -> InboundGroupSession | None:
        row = await self.db.fetchrow(
            "SELECT sender_key, signing_key, session, forwarding_chains, ratchet_safety, received_at, max_age, max_messages, is_scheduled "
            "FROM crypto_megolm_inbound_session WHERE room_id=$1 AND session_id=$2 AND account_id=$3",
            room_id,
            session_id,
            self.account_id,
        )
        opened = self._open(row["session"]) if row is not None else None
        if row is None or opened is None:
            return None
        return InboundGroupSession.from_pickle(
            opened[0],
            passphrase=opened[1],
            signing_key=row["signing_key"],
            sender_key=row["sender_key"],
            room_id=room_id,
            forwarding_chain=row["forwarding_chains"].split(",") if row["forwarding_chains"] else [],
            ratchet_safety=RatchetSafety.parse_json(row["ratchet_safety"] or "{}"),
            received_at=row["received_at"],
            max_age=timedelta(milliseconds=row["max_age"]) if row["max_age"] else None,
            max_messages=row["max_messages"],
            is_scheduled=row["is_scheduled"],
        )

    async def has_group_session(self, room_id: RoomID, session_id: SessionID) -> bool:
        return await self.get_group_session(room_id, session_id) is not None

    async def get_outbound_group_session(self, room_id: RoomID) -> OutboundGroupSession | None:
        row = await self.db.fetchrow(
            "SELECT session, shared, max_messages, message_count, max_age, created_at, last_used "
            "FROM crypto_megolm_outbound_session WHERE room_id=$1 AND account_id=$2",
            room_id,
            self.account_id,
        )
        opened = self._open(row["session"]) if row is not None else None
        if row is None or opened is None:
            return None
        return OutboundGroupSession.from_pickle(
            opened[0],
            passphrase=opened[1],
            room_id=room_id,
            shared=row["shared"],
            max_messages=row["max_messages"],
            message_count=row["message_count"],
            max_age=timedelta(milliseconds=row["max_age"]),
            use_time=row["last_used"],
            creation_time=row["created_at"],
        )

    async def remove_outbound_group_sessions(self, rooms: list[RoomID]) -> None:
        if rooms:
            await super().remove_outbound_group_sessions(rooms)

    # --- whose session, whose device

    async def put_session_owner(self, room: str, session_id: str, user: str) -> None:
        if room not in self._forgotten:
            await self.db.execute(
                "INSERT INTO teleconnect_session_owner (session_id, room_id, user_id) VALUES ($1, $2, $3) "
                "ON CONFLICT (session_id) DO NOTHING",
                session_id,
                room,
                user,
            )

    async def session_owner(self, session_id: str) -> str | None:
        """The user from whom the session's key was received."""
        q = "SELECT user_id FROM teleconnect_session_owner WHERE session_id=$1"
        return cast(str | None, await self.db.fetchval(q, session_id))

    async def put_devices(self, user_id: UserID, devices: dict[DeviceID, DeviceIdentity]) -> None:
        async with self._database.transaction():
            await super().put_devices(user_id, devices)
            for device in devices.values():
                await self.db.execute(
                    "INSERT INTO teleconnect_device_owner (identity_key, user_id) VALUES ($1, $2) ON CONFLICT (identity_key) DO NOTHING",
                    device.identity_key,
                    user_id,
                )

    # --- letters, secrets

    async def is_letter_handled(self, digest: str) -> bool:
        q = "SELECT 1 FROM teleconnect_handled_letter WHERE digest=$1"
        return await self.db.fetchval(q, digest) is not None

    async def put_letter_handled(self, digest: str) -> None:
        await self.db.execute("INSERT INTO teleconnect_handled_letter (digest) VALUES ($1) ON CONFLICT (digest) DO NOTHING", digest)

    async def move_position(self, next_batch: str) -> None:
        """The batch is handled: the next sync starts after it, and its letters never come again."""
        async with self._database.transaction():
            await self.put_next_batch(cast(Any, next_batch))
            await self.db.execute("DELETE FROM teleconnect_handled_letter")

    async def put_secret(self, name: str, plain: bytes) -> None:
        await self.db.execute(
            "INSERT INTO teleconnect_secret (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET sealed=excluded.sealed",
            name,
            self._keys.seal(ACCOUNT_KEY, name, plain),
        )

    async def get_secret(self, name: str) -> bytes | None:
        sealed = await self.db.fetchval("SELECT sealed FROM teleconnect_secret WHERE name=$1", name)
        return None if sealed is None else self._keys.unseal(ACCOUNT_KEY, name, bytes(sealed))

    # --- removal

    async def forget_room(self, room: str) -> None:
        """No row of any table names the room or one of its megolm sessions afterwards."""
        self._forgotten.add(room)
        self._room_keys.pop(room, None)
        async with self._database.transaction():
            await self.db.execute(
                "DELETE FROM crypto_message_index WHERE session_id IN "
                "(SELECT session_id FROM crypto_megolm_inbound_session WHERE room_id=$1 UNION "
                "SELECT session_id FROM crypto_megolm_outbound_session WHERE room_id=$1)",
                room,
            )
            for table in ROOM_TABLES:
                await self.db.execute(f"DELETE FROM {table} WHERE room_id=$1", room)  # noqa: S608  (names from the tuple above)

    async def names_room(self, room: str) -> bool:
        for table in ROOM_TABLES:
            if await self.db.fetchval(f"SELECT 1 FROM {table} WHERE room_id=$1 LIMIT 1", room) is not None:  # noqa: S608
                return True
        return False

    async def forget_user(self, user: str) -> None:
        """The Olm sessions, devices, cross-signing keys and memberships of a departed visitor."""
        owned = await self.db.fetch(
            "SELECT identity_key FROM teleconnect_device_owner WHERE user_id=$1 "
            "UNION SELECT identity_key FROM crypto_device WHERE user_id=$1",
            user,
        )
        async with self._database.transaction():
            for row in owned:
                self._olm_cache.pop(row["identity_key"], None)
                await self.db.execute("DELETE FROM crypto_olm_session WHERE sender_key=$1", row["identity_key"])
            for table in (
                "teleconnect_device_owner",
                "crypto_device",
                "crypto_tracked_user",
                "crypto_cross_signing_keys",
                "mx_user_profile",
                "teleconnect_session_owner",
            ):
                await self.db.execute(f"DELETE FROM {table} WHERE user_id=$1", user)  # noqa: S608
            await self.db.execute("DELETE FROM crypto_cross_signing_signatures WHERE signed_user_id=$1 OR signer_user_id=$1", user)

    async def expire_direct_keys(self) -> tuple[str, ...]:
        """Destroy the keys of direct chats that are older than two months, with their rows; the ids of those keys."""
        now = self._clock.now()
        expired = tuple(sorted(key_id for key_id in self._direct_keys if _months_before(key_id, now) > DIRECT_KEY_MONTHS))
        for key_id in expired:
            prefix = key_id.encode() + b"\n"
            async with self._database.transaction():
                for table in ("crypto_message_index", "teleconnect_session_owner"):
                    await self.db.execute(
                        f"DELETE FROM {table} WHERE session_id IN "  # noqa: S608
                        "(SELECT session_id FROM crypto_megolm_inbound_session WHERE substr(session, 1, $1) = $2)",
                        len(prefix),
                        prefix,
                    )
                for table in ("crypto_megolm_inbound_session", "crypto_megolm_outbound_session"):
                    await self.db.execute(f"DELETE FROM {table} WHERE substr(session, 1, $1) = $2", len(prefix), prefix)  # noqa: S608
            self._keys.destroy(key_id)
            await self.db.execute("DELETE FROM teleconnect_direct_key WHERE key_id=$1", key_id)
            self._direct_keys.discard(key_id)
        return expired

    async def forget_other_rooms(self, known: Iterable[str]) -> int:
        """Drop what is left of rooms that the bot is in no more (a room key that came after the teardown); how many rooms."""
        keep = set(known)
        rooms: set[str] = set()
        for table in ROOM_TABLES:
            rooms |= {row["room_id"] for row in await self.db.fetch(f"SELECT DISTINCT room_id FROM {table}")}  # noqa: S608
        recent = await self.db.fetch("SELECT room_id, received_at FROM crypto_megolm_inbound_session WHERE received_at IS NOT NULL")
        limit = self._clock.now().replace(tzinfo=None) - LATE_KEYS_KEPT
        keep |= {row["room_id"] for row in recent if row["received_at"] > limit}
        # A session room is removed by its teardown, which still needs the row to find it.
        left = {room for room in rooms - keep if not self.is_session_room(room)}
        for room in left:
            await self.forget_room(room)
            self._forgotten.discard(room)
        return len(left)


def _months_before(key_id: str, now: datetime) -> int:
    year, _, month = key_id.removeprefix(DIRECT_KEY_PREFIX).partition("-")
    return (now.year - int(year)) * 12 + now.month - int(month)
