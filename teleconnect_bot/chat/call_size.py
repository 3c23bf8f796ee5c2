"""What the chosen way of calling does not carry, said when people are invited (PRODUCT §7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from teleconnect_bot.services.sessions import Invitation

from .voice import Sentence, say

MOST_PEOPLE = 6
MOST_WITH_PICTURE = 3
"""As on the guest page, `call/quality.ts`."""

TOO_MANY: Sentence = (
    "A call carries six people, and {count} may come to this session: whoever joins the call last finds it full. Everybody can write."
)
SOUND_ALONE: Sentence = (
    "{count} may come to this session: up to three people in the call see each other, and from the fourth on there is sound alone."
)

Warnings = Callable[[Invitation], Sequence[str]]


def nothing(invitation: Invitation) -> Sequence[str]:
    return ()


def in_browsers(invitation: Invitation) -> Sequence[str]:
    """For calls from browser to browser. Whoever is invited may come; a backup or team comes instead of the requester."""
    count = _may_come(invitation)
    if count > MOST_PEOPLE:
        return (say(TOO_MANY, count=count),)
    return (say(SOUND_ALONE, count=count),) if count > MOST_WITH_PICTURE else ()


def _may_come(invitation: Invitation) -> int:
    invited = (invitation.guests, invitation.colleagues, invitation.members)
    return 1 + (invitation.contact is not None) + (invitation.interpreter is not None) + sum(map(len, invited))
