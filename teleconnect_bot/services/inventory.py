"""What stands at the homeserver in the bot's name, asked of the homeserver itself (PRODUCT §9, "verified again daily")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol


class Inventory(Protocol):
    """All addresses are opaque. Each call raises `ServiceUnavailable` or `RefusedByService`."""

    async def session_rooms(self) -> Mapping[str, str]:
        """Rooms that the bot is in and that carry a marker in their creation content: room, marker."""

    async def room_exists(self, room: str) -> bool: ...

    async def visitors(self) -> Mapping[str, datetime]:
        """Accounts of the visitors' namespace, and guests with our mark, that are still active, and when each was made."""

    async def files(self) -> Mapping[str, datetime]:
        """Files that the bot has uploaded, but for its own picture: `mxc://` address, and when."""
