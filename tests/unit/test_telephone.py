"""Telephone numbers as people write them (PRODUCT §3, `invite`)."""

from __future__ import annotations

import pytest

from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact
from teleconnect_bot.services.telephone import NotATelephone, Telephone, country_name, example, looks_like_one, read, shown

NUMBER = "+41791234567"


@pytest.mark.parametrize(
    "written",
    [
        "+41 79 123 45 67", "+41791234567", "0041 79 123 45 67", "0041791234567", "079 123 45 67", "0791234567", "079/123 45 67",
        "(079) 123-45-67", "079.123.45.67", "+41 (0)79 123 45 67", "+41-79-123-45-67", "079 123\u201145\u201167", "\uff0b41 79 123 45 67",
        "٠٧٩ ١٢٣ ٤٥ ٦٧", "+٤١ ٧٩ ١٢٣ ٤٥ ٦٧", "۰۷۹ ۱۲۳ ۴۵ ۶۷", "+۴۱۷۹۱۲۳۴۵۶۷", "\u202a+41 79 123 45 67\u202c", "tel:+41791234567",
        "\u00a0079\u00a0123\u202f45\u202f67 ",
    ],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(written: str) -> None:
    assert looks_like_one(written)
    number = read(written, "CH")
    assert (number.contact.kind, number.contact.value, number.country, number.mobile) == (ContactKind.PHONE, NUMBER, "CH", True)


def test_a_country_code_counts_more_than_the_default_country() -> None:
    assert read("0049 151 23456789", "CH").country == "DE"
    assert read("+380 50 123 4567", None).contact.value == "+380501234567"


@pytest.mark.parametrize(
    ("written", "country", "reason"),
    [
        ("079 123 45 67", None, "no country code"),
        ("+41 79 123 45", "CH", "too few digits for Switzerland"),
        ("+41 79 123 45 67 89 01", "CH", "too many digits for Switzerland"),
        ("079 123 45 6", "CH", "is like no number for Switzerland; a digit is wrong, missing"),
        ("+999 79 123 45 67", "CH", "a country code that no country has"),
        ("+41 97 123 45 67", "CH", "is like no number for Switzerland"),
        ("0800 800 800", "CH", "a free service number"),
        ("0900 123 456", "CH", "a number that costs extra"),
        ("734 6001", "US", "the area code is missing"),
        ("+", "CH", "is no telephone number"),
        ("+41 79 CALLME", "CH", "is no telephone number"),
        ("+41791234567 ext. 3", "CH", "is no telephone number"),
        ("12345678901234567890", "CH", "too"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, country: str | None, reason: str) -> None:
    with pytest.raises(NotATelephone, match=reason) as refused:
        read(written, country)
    assert not set(written) & set("123456789") & set(str(refused.value))


def test_who_is_sure_may_write_to_a_range_that_is_not_known_yet() -> None:
    assert read("+41 97 123 45 67", "CH", sure=True).contact.value == "+41971234567"
    with pytest.raises(NotATelephone, match="too few"):
        read("+41 97 123", "CH", sure=True)


def test_a_fixed_line_is_told_from_a_mobile_where_the_country_tells_them_apart() -> None:
    assert not read("022 734 60 01", "CH").mobile
    assert read("+1 202 555 0143", None).mobile


@pytest.mark.parametrize("country", ["CH", "UA", "SY", "AF", "ET", None])
def test_the_example_is_itself_right(country: str | None) -> None:
    assert read(example(country), country).mobile
    assert shown(read(example(country), country).contact) == example(country)


def test_country_names_are_english() -> None:
    assert (country_name("CH"), country_name("SY"), country_name("XX")) == ("Switzerland", "Syria", "XX")


def test_neither_contact_nor_number_shows_itself() -> None:
    number = read(NUMBER, None)
    assert isinstance(number, Telephone)
    assert "79123" not in f"{number!r}{number.contact!r}{number.contact}".replace(" ", "")
    assert number.contact.masked() == "+41…567"


@pytest.mark.parametrize("number", ["41791234567", "+0791234567", "+41 79 123 45 67", "+4179", "+41791234567890123", ""])
def test_a_contact_holds_a_number_in_one_form_alone(number: str) -> None:
    with pytest.raises(NotAContact):
        Contact.phone(number)
