"""`settings`, `whoami` and `languages`: what concerns the person who writes, and no session (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import phonenumbers
from babel import Locale

from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact
from teleconnect_bot.domain.requester import STAFF_LANGUAGES, Chosen, Settings
from teleconnect_bot.services.requester_settings import RequesterSettings, with_contact

from .access import Access
from .dates import read_zone
from .markup import escaped
from .parser import Line, NotUnderstood, nearest
from .voice import speaking_to

PERSONAL = frozenset({"settings", "whoami", "languages"})
NONE = "none"
"""What takes a contact back."""


class Personal:
    """`languages` are those in which invitations may be sent; `name_of` calls one by its own name."""

    def __init__(self, settings: RequesterSettings, access: Access, languages: Sequence[str], name_of: Callable[[str], str]) -> None:
        self.settings, self.access, self.languages, self.name_of = settings, access, languages, name_of

    async def answer(self, line: Line, by: str) -> str:
        """In Markdown. Raises `NotUnderstood`; nothing is changed then."""
        match line.name:
            case "settings":
                return await self._settings(line, by)
            case "whoami":
                return self._whoami(by)
            case _:
                return self._languages()

    async def _settings(self, line: Line, by: str) -> str:
        if not line.options:
            return self._shown(await self.settings.of(by))
        language = _language(line.options["lang"]) if "lang" in line.options else None
        zone = read_zone(line.options["tz"]) if "tz" in line.options else None
        contacts = {kind: _contact(kind, line.options[kind]) for kind in ("email", "phone") if kind in line.options}

        def changes(chosen: Chosen) -> Chosen:
            chosen = replace(chosen, language=language or chosen.language, zone=zone or chosen.zone)
            for kind, contact in contacts.items():
                chosen = with_contact(chosen, kind, contact)
            return chosen

        settings = await self.settings.change(by, changes)
        with speaking_to(settings):
            return "\n\n".join(["This is how I write to you from now on.", self._shown(settings)])

    def _shown(self, settings: Settings) -> str:
        lines = [
            f"- Language: {escaped(own_name(settings.language))}",
            f"- Time zone: {escaped(settings.zone)}",
            f"- E-mail for notices: {_masked(settings.email)}",
            f"- Telephone for notices: {_masked(settings.phone)}",
        ]
        return "\n".join([*lines, "", "To change it, write for example `settings lang=fr tz=Europe/Paris`."])

    def _whoami(self, by: str) -> str:
        who = f"You are {escaped(by)}."
        if self.access.is_admin(by):
            return f"{who} You may invite people, and you are an administrator of this bot."
        return f"{who} You may invite people."

    def _languages(self) -> str:
        invited = ", ".join(f"{escaped(self.name_of(code))} (`lang={code}`)" for code in self.languages)
        spoken = ", ".join(f"{escaped(own_name(code))} (`settings lang={code}`)" for code in STAFF_LANGUAGES)
        return "\n\n".join([f"People can be invited in: {invited}.", f"I can answer you in: {spoken}."])


def own_name(language: str) -> str:
    """The language's name in that language."""
    name = Locale.parse(language).get_display_name() or language
    return name[:1].upper() + name[1:]


def _masked(contact: Contact | None) -> str:
    return escaped(contact.masked()) if contact else "none"


def _language(written: str) -> str:
    asked = written.strip().lower()
    if asked in STAFF_LANGUAGES:
        return asked
    guess = nearest(asked, STAFF_LANGUAGES)
    hint = f" Did you mean `lang={guess}`?" if guess else ""
    raise NotUnderstood(f"I cannot answer in that language.{hint} There are: {', '.join(STAFF_LANGUAGES)}. Example: `settings lang=fr`")


def _contact(kind: str, written: str) -> Contact | None:
    if written.strip().lower() == NONE:
        return None
    if kind == "email":
        try:
            return Contact.email(written)
        except NotAContact:
            raise NotUnderstood(
                "What stands after `email=` is not an e-mail address. Example: `settings email=nurse@example.org`"
            ) from None
    try:
        number = phonenumbers.parse(written, None)
    except phonenumbers.NumberParseException:
        raise NotUnderstood(
            "What stands after `phone=` is not a telephone number with its country code. Example: `settings phone=+41791234567`"
        ) from None
    if not phonenumbers.is_valid_number(number):
        raise NotUnderstood("There is no telephone number like the one after `phone=`. Example: `settings phone=+41791234567`")
    return Contact(ContactKind.PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
