"""What the card says of a message's way to somebody: each channel that was tried, and what became of it (PRODUCT §6, "Ladder")."""

from __future__ import annotations

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.session import Delivery, OutgoingMessage, Session
from teleconnect_bot.domain.telling import latest_of_the_time

from .problem_words import problem_in_words
from .voice import Sentence, say

CHANNEL_NAMES = {Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}
DELIVERY_WORDS: dict[Delivery, Sentence] = {
    Delivery.QUEUED: "is being sent",
    Delivery.DELAYED: "not sent yet",
    Delivery.SENT: "sent",
    Delivery.DELIVERED: "delivered",
    Delivery.FAILED: "**could not be sent**",
}


def steps(session: Session, link: str, place: int) -> list[str]:
    """One line for each channel that the latest invitation went by, in the order in which they were tried."""
    latest = latest_of_the_time(session, link, place)
    if latest is None:
        return []
    tried = [latest]
    while tried[0].replaces and (before := session.message(tried[0].replaces)):
        tried.insert(0, before)
    lines = [f"{_delivery(message)}{_because(message)}" for message in tried]
    following = [f" – {_instead(message.channel)}" for message in tried[1:]] + [""]
    return [line + then for line, then in zip(lines, following, strict=True)]


def undelivered(session: Session) -> str:
    """Why the last message that did not arrive did not; empty when every one has."""
    return next((message.problem for message in reversed(session.messages) if message.delivery is Delivery.FAILED or message.late), "")


def _delivery(message: OutgoingMessage) -> str:
    delivery = say(DELIVERY_WORDS[message.delivery])
    if message.channel is Channel.EMAIL:
        return say("E-mail: {delivery}", delivery=delivery)
    return f"{CHANNEL_NAMES[message.channel]}: {delivery}"


def _instead(channel: Channel) -> str:
    return say("by e-mail instead") if channel is Channel.EMAIL else say("by {channel} instead", channel=CHANNEL_NAMES[channel])


def _because(message: OutgoingMessage) -> str:
    return f": {problem_in_words(message.problem)}" if message.problem else ""
