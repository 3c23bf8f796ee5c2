"""A stand-in for the port `CallBells`: each transaction rings once, as at a homeserver."""

from __future__ import annotations

from teleconnect_bot.domain.calls import CallKind
from tests.services.fakes import FakeHomeserver


class FakeBells:
    def __init__(self, homeserver: FakeHomeserver) -> None:
        self.homeserver = homeserver
        self.rung: dict[str, tuple[str, CallKind]] = {}

    async def ring(self, room: str, kind: CallKind, transaction_id: str) -> None:
        async with self.homeserver.reached():
            self.rung[transaction_id] = (room, kind)
