"""What becomes of a message: how far it has come, and which channel is tried next when it does not arrive (PRODUCT §6, "Ladder").

Delivery only goes forward, in whatever order the reports come. Each step of the ladder is a message of its own, which names the one
that it replaces; a message that failed, or was not delivered in time, is followed once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from . import commands as c
from . import effects as e
from .channels import BY_TELEPHONE, Channel
from .effects import Effect, Notice
from .people import ContactKind
from .session import Delivery, OutgoingMessage, Session, State
from .telling import next_number, sending

Outcome = tuple[Session, tuple[Effect, ...]]

FORWARD = (Delivery.QUEUED, Delivery.DELAYED, Delivery.SENT, Delivery.DELIVERED, Delivery.FAILED)
FINAL = frozenset({Delivery.DELIVERED, Delivery.FAILED})
FOLLOWED_IN = frozenset({State.INVITED, State.WAITING, State.ACTIVE, State.KEPT_OPEN, State.CANCELLED})
"""Where it still matters whether a message arrives."""
NOT_CONFIRMED = "nothing confirms that it has arrived"
NOT_TAKEN = "it could not be handed over in time"


def _moved(session: Session, message_id: str, delivery: Delivery, now: datetime, problem: str = "") -> Outcome | None:
    message = session.message(message_id)
    if message is None or message.delivery is Delivery.DELIVERED or FORWARD.index(delivery) <= FORWARD.index(message.delivery):
        return None
    kept = problem or (NOT_CONFIRMED if message.late and delivery is Delivery.SENT else "")
    changed = replace(message, delivery=delivery, problem=kept, tried_at=message.tried_at or now)
    return session.with_message(changed), (e.UpdateCard(), *_of_the_record(changed))


def _of_the_record(message: OutgoingMessage) -> tuple[Effect, ...]:
    """What the provider is asked about its own record of the message."""
    if message.channel not in BY_TELEPHONE:
        return ()
    if message.delivery in FINAL:
        return (e.RemoveRecord(message.id),)
    return (e.LookAtRecord(message.id),) if message.delivery is Delivery.SENT else ()


def taken(session: Session, command: c.MessageTaken, now: datetime) -> Outcome:
    return _moved(session, command.message, Delivery.SENT, now) or (session, ())


def delayed(session: Session, command: c.MessageDelayed, now: datetime) -> Outcome:
    return _moved(session, command.message, Delivery.DELAYED, now, command.problem) or (session, ())


def delivered(session: Session, command: c.MessageDelivered, now: datetime) -> Outcome:
    return _moved(session, command.message, Delivery.DELIVERED, now) or (session, ())


def failed(session: Session, command: c.MessageFailed, now: datetime) -> Outcome:
    outcome = _moved(session, command.message, Delivery.FAILED, now, command.problem)
    message = outcome[0].message(command.message) if outcome else None
    if outcome is None or message is None:
        return session, ()
    changed, effects = outcome
    left = _left(changed, message)
    told_already = message.late and not left
    if told_already or any(other.replaces == message.id for other in session.messages):
        return changed, effects
    changed, more = _followed(changed, message, left)
    return changed, (*effects, *more)


def _left(session: Session, message: OutgoingMessage) -> tuple[Channel, ...]:
    """What is still to be tried, without the number of somebody who answered STOP."""
    link = session.link(message.link)
    stopped = link is not None and message.recipient in link.opted_out
    return tuple(channel for channel in message.fallbacks if not (stopped and channel in BY_TELEPHONE))


def _followed(session: Session, message: OutgoingMessage, left: tuple[Channel, ...]) -> Outcome:
    """The next channel, or the requester is told that there is none."""
    link = session.link(message.link)
    if link is None or link.dead:
        return session, ()
    if not left or session.state not in FOLLOWED_IN:
        return session, (e.Tell(Notice.UNDELIVERABLE),)
    following = OutgoingMessage(
        id=f"{session.id}.{link.id}.{message.kind}.{next_number(session, link, message.kind)}",
        link=link.id,
        recipient=message.recipient,
        kind=message.kind,
        channel=left[0],
        fallbacks=left[1:],
        replaces=message.id,
    )
    return replace(session, messages=(*session.messages, following)), (sending(following),)


def late_at(session: Session, message: OutgoingMessage) -> datetime | None:
    """When the message is given up waiting for; None when it has arrived, has failed, or nothing will ever confirm it.

    Whoever alone has received the link and opened it since has it.
    """
    if message.tried_at is None or message.late or message.delivery not in (Delivery.SENT, Delivery.DELAYED):
        return None
    if message.channel is Channel.EMAIL and (message.delivery is Delivery.SENT or not message.fallbacks):
        return None
    link = session.link(message.link)
    if link is None or link.dead or session.state not in FOLLOWED_IN:
        return None
    if len(link.recipients) == 1 and link.opened_at is not None and link.opened_at >= message.tried_at:
        return None
    return message.tried_at + session.policy.undelivered_after


def looked_at(session: Session, message: OutgoingMessage) -> datetime | None:
    """When the provider is asked about a message of which no report has come: shortly before it is given up waiting for."""
    due = late_at(session, message)
    return due - session.policy.undelivered_after / 10 if due and message.delivery is Delivery.SENT else None


def first_late_at(session: Session) -> datetime | None:
    return min((at for message in session.messages if (at := late_at(session, message)) is not None), default=None)


def overdue(session: Session, now: datetime) -> Outcome:
    """What was not delivered in time is followed by the next channel.

    What was not even handed over is followed by e-mail alone, since the other channels are the same provider's, and is then not sent
    any more; without an e-mail address it is still tried.
    """
    effects: list[Effect] = []
    for message in session.messages:
        due = late_at(session, message)
        if due is None or due > now:
            continue
        left = _left(session, message)
        if message.delivery is Delivery.DELAYED and message.channel in BY_TELEPHONE:
            left = tuple(channel for channel in left if channel not in BY_TELEPHONE)
        given_up = message.delivery is Delivery.DELAYED and bool(left)
        problem = NOT_TAKEN if message.delivery is Delivery.DELAYED else NOT_CONFIRMED
        late = replace(message, late=True, problem=problem, delivery=Delivery.FAILED if given_up else message.delivery)
        session, more = _followed(session.with_message(late), late, left)
        effects += [*([e.RemoveRecord(message.id)] if given_up and message.channel in BY_TELEPHONE else []), *more]
    return session, (e.UpdateCard(), *effects) if effects else ()


def opted_out(session: Session, command: c.OptedOut, now: datetime) -> Outcome:
    """The person answered STOP: nothing more goes to that number in this session."""
    link = session.link(command.link)
    if link is None or command.recipient in link.opted_out or command.recipient >= len(link.recipients):
        return session, ()
    recipient = link.recipients[command.recipient]
    if not any(contact.kind is ContactKind.PHONE for contact in recipient.contacts):
        return session, ()
    changed = session.with_link(replace(link, opted_out=link.opted_out | {command.recipient}))
    return changed, (e.UpdateCard(), e.Tell(Notice.OPTED_OUT))
