"""What the use cases need of the machine: time, randomness, keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, UTC."""


class Tokens(Protocol):
    """The only source of randomness."""

    def opaque_id(self) -> str:
        """128 random bits in lower-case base32 without padding: 26 characters of a-z2-7."""

    def session_code(self) -> str:
        """Four characters of a set without look-alikes, such as `K7M2`; the caller checks that it is free."""


class SessionKeys(Protocol):
    """The per-session keys outside all backups (ARCHITECTURE §5)."""

    def create(self, key_id: str) -> None:
        """Make the key if it does not exist; durable (fsync) when this returns."""

    def exists(self, key_id: str) -> bool: ...

    def ids(self) -> Sequence[str]:
        """Of every key there is, sorted."""

    def seal(self, key_id: str, column: str, plain: bytes) -> bytes:
        """AES-256-GCM with `key_id` and `column` as associated data."""

    def unseal(self, key_id: str, column: str, sealed: bytes) -> bytes:
        """Raises `KeyDestroyed` when the key is gone."""

    def derive(self, key_id: str, purpose: str) -> bytes:
        """32 bytes that depend on the key and the purpose alone (HKDF-SHA256)."""

    def destroy(self, key_id: str) -> None:
        """Overwrite and unlink; nothing happens when it is gone already."""
