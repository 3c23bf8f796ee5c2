"""What requesters choose for themselves stands sealed in the database and is gone with their key."""

from __future__ import annotations

from pathlib import Path

import pytest

from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.requester import Chosen
from teleconnect_bot.services.requester_settings import key_of
from tests.storage.postgres import Postgres

USER = "@nurse:hospital.example"
CHOSEN = Chosen(
    language="ar", zone="Asia/Damascus", email=Contact.email("sentinel@clinic.example"), phone=Contact(ContactKind.PHONE, "+41790001122")
)


async def test_a_choice_is_kept_replaced_and_forgotten(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    key = key_of(USER)
    keys.create(key)
    async with units.begin() as unit:
        assert await unit.requester_settings(USER, key) is None
        await unit.keep_requester_settings(USER, key, Chosen(language="fr"))
        await unit.keep_requester_settings(USER, key, CHOSEN)
    async with units.begin() as unit:
        assert await unit.requester_settings(USER, key) == CHOSEN
        assert await unit.users_with_settings() == {USER}
        await unit.forget_requester_settings(USER)
        assert await unit.users_with_settings() == frozenset()


async def test_with_the_key_gone_nothing_was_chosen(units: SqlUnitOfWork, keys: FileSessionKeys) -> None:
    key = key_of(USER)
    keys.create(key)
    async with units.begin() as unit:
        await unit.keep_requester_settings(USER, key, CHOSEN)
    keys.destroy(key)
    async with units.begin() as unit:
        assert await unit.requester_settings(USER, key) is None


async def test_no_address_of_a_requester_is_readable_on_the_disk(
    units: SqlUnitOfWork, keys: FileSessionKeys, backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    keys.create(key_of(USER))
    async with units.begin() as unit:
        await unit.keep_requester_settings(USER, key_of(USER), CHOSEN)
    if backend == "sqlite":
        disk = b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*"))
    else:
        server: Postgres = request.getfixturevalue("postgres")
        await server.execute("CHECKPOINT")
        disk = b"".join(path.read_bytes() for part in ("base", "pg_wal") for path in (server.directory / part).rglob("*") if path.is_file())
    assert USER.encode() in disk
    assert [word for word in (b"sentinel@clinic", b"+41790001122", b"Damascus") if word in disk] == []
