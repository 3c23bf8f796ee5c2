"""Where the bot's keys are kept, on SQLite and on PostgreSQL (ARCHITECTURE §5)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from mautrix.api import Method
from mautrix.api import Path as MatrixPath
from mautrix.crypto.sessions import InboundGroupSession, OutboundGroupSession
from mautrix.types import DeviceID, DeviceIdentity, IdentityKey, RoomID, SigningKey, StateEvent, TrustState, UserID
from mautrix.types import Membership as MatrixMembership

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.machine import CannotDecrypt, open_with, session_of
from teleconnect_bot.adapters.matrix.state import ForgottenRooms, KeyedStateStore
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.services.ports import Membership
from tests.matrix.bot import Bot
from tests.storage.postgres import Postgres

ROOM, CHAT = RoomID("!session"), RoomID("!chat")


class SetClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class Vault:
    database: CryptoDatabase
    keys: FileSessionKeys
    clock: SetClock
    store: KeyedCryptoStore
    state: KeyedStateStore
    forgotten: ForgottenRooms


async def open_vault(url: str, keys: FileSessionKeys, clock: SetClock) -> Vault:
    database, forgotten = CryptoDatabase(url), ForgottenRooms()
    await database.open()
    store = KeyedCryptoStore(database, keys, clock, forgotten)
    await store.open()
    return Vault(database, keys, clock, store, KeyedStateStore(database, forgotten), forgotten)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'crypto.db'}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return (await postgres.new_database()).replace("postgresql://", "postgresql+asyncpg://")


@pytest_asyncio.fixture
async def vault(url: str, tmp_path: Path) -> AsyncIterator[Vault]:
    opened = await open_vault(url, FileSessionKeys(tmp_path / "keys"), SetClock())
    yield opened
    await opened.database.close()


def outbound(room: RoomID) -> OutboundGroupSession:
    session = OutboundGroupSession(room)
    session.shared = True
    return session


async def put(vault: Vault, room: RoomID) -> InboundGroupSession:
    key = outbound(room).session_key
    session = InboundGroupSession(key, "s" * 43, "k" * 43, room)  # type: ignore[arg-type]
    await vault.store.put_group_session(room, session.sender_key, session.id, session)
    await vault.store.put_session_owner(room, session.id, "@somebody:test")
    return session


async def test_sessions_come_back_after_a_restart(vault: Vault, url: str) -> None:
    vault.keys.create("session-a")
    await vault.store.assign(ROOM, "session-a", "marker")
    inbound = await put(vault, ROOM)
    sender = outbound(ROOM)
    await vault.store.add_outbound_group_session(sender)
    sender.encrypt("one")
    await vault.store.update_outbound_group_session(sender)
    again = await open_vault(url, vault.keys, vault.clock)
    try:
        found = await again.store.get_group_session(ROOM, inbound.id)
        assert found is not None
        assert (found.id, found.sender_key, found.room_id) == (inbound.id, inbound.sender_key, ROOM)
        assert await again.store.has_group_session(ROOM, inbound.id)
        mine = await again.store.get_outbound_group_session(ROOM)
        assert mine is not None
        assert (mine.message_index, mine.message_count) == (1, 1)
        assert await again.store.room_with_marker("marker") == ROOM
        assert again.store.is_session_room(ROOM)
    finally:
        await again.database.close()


async def test_a_destroyed_key_reads_and_writes_as_no_such_session(vault: Vault) -> None:
    vault.keys.create("session-a")
    await vault.store.assign(ROOM, "session-a", None)
    inbound, chat = await put(vault, ROOM), await put(vault, CHAT)
    await vault.store.add_outbound_group_session(outbound(ROOM))
    vault.keys.destroy("session-a")
    assert await vault.store.get_group_session(ROOM, inbound.id) is None
    assert not await vault.store.has_group_session(ROOM, inbound.id)
    assert await vault.store.get_outbound_group_session(ROOM) is None
    assert await vault.store.get_group_session(CHAT, chat.id) is not None
    late = await put(vault, ROOM)
    await vault.store.add_outbound_group_session(outbound(ROOM))
    assert await vault.store.get_group_session(ROOM, late.id) is None


async def test_a_dump_does_not_tell_one_rooms_sessions_with_another_rooms_key(vault: Vault) -> None:
    vault.keys.create("session-a")
    vault.keys.create("session-b")
    await vault.store.assign(ROOM, "session-a", None)
    inbound = await put(vault, ROOM)
    row = await vault.database.db.fetchval("SELECT session FROM crypto_megolm_inbound_session WHERE room_id=$1", ROOM)
    swapped = b"session-b\n" + bytes(row).partition(b"\n")[2]
    await vault.database.db.execute("UPDATE crypto_megolm_inbound_session SET session=$1 WHERE room_id=$2", swapped, ROOM)
    with pytest.raises(Exception, match="BAD_ACCOUNT_KEY"):
        await vault.store.get_group_session(ROOM, inbound.id)


async def test_a_forgotten_room_leaves_no_row_and_late_echoes_bring_none_back(vault: Vault) -> None:
    vault.keys.create("session-a")
    await vault.store.assign(ROOM, "session-a", "marker")
    inbound, other = await put(vault, ROOM), await put(vault, CHAT)
    await vault.store.add_outbound_group_session(outbound(ROOM))
    await vault.store.validate_message_index(inbound.sender_key, inbound.id, "$e", 0, 1)  # type: ignore[arg-type]
    await vault.store.validate_message_index(other.sender_key, other.id, "$f", 0, 1)  # type: ignore[arg-type]
    await vault.state.set_encryption_info(ROOM, {"algorithm": "m.megolm.v1.aes-sha2"})
    await vault.state.set_membership(ROOM, "@a:test", MatrixMembership.JOIN)  # type: ignore[arg-type]
    assert await vault.store.names_room(ROOM)
    await vault.store.forget_room(ROOM)
    assert not await vault.store.names_room(ROOM)
    assert await vault.database.db.fetchval("SELECT COUNT(*) FROM crypto_message_index") == 1
    await put(vault, ROOM)
    await vault.state.set_membership(ROOM, "@a:test", MatrixMembership.LEAVE)  # type: ignore[arg-type]
    await vault.state.set_members(ROOM, {})
    await vault.state.set_encryption_info(ROOM, {"algorithm": "m.megolm.v1.aes-sha2"})
    await vault.state.set_power_levels(ROOM, {})
    create = {"type": "m.room.create", "room_id": ROOM, "event_id": "$c", "sender": "@a:test", "state_key": "", "origin_server_ts": 1}
    await vault.state.set_create(StateEvent.deserialize({**create, "content": {}}))  # type: ignore[arg-type]
    assert not await vault.store.names_room(ROOM)
    assert await vault.store.room_with_marker("marker") is None
    assert await vault.store.get_group_session(CHAT, other.id) is not None


async def test_a_departed_visitor_leaves_no_row_even_when_the_device_was_deleted_first(vault: Vault) -> None:
    device = DeviceIdentity(
        user_id=UserID("@v:test"),
        device_id=DeviceID("D"),
        identity_key=IdentityKey("i" * 43),
        signing_key=SigningKey("s" * 43),
        trust=TrustState.UNVERIFIED,
        deleted=False,
        name="",
    )
    await vault.store.put_devices("@v:test", {"D": device})  # type: ignore[arg-type,dict-item]
    await vault.database.db.execute(
        "INSERT INTO crypto_olm_session (account_id, session_id, sender_key, session, created_at, last_decrypted, last_encrypted) "
        "VALUES ('', 'x', $1, $2, $3, $3, $3)",
        "i" * 43,
        b"pickle",
        datetime(2026, 11, 1),  # noqa: DTZ001  (mautrix keeps naive times)
    )
    await vault.store.put_devices("@v:test", {})  # type: ignore[arg-type]
    await vault.state.set_membership(ROOM, "@v:test", MatrixMembership.JOIN)  # type: ignore[arg-type]
    await vault.store.forget_user("@v:test")
    for table in ("crypto_olm_session", "crypto_device", "crypto_tracked_user", "mx_user_profile", "teleconnect_device_owner"):
        assert await vault.database.db.fetchval(f"SELECT COUNT(*) FROM {table}") == 0, table  # noqa: S608


async def test_keys_of_direct_chats_older_than_two_months_go_with_their_rows(vault: Vault) -> None:
    old = await put(vault, CHAT)
    await vault.store.add_outbound_group_session(outbound(CHAT))
    vault.clock.moment = datetime(2027, 1, 31, tzinfo=UTC)
    young = await put(vault, CHAT)
    assert await vault.store.expire_direct_keys() == ()
    vault.clock.moment = datetime(2027, 2, 1, tzinfo=UTC)
    assert await vault.store.expire_direct_keys() == ("direct-2026-11",)
    assert not vault.keys.exists("direct-2026-11")
    assert await vault.store.get_group_session(CHAT, old.id) is None
    assert await vault.store.get_outbound_group_session(CHAT) is None
    assert await vault.store.get_group_session(CHAT, young.id) is not None
    assert await vault.database.db.fetchval("SELECT COUNT(*) FROM crypto_megolm_inbound_session") == 1
    assert await vault.store.session_owner(old.id) is None
    assert await vault.store.expire_direct_keys() == ()


async def test_what_came_late_for_a_room_that_was_left_is_dropped_after_a_day(vault: Vault) -> None:
    vault.keys.create("session-a")
    await vault.store.assign(ROOM, "session-a", None)
    await put(vault, ROOM)
    await put(vault, CHAT)
    vault.clock.moment = datetime.now(UTC)
    assert await vault.store.forget_other_rooms([]) == 0, "a key may come before the bot has accepted the invitation"
    vault.clock.moment = datetime(2030, 1, 1, tzinfo=UTC)
    assert await vault.store.forget_other_rooms([CHAT]) == 0
    assert await vault.store.forget_other_rooms([]) == 1
    assert not await vault.store.names_room(CHAT)
    assert await vault.store.names_room(ROOM), "session rooms are the teardown's"


async def test_secrets_are_sealed(vault: Vault) -> None:
    await vault.store.put_secret("recovery_key", b"EsT very secret")
    assert await vault.store.get_secret("recovery_key") == b"EsT very secret"
    row = bytes(await vault.database.db.fetchval("SELECT sealed FROM teleconnect_secret"))
    assert b"secret" not in row
    assert await vault.store.get_secret("another") is None


async def test_members_are_those_invited_or_joined(vault: Vault) -> None:
    for user, membership in (("@a:test", MatrixMembership.JOIN), ("@b:test", MatrixMembership.INVITE), ("@c:test", MatrixMembership.LEAVE)):
        await vault.state.set_membership(ROOM, user, membership)  # type: ignore[arg-type]
    assert await vault.state.memberships(ROOM) == {"@a:test": Membership.JOIN, "@b:test": Membership.INVITE}


async def test_deleted_rows_are_gone_from_the_file_and_its_log_after_a_checkpoint(tmp_path: Path) -> None:
    vault = await open_vault(f"sqlite:///{tmp_path / 'crypto.db'}", FileSessionKeys(tmp_path / "keys"), SetClock())
    try:
        await vault.state.set_membership(RoomID("!to-be-forgotten"), UserID("@a:test"), MatrixMembership.JOIN)
        assert any(b"to-be-forgotten" in file.read_bytes() for file in tmp_path.glob("crypto.db*"))
        await vault.store.forget_room("!to-be-forgotten")
        await vault.database.checkpoint()
        assert not any(b"to-be-forgotten" in file.read_bytes() for file in tmp_path.glob("crypto.db*"))
    finally:
        await vault.database.close()


async def test_a_cancelled_task_leaves_no_transaction_open(vault: Vault) -> None:
    inside = asyncio.Event()

    async def hold() -> None:
        async with vault.database.transaction():
            await vault.state.set_membership(ROOM, UserID("@a:test"), MatrixMembership.JOIN)
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with vault.database.transaction():
        await vault.state.set_membership(CHAT, UserID("@a:test"), MatrixMembership.JOIN)
    assert not await vault.store.names_room(ROOM)
    assert await vault.store.names_room(CHAT)


def test_an_event_is_believed_only_of_the_sessions_owner_and_for_its_own_room() -> None:
    sender = outbound(ROOM)
    reader = InboundGroupSession(sender.session_key, "s", "k", ROOM)  # type: ignore[arg-type]
    inside = '{"type": "m.room.message", "content": {"body": "x"}, "room_id": "!session"}'
    content = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": sender.id, "ciphertext": sender.encrypt(inside)}
    raw = {"sender": "@a:test", "room_id": "!session", "content": content}
    opened, index = open_with(reader, "@a:test", raw)
    assert (opened.type, opened.content, index) == ("m.room.message", {"body": "x"}, 0)
    assert session_of(content) == sender.id
    elsewhere, nonsense = {"room_id": "!other"}, {"content": {"ciphertext": "AwgA"}}
    for owner, changed in (("@b:test", {}), (None, {}), ("@a:test", elsewhere), ("@a:test", nonsense)):
        with pytest.raises(CannotDecrypt):
            open_with(reader, owner, {**raw, **changed})
    with pytest.raises(CannotDecrypt):
        session_of({**content, "algorithm": "m.olm.v1.curve25519-aes-sha2"})


async def test_one_time_keys_are_stored_before_they_are_published(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the upload: the next process must not publish other keys under the same ids, which is refused for ever."""
    machine = bot.account._ready.machine
    client = machine.client
    upload = client.upload_keys

    async def cut_off(*args: object, **kwargs: object) -> object:
        await upload(*args, **kwargs)  # type: ignore[arg-type]
        raise RuntimeError("killed")

    monkeypatch.setattr(client, "upload_keys", cut_off)
    with pytest.raises(RuntimeError):
        await machine.share_keys(20)
    monkeypatch.undo()
    await bot.stop()
    second = await bot.again()
    try:
        await second.account._ready.machine.share_keys(20)
    finally:
        await second.stop()


async def test_a_fallback_key_is_published_for_the_time_when_one_time_keys_are_used_up(bot: Bot) -> None:
    query = {"timeout": "0", "filter": '{"room": {"rooms": []}}'}
    answer = await bot.account.api.call(Method.GET, MatrixPath.v3.sync, query=query)
    assert answer["device_unused_fallback_key_types"] == ["signed_curve25519"]
