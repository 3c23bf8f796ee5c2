"""The requester's sessions as a list, in pages (PRODUCT §3 `invites`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import Channel, Delivery, MessageKind, OutgoingMessage, Session

from .delivery_words import DELIVERY_WORDS
from .markup import escaped
from .parser import NotUnderstood
from .planned import when
from .state_words import STATE_WORDS
from .voice import Sentence, say

ON_A_PAGE = 10
CHANNEL_WORDS: dict[Channel, Sentence] = {Channel.EMAIL: "e-mail", Channel.SMS: "SMS", Channel.WHATSAPP: "WhatsApp"}
_OF_THE_TIME = (MessageKind.INVITATION, MessageKind.RESCHEDULED)


def page_of(sessions: Sequence[Session], words: Sequence[str], moment: Callable[[datetime, str, str], str], reader: Settings) -> str:
    """One page, the sessions whose time comes first at its top. `words` hold the number of the page. Raises `NotUnderstood`."""
    ordered = sorted(sessions, key=lambda session: (session.planned_at or session.created_at, session.code))
    pages = max(1, -(-len(ordered) // ON_A_PAGE))
    number = _number(words, pages)
    shown = ordered[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    lines = [f"- **{session.code}** – {in_words(session, moment, reader)}" for session in shown]
    if pages > 1:
        lines += ["", say("Page {number} of {pages}, {count} sessions.", number=number, pages=pages, count=len(ordered))]
        if number < pages:
            lines[-1] += " " + say("`invites {next}` shows the next ones.", next=number + 1)
    return "\n".join(lines)


def _number(words: Sequence[str], pages: int) -> int:
    written = words[0] if words else "1"
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= pages):
        if pages == 1:
            raise NotUnderstood("There is one page; write `invites` or, for example, `invites 1`.")
        raise NotUnderstood("There are pages 1 to {pages}; write `invites` or, for example, `invites {pages}`.", pages=pages)
    return int(written)


def in_words(session: Session, moment: Callable[[datetime, str, str], str], reader: Settings) -> str:
    """State, time and delivery of one session."""
    if session.planned_at:
        time = say("planned for {when}", when=when(session, moment, reader.zone, reader.language))
    else:
        time = say("of {when}", when=escaped(moment(session.created_at, reader.zone, reader.language)))
    return "; ".join([say(STATE_WORDS[session.state]), time, *deliveries(session)])


def deliveries(session: Session) -> list[str]:
    """For each channel what became of the last message that told each person of the session: `e-mail sent`, `e-mail 2 sent, 1 …`."""
    last: dict[tuple[str, int], OutgoingMessage] = {}
    for message in session.messages:
        if message.kind in _OF_THE_TIME:
            last[message.link, message.recipient] = message
    found = []
    for channel in Channel:
        counted = Counter(message.delivery for message in last.values() if message.channel is channel)
        states = [(delivery, counted[delivery]) for delivery in Delivery if counted[delivery]]
        if len(states) == 1 and states[0][1] == 1:
            found.append(f"{say(CHANNEL_WORDS[channel])} {say(DELIVERY_WORDS[states[0][0]])}")
        elif states:
            found.append(
                f"{say(CHANNEL_WORDS[channel])} " + ", ".join(f"{number} {say(DELIVERY_WORDS[delivery])}" for delivery, number in states)
            )
    return found
