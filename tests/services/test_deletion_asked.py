"""A person asks that everything be deleted now; the requester's yes is `close now` (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from tests.services.world import SECRET, World


async def _amina_asks(world: World) -> None:
    view = await world.guests.ask_deletion(digest_of(SECRET))
    assert view is not None
    assert view.deletion_asked
    await world.settle()


async def test_the_requester_is_called_once_and_told_how(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    await _amina_asks(world)
    await _amina_asks(world)
    code = (await world.session()).code
    asked = [words for words in world.mentions() if "asks that everything be deleted now" in words]
    assert len(asked) == 1
    assert f"close now {code}" in asked[0]
    assert "Wants everything deleted now" in world.card()


async def test_nothing_is_deleted_by_asking_and_everything_by_the_requesters_yes(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    await _amina_asks(world)
    room = (await world.session()).room
    assert room in world.homeserver.rooms
    await world.write("close now", "$2")
    await world.pass_time(timedelta(minutes=10))
    assert room not in world.homeserver.rooms


async def test_before_the_start_the_words_lead_there_too(world: World) -> None:
    await world.write("invite amina@example.org", "$1")
    await world.enter()
    await world.arrive()
    await _amina_asks(world)
    session = await world.session()
    assert f"cancel {session.code} and then close now {session.code}" in world.mentions()[-1]
    await world.write("cancel", "$2")
    await world.write(f"close now {session.code}", "$3")
    await world.pass_time(timedelta(minutes=10))
    assert session.room not in world.homeserver.rooms
