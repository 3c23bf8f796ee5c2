"""A session and its life: `State`, `Session` and what can be read off it. `decide()` and the table stand in `life.py`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from .calls import CallLink
from .channels import Channel as Channel  # noqa: PLC0414  it stands in messages, so it is known from here too
from .guest_link import Ended, Link, Seat, SeatState
from .organisations import Offer, OfferState
from .people import Role
from .schedule import Policy


class State(StrEnum):
    """PRODUCT §2. Delivery of messages is another thing and stands in `OutgoingMessage`."""

    DRAFT = "draft"
    HELD = "held"
    UNAVAILABLE = "unavailable"
    INVITED = "invited"
    WAITING = "waiting"
    ACTIVE = "active"
    KEPT_OPEN = "kept_open"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    TEARING_DOWN = "tearing_down"
    GONE = "gone"


class Mode(StrEnum):
    REMOTE = "remote"
    IN_PERSON = "in_person"
    """The service user sits beside the requester; a colleague is met."""
    MEETING = "meeting"
    """Another user of the homeserver is met, and nobody is invited by link but further colleagues."""


class MessageKind(StrEnum):
    INVITATION = "invitation"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    NOBODY_CAME = "nobody_came"
    NEW_MESSAGE = "new_message"
    RELEASED = "released"
    """To an interpreter who is not needed any more."""


class Delivery(StrEnum):
    """Forward only."""

    QUEUED = "queued"
    DELAYED = "delayed"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """`id` is unique for ever and names nobody; the e-mail's `Message-ID` is made of it, so a repeat repeats it.

    `recipient` is a place in `Link.recipients`. `fallbacks` are the channels that are tried after this one, `replaces` is the message
    whose failure led to this one. `tried_at` is when it was first offered to its channel, `late` says that it did not arrive in time.
    """

    id: str
    link: str
    recipient: int = 0
    kind: MessageKind
    channel: Channel
    delivery: Delivery = Delivery.QUEUED
    problem: str = field(default="", repr=False)
    fallbacks: tuple[Channel, ...] = ()
    replaces: str | None = None
    tried_at: datetime | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session as a value. All times are aware UTC.

    `key` names the session's key in `keys_directory`; `marker` stands in the room's creation content.
    `starts` holds the first start and each later one. `arrived_at` is when the waiting began and stays for 10 min after the
    last main seat went away, so that a flapping phone is one arrival. `left_at` is when that was, None before the first time.
    `zone` is the invited person's, `remind_at` when people are reminded next. `colleagues` are the Matrix ids of those who were
    invited to take part; they are also among `staff_invited` and `staff_inside` as they come. `interpreter_wanted` is the language
    that is interpreted, `offers` say which organisations are asked, in this order.
    `sought_since` is when the time to answer began, `ask_next_at` when the next organisation is asked too; `held_back_since` is set
    while people are told of a new time only once the interpreter has confirmed it; `time_before` is what they know until then.
    `emptied_at` is when everybody was removed in the teardown.
    `team_members` are the people of the team's room who may take the session. `orphaned_at` is since when it has no requester;
    `requester` is empty then, and also when the session is the team's, whose room is then its `chat`.
    `message_noted`: an absent person was told that something was written, and has not come back since. `calendar_sequence` counts the
    changes that calendars must learn of (RFC 5545 §3.8.7.4).
    `via` is the channel that the requester chose for the service user's contact. `note` is the requester's own,
    for their card alone.
    """

    id: str
    code: str
    marker: str
    key: str
    requester: str
    chat: str
    state: State
    state_since: datetime
    created_at: datetime
    last_activity_at: datetime
    version: int = 0
    mode: Mode = Mode.REMOTE
    backup: str | None = None
    team: str | None = None
    team_members: frozenset[str] = frozenset()
    orphaned_at: datetime | None = None
    language: str = "en"
    zone: str = "UTC"
    discreet: bool = False
    via: Channel | None = None
    note: str = field(default="", repr=False)
    planned_at: datetime | None = None
    remind_at: datetime | None = None
    interpreter_wanted: str | None = None
    interpreter_ready: bool = False
    offers: tuple[Offer, ...] = ()
    sought_since: datetime | None = None
    ask_next_at: datetime | None = None
    held_back_since: datetime | None = None
    time_before: datetime | None = None
    room: str | None = None
    room_wanted: bool = False
    links: tuple[Link, ...] = ()
    seats: tuple[Seat, ...] = ()
    messages: tuple[OutgoingMessage, ...] = ()
    staff_invited: frozenset[str] = frozenset()
    staff_inside: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()
    call_links: tuple[CallLink, ...] = ()
    holder: str | None = None
    starts: tuple[datetime, ...] = ()
    came_from: State | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    last_ring_at: datetime | None = None
    seen_at: datetime | None = None
    nobody_came: bool = False
    end_announced: bool = False
    message_noted: bool = False
    calendar_sequence: int = 0
    emptied_at: datetime | None = None
    policy: Policy = field(default_factory=Policy)

    @property
    def present_seats(self) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if seat.live and seat.present)

    @property
    def somebody_present(self) -> bool:
        return bool(self.present_seats)

    @property
    def main_present(self) -> bool:
        """Somebody on a main seat is there (PRODUCT §2, "Main seat"); where a colleague is met also one who came by Matrix id."""
        in_room = self.colleague_is_met and bool(self.colleagues & self.staff_inside)
        return in_room or any(self.is_main(seat) for seat in self.present_seats)

    @property
    def colleague_is_met(self) -> bool:
        """No service user comes by link: the colleagues are the people whom the requester waits for."""
        return self.mode is not Mode.REMOTE

    @property
    def several_people(self) -> bool:
        """More than one person was invited by links, so a name that somebody chose is shown with the role."""
        return len(self.links) > 1 or any(link.others for link in self.links)

    @property
    def started(self) -> bool:
        return bool(self.starts)

    @property
    def is_the_teams(self) -> bool:
        """No requester of its own: the team's room is its `chat`, and whatever is said of it there names no invited person."""
        return self.team is not None and not self.requester and bool(self.chat)

    @property
    def in_charge(self) -> tuple[str, ...]:
        """Who is asked what they alone can decide: whoever invited, and whoever holds it. Empty stands for the team, in its room."""
        first = (self.requester,) if self.requester or self.is_the_teams else ()
        return (*first, *((self.holder,) if self.holder not in (None, self.requester) else ()))

    @property
    def asking(self) -> Seat | None:
        """The browser that asks for a place; there is one at a time, so that nobody can flood the requester with questions."""
        return next((seat for seat in self.seats if seat.state is SeatState.ASKING), None)

    def is_main(self, seat: Seat) -> bool:
        if self.colleague_is_met:
            return seat.role is Role.COLLEAGUE
        return seat.role in (Role.SERVICE_USER, Role.THIRD_PARTY)

    def seat(self, seat_id: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.id == seat_id), None)

    def seat_of(self, user: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.user == user), None)

    def link(self, link_id: str) -> Link | None:
        return next((link for link in self.links if link.id == link_id), None)

    def message(self, message_id: str) -> OutgoingMessage | None:
        return next((message for message in self.messages if message.id == message_id), None)

    def free_places(self, link: Link) -> int:
        return link.places - sum(seat.link == link.id and seat.holds_place for seat in self.seats)

    def was_used(self, link: Link) -> bool:
        """Somebody sits or has sat on a place of it; who only asked for one has not."""
        return any(seat.link == link.id and seat.state is not SeatState.ASKING and seat.ended is not Ended.REFUSED for seat in self.seats)

    def lost_trust(self, link: Link) -> bool:
        """Somebody who came by it was removed, and still has it: nobody new sits down on it without a yes."""
        return any(seat.link == link.id and seat.ended is Ended.REMOVED for seat in self.seats)

    def free_roles(self, link: Link) -> tuple[Role, ...]:
        """The roles of the link's places that nobody has taken, in the order in which they are given."""
        free = list(link.roles)
        for seat in self.seats:
            if seat.link == link.id and seat.holds_place and seat.role in free:
                free.remove(seat.role)
        return tuple(free)

    @property
    def interpreters(self) -> frozenset[str]:
        """Who accepted by Matrix id."""
        return frozenset(offer.user for offer in self.offers if offer.user and offer.state in (OfferState.ACCEPTED, OfferState.ASKED))

    @property
    def company(self) -> frozenset[str]:
        """Who takes part by Matrix id, and neither starts nor ends."""
        return self.colleagues | self.interpreters

    @property
    def time_told(self) -> datetime | None:
        """The time that invited people know of."""
        return self.time_before if self.held_back_since else self.planned_at

    def as_told(self, role: Role) -> Session:
        """With the time that somebody of this role knows of; interpreters are asked to confirm the new one."""
        return self if role is Role.INTERPRETER else replace(self, planned_at=self.time_told)

    @property
    def seeking_since(self) -> datetime:
        return self.sought_since or self.state_since

    def call_link(self, user: str) -> CallLink | None:
        return next((link for link in self.call_links if link.user == user), None)

    @property
    def call_users(self) -> frozenset[str]:
        """The accounts, past ones too, by which staff were in the call. What they wrote is nothing that was said in the session."""
        return frozenset(seat.user for seat in self.seats if seat.call_of and seat.user)

    def offer(self, offer_id: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.id == offer_id), None)

    def with_offer(self, offer: Offer) -> Session:
        return replace(self, offers=tuple(offer if old.id == offer.id else old for old in self.offers))

    def may_start(self, user: str) -> bool:
        """Joining the room is starting, for whoever invited, their backup, and each member of the team."""
        return self.may_see(user) and user not in self.colleagues

    def may_see(self, user: str) -> bool:
        """In lists and cards. What they may ask for once somebody else holds the session, `teams.check_may_act` says."""
        return bool(user) and (user in (self.requester, self.backup) or user in self.team_members)

    def with_seat(self, seat: Seat) -> Session:
        return replace(self, seats=tuple(seat if old.id == seat.id else old for old in self.seats))

    def with_link(self, link: Link) -> Session:
        return replace(self, links=tuple(link if old.id == link.id else old for old in self.links))

    def with_message(self, message: OutgoingMessage) -> Session:
        return replace(self, messages=tuple(message if old.id == message.id else old for old in self.messages))
