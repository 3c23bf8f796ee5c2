"""What must happen in the world, as data. The outbox carries each out at least once; each handler is idempotent.

Effects of one session in the same `lane` are carried out one after another, in the order in which they were decided;
different lanes do not wait for each other, so that a mail server that is down delays no room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar


class Notice(StrEnum):
    """New messages to the requester, or to whom the effect names; those in `MENTIONING` make Element ring (PRODUCT §3)."""

    COMING = "coming"
    ALSO_COMING = "also_coming"
    HERE = "here"
    STILL_WAITING = "still_waiting"
    AWAY = "away"
    CAME_BACK = "came_back"
    NOBODY_CAME = "nobody_came"
    MOVED = "moved"
    MOVE_ASKED = "move_asked"
    MORE_ASKED = "more_asked"
    RETURN_ASKED = "return_asked"
    DELETION_ASKED = "deletion_asked"
    TAKEN = "taken"
    STARTED = "started"
    NOT_ME = "not_me"
    NOT_ME_BUT_USED = "not_me_but_used"
    NEW_LINK_ASKED = "new_link_asked"
    UNDELIVERABLE = "undeliverable"
    OPTED_OUT = "opted_out"
    INTERPRETER_ACCEPTED = "interpreter_accepted"
    INTERPRETER_ACCEPTED_LATE = "interpreter_accepted_late"
    INTERPRETER_ASKED_AGAIN = "interpreter_asked_again"
    INTERPRETER_EXPECTED = "interpreter_expected"
    INTERPRETER_MAY_COME = "interpreter_may_come"
    INTERPRETER_UNAVAILABLE = "interpreter_unavailable"
    INTERPRETER_WITHDREW = "interpreter_withdrew"
    INTERPRETER_RELEASED = "interpreter_released"
    UNAVAILABLE_ENDS_SOON = "unavailable_ends_soon"
    KEPT_OPEN = "kept_open"
    KEPT_OPEN_BY_SILENCE = "kept_open_by_silence"
    IDLE_ENDS_SOON = "idle_ends_soon"
    CLOSED = "closed"
    CLOSED_BY_SILENCE = "closed_by_silence"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    RESCHEDULED = "rescheduled"
    REMINDED = "reminded"
    COLLEAGUE_INVITED = "colleague_invited"
    COLLEAGUE_NEEDED = "colleague_needed"
    MEETING_ASKED = "meeting_asked"
    COLLEAGUE_MAY_COME = "colleague_may_come"
    BACKUP_ASKED = "backup_asked"
    HANDED_OVER = "handed_over"
    CALLED = "called"
    CALL_LINK_TRIED = "call_link_tried"
    CALL_OFFERED = "call_offered"


MENTIONING = frozenset(
    {
        Notice.COMING,
        Notice.ALSO_COMING,
        Notice.HERE,
        Notice.STILL_WAITING,
        Notice.MOVED,
        Notice.MOVE_ASKED,
        Notice.MORE_ASKED,
        Notice.RETURN_ASKED,
        Notice.DELETION_ASKED,
        Notice.NOBODY_CAME,
        Notice.NOT_ME,
        Notice.NEW_LINK_ASKED,
        Notice.UNDELIVERABLE,
        Notice.OPTED_OUT,
        Notice.INTERPRETER_ACCEPTED,
        Notice.INTERPRETER_ACCEPTED_LATE,
        Notice.INTERPRETER_EXPECTED,
        Notice.INTERPRETER_MAY_COME,
        Notice.INTERPRETER_UNAVAILABLE,
        Notice.INTERPRETER_WITHDREW,
        Notice.INTERPRETER_RELEASED,
        Notice.UNAVAILABLE_ENDS_SOON,
        Notice.KEPT_OPEN_BY_SILENCE,
        Notice.IDLE_ENDS_SOON,
        Notice.EXPIRED,
        Notice.CAME_BACK,
        Notice.COLLEAGUE_INVITED,
        Notice.COLLEAGUE_NEEDED,
        Notice.MEETING_ASKED,
        Notice.HANDED_OVER,
        Notice.CALLED,
        Notice.CALL_LINK_TRIED,
    }
)

QUESTIONS = frozenset({Notice.MOVE_ASKED, Notice.MORE_ASKED, Notice.RETURN_ASKED})
"""Whether somebody is to have a place; each is put only while that browser asks."""


@dataclass(frozen=True, slots=True)
class Effect:
    lane: ClassVar[str]
    delay: ClassVar[timedelta] = timedelta(0)


@dataclass(frozen=True, slots=True)
class CreateRoom(Effect):
    lane: ClassVar[str] = "room"


@dataclass(frozen=True, slots=True)
class ProvisionVisitor(Effect):
    lane: ClassVar[str] = "visitor"
    seat: str


@dataclass(frozen=True, slots=True)
class AdmitVisitor(Effect):
    """Open the room to the seat, then invite the visitor (ARCHITECTURE §4, "Order at arrival")."""

    lane: ClassVar[str] = "room"
    seat: str


@dataclass(frozen=True, slots=True)
class ShieldVisitor(Effect):
    """Block further invitations at the visitor's account."""

    lane: ClassVar[str] = "room"
    seat: str


@dataclass(frozen=True, slots=True)
class InviteToRoom(Effect):
    lane: ClassVar[str] = "room"
    user: str


@dataclass(frozen=True, slots=True)
class RemoveFromRoom(Effect):
    """Withdraw the invitation, or remove the member."""

    lane: ClassVar[str] = "room"
    user: str


@dataclass(frozen=True, slots=True)
class MakeReadOnly(Effect):
    lane: ClassVar[str] = "room"


@dataclass(frozen=True, slots=True)
class MakeWritable(Effect):
    lane: ClassVar[str] = "room"


@dataclass(frozen=True, slots=True)
class RevokeSeat(Effect):
    """Tell the gateway; the row says so already."""

    lane: ClassVar[str] = "gate"
    seat: str


@dataclass(frozen=True, slots=True)
class DeliverLetters(Effect):
    """Hand over the room keys that were kept for this person, 2 s after their join (ARCHITECTURE §4, "Letters")."""

    lane: ClassVar[str] = "letters"
    delay: ClassVar[timedelta] = timedelta(seconds=2)
    user: str


@dataclass(frozen=True, slots=True)
class SendMessage(Effect):
    """Hand one message of the session (by its id) to its channel."""

    lane: ClassVar[str] = "message"
    message: str


@dataclass(frozen=True, slots=True)
class SendByPhone(SendMessage):
    """The same by SMS or WhatsApp, in a lane of its own: a provider that is away holds up no e-mail."""

    lane: ClassVar[str] = "phone"


@dataclass(frozen=True, slots=True)
class LookAtRecord(Effect):
    """Ask the provider what has become of a message (by its id) of which no report has come, before the next channel is tried."""

    lane: ClassVar[str] = "look"
    message: str


@dataclass(frozen=True, slots=True)
class RemoveRecord(Effect):
    """Have the provider forget a message (by its id) that has arrived or failed."""

    lane: ClassVar[str] = "record"
    message: str


@dataclass(frozen=True, slots=True)
class OfferCall(Effect):
    """Make the personal link to the call for somebody of the staff who is in the room, where the deployment has calls by link."""

    lane: ClassVar[str] = "call"
    user: str


@dataclass(frozen=True, slots=True)
class RingCall(Effect):
    """The pages of all others ring for a call. `key` tells calls of one session apart for good."""

    lane: ClassVar[str] = "call"
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class UpdateCard(Effect):
    lane: ClassVar[str] = "card"


@dataclass(frozen=True, slots=True)
class Tell(Effect):
    lane: ClassVar[str] = "notice"
    notice: Notice
    to: str | None = None
    about: str | None = None
    """The seat that it speaks of."""


@dataclass(frozen=True, slots=True)
class TellTeam(Effect):
    """A new message in the room of the session's team, which mentions each member when the notice does."""

    lane: ClassVar[str] = "team"
    notice: Notice


@dataclass(frozen=True, slots=True)
class UpdateTeamCard(Effect):
    lane: ClassVar[str] = "team"


@dataclass(frozen=True, slots=True)
class RemindStaff(Effect):
    """The reminder in the chat of one member of staff, outside their own quiet hours; `planned_at` is the time they are reminded of.

    Its lane is its own, so that nothing that must ring waits for the end of somebody's night. `key` tells reminders of one session
    apart for good.
    """

    lane: ClassVar[str] = "reminder"
    to: str
    planned_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class SendCalendar(Effect):
    """The session's time as a file for the calendar of one person, in their chat with the bot."""

    lane: ClassVar[str] = "calendar"
    to: str


@dataclass(frozen=True, slots=True)
class AlertStaff(Effect):
    """Somebody waits and nobody comes: a member of staff is written to outside Matrix, where they are reached."""

    lane: ClassVar[str] = "alert"
    to: str


@dataclass(frozen=True, slots=True)
class HideAnswer(Effect):
    """Take back the answer to the order in this event."""

    lane: ClassVar[str] = "hide"
    delay: ClassVar[timedelta] = timedelta(minutes=10)
    event: str


@dataclass(frozen=True, slots=True)
class AskOrganisation(Effect):
    """Ask the organisation of this offer, for the first time or anew."""

    lane: ClassVar[str] = "interpreter"
    offer: str
    round: int


@dataclass(frozen=True, slots=True)
class TellOrganisation(Effect):
    """What became of the offer: its card is edited, and whoever need not look any further learns it."""

    lane: ClassVar[str] = "interpreter"
    offer: str


@dataclass(frozen=True, slots=True)
class WriteToRequester(Effect):
    """An e-mail beside the notice, to the requester's own address if it is known."""

    lane: ClassVar[str] = "requester"
    notice: Notice


@dataclass(frozen=True, slots=True)
class RenderTranscript(Effect):
    lane: ClassVar[str] = "transcript"
    requested_by: str


@dataclass(frozen=True, slots=True)
class TearDown(Effect):
    lane: ClassVar[str] = "teardown"


EFFECTS: tuple[type[Effect], ...] = (
    CreateRoom,
    ProvisionVisitor,
    AdmitVisitor,
    ShieldVisitor,
    InviteToRoom,
    RemoveFromRoom,
    MakeReadOnly,
    MakeWritable,
    RevokeSeat,
    DeliverLetters,
    SendMessage,
    SendByPhone,
    LookAtRecord,
    RemoveRecord,
    OfferCall,
    RingCall,
    UpdateCard,
    Tell,
    TellTeam,
    UpdateTeamCard,
    RemindStaff,
    SendCalendar,
    AlertStaff,
    HideAnswer,
    AskOrganisation,
    TellOrganisation,
    WriteToRequester,
    RenderTranscript,
    TearDown,
)
