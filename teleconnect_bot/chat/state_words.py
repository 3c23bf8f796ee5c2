"""The state of a session in the words of a card, and what can be done next."""

from __future__ import annotations

from teleconnect_bot.domain.session import Session, State

from .offer_cards import CHOICES
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
ACCEPTED: Sentence = "an interpreter has accepted; nobody else was told yet"
SEND_NOW: Sentence = "`start {code}` sends the invitations, `cancel {code}` takes the invitation back."
NEXT_STEPS: dict[State, Sentence] = {
    State.HELD: "`without {code}` goes on without an interpreter, `cancel {code}` takes the invitation back.",
    State.UNAVAILABLE: CHOICES,
    State.INVITED: '`reschedule {code} at="tomorrow 14:00"` gives it another time, `cancel {code}` takes the invitation back.',
    State.WAITING: "`start {code}` or *Accept* in the room's invitation takes the session; `seen {code}` stops the ringing.",
    State.ACTIVE: "`end {code}` ends the session.",
    State.KEPT_OPEN: "You can write in the room at any time. `close {code}` closes the session.",
    State.CLOSED: "`pdf {code}` sends the transcript; `reopen {code}` takes the session up again.",
    State.CANCELLED: "",
}


def state_of(session: Session) -> Sentence:
    return ACCEPTED if _to_be_sent(session) else STATE_WORDS[session.state]


def next_step(session: Session) -> Sentence:
    """Empty when there is none."""
    return SEND_NOW if _to_be_sent(session) else NEXT_STEPS.get(session.state, "")


def _to_be_sent(session: Session) -> bool:
    return session.state is State.HELD and session.interpreter_ready
