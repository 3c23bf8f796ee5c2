"""The TURN server that the homeserver names (Matrix client-server API, `/voip/turnServer`); port `Relays`."""

from __future__ import annotations

from mautrix.api import Method, Path

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.services.ports import Relay, ServiceUnavailable


class MatrixRelays:
    def __init__(self, account: BotAccount) -> None:
        self._account = account

    async def relay(self) -> Relay | None:
        """Asked for as the bot: whoever tests a device has no account yet. Raises `ServiceUnavailable`, `HomeserverRefusal`."""
        if not self._account.signed_in:
            raise ServiceUnavailable("the homeserver")
        answer = await self._account.api.call(Method.GET, Path.v3.voip.turnServer)
        urls, username, password = answer.get("uris"), answer.get("username"), answer.get("password")
        if not isinstance(urls, list) or not urls or not isinstance(username, str) or not isinstance(password, str):
            return None
        return Relay(tuple(url for url in urls if isinstance(url, str)), username, password)
