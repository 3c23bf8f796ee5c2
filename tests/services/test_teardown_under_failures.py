"""Each outside call of a teardown fails at each place where it is made: for a moment, for hours, and two of them together.

A kill at every point is in `test_killed_anywhere.py`.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from teleconnect_bot.domain.commands import CloseNow
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.teardown import SERVICE_AWAY
from tests.services.test_every_trace import played
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import GRACE, NURSE, World

HOURS = timedelta(hours=5)
RECOVERED = timedelta(minutes=11)


@pytest.fixture
def memory() -> Iterator[Path]:
    shared = Path("/dev/shm")
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as directory:
        yield Path(directory)


@pytest.fixture
async def closed(memory: Path) -> World:
    """Stopped just before its deletion is ordered; tests play on copies."""
    (memory / "before").mkdir()
    world = await World(memory / "before").create()
    await played(world)
    await world.stop()
    return world


async def calls_of_a_teardown(closed: World, memory: Path) -> list[str]:
    """Every call to the outside, in order."""
    world = await closed.copy_to(memory / "calls")
    begun = len(world.homeserver.called)
    await delete(world)
    await nothing_is_left(world)
    await world.stop()
    return world.homeserver.called[begun:]


async def order_deletion(world: World) -> Session:
    """Without a chat, which may be what fails."""
    session = await world.session()
    deleted = await world.sessions.decide(session.id, CloseNow(NURSE))
    assert deleted is not None
    return deleted


async def delete(world: World) -> None:
    await order_deletion(world)
    await world.pass_time(GRACE + RECOVERED)


async def test_each_single_call_that_fails_once_is_made_again(closed: World, memory: Path) -> None:
    calls = await calls_of_a_teardown(closed, memory)
    assert len(calls) > 25
    for place in range(1, len(calls) + 1):
        world = await closed.copy_to(memory / "once")
        world.homeserver.fails_at = len(world.homeserver.called) + place
        await delete(world)
        assert world.homeserver.fails_at is None, "the call was made"
        await nothing_is_left(world)
        assert len(world.homeserver.purged) == 1
        await world.stop()
        shutil.rmtree(memory / "once")


async def fail_for_hours(closed: World, memory: Path, failing: set[str]) -> None:
    world = await closed.copy_to(memory / "hours")
    world.homeserver.away_for |= failing
    session = await order_deletion(world)
    await world.pass_time(GRACE + SERVICE_AWAY + RECOVERED)
    assert not world.keys.exists(session.key), f"what is personal waited for {failing}"
    for left in await world.sessions.sessions_of(NURSE):
        assert left.state is State.TEARING_DOWN
        assert all(link.contact.value == "" for link in left.links)
    world.clock.moment += HOURS
    await world.settle()
    world.homeserver.away_for.clear()
    await world.pass_time(RECOVERED)
    await nothing_is_left(world)
    await world.stop()
    shutil.rmtree(memory / "hours")


async def test_each_call_that_fails_for_hours_holds_up_no_personal_row_and_nothing_is_left_afterwards(closed: World, memory: Path) -> None:
    for call in sorted(set(await calls_of_a_teardown(closed, memory))):
        await fail_for_hours(closed, memory, {call})


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_every_two_calls_that_fail_for_hours_together(closed: World, memory: Path) -> None:
    for two in itertools.combinations(sorted(set(await calls_of_a_teardown(closed, memory))), 2):
        await fail_for_hours(closed, memory, set(two))
