"""A day in the words of a language, in the calendar that its readers live by (PRODUCT §4.1, §6).

CLDR says how a Gregorian date is written (`babel.dates`). Where readers live by another calendar the day stands in both, so that it
fits a wall calendar here and there. The names of the months of those calendars are CLDR's too, which Babel does not carry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from babel import Locale
from babel.dates import format_date

from teleconnect_bot.adapters.messaging.calendars import CalendarDay, ethiopian, persian

_PERSIAN_MONTHS = {
    "fa": ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"],
    "prs": ["حمل", "ثور", "جوزا", "سرطان", "اسد", "سنبله", "میزان", "عقرب", "قوس", "جدی", "دلو", "حوت"],
    "ps": ["وری", "غویی", "غبرګولی", "چنګاښ", "زمری", "وږی", "تله", "لړم", "لیندۍ", "مرغومی", "سلواغه", "کب"],
}
_ETHIOPIAN_MONTHS = {
    "am": ["መስከረም", "ጥቅምት", "ኅዳር", "ታኅሣሥ", "ጥር", "የካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰኔ", "ሐምሌ", "ነሐሴ", "ጳጉሜን"],
    "ti": ["መስከረም", "ጥቅምቲ", "ሕዳር", "ታሕሳስ", "ጥሪ", "ለካቲት", "መጋቢት", "ሚያዝያ", "ግንቦት", "ሰነ", "ሓምለ", "ነሓሰ", "ጳጉሜን"],
}
# CLDR gives the Gregorian months of Tigrinya the names of the Ethiopian ones, of which each begins some twenty days earlier. Readers in
# Ethiopia would take 1 ታሕሳስ for the tenth of December; with these borrowed names nobody can.
_TIGRINYA_MONTHS = ["ጃንዋሪ", "ፌብሩወሪ", "ማርች", "ኤፕሪል", "መይ", "ጁን", "ጁላይ", "ኦጎስት", "ሰፕተምበር", "ኦክቶበር", "ኖቬምበር", "ዲሰምበር"]
# CLDR's names for Pashto are literary; these are said everywhere.
_PASHTO_WEEKDAYS = ["دوشنبه", "سه\u200cشنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"]


def day_in_words(day: date, language: str, locale: Locale) -> str:
    """Weekday and date with ASCII digits, such as `Tuesday, 1 December 2026`; `language` is the catalogue's code."""
    write = _WRITERS.get(language)
    return format_date(day, format="full", locale=locale) if write is None else write(day, locale)


def brief_day_of_two_calendars(day: date, language: str, locale: Locale) -> str | None:
    """Weekday, day and month, without the year; None where the Gregorian calendar is the only one."""
    gregorian = format_date(day, format="d MMMM", locale=locale)
    match language:
        case "fa" | "prs" | "ps":
            weekday = _PASHTO_WEEKDAYS[day.weekday()] if language == "ps" else _weekday(day, locale)
            own = persian(day)
            return f"{weekday} {own.day} {_PERSIAN_MONTHS[language][own.month - 1]} ({gregorian})"
        case "am":
            own = ethiopian(day)
            return f"{_weekday(day, locale)} {own.day} {_ETHIOPIAN_MONTHS['am'][own.month - 1]} ({gregorian})"
        case "ti":
            own = ethiopian(day)
            latin = f"{day.day} {_TIGRINYA_MONTHS[day.month - 1]}"
            return f"{_weekday(day, locale)} {latin} ({own.day} {_ETHIOPIAN_MONTHS['ti'][own.month - 1]})"
        case _:
            return None


def _gregorian(day: date, locale: Locale) -> str:
    return format_date(day, format="d MMMM y", locale=locale)


def _weekday(day: date, locale: Locale) -> str:
    return format_date(day, format="EEEE", locale=locale)


def _written(day: CalendarDay, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _arabic(day: date, locale: Locale) -> str:
    """The month by both of its names: one is said from Egypt on westward and in the Gulf, the other in Iraq and the Levant."""
    of_the_west = _name_of_month(day, locale)
    of_the_levant = _name_of_month(day, Locale("ar", "SY"))
    return f"{_weekday(day, locale)}، {day.day} {of_the_west}/{of_the_levant} {day.year}"


def _name_of_month(day: date, locale: Locale) -> str:
    return format_date(day, format="MMMM", locale=locale)


def _in_persian(day: date, locale: Locale) -> str:
    return f"{_weekday(day, locale)} {_written(persian(day), _PERSIAN_MONTHS['fa'])} ({_gregorian(day, locale)})"


def _in_dari(day: date, locale: Locale) -> str:
    return f"{_weekday(day, locale)} {_written(persian(day), _PERSIAN_MONTHS['prs'])} ({_gregorian(day, locale)})"


def _in_pashto(day: date, locale: Locale) -> str:
    return f"{_PASHTO_WEEKDAYS[day.weekday()]} {_written(persian(day), _PERSIAN_MONTHS['ps'])} ({_gregorian(day, locale)})"


def _in_amharic(day: date, locale: Locale) -> str:
    return f"{_weekday(day, locale)}፣ {_written(ethiopian(day), _ETHIOPIAN_MONTHS['am'])} ዓ.ም. ({_gregorian(day, locale)} እ.ኤ.አ.)"


def _in_tigrinya(day: date, locale: Locale) -> str:
    """Gregorian first: that is the civil calendar of Eritrea."""
    gregorian = f"{day.day} {_TIGRINYA_MONTHS[day.month - 1]} {day.year}"
    return f"{_weekday(day, locale)}፣ {gregorian} ({_written(ethiopian(day), _ETHIOPIAN_MONTHS['ti'])} ብግእዝ)"


def _in_kurmanji(day: date, locale: Locale) -> str:
    """With the date in figures: the names of the months differ from region to region."""
    return f"{format_date(day, format='full', locale=locale)} ({day.day}.{day.month}.{day.year})"


_WRITERS: Mapping[str, Callable[[date, Locale], str]] = {
    "am": _in_amharic,
    "ar": _arabic,
    "fa": _in_persian,
    "ku": _in_kurmanji,
    "prs": _in_dari,
    "ps": _in_pashto,
    "ti": _in_tigrinya,
}
