"""`doctor` on the rooms of staff and teams: what is wrong with each is told with what to do."""

from __future__ import annotations

from typing import Any

import pytest

from teleconnect_bot.doctor.of_staff_rooms import judge_state, may_write

BOT, NAME = "@teleconnect:example.org", "#night:example.org"
GOOD: dict[tuple[str, str], dict[str, Any]] = {
    ("m.room.join_rules", ""): {"join_rule": "invite"},
    ("m.room.encryption", ""): {"algorithm": "m.megolm.v1.aes-sha2"},
    ("m.room.history_visibility", ""): {"history_visibility": "shared"},
    ("m.room.power_levels", ""): {"users_default": 0, "events_default": 0},
}


def found(changes: dict[tuple[str, str], dict[str, Any] | None], *, is_team: bool = True) -> list[str]:
    content = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    problems = list(judge_state("teams.night", NAME, content, BOT, is_team=is_team))
    assert all(problem.remedy for problem in problems)
    return [problem.words for problem in problems]


def test_a_good_room_has_no_problem() -> None:
    assert found({}) == []


@pytest.mark.parametrize("is_team", [True, False])
def test_a_room_that_anybody_can_join_gives_anybody_access(is_team: bool) -> None:
    (words,) = found({("m.room.join_rules", ""): {"join_rule": "public"}}, is_team=is_team)
    assert "anybody can join" in words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({("m.room.encryption", ""): None}, "is not encrypted"),
        ({("m.room.history_visibility", ""): {"history_visibility": "world_readable"}}, "anybody can read"),
        ({("m.room.power_levels", ""): {"events_default": 50}}, "may not write"),
    ],
)
def test_a_teams_room_must_be_one_in_which_the_bot_can_speak_in_confidence(changes: dict[tuple[str, str], Any], words: str) -> None:
    (told,) = found(changes)
    assert words in told
    assert found(changes, is_team=False) == [], "a room that gives access alone is not spoken in"


@pytest.mark.parametrize(
    ("levels", "may"),
    [
        ({}, True),
        ({"events_default": 50}, False),
        ({"events_default": 50, "users": {BOT: 50}}, True),
        ({"events": {"m.room.encrypted": 10}, "users_default": 5}, False),
        ({"events_default": 50, "events": {"m.room.encrypted": 0}}, True),
    ],
)
def test_the_right_to_write_is_read_from_the_power_levels(levels: dict[str, Any], may: bool) -> None:
    assert may_write(levels, BOT) is may
