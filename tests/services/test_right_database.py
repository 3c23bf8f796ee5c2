"""A bot that was started on the wrong database removes nothing: what it does not know may be in use (PRODUCT §9)."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest

from teleconnect_bot.adapters.storage.migrations import migrate
from teleconnect_bot.domain.installation import REMEDY, Doubt, Installation, Mark, doubt_of
from teleconnect_bot.services.reconcile import Finding, Stray
from teleconnect_bot.services.residue import report
from tests.services.fakes import FakeHomeserver
from tests.services.test_whole_session import started
from tests.services.world import ADMIN, ADMINS_CHAT, World

OLD = timedelta(hours=2)
SECOND_GUEST = "ben@example.net"


@pytest.fixture
async def running(world: World) -> World:
    """A session in the middle of its life, in a database that has been looked after since its first day."""
    await world.pool.fill()
    assert await world.tidy(OLD) is None
    await started(world)
    await world.right.keep()
    return world


@pytest.fixture
async def other(running: World, tmp_path: Path) -> AsyncIterator[World]:
    """The same homeserver and the same keys, but an empty database."""
    other = World(tmp_path)
    other.address = f"sqlite:///{tmp_path}/other.db"
    other.tokens.count = 10_000
    other.clock, other.homeserver = running.clock, running.homeserver
    other.chat.homeserver = running.homeserver
    await migrate(other.address)
    other.start()
    yield other
    await other.stop()


def everything(world: World) -> tuple[object, ...]:
    """What a repair could take away."""
    homeserver: FakeHomeserver = world.homeserver
    return deepcopy((homeserver.rooms, homeserver.accounts, homeserver.media, homeserver.erased)), world.keys.ids()


async def a_mark_later(world: World) -> None:
    """Ten minutes in which a second session came to be."""
    await world.write(f"invite {SECOND_GUEST} lang=fr", "$second")
    await world.come(SECOND_GUEST, "Ben", "t" * 43)
    await world.right.keep()


async def test_an_empty_database_removes_nothing_however_often_the_bot_looks(running: World, other: World) -> None:
    await other.pool.fill()
    before = everything(running)
    for _ in range(3):
        assert await other.tidy(OLD) is Doubt.ANOTHER_DATABASE
        await other.right.keep()
    assert everything(running) == before
    assert await running.tidy(OLD) is None, "the right database is still the one that the homeserver remembers"


async def test_an_empty_database_removes_nothing_where_the_homeserver_remembers_none(running: World, other: World) -> None:
    running.homeserver.remembered = None
    before = everything(running)
    assert await other.tidy(OLD) is Doubt.NEVER_SEEN
    await other.right.keep()
    assert everything(running) == before
    assert running.homeserver.remembered is None


async def test_each_administrator_is_told_once_a_day_that_the_database_is_in_doubt(other: World) -> None:
    def told() -> list[str]:
        return other.texts(ADMINS_CHAT)

    other.homeserver.away_for.add("post")
    await other.doubts.tell()
    assert told() == []
    other.homeserver.away_for.clear()
    for _ in range(3):
        await other.doubts.tell()
    (message,) = told()
    assert "may be the wrong one" in message
    assert "teleconnect-bot residue" in message
    assert [event.mention for event in other.homeserver.events.values() if event.room == ADMINS_CHAT] == [ADMIN]
    other.clock.moment += timedelta(days=1)
    await other.doubts.tell()
    assert len(told()) == 2
    other.chat.unknown.add(ADMIN)
    other.clock.moment += timedelta(days=1)
    await other.doubts.tell()
    assert len(told()) == 2


async def test_a_database_of_before_this_memory_goes_on_as_the_right_one(running: World) -> None:
    running.homeserver.remembered = None
    assert await running.tidy(OLD) is None
    assert running.homeserver.remembered is not None
    running.homeserver.media.add("mxc://example.org/lost")
    assert await running.tidy(OLD) is None
    assert running.homeserver.media == set()


async def test_a_restored_backup_removes_nothing_until_an_administrator_confirms_it(running: World, tmp_path: Path) -> None:
    await running.stop()
    shutil.copyfile(tmp_path / "bot.db", tmp_path / "backup.db")
    running.start()
    await a_mark_later(running)
    before = everything(running)
    assert len(running.homeserver.rooms) == 2

    await running.stop()
    shutil.copyfile(tmp_path / "backup.db", tmp_path / "bot.db")
    running.start()
    for _ in range(3):
        assert await running.tidy(OLD) is Doubt.OUTDATED
        await running.right.keep()
    assert everything(running) == before

    await running.right.confirm()
    assert await running.tidy(OLD) is None
    session = await running.session()
    assert list(running.homeserver.rooms) == [session.room]
    assert running.keys.ids() == [session.key]
    assert await running.tidy(OLD) is None, "from then on it is the right one"


async def test_a_confirmation_holds_until_everything_is_removed_and_no_longer(running: World, other: World) -> None:
    await other.right.confirm()
    running.homeserver.away_for.add("delete_media")
    running.homeserver.media.add("mxc://example.org/lost")
    assert await other.tidy(OLD) is None
    assert not running.homeserver.rooms
    assert running.homeserver.media
    running.homeserver.away_for.clear()
    assert await other.tidy(OLD) is None
    assert not running.homeserver.media
    async with other.units.begin() as unit:
        installation = await unit.installation()
    assert installation is not None
    assert not installation.confirmed
    assert await running.tidy(OLD) is Doubt.ANOTHER_DATABASE, "of two databases one is the right one"


async def test_a_crash_between_the_two_memories_is_no_doubt(running: World) -> None:
    for at in range(1, 30):
        running.crash.at = running.crash.passed + at
        try:
            await running.right.keep()
        except BaseException:  # noqa: BLE001  the death of a process
            await running.stop()
            running.start()
        else:
            running.crash.at = None
            break
        assert await running.tidy(OLD) is None
    assert at > 5


def test_most_of_it_unknown_is_doubtful_even_for_the_remembered_database() -> None:
    own = Installation("a", 7)
    assert doubt_of(own, Mark("a", 7), unknown=12, known=11) is Doubt.MOSTLY_UNKNOWN
    assert doubt_of(own, Mark("a", 7), unknown=12, known=12) is None
    assert doubt_of(own, Mark("a", 7), unknown=9, known=0) is None
    assert doubt_of(Installation("a", 7, confirmed=True), Mark("b", 9), unknown=12, known=0) is None


def test_the_report_says_why_nothing_is_removed_and_how_to_confirm() -> None:
    lines = report([Finding(Stray.FILE_WITHOUT_ROW, "mxc://example.org/lost")], Doubt.OUTDATED).splitlines()
    assert lines[0].startswith("mxc://example.org/lost: ")
    assert "older copy" in lines[1]
    assert lines[2] == REMEDY
    assert "residue --confirm-database" in REMEDY
