"""`settings`, `whoami` and `languages`: what concerns the person who writes, and no session (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from babel import Locale

from teleconnect_bot.domain.people import Contact, NotAContact
from teleconnect_bot.domain.requester import STAFF_LANGUAGES, Chosen, Settings
from teleconnect_bot.services.requester_settings import RequesterSettings, with_contact

from .access import Access
from .commands import did_you_mean
from .contacts import own_number
from .dates import read_zone
from .markup import escaped
from .parser import Line, NotUnderstood, nearest
from .voice import say, speaking_to

PERSONAL = frozenset({"settings", "whoami", "languages"})
NONE = "none"
"""What takes a contact back."""


class Personal:
    """`languages` are those in which invitations may be sent; `name_of` calls one by its own name. `country` as for `Reach`."""

    def __init__(
        self,
        settings: RequesterSettings,
        access: Access,
        languages: Sequence[str],
        name_of: Callable[[str], str],
        country: str | None = None,
    ) -> None:
        self.settings, self.access, self.languages, self.name_of, self.country = settings, access, languages, name_of, country

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
        contacts = {kind: _contact(kind, line.options[kind], self.country) for kind in ("email", "phone") if kind in line.options}

        def changes(chosen: Chosen) -> Chosen:
            chosen = replace(chosen, language=language or chosen.language, zone=zone or chosen.zone)
            for kind, contact in contacts.items():
                chosen = with_contact(chosen, kind, contact)
            return chosen

        settings = await self.settings.change(by, changes)
        with speaking_to(settings):
            return "\n\n".join([say("This is how I write to you from now on."), self._shown(settings)])

    def _shown(self, settings: Settings) -> str:
        lines = [
            say("Language: {language}", language=escaped(own_name(settings.language))),
            say("Time zone: {zone}", zone=escaped(settings.zone)),
            say("E-mail for notices: {contact}", contact=_masked(settings.email)),
            say("Telephone for notices: {contact}", contact=_masked(settings.phone)),
        ]
        change = say("To change it, write for example `settings lang=fr tz=Europe/Paris`.")
        return "\n".join([*(f"- {line}" for line in lines), "", change])

    def _whoami(self, by: str) -> str:
        if self.access.is_admin(by):
            return say("You are {who}. You may invite people, and you are an administrator of this bot.", who=escaped(by))
        return say("You are {who}. You may invite people.", who=escaped(by))

    def _languages(self) -> str:
        invited = ", ".join(f"{escaped(self.name_of(code))} (`lang={code}`)" for code in self.languages)
        spoken = ", ".join(f"{escaped(own_name(code))} (`settings lang={code}`)" for code in STAFF_LANGUAGES)
        return "\n\n".join(
            [say("People can be invited in: {languages}.", languages=invited), say("I can answer you in: {languages}.", languages=spoken)]
        )


def own_name(language: str) -> str:
    """The language's name in that language."""
    name = Locale.parse(language).get_display_name() or language
    return name[:1].upper() + name[1:]


def _masked(contact: Contact | None) -> str:
    return escaped(contact.masked()) if contact else say("none")


def _language(written: str) -> str:
    asked = written.strip().lower()
    if asked in STAFF_LANGUAGES:
        return asked
    guess = nearest(asked, STAFF_LANGUAGES)
    raise NotUnderstood(
        "I cannot answer in that language.{hint} There are: {languages}. Example: `settings lang=fr`",
        hint=did_you_mean(guess and f"lang={guess}"),
        languages=", ".join(STAFF_LANGUAGES),
    )


def _contact(kind: str, written: str, country: str | None) -> Contact | None:
    if written.strip().lower() == NONE:
        return None
    if kind == "email":
        try:
            return Contact.email(written)
        except NotAContact:
            raise NotUnderstood(
                "What stands after `email=` is not an e-mail address. Example: `settings email=nurse@example.org`"
            ) from None
    return own_number(written, country)
