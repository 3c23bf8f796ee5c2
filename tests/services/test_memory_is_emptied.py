"""A process that goes on for months holds nothing of a session that is deleted: no name, no contact, no word, no link (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.domain.guest_link import digest_of
from tests.memory import texts_held
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import GRACE, SECRET, World

CONTACT, NAME_BY_STAFF, CHOSEN_NAME, NOTE = "zentinelcontact@example.net", "zentinelnamebystaff", "zentinelchosenname", "zentinelnote"
PERSONAL = (CONTACT, NAME_BY_STAFF, CHOSEN_NAME, NOTE)


def held(world: World) -> str:
    """All that the bot's own objects hold; what the fakes hold is the world outside."""
    parts = [part for part in vars(world).values() if not _is_outside(part)]
    return "\n".join(texts_held([*parts, world.units.units], _is_outside))


def _is_outside(one: object) -> bool:
    return type(one).__module__.startswith(("tests.", "aiosqlite", "sqlite3", "_pytest"))


async def test_after_the_deletion_no_object_of_the_process_holds_anything_of_the_session(world: World) -> None:
    await world.write(f'invite {CONTACT} name="{NAME_BY_STAFF}" lang=fr note="{NOTE}"', "$invite")
    token = world.token()
    await world.guests.enter(token, digest_of(SECRET), CHOSEN_NAME, "fr", "1")
    await world.settle()
    await world.arrive()
    await world.join_as_staff()
    session = await world.session()
    in_use = texts_held([session], _is_outside)
    assert set(PERSONAL) <= in_use, "the search finds what is there"

    await world.write("close", "$close")
    await world.write("pdf", "$pdf")
    await world.pass_time(timedelta(hours=24))
    await world.pass_time(GRACE + timedelta(minutes=5))
    await nothing_is_left(world)
    del session, in_use
    everything = held(world)
    assert len(everything) > 10_000, "the search reaches the bot's parts"
    assert {text for text in (*PERSONAL, token) if text in everything} == set()


async def test_a_dialogue_that_was_given_up_leaves_no_answer_in_memory(world: World) -> None:
    await world.write("invite", "$invite")
    await world.write("remote", "$remote")
    await world.write(CONTACT, "$contact")
    await world.write("cancel", "$cancel")
    await world.pass_time(GRACE + timedelta(minutes=5))
    assert CONTACT not in held(world)
