"""A moment in the words of a language (PRODUCT §6, "dates … right for each")."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location

# English as most of the world writes it: day before month, 24 hours.
# Dari has no entry of its own in CLDR: it is Persian as it is written in Afghanistan.
_PREFERRED = {"en": "en_GB", "prs": "fa_AF"}
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


def native_digits(text: str, language: str) -> str:
    """The text with its ASCII digits written as the language's readers write them by default (CLDR, `defaultNumberingSystem`)."""
    digits = _DIGITS.get(locale_of(language).default_numbering_system)
    return text if digits is None else text.translate({ord(str(number)): digit for number, digit in enumerate(digits)})


def format_day(moment: datetime, zone: str, language: str) -> str:
    """Weekday and date, such as `Tuesday, 1 December 2026`. `moment` is aware, `zone` an IANA name."""
    return format_date(moment.astimezone(ZoneInfo(zone)), format="full", locale=locale_of(language))


def format_clock(moment: datetime, zone: str, language: str) -> str:
    """The time of day to the minute, such as `14:00`."""
    return format_time(moment.astimezone(ZoneInfo(zone)), format="short", locale=locale_of(language))


def format_moment(moment: datetime, zone: str, language: str) -> str:
    """Weekday, date, time and zone: `Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)`. The offset leaves no doubt."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{format_day(moment, zone, language)}, {format_clock(moment, zone, language)} ({_zone_name(local, zone, language)})"


def _zone_name(local: datetime, zone: str, language: str) -> str:
    offset = local.utcoffset() or timedelta()
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    offset_name = f"UTC{sign}{hours:02d}:{minutes:02d}" if offset else "UTC"
    if "/" not in zone or zone.startswith("Etc/"):
        return offset_name
    city = get_timezone_location(ZoneInfo(zone), locale=locale_of(language), return_city=True)
    return f"{city}, {offset_name}"
