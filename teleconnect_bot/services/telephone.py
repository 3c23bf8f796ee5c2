"""Telephone numbers as people write them, read by libphonenumber (PRODUCT §3 `invite`; ITU-T E.164)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TypeAlias

import phonenumbers
from babel import Locale
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

from teleconnect_bot.domain.people import Contact

Reason: TypeAlias = str
"""The end of an English sentence, to be translated where it is said."""
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""ISO 3166-1 alpha-2 codes of the countries whose numbers are known."""
COUNTRY_OF_EXAMPLES = "CH"
_WRITTEN = re.compile(r"\+?[\d\s()./-]+")
_BIDIRECTIONAL = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Marks that phones put around a number in text that runs from right to left."""
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.UNKNOWN})
_NO_PERSON: dict[int, Reason] = {
    PhoneNumberType.TOLL_FREE: "is a free service number",
    PhoneNumberType.PREMIUM_RATE: "is a number that costs extra",
    PhoneNumberType.SHARED_COST: "is a service number",
    PhoneNumberType.PAGER: "is a pager",
    PhoneNumberType.UAN: "is a company's service number",
    PhoneNumberType.VOICEMAIL: "is a voice mailbox",
}


class NotATelephone(ValueError):
    """Why this is no number that a person can be reached at.

    `sentence` is the end of a sentence that begins with the number, with `{country}` where a country is named: its ISO code, or its
    calling code where that belongs to no country. `unknown`: no number is known to begin so, which `sure` overrules.
    """

    def __init__(self, sentence: Reason, country: str = "", *, unknown: bool = False) -> None:
        super().__init__(sentence.format(country=country_name(country)))
        self.sentence, self.country, self.unknown = sentence, country, unknown


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number that exists. `country` is its ISO code, `mobile` whether it may take an SMS."""

    contact: Contact
    country: str | None
    mobile: bool
    shown: str = field(repr=False)
    """As people write it abroad: `+41 79 123 45 67`."""


def looks_like_one(written: str) -> bool:
    """Digits and what stands between them, at least three; says nothing of whether the number exists."""
    plain = _plain(written)
    return _WRITTEN.fullmatch(plain) is not None and sum(char.isdigit() for char in plain) >= 3


def read(written: str, country: str | None, *, sure: bool = False) -> Telephone:
    """The number that is meant; `country` (ISO code) is where one without a country code is. Raises `NotATelephone`.

    `sure`: the writer insists on a number whose beginning is not known to be in use, so that a new range can be written to.
    """
    plain = _plain(written)
    if not looks_like_one(plain):
        raise NotATelephone("is no telephone number")
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    if not plain.startswith("+") and country is None:
        raise NotATelephone("has no country code; write it with + and the country code")
    try:
        number = phonenumbers.parse(plain, country)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise NotATelephone("has a country code that no country has") from None
        raise NotATelephone("is too short" if error.error_type != NumberParseException.TOO_LONG else "is too long") from None
    region = phonenumbers.region_code_for_number(number) or _first_region(number)
    where = region or str(number.country_code)
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_LONG:
            raise NotATelephone("has too many digits for {country}", where)
        case ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise NotATelephone("has too few digits for {country}: the area code is missing", where)
        case ValidationResult.IS_POSSIBLE:
            pass
        case _:
            raise NotATelephone("has too few digits for {country}", where)
    kind = phonenumbers.number_type(number)
    if kind in _NO_PERSON:
        raise NotATelephone(_NO_PERSON[kind])
    if kind == PhoneNumberType.UNKNOWN and not sure:
        raise NotATelephone("is like no number for {country}; a digit is wrong, missing or too many", where, unknown=True)
    return Telephone(
        Contact.phone(phonenumbers.format_number(number, PhoneNumberFormat.E164)),
        region,
        kind in _MOBILE,
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
    )


def example(country: str | None) -> str:
    """A mobile number of the country, as people write it."""
    number = phonenumbers.example_number_for_type(country or COUNTRY_OF_EXAMPLES, PhoneNumberType.MOBILE)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else "+41 78 123 45 67"


def shown(contact: Contact) -> str:
    """A telephone contact with blanks, so that it can be checked by eye."""
    return phonenumbers.format_number(phonenumbers.parse(contact.value), PhoneNumberFormat.INTERNATIONAL)


def country_name(country: str, language: str = "en") -> str:
    """The name of a country in that language; the code itself for one without a name."""
    name: str = Locale(language).territories.get(country, country)
    return name


def _first_region(number: phonenumbers.PhoneNumber) -> str | None:
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return region if region in COUNTRIES else None


def _plain(written: str) -> str:
    """With plain digits and blanks, without the marks of right-to-left text and a leading `tel:`."""
    folded = unicodedata.normalize("NFKC", written).translate(_BIDIRECTIONAL).strip().removeprefix("tel:")
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
    dashes = re.sub(r"[\u2010-\u2015\u2212]", "-", digits)
    return " ".join(dashes.split())
