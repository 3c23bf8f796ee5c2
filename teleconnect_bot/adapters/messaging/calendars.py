"""Two calendars that people live by and no library among ours knows: the Persian solar one and the Ethiopian one.

Pure arithmetic on day numbers (`date.toordinal`, day 1 is 1 January of year 1, proleptic Gregorian). Sources: E. M. Reingold and
N. Dershowitz, "Calendrical Calculations", chapters on the Ethiopic calendar and on the arithmetical Persian calendar; the rule of 33
years for Persian leap years as in K. M. Borkowski, "The Persian calendar for 3000 years" (Earth, Moon and Planets 74, 1996), equal to
the astronomical calendar of Iran and Afghanistan for 1178 to 1633 of its years (1799 to 2254).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_PERSIAN_FIRST_DAY = 226_895  # 1 Farvardin of year 1
_ETHIOPIAN_FIRST_DAY = 2_796  # 1 Meskerem of year 1, era of grace
PERSIAN_YEARS = range(1178, 1634)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of either calendar; months and days count from 1. The Ethiopian year has a thirteenth month of five or six days."""

    year: int
    month: int
    day: int


def persian(day: date) -> CalendarDay:
    """The day in the Persian solar calendar (Solar Hijri). Raises `ValueError` for a year in which the rule is not proven."""
    number = day.toordinal()
    year = (number - _PERSIAN_FIRST_DAY) * 33 // 12_053 + 1
    while number < _persian_new_year(year):
        year -= 1
    while number >= _persian_new_year(year + 1):
        year += 1
    if year not in PERSIAN_YEARS:
        raise ValueError(f"the Persian calendar is known for {PERSIAN_YEARS.start} to {PERSIAN_YEARS.stop - 1} alone")
    of_year = number - _persian_new_year(year)
    # Six months of 31 days, five of 30, and what is left.
    month, before = divmod(of_year, 31) if of_year < 186 else ((of_year - 6) // 30, (of_year - 6) % 30)
    return CalendarDay(year, month + 1, before + 1)


def from_persian(day: CalendarDay) -> date:
    """The other way. Raises `ValueError` for a day that does not exist."""
    days_before = (day.month - 1) * 30 + min(day.month - 1, 6)
    found = date.fromordinal(_persian_new_year(day.year) + days_before + day.day - 1)
    if persian(found) != day:
        raise ValueError("there is no such day in the Persian calendar")
    return found


def ethiopian(day: date) -> CalendarDay:
    """The day in the Ethiopian calendar, era of grace (ዓ.ም.), from its first year on."""
    number = day.toordinal() - _ETHIOPIAN_FIRST_DAY
    if number < 0:
        raise ValueError("the day lies before the first year of the Ethiopian calendar")
    year = (4 * number + 1463) // 1461
    month, before = divmod(day.toordinal() - _ethiopian_new_year(year), 30)
    return CalendarDay(year, month + 1, before + 1)


def from_ethiopian(day: CalendarDay) -> date:
    """The other way. Raises `ValueError` for a day that does not exist."""
    found = date.fromordinal(_ethiopian_new_year(day.year) + 30 * (day.month - 1) + day.day - 1)
    if ethiopian(found) != day:
        raise ValueError("there is no such day in the Ethiopian calendar")
    return found


def _persian_new_year(year: int) -> int:
    return _PERSIAN_FIRST_DAY + 365 * (year - 1) + (8 * year + 21) // 33


def _ethiopian_new_year(year: int) -> int:
    return _ETHIOPIAN_FIRST_DAY + 365 * (year - 1) + year // 4
