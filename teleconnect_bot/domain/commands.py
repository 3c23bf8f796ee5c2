"""What may be asked of a session, and what may befall it.

`Asked` comes from a person of the staff (`by`, a Matrix user id) and is refused with a named error when it is impossible.
`Befell` reports what happened; when the session has moved on meanwhile it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .channels import Channel
from .guest_link import DeviceTest, Link, Seat
from .organisations import Offer
from .people import Contact
from .schedule import Deadline

if TYPE_CHECKING:
    from .calls import CallKind, CallLink


@dataclass(frozen=True, slots=True)
class Command:
    pass


@dataclass(frozen=True, slots=True)
class Asked(Command):
    by: str


@dataclass(frozen=True, slots=True)
class Befell(Command):
    pass


@dataclass(frozen=True, slots=True)
class Send(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Cancel(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Reschedule(Asked):
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AskAnother(Asked):
    """Ask these organisations, which are given as offers that were not made yet. `language` is None when it stays as it was."""

    offers: tuple[Offer, ...]
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SendWithout(Asked):
    """Go on without an interpreter."""


@dataclass(frozen=True, slots=True)
class Seen(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Start(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Join(Asked):
    """A colleague wants into the room. Who may start the session starts it."""


@dataclass(frozen=True, slots=True)
class Call(Asked):
    """A link of one's own to the call, and the others ring. `link` bears no user yet: it becomes that of who asks."""

    kind: CallKind
    link: CallLink


@dataclass(frozen=True, slots=True)
class Close(Asked):
    pass


@dataclass(frozen=True, slots=True)
class CloseNow(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Keep(Asked):
    pass


@dataclass(frozen=True, slots=True)
class NewAddress:
    """The service user's right contact, and the digest of the new link that ends the one which went elsewhere."""

    contact: Contact
    generation: int
    digest: bytes = field(repr=False)
    more: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Resend(Asked):
    """Everybody is invited once more; with an address, those of the service user's link alone. `via` is tried first where it reaches."""

    to: NewAddress | None = None
    via: Channel | None = None


@dataclass(frozen=True, slots=True)
class Remove(Asked):
    """Take somebody out for good. `person` is the id of a live seat, or the Matrix id of a colleague."""

    person: str


@dataclass(frozen=True, slots=True)
class ShowNumber(Asked):
    """To ring somebody by ordinary telephone. `event` is the order's own; the answer to it does not stay."""

    event: str


@dataclass(frozen=True, slots=True)
class Admit(Asked):
    """Whoever asks for a place gets it."""


@dataclass(frozen=True, slots=True)
class Refuse(Asked):
    """Whoever asks for a place does not get it."""


@dataclass(frozen=True, slots=True)
class Reopen(Asked):
    pass


@dataclass(frozen=True, slots=True)
class WantTranscript(Asked):
    pass


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose session it is: a requester and their direct chat; a team's room with no requester, when the session goes to the team."""

    user: str
    chat: str


@dataclass(frozen=True, slots=True)
class Handover(Asked):
    """Another requester takes over."""

    to: Owner


@dataclass(frozen=True, slots=True)
class Assigned(Befell):
    """An administrator, who sees no sessions of others, has given this one to somebody."""

    to: Owner


@dataclass(frozen=True, slots=True)
class TeamChanged(Befell):
    """These people are in the team's room now."""

    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class StaffGone(Befell):
    """Somebody lost their access; `heir` gets what was theirs, None when nobody is there who could."""

    user: str
    heir: Owner | None


@dataclass(frozen=True, slots=True)
class InterpreterAccepted(Befell):
    """Somebody of the organisation accepts what was asked in this round: by a link of their own, or by a Matrix id.

    With neither, who accepted before confirms another time.
    """

    offer: str
    round: int
    link: Link | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class InterpreterDeclined(Befell):
    offer: str
    round: int
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class InterpreterWithdrew(Befell):
    offer: str
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LinkOpened(Befell):
    """Continue was pressed."""

    link: str


@dataclass(frozen=True, slots=True)
class DeviceTested(Befell):
    """Somebody with this link has tested their device."""

    link: str
    result: DeviceTest


@dataclass(frozen=True, slots=True)
class NotForMe(Befell):
    link: str


@dataclass(frozen=True, slots=True)
class NewLinkAsked(Befell):
    """ "Ask for a new link" was pressed where this one leads nowhere (PRODUCT §4, 6)."""

    link: str


@dataclass(frozen=True, slots=True)
class SeatClaimed(Befell):
    """Enter waiting room was pressed. `seat` is complete but for its number, which the session gives."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class SeatAsked(Befell):
    """All places are taken, and another browser asks for the one of `seat.moves`, or for one more."""

    seat: Seat


@dataclass(frozen=True, slots=True)
class SeatAnswered(Befell):
    """The browser on `seat` says whether it is the same person who asks for its place."""

    seat: str
    yes: bool


@dataclass(frozen=True, slots=True)
class CallOffered(Befell):
    """A link was made for somebody who is in the room."""

    link: CallLink


@dataclass(frozen=True, slots=True)
class CallHeard(Befell):
    """Somebody says in the room, by this account, that they are in the call; repeated for as long as they are."""

    user: str


@dataclass(frozen=True, slots=True)
class CallSeatClaimed(Befell):
    """A browser redeems the link with this id. `seat` is complete but for what the link says."""

    link: str
    seat: Seat


@dataclass(frozen=True, slots=True)
class DeletionAsked(Befell):
    """The person on this seat asks that everything be deleted at once; the requester's yes is `CloseNow`."""

    seat: str


@dataclass(frozen=True, slots=True)
class VisitorProvisioned(Befell):
    seat: str
    user: str
    device: str


@dataclass(frozen=True, slots=True)
class RoomCreated(Befell):
    room: str


@dataclass(frozen=True, slots=True)
class SeatReady(Befell):
    """The browser has uploaded its device keys and cross-signing."""

    seat: str


@dataclass(frozen=True, slots=True)
class SeatAdmitted(Befell):
    """The room is open to the seat and the visitor was invited."""

    seat: str


@dataclass(frozen=True, slots=True)
class VisitorJoined(Befell):
    user: str


@dataclass(frozen=True, slots=True)
class WentAway(Befell):
    """Leave was pressed. Coming back is by a beat (`SeatBeat`)."""

    seat: str


@dataclass(frozen=True, slots=True)
class VisitorLeft(Befell):
    """For good: by Leave this page now, by giving up a question for a place, or by leaving the room."""

    seat: str


@dataclass(frozen=True, slots=True)
class SeatBeat(Befell):
    """The page is there. Beats of a seat that is present need no decision; see `Guests.beat`."""

    seat: str


@dataclass(frozen=True, slots=True)
class StaffJoined(Befell):
    user: str


@dataclass(frozen=True, slots=True)
class StaffLeft(Befell):
    user: str


@dataclass(frozen=True, slots=True)
class SomebodyWrote(Befell):
    user: str


@dataclass(frozen=True, slots=True)
class MessageTaken(Befell):
    """The provider or mail server has taken the message."""

    message: str


@dataclass(frozen=True, slots=True)
class MessageDelayed(Befell):
    """The channel does not take the message now; it is tried again."""

    message: str
    problem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageFailed(Befell):
    message: str
    problem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageDelivered(Befell):
    """The provider says that the message is on the person's device."""

    message: str


@dataclass(frozen=True, slots=True)
class OptedOut(Befell):
    """Somebody answered STOP. `recipient` is their place in `Link.recipients`."""

    link: str
    recipient: int


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Befell):
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class RoomEmptied(Befell):
    """Everybody but the bot was removed from the room for good, or there is no room."""


@dataclass(frozen=True, slots=True)
class TornDown(Befell):
    pass
