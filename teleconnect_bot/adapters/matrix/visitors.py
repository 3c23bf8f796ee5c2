"""Accounts for people who have none: users of the appservice's namespace (ARCHITECTURE §4, port `Visitors`).

Native Matrix guests, the other kind, are in `native_guests.py`.
"""

from __future__ import annotations

from typing import Any

from mautrix.api import Method, Path

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.homeserver import HomeserverRefusal
from teleconnect_bot.services.ports import VisitorAccount

# MSC4380, stable name; the second is what clients and servers of MSC4155 read.
INVITE_PERMISSIONS: dict[str, dict[str, Any]] = {
    "m.invite_permission_config": {"default_action": "block"},
    "org.matrix.msc4155.invite_permission_config": {"blocked_users": ["*"]},
}


class AppserviceVisitors:
    named_ahead = True

    def __init__(self, account: BotAccount, admin: HomeserverAdmin, prefix: str) -> None:
        self._account, self._admin, self._prefix = account, admin, prefix

    async def open(self, mark: str) -> VisitorAccount:
        raise NotImplementedError("these accounts are named ahead: `user_id`, `register`")

    async def find(self, mark: str) -> str | None:
        return None

    def user_id(self, opaque_id: str) -> str:
        return f"@{self._prefix}{opaque_id}:{self._account.domain}"

    async def register(self, user: str) -> None:
        username = user[1:].partition(":")[0]
        body = {"type": "m.login.application_service", "username": username, "inhibit_login": True}
        try:
            await self._account.appservice.call(Method.POST, Path.v3.register, body)
        except HomeserverRefusal as refusal:
            if refusal.code != "M_USER_IN_USE":
                raise

    async def provision(self, account: VisitorAccount, display_name: str) -> None:
        api, user, acting = self._account.appservice, account.user, {"user_id": account.user}
        await api.call(Method.PUT, Path.v3.devices[account.device], {"display_name": display_name}, acting)
        await api.call(Method.PUT, Path.v3.profile[user].displayname, {"displayname": display_name}, acting)

    async def block_invitations(self, user: str) -> None:
        for kind, content in INVITE_PERMISSIONS.items():
            await self._account.appservice.call(Method.PUT, Path.v3.user[user].account_data[kind], content, {"user_id": user})

    async def remove(self, user: str) -> None:
        """The bot's own keys for this person go with the account."""
        await self._admin.remove_user(user)
        await self._account.forget_user(user)

    async def is_gone(self, user: str) -> bool:
        return await self._admin.user_is_gone(user)
