"""Ringing for a call (port `CallBells`): an encrypted event of our own kind, which Element neither shows nor rings for."""

from __future__ import annotations

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.domain.calls import CallKind

RING_EVENT = "org.teleconnect.call.ring"
"""`{"kind": "audio" | "video"}`, for pages alone."""


class MatrixBells:
    def __init__(self, account: BotAccount) -> None:
        self._account = account

    async def ring(self, room: str, kind: CallKind, transaction_id: str) -> None:
        await self._account.send(room, RING_EVENT, {"kind": kind.value}, transaction_id)
