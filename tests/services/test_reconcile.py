"""Both ways: what stands at the homeserver without a session, and a session whose room is not there (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from teleconnect_bot.services.ports import Membership
from teleconnect_bot.services.reconcile import Finding, Stray
from teleconnect_bot.services.residue import ALL_GOOD, NOTHING, Residue, report
from tests.services.fakes import BOT, FakeInventory, FakeRoom, FakeRooms, FakeVisitors
from tests.services.test_whole_session import started
from tests.services.world import GRACE, NURSE, World

OLD, NEW = timedelta(hours=2), timedelta(minutes=5)


async def look(world: World, age: timedelta = OLD) -> list[Finding]:
    return await world.reconcile.look(FakeInventory(world.homeserver, world.clock.now() - age), world.clock)


async def repair(world: World) -> None:
    rooms, visitors = FakeRooms(world.homeserver), FakeVisitors(world.homeserver)
    await world.reconcile.repair(await look(world), rooms, visitors, BOT)


@pytest.fixture
async def running(world: World) -> World:
    """A session in the middle of its life, accounts in stock, a transcript's file and its row."""
    await world.pool.fill()
    return await started(world)


async def test_nothing_is_found_where_everything_belongs_to_a_session(running: World) -> None:
    assert await look(running) == []
    await running.write("close", "$close")
    await running.write("pdf", "$pdf")
    assert running.homeserver.media
    assert await look(running) == []
    await running.pass_time(timedelta(hours=24))
    await running.pass_time(GRACE + timedelta(minutes=5))
    assert await look(running) == []


async def test_a_second_room_with_the_marker_of_a_session_is_found_emptied_and_purged(running: World) -> None:
    """createRoom was answered too late, and tried again."""
    (own,) = running.homeserver.rooms
    marker = running.homeserver.rooms[own].marker
    running.homeserver.rooms["!second:example.org"] = FakeRoom(marker, "", {BOT: Membership.JOIN, NURSE: Membership.INVITE})
    assert await look(running) == [Finding(Stray.ROOM_WITHOUT_SESSION, "!second:example.org")]
    await repair(running)
    assert list(running.homeserver.rooms) == [own]
    assert await look(running) == []


async def test_a_room_that_is_being_made_is_left_alone(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    world.homeserver.away = True
    await world.enter()
    session = await world.session()
    assert session.room is None
    world.homeserver.away = False
    world.homeserver.rooms["!made:example.org"] = FakeRoom(session.marker, session.key, {BOT: Membership.JOIN})
    assert await look(world) == []


async def test_an_account_that_nobody_knows_is_removed_and_one_that_was_just_made_is_not(running: World) -> None:
    known = set(running.homeserver.accounts)
    running.homeserver.accounts.add("@visitor-lost:example.org")
    assert await look(running, NEW) == []
    await repair(running)
    assert running.homeserver.accounts == known
    assert running.homeserver.erased == {"@visitor-lost:example.org"}


async def test_a_file_of_the_bot_that_nobody_knows_is_removed_and_one_that_was_just_made_is_not(running: World) -> None:
    running.homeserver.media.add("mxc://example.org/lost")
    assert await look(running, NEW) == []
    await repair(running)
    assert running.homeserver.media == set()


async def test_a_session_whose_room_is_gone_is_reported_and_stays(running: World) -> None:
    running.homeserver.rooms.clear()
    session = await running.session()
    assert await look(running) == [Finding(Stray.SESSION_WITHOUT_ROOM, session.id)]
    await repair(running)
    assert (await running.session()).id == session.id


async def test_what_cannot_be_removed_now_holds_up_nothing_else_and_goes_the_next_day(running: World) -> None:
    running.homeserver.media.add("mxc://example.org/lost")
    running.keys.create("session-lost")
    found = await look(running)
    running.homeserver.away = True
    await running.reconcile.repair(found, FakeRooms(running.homeserver), FakeVisitors(running.homeserver), BOT)
    assert not running.keys.exists("session-lost")
    running.homeserver.away = False
    await repair(running)
    assert running.homeserver.media == set()


async def test_the_report_names_places_and_says_what_happens_with_them(running: World) -> None:
    assert report([]) == ALL_GOOD
    running.homeserver.media.add("mxc://example.org/lost")
    running.homeserver.rooms.clear()
    lines = report(await look(running)).splitlines()
    assert f"{(await running.session()).id}: a session whose room the homeserver does not know any more" in lines[0]
    assert lines[1:] == [
        "mxc://example.org/lost: a file of the bot that no session knows",
        "What belongs to nobody is removed by the running bot within a day.",
    ]


async def test_the_residue_of_one_session_names_rows_key_and_traces_with_reasons_and_nobody(running: World) -> None:
    residue, session = Residue(running.units, running.keys), await running.session()
    shown = await residue.of(session.code.lower(), running.clock.now())
    assert f"Session {session.code} is active: all of it is in use." in shown
    assert "    seat: 1" in shown
    assert "Its key in keys_directory: there" in shown
    assert f"room {session.room} – made; goes by: everybody removed" in shown
    for personal in ("anna@example.net", "Anna", "Amina", NURSE):
        assert personal not in shown

    await running.write("close", "$close")
    assert "is closed and is deleted from" in await residue.of(session.code, running.clock.now())
    running.homeserver.away = True
    await running.pass_time(timedelta(hours=25))
    shown = await residue.of(session.code, running.clock.now())
    assert "is being deleted since" in shown
    assert "Its key in keys_directory: destroyed" in shown

    running.homeserver.away = False
    await running.pass_time(timedelta(days=1))
    assert await residue.of(session.code, running.clock.now()) == NOTHING
