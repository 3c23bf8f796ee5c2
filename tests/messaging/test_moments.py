"""Dates and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from teleconnect_bot.adapters.messaging.moments import format_clock, format_day, format_moment, ways_to_write_briefly

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


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("am", "ማክሰኞ፣ 22 ኅዳር 2019 ዓ.ም. (1 ዲሴምበር 2026 እ.ኤ.አ.)፣ 14:00 (ኪየቭ, UTC+02:00)"),
        ("ar", "الثلاثاء، 1 ديسمبر/كانون الأول 2026، 2:00 م (كييف, UTC+02:00)"),
        ("de", "Dienstag, 1. Dezember 2026, 14:00 (Kiew, UTC+02:00)"),
        ("es", "martes, 1 de diciembre de 2026, 14:00 (Kiev, UTC+02:00)"),
        ("fa", "سه‌شنبه ۱۰ آذر ۱۴۰۵ (۱ دسامبر ۲۰۲۶)، ۱۴:۰۰ (کیف, UTC+02:00)"),
        ("fr", "mardi 1 décembre 2026, 14:00 (Kiev, UTC+02:00)"),
        ("ha", "Talata 1 Disamba, 2026, 14:00 (Kyiv, UTC+02:00)"),
        ("it", "martedì 1 dicembre 2026, 14:00 (Kiev, UTC+02:00)"),
        ("ku", "sêşem, 1ê berfanbara 2026an (1.12.2026), 14:00 (Kîev, UTC+02:00)"),
        ("my", "၂၀၂၆ ဒီဇင်ဘာ ၁ အင်္ဂါ၊ ၁၄:၀၀ (ခီးအက်ဖ်, UTC+02:00)"),
        ("prs", "سه‌شنبه ۱۰ قوس ۱۴۰۵ (۱ دسمبر ۲۰۲۶)، ۱۴:۰۰ (کیف, UTC+02:00)"),
        ("ps", "سه‌شنبه ۱۰ لیندۍ ۱۴۰۵ (۱ دسمبر ۲۰۲۶)، ۱۴:۰۰ (کیف, UTC+02:00)"),
        ("pt", "terça-feira, 1 de dezembro de 2026, 14:00 (Kiev, UTC+02:00)"),
        ("ru", "вторник, 1 декабря 2026\u202fг., 14:00 (Киев, UTC+02:00)"),
        ("so", "Talaado, Diseembar 1, 2026, 14:00 (Kiyeef, UTC+02:00)"),
        ("sw", "Jumanne, 1 Desemba 2026, 14:00 (Kiev, UTC+02:00)"),
        ("ti", "ሰሉስ፣ 1 ዲሰምበር 2026 (22 ሕዳር 2019 ብግእዝ)፣ 14:00 (ክየቭ, UTC+02:00)"),
        ("tr", "1 Aralık 2026 Salı, 14:00 (Kiev, UTC+02:00)"),
        ("uk", "вівторок, 1 грудня 2026\u202fр., 14:00 (Київ, UTC+02:00)"),
    ],
)
def test_a_moment_stands_in_the_calendars_and_digits_of_its_readers(language: str, expected: str) -> None:
    assert format_moment(NOON, "Europe/Kyiv", language) == expected


@pytest.mark.parametrize(
    ("zone", "language", "city"), [("Asia/Yangon", "my", "ရန်ကုန်"), ("Asia/Kabul", "prs", "کابل"), ("Africa/Asmara", "ti", "ኣስመራ")]
)
def test_a_city_is_named_in_the_language_by_whichever_name_it_is_known(zone: str, language: str, city: str) -> None:
    assert f"({city}, UTC+" in format_moment(NOON, zone, language)


@pytest.mark.parametrize(
    ("zone", "language", "expected"),
    [
        ("Europe/Kyiv", "en", ("Tue 1 Dec, 14:00 (Kyiv)", "Tue 1 Dec, 14:00 (UTC+2)", "Tue 1 Dec, 14:00")),
        ("Asia/Kolkata", "en", ("Tue 1 Dec, 17:30 (Kolkata)", "Tue 1 Dec, 17:30 (UTC+5:30)", "Tue 1 Dec, 17:30")),
        ("America/Bogota", "fr", ("mar. 1 déc., 07:00 (Bogota)", "mar. 1 déc., 07:00 (UTC-5)", "mar. 1 déc., 07:00")),
        ("UTC", "en", ("Tue 1 Dec, 12:00 (UTC)", "Tue 1 Dec, 12:00")),
        ("Etc/GMT-3", "en", ("Tue 1 Dec, 15:00 (UTC+3)", "Tue 1 Dec, 15:00")),
    ],
)
def test_a_moment_in_an_sms_names_the_zone_in_ways_of_different_length(zone: str, language: str, expected: tuple[str, ...]) -> None:
    assert ways_to_write_briefly(NOON, zone, language) == expected


def test_the_offset_is_that_of_the_day_not_of_today() -> None:
    assert format_moment(datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Europe/Kyiv", "en").endswith("15:00 (Kyiv, UTC+03:00)")


def test_day_and_clock_follow_the_zone_across_midnight() -> None:
    late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)
    assert (format_day(late, "Europe/Kyiv", "en"), format_clock(late, "Europe/Kyiv", "en")) == ("Wednesday, 2 December 2026", "01:30")
