"""Who may use the bot (PRODUCT §1, `access.*`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate


def _matcher(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")


@dataclass(frozen=True)
class Access:
    """Patterns of Matrix ids, `*` for any characters; `focal_point` is the one answer that everybody else gets."""

    requesters: Sequence[str]
    admins: Sequence[str]
    focal_point: str

    def may_request(self, user: str) -> bool:
        return bool(_matcher([*self.requesters, *self.admins]).match(user))

    def is_admin(self, user: str) -> bool:
        return bool(_matcher(self.admins).match(user))
