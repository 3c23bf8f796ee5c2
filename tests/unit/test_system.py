"""The real clock and the real randomness."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from teleconnect_bot.adapters.system import CODE_CHARACTERS, SystemClock, SystemTokens


def test_the_clock_tells_an_aware_time_in_utc() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_opaque_id_is_26_characters_that_a_localpart_and_a_file_name_may_hold() -> None:
    made = {SystemTokens().opaque_id() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch("[a-z2-7]{26}", each) for each in made)


def test_a_session_code_has_four_characters_without_look_alikes_or_vowels() -> None:
    for _ in range(200):
        code = SystemTokens().session_code()
        assert len(code) == 4
        assert set(code) <= set(CODE_CHARACTERS)
    assert set(CODE_CHARACTERS).isdisjoint("01IOLSZBU58AEabcdefghijklmnopqrstuvwxyz")
    assert len(set(CODE_CHARACTERS)) == len(CODE_CHARACTERS)
