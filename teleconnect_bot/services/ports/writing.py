"""What people read: words for staff, messages, transcripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.organisations import Offer
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import Session
from teleconnect_bot.domain.transcript import Transcript

from .matrix import Text


@dataclass(frozen=True, slots=True)
class Preview:
    """What one person receives, the token of the link hidden.

    `segments` is the number of SMS that it takes, None for another channel; `reviewed` whether a native speaker has read the texts of
    this language; `then` by what it is tried next, should it not arrive.
    """

    channel: Channel
    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    segments: int | None = None
    reviewed: bool = True
    then: tuple[Channel, ...] = ()

    @property
    def markdown(self) -> bool:
        """Whether `text` is Markdown, else it is plain."""
        return self.channel is Channel.EMAIL


class StaffTexts(Protocol):
    """What the bot writes to staff (implemented in `chat/`), in the language and on the clock of the one who reads it."""

    def card(self, session: Session, now: datetime, reader: Settings, sent: Sequence[Preview] = ()) -> Text:
        """The status card. Contacts masked; says what can be done next. `sent` are the texts that people receive."""

    def reactions(self, session: Session) -> Mapping[str, str]:
        """What can be pressed on the card now: the command's name and the reaction that stands for it."""

    def notice(
        self, session: Session, notice: Notice, now: datetime, reader: Settings, to: str | None = None, about: Seat | None = None
    ) -> Text:
        """A new message about one thing that happened; `about` is the seat that it speaks of.

        It may hold the personal link of `to`, whom nobody else reads it beside.
        """

    def alert(self, session: Session, now: datetime, reader: Settings) -> tuple[str, str]:
        """That somebody waits, for a mail: subject, and body in Markdown. The code alone, since others may read it on the way."""

    def alert_in_short(self, session: Session, reader: Settings) -> str:
        """The same for an SMS: one segment, and the same words however often it is written."""

    def team_card(self, session: Session, now: datetime, reader: Settings) -> Text:
        """The card in the team's room: no contact, no name of an invited person; who has taken it."""

    def team_reactions(self, session: Session) -> Mapping[str, str]:
        """As `reactions`, for the card in the team's room."""

    def team_notice(self, session: Session, notice: Notice, now: datetime, reader: Settings, about: Seat | None = None) -> Text: ...

    def offer_card(self, session: Session, offer: Offer, staff_language: str, reads: Settings) -> Text:
        """The card in an organisation's room: what is asked, or what became of it; nothing about the service user."""

    def letter(self, session: Session, notice: Notice, reads: Settings) -> tuple[str, str]:
        """A notice as a mail to the requester: subject, and body in Markdown. The code alone, as in `alert`."""

    def deleted(self, session: Session, reader: Settings) -> Text:
        """The last word on a session: nothing of it is stored any more."""

    def late_teardown(self, session: Session, owners: Sequence[str], reads: Settings) -> Text:
        """To an administrator: what is left where of a session whose deletion fails."""

    def doubtful_database(self, reads: Settings) -> Text:
        """To an administrator: what belongs to no session is not removed, because the database may be the wrong one."""

    def forgotten(self, reader: Settings) -> Text:
        """An invitation that was being put together has ended by itself."""

    def file_name(self, session: Session, part: int, parts: int) -> str:
        """The transcript's file name; holds the code and no person."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `mime_type` may carry parameters, as in `text/calendar; method=REQUEST`."""

    name: str
    mime_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One session as calendars know it: `uid` stays for its whole life, the highest `sequence` counts (RFC 5545).

    `start` is an aware moment; `title` names nobody; `attendee` is an e-mail address when it is sent to one.
    """

    uid: str
    sequence: int
    start: datetime
    length: timedelta
    title: str
    cancelled: bool = False
    attendee: str | None = field(default=None, repr=False)


class CalendarFiles(Protocol):
    def write(self, entry: CalendarEntry, now: datetime) -> Attachment:
        """The entry as a file that a calendar program opens: adds, moves or takes back the one with this `uid`."""


@dataclass(frozen=True, slots=True)
class Email:
    """One message. `message_id` is the idempotency key and stays the same when it is repeated."""

    message_id: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    markdown: str = field(repr=False)
    language: str
    sender_name: str | None = None
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    async def send(self, email: Email) -> None:
        """The SMTP server has taken the message. Raises `ServiceUnavailable` or `RefusedByService`."""


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """One SMS or WhatsApp message.

    `to` is in the form of E.164. An SMS is `text`; a WhatsApp message is the approved template for `template` and `language`, filled
    with `values` (`1`, `2`, … as in the template). `message_id` comes back with every report of its delivery.
    """

    message_id: str
    channel: Channel
    to: str = field(repr=False)
    template: str
    language: str
    text: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordState:
    """What the provider says of a message: its status in the provider's own word, and the error code of a failure."""

    status: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A record that the provider keeps of what one of our senders sent or received. `made` is None when the provider does not say it.

    `ours`: it certainly belongs to this bot, which others may share the account with, because it bears the bot's public address.
    """

    made: datetime | None
    ours: bool


class PhoneMessenger(Protocol):
    """SMS and WhatsApp (PRODUCT §6). What the provider keeps of a message is its record, under an id that it gives."""

    async def send(self, message: PhoneMessage) -> str:
        """The provider has taken the message; the record's id.

        Not idempotent: whoever is not sure whether it was called before asks `find` first.
        Raises `ServiceUnavailable`, or `RefusedByService` with words for the requester.
        """

    async def find(self, message: PhoneMessage, known: frozenset[str]) -> str | None:
        """The record of this message if the provider has one, other than those in `known` (records of other messages)."""

    async def find_link(self, digest: bytes, known: frozenset[str]) -> str | None:
        """The record of an SMS that holds a guest's link with this digest, whoever received it, other than those in `known`.

        For when the number is forgotten. Raises `ServiceUnavailable`.
        """

    async def state(self, record: str) -> RecordState | None:
        """How far the message has come; None for a record that the provider does not have. Raises `ServiceUnavailable`."""

    async def delete(self, record: str) -> None:
        """The provider forgets the message; fine when it has already. Raises `ServiceUnavailable` while the message is under way."""

    async def is_deleted(self, record: str) -> bool:
        """Asked of the provider."""

    async def kept(self) -> Mapping[str, KeptRecord]:
        """The records that the provider still has of the last days, by their ids. Raises `ServiceUnavailable`, `RefusedByService`."""


class PdfRenderer(Protocol):
    async def render(self, transcript: Transcript) -> Sequence[bytes]:
        """One complete PDF for each 2,000 messages; at least one (PRODUCT §8)."""


class Texts(Protocol):
    """Catalogues, one per language; a missing text falls back to English (PRODUCT §6)."""

    def get(self, key: str, language: str, /, **values: str) -> str:
        """Raises `KeyError` for a key that English does not have."""

    def keys_from(self, beginning: str) -> Sequence[str]:
        """The keys of all texts that begin so."""

    def languages(self) -> Sequence[str]: ...

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`."""

    def reviewed(self, language: str) -> bool:
        """A native speaker has read the texts of this language."""
