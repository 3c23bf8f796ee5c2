"""A database that is in doubt is told to the administrators, once a day, in their own chats with the bot: nothing is tidied up meanwhile.

The message names nothing of any session; so it stays in the chat.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256

import structlog

from .ports import Clock, RefusedByService, ServiceUnavailable, StaffChat, StaffTexts
from .requester_settings import RequesterSettings

log = structlog.get_logger("teleconnect_bot.doubt_notices")


class DoubtNotices:
    """`admins` names them by Matrix id now; whoever has no chat with the bot is passed over."""

    def __init__(
        self, chat: StaffChat, clock: Clock, texts: StaffTexts, settings: RequesterSettings, admins: Callable[[], Collection[str]]
    ) -> None:
        self.chat, self.clock, self.texts, self.settings, self.admins = chat, clock, texts, settings, admins

    async def tell(self) -> None:
        """To be called each time that the database is found to be in doubt. A chat that is away now is written to the next time."""
        today = f"{self.clock.now():%Y-%m-%d}"
        for admin in sorted(self.admins()):
            try:
                room = await self.chat.room_of(admin)
                if room is not None:
                    words = self.texts.doubtful_database(await self.settings.of(admin))
                    await self.chat.post(room, words, f"doubt.{today}.{sha256(admin.encode()).hexdigest()[:16]}", mention=admin)
            except (ServiceUnavailable, RefusedByService) as error:
                log.warning("doubt_not_told", error=type(error).__name__)
