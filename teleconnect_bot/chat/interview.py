"""`invite` alone: what is asked, in which order, and how each answer is read (PRODUCT §3). Pure but for looking up a colleague's chat.

The answers are kept as the `invite` line that they stand for, so that a dialogue can say nothing that a line cannot, and is read,
refused and sent in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from zoneinfo import ZoneInfo

from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.session import Channel, Mode

from . import contacts
from .commands import COMMANDS, did_you_mean
from .company import IN_PERSON, LONGEST_NAME, checked_members, company, main_person, recipient
from .dates import read_zone
from .draft import Draft, Step
from .interpreting import Interpreters
from .inviting import Inviting, read_time, ways_apart, with_whole_number
from .language_names import called_to_reader, names_of
from .markup import escaped
from .parser import Line, NotUnderstood, nearest, parse
from .voice import Sentence, reader, say

ORDER = {
    Mode.REMOTE: tuple(Step),
    Mode.MEETING: (Step.WHERE, Step.CONTACT, Step.TIME, Step.INTERPRETER, Step.COLLEAGUES, Step.SUMMARY),
    Mode.IN_PERSON: (Step.WHERE, Step.COLLEAGUES, Step.TIME, Step.INTERPRETER, Step.SUMMARY),
}
SEVERAL = {Step.GUESTS: "guest", Step.COLLEAGUES: "colleague"}
"""Asked until there is nobody more, and the option that each answer becomes."""
REMOTE_WORDS = frozenset({"remote", "r", "remotely", "link", "by link", "distance", "online"})
IN_PERSON_WORDS = frozenset({*IN_PERSON, "in person", "p", "here", "with me", "beside me"})
SKIPS = frozenset({"skip", "no", "none", "nobody", "-"})
NONE_ANY_MORE: Sentence = "There is no interpreting organisation any more: write `skip`."
NOW = frozenset({"now", "skip", "at once"})


@dataclass(frozen=True, slots=True)
class Answered:
    """The draft after an answer, and what was understood, in Markdown."""

    draft: Draft = field(repr=False)
    echo: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Interview:
    """`moment` writes a time in words: (moment, zone, language). Interpreters are asked for where there is an organisation."""

    inviting: Inviting
    moment: Callable[..., str]

    async def look(self) -> None:
        """Before anything is asked or answered: which organisations there are now."""
        if self.inviting.interpreters is not None:
            await self.inviting.interpreters.look()

    def order(self, mode: Mode) -> tuple[Step, ...]:
        return tuple(step for step in ORDER[mode] if step is not Step.INTERPRETER or self._interpreters is not None)

    @property
    def _interpreters(self) -> Interpreters | None:
        interpreters = self.inviting.interpreters
        return interpreters if interpreters is not None and interpreters.known else None

    def question(self, draft: Draft) -> str:
        """What is asked now, in Markdown. Not for the summary, which `summary.py` writes."""
        more = bool(draft.line.each(SEVERAL[draft.step])) if draft.step in SEVERAL else False
        reach = self.inviting.reach
        number = f"{reach.example_number}, " if contacts.BY_TELEPHONE & reach.channels else ""
        match draft.step:
            case Step.WHERE:
                return say("Where is the person? Write `remote` if they are to receive a link, or `in person` if they are with you.")
            case Step.CONTACT:
                return say(
                    "How can they be reached? {number}`anna@example.org`, or `@doctor:example.org` for another user of this server.",
                    number=number,
                )
            case Step.SECOND_WAY if reach.lacking(self._ways(draft)) is ContactKind.EMAIL:
                return say(
                    "Is there an e-mail address of the same person as well? One is tried after the other, until a message arrives. "
                    "`anna@example.org`, or `skip`."
                )
            case Step.SECOND_WAY:
                return say(
                    "Is there a mobile number of the same person as well? One is tried after the other, until a message arrives. "
                    "{number}or `skip`.",
                    number=number,
                )
            case Step.NAME:
                return say("What is their name? It stands on your card and is not sent. A pseudonym is welcome; `skip` leaves it out.")
            case Step.LANGUAGE:
                usual = called_to_reader(self.inviting.languages[0])
                return say("In which language do they read? For example `fr` or `French`; `skip` means {usual}.", usual=usual)
            case Step.TIME:
                return say(
                    "When? `now`, or a date and time such as `tomorrow 14:00` or `1.12. 14h`; for somebody elsewhere with their zone "
                    "behind it: `tomorrow 14:00 Europe/Kyiv`."
                )
            case Step.GUESTS if more:
                return say("Anybody else who shall have the same link? Their contact, or `skip`.")
            case Step.GUESTS:
                return say(
                    "Shall somebody else have the same link, such as a relative or another caregiver? Their contact, with their language "
                    "behind it if it is another one (`bea@example.org/fr`), or `skip`."
                )
            case Step.INTERPRETER:
                there = self._interpreters
                return there.question(self._own_language(draft)) if there else say(NONE_ANY_MORE)
            case Step.COLLEAGUES if more:
                return say("Another colleague? A Matrix id or a contact, or `skip`.")
            case Step.COLLEAGUES if draft.mode is Mode.IN_PERSON:
                return say("Which colleague do you need? `@doctor:example.org` or a contact such as `doctor@example.org`.")
            case Step.COLLEAGUES:
                return say("Shall a colleague take part? `@doctor:example.org` or a contact such as `doctor@example.org`, or `skip`.")
            case Step.SUMMARY:
                return say("Write `send` to send it, `back` to change the last answer, or `cancel`.")

    async def answer(self, draft: Draft, written: str, by: str, zone: str) -> Answered:
        """The answer to what is asked now; `zone` is the requester's. Raises `NotUnderstood` with a right example."""
        words = " ".join(written.split())
        plain = words.lower().strip(".!")
        match draft.step:
            case Step.WHERE:
                return await self._where(draft, words, plain, by)
            case Step.CONTACT:
                return await self._contact(draft, words, by)
            case Step.SECOND_WAY:
                return self._second_way(draft, words, plain)
            case Step.NAME:
                return self._name(draft, words, plain)
            case Step.LANGUAGE:
                return self._language(draft, plain)
            case Step.TIME:
                return self._time(draft, words, plain, zone)
            case Step.GUESTS | Step.COLLEAGUES:
                return await self._somebody(draft, words, plain, by)
            case Step.INTERPRETER:
                return self._interpreter(draft, words, plain)
            case Step.SUMMARY:
                raise NotUnderstood("Nothing is sent yet.")

    async def _where(self, draft: Draft, words: str, plain: str, by: str) -> Answered:
        if plain in IN_PERSON_WORDS:
            return Answered(self._next(draft, replace(draft.line, words=("in-person",))), say("In person."))
        if plain in REMOTE_WORDS:
            return Answered(Draft(draft.line, Step.CONTACT, (*draft.before, (draft.step, draft.line))), say("Remote."))
        if "@" in words or any(char.isdigit() for char in words):
            return await self._contact(replace(draft, step=Step.CONTACT, before=(*draft.before, (Step.WHERE, draft.line))), words, by)
        raise NotUnderstood("Please write `remote` or `in person`.")

    async def _contact(self, draft: Draft, words: str, by: str) -> Answered:
        """The channel may stand behind it, as in a line."""
        line = with_whole_number(parse(f"invite {words}"))
        several = len(line.words) > 1 and not all(map(contacts.looks_like_one, line.words))
        if not line.words or several or line.options.keys() - {"via"} or line.repeated:
            raise NotUnderstood("Please write one contact. {examples}", examples=self.inviting.reach.examples)
        via = self.inviting.reach.channel(line.options["via"]) if "via" in line.options else None
        if line.words[0].lower() in IN_PERSON:
            raise NotUnderstood(
                "Please write a contact; `back` leads to the question before. {examples}", examples=self.inviting.reach.examples
            )
        person = main_person(line.words, self.inviting.languages[0], self.inviting.reach, via)
        await checked_members(person.members, by, self.inviting.room_of)
        if person.contact is None:
            return Answered(
                self._next(draft, replace(draft.line, words=line.words)),
                say("They are told in their chat: {who}", who=escaped(line.words[0])),
            )
        ways = (person.contact, *person.more)
        kept = replace(draft.line, words=tuple(way.value for way in ways), options=line.options)
        return Answered(self._next(draft, kept), say("Contact: {contact}", contact=_in_full(ways)))

    def _second_way(self, draft: Draft, words: str, plain: str) -> Answered:
        if plain in SKIPS:
            return Answered(self._next(draft, draft.line), say("No other way."))
        reach = self.inviting.reach
        second = ways_apart(words.split())
        if len(second) != 1 or not contacts.looks_like_one(second[0]):
            raise NotUnderstood("Please write one contact. {examples}", examples=reach.examples)
        ways = reach.ways((*draft.line.words, *second), say("That and the contact before"), _via(draft.line, self.inviting))
        kept = replace(draft.line, words=tuple(way.value for way in ways))
        return Answered(self._next(draft, kept), say("Contact: {contact}", contact=_in_full(ways)))

    def _ways(self, draft: Draft) -> tuple[Contact, ...]:
        return self.inviting.reach.ways(draft.line.words, "", _via(draft.line, self.inviting))

    def _name(self, draft: Draft, words: str, plain: str) -> Answered:
        name = words.strip("\"'\u201c\u201d\u00ab\u00bb ")
        if plain in ("skip", "-") or not name:
            return Answered(self._next(draft, draft.line), say("Without a name."))
        if len(name) > LONGEST_NAME:
            raise NotUnderstood("That name is longer than {most} characters. A short one is enough, for example `Anna`.", most=LONGEST_NAME)
        return Answered(self._next(draft, _with(draft.line, "name", name)), say("Name: {name}", name=escaped(name)))

    def _language(self, draft: Draft, plain: str) -> Answered:
        code = self.inviting.languages[0] if plain == "skip" else self._language_named(plain)
        return Answered(self._next(draft, _with(draft.line, "lang", code)), say("Language: {language}", language=called_to_reader(code)))

    def _language_named(self, plain: str) -> str:
        found = self.inviting.named(plain)
        if found is not None:
            return found
        guess = nearest(plain, [name for code in self.inviting.languages for name in (code, *names_of(code))])
        there = ", ".join(f"`{code}` ({called_to_reader(code)})" for code in self.inviting.languages)
        raise NotUnderstood(
            "Invitations cannot be written in that language.{hint} There are: {languages}.", hint=did_you_mean(guess), languages=there
        )

    def _time(self, draft: Draft, words: str, plain: str, zone: str) -> Answered:
        if plain in NOW:
            return Answered(self._next(draft, draft.line), say("Now: the waiting room is open as soon as the message is there."))
        written, theirs = self._split_zone(words)
        zone = theirs or zone
        moment = read_time(written, zone, self.inviting.clock.now())
        assert moment is not None
        line = _with(draft.line, "at", f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")
        return Answered(
            self._next(draft, _with(line, "tz", zone)), say("When: {when}", when=escaped(self.moment(moment, zone, reader().language)))
        )

    def _split_zone(self, words: str) -> tuple[str, str | None]:
        """`tomorrow 14:00 Europe/Kyiv`, `… Kyiv` or `… (UTC+2)` as time and zone."""
        head, _, tail = words.rpartition(" ")
        tail = tail.strip("()").removeprefix("tz=")
        if not head or not re.search(r"[^\W\d]{3}", tail):
            return words, None
        try:
            return head, read_zone(tail)
        except NotUnderstood:
            if re.fullmatch(r"[^\W\d]+/[\w/+-]+", tail):
                raise
            return words, None

    async def _somebody(self, draft: Draft, words: str, plain: str, by: str) -> Answered:
        option = SEVERAL[draft.step]
        there = draft.line.each(option)
        if plain in SKIPS:
            if not there and draft.mode is Mode.IN_PERSON:
                raise NotUnderstood("In person a colleague is needed: `@doctor:example.org` or a contact such as `doctor@example.org`.")
            return Answered(self._next(draft, draft.line), say("Nobody more.") if there else say("Nobody."))
        inviting = self.inviting
        language = draft.line.options.get("lang", inviting.languages[0])
        read_language = partial(inviting.language, "\u2026/")
        value, echo = words, say("They are told in their chat: {who}", who=escaped(words))
        if draft.step is Step.GUESTS or not words.startswith("@"):
            person = recipient(say("That"), words, language, read_language, inviting.reach)
            value = f"{','.join(way.value for way in person.contacts)}/{person.language}"
            echo = say("{person}, in {language}", person=_in_full(person.contacts), language=called_to_reader(person.language))
        line = replace(draft.line, repeated={**draft.line.repeated, option: (*there, value)})
        who = company(line, language, read_language, COMMANDS["invite"].example, inviting.reach, via=_via(line, inviting))
        await checked_members(who.members, by, inviting.room_of)
        return Answered(Draft(line, draft.step, (*draft.before, (draft.step, draft.line))), echo)

    def _interpreter(self, draft: Draft, words: str, plain: str) -> Answered:
        if plain in SKIPS:
            return Answered(self._next(draft, draft.line), say("Without an interpreter."))
        if self._interpreters is None:
            raise NotUnderstood(NONE_ANY_MORE)
        wanted = self._interpreters.read(plain, self._own_language(draft))
        _, slash, word = plain.partition("/")
        echo = say("Interpreter: {language}", language=escaped(called_to_reader(wanted.language)))
        return Answered(self._next(draft, _with(draft.line, "interpreter", f"{wanted.language}{slash}{word}")), echo)

    def _own_language(self, draft: Draft) -> str:
        return draft.line.options.get("lang", self.inviting.languages[0])

    def _next(self, draft: Draft, line: Line) -> Draft:
        answered = Draft(line, draft.step, (*draft.before, (draft.step, draft.line)))
        order = tuple(step for step in ORDER[answered.mode] if step in (*self.order(answered.mode), draft.step))
        step = order[order.index(draft.step) + 1]
        if step is Step.SECOND_WAY and self.inviting.reach.lacking(self._ways(answered)) is None:
            step = order[order.index(step) + 1]
        return replace(answered, step=step)


def _with(line: Line, option: str, value: str) -> Line:
    return replace(line, options={**line.options, option: value})


def _via(line: Line, inviting: Inviting) -> Channel | None:
    return inviting.reach.channel(line.options["via"]) if "via" in line.options else None


def _in_full(ways: Sequence[Contact]) -> str:
    return escaped(", ".join(map(contacts.shown, ways)))
