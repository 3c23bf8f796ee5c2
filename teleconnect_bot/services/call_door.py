"""What the page asks of calls, as the web front door sees it (PRODUCT §7)."""

from __future__ import annotations

from typing import Protocol

from .guest_door import LinkIsGood, SeatView


class LinkUsed(LinkIsGood):
    """Another browser has redeemed this link already; its owner was told."""


class CallDoor(Protocol):
    async def redeem(self, token: str, digest: bytes, language: str) -> SeatView:
        """The call seat for the browser whose secret has this digest; the same digest again is the same seat.

        Raises `LinkUsed`, and `NoSuchLink` for every token that leads nowhere: before the start, after the end, of nobody.
        """
