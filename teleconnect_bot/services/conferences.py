"""The way into the conference of a session, one join at a time (PRODUCT §7, `jitsi`)."""

from __future__ import annotations

from teleconnect_bot.domain.conferences import conference, participant
from teleconnect_bot.domain.session import Session

from .conference_door import NotInSession, WayIn
from .ports import Clock, SessionKeys, UnitOfWork
from .ports.conferences import ConferenceTokens

NAME_BYTES = 20
"""160 bits; 128 would do."""
USER_BYTES = 10


class Conferences:
    """Implements `ConferenceDoor`.

    The conference's name and the ids of the people in it follow from the session's key: they are stored nowhere, and nobody can make
    them again once the key is destroyed.
    """

    def __init__(self, units: UnitOfWork, keys: SessionKeys, tokens: ConferenceTokens, clock: Clock) -> None:
        self.units, self.keys, self.tokens, self.clock = units, keys, tokens, clock

    async def join(self, digest: bytes) -> WayIn | None:
        async with self.units.begin() as unit:
            found = await unit.session_by_seat(digest)
        if found is None or not found[1].live:
            return None
        session, seat = found
        coming = participant(session, seat)
        if coming is None:
            raise NotInSession
        room = self.name_of(session)
        user = self.keys.derive(session.key, f"participant/{seat.id}")[:USER_BYTES].hex()
        return WayIn(self.tokens.address(room), self.tokens.token(room, user, coming, self.clock.now()))

    def name_of(self, session: Session) -> str:
        """In lower case, as Jitsi Meet compares it."""
        return self.keys.derive(session.key, conference(session))[:NAME_BYTES].hex()
