"""Accounts for people who have none, as the homeserver gives them to everybody: native Matrix guests (port `Visitors`).

`POST /register?kind=guest` (client-server specification, "Guest access"). The homeserver chooses the name, a number, and gives a token
that no appservice can stand in for. The mark that we know an account by is the name of its one device.
"""

from __future__ import annotations

from mautrix.api import Method, Path

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi, HomeserverRefusal
from teleconnect_bot.domain.guest_link import NATIVE_DEVICE
from teleconnect_bot.services.ports import VisitorAccount


class NativeGuests:
    """`prefix` begins every mark, so that guests of others are left alone."""

    named_ahead = False

    def __init__(self, account: BotAccount, admin: HomeserverAdmin, prefix: str) -> None:
        self._account, self._admin, self._prefix = account, admin, prefix

    async def open(self, mark: str) -> VisitorAccount:
        body = {"initial_device_display_name": self._prefix + mark}
        made = await self._account.appservice.call(Method.POST, Path.v3.register, body, {"kind": "guest"})
        account = VisitorAccount(str(made["user_id"]), str(made["device_id"]), str(made["access_token"]))
        if account.device != NATIVE_DEVICE:
            raise HomeserverRefusal(200, "a guest with another device than Synapse's")
        return account

    async def find(self, mark: str) -> str | None:
        marked = await self._admin.active_guests(self._prefix + mark)
        return next(iter(marked), None)

    def user_id(self, opaque_id: str) -> str:
        raise NotImplementedError("the homeserver names its guests: `open`")

    async def register(self, user: str) -> None:
        raise NotImplementedError("the homeserver names its guests: `open`")

    async def provision(self, account: VisitorAccount, display_name: str) -> None:
        """As the guest: nobody else may name it."""
        api = HomeserverApi(self._account.address, account.token or "", self._account.session)
        await api.call(Method.PUT, Path.v3.profile[account.user].displayname, {"displayname": display_name})

    async def block_invitations(self, user: str) -> None:
        """A guest has no account data. What others invite it to it cannot enter: the gateway lets it into its own room alone."""

    async def remove(self, user: str) -> None:
        """The bot's own keys for this person go with the account."""
        await self._admin.remove_user(user)
        await self._account.forget_user(user)

    async def is_gone(self, user: str) -> bool:
        return await self._admin.user_is_gone(user)
