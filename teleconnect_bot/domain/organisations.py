"""Interpreting organisations and what a session asks of them, as values (PRODUCT §5). The rules stand in `interpreting.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation whose interpreters may be asked.

    `id` is a short word that requesters write; `languages` are BCP 47 tags. It is asked by e-mail at `email` (its manager or a
    distribution list), by a card in its own encrypted Matrix `room`, or both. `alone_for` is how long it is asked before the
    next one is asked as well; zero asks the next at the same time. `configured` ones stand in the configuration and are changed there.
    """

    id: str
    name: str
    languages: tuple[str, ...]
    email: str | None = field(default=None, repr=False)
    room: str | None = None
    may_decline: bool = True
    alone_for: timedelta = timedelta(0)
    configured: bool = False


class OfferState(StrEnum):
    QUEUED = "queued"
    """Asked later, if those before it do not accept."""
    ASKED = "asked"
    ACCEPTED = "accepted"
    """By this organisation's interpreter."""
    TAKEN = "taken"
    """By another organisation's interpreter, who was faster."""
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    """Nobody is needed any more."""
    WITHDRAWN = "withdrawn"
    """The interpreter had accepted and cannot come after all."""


OPEN = frozenset({OfferState.QUEUED, OfferState.ASKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What one organisation was asked for one session, and what it said.

    `round` goes up each time it is asked anew, so that nobody accepts a time that was changed meanwhile. `digest` is that of the
    token in its link, which stays the same. Once somebody accepted, `link` or `user` says who: a link of the session, or a Matrix id.
    """

    id: str
    organisation: str
    digest: bytes = field(repr=False)
    alone_for: timedelta = timedelta(0)
    state: OfferState = OfferState.QUEUED
    round: int = 1
    asked_at: datetime | None = None
    link: str | None = None
    user: str | None = None
    reason: str = field(default="", repr=False)

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def named(self) -> bool:
        """An interpreter of this organisation has accepted before."""
        return bool(self.link or self.user)
