"""`keys_directory` is in no backup: after its loss open sessions name nobody any more, and can still be ended and deleted."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from tests.services.test_whole_session import nothing_is_left, started
from tests.services.world import GRACE, SECRET, World


async def lose_keys(world: World) -> None:
    """The machine is set up anew from a backup of its database."""
    await world.stop()
    shutil.rmtree(world.keys_directory)
    world.start()


@pytest.fixture
async def bereft(world: World) -> World:
    await started(world)
    await lose_keys(world)
    return world


async def test_an_open_session_names_nobody_any_more_and_everything_else_goes_on(bereft: World) -> None:
    session = await bereft.session()
    assert session.state is State.ACTIVE
    assert {link.contact.value for link in session.links} == {""}
    assert {seat.name for seat in session.seats} == {""}
    await bereft.write("invites", "$invites")
    assert session.code in bereft.texts()[-1]
    assert "anna" not in bereft.texts()[-1]
    await bereft.write("invite ben@example.net lang=fr", "$second")
    assert bereft.mailer.taken[-1].to == "ben@example.net"


@pytest.mark.parametrize("ends", ["close now", "close"])
async def test_it_can_be_ended_and_is_deleted_like_every_other(bereft: World, ends: str) -> None:
    await bereft.write(ends, "$end")
    await bereft.pass_time(timedelta(hours=24) + GRACE + timedelta(minutes=5))
    await nothing_is_left(bereft)


async def test_an_invitation_whose_link_is_dead_by_it_is_cancelled_and_deleted_like_every_other(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    await lose_keys(world)
    assert await world.guests.seat(digest_of(SECRET)) is None
    await world.write("cancel", "$cancel")
    await world.pass_time(timedelta(hours=24) + GRACE + timedelta(minutes=5))
    await nothing_is_left(world)
