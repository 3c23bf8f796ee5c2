"""Who else is invited, as a requester writes it: `guest=<e-mail>[/<language>]` (PRODUCT §1, "Third party")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from teleconnect_bot.domain.guest_link import Recipient
from teleconnect_bot.domain.people import Contact, NotAContact

from .parser import NotUnderstood

MOST_PEOPLE = 8
"""How many further people one invitation may name."""

ReadLanguage = Callable[[str], str]
"""The language that was written, as a catalogue has it. Raises `NotUnderstood`."""


def guests(values: Sequence[str], language: str, read_language: ReadLanguage, example: str) -> tuple[Recipient, ...]:
    """The third parties in the order in which they were written; without a language of their own they have the service user's."""
    return tuple(_recipient("guest", value, language, read_language, example) for value in values)


def _recipient(option: str, value: str, language: str, read_language: ReadLanguage, example: str) -> Recipient:
    address, slash, own = value.rpartition("/")
    if "@" in own:
        address, slash, own = value, "", ""
    try:
        contact = Contact.email(address)
    except NotAContact:
        raise NotUnderstood(f"What stands after `{option}=` is not an e-mail address. Example: `{example}`") from None
    return Recipient(contact, read_language(own) if slash else language)


def checked_crowd(contacts: Sequence[Contact], example: str) -> None:
    """Nobody is invited twice, and not too many at once. Raises `NotUnderstood`."""
    if len({(contact.kind, contact.value.lower()) for contact in contacts}) < len(contacts):
        raise NotUnderstood(f"The same contact stands there twice. Each person needs their own. Example: `{example}`")
    if len(contacts) > 1 + MOST_PEOPLE:
        raise NotUnderstood(f"At most {MOST_PEOPLE} people can be invited besides the first. Example: `{example}`")
