"""The state of a session in the words of a card."""

from __future__ import annotations

from teleconnect_bot.domain.session import State

from .voice import Sentence

STATE_WORDS: dict[State, Sentence] = {
    State.DRAFT: "not sent yet",
    State.HELD: "an interpreter is being sought; nobody else was told",
    State.UNAVAILABLE: "no interpreter is available",
    State.INVITED: "invited",
    State.WAITING: "**somebody is waiting for you**",
    State.ACTIVE: "running",
    State.KEPT_OPEN: "kept open",
    State.CLOSED: "closed",
    State.CANCELLED: "cancelled",
    State.TEARING_DOWN: "being deleted",
    State.GONE: "deleted",
}
