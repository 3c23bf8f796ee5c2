"""The time of a planned session in words, on the clocks of those whom it concerns (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from teleconnect_bot.domain.session import Session

from .markup import escaped
from .voice import say

Moment = Callable[[datetime, str, str], str]
"""A moment in the words of a language: (moment, zone, language)."""


def mine_and_theirs(session: Session, moment: Moment, zone: str, language: str) -> tuple[str, str | None]:
    """In Markdown: on the reader's clock, and on the invited person's if that is another one. Only for a session with a time."""
    at = session.planned_at
    assert at is not None
    mine = escaped(moment(at, zone, language))
    return mine, None if zone == session.zone else escaped(moment(at, session.zone, language))


def when(session: Session, moment: Moment, zone: str, language: str) -> str:
    """The same as one phrase; of a session without a time, that it is open."""
    if session.planned_at is None:
        return say("now")
    mine, theirs = mine_and_theirs(session, moment, zone, language)
    return say("**{mine}**; for the invited person {theirs}", mine=mine, theirs=theirs) if theirs else f"**{mine}**"
