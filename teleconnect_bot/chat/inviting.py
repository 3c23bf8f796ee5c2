"""An `invite` line read as a whole (PRODUCT §3): what it says becomes an `Invitation`, or the mistake is named."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from teleconnect_bot.domain.errors import AlreadyDeleted
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Invitation

from .call_size import Warnings, nothing
from .commands import COMMANDS, did_you_mean
from .company import AGAIN, MATRIX_ID, Company, checked_members, company, same_people
from .contacts import Reach
from .dates import read_moment, read_zone
from .interpreting import NOBODY_KNOWN, Interpreters, Wanted
from .language_names import all_names_of, called_to_reader
from .parser import Line, NotUnderstood, nearest

LONGEST_NOTE = 500
INTERPRETER = "interpreter"
YES = frozenset({"yes", "y", "true", "1", "oui"})
NO = frozenset({"no", "n", "false", "0", "non"})
_OF_A_NUMBER = re.compile(r"[+＋]?[\d()./\u2010-\u2015-]+")
_BEGINS_A_NUMBER = ("+", "＋")

EarlierSession = Callable[[Sequence[str]], Awaitable[Session]]
"""The requester's session with the code that stands there. Raises `Refused`."""


def with_whole_number(line: Line) -> Line:
    """`invite +41 79 123 45 67, anna@example.org` names one number and one address: blanks in a number need no quotes.

    A bare `interpreter` behind them is an option.
    """
    line = _with_interpreter(line)
    if line.name != "invite" or (line.words and line.words[0].lower() == AGAIN):
        return line
    return replace(line, words=ways_apart(line.words))


def ways_apart(words: Sequence[str]) -> tuple[str, ...]:
    """Words that are parts of one number, joined by blanks; a comma or a `+` begins another contact."""
    found: list[str] = []
    joins = False
    for part in (part for word in words for part in re.split("(,)", word) if part):
        of_a_number = _OF_A_NUMBER.fullmatch(part) is not None
        if part == ",":
            joins = False
        elif joins and of_a_number and not part.startswith(_BEGINS_A_NUMBER):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
            joins = of_a_number
    return tuple(found)


def _with_interpreter(line: Line) -> Line:
    words = tuple(word for place, word in enumerate(line.words) if place == 0 or word.lower() != INTERPRETER)
    if line.name != "invite" or words == line.words or INTERPRETER in line.options:
        return line
    return replace(line, words=words, options={**line.options, INTERPRETER: ""})


def read_time(written: str, zone: str, now: datetime) -> datetime | None:
    """The moment on the clocks of `zone`; None for `now`. Raises `NotUnderstood`."""
    return None if written.strip().lower() == "now" else read_moment(written, zone, now)


@dataclass(frozen=True, slots=True)
class Inviting:
    """`languages` are those in which invitations may be sent, the usual one first, `withheld` those that the deployment names and does
    not send, because no native speaker has read them; `warnings` are about calls; the rest as for `Answers`.
    """

    clock: Clock
    languages: Sequence[str]
    room_of: Callable[[str], Awaitable[str | None]]
    may_request: Callable[[str], bool]
    reach: Reach
    withheld: Sequence[str] = ()
    interpreters: Interpreters | None = None
    warnings: Warnings = nothing

    async def read(self, line: Line, zone: str, by: str, chat: str, event: str, earlier: EarlierSession) -> Invitation:
        """`zone` is the requester's, for a time without `tz=`. Raises `NotUnderstood` or `Refused`."""
        example = COMMANDS["invite"].example
        before = await self._before(line, earlier) if line.words[0].lower() == AGAIN else None
        via = self.reach.channel(line.options["via"]) if "via" in line.options else None
        language = self.language("lang=", line.options.get("lang", before.language if before else self.languages[0]))
        who = company(line, language, partial(self.language, "…/"), example, self.reach, before, via)
        await checked_members(who.members, by, self.room_of)
        backup = await self._backup(line.options["backup"], by, who.members) if "backup" in line.options else None
        zone = read_zone(line.options["tz"]) if "tz" in line.options else who.zone or zone
        planned_at = read_time(line.options["at"], zone, self.clock.now()) if "at" in line.options else None
        wanted = await self._interpreter(line.options[INTERPRETER], who.language) if INTERPRETER in line.options else None
        return Invitation(
            by=by,
            chat=chat,
            event=event,
            contact=who.contact,
            more=who.more,
            name=who.name,
            guests=who.guests,
            colleagues=who.colleagues,
            members=who.members,
            language=who.language,
            zone=zone,
            planned_at=planned_at,
            backup=backup,
            mode=who.mode,
            via=via,
            note=_note(line.options.get("note", "")),
            discreet=_yes_or_no("discreet", line.options.get("discreet", "no")),
            interpreter=wanted.language if wanted else None,
            organisations=wanted.organisations if wanted else (),
        )

    async def _interpreter(self, written: str, language: str) -> Wanted:
        if self.interpreters is None:
            raise NotUnderstood(NOBODY_KNOWN)
        await self.interpreters.look()
        return self.interpreters.read(written, language)

    def language(self, where: str, written: str) -> str:
        """The code of the language that is named, by code or name. Raises `NotUnderstood` with those that there are."""
        asked = written.strip().lower()
        found = self.named(asked)
        if found is not None:
            return found
        guess = nearest(asked, self.languages)
        raise NotUnderstood(
            "Invitations cannot be written in the language after `{where}`.{hint} There are: {languages}.",
            where=where,
            hint=did_you_mean(guess and f"{where}{guess}"),
            languages=", ".join(self.languages),
        )

    def named(self, asked: str) -> str | None:
        """The code of the language that is called so; None for one that is not known. Raises `NotUnderstood` for one that is withheld."""
        names = {name: code for code in (*self.withheld, *self.languages) for name in all_names_of(code)}
        found = names.get(asked)
        if found is None or found in self.languages:
            return found
        raise NotUnderstood(
            "Nobody is written to in {language} here: no native speaker has reviewed its texts yet, and this deployment sends reviewed "
            "languages alone; an administrator can allow it. There are: {languages}.",
            language=called_to_reader(found),
            languages=", ".join(self.languages),
        )

    async def _backup(self, written: str, by: str, members: Collection[str]) -> str:
        """Somebody else who may invite people too and whom the bot can reach."""
        backup = written.strip()
        if not MATRIX_ID.fullmatch(backup):
            raise NotUnderstood("What stands after `backup=` is not a Matrix id. Example: `backup=@doctor:example.org`")
        if backup == by:
            raise NotUnderstood("You are called anyway, so `backup=` is for somebody else. Example: `backup=@doctor:example.org`")
        if backup in members:
            raise NotUnderstood(
                "The same person cannot be `colleague=` and `backup=`: a backup may take the session, a colleague takes part."
            )
        if not self.may_request(backup) or await self.room_of(backup) is None:
            raise NotUnderstood(
                "`{backup}` cannot step in: a backup needs access of their own and an encrypted direct chat with me. "
                "They can open one and write `help` there.",
                backup=backup,
            )
        return backup

    async def _before(self, line: Line, earlier: EarlierSession) -> Company:
        """The people of the earlier session that `invite again` names."""
        if line.options.keys() & {"name", "lang"}:
            raise NotUnderstood("With `invite again` name and language stay as they were. Example: `invite again K7M2`")
        if len(line.words) < 2:
            raise NotUnderstood("Write the code of the earlier session as well. Example: `invite again K7M2`")
        session = await earlier(line.words[1:])
        if session.state in (State.TEARING_DOWN, State.GONE):
            raise AlreadyDeleted(code=session.code)
        return same_people(session)


def _note(written: str) -> str:
    note = " ".join(written.split())
    if len(note) > LONGEST_NOTE:
        raise NotUnderstood('The note is longer than {most} characters. Example: `note="asked for a woman"`', most=LONGEST_NOTE)
    return note


def _yes_or_no(option: str, written: str) -> bool:
    answer = written.strip().lower()
    if answer not in YES | NO:
        raise NotUnderstood("After `{option}=` write yes or no. Example: `{option}=yes`", option=option)
    return answer in YES
