"""Who is invited, as a requester writes it in one line (PRODUCT §1, §3 `invite`).

`invite <e-mail> guest=<e-mail>[/<language>] colleague=<@id:server or e-mail>[/<language>]`, `invite in-person colleague=…`, and
`invite again <code>`, which stands for the people of an earlier session without naming them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from teleconnect_bot.domain.guest_link import Recipient
from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact, Role
from teleconnect_bot.domain.session import Session

from .parser import Line, NotUnderstood

IN_PERSON = ("in-person", "inperson")
AGAIN = "again"
MATRIX_ID = re.compile(r"@[a-z0-9._=/+-]{1,128}:[A-Za-z0-9.-]{1,128}(?::\d{1,5})?")
LONGEST_NAME = 80

MOST_PEOPLE = 8
"""How many people one invitation may name besides the first."""

ReadLanguage = Callable[[str], str]
"""The language that was written, as a catalogue has it. Raises `NotUnderstood`."""


@dataclass(frozen=True, slots=True)
class Company:
    """Everybody who is invited. `contact` is the service user's; None when they sit beside the requester. `zone` if it is known."""

    contact: Contact | None
    name: str = field(repr=False)
    language: str
    guests: tuple[Recipient, ...] = ()
    colleagues: tuple[Recipient, ...] = ()
    members: frozenset[str] = frozenset()
    """Colleagues by Matrix id; they have a chat with the bot of their own."""
    zone: str | None = None

    def with_more(self, guests: Sequence[Recipient], colleagues: Sequence[Recipient], members: Collection[str]) -> Company:
        return replace(
            self, guests=(*self.guests, *guests), colleagues=(*self.colleagues, *colleagues), members=self.members | frozenset(members)
        )


def company(line: Line, language: str, read_language: ReadLanguage, example: str, before: Company | None = None) -> Company:
    """Who the line invites. `before` are the people of the earlier session that it names. Raises `NotUnderstood`."""
    name = " ".join(line.options.get("name", "").split())
    if len(name) > LONGEST_NAME:
        raise NotUnderstood("The name is longer than {most} characters. Example: `{example}`", most=LONGEST_NAME, example=example)
    if before is None:
        before = Company(_main(line, example), name, language)
    if before.contact is None and (line.each("guest") or name):
        raise NotUnderstood(
            "In person only colleagues are invited, so there is no `guest=` and no `name=`. "
            "Example: `invite in-person colleague=doctor@example.org`"
        )
    guests = people("guest", line.each("guest"), before.language, read_language, example)
    written = line.each("colleague")
    members = [value for value in written if value.startswith("@")]
    if not all(MATRIX_ID.fullmatch(member) for member in members):
        raise NotUnderstood("A Matrix id is written like `@doctor:example.org`. Example: `invite in-person colleague=@doctor:example.org`")
    if len(set(members)) < len(members) or before.members & set(members):
        raise NotUnderstood("The same colleague stands there twice. Example: `{example}`", example=example)
    colleagues = people("colleague", [value for value in written if value not in members], language, read_language, example)
    whole = before.with_more(guests, colleagues, members)
    if whole.contact is None and not whole.colleagues and not whole.members:
        raise NotUnderstood("For a session in person, say which colleague you need: `invite in-person colleague=doctor@example.org`")
    first = (whole.contact,) if whole.contact else ()
    by_id = (Contact(ContactKind.MATRIX, member) for member in whole.members)
    checked_crowd((*first, *(each.contact for each in (*whole.guests, *whole.colleagues)), *by_id), example)
    return whole


async def checked_members(members: Collection[str], by: str, room_of: Callable[[str], Awaitable[str | None]]) -> None:
    """Each is somebody else of this server who has an encrypted chat with the bot. Raises `NotUnderstood` with the reason."""
    for member in sorted(members):
        if member == by:
            raise NotUnderstood("You take part in your own session anyway, so `colleague=` is for somebody else.")
        if member.partition(":")[2] != by.partition(":")[2]:
            raise NotUnderstood(
                "`{member}` has no account on our server, and session rooms admit nobody from elsewhere. "
                "Invite them by e-mail: `colleague=doctor@example.org`.",
                member=member,
            )
        if await room_of(member) is None:
            raise NotUnderstood(
                "`{member}` has no encrypted direct chat with me yet, so I cannot tell them. They can open one and write `help` there; "
                "or invite them by e-mail: `colleague=doctor@example.org`.",
                member=member,
            )


def _main(line: Line, example: str) -> Contact | None:
    if line.words[0].lower() in IN_PERSON:
        return None
    try:
        return Contact.email(line.words[0])
    except NotAContact:
        raise NotUnderstood("The word after `invite` is not an e-mail address. Example: `{example}`", example=example) from None


def same_people(session: Session) -> Company:
    """Everybody who was invited to this session. Raises `NotUnderstood` when they cannot be reached again."""
    main = next((link for link in session.links if link.role is Role.SERVICE_USER), None)
    if any(link.dead for link in session.links):
        raise NotUnderstood("Somebody said that the link of that session was not for them, so please write a new `invite` line.")
    colleagues = tuple(Recipient(link.contact, link.language) for link in session.links if link.role is Role.COLLEAGUE)
    if main is None:
        return Company(None, "", session.language, (), colleagues, session.colleagues, session.zone)
    return Company(main.contact, main.name, main.language, main.others, colleagues, session.colleagues, session.zone)


def people(option: str, values: Sequence[str], language: str, read_language: ReadLanguage, example: str) -> tuple[Recipient, ...]:
    """In the order in which they were written; who has no language of their own gets the given one."""
    return tuple(_recipient(option, value, language, read_language, example) for value in values)


def _recipient(option: str, value: str, language: str, read_language: ReadLanguage, example: str) -> Recipient:
    address, slash, own = value.rpartition("/")
    if "@" in own:
        address, slash, own = value, "", ""
    try:
        contact = Contact.email(address)
    except NotAContact:
        raise NotUnderstood(
            "What stands after `{option}=` is not an e-mail address. Example: `{example}`", option=option, example=example
        ) from None
    return Recipient(contact, read_language(own) if slash else language)


def checked_crowd(contacts: Sequence[Contact], example: str) -> None:
    """Nobody is invited twice, and not too many at once. Raises `NotUnderstood`."""
    if len({(contact.kind, contact.value.lower()) for contact in contacts}) < len(contacts):
        raise NotUnderstood("The same contact stands there twice. Each person needs their own. Example: `{example}`", example=example)
    if len(contacts) > 1 + MOST_PEOPLE:
        raise NotUnderstood(
            "At most {most} people can be invited besides the first. Example: `{example}`", most=MOST_PEOPLE, example=example
        )
