"""`CallDoor` with one good link; it notes how often it was asked, never with what."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from teleconnect_bot.services.call_door import LinkUsed
from teleconnect_bot.services.guest_door import NoSuchLink, SeatStatus, SeatView

CALL_TOKEN = "calltoken2345678901234"


class FakeCallDoor:
    def __init__(self, seat: SeatView) -> None:
        self.calls: Counter[str] = Counter()
        self.running = True
        self.redeemed_by: bytes | None = None
        self.seat = replace(seat, label="Staff call", call_seat=True, status=SeatStatus.PREPARING)

    async def redeem(self, token: str, digest: bytes, language: str) -> SeatView:
        self.calls[language] += 1
        if token != CALL_TOKEN or not self.running:
            raise NoSuchLink
        if self.redeemed_by not in (None, digest):
            raise LinkUsed
        self.redeemed_by = digest
        return self.seat
