"""What the page asks of a conference, as the web front door sees it (PRODUCT §7, `jitsi`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class NotInSession(Exception):
    """The session does not run, or the seat is not in its room: there is no way into the conference now."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """One person's way into the conference, for one join."""

    address: str = field(repr=False)
    """Of the conference, at the organisation's Jitsi Meet; leads nowhere without a token."""
    token: str = field(repr=False)
    """JWT (RFC 7519)."""


class ConferenceDoor(Protocol):
    async def join(self, digest: bytes) -> WayIn | None:
        """A new token for the browser whose secret has this digest; `None`: no such seat, or its time is over. Raises `NotInSession`."""
