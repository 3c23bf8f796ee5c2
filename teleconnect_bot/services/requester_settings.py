"""Each requester's own settings, with the deployment's defaults for what they have not chosen (PRODUCT §3 `settings`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.requester import Chosen, Settings

from .ports import SessionKeys, UnitOfWork

KEY_PREFIX = "requester-"


def key_of(user: str) -> str:
    """The name of the key under which this person's settings are sealed; it tells the name of nobody."""
    return KEY_PREFIX + hashlib.sha256(user.encode()).hexdigest()[:32]


class RequesterSettings:
    def __init__(self, units: UnitOfWork, keys: SessionKeys, default: Settings | None = None) -> None:
        self.units, self.keys, self.default = units, keys, default or Settings()

    async def of(self, user: str) -> Settings:
        """The settings in force for this person; the defaults when they have none, or when their key is gone."""
        async with self.units.begin() as unit:
            chosen = await unit.requester_settings(user, key_of(user))
        if chosen is None:
            return self.default
        default = self.default
        return Settings(
            language=chosen.language or default.language, zone=chosen.zone or default.zone, email=chosen.email, phone=chosen.phone
        )

    async def change(self, user: str, changes: Callable[[Chosen], Chosen]) -> Settings:
        """What `changes` makes of the present choice is kept, sealed under a key of this person's own."""
        self.keys.create(key_of(user))
        async with self.units.begin() as unit:
            chosen = changes(await unit.requester_settings(user, key_of(user)) or Chosen())
            await unit.keep_requester_settings(user, key_of(user), chosen)
        return await self.of(user)

    async def forget(self, user: str) -> None:
        """Nothing that this person chose can be read afterwards; nothing happens when there was nothing."""
        async with self.units.begin() as unit:
            await unit.forget_requester_settings(user)
        self.keys.destroy(key_of(user))

    async def forget_others(self, may_stay: Callable[[str], bool]) -> int:
        """Forget whoever has no access any more, and destroy keys that open nothing; how many people went."""
        async with self.units.begin() as unit:
            users = await unit.users_with_settings()
        gone = sorted(user for user in users if not may_stay(user))
        for user in gone:
            await self.forget(user)
        kept = {key_of(user) for user in users - set(gone)}
        for key in self.keys.ids():
            if key.startswith(KEY_PREFIX) and key not in kept:
                self.keys.destroy(key)
        return len(gone)


def with_contact(chosen: Chosen, kind: str, contact: Contact | None) -> Chosen:
    """`kind` is `email` or `phone`."""
    return replace(chosen, email=contact) if kind == "email" else replace(chosen, phone=contact)
