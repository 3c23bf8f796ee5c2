"""The numbers of a session's people, to ring them by ordinary telephone (PRODUCT §3 `phone`)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from teleconnect_bot.domain.effects import HideAnswer
from teleconnect_bot.domain.people import ContactKind, Role, label
from teleconnect_bot.domain.session import Session

from .markup import escaped
from .voice import say


@dataclass(frozen=True, slots=True)
class Passing:
    """An answer that is taken back after `HideAnswer.delay`. `session` is the id of the one that it is about."""

    words: str = field(repr=False)
    session: str


def numbers_of(session: Session) -> Passing:
    """Each number with the role of the person, as on the card."""
    lines, numbers = [], Counter[Role]()
    for link in session.links:
        numbers[link.role] += 1
        for place, recipient in enumerate(link.recipients):
            role = label(link.role, numbers[link.role]) if place == 0 else label(Role.THIRD_PARTY, place)
            ways = (way for way in recipient.contacts if way.kind is ContactKind.PHONE)
            lines += [f"- {role}: **{escaped(way.value)}**" for way in ways]
    minutes = int(HideAnswer.delay.total_seconds() // 60)
    return Passing("\n".join([*lines, "", say("This message is taken back in {minutes} minutes.", minutes=minutes)]), session.id)
