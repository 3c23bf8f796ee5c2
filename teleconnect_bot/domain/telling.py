"""Who is told again, and what: the new time, the end, a reminder (PRODUCT §3, §6).

Whoever said that the link is not for them hears nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .channels import BY_TELEPHONE
from .effects import Effect, Notice, SendByPhone, SendMessage, Tell
from .guest_link import Link
from .people import ContactKind, Role
from .session import Channel, Delivery, MessageKind, OutgoingMessage, Session

Outcome = tuple[Session, tuple[Effect, ...]]


def messages_to(session: Session, link: Link, kind: MessageKind, roles: frozenset[Role] = frozenset(Role)) -> tuple[OutgoingMessage, ...]:
    """The next messages of this kind, one to each recipient of the link who has one of these roles.

    Their ids follow from the session and are never used again.
    """
    return _new(session, link, kind, [0] * (link.role in roles) + [place for place in _places(link) if place and Role.THIRD_PARTY in roles])


def _places(link: Link) -> range:
    return range(len(link.recipients))


def sending(message: OutgoingMessage) -> Effect:
    return (SendByPhone if message.channel in BY_TELEPHONE else SendMessage)(message.id)


def next_number(session: Session, link: Link, kind: MessageKind) -> int:
    return 1 + sum(message.link == link.id and message.kind is kind for message in session.messages)


def _new(
    session: Session, link: Link, kind: MessageKind, recipients: Iterable[int], first: Channel | None = None
) -> tuple[OutgoingMessage, ...]:
    """Nothing for somebody whose only contact is a number that answered STOP."""
    reached = [(place, channels_to(session, link, place, first)) for place in recipients]
    return tuple(
        OutgoingMessage(
            id=f"{session.id}.{link.id}.{kind}.{number}",
            link=link.id,
            recipient=place,
            kind=kind,
            channel=channels[0],
            fallbacks=channels[1:],
        )
        for number, (place, channels) in enumerate(((place, found) for place, found in reached if found), next_number(session, link, kind))
    )


def channels_to(session: Session, link: Link, place: int, first: Channel | None = None) -> tuple[Channel, ...]:
    """In the order in which they are tried: `first`, or what has reached the person already.

    Where this deployment has no channel for their contact, the one that it would take: sending says what is missing.
    """
    contacts = link.recipients[place].contacts
    if place in link.opted_out:
        contacts = tuple(contact for contact in contacts if contact.kind is not ContactKind.PHONE)
    if not contacts:
        return ()
    worked = (message.channel for message in reversed(_messages(session, link.id, place)) if _has_arrived(message))
    wanted = session.via if place == 0 and link.role is Role.SERVICE_USER else None
    found = session.policy.channels.ladder(contacts, first or next(worked, wanted))
    return found or (Channel.SMS if contacts[0].kind is ContactKind.PHONE else Channel.EMAIL,)


def _has_arrived(message: OutgoingMessage) -> bool:
    return message.delivery in (Delivery.SENT, Delivery.DELIVERED) and not message.late


def latest_of_the_time(session: Session, link: str, recipient: int) -> OutgoingMessage | None:
    """The last message that told this person when to come."""
    told = (MessageKind.INVITATION, MessageKind.RESCHEDULED)
    return next((message for message in reversed(_messages(session, link, recipient)) if message.kind in told), None)


def was_told(session: Session, link: str, recipient: int) -> bool:
    """A message to them has left."""
    return any(message.delivery in (Delivery.SENT, Delivery.DELIVERED) for message in _messages(session, link, recipient))


def may_know(session: Session, link: str, recipient: int) -> bool:
    """A message to them has left or may yet; what is sent to somebody who then knows of nothing is held back (`services/messages.py`)."""
    return any(message.delivery is not Delivery.FAILED for message in _messages(session, link, recipient))


def _messages(session: Session, link: str, recipient: int) -> tuple[OutgoingMessage, ...]:
    return tuple(message for message in session.messages if (message.link, message.recipient) == (link, recipient))


def of_the_new_time(session: Session, links: Iterable[Link] | None = None) -> Outcome:
    """Everybody, or those with these links. Who was never reached is invited once more."""
    return _tell(session, session.links if links is None else links, MessageKind.RESCHEDULED, otherwise=MessageKind.INVITATION)


def once_more(session: Session, links: Iterable[Link], via: Channel | None = None) -> Outcome:
    """The invitation again, to everybody who shares one of these links; by this channel first where it reaches them."""
    of_each = (_new(session, link, MessageKind.INVITATION, _places(link), via) for link in links if not link.dead)
    new = tuple(message for messages in of_each for message in messages)
    return replace(session, messages=(*session.messages, *new)), tuple(sending(message) for message in new)


def of_the_end(session: Session) -> Outcome:
    return _tell(session, session.links, MessageKind.CANCELLED)


def of_the_release(session: Session, link: Link) -> Outcome:
    """To an interpreter who had accepted and is not needed any more, also if they await the first message still."""
    if link.dead:
        return session, ()
    new = messages_to(session, link, MessageKind.RELEASED)
    return replace(session, messages=(*session.messages, *new)), tuple(sending(message) for message in new)


def of_a_new_message(session: Session, links: Iterable[Link]) -> Outcome:
    return _tell(session, links, MessageKind.NEW_MESSAGE)


def of_the_time_again(session: Session) -> Outcome:
    """Not those who came by a link on which somebody is there already."""
    there = {seat.link for seat in session.present_seats}
    return _tell(session, (link for link in session.links if link.id not in there), MessageKind.REMINDER)


def the_backup(session: Session, notice: Notice) -> tuple[Effect, ...]:
    """The notice in the chat of the backup, if there is one."""
    return (Tell(notice, session.backup),) if session.backup else ()


def _tell(session: Session, links: Iterable[Link], kind: MessageKind, otherwise: MessageKind | None = None) -> Outcome:
    """`kind` to all who may know of the session, `otherwise` to the rest."""
    new: list[OutgoingMessage] = []
    for link in (link for link in links if not link.dead):
        new += _new(session, link, kind, (place for place in _places(link) if may_know(session, link.id, place)))
        if otherwise:
            new += _new(session, link, otherwise, (place for place in _places(link) if not may_know(session, link.id, place)))
    return replace(session, messages=(*session.messages, *new)), tuple(sending(message) for message in new)
