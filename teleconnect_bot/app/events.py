"""What the bot's sync reports, handed to the desk."""

from __future__ import annotations

from datetime import datetime

from teleconnect_bot.chat.desk import Desk
from teleconnect_bot.services.ports import Membership


class MatrixEvents:
    """What the bot's sync reports, handed to the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def on_invite(self, room: str, sender: str, is_direct: bool) -> None:
        await self.desk.invited(room, sender)

    async def on_text(self, room: str, event: str, sender: str, text: str, at: datetime, encrypted: bool) -> None:
        await self.desk.wrote(room, event, sender, text, encrypted)

    async def on_reaction(self, room: str, event: str, sender: str, target_event: str, key: str) -> None:
        await self.desk.reacted(room, event, sender, target_event, key)

    async def on_member(self, room: str, user: str, membership: Membership, sender: str) -> None:
        await self.desk.membership_changed(room, user, membership)

    async def on_media(self, room: str, event: str, sender: str, mxcs: tuple[str, ...]) -> None:
        await self.desk.files_sent(room, sender, mxcs)

    async def on_call(self, room: str, sender: str, at: datetime) -> None:
        await self.desk.call_heard(room, sender, at)

    async def on_undecryptable(self, room: str, event: str, sender: str) -> None:
        await self.desk.not_decrypted(room, event, sender)
