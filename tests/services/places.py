"""How browsers stand with their places in a session, and what the requester is asked about them (PRODUCT §4, "Seats")."""

from __future__ import annotations

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.guest_door import SeatStatus
from tests.services.world import World


async def status(world: World, secret: str) -> SeatStatus:
    view = await world.guests.seat(digest_of(secret))
    assert view is not None
    return view.status


def question(world: World, words: str) -> str:
    """The event of the last question to the requester that holds these words."""
    return next(event for event, each in reversed(world.homeserver.events.items()) if each.text and words in each.text.plain)
