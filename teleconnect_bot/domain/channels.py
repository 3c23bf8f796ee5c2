"""By which channel somebody is reached, and which comes next when one fails (PRODUCT §6, "Ladder")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from .people import Contact, ContactKind

Value = TypeVar("Value")


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


BY_TELEPHONE = frozenset({Channel.SMS, Channel.WHATSAPP})
NEEDS = {Channel.EMAIL: ContactKind.EMAIL, Channel.SMS: ContactKind.PHONE, Channel.WHATSAPP: ContactKind.PHONE}
ANY_COUNTRY = "default"


@dataclass(frozen=True, slots=True)
class CountryOrder:
    """In which order the channels are tried for numbers that begin with `prefix` (`+41`); `default` is for all others."""

    prefix: str
    channels: tuple[Channel, ...]


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """`usable` are the channels that this deployment can send by; no other is ever tried."""

    usable: tuple[Channel, ...] = (Channel.EMAIL,)
    countries: tuple[CountryOrder, ...] = (CountryOrder(ANY_COUNTRY, (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL)),)

    def ladder(self, contacts: Iterable[Contact], first: Channel | None = None) -> tuple[Channel, ...]:
        """The channels for somebody with these contacts, in the order in which they are tried; `first` leads if it can be used.

        The country is that of the telephone number. An e-mail address is always worth a try, at the end if no order names it.
        Empty when nothing reaches them.
        """
        kinds = {contact.kind: contact for contact in reversed(tuple(contacts))}
        number = kinds.get(ContactKind.PHONE)
        order = (*self._of_country(number.value if number else ""), Channel.EMAIL)
        possible = [channel for channel in dict.fromkeys(order) if channel in self.usable and NEEDS[channel] in kinds]
        if first is not None and first in self.usable and NEEDS[first] in kinds:
            possible = [first, *(channel for channel in possible if channel is not first)]
        return tuple(possible)

    def _of_country(self, number: str) -> tuple[Channel, ...]:
        return longest_prefix({each.prefix: each.channels for each in self.countries}, number) or ()


def longest_prefix(by_prefix: Mapping[str, Value], number: str) -> Value | None:
    """What stands under the longest prefix with which the number begins, else under `default`."""
    fitting = [prefix for prefix in by_prefix if prefix != ANY_COUNTRY and number.startswith(prefix)]
    return by_prefix[max(fitting, key=len)] if fitting else by_prefix.get(ANY_COUNTRY)
