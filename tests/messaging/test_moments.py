"""Dates and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from teleconnect_bot.adapters.messaging.moments import format_clock, format_day, format_moment

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Europe/Kyiv", "en", "Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)"),
        ("Europe/Paris", "fr", "mardi 1 décembre 2026, 13:00 (Paris, UTC+01:00)"),
        ("Europe/Paris", "fr-CH", "mardi, 1 décembre 2026, 13:00 (Paris, UTC+01:00)"),
        ("America/New_York", "en", "Tuesday, 1 December 2026, 07:00 (New York, UTC-05:00)"),
        ("Asia/Kathmandu", "en", "Tuesday, 1 December 2026, 17:45 (Kathmandu, UTC+05:45)"),
        ("UTC", "en", "Tuesday, 1 December 2026, 12:00 (UTC)"),
        ("Etc/GMT-3", "en", "Tuesday, 1 December 2026, 15:00 (UTC+03:00)"),
        ("UTC", "xx", "Tuesday, 1 December 2026, 12:00 (UTC)"),
    ],
)
def test_a_moment_names_weekday_date_time_and_zone(zone: str, language: str, expected: str) -> None:
    assert format_moment(NOON, zone, language) == expected


def test_the_offset_is_that_of_the_day_not_of_today() -> None:
    assert format_moment(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Europe/Kyiv", "en").endswith("15:00 (Kyiv, UTC+03:00)")


def test_day_and_clock_follow_the_zone_across_midnight() -> None:
    late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert (format_day(late, "Europe/Kyiv", "en"), format_clock(late, "Europe/Kyiv", "en")) == ("Wednesday, 2 December 2026", "01:30")
