"""Who may use the bot (PRODUCT §1, `access.*`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teleconnect_bot.config.values import matches


@dataclass(frozen=True)
class Access:
    """Patterns of Matrix ids as in `access.*`; `focal_point` is the one answer that everybody else gets."""

    requesters: Sequence[str]
    admins: Sequence[str]
    focal_point: str

    def may_request(self, user: str) -> bool:
        return any(matches(pattern, user) for pattern in self.requesters) or self.is_admin(user)

    def is_admin(self, user: str) -> bool:
        return any(matches(pattern, user) for pattern in self.admins)
