"""Who may use the bot (PRODUCT §1, `access.*`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from teleconnect_bot.config.values import is_room, matches


def nobody(room: str) -> Collection[str]:
    return ()


@dataclass(frozen=True)
class Access:
    """Patterns of Matrix ids, and rooms whose members have access, as in `access.*`.

    `focal_point` is the one answer that everybody else gets. `members` says who is in a room of these; what it says counts at once.
    """

    requesters: Sequence[str]
    admins: Sequence[str]
    focal_point: str
    members: Callable[[str], Collection[str]] = nobody

    def may_request(self, user: str) -> bool:
        return self._fits(self.requesters, user) or self.is_admin(user)

    def is_admin(self, user: str) -> bool:
        return self._fits(self.admins, user)

    def known_admins(self) -> Collection[str]:
        """Those who can be named: ids without a wildcard, and members of rooms."""
        named = {pattern for pattern in self.admins if not is_room(pattern) and not set(pattern) & {"*", "?"}}
        return named.union(*(self.members(pattern) for pattern in self.admins if is_room(pattern)))

    def _fits(self, patterns: Sequence[str], user: str) -> bool:
        return any(user in self.members(pattern) if is_room(pattern) else matches(pattern, user) for pattern in patterns)
