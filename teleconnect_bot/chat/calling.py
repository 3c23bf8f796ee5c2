"""`call`: the way into the call for whoever is in the room of a session (PRODUCT §3, §7)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.calls import CallKind, CallLink
from teleconnect_bot.domain.errors import NotYours
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.calls import CallLinks
from teleconnect_bot.services.sessions import Sessions

from .call_size import Warnings, in_browsers, nothing
from .commands import COMMANDS
from .numbers import Passing
from .parser import NotUnderstood
from .voice import Sentence, say

_CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}")
WAY_IN: Sentence = (
    "[Join the call of session {code}]({address})\n\nThis is your own way in: press the button on the page that opens. It works in one "
    "browser, until the session ends; `call {code}` gives you a new one. The pages of the others ring now."
)
NO_CALLS: Sentence = "There are no calls here: your organisation has switched them off."
BY_ELEMENT: Sentence = "Calls go by Element itself here: press the call button in the room of session {code}."

Meant = Callable[[Sequence[str]], Awaitable[Session]]


class Calling:
    """`provider` as in `calls.provider`. `links` makes the links where staff come by one."""

    def __init__(self, sessions: Sessions, links: CallLinks, provider: str) -> None:
        self.sessions, self.links, self.provider = sessions, links, provider

    @property
    def by_link(self) -> bool:
        return self.provider in ("builtin", "jitsi")

    @property
    def warnings(self) -> Warnings:
        return in_browsers if self.provider == "builtin" else nothing

    async def answer(self, words: Sequence[str], by: str, event: str, meant: Meant) -> str | Passing:
        kinds = [word.lower() for word in words if word.lower() in set(CallKind)]
        others = [word for word in words if word.lower() not in set(CallKind)]
        if len(kinds) > 1 or len(others) > 1:
            raise NotUnderstood("Write what it is, and the session's code. Example: `{example}`", example=COMMANDS["call"].example)
        session = await self._session(others, by, meant)
        if self.provider == "none":
            return say(NO_CALLS)
        if not self.by_link:
            return say(BY_ELEMENT, code=session.code)
        link = self.links.new(session, by)
        after = await self.sessions.ask(session.code, c.Call(by, CallKind(kinds[0]) if kinds else CallKind.VIDEO, link), event)
        given = after.call_link(by) or link
        return Passing(say(WAY_IN, code=session.code, address=self.links.address(session, given)), session.id)

    async def _session(self, code: Sequence[str], by: str, meant: Meant) -> Session:
        """A colleague has no list of sessions, and names theirs by its code."""
        if code and _CODE.fullmatch(code[0].upper()):
            found = await self.sessions.by_code(code[0].upper())
            if found is not None and by in found.company:
                return found
            if found is None:
                raise NotYours(code=code[0].upper())
        return await meant(code)


PROBE = CallLink(id="", user="", digest=b"")
"""For asking whether a call is possible at all."""
