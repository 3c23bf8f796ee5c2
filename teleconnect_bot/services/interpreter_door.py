"""What an interpreting organisation may ask of a session by its link, as the web front door sees it (PRODUCT §5).

The organisation's link and the interpreter's own one open the same page; neither tells anything about the service user. An unknown,
malformed or old token is one answer everywhere, so that nobody can learn which it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from .guest_door import LinkIsGood


class ContactNotUsable(LinkIsGood):
    """No e-mail address, mobile number or Matrix id at which the interpreter could be reached."""


class TimeChanged(LinkIsGood):
    """The answer was to another time than the one that is asked about now; `view` shows the new one."""

    def __init__(self, view: OfferView) -> None:
        super().__init__("the time was changed meanwhile")
        self.view = view


class OfferStatus(StrEnum):
    ASKED = "asked"
    """Nobody has accepted yet."""
    CONFIRM = "confirm"
    """Whoever accepted is asked whether a new time is possible."""
    ACCEPTED = "accepted"
    TAKEN = "taken"
    """By somebody who was faster."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    NOT_NEEDED = "not_needed"
    """The requester goes on without an interpreter, or the session will not take place."""
    EXPIRED = "expired"
    """Nobody has answered in time."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what an interpreter must know, such as "Expected duration", "about 60 minutes"."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """All that the page shows; only of a request that is open, or was accepted here, more than its status.

    `round` goes up with each new time, and an answer names the one that it was given to.
    """

    status: OfferStatus
    round: int = 0
    name: str = field(default="", repr=False)
    """The public name of the organisation that asks."""
    facts: tuple[Fact, ...] = ()
    may_decline: bool = True
    terms_version: str = ""
    terms_text: str = field(default="", repr=False)


class InterpreterDoor(Protocol):
    """The use cases behind the page of interpreting organisations. Tokens are never kept or logged by an implementation.

    `language` is the one in which the page is read. None: the token leads nowhere. Every call may be repeated with the same arguments
    and then changes nothing more. `ServiceUnavailable` of `services.ports` may come out of each and means "the same again, later".
    """

    def texts(self, language: str) -> Mapping[str, str]:
        """The words of the page; the same for everybody."""

    async def view(self, token: str, language: str) -> OfferView | None:
        """What is asked now. Changes nothing."""

    async def accept(self, token: str, round_: int, name: str, contact: str, language: str, terms: str) -> OfferView | None:
        """This interpreter comes, if nobody was faster; who had accepted before and confirms a new time needs no name and contact.

        Raises `TimeChanged`, `ContactNotUsable`, `TermsNotCurrent` of `guest_door`; nothing was accepted then.
        """

    async def decline(self, token: str, round_: int, reason: str, language: str) -> OfferView | None:
        """Nobody of this organisation can come; the requester reads the reason. Raises `TimeChanged`."""

    async def withdraw(self, token: str, reason: str, language: str) -> OfferView | None:
        """The interpreter who accepted cannot come after all."""
