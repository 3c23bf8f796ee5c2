"""Tokens for the organisation's own Jitsi Meet (port `ConferenceTokens`): JWT as RFC 7519 has it, with the claims that Jitsi Meet's
token authentication reads (jitsi.github.io/handbook, "Token authentication")."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt

from teleconnect_bot.config.calls import Jitsi
from teleconnect_bot.domain.conferences import Participant

LIFETIME = timedelta(seconds=90)
"""For coming in, which follows at once, and takes as long as a slow line needs to load Jitsi Meet. Whoever is in stays in when it has
passed; whoever was removed, and kept their token, comes in for no longer than this."""
EARLIER = timedelta(seconds=30)
"""How much slower the clock of Jitsi Meet may be."""
NEVER = ("livestreaming", "outbound-call", "recording", "sip-outbound-call", "transcription")
"""What nobody may do in a conference, moderators neither."""


@dataclass(frozen=True, slots=True)
class JitsiSettings:
    """`domain` is an origin, such as `https://jitsi.example.org`; `key` the secret of HS256 or a private key in PEM for RS256."""

    domain: str
    app_id: str
    key: str = field(repr=False)
    algorithm: str = "HS256"
    key_id: str | None = None
    audience: str = "jitsi"
    subject: str | None = None


def settings_of(jitsi: Jitsi) -> JitsiSettings:
    return JitsiSettings(
        domain=jitsi.domain,
        app_id=jitsi.app_id,
        key=jitsi.key.get_secret_value(),
        algorithm=jitsi.algorithm,
        key_id=jitsi.key_id,
        audience=jitsi.audience,
        subject=jitsi.subject,
    )


class JitsiTokens:
    def __init__(self, settings: JitsiSettings) -> None:
        self._settings = settings
        self._subject = settings.subject or urlsplit(settings.domain).hostname or ""

    def address(self, room: str) -> str:
        return f"{self._settings.domain}/{room}"

    def token(self, room: str, user: str, participant: Participant, now: datetime) -> str:
        settings = self._settings
        claims = {
            "aud": settings.audience,
            "iss": settings.app_id,
            "sub": self._subject,
            "room": room,
            "nbf": int((now - EARLIER).timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "context": {
                "user": {
                    "id": user,
                    "name": participant.name,
                    "moderator": participant.moderator,
                    "affiliation": "owner" if participant.moderator else "member",
                },
                "features": dict.fromkeys(NEVER, False),
            },
        }
        headers = {"kid": settings.key_id} if settings.key_id else None
        return jwt.encode(claims, settings.key, algorithm=settings.algorithm, headers=headers)
