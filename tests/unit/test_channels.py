"""Which channels reach somebody, and in which order they are tried (PRODUCT §6, "Ladder")."""

from __future__ import annotations

import pytest

from teleconnect_bot.domain.channels import Channel, ChannelOrder, CountryOrder
from teleconnect_bot.domain.people import Contact, NotAContact

EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
MAIL, SWISS, UKRAINIAN = Contact.email("anna@example.org"), Contact.phone("+41791234567"), Contact.phone("+380501234567")
EVERYTHING = ChannelOrder(
    usable=(EMAIL, SMS, WHATSAPP),
    countries=(CountryOrder("default", (SMS, WHATSAPP, EMAIL)), CountryOrder("+38", (EMAIL,)), CountryOrder("+380", (WHATSAPP, SMS))),
)


def test_a_number_is_tried_in_the_order_of_its_country_by_the_longest_prefix() -> None:
    assert EVERYTHING.ladder([SWISS]) == (SMS, WHATSAPP)
    assert EVERYTHING.ladder([UKRAINIAN]) == (WHATSAPP, SMS)


def test_an_address_beside_the_number_is_tried_where_the_order_says_else_last() -> None:
    assert EVERYTHING.ladder([SWISS, MAIL]) == (SMS, WHATSAPP, EMAIL)
    assert EVERYTHING.ladder([MAIL, UKRAINIAN]) == (WHATSAPP, SMS, EMAIL)


def test_an_address_alone_is_written_to_whatever_the_order() -> None:
    assert EVERYTHING.ladder([MAIL]) == (EMAIL,)


def test_the_wanted_channel_leads_if_it_reaches_the_person() -> None:
    assert EVERYTHING.ladder([SWISS], first=WHATSAPP) == (WHATSAPP, SMS)
    assert EVERYTHING.ladder([SWISS], first=EMAIL) == (SMS, WHATSAPP)
    assert ChannelOrder().ladder([SWISS, MAIL], first=SMS) == (EMAIL,)


def test_a_deployment_without_telephone_channels_reaches_no_number() -> None:
    assert ChannelOrder().ladder([SWISS]) == ()
    assert ChannelOrder().ladder([MAIL]) == (EMAIL,)


@pytest.mark.parametrize("written", ["0791234567", "+4179 123 45 67", "+0791234567", "+41", "+411234567890123456", "tel:+41791234567", ""])
def test_a_number_stands_in_the_form_of_e164_or_is_none(written: str) -> None:
    with pytest.raises(NotAContact):
        Contact.phone(written)


def test_a_number_shows_itself_to_nobody() -> None:
    assert (str(SWISS), repr(SWISS), SWISS.masked()) == ("***", "***", "+41…567")
