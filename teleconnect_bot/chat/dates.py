"""Dates and zones as people write them, read strictly (PRODUCT §3): every part must be understood, nothing is guessed.

What is wrong is said in words that quote nothing of what was written. What is right is echoed by whoever asked, with zone and
day of week.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date, get_day_names, get_month_names

from .parser import NotUnderstood, nearest
from .voice import reader, say

Width = Literal["wide", "abbreviated"]
YEARS_AHEAD = 10
"""A date beyond is taken for a slip of the finger."""
JUST_PASSED = timedelta(days=90)
"""A day without a year that passed this recently is not taken for one of the next year."""
NAMES_IN = ("en", "fr")
"""Languages in which days and months may be named."""

_DAYS_AHEAD = {
    "today": 0, "tomorrow": 1, "day after tomorrow": 2, "the day after tomorrow": 2, "aujourd'hui": 0, "demain": 1, "après-demain": 2,
    "apres-demain": 2,
}  # fmt: skip
_TIMES = (
    re.compile(r"(?<![\w.:/-])(?P<h>\d{1,2})(?::|h|h )(?P<m>\d{2})(?::00)?(?: ?(?P<half>am|pm))?(?![\w:/-])"),
    re.compile(r"(?<![\w.:/-])(?P<h>\d{1,2}) ?(?:h|hours?|heures?|uhr|o'clock)(?![\w:/-])(?P<m>)(?P<half>)"),
    re.compile(r"(?<![\w.:/-])(?P<h>\d{1,2}) ?(?P<half>am|pm)(?![\w:/-])(?P<m>)"),
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d{1,2})\2(?P<d>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})(?:\.|\. ?(?P<y>\d{4}|\d{2}))?")
_WITH_SLASHES = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})(?:/(?P<y>\d{4}))?")
_DAY_AND_NAME = re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.)? (?:of )?(?P<name>[^\W\d]+)\.?(?: (?P<y>\d{4}))?")
_NAME_AND_DAY = re.compile(r"(?P<name>[^\W\d]+)\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?(?: (?P<y>\d{4}))?")
_IN_DAYS = re.compile(r"(?:in|dans) (?P<n>\d{1,4}) (?:days?|jours?)")
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])0?(\d{1,2})(?::?00)?", re.IGNORECASE)


def read_moment(written: str, zone: str, now: datetime) -> datetime:
    """The moment that is meant on the clocks of `zone` (an IANA name), in UTC. `now` is aware.

    Raises `NotUnderstood` with the reason for what is no date, lies in the past or too far ahead, or does not exist or exists
    twice because clocks are changed.
    """
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    text = _normal(written)
    clock, rest = _time_in(text, today)
    day = _day_in(rest, today)
    if not today.year - 1 <= day.year <= today.year + YEARS_AHEAD:
        past = day.year < today.year
        if past:
            raise NotUnderstood("That date has passed.")
        raise NotUnderstood("That is more than {years} years ahead. Please check the year.", years=YEARS_AHEAD)
    return _moment(datetime.combine(day, clock), here, zone, now)


def _moment(local: datetime, here: ZoneInfo, zone: str, now: datetime) -> datetime:
    first, second = local.replace(tzinfo=here), local.replace(tzinfo=here, fold=1)
    moment = first.astimezone(UTC)
    if moment.astimezone(here).replace(tzinfo=None) != local:
        raise NotUnderstood(
            "That time does not exist: the clocks of {zone} are put forward over it on that day. For example `{time}` exists.",
            zone=zone,
            time=f"{moment.astimezone(here):%Y-%m-%d %H:%M}",
        )
    if first.utcoffset() != second.utcoffset():
        after = (second.astimezone(UTC) + timedelta(hours=1)).astimezone(here)
        raise NotUnderstood(
            "That time comes twice: the clocks of {zone} are put back over it on that day. For example `{time}` comes once.",
            zone=zone,
            time=f"{after:%Y-%m-%d %H:%M}",
        )
    if moment <= now:
        raise NotUnderstood(
            "That time has passed: on the clocks of {zone} it is now {time}.", zone=zone, time=f"{now.astimezone(here):%Y-%m-%d %H:%M}"
        )
    return moment


def _normal(written: str) -> str:
    """In small letters, with plain digits, blanks and apostrophes."""
    folded = unicodedata.normalize("NFKC", written).lower().replace("\u2019", "'").replace(",", " ")
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
    plain = re.sub(r"\b([ap])\.m\.", r"\1m", re.sub(r"(?<=\d)t(?=\d)", " ", plain))
    return " ".join(plain.split())


def _time_in(text: str, today: date) -> tuple[time, str]:
    """The one time of day in the text, and the text without it."""
    found = [match for pattern in _TIMES for match in pattern.finditer(text)]
    if not found:
        raise NotUnderstood("The time of day is missing. {example}", example=_for_example(today))
    if len(found) > 1:
        raise NotUnderstood("There is more than one time of day. {example}", example=_for_example(today))
    match = found[0]
    hour, minute, half = int(match["h"]), int(match["m"] or 0), match["half"]
    if half and not 1 <= hour <= 12:
        raise NotUnderstood("That time of day does not exist. {example}", example=_for_example(today))
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    if hour > 23 or minute > 59:
        raise NotUnderstood("That time of day does not exist. {example}", example=_for_example(today))
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    return time(hour, minute), " ".join(word for word in rest.split() if word not in ("at", "on", "à", "le", "um", "am"))


def _day_in(text: str, today: date) -> date:
    if not text:
        return today
    if text in _DAYS_AHEAD:
        return today + timedelta(days=_DAYS_AHEAD[text])
    if match := _IN_DAYS.fullmatch(text):
        return today + timedelta(days=int(match["n"]))
    weekday, _, rest = text.partition(" ")
    number = _weekdays().get(weekday.rstrip("."))
    if number is None or (weekday.rstrip(".") in _months() and _NAME_AND_DAY.fullmatch(text)):
        # `mar` is a Tuesday in French, and `mar 1` the first of March.
        return _date_in(text, today)
    if rest:
        day = _date_in(rest, today)
        if day.weekday() != number:
            raise NotUnderstood(
                "That date is a {weekday}, another day of the week than you wrote. Please check it.",
                weekday=format_date(day, "EEEE", locale=reader().language),
            )
        return day
    if number == today.weekday():
        raise NotUnderstood("Today is that day of the week. Please write `today` or the date. {example}", example=_for_example(today))
    return today + timedelta(days=(number - today.weekday()) % 7)


def _date_in(text: str, today: date) -> date:
    for pattern in (_YEAR_FIRST, _DAY_FIRST, _WITH_SLASHES, _DAY_AND_NAME, _NAME_AND_DAY):
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            month = _months().get(parts["name"]) if "name" in parts else int(parts["m"])
            day = int(parts["d"])
            if month is None:
                break
            if pattern is _WITH_SLASHES:
                day, month = _without_doubt(day, month, today)
            return _date(_year(parts["y"]), month, day, today)
    raise NotUnderstood("I do not understand this date. {example}", example=_for_example(today))


def _year(written: str | None) -> int | None:
    return None if written is None else int(written) + (2000 if len(written) == 2 else 0)


def _without_doubt(first: int, second: int, today: date) -> tuple[int, int]:
    """Day and month of a date with slashes, which half of the world reads the other way round."""
    if first <= 12 and second <= 12 and first != second:
        raise NotUnderstood("Which of the two numbers is the month? With slashes one cannot tell. {example}", example=_for_example(today))
    return (second, first) if second > 12 else (first, second)


def _date(year: int | None, month: int, day: int, today: date) -> date:
    """Without a year: the next such day."""
    if year is not None:
        return _existing(year, month, day)
    try:
        this_year = date(today.year, month, day)
    except ValueError:
        this_year = None
    if this_year and this_year >= today:
        return this_year
    if this_year and today - this_year <= JUST_PASSED:
        raise NotUnderstood("That date has passed. If you mean the next year, please write the year as well.")
    return _existing(today.year + 1, month, day)


def _existing(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise NotUnderstood("That date does not exist in the calendar. Please check day and month.") from None


def _for_example(today: date) -> str:
    return say('Example: `at="{day} 14:00"` or `at="tomorrow 14:00"`.', day=today + timedelta(days=1))


@cache
def _weekdays() -> Mapping[str, int]:
    return _names(lambda width, language: get_day_names(width, locale=language))


@cache
def _months() -> Mapping[str, int]:
    return _names(lambda width, language: get_month_names(width, locale=language))


def _names(of: Callable[[Width, str], Mapping[int, str]]) -> Mapping[str, int]:
    """Each name, long or short, in small letters, without the point of an abbreviation."""
    widths: tuple[Width, ...] = ("wide", "abbreviated")
    return {name.lower().rstrip("."): number for language in NAMES_IN for width in widths for number, name in of(width, language).items()}


# ---- zones


def read_zone(written: str) -> str:
    """The IANA name of a zone: `Europe/Kyiv`, its city alone, or `UTC+2`. Raises `NotUnderstood` with the nearest known one."""
    wanted = "_".join(_plain_zone(written).split())
    if wanted in _zones():
        return _zones()[wanted]
    if match := _OFFSET.fullmatch(wanted):
        hours = int(match[1] + match[2])
        # POSIX counts the other way round.
        if -12 <= hours <= 14:
            return f"Etc/GMT{-hours:+d}" if hours else "UTC"
    cities = _cities().get(wanted, ())
    if len(cities) == 1:
        return cities[0]
    if cities:
        raise NotUnderstood("There is more than one zone of this name: {names}.", names=_any_of(cities))
    guess = nearest(wanted, _zones()) or nearest(wanted, _cities()) or ""
    names = [_zones()[guess]] if guess in _zones() else list(_cities().get(guess, ()))
    hint = " " + say("Did you mean {names}?", names=_any_of(names)) if names else ""
    raise NotUnderstood("I do not know this time zone.{hint} Write continent and city, for example `tz=Europe/Kyiv`.", hint=hint)


def _any_of(names: Iterable[str]) -> str:
    return say(" or ").join(f"`tz={name}`" for name in names)


def _plain_zone(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip().lower()


@cache
def _zones() -> Mapping[str, str]:
    """By their names in small letters. Abbreviations such as EST are left out: they say nothing of summer."""
    named = {name.lower(): name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))}
    return {**named, "utc": "UTC", "gmt": "UTC"}


@cache
def _cities() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name in sorted(_zones().values()):
        found.setdefault(name.rpartition("/")[2].lower(), []).append(name)
    return {city: tuple(names) for city, names in found.items()}
