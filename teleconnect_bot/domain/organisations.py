"""Interpreting organisations and what a session asks of them, as values (PRODUCT §5). The rules stand in `interpreting.py`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
"""What the id of an organisation looks like."""
_TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")


def language_tag(written: str) -> str | None:
    """A well-formed tag of language, script and region, in the letters of RFC 5646 §2.1.1; None for anything else."""
    found = _TAG.fullmatch(written.strip().replace("_", "-"))
    if found is None:
        return None
    language, script, region = found.groups(default="")
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation whose interpreters may be asked.

    `id` is a short word that requesters write; `languages` are BCP 47 tags. It is asked by e-mail at `email` (its manager or a
    distribution list), by a card in its own encrypted Matrix `room`, or both. `alone_for` is how long it is asked before the
    next one is asked as well; zero asks the next at the same time. `language` is the one in which it is written to. `configured` ones
    stand in the configuration and are changed there; they are asked first, in the order of their `position`.
    """

    id: str
    name: str
    languages: tuple[str, ...]
    email: str | None = field(default=None, repr=False)
    room: str | None = None
    may_decline: bool = True
    alone_for: timedelta = timedelta(0)
    language: str = "en"
    configured: bool = False
    position: int = 0

    def speaks(self, language: str) -> bool:
        """Whether it interprets the language, a variety of it, or what it is a variety of: `ar` and `ar-SD` (BCP 47 §2.1)."""
        wanted = language.lower()
        offered = [tag.lower() for tag in self.languages]
        return any(tag == wanted or tag.startswith(f"{wanted}-") or wanted.startswith(f"{tag}-") for tag in offered)


def in_turn(organisations: Iterable[Organisation]) -> list[Organisation]:
    """In the order in which they are asked."""
    return sorted(organisations, key=lambda each: (not each.configured, each.position, each.id))


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
