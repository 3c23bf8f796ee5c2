"""Who is to leave a session, as a requester names them: by the role on the card, or a colleague by Matrix id (PRODUCT §3 `remove`).

Chosen names are not understood here: anybody may choose any name, also somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.people import LABELS
from teleconnect_bot.domain.session import Session

from .markup import escaped
from .voice import say

_ROLE = re.compile(rf"(?:{'|'.join(map(re.escape, LABELS.values()))})(?: \d{{1,2}})?", re.IGNORECASE)


def is_role(written: str) -> bool:
    """The whole of it names a role; the `user` of `service user` could be a session's code, which has four characters."""
    return _ROLE.fullmatch(written) is not None


def person_named(session: Session, written: str) -> str | None:
    """What `domain.commands.Remove` takes: the id of a live seat, or the Matrix id of a colleague."""
    asked = " ".join(written.lower().split())
    if asked in session.company:
        return asked
    return next((seat.id for seat in session.seats if seat.live and not seat.call_of and seat.label.lower() == asked), None)


def whom_to_name(session: Session) -> str:
    """Everybody who could be removed, each as it is written, in Markdown."""
    there = sorted((seat for seat in session.seats if seat.live and not seat.call_of), key=lambda seat: seat.label.lower())
    orders = [*(order_to_remove(session, seat) for seat in there), *_of_colleagues(session)]
    return say(" or ").join(orders) or say("nobody is there now")


def order_to_remove(session: Session, seat: Seat) -> str:
    label = seat.label.lower()
    named = f'"{label}"' if " " in label else label
    return f"`remove {named} {session.code}`"


def removed(session: Session, person: str) -> str:
    """The answer once it is done. Others may have received the same link, and whoever is out still has it."""
    if person in session.company:
        return say("They are out of session {code} and cannot come back.", code=session.code)
    return say("They are out of session {code}. With the link that they have, nobody new comes in without your yes.", code=session.code)


def _of_colleagues(session: Session) -> Iterable[str]:
    return (f"remove {escaped(user)} {session.code}" for user in sorted(session.company))
