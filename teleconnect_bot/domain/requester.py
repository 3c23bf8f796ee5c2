"""What a requester has told about themselves: how the bot writes to them, and where else they can be reached (PRODUCT §3 `settings`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .people import Contact

STAFF_LANGUAGES = ("en", "fr", "es", "ar")
"""In which the bot can speak with staff; there is a catalogue for each in `chat/texts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`language` is one of `STAFF_LANGUAGES`, `zone` an IANA name; `email` and `phone` are for notices when nobody answers in Matrix."""

    language: str = "en"
    zone: str = "UTC"
    email: Contact | None = field(default=None, repr=False)
    phone: Contact | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What somebody has chosen; None is left at the deployment's default."""

    language: str | None = None
    zone: str | None = None
    email: Contact | None = field(default=None, repr=False)
    phone: Contact | None = field(default=None, repr=False)
