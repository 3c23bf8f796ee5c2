"""The real clock and the real randomness: the only place below `app` that asks the machine for either."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime

CODE_CHARACTERS = "234679CDFGHJKMNPQRTVWXY"
"""Nothing that looks like something else on paper (0 O, 1 I L, 5 S, 8 B, 2 Z, U V), and no vowel, so that no code is a word."""


class SystemClock:
    """`Clock` of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemTokens:
    """`Tokens` from the operating system's random generator."""

    def opaque_id(self) -> str:
        return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()

    def session_code(self) -> str:
        return "".join(secrets.choice(CODE_CHARACTERS) for _ in range(4))
