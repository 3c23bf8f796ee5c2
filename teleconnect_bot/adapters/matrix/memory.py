"""What the homeserver keeps for the bot's account, so that it outlives the bot's database (port `HomeserverMemory`)."""

from __future__ import annotations

from mautrix.api import Method, Path

from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi, HomeserverRefusal
from teleconnect_bot.domain.installation import Mark

ACCOUNT_DATA = "org.teleconnect.database"


class AccountDataMemory:
    """`api` speaks as the user `bot`. Account data is not encrypted: an opaque id and a number."""

    def __init__(self, api: HomeserverApi, bot: str) -> None:
        self._api, self._path = api, Path.v3.user[bot].account_data[ACCOUNT_DATA]

    async def recall(self) -> Mark | None:
        try:
            return mark_of(await self._api.call(Method.GET, self._path))
        except HomeserverRefusal as refusal:
            if refusal.status == 404:
                return None
            raise

    async def remember(self, mark: Mark) -> None:
        await self._api.call(Method.PUT, self._path, {"database": mark.database, "count": mark.count})


def mark_of(content: object) -> Mark | None:
    match content:
        case {"database": str(database), "count": int(count)}:
            return Mark(database, count)
    return None
