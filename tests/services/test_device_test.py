"""What a device test tells the requester (PRODUCT §4.3)."""

from __future__ import annotations

from teleconnect_bot.domain.guest_link import DeviceTest, digest_of
from tests.services.world import SECRET, World

INVITE = 'invite amina@example.org name="Amina" lang=fr'


async def test_a_test_before_anybody_came_stands_on_the_card(world: World) -> None:
    await world.write(INVITE, "$1")
    assert await world.guests.device(world.token(), DeviceTest.POOR_NETWORK)
    await world.settle()
    assert "Device test: poor network, a call may not work; writing does." in world.card()


async def test_the_test_of_who_came_stands_beside_them_and_in_the_list_of_who_waits(world: World) -> None:
    await world.write(INVITE, "$1")
    await world.guests.device(world.token(), DeviceTest.GOOD)
    await world.guests.enter(world.token(), digest_of(SECRET), "Amina", "fr", "1", tested=DeviceTest.NO_CAMERA)
    await world.settle()
    await world.arrive()
    assert "Amina is here (device: sound only, there is no camera)" in world.card()
    assert "are good" not in world.card(), "another browser's test says nothing of this one"
    await world.write("waiting", "$2")
    assert "Device test: sound only, there is no camera." in world.texts()[-1]


async def test_a_dead_link_takes_no_test(world: World) -> None:
    await world.write(INVITE, "$1")
    token = world.token()
    await world.guests.not_me(token)
    assert not await world.guests.device(token, DeviceTest.GOOD)
    await world.settle()
    assert "Device test" not in world.card()
