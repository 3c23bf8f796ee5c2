"""Monthly sums: counted once for each session, by what it was and not by whom (PRODUCT §9)."""

from __future__ import annotations

from datetime import timedelta

from teleconnect_bot.services.statistics import by_month, counted, shown
from tests import fakes_domain as made
from tests.services.world import ADMIN, CHAT, NURSE, World

CHAT_OF_ADMIN = "!chat-admin:example.org"


async def _whole_session(world: World, number: int) -> None:
    secret = str(number) * 43
    await world.write("invite anna@example.org lang=fr", f"$invite{number}")
    await world.enter(secret=secret)
    await world.arrive(secret)
    await world.join_as_staff()
    code = (await world.session()).code
    await world.pass_time(timedelta(minutes=1))
    await world.write(f"close now {code}", f"$close{number}")
    await world.pass_time(timedelta(minutes=10))


async def _sums(world: World) -> dict[str, int]:
    async with world.units.begin() as unit:
        return {name: amount for (_, name), amount in (await unit.counters()).items()}


async def test_a_session_is_counted_once_by_outcome_language_channel_and_duration(world: World) -> None:
    await _whole_session(world, 1)
    assert await _sums(world) == {"outcome.held": 1, "language.fr": 1, "channel.email": 1, "duration.under_15_minutes": 1}


async def test_one_that_nobody_came_to_is_counted_as_not_held(world: World) -> None:
    await world.write("invite anna@example.org", "$invite")
    await world.write("cancel", "$cancel")
    await world.pass_time(timedelta(days=2))
    assert await _sums(world) == {"outcome.not_held": 1, "language.en": 1, "channel.email": 1}


async def test_a_teardown_that_is_tried_again_counts_nothing_twice(world: World) -> None:
    await world.write("invite anna@example.org", "$invite")
    await world.enter()
    await world.arrive()
    await world.join_as_staff()
    code = (await world.session()).code
    await world.desk.wrote(CHAT, "$close", NURSE, f"close now {code}", True)
    world.homeserver.away = True
    await world.pass_time(timedelta(hours=1))
    assert (await _sums(world))["outcome.held"] == 1, "personal rows do not wait for a homeserver that is away"
    world.homeserver.away = False
    await world.pass_time(timedelta(hours=1))
    assert (await _sums(world))["outcome.held"] == 1


async def test_an_administrator_reads_sums_and_small_ones_are_hidden(world: World) -> None:
    await world.desk.wrote(CHAT_OF_ADMIN, "$none", ADMIN, "stats", True)
    assert "No session has been deleted yet" in world.texts(CHAT_OF_ADMIN)[-1]
    async with world.units.begin() as unit:
        await unit.count("2026-11", "outcome.held", 12)
        await unit.count("2026-11", "language.uk", 4)
    await world.desk.wrote(CHAT_OF_ADMIN, "$stats", ADMIN, "stats", True)
    said = world.texts(CHAT_OF_ADMIN)[-1]
    assert "2026-11" in said
    assert "Sessions: held 12" in said
    assert "Languages: uk <5" in said
    await world.desk.wrote("!chat-nurse:example.org", "$no", NURSE, "stats", True)
    assert "is for administrators" in world.texts()[-1]


def test_what_was_never_sent_or_was_emptied_already_counts_nothing() -> None:
    assert counted(made.draft()) == ()
    assert counted(made.closed()) != ()


def test_months_come_newest_first_and_small_sums_are_not_told_apart() -> None:
    assert list(by_month({("2026-10", "outcome.held"): 1, ("2026-11", "outcome.held"): 2})) == ["2026-11", "2026-10"]
    assert {shown(amount) for amount in range(5)} == {"<5"}
    assert shown(5) == "5"
