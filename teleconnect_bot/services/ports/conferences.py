"""What the use cases need of the organisation's Jitsi Meet."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from teleconnect_bot.domain.conferences import Participant


class ConferenceTokens(Protocol):
    """Signs what Jitsi Meet lets people in for. Nothing is asked of Jitsi Meet itself."""

    def address(self, room: str) -> str:
        """Where the conference of this name is."""

    def token(self, room: str, user: str, participant: Participant, now: datetime) -> str:
        """For this conference and this person alone, from `now` on, for ten minutes at most. `user` is an opaque id."""
