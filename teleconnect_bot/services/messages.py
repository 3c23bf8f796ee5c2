"""Messages to invited people: composed from the session at the moment of sending, handed to their channel (PRODUCT §6)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from teleconnect_bot.domain import interpreting
from teleconnect_bot.domain.channels import BY_TELEPHONE
from teleconnect_bot.domain.commands import MessageDelayed, MessageFailed, MessageTaken
from teleconnect_bot.domain.effects import Effect, SendByPhone, SendMessage
from teleconnect_bot.domain.guest_link import Link
from teleconnect_bot.domain.organisations import OfferState
from teleconnect_bot.domain.people import ContactKind, Role
from teleconnect_bot.domain.schedule import opens_at
from teleconnect_bot.domain.session import Delivery, MessageKind, OutgoingMessage, Session, State
from teleconnect_bot.domain.sms_segments import segments
from teleconnect_bot.domain.telling import was_told

from .interpreter_links import offer_link
from .outbox import Handler
from .phone_messages import PhoneMessages, number_of
from .ports import (
    Attachment,
    Clock,
    Email,
    Mailer,
    PhoneMessage,
    QueuedEffect,
    RefusedByService,
    ServiceUnavailable,
    SessionKeys,
    Texts,
)
from .sessions import Sessions, link_token

WORTH_SENDING = {
    MessageKind.INVITATION: frozenset({State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN}),
    MessageKind.RESCHEDULED: frozenset({State.INVITED, State.WAITING}),
    MessageKind.CANCELLED: frozenset({State.CANCELLED}),
    MessageKind.REMINDER: frozenset({State.INVITED}),
    MessageKind.NOBODY_CAME: frozenset({State.INVITED, State.WAITING, State.KEPT_OPEN}),
    MessageKind.NEW_MESSAGE: frozenset({State.KEPT_OPEN}),
    MessageKind.RELEASED: frozenset(State) - {State.DRAFT, State.TEARING_DOWN, State.GONE},
}
"""In which states a message still makes sense; one that comes too late is not sent."""
SUBJECTS = {
    MessageKind.RESCHEDULED: "rescheduled.subject",
    MessageKind.CANCELLED: "cancelled.subject",
    MessageKind.REMINDER: "reminder.subject",
    MessageKind.NOBODY_CAME: "nobody_came.subject",
    MessageKind.NEW_MESSAGE: "new_message.subject",
    MessageKind.RELEASED: "interpreter.over.subject",
}
RELEASED = {
    OfferState.TAKEN: ("interpreter.over.subject", "interpreter.taken.markdown"),
    OfferState.EXPIRED: ("interpreter.expired.subject", "interpreter.expired.markdown"),
}
"""What differs for an interpreter who is not needed since somebody else comes, or since the time to confirm is over."""

FACTS = "facts"
"""Stands among the paragraphs where an interpreter reads when, which languages, how long and where."""
INTERPRETER_CONFIRM = "interpreter_confirm"
"""The short text with a link to the page on which an interpreter answers, not into the conversation."""

NO_ADDRESS = "there is no address to send it to"
MAILED_LATER = "the mail server does not take it now; it is tried again"

Moment = Callable[[datetime, str, str], str]
"""A moment in the words of a language: (moment, zone, language)."""

Moments = Callable[[datetime, str, str], Sequence[str]]
"""Ways to write a moment in an SMS, the most telling first and the shortest last."""

Attachments = Callable[[Session, OutgoingMessage], tuple[Attachment, ...]]
"""The files that go with a message."""


def without(session: Session, message: OutgoingMessage) -> tuple[Attachment, ...]:
    return ()


ForInterpreters = Callable[[Session, str], str]
"""What an interpreter must know of the session, in Markdown: (session, language)."""


def nothing(session: Session, language: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Sender:
    """What a message says of us: the organisation's public name, the page's address."""

    public_name: str
    public_url: str


class Messages:
    def __init__(
        self,
        sessions: Sessions,
        keys: SessionKeys,
        texts: Texts,
        moment: Moment,
        mailer: Mailer,
        sender: Sender,
        clock: Clock,
        attachments: Attachments = without,
        phone: PhoneMessages | None = None,
        moment_in_sms: Moments | None = None,
        for_interpreters: ForInterpreters = nothing,
    ) -> None:
        self.for_interpreters = for_interpreters
        self.moment_in_sms: Moments = moment_in_sms or (lambda *when: (moment(*when),))
        self.sessions, self.keys, self.texts, self.moment, self.mailer, self.sender = sessions, keys, texts, moment, mailer, sender
        self.clock, self.attachments = clock, attachments
        self.phone = phone
        if phone is not None:
            phone.compose = self.compose_for_phone

    def handlers(self) -> dict[type[Effect], Handler]:
        return {SendMessage: self.send, SendByPhone: self.send}

    async def send(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        message = session.message(cast(SendMessage, queued.effect).message) if session else None
        if session is None or message is None or message.delivery in (Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED):
            return
        if not self._worth_sending(session, message):
            return
        if message.channel in BY_TELEPHONE and self.phone is not None:
            await self.phone.send(session, message)
            return
        email = self.compose(session, message)
        if email is None:
            await self.sessions.decide(session.id, MessageFailed(message.id, NO_ADDRESS))
            return
        try:
            await self.mailer.send(email)
        except ServiceUnavailable:
            await self.sessions.decide(session.id, MessageDelayed(message.id, MAILED_LATER))
            raise
        except RefusedByService as refused:
            await self.sessions.decide(session.id, MessageFailed(message.id, refused.reason))
            return
        await self.sessions.decide(session.id, MessageTaken(message.id))

    def _worth_sending(self, session: Session, message: OutgoingMessage) -> bool:
        """What a mail server kept back for too long, or what is told anew by a later message, is not sent."""
        if session.state not in WORTH_SENDING[message.kind]:
            return False
        match message.kind:
            case MessageKind.RESCHEDULED:
                later = session.messages[session.messages.index(message) + 1 :]
                to_them = (other for other in later if (other.link, other.recipient) == (message.link, message.recipient))
                return not any(other.kind is MessageKind.RESCHEDULED for other in to_them)
            case MessageKind.CANCELLED:
                return was_told(session, message.link, message.recipient)
            case MessageKind.REMINDER:
                return session.planned_at is not None and self.clock.now() < session.planned_at
            case MessageKind.NEW_MESSAGE:
                return session.message_noted
            case _:
                return True

    def compose(self, session: Session, message: OutgoingMessage) -> Email | None:
        """The message as it is sent now; the same `Message-ID` each time. None when the person cannot be reached by e-mail.

        Everybody who shares a link reads the same in their own language.
        """
        link = session.link(message.link)
        if link is None or (link.dead and message.kind is not MessageKind.RELEASED):
            return None
        session = session.as_told(link.role)
        recipient = link.recipients[message.recipient]
        address = next((contact.value for contact in recipient.contacts if contact.kind is ContactKind.EMAIL), None)
        if address is None:
            return None
        token = link_token(self.keys, session, link)
        answer = offer_link(self.sender.public_url, token)
        link_values = {"link": f"{self.sender.public_url}/j#{token}", "answer": answer, "name": self.sender.public_name}
        subject, parts = self._parts(session, message)
        return Email(
            message_id=message.id,
            to=address,
            subject=self.texts.get(subject, recipient.language, **link_values),
            markdown="\n\n".join(
                self.for_interpreters(session, recipient.language)
                if part == FACTS
                else self.texts.get(part, recipient.language, **link_values, **self._when(session, recipient.language))
                for part in parts
            ),
            language=recipient.language,
            sender_name=None if session.discreet else self.sender.public_name,
            attachments=self.attachments(session, message),
        )

    def compose_for_phone(self, session: Session, message: OutgoingMessage) -> PhoneMessage | None:
        """The same as an SMS or a WhatsApp message. Nothing of it comes from the people themselves."""
        link, number = session.link(message.link), number_of(session, message)
        if link is None or number is None:
            return None
        session = session.as_told(link.role)
        language, token = link.recipients[message.recipient].language, link_token(self.keys, session, link)
        template = _template(session, link, message)
        ways: Sequence[str] = self.moment_in_sms(session.planned_at, session.zone, language) if session.planned_at else ("",)
        public_url = self.sender.public_url
        address = offer_link(public_url, token) if template == INTERPRETER_CONFIRM else f"{public_url}/j#{token}"
        name = "" if session.discreet else self.sender.public_name
        neutral = self.texts.get("invitation.discreet.subject", language)

        def written(when: str) -> str:
            words = self.texts.get(f"{template}.sms", language, link=address, when=when)
            return signed(words, name, self.texts.direction(language)) if name else words

        values = {"1": name or neutral, "2": ways[0], "3": token}
        return PhoneMessage(
            message_id=message.id,
            channel=message.channel,
            to=number,
            template=template,
            language=language,
            text=_most_telling([written(when) for when in ways]),
            values={variable: value for variable, value in values.items() if value},
        )

    def _parts(self, session: Session, message: OutgoingMessage) -> tuple[str, tuple[str, ...]]:
        """The subject's key and those of the paragraphs."""
        when = "invitation.planned.markdown" if session.planned_at else "invitation.now.markdown"
        if for_an_interpreter := _parts_for_an_interpreter(session, message):
            return for_an_interpreter
        parts: tuple[str, ...]
        match message.kind:
            case MessageKind.INVITATION:
                tone = "invitation.discreet" if session.discreet else "invitation"
                return f"{tone}.subject", (f"{tone}.body.markdown", when, "invitation.link.markdown", "invitation.not_for_you.markdown")
            case MessageKind.RESCHEDULED:
                parts = ("rescheduled.body.markdown", when, "rescheduled.link.markdown")
            case MessageKind.CANCELLED if session.planned_at:
                parts = ("cancelled.body.markdown", "cancelled.planned.markdown", "cancelled.end.markdown")
            case MessageKind.CANCELLED:
                parts = ("cancelled.body.markdown", "cancelled.end.markdown")
            case MessageKind.REMINDER:
                opening = opens_at(session)
                door = "reminder.open.markdown" if opening and self.clock.now() >= opening else "reminder.early.markdown"
                parts = ("reminder.body.markdown", door, "reminder.link.markdown")
            case MessageKind.NOBODY_CAME:
                parts = ("nobody_came.body.markdown", "nobody_came.link.markdown")
            case MessageKind.NEW_MESSAGE:
                parts = ("new_message.body.markdown", "reminder.link.markdown")
            case MessageKind.RELEASED:
                parts = ("interpreter.over.markdown", FACTS)
        return SUBJECTS[message.kind], parts

    def _when(self, session: Session, language: str) -> dict[str, str]:
        if session.planned_at is None:
            return {}
        minutes = int(session.policy.opens_before.total_seconds() // 60)
        return {"when": self.moment(session.planned_at, session.zone, language), "minutes": str(minutes)}


def _parts_for_an_interpreter(session: Session, message: OutgoingMessage) -> tuple[str, tuple[str, ...]] | None:
    """What differs from everybody else's messages; None where nothing does."""
    link = session.link(message.link)
    if link is None or link.role is not Role.INTERPRETER:
        return None
    match message.kind:
        case MessageKind.INVITATION:
            return "interpreter.invited.subject", ("interpreter.invited.body.markdown", FACTS, "interpreter.invited.link.markdown")
        case MessageKind.RESCHEDULED if interpreting.asked_to_confirm(session, link):
            return "interpreter.confirm.subject", ("interpreter.confirm.body.markdown", FACTS, "interpreter.confirm.link.markdown")
        case MessageKind.RELEASED:
            state = next((offer.state for offer in session.offers if offer.link == link.id), OfferState.CANCELLED)
            subject, body = RELEASED.get(state, ("interpreter.over.subject", "interpreter.over.markdown"))
            return subject, (body, FACTS)
        case MessageKind.REMINDER:
            return "reminder.subject", ("interpreter.reminder.body.markdown", FACTS, "reminder.link.markdown")
        case _:
            return None


def _most_telling(texts: Sequence[str]) -> str:
    """The first that takes no more SMS than the last one, which is the shortest."""
    fewest = segments(texts[-1]).count
    return next(text for text in texts if segments(text).count <= fewest)


def signed(words: str, name: str, direction: str) -> str:
    """Who writes, then what. Where the text runs from right to left a Latin name before it must not turn it round."""
    return f"\u200f\u2068{name}\u2069: {words}" if direction == "rtl" else f"{name}: {words}"


def _template(session: Session, link: Link, message: OutgoingMessage) -> str:
    """The short text's name: the key of the catalogue is `<name>.sms`, and WhatsApp templates are configured under it."""
    match message.kind, session.planned_at:
        case (MessageKind.RESCHEDULED, _) if interpreting.asked_to_confirm(session, link):
            return INTERPRETER_CONFIRM
        case (MessageKind.INVITATION, datetime()):
            return "invitation_planned"
        case (MessageKind.RESCHEDULED, None):
            return "rescheduled_now"
        case (MessageKind.RELEASED, _):
            return "interpreter_released"
        case kind, _:
            return kind.value
