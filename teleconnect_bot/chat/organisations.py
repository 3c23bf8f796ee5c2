"""`org add`, `org edit`, `org remove`, `org list`: administrators say which organisations interpret what (PRODUCT §3, §5)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from teleconnect_bot.domain.organisations import WORD, Organisation, language_tag
from teleconnect_bot.domain.people import Contact, ContactKind, NotAContact
from teleconnect_bot.services.organisation_rooms import OrganisationRooms, RoomTrouble
from teleconnect_bot.services.organisations import Organisations

from .commands import COMMANDS, did_you_mean
from .language_names import called_to_reader, code_of
from .markup import escaped
from .parser import Line, NotUnderstood, nearest
from .voice import Sentence, say

LONGEST_NAME = 80
NONE = "none"
"""What takes an address or a room away again."""
YES_AND_NO = {"yes": True, "oui": True, "sí": True, "si": True, "نعم": True, "no": False, "non": False, "لا": False}
_ROOM = re.compile(r"!\S+|#[^:\s]+:\S+")
_DURATION = re.compile(r"(\d{1,4})(d|h|m)")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}

ROOM_TROUBLES: dict[RoomTrouble, Sentence] = {
    RoomTrouble.UNKNOWN: "This server knows no room called `{room}`. Write its alias or id, for example `room=#lingua:example.org`.",
    RoomTrouble.NOT_INSIDE: "I am not in the room `{room}`. Let somebody invite me there, then write the same again.",
    RoomTrouble.NOT_ENCRYPTED: "The room `{room}` is not encrypted, so I ask for nobody there. Its moderator can switch that on; "
    "then write the same again.",
}


class OrganisationOrders:
    """Only for administrators; `Belonging` sees to that."""

    def __init__(self, organisations: Organisations, rooms: OrganisationRooms, written: Sequence[str] = ()) -> None:
        """`written` are the languages in which organisations can be written to."""
        self.organisations, self.rooms, self.written = organisations, rooms, written

    async def answer(self, line: Line) -> str:
        """In Markdown. Raises `NotUnderstood`; nothing is changed then."""
        orders: dict[str, Callable[[Line], Awaitable[str]]] = {
            "add": self._add,
            "edit": self._edit,
            "remove": self._remove,
            "list": self._list,
        }
        what = line.words[0].lower()
        order = orders.get(what)
        if order is None:
            raise NotUnderstood(
                "After `org` write add, edit, remove or list.{hint} Example: `{example}`",
                hint=did_you_mean((guess := nearest(what, orders)) and f"org {guess}"),
                example=COMMANDS["org"].example,
            )
        if what != "list" and len(line.words) < 2:
            raise NotUnderstood(
                "After `org {order}` write the organisation's short word. Example: `{example}`",
                order=what,
                example=f"org {what} lingua" if what == "remove" else COMMANDS["org"].example,
            )
        if what in ("list", "remove") and line.options:
            raise NotUnderstood("`org {order}` takes no options. Example: `{example}`", order=what, example=f"org {what} lingua".strip())
        return await order(line)

    async def _add(self, line: Line) -> str:
        word = line.words[1].lower()
        if not WORD.fullmatch(word):
            raise NotUnderstood(
                "The short word of an organisation has a-z, 0-9 and hyphens, at most 32. Requesters write it, as in "
                "`interpreter=prs/lingua`. Example: `{example}`",
                example=COMMANDS["org"].example,
            )
        if await self.organisations.get(word):
            raise NotUnderstood("There is an organisation `{word}` already. `org edit {word} …` changes it.", word=word)
        for needed in ("name", "languages"):
            if needed not in line.options:
                raise NotUnderstood("`{option}=` is missing. Example: `{example}`", option=needed, example=COMMANDS["org"].example)
        added = await self._changed(Organisation(id=word, name="", languages=()), line)
        await self.organisations.put(added)
        return say("Added: {organisation}", organisation=in_words(added))

    async def _edit(self, line: Line) -> str:
        old = await self._known(line.words[1])
        if not line.options:
            raise NotUnderstood(
                "Say what is to change. Example: `{example}`", example=f"org edit {old.id} languages={','.join(old.languages)}"
            )
        changed = await self._changed(old, line)
        await self.organisations.put(changed)
        return say("Changed: {organisation}", organisation=in_words(changed))

    async def _remove(self, line: Line) -> str:
        old = await self._known(line.words[1])
        await self.organisations.remove(old.id)
        return say("`{word}` is removed and not asked any more. What it was asked before stays as it is.", word=old.id)

    async def _list(self, line: Line) -> str:
        found = await self.organisations.all()
        if not found:
            return say("There is no interpreting organisation yet. Example: `{example}`", example=COMMANDS["org"].example)
        return "\n".join(f"- {in_words(organisation)}" for organisation in found)

    async def _known(self, written: str) -> Organisation:
        """One that may be changed here."""
        word = written.lower()
        known = await self.organisations.all()
        found = next((organisation for organisation in known if organisation.id == word), None)
        if found is None:
            raise NotUnderstood(
                "There is no organisation with this short word.{hint} `org list` lists them.",
                hint=did_you_mean(nearest(word, [organisation.id for organisation in known])),
            )
        if found.configured:
            raise NotUnderstood(
                "`{word}` stands in the configuration of the server: it is changed there, under `organisations`.", word=word
            )
        return found

    async def _changed(self, old: Organisation, line: Line) -> Organisation:
        options, new = line.options, old
        if "name" in options:
            new = replace(new, name=_name(options["name"]))
        if "languages" in options:
            new = replace(new, languages=_languages(options["languages"]))
        if "email" in options:
            new = replace(new, email=None if options["email"].lower() == NONE else _email(options["email"]))
        if "lang" in options:
            new = replace(new, language=self._language(options["lang"]))
        if "decline" in options:
            new = replace(new, may_decline=_yes_or_no(options["decline"]))
        if "alone" in options:
            new = replace(new, alone_for=_duration(options["alone"]))
        if "room" in options:
            new = replace(new, room=None if options["room"].lower() == NONE else await self._room(options["room"]))
        if new.email is None and new.room is None:
            raise NotUnderstood(
                "It needs `email=` or `room=`: else nobody there can be asked. Example: `{example}`", example=COMMANDS["org"].example
            )
        return new

    def _language(self, wanted: str) -> str:
        code = code_of(wanted) or wanted.strip().lower()
        if code not in self.written:
            raise NotUnderstood(
                "I cannot write to an organisation in this language. There are: {languages}. Example: `lang={example}`",
                languages=listed(list(self.written)),
                example=self.written[0],
            )
        return code

    async def _room(self, written: str) -> str:
        room = written.strip()
        if not _ROOM.fullmatch(room):
            raise NotUnderstood("After `room=` write the room's alias or id. Example: `room=#lingua:example.org`")
        found = await self.rooms.usable(room)
        if isinstance(found, RoomTrouble):
            raise NotUnderstood(ROOM_TROUBLES[found], room=escaped(room))
        return room


def in_words(organisation: Organisation) -> str:
    """One line of Markdown; the address is masked."""
    ways = (
        [say("e-mail to {address}", address=escaped(Contact(ContactKind.EMAIL, organisation.email).masked()))] if organisation.email else []
    )
    ways += [say("room {room}", room=escaped(organisation.room))] if organisation.room else []
    ways += [say("written to in {language}", language=called_to_reader(organisation.language))] if organisation.email else []
    besides = [] if organisation.may_decline else [say("may not decline")]
    hours, rest = divmod(int(organisation.alone_for.total_seconds() // 60), 60)
    if organisation.alone_for:
        lasts = " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
        besides.append(say("asked alone for {duration}, then the next as well", duration=lasts))
    besides += [say("from the configuration")] if organisation.configured else []
    return say(
        "**{word}** – {name}: {languages}; {besides}",
        word=organisation.id,
        name=escaped(organisation.name),
        languages=listed(organisation.languages),
        besides="; ".join([*ways, *besides]),
    )


def listed(codes: tuple[str, ...] | list[str]) -> str:
    """Languages by name, each with what can be written for it."""
    named = sorted((called_to_reader(code), code) for code in codes)
    return ", ".join(f"{escaped(name)} (`{code}`)" if name != code else f"`{code}`" for name, code in named)


def _name(written: str) -> str:
    name = " ".join(written.split())
    if not name or len(name) > LONGEST_NAME:
        raise NotUnderstood('`name=` has 1 to {most} characters. Example: `name="Lingua Interpreters"`', most=LONGEST_NAME)
    return name


def _languages(written: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in (part for part in re.split(r"[,;،]", written) if part.strip()):
        code = code_of(part) or language_tag(part)
        if code is None:
            raise NotUnderstood(
                "I know no language called “{language}”. Write names or BCP 47 tags with commas between them. "
                "Example: `languages=prs,ps,tigrinya`",
                language=escaped(part.strip()),
            )
        found.append(code)
    if not found:
        raise NotUnderstood("After `languages=` at least one language is missing. Example: `languages=prs,ps,tigrinya`")
    return tuple(dict.fromkeys(found))


def _email(written: str) -> str:
    try:
        return Contact.email(written).value
    except NotAContact:
        raise NotUnderstood("What stands after `email=` is not an e-mail address. Example: `email=manager@lingua.example.org`") from None


def _yes_or_no(written: str) -> bool:
    answer = YES_AND_NO.get(written.strip().lower())
    if answer is None:
        raise NotUnderstood("After `{option}=` write yes or no. Example: `{option}=yes`", option="decline")
    return answer


def _duration(written: str) -> timedelta:
    match = _DURATION.fullmatch(written.strip().lower())
    if written.strip() == "0":
        return timedelta(0)
    if match is None:
        raise NotUnderstood(
            "After `alone=` write how long it is asked before the next one, for example `alone=2h` or `alone=30m`; `0` asks both at once."
        )
    return int(match[1]) * _UNITS[match[2]]
