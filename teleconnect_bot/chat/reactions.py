"""Reactions stand for commands: which the bot offers, and what one that was pressed means (PRODUCT §3).

Clients compare reactions letter by letter and write some of them with a variation selector (U+FE0F), so the bot offers those with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.services.staff_notices import ABOUT_A_PLACE

START, END, CANCEL, RESEND, SEEN = "▶\ufe0f", "⏹\ufe0f", "✖\ufe0f", "🔁", "👀"
CALL = "📞"
CLOSE, KEEP = "🔒", "⏸\ufe0f"
ANOTHER, WITHOUT = "🔄", "⏩"

ON_CARDS: Mapping[str, str] = {
    "start": START,
    "seen": SEEN,
    "call": CALL,
    "end": END,
    "resend": RESEND,
    "another": ANOTHER,
    "without": WITHOUT,
    "cancel": CANCEL,
}
"""On a card: the command and its reaction, in the order in which they are offered."""
PLACE = "place"
CHOICES: Mapping[str, Mapping[str, str]] = {
    "end": {"close": CLOSE, "keep": KEEP, "stay": START},
    "cancel": {"cancel": CANCEL},
    "without": {"without": WITHOUT},
    PLACE: ABOUT_A_PLACE,
}
"""On a question of the bot, by what it asks about."""
ASKED_ONCE = frozenset({"cancel", "without"})
"""What a slip of the finger must not do: on a card the reaction is answered by a question."""


def offered(session: Session) -> dict[str, str]:
    """What can be pressed on the card now."""
    return {name: key for name, key in ON_CARDS.items() if name in _possible(session)}


def _possible(session: Session) -> set[str]:
    match session.state:
        case State.HELD:
            return {"cancel", "start" if session.interpreter_ready else "without"}
        case State.UNAVAILABLE:
            return {"another", "without", "cancel"}
        case State.INVITED:
            return {"cancel", *_resend(session)}
        case State.WAITING:
            return {"start", "end" if session.started else "cancel", *(() if session.seen_at else ("seen",))}
        case State.ACTIVE:
            return {"end", *(("call",) if session.call_links else ())}
        case State.KEPT_OPEN:
            return {"end", *_resend(session), *(("start",) if session.main_present else ())}
        case _:
            return set()


def _resend(session: Session) -> tuple[str, ...]:
    return ("resend",) if any(not link.dead for link in session.links) else ()


def meaning(key: str, question: str | None) -> str | None:
    """The command that a reaction stands for on a card (`question` is None) or on a question of this kind."""
    keys = ON_CARDS if question is None else CHOICES.get(question, {})
    return next((name for name, offer in keys.items() if _bare(offer) == _bare(key)), None)


def _bare(key: str) -> str:
    return key.rstrip("\ufe0f")
