"""`invite` says when more people may come than the call carries (PRODUCT §7)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from teleconnect_bot.chat import call_size
from tests.services.world import World

FULL, SOUND = "whoever joins the call last finds it full", "from the fourth on there is sound alone"
QUALITY = Path(__file__).parents[2] / "guest_page" / "src" / "call" / "quality.ts"


def order(guests: int, colleagues: int = 0) -> str:
    more = [f"guest=guest{number}@example.org/en" for number in range(guests)]
    return " ".join(["invite amina@example.org", *more, *(f"colleague=doctor{number}@example.org" for number in range(colleagues))])


def warned(world: World) -> list[str]:
    return [words for text in world.texts() for words in (FULL, SOUND) if words in text]


@pytest.mark.parametrize(
    ("guests", "colleagues", "said"), [(0, 0, []), (1, 0, []), (1, 1, [SOUND]), (2, 2, [SOUND]), (3, 2, [FULL]), (4, 4, [FULL])]
)
async def test_who_invites_more_than_a_call_carries_is_told_and_the_session_is_made(
    world: World, guests: int, colleagues: int, said: list[str]
) -> None:
    await world.write(order(guests, colleagues), "$1")
    assert warned(world) == said
    assert (await world.session()).links[0].contact is not None


async def test_the_count_is_of_everybody_who_may_come_the_requester_too(world: World) -> None:
    await world.write(order(4, 4), "$1")
    assert any(text.startswith("A call carries six people, and 10 may come to this session") for text in world.texts())


async def test_before_anything_is_sent_the_summary_says_it(world: World) -> None:
    await world.write(f"{order(3, 2)} check", "$1")
    (summary,) = [text for text in world.texts() if FULL in text]
    assert "Nothing is sent yet" in summary


@pytest.mark.parametrize("provider", ["jitsi", "element_call", "none"])
async def test_other_ways_of_calling_carry_more(world: World, provider: str) -> None:
    world.call_provider = provider
    await world.stop()
    world.start()
    await world.write(order(4, 4), "$1")
    assert warned(world) == []


def test_the_page_has_the_same_limits() -> None:
    page = dict(re.findall(r"export const (MOST_\w+) = (\d+);", QUALITY.read_text()))
    assert page == {"MOST_PEOPLE": str(call_size.MOST_PEOPLE), "MOST_WITH_PICTURE": str(call_size.MOST_WITH_PICTURE)}
