"""Whose link works no more may ask for a new one: the requester hears of it, and nobody learns whether the link was ever good."""

from __future__ import annotations

from datetime import timedelta

from tests.services.world import GRACE, World

UNKNOWN = "x" * 22


async def expired(world: World) -> str:
    """The token of a session that is over, and not yet deleted."""
    await world.write("invite anna@example.net lang=fr", "$invite")
    token = world.token()
    await world.write("cancel", "$cancel")
    return token


async def test_the_requester_hears_of_a_known_one_alone_and_once_an_hour(world: World) -> None:
    token = await expired(world)
    for each in (UNKNOWN, token, token):
        await world.guests.ask_for_link(each)
        await world.settle()
    assert len([text for text in world.mentions() if "asks for a new one" in text]) == 1
    await world.pass_time(timedelta(hours=1))
    await world.guests.ask_for_link(token)
    await world.settle()
    assert len([text for text in world.mentions() if "asks for a new one" in text]) == 2


async def test_after_the_deletion_a_link_is_as_unknown_as_any_other(world: World) -> None:
    token = await expired(world)
    await world.pass_time(timedelta(days=1) + GRACE + timedelta(minutes=5))
    before = len(world.texts())
    for _ in range(3):
        await world.guests.ask_for_link(token)
    await world.settle()
    assert await world.guests.open(token, "fr") is await world.guests.open(UNKNOWN, "fr") is None
    assert len(world.texts()) == before
