"""Links and seats: how somebody without an account enters (PRODUCT §4, "Seats")."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .people import Contact, Role, label

TOKEN_LENGTH = 22
"""128 bits in base64url without padding."""


NATIVE_DEVICE = "guest_device"
"""The one device of every native Matrix guest (Synapse gives them no other). The devices of our own accounts are in capitals."""


def token_from(key_material: bytes) -> str:
    """The link's token: the first 128 bits of what the session key gives for link and generation (ARCHITECTURE §5)."""
    return base64.urlsafe_b64encode(key_material[:16]).rstrip(b"=").decode()


def tokens_in(text: str) -> list[str]:
    """The tokens of all links in a text."""
    return re.findall(rf"/[ji][#/]([A-Za-z0-9_-]{{{TOKEN_LENGTH}}})(?![A-Za-z0-9_-])", text)


def digest_of(secret: str) -> bytes:
    """SHA-256; the only form in which the database knows a token or a seat's secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who receives the link of another person, in their own language (PRODUCT §1, "Third party")."""

    contact: Contact
    language: str
    more: tuple[Contact, ...] = ()
    """Further ways to reach the same person, such as an e-mail address beside a number."""

    @property
    def contacts(self) -> tuple[Contact, ...]:
        return (self.contact, *self.more)


class DeviceTest(StrEnum):
    """What a person's device can do, as its own page found out (PRODUCT §4.3). Of picture and sound themselves nothing is told."""

    GOOD = "good"
    AUDIO_ONLY = "audio_only"
    """There is a camera, but it could not be used; sound works."""
    NO_CAMERA = "no_camera"
    """There is no camera; sound works."""
    WRITING_ONLY = "writing_only"
    """The microphone could not be used."""
    POOR_NETWORK = "poor_network"
    """Camera and microphone may work, but the line is slow, or the way for calls is barred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address that opens the guest page, for everybody who received the same message.

    `places` is the number of people invited with it; `others` are those besides the one whose contact and language it bears.
    `opted_out` are the places of those who answered STOP.
    `dead` is set by "This is not for me" and stays; `doubted_at` is when that was last said of a link by which somebody has come, which
    lives on. `asked_at` is when somebody last pressed "ask for a new link". `tested` is the device test that was made last with this
    link, `added` how many of the places a requester has added for people not invited.
    """

    id: str
    role: Role
    digest: bytes = field(repr=False)
    contact: Contact
    language: str
    generation: int = 1
    places: int = 1
    name: str = field(default="", repr=False)
    more: tuple[Contact, ...] = ()
    others: tuple[Recipient, ...] = ()
    opted_out: frozenset[int] = frozenset()
    dead: bool = False
    opened_at: datetime | None = None
    asked_at: datetime | None = None
    doubted_at: datetime | None = None
    tested: DeviceTest | None = None
    added: int = 0

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Everybody who receives the message; a message names its recipient by the place in this row."""
        return (Recipient(self.contact, self.language, self.more), *self.others)

    @property
    def roles(self) -> tuple[Role, ...]:
        """One for each place. Whoever shares a service user's link is a third party."""
        added = (Role.THIRD_PARTY if self.role is Role.SERVICE_USER else self.role,) * self.added
        return (self.role,) * (self.places - len(self.others) - self.added) + (Role.THIRD_PARTY,) * len(self.others) + added


class SeatState(StrEnum):
    ASKING = "asking"
    """Another browser asks for a place that is taken, or for one more; nothing is open to it."""
    CLAIMED = "claimed"
    """Enter waiting room was pressed; the account is being made."""
    PROVISIONED = "provisioned"
    """The account exists; the browser makes its keys."""
    READY = "ready"
    """The keys are uploaded; from here the room is open to the seat."""
    ADMITTED = "admitted"
    """The visitor is invited."""
    JOINED = "joined"
    """The visitor's device is in the room."""
    REVOKED = "revoked"
    """Over; `ended` says why."""


class Ended(StrEnum):
    CLOSED = "closed"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    LEFT = "left"
    MOVED = "moved"
    REFUSED = "refused"
    """It asked for a place and did not get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One browser's place in a session. Another browser is another seat and another visitor (FACTS, "Guests").

    `digest` is SHA-256 of the secret that the browser made. `away_since` is set while a joined seat is not present, and from Leave
    until the browser is back, joined or not.
    `tested` is the device test of this browser, if the person made one on the way in.
    """

    id: str
    link: str
    role: Role
    number: int
    digest: bytes = field(repr=False)
    language: str
    name: str = field(default="", repr=False)
    terms: str = ""
    consent_at: datetime | None = field(default=None, repr=False)
    state: SeatState = SeatState.CLAIMED
    user: str | None = None
    device: str | None = None
    present: bool = False
    last_beat_at: datetime
    away_since: datetime | None = None
    ended: Ended | None = None
    tested: DeviceTest | None = None
    moves: str | None = None
    """The seat whose place it asks for, or has taken over."""
    deletion_asked: bool = False
    """This person has asked that everything be deleted at once (PRODUCT §9)."""
    call_of: str | None = None
    """A call seat: the Matrix id of the member of the staff who is in the call by it (PRODUCT §7). It is nobody of its own, so it is
    never present, waits for nobody and writes nothing."""

    @property
    def label(self) -> str:
        return label(self.role, self.number)

    @property
    def native(self) -> bool:
        """Its account is a native Matrix guest: it can sign no devices, and say neither that it types nor what it has read."""
        return self.device == NATIVE_DEVICE

    @property
    def live(self) -> bool:
        return self.state not in (SeatState.ASKING, SeatState.REVOKED)

    @property
    def holds_place(self) -> bool:
        """Nobody else can have its place: somebody sits there, or was removed and must not come back in another browser."""
        return self.live or self.ended is Ended.REMOVED
