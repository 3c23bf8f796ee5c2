"""Carries out one command line and gives the answer (PRODUCT §3). Nothing here names a person: answers stay in the chat."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.errors import NotYours, Refused
from teleconnect_bot.domain.life import check
from teleconnect_bot.domain.people import Contact, NotAContact
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Invitation, Sessions

from .cards import STATE_WORDS, room_link, waited
from .commands import COMMANDS, checked, help_text
from .company import checked_crowd, guests
from .markup import escaped
from .parser import Line, NotUnderstood, nearest, parse

_CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}")
LONGEST_NAME = 80

ASKS: dict[str, type[c.Asked]] = {
    "seen": c.Seen,
    "start": c.Start,
    "close": c.Close,
    "close now": c.CloseNow,
    "keep": c.Keep,
    "reopen": c.Reopen,
    "cancel": c.Cancel,
    "pdf": c.WantTranscript,
}
POSSIBLE_WITH: dict[str, type[c.Asked]] = {**ASKS, "end": c.Close, "stay": c.Close}
"""Without a code, a command means the one session of the requester's with which this is possible."""
DONE = {
    "seen": "The person reads now that you have seen them; the ringing has stopped.",
    "close": "Session {code} is being closed.",
    "close now": "Session {code} is being closed and deleted.",
    "keep": "Session {code} is kept open.",
    "reopen": "Session {code} is open again.",
    "cancel": "Session {code} is cancelled.",
    "pdf": "The transcript of {code} is being made and comes here as a file.",
}
_MAY_HOLD_A_CONTACT = re.compile(r"@|\d(?:[\s()./-]*\d){4}")
LISTED = frozenset({State.HELD, State.UNAVAILABLE, State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN})


class Answers:
    """`languages` are those in which invitations may be sent; `moment` writes a time in words."""

    def __init__(
        self, sessions: Sessions, clock: Clock, languages: Sequence[str], zone: str, moment: Callable[[datetime, str, str], str]
    ) -> None:
        self.sessions, self.clock, self.languages, self.zone, self.moment = sessions, clock, tuple(languages), zone, moment

    async def answer(self, by: str, chat: str, event: str, text: str, here: Session | None = None) -> str | None:
        """The answer in Markdown, None when the card alone answers. `here` is the session in whose room it was written.

        A line that may hold a contact and became no invitation is remembered, so that it is removed (PRODUCT §3).
        """
        try:
            line = parse(text)
            checked(line)
            answer = await self._carry_out(line, by, chat, event, here)
        except NotUnderstood as error:
            answer = str(error)
        except Refused as refused:
            answer = refused.text(escaped)
        if answer is not None and here is None and (_MAY_HOLD_A_CONTACT.search(text) or text.lower().split()[:1] == ["invite"]):
            await self.sessions.remember_failed(by, chat, event)
        return answer

    async def _carry_out(self, line: Line, by: str, chat: str, event: str, here: Session | None) -> str | None:
        match line.name:
            case "help":
                return help_text(line.words[0] if line.words else None)
            case "invite" if here is not None:
                raise NotUnderstood("Please write `invite` in our direct chat: everybody in this room could read the contact here.")
            case "invite":
                await self.sessions.invite(self._invitation(line, by, chat, event))
                return None
            case "invites":
                return await self._list(by)
            case "waiting":
                return await self._waiting(by)
            case "next":
                return await self._next(by, event)
            case "end" | "stay":
                return self._end(line.name, by, await self._meant(line.name, line.words, by, here))
            case "close":
                now = [word for word in line.words if word.lower() == "now"]
                words = tuple(word for word in line.words if word.lower() != "now")
                return await self._ask("close now" if now else "close", words, by, event, here)
            case name:
                return await self._ask(name, line.words, by, event, here)

    def _invitation(self, line: Line, by: str, chat: str, event: str) -> Invitation:
        example = COMMANDS["invite"].example
        try:
            contact = Contact.email(line.words[0])
        except NotAContact:
            raise NotUnderstood(f"The word after `invite` is not an e-mail address. Example: `{example}`") from None
        name = " ".join(line.options.get("name", "").split())
        if len(name) > LONGEST_NAME:
            raise NotUnderstood(f"The name is longer than {LONGEST_NAME} characters. Example: `{example}`")
        language = self._language("lang=", line.options.get("lang", self.languages[0]))
        company = guests(line.each("guest"), language, partial(self._language, "guest=…/"), example)
        checked_crowd((contact, *(guest.contact for guest in company)), example)
        return Invitation(by=by, chat=chat, event=event, contact=contact, name=name, guests=company, language=language, zone=self.zone)

    def _language(self, where: str, written: str) -> str:
        asked = written.lower()
        if asked in self.languages:
            return asked
        guess = nearest(asked, self.languages)
        hint = f" Did you mean `{where}{guess}`?" if guess else ""
        raise NotUnderstood(f"Invitations cannot be written in the language after `{where}`.{hint} There are: {', '.join(self.languages)}.")

    async def _ask(self, name: str, words: Sequence[str], by: str, event: str, here: Session | None) -> str:
        meant = await self._meant(name, words, by, here)
        session = await self.sessions.ask(meant.code, ASKS[name](by), event)
        return self._started(session) if name == "start" else DONE[name].format(code=session.code)

    def _started(self, session: Session) -> str:
        if session.state is State.ACTIVE:
            return f"Session {session.code} is running. [Open the room]({room_link(session.room or '')})"
        return f"Join the room to start session {session.code}: [Open the room]({room_link(session.room or '')})"

    def _end(self, name: str, by: str, session: Session) -> str:
        check(session, c.Close(by), self.clock.now())
        code = session.code
        if name == "stay":
            return f"Session {code} goes on."
        return (
            f"Before session {code} ends: are the key points written in its chat? Then choose:\n\n"
            f"- `close {code}` – close it; the transcript can be had for 24 hours, then everything is deleted\n"
            f"- `keep {code}` – end it but keep it open: the person can come back with the same link\n"
            f"- `stay {code}` – go on"
        )

    async def _meant(self, name: str, words: Sequence[str], by: str, here: Session | None) -> Session:
        mine = [session for session in await self.sessions.sessions_of(by) if session.state is not State.DRAFT]
        if words:
            code = words[0].upper()
            found = next((session for session in mine if session.code == code), None)
            if found is None:
                raise NotYours(code=code if _CODE.fullmatch(code) else "with that code")
            return found
        if here is not None:
            return here
        fitting = [session for session in mine if self._possible(session, POSSIBLE_WITH[name](by))]
        if len(fitting) == 1:
            return fitting[0]
        codes = ", ".join(session.code for session in fitting)
        which = f"There are several: {codes}." if fitting else "You have no session for which that is possible now."
        raise NotUnderstood(
            f"{which} Write the code as well, for example: `{COMMANDS[name.split(maxsplit=1)[0]].example}`. `invites` lists your sessions."
        )

    def _possible(self, session: Session, command: c.Asked) -> bool:
        try:
            check(session, command, self.clock.now())
        except Refused:
            return False
        return True

    async def _list(self, by: str) -> str:
        mine = [session for session in await self.sessions.sessions_of(by) if session.state in LISTED]
        if not mine:
            return f"You have no open session. To invite somebody: `{COMMANDS['invite'].example}`"
        return "\n".join(f"- **{session.code}** – {self._in_words(session)}" for session in mine)

    def _in_words(self, session: Session) -> str:
        deliveries = sorted({message.delivery.value for message in session.messages})
        made = self.moment(session.planned_at or session.created_at, self.zone, "en")
        return f"{STATE_WORDS[session.state]}; {escaped(made)}; e-mail {', '.join(deliveries) or 'none'}"

    async def _waiting(self, by: str) -> str:
        waiting = _longest_first(await self.sessions.sessions_of(by))
        if not waiting:
            return "Nobody is waiting for you."
        now = self.clock.now()
        return "\n".join(f"- **{session.code}** waits for {waited(session, now)}. `start {session.code}` takes it." for session in waiting)

    async def _next(self, by: str, event: str) -> str:
        waiting = _longest_first(await self.sessions.sessions_of(by))
        if not waiting:
            return "Nobody is waiting for you."
        return self._started(await self.sessions.ask(waiting[0].code, c.Start(by), event))


def _longest_first(sessions: Sequence[Session]) -> list[Session]:
    return sorted(
        (session for session in sessions if session.state is State.WAITING), key=lambda session: session.arrived_at or session.created_at
    )
