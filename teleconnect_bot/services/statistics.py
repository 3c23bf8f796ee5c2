"""Monthly sums, all that remains of a session (PRODUCT §9): counted once, as its personal columns are emptied, and nothing of anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from teleconnect_bot.domain.organisations import Offer, OfferState
from teleconnect_bot.domain.session import Session, State

FEW = 5
"""Smaller sums are shown as "<5": few people could be guessed."""
BUCKETS = (
    (timedelta(minutes=15), "under_15_minutes"),
    (timedelta(hours=1), "15_to_60_minutes"),
    (timedelta(hours=4), "1_to_4_hours"),
    (timedelta.max, "longer"),
)


def counted(session: Session) -> tuple[str, ...]:
    """The names of the sums to which this session adds one; none for what never was an invitation, or was counted already.

    Once the personal columns are emptied the links have no language any more: that is how a second look knows of the first.
    """
    emptied = bool(session.links) and not any(link.language for link in session.links)
    if emptied or not (session.links or session.colleagues) or session.state is State.DRAFT:
        return ()
    names = [f"outcome.{'held' if session.started else 'not_held'}", f"language.{session.language}"]
    names += sorted({f"channel.{message.channel.value}" for message in session.messages})
    names += [f"interpreting.{said}" for offer in session.offers if offer.asked_at is not None for said in ("asked", _answered(offer))]
    if any(offer.asked_at is not None for offer in session.offers):
        names.append(f"interpreted.{session.interpreter_wanted or session.language}")
    if session.started:
        lasted = session.last_activity_at - session.starts[0]
        names.append(f"duration.{next(name for longest, name in BUCKETS if lasted < longest)}")
    return tuple(names)


def _answered(offer: Offer) -> str:
    """Whoever accepted and withdrew, or was not needed any more in the end, has accepted."""
    if offer.named or offer.state in (OfferState.ACCEPTED, OfferState.WITHDRAWN):
        return "accepted"
    return "declined" if offer.state is OfferState.DECLINED else "unanswered"


def shown(amount: int) -> str:
    return f"<{FEW}" if amount < FEW else str(amount)


def by_month(counters: Mapping[tuple[str, str], int]) -> dict[str, dict[str, dict[str, int]]]:
    """Month, newest first: kind of sum: name: amount."""
    months: dict[str, dict[str, dict[str, int]]] = {}
    for (month, name), amount in sorted(counters.items(), key=lambda item: item[0][0], reverse=True):
        kind, _, which = name.partition(".")
        months.setdefault(month, {}).setdefault(kind, {})[which] = amount
    return months
