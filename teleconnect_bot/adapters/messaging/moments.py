"""A moment in the words of a language (PRODUCT §6, "dates … right for each")."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_skeleton, format_time, get_timezone_location

from teleconnect_bot.adapters.messaging.days import brief_day_of_two_calendars, day_in_words

# English as most of the world writes it: day before month, 24 hours.
# Dari has no entry of its own in CLDR: it is Persian as it is written in Afghanistan.
_PREFERRED = {"en": "en_GB", "prs": "fa_AF"}
# Where many count the hours from sunrise, 2:00 may be taken for eight in the morning; 14:00 cannot.
_FULL_DAY_CLOCK = frozenset({"am", "so", "ti"})
_COMMAS = {"ar": "،", "fa": "،", "prs": "،", "ps": "،", "am": "፣", "ti": "፣", "my": "၊"}
_DIGITS = {"arabext": "۰۱۲۳۴۵۶۷۸۹", "arab": "٠١٢٣٤٥٦٧٨٩", "mymr": "၀၁၂၃၄၅၆၇၈၉"}


def locale_of(language: str) -> Locale:
    """The Babel locale of a language tag; English when Babel knows neither it nor its parent."""
    tag = language.replace("-", "_")
    for candidate in (tag, tag.partition("_")[0], "en"):
        try:
            return Locale.parse(_PREFERRED.get(candidate, candidate))
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel has no English")


def base_of(language: str) -> str:
    """The language of a tag, without country and script: `fr-CH` is `fr`."""
    return language.replace("_", "-").partition("-")[0].lower()


def native_digits(text: str, language: str) -> str:
    """The text with its ASCII digits written as the language's readers write them by default (CLDR, `defaultNumberingSystem`)."""
    digits = _DIGITS.get(locale_of(language).default_numbering_system)
    return text if digits is None else text.translate({ord(str(number)): digit for number, digit in enumerate(digits)})


def format_day(moment: datetime, zone: str, language: str) -> str:
    """Weekday and date, such as `Tuesday, 1 December 2026`. `moment` is aware, `zone` an IANA name.

    In the digits of the language, and in both calendars where its readers live by another than the Gregorian one.
    """
    local = moment.astimezone(ZoneInfo(zone))
    return native_digits(day_in_words(local.date(), base_of(language), locale_of(language)), language)


def format_clock(moment: datetime, zone: str, language: str) -> str:
    """The time of day to the minute, such as `14:00`."""
    local = moment.astimezone(ZoneInfo(zone))
    pattern = "HH:mm" if base_of(language) in _FULL_DAY_CLOCK else "short"
    return native_digits(format_time(local, format=pattern, locale=locale_of(language)), language)


def format_moment(moment: datetime, zone: str, language: str) -> str:
    """Weekday, date, time and zone: `Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)`. The offset leaves no doubt."""
    local = moment.astimezone(ZoneInfo(zone))
    comma = _COMMAS.get(base_of(language), ",")
    return f"{format_day(moment, zone, language)}{comma} {format_clock(moment, zone, language)} ({_zone_name(local, zone, language)})"


def ways_to_write_briefly(moment: datetime, zone: str, language: str) -> tuple[str, ...]:
    """Day and time for an SMS, the most telling way first: with the zone's city, with its offset, with neither.

    `Tue 1 Dec, 14:00 (Kyiv)`, `Tue 1 Dec, 14:00 (UTC+2)`, `Tue 1 Dec, 14:00`. The letters of a city may double what an SMS takes.
    """
    brief = format_briefly(moment, zone, language)
    offset = _offset(moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta())
    named = (offset,) if _has_no_city(zone) else (_city(zone, locale_of(language)), offset)
    return (*(f"{brief} ({name})" for name in named), brief)


def format_briefly(moment: datetime, zone: str, language: str) -> str:
    """Day and time without year and zone: `Tue 1 Dec, 14:00`. In both calendars where readers live by another than the Gregorian one."""
    local, base, locale = moment.astimezone(ZoneInfo(zone)), base_of(language), locale_of(language)
    day = brief_day_of_two_calendars(local.date(), base, locale) or format_skeleton("MMMEd", local, locale=locale)
    return f"{native_digits(day, language)}{_COMMAS.get(base, ',')} {format_clock(moment, zone, language)}"


def _zone_name(local: datetime, zone: str, language: str) -> str:
    offset = local.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    offset_name = f"UTC{sign}{hours:02d}:{minutes:02d}" if offset else "UTC"
    if _has_no_city(zone):
        return offset_name
    return f"{_city(zone, locale_of(language))}, {offset_name}"


def _has_no_city(zone: str) -> bool:
    return "/" not in zone or zone.startswith("Etc/")


def _offset(offset: timedelta) -> str:
    """`UTC+2`, `UTC+5:30`, `UTC`."""
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{hours}{f':{minutes:02d}' if minutes else ''}" if offset else "UTC"


@lru_cache
def _city(zone: str, locale: Locale) -> str:
    """The city after which a zone is named, in the language. Babel knows some by a former name alone: Europe/Kyiv as Europe/Kiev."""
    present = get_global("zone_aliases").get(zone, zone)
    former = (old for old, new in get_global("zone_aliases").items() if new == present)
    for name in (present, *former):
        if city := locale.time_zones.get(name, {}).get("city"):
            return str(city)
    return get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
