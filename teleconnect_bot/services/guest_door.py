"""What an invited person may ask of a session, as the web front door sees it (PRODUCT §4).

The web routes know tokens and secrets, never rows; the use cases know rows, never HTTP. They meet in `GuestDoor`.
An unknown, malformed, old or expired link is one answer everywhere, so that nobody can learn which it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from teleconnect_bot.domain.guest_link import DeviceTest

from .ports import Relay

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def secret_digest(secret: str) -> bytes | None:
    """SHA-256 of a seat's secret as the browser sends it: 256 random bits, base64url without padding, 43 characters.

    `None` for anything of another shape. The digest is all that is ever stored or compared.
    """
    return hashlib.sha256(secret.encode("ascii")).digest() if _SECRET.fullmatch(secret) else None


class NoSuchLink(Exception):
    """The link is unknown, expired, refused by its recipient, or no link at all."""


class LinkIsGood(Exception):
    """The link leads somewhere, but what was asked by it cannot be done, at least not now."""


class LinkFull(LinkIsGood):
    """Every seat of the link is taken by another browser.

    `taken` are the seats that may be asked for, by their labels; `more`: one more than was invited may be asked for.
    """

    def __init__(self, taken: Sequence[str] = (), more: bool = False) -> None:
        super().__init__("every place is taken")
        self.taken, self.more = tuple(taken), more


class TermsNotCurrent(LinkIsGood):
    """The terms that were agreed to are not the ones in force: they must be shown again."""


class TooEarly(LinkIsGood):
    """The session is planned and its waiting room is not open yet; `opens_at` is when it opens (UTC, aware)."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__("the waiting room is not open yet")
        self.opens_at = opens_at


class LinkState(StrEnum):
    OPEN = "open"
    EARLY = "early"
    ENDED = "ended"
    """Of an interpreter alone: the page on which they answer says why they are not needed any more."""


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a valid link shows after Continue was pressed."""

    state: LinkState
    language: str
    """What the invitation was written in."""
    name: str = field(repr=False)
    """The public name of the organisation, or the neutral one of a discreet invitation."""
    terms_version: str
    terms_text: str = field(repr=False)
    """Plain paragraphs in the language that the page asked for."""
    opens_at: datetime | None = None
    """Set exactly when `state` is `EARLY`."""
    interpreter: bool = False
    """Whoever holds it interprets, and may say that they cannot come."""


class SeatStatus(StrEnum):
    ASKING = "asking"
    """The place is taken; those who can say yes have been asked."""
    REFUSED = "refused"
    """It asked for a place and did not get it."""
    PREPARING = "preparing"
    """The account is not made yet: the page asks again soon."""
    KEYS = "keys"
    """User and device exist: the page uploads its keys and says ready."""
    INVITED = "invited"
    """The room is assigned and the visitor invited: the page joins."""
    WAITING = "waiting"
    IN_SESSION = "in_session"
    KEPT_OPEN = "kept_open"
    ENDED = "ended"
    MOVED = "moved"
    """Another browser has taken this seat over."""


class Told(StrEnum):
    """What the waiting person may honestly be told about the requester (PRODUCT §3, "Arrival")."""

    TOLD = "told"
    SEEN = "seen"
    NOBODY_CAME = "nobody_came"


class EndedReason(StrEnum):
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class SeatPerson:
    """Somebody who came by a link, as the page shows them."""

    user: str
    label: str
    """The role, such as "Relative"."""
    name: str = field(repr=False)
    """The name this person chose."""
    away: bool = False
    """Has left, or nothing was heard of their page for a while. They remain a member of the room."""
    call_of: str | None = None
    """It is no person of its own, but where this member of the staff is in the call."""


@dataclass(frozen=True, slots=True)
class SeatView:
    """All that the page of one seat needs to know now."""

    status: SeatStatus
    label: str
    bot: str
    public_name: str = field(repr=False)
    user: str | None = None
    device: str | None = None
    room: str | None = None
    people: tuple[SeatPerson, ...] = ()
    told: Told | None = None
    ended_reason: EndedReason | None = None
    moved_here: bool = False
    """It has taken over from another browser: what was written before cannot be read here."""
    asked_for: bool = False
    """Another browser asks for this seat's place."""
    before: int = 0
    """How many others have waited for the same people for longer."""
    awaited: int = 0
    """How many of the staff have been called into the room or are in it."""
    deletion_asked: bool = False
    """The requester was told that this person wants everything deleted."""
    call_seat: bool = False
    """A member of the staff is in the call by it, and in the chat elsewhere."""
    native: bool = False
    """The account is a native Matrix guest: it can sign no devices, and say neither that it types nor what it has read."""


class GuestDoor(Protocol):
    """The use cases behind the guest page. Tokens and secrets are never kept or logged by an implementation.

    Every call may be repeated with the same arguments and then changes nothing more. `ServiceUnavailable` of
    `services.ports` may come out of each and means "the same again, later".
    """

    async def open(self, token: str, language: str) -> OpenedLink | None:
        """Continue was pressed: the link was seen by a person. `None` for every link that does not lead anywhere."""

    async def not_me(self, token: str) -> bool:
        """ "This is not for me": the requester is told; a link by which nobody has come yet is dead. False when there is no such link."""

    async def ask_for_link(self, token: str) -> None:
        """The requester of the session that this link once led to reads that a new one is asked for; any other token changes nothing.

        Nothing is answered, so that nobody learns whether there ever was such a session.
        """

    async def device(self, token: str, result: DeviceTest) -> bool:
        """The requester's card shows what the device can do. False when there is no such link."""

    async def relay(self, token: str) -> Relay | None:
        """What calls would go through, for a test; `None` when the deployment has no TURN server. Raises `NoSuchLink`."""

    async def enter(self, token: str, digest: bytes, name: str, language: str, terms: str, *, tested: DeviceTest | None = None) -> SeatView:
        """Take a seat for the browser whose secret has this digest (`secret_digest`).

        The same digest again is the same seat. Raises `NoSuchLink`, `LinkFull`, `TooEarly`, `TermsNotCurrent`.
        """

    async def ask(
        self, token: str, digest: bytes, name: str, language: str, terms: str, place: str | None, *, tested: DeviceTest | None = None
    ) -> SeatView:
        """All places are taken: ask for the one with this label (of `LinkFull.taken`), or with None for one more.

        The same digest again is the same question. Raises what `enter` raises; `LinkFull` when it cannot be asked for now.
        """

    async def answer(self, digest: bytes, yes: bool) -> SeatView | None:
        """The browser on a seat says whether it is the same person who asks for its place."""

    async def seat(self, digest: bytes) -> SeatView | None:
        """The seat's present view, also when it is over (so that the page learns why); `None`: no such seat."""

    async def beat(self, digest: bytes, visible: bool) -> SeatView | None:
        """The browser is there; `visible` says whether the page is in the foreground."""

    async def ready(self, digest: bytes) -> SeatView | None:
        """The visitor's device keys and cross-signing are uploaded: the room may be assigned and the visitor invited."""

    async def ask_deletion(self, digest: bytes) -> SeatView | None:
        """The requester is told that this person wants everything deleted at once; nothing is deleted by it."""

    async def away(self, digest: bytes) -> bool:
        """The person leaves for now: the same browser may come back, and read what was written. False when there is no such seat."""

    async def leave(self, digest: bytes) -> bool:
        """The person leaves for good; false when there is no such seat."""
