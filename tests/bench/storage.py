"""Rows "teardown" and "growth": the use cases on real SQLite storage and a homeserver that answers at once, in simulated time."""

from __future__ import annotations

import logging
import sqlite3
import statistics
import tempfile
from contextlib import closing
from dataclasses import dataclass
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

TORN_DOWN, OVER_ALL, WHOLE_EACH = 40, 360, 10
LARGEST_GROWTH = 1.1
"""What a database may hold after `OVER_ALL` sessions, compared with a moment when all that is kept for some days was there as well."""
BETWEEN = timedelta(hours=8)
REMEMBERED = timedelta(days=30)
ROOMS, KEYS_OF_A_ROOM = 1_000, 5


@dataclass(frozen=True)
class Held:
    """What a database holds: on the disk, write-ahead log included, and in rows. A file grows by whole pages: rows tell of each one that
    stays behind.
    """

    kib: float
    rows: int


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
    return [
        _teardown(own, real_teardown),
        _flat(f"database after {OVER_ALL} sessions", late.kib, "KiB", early.kib),
        _flat(f"rows of the database after {OVER_ALL} sessions", late.rows, "", early.rows),
        _flat(f"key store after {ROOMS:,} sessions", many, "KiB", few),
    ]


def _flat(name: str, late: float, unit: str, early: float) -> Row:
    return Row(name, late, unit, early, late / early, f"ratio <= {LARGEST_GROWTH}", late / early <= LARGEST_GROWTH)


def _teardown(own: float, real: float | None) -> Row:
    ratio = None if real is None else own / real
    return Row(f"teardown, the bot's own share (of {TORN_DOWN})", own, "s", real, ratio, "ratio <= 1", ratio is None or ratio <= 1)


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


async def _growth(directory: Path) -> tuple[Held, Held]:
    """One session in ten is held, the others are cancelled before anybody comes."""
    world = await World(directory).create()
    early = Held(0.0, 0)
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
            early = _held(directory)
    late = _held(directory)
    await world.stop()
    return early, late


def _held(directory: Path) -> Held:
    with closing(sqlite3.connect(f"file:{directory}/bot.db?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = sum(database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in tables)  # noqa: S608 - our own tables
    return Held(_kib(directory, "bot.db*"), rows)


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
    for number in range(1, ROOMS + 1):
        room, key = RoomID(f"!room{number}:example.org"), f"session-{number}"
        keys.create(key)
        await store.assign(room, key, f"marker{number}")
        for _ in range(KEYS_OF_A_ROOM):
            session = InboundGroupSession(OutboundGroupSession(room).session_key, "s" * 43, "k" * 43, room)  # type: ignore[arg-type]
            await store.put_group_session(room, session.sender_key, session.id, session)
        keys.destroy(key)
        await store.forget_room(room)
        await database.checkpoint()
        if number == ROOMS // 10:
            few = _kib(directory, "crypto.db*")
    many = _kib(directory, "crypto.db*")
    await database.close()
    return few, many


def _kib(directory: Path, files: str) -> float:
    return sum(file.stat().st_size for file in directory.glob(files)) / 1024
