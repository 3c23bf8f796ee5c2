"""The Persian and the Ethiopian calendar beside the Gregorian one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.adapters.messaging.calendars import CalendarDay, ethiopian, from_ethiopian, from_persian, persian

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("gregorian", "expected"),
    [
        (date(1925, 3, 31), (1304, 1, 11)),
        (date(1979, 2, 11), (1357, 11, 22)),
        (date(2000, 3, 20), (1379, 1, 1)),
        (date(2017, 3, 20), (1395, 12, 30)),
        (date(2021, 3, 20), (1399, 12, 30)),
        (date(2021, 3, 21), (1400, 1, 1)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2026, 9, 22), (1405, 6, 31)),
        (date(2026, 9, 23), (1405, 7, 1)),
        (date(2026, 12, 1), (1405, 9, 10)),
    ],
)
def test_known_days_of_the_persian_calendar(gregorian: date, expected: tuple[int, int, int]) -> None:
    assert persian(gregorian) == CalendarDay(*expected)
    assert from_persian(CalendarDay(*expected)) == gregorian


@pytest.mark.parametrize(
    ("gregorian", "expected"),
    [
        (date(1896, 3, 1), (1888, 6, 23)),
        (date(2007, 9, 12), (2000, 1, 1)),
        (date(2023, 9, 11), (2015, 13, 6)),
        (date(2023, 9, 12), (2016, 1, 1)),
        (date(2024, 1, 7), (2016, 4, 28)),
        (date(2026, 9, 10), (2018, 13, 5)),
        (date(2026, 9, 11), (2019, 1, 1)),
        (date(2026, 12, 1), (2019, 3, 22)),
    ],
)
def test_known_days_of_the_ethiopian_calendar(gregorian: date, expected: tuple[int, int, int]) -> None:
    assert ethiopian(gregorian) == CalendarDay(*expected)
    assert from_ethiopian(CalendarDay(*expected)) == gregorian


@given(DAYS)
def test_each_day_is_found_again(day: date) -> None:
    assert from_persian(persian(day)) == day
    assert from_ethiopian(ethiopian(day)) == day


@given(DAYS)
def test_the_next_day_is_the_next_day(day: date) -> None:
    for calendar, months in ((persian, 12), (ethiopian, 13)):
        now, later = calendar(day), calendar(day + timedelta(days=1))
        if later.day > 1:
            assert later == CalendarDay(now.year, now.month, now.day + 1)
        elif later.month > 1:
            assert (later.year, later.month) == (now.year, now.month + 1)
        else:
            assert (later.year, now.month) == (now.year + 1, months)


def test_every_day_of_two_centuries_stands_in_a_month_that_can_hold_it() -> None:
    day = date(1900, 1, 1)
    while day <= date(2100, 12, 31):
        solar, grace = persian(day), ethiopian(day)
        assert 1 <= solar.day <= (31 if solar.month <= 6 else 30)
        assert 1 <= grace.day <= (30 if grace.month <= 12 else 6)
        day += timedelta(days=1)


@pytest.mark.parametrize("wrong", [(1404, 12, 30), (1405, 7, 31), (1405, 13, 1), (1405, 1, 0)])
def test_a_day_that_the_persian_calendar_lacks_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such day"):
        from_persian(CalendarDay(*wrong))


@pytest.mark.parametrize("wrong", [(2018, 13, 6), (2019, 1, 31), (2019, 14, 1)])
def test_a_day_that_the_ethiopian_calendar_lacks_is_refused(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="no such day"):
        from_ethiopian(CalendarDay(*wrong))


def test_years_that_the_rules_do_not_cover_are_refused() -> None:
    with pytest.raises(ValueError, match="1178 to 1633"):
        persian(date(2300, 1, 1))
    with pytest.raises(ValueError, match="before the first year"):
        ethiopian(date(1, 1, 1))
