"""What the gateway reads and keeps."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.gateway_rows import SqlGatewayRows
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.domain.guest_link import NATIVE_DEVICE, Seat, SeatState, digest_of
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.services.gateway_rows import GatewayRows, GatewaySeat
from tests.storage.sessions import REQUESTER, full_session

SECRET = digest_of("one-secret")
ROOM = "!one:hospital.example"
CONTENT = {"DEVICE": {"ciphertext": "x"}}


@pytest.fixture
def rows(database: Database, units: SqlUnitOfWork, keys: FileSessionKeys) -> GatewayRows:
    return SqlGatewayRows(database, units, keys)


@pytest.fixture
async def seat(units: SqlUnitOfWork, keys: FileSessionKeys) -> Seat:
    session = full_session()
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
    return session.seats[0]


async def _change(units: SqlUnitOfWork, seat: Seat) -> None:
    async with units.begin() as unit:
        found = await unit.session("one-session")
        assert found is not None
        await unit.save(found.with_seat(seat))


async def test_the_token_of_a_native_guest_is_there_until_the_key_of_its_session_is_destroyed(
    rows: GatewayRows, units: SqlUnitOfWork, keys: FileSessionKeys
) -> None:
    session = full_session()
    native = replace(session.seats[0], device=NATIVE_DEVICE)
    session = replace(session, seats=(native, *session.seats[1:]))
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
    without = await rows.seat_by_digest(native.digest)
    assert without
    assert without.revoked, "without its token nothing can be asked for it"
    async with units.begin() as unit:
        await unit.keep_guest_token(session.id, native.user or "", "its-token")
    found = await rows.seat_by_digest(native.digest)
    assert found
    assert (found.token, found.revoked) == ("its-token", False)
    keys.destroy(session.key)
    assert await rows.seat_by_digest(native.digest) == without


async def test_an_upload_stands_in_the_ledger_as_a_file_of_the_bot(rows: GatewayRows, units: SqlUnitOfWork, seat: Seat) -> None:
    await rows.keep_upload(seat.id, "mxc://hospital.example/new", "@bot:hospital.example")
    await rows.keep_upload("no-such-seat", "mxc://hospital.example/other", "@bot:hospital.example")
    async with units.begin() as unit:
        found = [trace for trace in await unit.traces_of(frozenset({TraceKind.ROOM_MEDIA})) if trace.place.endswith(("/new", "/other"))]
    assert [(trace.place, trace.container, trace.state) for trace in found] == [
        ("mxc://hospital.example/new", "@bot:hospital.example", TraceState.MADE)
    ]


async def test_files_and_bytes_of_a_seat_are_counted_up_to_the_most_and_outlive_a_restart(
    rows: GatewayRows, database: Database, units: SqlUnitOfWork, keys: FileSessionKeys, seat: Seat
) -> None:
    assert await rows.count_upload(seat.id, 60, 3, 100)
    assert not await rows.count_upload(seat.id, 41, 3, 100)
    assert await rows.count_upload(seat.id, 40, 3, 100)
    restarted = SqlGatewayRows(database, units, keys)
    assert not await restarted.count_upload(seat.id, 1, 3, 100)
    await restarted.uncount_upload(seat.id, 40)
    assert await restarted.count_upload(seat.id, 1, 3, 100)
    assert await restarted.count_upload(seat.id, 1, 3, 100)
    assert not await restarted.count_upload(seat.id, 1, 3, 100), "three files are the most, however small"
    assert not await restarted.count_upload("no-such-seat", 1, 3, 100)


async def test_of_many_uploads_at_once_no_more_are_counted_than_may_be(rows: GatewayRows, seat: Seat) -> None:
    counted = await asyncio.gather(*(rows.count_upload(seat.id, 1, 5, 100) for _ in range(12)))
    assert sum(counted) == 5


async def test_a_seat_is_found_by_the_digest_of_its_secret_alone(rows: GatewayRows, seat: Seat) -> None:
    assert await rows.seat_by_digest(SECRET) == GatewaySeat("one-seat", "@tcv-one:hospital.example", "one-device", ROOM, False)
    assert await rows.seat_by_digest(digest_of("one-token")) is None


@pytest.mark.parametrize("state", list(SeatState))
async def test_the_room_is_open_from_the_keys_to_the_end(rows: GatewayRows, units: SqlUnitOfWork, seat: Seat, state: SeatState) -> None:
    await _change(units, replace(seat, state=state))
    found = await rows.seat_by_digest(SECRET)
    assert found is not None
    assert found.room == (ROOM if state in {SeatState.READY, SeatState.ADMITTED, SeatState.JOINED} else None)
    assert found.revoked is (state is SeatState.REVOKED)


async def test_a_seat_without_an_account_is_none_yet(rows: GatewayRows, units: SqlUnitOfWork, seat: Seat) -> None:
    await _change(units, replace(seat, user=None, device=None, state=SeatState.CLAIMED))
    assert await rows.seat_by_digest(SECRET) is None


async def test_a_letter_is_kept_once_and_outlives_the_seat(rows: GatewayRows, units: SqlUnitOfWork, seat: Seat) -> None:
    for transaction in ("t1", "t1", "t2"):
        await rows.keep_letter(seat.id, REQUESTER, "m.room.encrypted", CONTENT, ROOM, transaction)
    await _change(units, replace(seat, state=SeatState.REVOKED))
    first, second = await rows.letters_for(REQUESTER)
    assert (first.sender, first.sender_device, first.recipient, first.event_type) == (seat.user, seat.device, REQUESTER, "m.room.encrypted")
    assert first.content == CONTENT
    assert first.letter_id != second.letter_id
    await rows.letters_delivered([first.letter_id, "unknown"])
    assert await rows.letters_for(REQUESTER) == [second]


async def test_nothing_is_kept_for_another_room_or_an_unknown_seat(rows: GatewayRows, seat: Seat) -> None:
    await rows.keep_letter(seat.id, REQUESTER, "m.room.encrypted", CONTENT, "!two:hospital.example", "t")
    await rows.keep_letter("unknown", REQUESTER, "m.room.encrypted", CONTENT, ROOM, "t")
    assert await rows.letters_for(REQUESTER) == []


async def test_looking_up_a_seat_waits_for_no_unit_of_work(rows: GatewayRows, units: SqlUnitOfWork, seat: Seat) -> None:
    async with units.begin() as unit:
        await unit.wipe_personal("one-session")
        assert await rows.seat_by_digest(SECRET) is not None
