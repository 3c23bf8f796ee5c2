"""Which session of theirs somebody means who names a command, with a code or without one (PRODUCT §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.calls import CallKind
from teleconnect_bot.domain.errors import NotYours, Refused
from teleconnect_bot.domain.life import check
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Sessions

from .calling import PROBE
from .commands import COMMANDS
from .parser import NotUnderstood
from .voice import say

CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}")
ASKS: dict[str, type[c.Asked]] = {
    "seen": c.Seen,
    "start": c.Start,
    "close": c.Close,
    "close now": c.CloseNow,
    "keep": c.Keep,
    "reopen": c.Reopen,
    "admit": c.Admit,
    "refuse": c.Refuse,
    "cancel": c.Cancel,
    "without": c.SendWithout,
    "pdf": c.WantTranscript,
}
SOME_DAY = datetime(9000, 1, 1, tzinfo=UTC)
POSSIBLE_WITH: dict[str, Callable[[str], c.Asked]] = {
    **ASKS,
    "end": c.Close,
    "stay": c.Close,
    "reschedule": lambda by: c.Reschedule(by, SOME_DAY),
    "resend": c.Resend,
    "phone": lambda by: c.ShowNumber(by, ""),
    "call": lambda by: c.Call(by, CallKind.VIDEO, PROBE),
    "admit": c.Refuse,
    "another": lambda by: c.AskAnother(by, ()),
    "handover": lambda by: c.Handover(by, c.Owner("", "")),
}
"""Without a code, a command means the one session of the requester's with which this is possible."""


class Meant:
    """Of all sessions of the one who asks."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self.sessions, self.clock = sessions, clock

    async def session(
        self, name: str, words: Sequence[str], by: str, here: Session | None, order: Callable[[Session], c.Asked] | None = None
    ) -> Session:
        """By the code that `words` begin with, else the one in whose room it was written, else the only one that fits.

        Fitting is what `order` is possible with; where that is nothing, what the command alone is possible with.

        Raises `NotYours`, or `NotUnderstood` when none or several fit.
        """
        mine = [session for session in await self.sessions.sessions_of(by) if session.state is not State.DRAFT]
        if words:
            code = words[0].upper()
            found = next((session for session in mine if session.code == code), None)
            if found is None:
                raise NotYours(code=code if CODE.fullmatch(code) else say("with that code"))
            return found
        if here is not None:
            return here
        fitting = [session for session in mine if self._possible(session, order(session))] if order else []
        fitting = fitting or [session for session in mine if self._possible(session, POSSIBLE_WITH[name](by))]
        if len(fitting) == 1:
            return fitting[0]
        codes = ", ".join(session.code for session in fitting)
        which = say("There are several: {codes}.", codes=codes) if fitting else say("You have no session for which that is possible now.")
        raise NotUnderstood(
            "{which} Write the code as well, for example: `{example}`. `invites` lists your sessions.",
            which=which,
            example=COMMANDS[name.split(maxsplit=1)[0]].example,
        )

    def _possible(self, session: Session, command: c.Asked) -> bool:
        try:
            check(session, command, self.clock.now())
        except Refused:
            return False
        return True
