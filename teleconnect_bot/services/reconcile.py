"""What a crash may have left behind, looked for at the start (PRODUCT §9, "verified daily")."""

from __future__ import annotations

import structlog

from .ports import SessionKeys, UnitOfWork
from .sessions import SESSION_KEY_PREFIX

log = structlog.get_logger("teleconnect_bot.reconcile")


class Reconcile:
    def __init__(self, units: UnitOfWork, keys: SessionKeys) -> None:
        self.units, self.keys = units, keys

    async def destroy_orphan_keys(self) -> int:
        """A key is durable before its session is committed; one without a session protects nothing and goes. How many went."""
        orphans = 0
        for key_id in self.keys.ids():
            if not key_id.startswith(SESSION_KEY_PREFIX):
                continue
            async with self.units.begin() as unit:
                session = await unit.session(key_id.removeprefix(SESSION_KEY_PREFIX))
            if session is None:
                self.keys.destroy(key_id)
                orphans += 1
        if orphans:
            log.info("orphan_keys_destroyed", count=orphans)
        return orphans
