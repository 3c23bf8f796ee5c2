"""Who is invited, as a requester writes it in one line (PRODUCT §1, §3 `invite`).

`invite <contact> guest=<contact>[/<language>] colleague=<@id:server or contact>[/<language>]`, `invite in-person colleague=…`,
where a contact may be a number and an e-mail address of the same person,
`invite @id:server` for another user of the homeserver, and `invite again <code>`, which stands for the people of an earlier session
without naming them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from teleconnect_bot.domain.guest_link import Recipient
from teleconnect_bot.domain.people import Contact, ContactKind, Role
from teleconnect_bot.domain.session import Channel, Mode, Session

from .commands import COMMANDS, TOO_MANY_WORDS
from .contacts import Reach, after, looks_like_one
from .parser import Line, NotUnderstood
from .voice import Sentence, say

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
    """Everybody who is invited. `contact` is the service user's, None unless the mode is remote; `more` are other ways to them.

    `zone` if it is known.
    """

    contact: Contact | None
    name: str = field(repr=False)
    language: str
    guests: tuple[Recipient, ...] = ()
    colleagues: tuple[Recipient, ...] = ()
    members: frozenset[str] = frozenset()
    """Colleagues by Matrix id; they have a chat with the bot of their own."""
    zone: str | None = None
    mode: Mode = Mode.REMOTE
    more: tuple[Contact, ...] = ()

    def with_more(self, guests: Sequence[Recipient], colleagues: Sequence[Recipient], members: Collection[str]) -> Company:
        return replace(
            self, guests=(*self.guests, *guests), colleagues=(*self.colleagues, *colleagues), members=self.members | frozenset(members)
        )


def company(
    line: Line,
    language: str,
    read_language: ReadLanguage,
    example: str,
    reach: Reach,
    before: Company | None = None,
    via: Channel | None = None,
) -> Company:
    """Who the line invites. `before` are the people of the earlier session that it names. Raises `NotUnderstood`."""
    name = " ".join(line.options.get("name", "").split())
    if len(name) > LONGEST_NAME:
        raise NotUnderstood("The name is longer than {most} characters. Example: `{example}`", most=LONGEST_NAME, example=example)
    if before is None:
        before = main_person(line.words, language, reach, via, name)
    if before.contact is None and (line.each("guest") or name or via):
        raise NotUnderstood(ONLY_COLLEAGUES[before.mode])
    guests = people("guest", line.each("guest"), before.language, read_language, reach)
    written = line.each("colleague")
    members = [checked_id(value) for value in written if value.startswith("@")]
    if len(set(members)) < len(members) or before.members & set(members):
        raise NotUnderstood("The same colleague stands there twice. Example: `{example}`", example=example)
    colleagues = people("colleague", [value for value in written if not value.startswith("@")], language, read_language, reach)
    whole = before.with_more(guests, colleagues, members)
    if whole.contact is None and not whole.colleagues and not whole.members:
        raise NotUnderstood("For a session in person, say which colleague you need: `invite in-person colleague=doctor@example.org`")
    first = ((whole.contact, *whole.more),) if whole.contact else ()
    by_id = ((Contact(ContactKind.MATRIX, member),) for member in whole.members)
    checked_crowd((*first, *(each.contacts for each in (*whole.guests, *whole.colleagues)), *by_id), example)
    return whole


ONLY_COLLEAGUES: dict[Mode, Sentence] = {
    Mode.IN_PERSON: "In person only colleagues are invited, so there is no `guest=` and no `name=`, and no `via=`. "
    "Example: `invite in-person colleague=doctor@example.org`",
    Mode.MEETING: "Somebody with a Matrix id is told in their own chat with me, so there is no `guest=` and no `name=`, and no `via=`; "
    "others can come as colleagues. Example: `invite @doctor:example.org colleague=expert@example.org`",
}


def main_person(words: Sequence[str], language: str, reach: Reach, via: Channel | None = None, name: str = "") -> Company:
    """Whom the words after `invite` mean. Raises `NotUnderstood`."""
    first = words[0]
    if len(words) > 1 and (first.startswith("@") or not all(map(looks_like_one, words))):
        raise NotUnderstood(TOO_MANY_WORDS, example=COMMANDS["invite"].example)
    if first.lower() in IN_PERSON:
        return Company(None, name, language, mode=Mode.IN_PERSON)
    if first.startswith("@"):
        return Company(None, name, language, members=frozenset({checked_id(first)}), mode=Mode.MEETING)
    contact, *more = reach.ways(words, say("What stands after `invite`"), via)
    return Company(contact, name, language, more=tuple(more))


def checked_id(written: str) -> str:
    """A Matrix id as it is written. Raises `NotUnderstood`."""
    if not MATRIX_ID.fullmatch(written):
        raise NotUnderstood("A Matrix id is written like `@doctor:example.org`. Example: `invite in-person colleague=@doctor:example.org`")
    return written


async def checked_members(members: Collection[str], by: str, room_of: Callable[[str], Awaitable[str | None]]) -> None:
    """Each is somebody else of this server who has an encrypted chat with the bot. Raises `NotUnderstood` with the reason."""
    for member in sorted(members):
        if member == by:
            raise NotUnderstood("You take part in your own session anyway: name somebody else.")
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


def same_people(session: Session) -> Company:
    """Everybody who was invited to this session. Raises `NotUnderstood` when they cannot be reached again."""
    main = next((link for link in session.links if link.role is Role.SERVICE_USER), None)
    if any(link.dead for link in session.links):
        raise NotUnderstood("Somebody said that the link of that session was not for them, so please write a new `invite` line.")
    colleagues = tuple(link.recipients[0] for link in session.links if link.role is Role.COLLEAGUE)
    if main is None:
        return Company(None, "", session.language, (), colleagues, session.colleagues, session.zone, session.mode)
    return Company(main.contact, main.name, main.language, main.others, colleagues, session.colleagues, session.zone, more=main.more)


def people(option: str, values: Sequence[str], language: str, read_language: ReadLanguage, reach: Reach) -> tuple[Recipient, ...]:
    """In the order in which they were written; who has no language of their own gets the given one."""
    return tuple(recipient(after(option), value, language, read_language, reach) for value in values)


def recipient(where: str, value: str, language: str, read_language: ReadLanguage, reach: Reach) -> Recipient:
    """A contact, or a number and an address with a comma between them; behind a slash the language if it is another one.

    Raises `NotUnderstood`.
    """
    address, slash, own = value.rpartition("/")
    if "@" in own or not own.strip()[:1].isalpha():
        address, slash, own = value, "", ""
    contact, *more = reach.ways(apart(address), where)
    return Recipient(contact, read_language(own.strip()) if slash else language, tuple(more))


def apart(written: str) -> list[str]:
    """What commas separate: several ways to one person."""
    return [each.strip() for each in written.split(",") if each.strip()] or [written]


def checked_crowd(people: Sequence[Sequence[Contact]], example: str) -> None:
    """Nobody is invited twice, and not too many at once. Raises `NotUnderstood`."""
    contacts = [contact for person in people for contact in person]
    if len({(contact.kind, contact.value.lower()) for contact in contacts}) < len(contacts):
        raise NotUnderstood("The same contact stands there twice. Each person needs their own. Example: `{example}`", example=example)
    if len(people) > 1 + MOST_PEOPLE:
        raise NotUnderstood(
            "At most {most} people can be invited besides the first. Example: `{example}`", most=MOST_PEOPLE, example=example
        )
