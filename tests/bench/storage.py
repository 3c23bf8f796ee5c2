"""Rows "teardown" and "growth": the use cases on real SQLite storage and a homeserver that answers at once, in simulated time."""

from __future__ import annotations

import logging
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from time import perf_counter

import structlog
from mautrix.crypto.sessions import InboundGroupSession, OutboundGroupSession
from mautrix.types import RoomID

from teleconnect_bot.adapters.matrix.crypto import KeyedCryptoStore
from teleconnect_bot.adapters.matrix.database import CryptoDatabase
from teleconnect_bot.adapters.matrix.state import ForgottenRooms
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from tests.services.fakes import FakeClock
from tests.services.world import GRACE, NURSE, World

from .results import Row

TORN_DOWN, OVER_ALL, WHOLE_EACH = 100, 1_000, 10
LARGEST_GROWTH = 1.1
"""What a database may hold after `OVER_ALL` sessions, compared with a moment when all that is kept for some days was there as well."""
BETWEEN = timedelta(hours=3)
REMEMBERED = timedelta(days=30)
KEYS_OF_A_ROOM = 5


async def measure(real_teardown: float | None) -> list[Row]:
    """`real_teardown`: seconds of the same on a real homeserver, measured in the same run; what it is more is the
    homeserver's share. None when that was not measured.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(prefix="teleconnect-bench-") as directory:
        own = statistics.median(await _teardowns(Path(directory)))
    with tempfile.TemporaryDirectory(prefix="teleconnect-bench-") as directory:
        early, late = await _growth(Path(directory))
    with tempfile.TemporaryDirectory(prefix="teleconnect-bench-") as directory:
        few, many = await _growth_of_keys(Path(directory))
    goal = f"ratio <= {LARGEST_GROWTH}"
    return [
        _teardown(own, real_teardown),
        Row(f"database after {OVER_ALL:,} sessions", late, "KiB", early, late / early, goal, late / early <= LARGEST_GROWTH),
        Row(f"key store after {OVER_ALL:,} sessions", many, "KiB", few, many / few, goal, many / few <= LARGEST_GROWTH),
    ]


def _teardown(own: float, real: float | None) -> Row:
    ratio = None if real is None else own / real
    return Row("teardown, the bot's own share (of 100)", own, "s", real, ratio, "ratio <= 1", ratio is None or ratio <= 1)


async def _teardowns(directory: Path) -> list[float]:
    """Seconds of each, without the time that clients get to notice."""
    world = await World(directory).create()
    seconds = []
    for number in range(TORN_DOWN):
        await _started(world, number)
        begun = perf_counter()
        await world.write("close now", f"$close{number}")
        world.clock.moment += GRACE + timedelta(seconds=1)
        await world.settle()
        seconds.append(perf_counter() - begun)
        assert not await world.sessions.sessions_of(NURSE)
    await world.stop()
    return seconds


async def _started(world: World, number: int) -> None:
    secret = f"{number:043d}"
    await world.write(f"invite anna{number}@example.net lang=fr", f"$invite{number}")
    await world.enter("Amina", secret)
    await world.arrive(secret)
    await world.join_as_staff()


async def _growth(directory: Path) -> tuple[float, float]:
    """KiB on the disk, write-ahead log included. One session in ten is held, the others are cancelled before anybody comes."""
    world = await World(directory).create()
    early = 0.0
    for number in range(1, OVER_ALL + 1):
        if number % WHOLE_EACH == 0:
            await _started(world, number)
        else:
            await world.write(f"invite anna{number}@example.net lang=fr", f"$invite{number}")
            await world.write("cancel", f"$cancel{number}")
        await world.write("close now", f"$close{number}")
        await world.pass_time(BETWEEN)
        async with world.units.begin() as unit:
            await unit.forget_events_before(world.clock.moment - REMEMBERED)
        if number == OVER_ALL // 3:
            early = _kib(directory, "bot.db*")
    late = _kib(directory, "bot.db*")
    await world.stop()
    return early, late


async def _growth_of_keys(directory: Path) -> tuple[float, float]:
    database, keys, clock, forgotten = (
        CryptoDatabase(f"sqlite:///{directory}/crypto.db"),
        FileSessionKeys(directory / "keys"),
        FakeClock(),
        ForgottenRooms(),
    )
    await database.open()
    store = KeyedCryptoStore(database, keys, clock, forgotten)
    await store.open()
    few = 0.0
    for number in range(1, OVER_ALL + 1):
        room, key = RoomID(f"!room{number}:example.org"), f"session-{number}"
        keys.create(key)
        await store.assign(room, key, f"marker{number}")
        for _ in range(KEYS_OF_A_ROOM):
            session = InboundGroupSession(OutboundGroupSession(room).session_key, "s" * 43, "k" * 43, room)  # type: ignore[arg-type]
            await store.put_group_session(room, session.sender_key, session.id, session)
        keys.destroy(key)
        await store.forget_room(room)
        await database.checkpoint()
        if number == OVER_ALL // 10:
            few = _kib(directory, "crypto.db*")
    many = _kib(directory, "crypto.db*")
    await database.close()
    return few, many


def _kib(directory: Path, files: str) -> float:
    return sum(file.stat().st_size for file in directory.glob(files)) / 1024
