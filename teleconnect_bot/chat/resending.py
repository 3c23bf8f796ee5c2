"""`resend`: an invitation that was lost, or went to a wrong address (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.life import check
from teleconnect_bot.domain.session import Session
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.sessions import Sessions

from .company import apart
from .contacts import Reach, after
from .parser import Line
from .voice import say

Meant = Callable[[Callable[[Session], c.Asked]], Awaitable[Session]]
"""The session that is meant, of those with which the order is possible."""


async def resent(
    sessions: Sessions, reach: Reach, clock: Clock, line: Line, by: str, chat: str, event: str, here: Session | None, meant: Meant
) -> str:
    """Raises `NotUnderstood` or `Refused`."""
    via = reach.channel(line.options["via"]) if "via" in line.options else None
    if "to" not in line.options:
        found = await meant(lambda _: c.Resend(by, via=via))
        session = await sessions.ask(found.code, c.Resend(by, via=via), event)
        return say("The invitation of session {code} is sent again to everybody who was told of it.", code=session.code)
    ways = reach.ways(apart(line.options["to"]), after("to"), via)

    def order(session: Session) -> c.Resend:
        return c.Resend(by, sessions.new_address(session, ways), via)

    found = await meant(order)
    check(found, order(found), clock.now())
    if here is None:
        await sessions.note_order(found, chat, event)
    session = await sessions.ask(found.code, order(found), event)
    return say(
        "A new link to session {code} is sent to the new address. The one that was sent before does not work any more.", code=session.code
    )
