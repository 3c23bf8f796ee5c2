"""Why dates are read by our own reader: both are measured on the same strings (docs/decisions/0016)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import dateparser
import pytest

from teleconnect_bot.chat.dates import read_moment
from teleconnect_bot.chat.parser import NotUnderstood

ZONE = ZoneInfo("Europe/Zurich")
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZONE)
"""A Thursday."""
MEANT = {
    "tomorrow 14:00": "2026-11-27 14:00",
    "2026-12-01 14:00": "2026-12-01 14:00",
    "1.12. 14h": "2026-12-01 14:00",
    "1.12. 14:00": "2026-12-01 14:00",
    "1. 12. 14:00": "2026-12-01 14:00",
    "01.12.2026 14:00": "2026-12-01 14:00",
    "1.12.26 14h": "2026-12-01 14:00",
    "1.12. 14h15": "2026-12-01 14:15",
    "5.12. 9h": "2026-12-05 09:00",
    "friday 14h": "2026-11-27 14:00",
    "friday 14:00": "2026-11-27 14:00",
    "vendredi 14h": "2026-11-27 14:00",
    "vendredi 14:00": "2026-11-27 14:00",
    "demain 14h": "2026-11-27 14:00",
    "demain 14h30": "2026-11-27 14:30",
    "demain à 9h": "2026-11-27 09:00",
    "mardi 1er décembre 14h": "2026-12-01 14:00",
    "1er décembre 14:00": "2026-12-01 14:00",
    "Monday 30 November 14:00": "2026-11-30 14:00",
    "30 November 2pm": "2026-11-30 14:00",
    "2pm tomorrow": "2026-11-27 14:00",
    "tomorrow 2 pm": "2026-11-27 14:00",
    "tomorrow at 14:00": "2026-11-27 14:00",
    "day after tomorrow 14:00": "2026-11-28 14:00",
    "après-demain 14h": "2026-11-28 14:00",
    "in 3 days 14:00": "2026-11-29 14:00",
    "dans 3 jours 14h": "2026-11-29 14:00",
    "14:00": "2026-11-26 14:00",
    "today 14h": "2026-11-26 14:00",
    "13/12/2026 14:00": "2026-12-13 14:00",
    "2026-12-01T14:00": "2026-12-01 14:00",
    "2026/12/01 14:00": "2026-12-01 14:00",
    "december 1 14:00": "2026-12-01 14:00",
    "3.12. 08:30": "2026-12-03 08:30",
    "2.12.2026 16h": "2026-12-02 16:00",
}
MEANS_NONE = [
    "tomorrow",
    "2026-12-01",
    "tomorrow at 2",
    "25:00 tomorrow",
    "tomorrow 14:75",
    "2026-13-01 14:00",
    "31.11. 14:00",
    "29 Feb 2027 14:00",
    "2027-03-28 02:30",
    "2027-10-31 02:30",
    "today 08:00",
    "12",
    "dec 2026",
    "bonjour",
]
"""No time of day, no such day or time, twice the same, in the past, or no date."""
PROMISED = frozenset({"1.12. 14h", "friday 14h", "demain 14h"})


def by_the_library(written: str) -> str | None:
    settings = {
        "TIMEZONE": "Europe/Zurich",
        "RELATIVE_BASE": NOW.replace(tzinfo=None),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "RETURN_AS_TIMEZONE_AWARE": True,
    }
    found = dateparser.parse(written, settings=settings, languages=["en", "fr"])
    return f"{found:%Y-%m-%d %H:%M}" if found else None


@pytest.mark.parametrize(("written", "meant"), MEANT.items())
def test_what_means_a_moment_is_read_as_that_moment(written: str, meant: str) -> None:
    assert f"{read_moment(written, 'Europe/Zurich', NOW).astimezone(ZONE):%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize("written", MEANS_NONE)
def test_what_means_none_is_refused(written: str) -> None:
    with pytest.raises(NotUnderstood):
        read_moment(written, "Europe/Zurich", NOW)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_library_still_reads_forms_that_we_promise_as_another_moment() -> None:
    wrong = [written for written, meant in MEANT.items() if by_the_library(written) not in (meant, None)]
    wrong += [written for written in MEANS_NONE if by_the_library(written) is not None]
    assert set(wrong) >= PROMISED, "a newer version of the library reads better: measure it anew"
