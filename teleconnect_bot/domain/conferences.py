"""Who may take part in a conference at the organisation's own Jitsi Meet, and as whom (PRODUCT §7, `jitsi`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .guest_link import Seat, SeatState
from .session import Session, State


@dataclass(frozen=True, slots=True)
class Participant:
    """As the others in the conference see somebody: the name that they chose, with their role; staff by their role alone."""

    name: str = field(repr=False)
    moderator: bool


def participant(session: Session, seat: Seat) -> Participant | None:
    """`None` for everybody who may not come in now: before the start, after the end, and who is not in the session's room.

    Whoever holds the session moderates, and nobody else.
    """
    if session.state is not State.ACTIVE or seat.state is not SeatState.JOINED:
        return None
    name = f"{seat.name} ({seat.label})" if seat.name else seat.label
    return Participant(name, moderator=seat.call_of is not None and seat.call_of == session.holder)


def conference(session: Session) -> str:
    """What tells this run of the session from its other ones: whoever stayed behind in the conference of an earlier one meets nobody."""
    return f"conference/{len(session.starts)}"
