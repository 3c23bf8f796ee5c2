"""What a line and the dialogue both echo and both refuse, with the reason (PRODUCT §3 `invite`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teleconnect_bot.domain.session import Channel
from tests.services.world import World

ANNA = "anna@example.net"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A deployment that can send by telephone too; its default country is Switzerland."""
    made = World(tmp_path)
    made.channels = frozenset(Channel)
    await made.create()
    yield made
    await made.stop()


async def answered(world: World, *words: str) -> str:
    """What stands in the chat after the last of these words, and did not before."""
    for number, each in enumerate(words[:-1]):
        await world.write(each, f"$before{number}")
    before = len(world.texts())
    await world.write(words[-1], "$last")
    return "\n".join(world.texts()[before:])


WRONG = [
    pytest.param(
        [f'invite {ANNA} at="2026-10-01 14:00"'],
        ["remote", ANNA, "skip", "skip", "skip", "2026-10-01 14:00"],
        "That time has passed",
        id="past",
    ),
    pytest.param(
        [f'invite {ANNA} at="today 00:01"'], ["remote", ANNA, "skip", "skip", "skip", "today 00:01"], "That time has passed", id="today"
    ),
    pytest.param(["invite +41 79 123 45"], ["remote", "+41 79 123 45"], "too few digits for Switzerland", id="number too short"),
    pytest.param(["invite +41 79 123 45 67 89 01"], ["remote", "+41 79 123 45 67 89 01"], "too many digits", id="number too long"),
    pytest.param(
        ["invite 022 734 60 01 via=sms"], ["remote", "022 734 60 01 via=sms"], "a fixed line, which takes no SMS", id="fixed line"
    ),
    pytest.param(
        [f'invite {ANNA} at="tomorrow 14:00" tz=Mars/Base'],
        ["remote", ANNA, "skip", "skip", "skip", "tomorrow 14:00 Mars/Base"],
        "I do not know this time zone",
        id="unknown zone",
    ),
    pytest.param(
        [f'invite {ANNA} at="2027-03-28 02:30" tz=Europe/Zurich'],
        ["remote", ANNA, "skip", "skip", "skip", "2027-03-28 02:30 Europe/Zurich"],
        "clocks",
        id="an hour that does not exist",
    ),
    pytest.param(
        [f"invite {ANNA} guest=+41 79 123 45"],
        ["remote", ANNA, "skip", "skip", "skip", "now", "+41 79 123 45"],
        "too few digits for Switzerland",
        id="third party's number",
    ),
]


@pytest.mark.parametrize("way", ["line", "dialogue"])
@pytest.mark.parametrize(("line", "dialogue", "reason"), WRONG)
async def test_what_is_wrong_is_refused_with_the_reason_and_sends_nothing(
    world: World, way: str, line: list[str], dialogue: list[str], reason: str
) -> None:
    said = await answered(world, *(line if way == "line" else ["invite", *dialogue]))
    assert reason in said
    assert world.mailer.taken == []
    assert world.provider.records == {}


@pytest.mark.parametrize("way", ["line", "dialogue"])
async def test_a_planned_time_is_echoed_with_day_of_week_and_both_zones(world: World, way: str) -> None:
    line = [f'invite {ANNA} at="1.12. 14h" tz=Europe/Kyiv']
    dialogue = ["invite", "remote", ANNA, "skip", "skip", "skip", "1.12. 14h Europe/Kyiv"]
    said = await answered(world, *(line if way == "line" else dialogue))
    assert "Tuesday 1 December 2026" in said.replace(",", "")
    assert "14:00 (Kyiv, UTC+02:00)" in said
    if way == "line":
        assert "12:00 (UTC)" in world.card(), "on the requester's clock as well"
