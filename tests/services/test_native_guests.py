"""Sessions whose visitors are native Matrix guests (`guests.accounts: matrix`), against fakes of the outside."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from teleconnect_bot.domain.guest_link import NATIVE_DEVICE, digest_of
from teleconnect_bot.domain.retention import TraceKind
from teleconnect_bot.services.reconcile import Finding, Stray
from tests.services.fakes import BOT, FakeInventory, FakeRooms, FakeVisitors, Killed
from tests.services.test_whole_session import invited, started
from tests.services.world import GRACE, SECRET, World

GUEST = "@1:example.org"


@pytest.fixture
def native(world: World) -> World:
    world.homeserver.native_guests = True
    return world


async def test_a_session_with_a_native_guest_runs_and_leaves_nothing(native: World, tmp_path: Path) -> None:
    await started(native)
    session = await native.session()
    (seat,) = session.seats
    assert (seat.user, seat.device, seat.native) == (GUEST, NATIVE_DEVICE, True)
    view = await native.guests.seat(digest_of(SECRET))
    assert view
    assert view.native
    async with native.units.begin() as unit:
        assert await unit.guest_token(session.id, GUEST) == f"token of {GUEST}"
    kept = b"".join(file.read_bytes() for file in Path(native.address.removeprefix("sqlite:///")).parent.glob("bot.db*"))
    assert GUEST.encode() in kept
    assert b"token of" not in kept, "the token lies sealed"
    await native.write("close now", "$close")
    await native.pass_time(GRACE + timedelta(minutes=5))
    assert native.homeserver.accounts == set()
    assert native.homeserver.erased == {GUEST}
    async with native.units.begin() as unit:
        assert await unit.session(session.id) is None
        assert await unit.guest_token(session.id, GUEST) is None


async def test_no_account_is_made_ahead_that_the_homeserver_would_name(native: World) -> None:
    await native.pool.fill()
    assert native.homeserver.accounts == set()


async def test_a_visitor_of_the_appservice_may_do_everything(world: World) -> None:
    await started(world)
    view = await world.guests.seat(digest_of(SECRET))
    assert view
    assert not view.native


@pytest.mark.parametrize("die_at", range(1, 15))
async def test_killed_anywhere_while_a_guest_is_made_none_stays_for_good(die_at: int, native: World) -> None:
    """One whose token died with the bot is found by the mark that it bears, and another one takes its place."""
    await invited(native)
    native.crash.at = native.crash.passed + die_at
    try:
        await native.enter()
    except* Killed:
        await native.stop()
        native.start()
        await native.tidy()
        await native.settle()
        await native.enter()
    native.crash.at = None
    await native.arrive()
    (seat,) = (await native.session()).seats
    assert seat.user in native.homeserver.accounts
    inventory = FakeInventory(native.homeserver, native.clock.now() - timedelta(hours=2))
    strays = await native.reconcile.look(inventory, native.clock)
    lost = native.homeserver.accounts - {seat.user}
    assert strays == [Finding(Stray.VISITOR_WITHOUT_SESSION, user) for user in sorted(lost)]
    await native.reconcile.repair(strays, FakeRooms(native.homeserver), FakeVisitors(native.homeserver), BOT)
    assert native.homeserver.accounts == {seat.user}


async def test_a_guest_that_the_ledger_has_only_planned_is_looked_for_by_its_mark_at_teardown(native: World) -> None:
    await started(native)
    session = await native.session()
    (trace,) = await native.ledger.of(session.id, TraceKind.VISITOR)
    lost = await FakeVisitors(native.homeserver).open("another-seat")
    await native.ledger.plan(session.id, TraceKind.VISITOR, "another-seat")
    await native.write("close now", "$close")
    await native.pass_time(GRACE + timedelta(minutes=5))
    assert native.homeserver.erased == {trace.place, lost.user}
