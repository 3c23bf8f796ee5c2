"""Dates and zones as people write them (PRODUCT §3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.chat.dates import YEARS_AHEAD, read_moment, read_zone
from teleconnect_bot.chat.parser import NotUnderstood

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KYIV = "Europe/Kyiv"
"""Two hours ahead of UTC in winter; there NOW is a Monday, 11:00."""


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(KYIV)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("tomorrow 14:00", "2026-11-24 14:00"), ("14:00 tomorrow", "2026-11-24 14:00"), ("Tomorrow at 2 p.m.", "2026-11-24 14:00"),
        ("today 11:01", "2026-11-23 11:01"), ("23:59", "2026-11-23 23:59"), ("the day after tomorrow 8h", "2026-11-25 08:00"),
        ("2026-12-01 14:00", "2026-12-01 14:00"), ("2026-12-01T14:00", "2026-12-01 14:00"), ("2026-12-01, 14:00:00", "2026-12-01 14:00"),
        ("2026/12/1 9:05", "2026-12-01 09:05"), ("1.12. 14h", "2026-12-01 14:00"), ("1.12. 14h30", "2026-12-01 14:30"),
        ("1.12 14:00", "2026-12-01 14:00"), ("01. 12. 2027 14 Uhr", "2027-12-01 14:00"), ("1.12.27 14:00", "2027-12-01 14:00"),
        ("1 December 14:00", "2026-12-01 14:00"), ("December 1st, 2028 at 12 am", "2028-12-01 00:00"), ("12 pm 1 dec", "2026-12-01 12:00"),
        ("Tue 1 Dec 14:00", "2026-12-01 14:00"), ("friday 14:00", "2026-11-27 14:00"), ("Sunday 9 am", "2026-11-29 09:00"),
        ("demain à 14h", "2026-11-24 14:00"), ("1er décembre 2026 à 14 h", "2026-12-01 14:00"), ("mardi 14h00", "2026-11-24 14:00"),
        ("in 3 days 9am", "2026-11-26 09:00"), ("25/12 14:00", "2026-12-25 14:00"), ("12/25/2026 2:30pm", "2026-12-25 14:30"),
        ("5/5/2027 14:00", "2027-05-05 14:00"), ("1.2. 10:00", "2027-02-01 10:00"), ("29.2.2028 10:00", "2028-02-29 10:00"),
        ("١.١٢. ١٤:٠٠", "2026-12-01 14:00"), ("2036-07-01 14:00", "2036-07-01 14:00"), ("  2026-12-01   14:00 ", "2026-12-01 14:00"),
    ],
)  # fmt: skip
def test_free_forms_are_understood(written: str, meant: str) -> None:
    assert _written(read_moment(written, KYIV, NOW)) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("hello", "time of day is missing"),
        ("2026-12-01", "time of day is missing"),
        ("", "time of day is missing"),
        ("tomorrow 14.00", "time of day is missing"),
        ("tomorrow 24:00", "time of day does not exist"),
        ("13 pm", "does not exist"),
        ("tomorrow 10:60", "does not exist"),
        ("tomorrow 14:00 15:00", "more than one time"),
        ("2026-12-01 14:00+02:00", "more than one time"),
        ("soon 14:00", "do not understand this date"),
        ("1 smarch 14:00", "do not understand"),
        ("next friday 14:00", "do not understand"),
        ("1.12.2026.5 14:00", "do not understand"),
        ("30.2.2027 14:00", "does not exist in the calendar"),
        ("31.11. 14:00", "does not exist"),
        ("2027-02-29 14:00", "does not exist in the calendar"),
        ("2026-13-01 14:00", "does not exist"),
        ("0000-01-01 14:00", "does not exist"),
        ("1/12/2026 14:00", "which of the two numbers is the month"),
        ("monday 14:00", "today is that day of the week"),
        ("Mon 1 Dec 14:00", "is a tuesday"),
        ("10:59", "has passed: on the clocks of europe/kyiv it is now 2026-11-23 11:00"),
        ("today 11:00", "has passed"),
        ("2026-11-22 14:00", "has passed"),
        ("22.11. 14:00", "write the year as well"),
        ("1999-01-01 14:00", "has passed"),
        ("2037-01-01 14:00", "more than 10 years ahead"),
        ("9999-12-31 23:59", "years ahead"),
        ("in 9999 days 14:00", "years ahead"),
        ("0001-01-01 00:00", "has passed"),
    ],
)
def test_what_is_no_good_date_is_refused_with_the_reason(written: str, reason: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_moment(written, KYIV, NOW)
    assert reason in str(refused.value).lower()


@pytest.mark.parametrize(
    ("zone", "written", "reason", "instead"),
    [
        (KYIV, "2027-03-28 03:30", "does not exist", "2027-03-28 04:30"),
        (KYIV, "2027-10-31 03:30", "comes twice", "2027-10-31 04:30"),
        ("America/New_York", "2027-03-14 02:00", "does not exist", "2027-03-14 03:00"),
        ("America/New_York", "2027-11-07 01:59", "comes twice", "2027-11-07 02:59"),
        ("Australia/Lord_Howe", "2027-10-03 02:15", "does not exist", "2027-10-03 02:45"),
    ],
)
def test_a_time_that_a_change_of_clocks_takes_away_or_doubles_is_refused_with_one_that_is_good(
    zone: str, written: str, reason: str, instead: str
) -> None:
    with pytest.raises(NotUnderstood, match=reason) as refused:
        read_moment(written, zone, NOW)
    assert f"`{instead}`" in str(refused.value)
    assert read_moment(instead, zone, NOW) > NOW


def test_each_side_of_a_change_of_clocks_has_its_own_offset() -> None:
    assert read_moment("2027-03-28 02:59", KYIV, NOW) == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert read_moment("2027-03-28 04:00", KYIV, NOW) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert read_moment("tomorrow 14:00", KYIV, datetime(2027, 3, 27, 9, tzinfo=UTC)) == datetime(2027, 3, 28, 11, tzinfo=UTC)


def test_today_is_the_day_of_the_zone_and_not_of_utc() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    assert read_moment("today 9:00", KYIV, late) == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert read_moment("tomorrow 9:00", KYIV, late) == datetime(2026, 11, 25, 7, tzinfo=UTC)


def test_no_answer_repeats_what_was_written() -> None:
    for written in ("amina@example.org 14:00", "amina 1.12.", "1 amina 14:00"):
        with pytest.raises(NotUnderstood) as refused:
            read_moment(written, KYIV, NOW)
        assert "amina" not in str(refused.value)


WORDS = st.sampled_from(
    [*"0123456789.:-/ h", "14:00", "12", "31", "2026", "2027", " pm", "tomorrow ", "friday ", "dec ", "in ", "days ", "²", "٣", "demain "]
)
ZONES = st.sampled_from([KYIV, "UTC", "Australia/Lord_Howe", "America/New_York", "Pacific/Kiritimati", "Etc/GMT+12"])
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(st.text() | st.lists(WORDS).map("".join), ZONES, TIMES)
def test_whatever_is_written_is_a_moment_ahead_or_refused(written: str, zone: str, now: datetime) -> None:
    try:
        moment = read_moment(written, zone, now)
    except NotUnderstood as refused:
        said = str(refused)
    else:
        assert now < moment < now + timedelta(days=366 * (YEARS_AHEAD + 1))
        assert moment.utcoffset() == timedelta(0)
        said = "."
    assert said.endswith(".")


@given(st.integers(1, 365 * 9), st.times(), ZONES, TIMES)
def test_each_way_to_write_a_minute_ahead_means_that_minute(days: int, clock: object, zone: str, now: datetime) -> None:
    there = ZoneInfo(zone)
    local = datetime.combine(now.astimezone(there).date() + timedelta(days=days), clock)  # type: ignore[arg-type]
    local = local.replace(second=0, microsecond=0, tzinfo=None, fold=0)
    good = local.replace(tzinfo=there).astimezone(UTC).astimezone(there).replace(tzinfo=None) == local
    twice = local.replace(tzinfo=there).utcoffset() != local.replace(tzinfo=there, fold=1).utcoffset()
    forms = ["%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d %B %Y %Hh%M", "%A %d %b %Y at %I:%M %p", "%b %d %Y %H:%M", "%H:%M %Y/%m/%d"]
    for written in (local.strftime(form) for form in forms):
        if not good or twice:
            with pytest.raises(NotUnderstood, match=r"does not exist|comes twice"):
                read_moment(written, zone, now)
        else:
            assert read_moment(written, zone, now).astimezone(there).replace(tzinfo=None) == local


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Europe/Kyiv", KYIV), ("europe/kyiv", KYIV), (" kyiv ", KYIV), ("New York", "America/New_York"), ("UTC", "UTC"), ("gmt", "UTC"),
        ("UTC+2", "Etc/GMT-2"), ("-05:00", "Etc/GMT+5"), ("utc+0", "UTC"), ("Asia/Kathmandu", "Asia/Kathmandu"),
    ],
)  # fmt: skip
def test_zones_are_understood_by_name_city_or_offset(written: str, zone: str) -> None:
    assert read_zone(written) == zone


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("Europe/Kiyv", "`tz=Europe/Kyiv`"), ("Asia/Kolkatta", "`tz=Asia/Kolkata`"), ("nairoby", "`tz=Africa/Nairobi`"),
        ("louisville", "more than one zone"), ("EST", "for example"), ("UTC+25", "for example"), ("", "for example"),
        ("../../etc/passwd", "for example"), ("amina@example.org", "for example"),
    ],
)  # fmt: skip
def test_an_unknown_zone_is_refused_with_the_nearest_known_one(written: str, hint: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_zone(written)
    assert hint in str(refused.value)
    assert "amina" not in str(refused.value)


@given(st.text())
def test_whatever_is_written_is_a_zone_that_exists_or_refused(written: str) -> None:
    try:
        zone = read_zone(written)
    except NotUnderstood:
        return
    assert ZoneInfo(zone).key == zone
