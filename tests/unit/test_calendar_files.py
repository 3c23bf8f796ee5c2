"""Calendar files are read by the programs of others: they must be whole, and mean the same moment on every clock (RFC 5545)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from teleconnect_bot.adapters.calendar_files import ICalendarFiles
from teleconnect_bot.services.ports import CalendarEntry

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FILES = ICalendarFiles("teleconnect@example.org", "Example, Organisation; Ltd")
ENTRY = CalendarEntry("id1@example.org", 0, datetime(2026, 12, 1, 12, 0, tzinfo=UTC), timedelta(hours=1), "Session K7M2")
ZONES = st.sampled_from(["UTC", "Europe/Kyiv", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu"])


def read(entry: CalendarEntry) -> Calendar:
    return Calendar.from_ical(FILES.write(entry, NOW).data)


def test_a_file_has_what_calendar_programs_require() -> None:
    data = FILES.write(ENTRY, NOW).data
    for line in (b"VERSION:2.0", b"PRODID:", b"METHOD:PUBLISH", b"UID:id1@example.org", b"SEQUENCE:0", b"DTSTAMP:20261102T090000Z",
                 b"DTSTART:20261201T120000Z", b"DTEND:20261201T130000Z", b"SUMMARY:Session K7M2", b"CLASS:PRIVATE"):  # fmt: skip
        assert b"\r\n" + line in data, line
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_the_method_says_whether_it_is_shown_sent_to_somebody_or_taken_back() -> None:
    assert read(ENTRY)["METHOD"] == "PUBLISH"
    assert read(replace(ENTRY, attendee="expert@example.net"))["METHOD"] == "REQUEST"
    assert read(replace(ENTRY, attendee="expert@example.net", cancelled=True))["METHOD"] == "CANCEL"


@given(
    at=st.datetimes(datetime(2026, 11, 2), datetime(2060, 1, 1), timezones=ZONES.map(ZoneInfo)),  # noqa: DTZ001 - hypothesis adds the zone
    sequence=st.integers(0, 10_000),
)
def test_the_moment_is_the_same_whatever_zone_it_was_planned_in(at: datetime, sequence: int) -> None:
    moment = at.astimezone(UTC).replace(microsecond=0)
    (event,) = read(replace(ENTRY, start=at.replace(microsecond=0), sequence=sequence)).walk("VEVENT")
    assert event.decoded("DTSTART") == moment
    assert event.decoded("DTEND") - event.decoded("DTSTART") == ENTRY.length
    assert event["SEQUENCE"] == sequence
