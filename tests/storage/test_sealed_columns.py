"""What people said or are called stands nowhere in readable form, and is gone for good with the session's key (PRODUCT §9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.columns import sealed_columns
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.rows import LINKS, MESSAGES, SEATS, SESSIONS
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys, SealBroken
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain.guest_link import Link, Seat
from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.session import OutgoingMessage, Session
from teleconnect_bot.services.ports import Letter
from tests.storage.postgres import Postgres
from tests.storage.sessions import PERSONAL, REQUESTER, full_session

LETTER = "sentinel of a letter"


@pytest.fixture
async def session(units: SqlUnitOfWork, keys: FileSessionKeys) -> Session:
    session = full_session()
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
        await unit.keep_letter(Letter("letter", session.id, "@tcv:x", "D", REQUESTER, "m.room.encrypted", {"D": LETTER}))
        await unit.save(session)
    return replace(session, version=1)


async def _disk(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
    """Every byte that the database has written: tables and write-ahead logs."""
    if backend == "sqlite":
        return b"".join(path.read_bytes() for path in tmp_path.glob("bot.db*"))
    server: Postgres = request.getfixturevalue("postgres")
    await server.execute("CHECKPOINT")
    return b"".join(path.read_bytes() for part in ("base", "pg_wal") for path in (server.directory / part).rglob("*") if path.is_file())


def _readable(disk: bytes, texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text.encode() in disk]


async def test_no_personal_value_is_readable_on_the_disk_while_the_session_lives(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest, session: Session
) -> None:
    disk = await _disk(backend, tmp_path, request)
    assert _readable(disk, [REQUESTER, session.marker]) == [REQUESTER, session.marker]
    assert _readable(disk, [*PERSONAL, LETTER]) == []


def _everything_said(session: Session) -> str:
    parts: tuple[Any, ...] = (session, *session.links, *session.seats, *session.messages, *session.offers)
    values = [getattr(part, each.name) for part in parts for each in fields(part)]
    return "\n".join(value.value if isinstance(value, Contact) else str(value) for value in values)


async def test_the_sentinels_are_what_a_loaded_session_shows(units: SqlUnitOfWork, session: Session) -> None:
    async with units.begin() as unit:
        found = await unit.session(session.id)
    assert found == session
    said = _everything_said(found).replace(" ", "T")
    assert [text for text in PERSONAL if text.replace(" ", "T") not in said] == []


def _empty(session: Session) -> Session:
    return replace(
        session,
        language="en",
        zone="UTC",
        interpreter_wanted=None,
        links=tuple(replace(link, contact=Contact(ContactKind.EMAIL, ""), language="", name="") for link in session.links),
        seats=tuple(replace(seat, language="", name="", terms="", consent_at=None) for seat in session.seats),
        messages=tuple(replace(message, problem="") for message in session.messages),
        offers=tuple(replace(offer, reason="") for offer in session.offers),
    )


async def test_with_the_key_destroyed_the_session_is_loaded_and_saved_with_empty_personal_fields(
    units: SqlUnitOfWork, keys: FileSessionKeys, session: Session
) -> None:
    keys.destroy(session.key)
    async with units.begin() as unit:
        found = await unit.session(session.id)
        assert found == _empty(session)
        await unit.save(replace(found, room=None))
        assert await unit.letters_for(REQUESTER) == []
    async with units.begin() as unit:
        assert await unit.session(session.id) == replace(_empty(session), room=None, version=2)


async def test_a_key_that_is_only_out_of_reach_costs_nothing(
    units: SqlUnitOfWork, keys: FileSessionKeys, session: Session, tmp_path: Path
) -> None:
    (tmp_path / "keys").rename(tmp_path / "unmounted")
    async with units.begin() as unit:
        found = await unit.session(session.id)
        assert found is not None
        await unit.save(found)
        await unit.save(replace(session, version=2))
    (tmp_path / "unmounted").rename(tmp_path / "keys")
    async with units.begin() as unit:
        assert await unit.session(session.id) == replace(session, version=3)


async def test_wiping_empties_every_sealed_column_and_keeps_the_opaque_ones(
    units: SqlUnitOfWork, database: Database, keys: FileSessionKeys, session: Session
) -> None:
    async with units.begin() as unit:
        await unit.wipe_personal(session.id)
        assert await unit.session(session.id) == _empty(session)
    async with database.reading() as connection:
        for table in tables.metadata.sorted_tables:
            for row in (await connection.execute(select(table))).mappings():
                assert {row[name] for name in sealed_columns(table)} <= {None}


async def test_after_key_and_rows_are_gone_no_backup_key_or_log_says_who_it_was(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest, units: SqlUnitOfWork, keys: FileSessionKeys, session: Session
) -> None:
    keys.destroy(session.key)
    async with units.begin() as unit:
        await unit.wipe_personal(session.id)
        await unit.erase(session.id)
    await units.checkpoint()
    disk = await _disk(backend, tmp_path, request)
    assert _readable(disk, [*PERSONAL, LETTER]) == []
    if backend == "sqlite":
        assert (tmp_path / "bot.db-wal").stat().st_size == 0
        assert _readable(disk, [REQUESTER, session.id, session.marker, session.room or ""]) == []
    assert list((tmp_path / "keys").iterdir()) == []


async def test_before_the_checkpoint_the_log_of_sqlite_still_knows_the_erased_session(
    backend: str, tmp_path: Path, units: SqlUnitOfWork, session: Session
) -> None:
    """The reason why the checkpoint is a step of teardown."""
    async with units.begin() as unit:
        await unit.erase(session.id)
    if backend == "sqlite":
        assert _readable((tmp_path / "bot.db-wal").read_bytes(), [session.marker]) == [session.marker]
    await units.checkpoint()
    await units.checkpoint()


@pytest.mark.parametrize(("table", "column"), [(tables.link, "name"), (tables.seat, "name"), (tables.message, "problem")])
async def test_a_sealed_value_that_was_moved_to_another_row_is_noticed(
    units: SqlUnitOfWork, database: Database, keys: FileSessionKeys, session: Session, table: Any, column: str
) -> None:
    async with units.begin() as unit:
        twins = {name: tuple(replace(part, id="twin") for part in getattr(session, name)) for name in ("links", "seats", "messages")}
        digested = {name: tuple(replace(part, digest=b"2") for part in twins[name]) for name in ("links", "seats")}
        both: dict[str, Any] = {name: (*getattr(session, name), *{**twins, **digested}[name]) for name in twins}
        await unit.save(replace(session, **both))
    async with database.writing() as connection:
        other = select(table.c[column]).where(table.c.id == "twin").scalar_subquery()
        await connection.execute(update(table).where(table.c.id != "twin").values({column: other}))
    with pytest.raises(SealBroken):
        async with units.begin() as unit:
            await unit.session(session.id)


@pytest.mark.parametrize("part", [SESSIONS, LINKS, SEATS, MESSAGES], ids=lambda part: part.table.name)
def test_every_field_that_does_not_show_itself_is_sealed(part: Any) -> None:
    cls = {"session": Session, "link": Link, "seat": Seat, "message": OutgoingMessage}[part.table.name]
    hidden = {each.name for each in fields(cls) if not each.repr or each.type == "Contact"} - {"digest"}
    assert hidden <= set(sealed_columns(part.table))
