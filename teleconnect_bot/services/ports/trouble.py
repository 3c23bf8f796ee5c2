"""What goes wrong in the world, by name."""

from __future__ import annotations

from datetime import timedelta


class ServiceUnavailable(Exception):
    """The homeserver or a provider could not be reached or asked us to come back later; trying again is right.

    `retry_after` is the time the other side asked for, if it did. The text names the service, never a person.
    """

    def __init__(self, service: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{service} is not available")
        self.service = service
        self.retry_after = retry_after


class RefusedByService(Exception):
    """The other side refused for good; trying the same again is useless. `reason` is written for people."""

    def __init__(self, service: str, reason: str) -> None:
        super().__init__(f"{service} refused: {reason}")
        self.service = service
        self.reason = reason


class KeyDestroyed(Exception):
    """The session's key does not exist any more: what was sealed under it cannot be read by anybody."""


class StaleSession(Exception):
    """Somebody else saved the session since it was loaded; load it again and decide again."""
