"""Carries out one command line and gives the answer (PRODUCT §3). Nothing here names a person: answers stay in the chat."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.errors import NobodyAdded, Refused
from teleconnect_bot.domain.life import check
from teleconnect_bot.domain.schedule import answers_until
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.interpreter_links import new_offer
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Invitation, Sessions

from .belonging import ADMINISTRATION, Belonging
from .call_size import nothing
from .calling import Calling
from .cards import waited, way_in
from .commands import COMMANDS, checked, help_text
from .contacts import Reach
from .device_tests import of_who_waits
from .interpreting import NOBODY_KNOWN, Interpreters
from .inviting import Inviting, read_time, with_whole_number
from .lists import page_of
from .markup import escaped
from .meant import ASKS, CODE, POSSIBLE_WITH, Meant
from .numbers import Passing, numbers_of
from .parser import Line, NotUnderstood, parse
from .personal import PERSONAL, Personal
from .planned import when
from .questions import Question
from .reactions import CHOICES, CLOSE, KEEP, START
from .removal import is_role, person_named, removed, whom_to_name
from .resending import resent
from .voice import Sentence, in_words, reader, say, speaking_to

ADDING = frozenset({"add", "guest", "colleague"})
"""What somebody writes who wants to add a person; each is answered by how to do it instead."""

REALLY: dict[str, Sentence] = {
    "cancel": "Really {name} session {code}? Press {key} here, or write `{name} {code}`.",
    "without": "Really go on without an interpreter in session {code}? Everybody else is told then. Press {key} here, or write "
    "`{name} {code}`.",
}
"""What is asked once, by the command."""
DONE: dict[str, Sentence] = {
    "seen": "The person reads now that you have seen them; the ringing has stopped.",
    "close": "Session {code} is being closed.",
    "close now": "Session {code} is being closed and deleted.",
    "keep": "Session {code} is kept open.",
    "reopen": "Session {code} is open again.",
    "admit": "They are let into session {code}.",
    "refuse": "They are not let into session {code}. Who was there before stays.",
    "cancel": "Session {code} is cancelled.",
    "without": "Session {code} goes on without an interpreter.",
    "pdf": "The transcript of {code} is being made and comes here as a file.",
}
NOBODY_ADDED: Sentence = (
    "Nobody can be added to a session, for the safety of the person: everybody who takes part is named in the invitation. To meet the "
    "same people together with somebody else, write `invite again`, the session's code and the new person, for example "
    "`invite again K7M2 guest=anna@example.org`."
)
MAY_HOLD_A_CONTACT = re.compile(r"@|\d(?:[\s()./-]*\d){4}")
LISTED = frozenset({State.HELD, State.UNAVAILABLE, State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN})


class Answers:
    """`languages` are those in which invitations may be sent; `moment` writes a time in words.

    `room_of` finds somebody's direct chat with the bot (`StaffChat.room_of`), `may_request` says who may invite (`Access`), `reach` which
    contacts can be written to.
    """

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        languages: Sequence[str],
        moment: Callable[[datetime, str, str], str],
        room_of: Callable[[str], Awaitable[str | None]],
        may_request: Callable[[str], bool],
        personal: Personal,
        belonging: Belonging,
        reach: Reach | None = None,
        withheld: Sequence[str] = (),
        interpreters: Interpreters | None = None,
        calling: Calling | None = None,
    ) -> None:
        self.sessions, self.clock, self.languages, self.moment = sessions, clock, tuple(languages), moment
        self.personal = personal
        warnings = calling.warnings if calling is not None else nothing
        self.inviting = Inviting(clock, languages, room_of, may_request, reach or Reach(), withheld, interpreters, warnings)
        self.belonging, self.calling, self.meant = belonging, calling, Meant(sessions, clock)

    @property
    def zone(self) -> str:
        """The clock of the one who is answered."""
        return reader().zone

    async def answer(self, by: str, chat: str, event: str, text: str, here: Session | None = None) -> str | Question | Passing | None:
        """The answer in Markdown, None when the card alone answers. `here` is the session in whose room it was written.

        A line that may hold a contact and became no invitation is remembered, so that it is removed (PRODUCT §3).
        """
        with speaking_to(await self.personal.settings.of(by)):
            return await self._answer(by, chat, event, text, here)

    async def _answer(self, by: str, chat: str, event: str, text: str, here: Session | None) -> str | Question | Passing | None:
        try:
            line = parse(text)
            if line.name in ADDING:
                line = replace(line, name="add")
            else:
                line = with_whole_number(line)
                checked(line)
            answer = await self._carry_out(line, by, chat, event, here)
            if line.name in ("reschedule", "remove", "resend", "handover", "assign", "org"):
                # It was read to its last letter: what looks like a contact is a date or a colleague's Matrix id, or is removed already.
                return answer
        except NotUnderstood as error:
            answer = str(error)
        except Refused as refused:
            answer = refused.text(escaped, in_words)
        if answer is not None and here is None and (MAY_HOLD_A_CONTACT.search(text) or text.lower().split()[:1] == ["invite"]):
            await self.sessions.remember_failed(by, chat, event)
        return answer

    async def _carry_out(self, line: Line, by: str, chat: str, event: str, here: Session | None) -> str | Question | Passing | None:
        match line.name:
            case "help":
                return help_text(line.words[0] if line.words else None)
            case "add":
                return await self._nobody_added(line, by, here)
            case "invite" if here is not None:
                return await self._nobody_added(line, by, here)
            case "invite" if await self.sessions.by_event(event) is None:
                invitation = await self.invitation(line, by, chat, event)
                session = await self.sessions.invite(invitation)
                interpreters = self.inviting.interpreters
                said = interpreters.after(session, self.clock.now(), reader()) if interpreters else None
                return "\n\n".join([*([said] if said else []), *self.inviting.warnings(invitation)]) or None
            case "invite":
                return None
            case name if name in ADMINISTRATION:
                return await self.belonging.administer(line, by, event)
            case "handover":
                *code, to = line.words
                return await self.belonging.handover(await self.meant.session("handover", code, by, here), to, by, event)
            case name if name in PERSONAL:
                return await self.personal.answer(line, by)
            case "call" if self.calling is not None:
                return await self.calling.answer(line.words, by, event, partial(self.meant.session, "call", by=by, here=here))
            case "join":
                return await self._join(line, by, event)
            case "remove":
                return await self._remove(line, by, event, here)
            case "phone":
                meant = await self.meant.session("phone", line.words, by, here)
                return numbers_of(await self.sessions.ask(meant.code, c.ShowNumber(by, event), event))
            case "resend":
                among = partial(self.meant.session, "resend", line.words, by, here)
                return await resent(self.sessions, self.inviting.reach, self.clock, line, by, chat, event, here, among)
            case "another":
                return await self._another(line, by, event, here)
            case "reschedule":
                return await self._reschedule(line, by, event, here)
            case "invites":
                return await self._list(by, line.words)
            case "waiting":
                return await self._waiting(by)
            case "next":
                return await self._next(by, event)
            case "end" | "stay":
                return self._end(line.name, by, await self.meant.session(line.name, line.words, by, here))
            case "close":
                now = [word for word in line.words if word.lower() == "now"]
                words = tuple(word for word in line.words if word.lower() != "now")
                return await self._ask("close now" if now else "close", words, by, event, here)
            case name:
                return await self._ask(name, line.words, by, event, here)

    async def invitation(self, line: Line, by: str, chat: str, event: str) -> Invitation:
        """What the line says. Raises `NotUnderstood` or `Refused`."""
        invitation = await self.inviting.read(line, self.zone, by, chat, event, partial(self.meant.session, "invite", by=by, here=None))
        if "team" not in line.options:
            return invitation
        team = await self.belonging.team(line.options["team"], by)
        return replace(invitation, team=team, team_members=self.belonging.rooms.members_of_team(team) - invitation.members)

    async def _join(self, line: Line, by: str, event: str) -> str:
        """For colleagues, whose sessions are in no list of theirs."""
        code = line.words[0].upper()
        session = await self.sessions.ask(code if CODE.fullmatch(code) else say("with that code"), c.Join(by), event)
        if session.room is None:
            return say("The room of session {code} is being made. You are invited into it in a moment.", code=session.code)
        return say("This way into session {code}: {room}", code=session.code, room=way_in(session))

    async def _remove(self, line: Line, by: str, event: str, here: Session | None) -> str:
        """The last word is a session's code if there is another before it; what is left names the person."""
        *words, last = line.words
        with_code = bool(words) and not is_role(" ".join(line.words)) and CODE.fullmatch(last.upper()) is not None
        named = " ".join(words if with_code else line.words)
        if with_code or here is not None:
            among = [await self.meant.session("remove", [last] if with_code else [], by, here)]
        else:
            among = [session for session in await self.sessions.sessions_of(by) if session.state in LISTED]
        found = [(session, person) for session in among if (person := person_named(session, named))]
        if len(found) != 1:
            those = [session for session, _ in found] or among
            if not those:
                raise NotUnderstood("Nobody is in a session of yours now.")
            there = "; ".join(say("in session {code} {people}", code=session.code, people=whom_to_name(session)) for session in those)
            raise NotUnderstood("Write who is to leave, as on the card: {people}.", people=there)
        (session, person), *_ = found
        await self.sessions.ask(session.code, c.Remove(by, person), event)
        return removed(session, person)

    async def _nobody_added(self, line: Line, by: str, here: Session | None) -> str:
        """Whoever shall take part is named in the invitation; afterwards nobody can be added (PRODUCT §2)."""
        words = [word for word in line.words if CODE.fullmatch(word.upper())][:1]
        session = here or (await self.meant.session("add", words, by, None) if words else None)
        if session is None:
            raise NotUnderstood(NOBODY_ADDED)
        raise NobodyAdded(code=session.code)

    async def _reschedule(self, line: Line, by: str, event: str, here: Session | None) -> str:
        if "at" not in line.options:
            raise NotUnderstood("The new time is missing. Example: `{example}`", example=COMMANDS["reschedule"].example)
        meant = await self.meant.session("reschedule", line.words, by, here)
        check(meant, POSSIBLE_WITH["reschedule"](by), self.clock.now())
        at = read_time(line.options["at"], meant.zone, self.clock.now())
        session = await self.sessions.ask(meant.code, c.Reschedule(by, at), event)
        if session.state is State.HELD:
            return say(
                "Session {code} has a new time: {when}. The organisations are asked anew; nobody else is told before one accepts.",
                code=session.code,
                when=when(session, self.moment, self.zone, reader().language),
            )
        if session.held_back_since:
            return say(
                "Session {code} has a new time: {when}. The interpreter is asked to confirm it; then the others are told.",
                code=session.code,
                when=when(session, self.moment, self.zone, reader().language),
            )
        if session.planned_at is None:
            return say("The waiting room of session {code} is open now. Everybody who was told before is told again.", code=session.code)
        time = when(session, self.moment, self.zone, reader().language)
        return say("Session {code} has a new time: {when}. Everybody who was told before is told again.", code=session.code, when=time)

    async def _ask(self, name: str, words: Sequence[str], by: str, event: str, here: Session | None) -> str:
        meant = await self.meant.session(name, words, by, here)
        session = await self.sessions.ask(meant.code, ASKS[name](by), event)
        return self._started(session) if name == "start" else say(DONE[name], code=session.code)

    async def _another(self, line: Line, by: str, event: str, here: Session | None) -> str:
        """The first word is a session's code if it is one of theirs; what is left names an organisation."""
        interpreters = self.inviting.interpreters
        if interpreters is None:
            raise NotUnderstood(NOBODY_KNOWN)
        await interpreters.look()
        mine = {session.code for session in await self.sessions.sessions_of(by)}
        first = line.words[0] if line.words else ""
        named = first.upper() not in mine and (interpreters.is_called(first) or not CODE.fullmatch(first.upper()))
        coded = line.words[:1] if len(line.words) > 1 or not named else ()
        meant = await self.meant.session("another", coded, by, here)
        check(meant, c.AskAnother(by, ()), self.clock.now())
        wanted = interpreters.another(meant, line.options.get("interpreter", " ".join(line.words[len(coded) :])))
        offers = tuple(new_offer(self.sessions.keys, self.sessions.tokens, meant, each) for each in wanted.organisations)
        session = await self.sessions.ask(meant.code, c.AskAnother(by, offers, wanted.language), event)
        return say(
            "Session {code}: {organisations} may answer until {when}. You are told who accepts, or that nobody does.",
            code=session.code,
            organisations=", ".join(escaped(each.name) for each in wanted.organisations),
            when=escaped(self.moment(answers_until(session), self.zone, reader().language)),
        )

    def _started(self, session: Session) -> str:
        if session.state is State.INVITED:
            return say("The invitations of session {code} are being sent.", code=session.code)
        if session.state is State.ACTIVE:
            return say("Session {code} is running. {room}", code=session.code, room=way_in(session))
        return say("Join the room to start session {code}: {room}", code=session.code, room=way_in(session))

    def asked_once(self, name: str, by: str, session: Session) -> str | Question:
        """What a reaction on the card asks for is asked once more, if it is possible at all."""
        try:
            check(session, ASKS[name](by), self.clock.now())
        except Refused as refused:
            return refused.text(escaped, in_words)
        words = say(REALLY[name], key=CHOICES[name][name], name=name, code=session.code)
        return Question(words, session, name)

    def _end(self, name: str, by: str, session: Session) -> str | Question:
        check(session, c.Close(by), self.clock.now())
        code = session.code
        if name == "stay":
            return say("Session {code} goes on.", code=code)
        words = say(
            "Before session {code} ends: are the key points written in its chat? Then choose, by a reaction here or in words:\n\n"
            "- {close} `close {code}` – close it; the transcript can be had for 24 hours, then everything is deleted\n"
            "- {keep} `keep {code}` – end it but keep it open: the person can come back with the same link\n"
            "- {stay} `stay {code}` – go on",
            code=code,
            close=CLOSE,
            keep=KEEP,
            stay=START,
        )
        return Question(words, session, "end")

    async def _list(self, by: str, words: Sequence[str]) -> str:
        mine = [session for session in await self.sessions.sessions_of(by) if session.state in LISTED]
        if not mine:
            return say("You have no open session. To invite somebody: `{example}`", example=COMMANDS["invite"].example)
        return page_of(mine, words, self.moment, reader())

    async def _waiting(self, by: str) -> str:
        waiting = _longest_first(await self.sessions.sessions_of(by))
        if not waiting:
            return say("Nobody is waiting for you.")
        now = self.clock.now()
        words: Sentence = "**{code}** waits for {waited}.{device} `start {code}` takes it."
        lines = (say(words, code=session.code, waited=waited(session, now), device=of_who_waits(session)) for session in waiting)
        return "\n".join(f"- {line}" for line in lines)

    async def _next(self, by: str, event: str) -> str:
        waiting = _longest_first(await self.sessions.sessions_of(by))
        if not waiting:
            return say("Nobody is waiting for you.")
        return self._started(await self.sessions.ask(waiting[0].code, c.Start(by), event))


def _longest_first(sessions: Sequence[Session]) -> list[Session]:
    return sorted(
        (session for session in sessions if session.state is State.WAITING), key=lambda session: session.arrived_at or session.created_at
    )
