"""A requester as the acceptance tests see her: what she writes to the bot and what she is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.staff import Seen, Staff

_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4})\b")
SLOW = 60.0
"""Seconds that the machine may take for something when it is busy."""


@dataclass
class Nurse:
    """`chat` is the encrypted direct chat with the bot."""

    stack: Stack
    staff: Staff
    chat: str

    @classmethod
    async def meet_the_bot(cls, stack: Stack, localpart: str = "nurse") -> Nurse:
        """A new account and device; the bot has said welcome when this returns."""
        staff = await stack.open_staff(localpart)
        nurse = cls(stack, staff, await staff.start_chat(stack.config.bot))
        await nurse.reads("help")
        return nurse

    @property
    def bot(self) -> str:
        return self.stack.config.bot

    async def orders(self, words: str) -> str:
        """Write to the bot; the event id."""
        return await self.staff.say(self.chat, words)

    async def reads(self, words: str, *, room: str | None = None, sender: str | None = None, timeout: float = SLOW) -> Seen:
        """The first message that holds these words: the bot's in the direct chat, or anybody's in `room`."""
        return await self.staff.wait_for_text(room or self.chat, words, sender=sender or (None if room else self.bot), timeout=timeout)

    async def asks(self, words: str, expected: str) -> Seen:
        """Write to the bot and read an answer that came after it."""
        before = len(self.staff.seen)
        await self.orders(words)
        return await self.staff.wait_for(
            lambda: next(
                (
                    seen
                    for seen in self.staff.seen[before:]
                    if seen.room == self.chat and seen.sender == self.bot and seen.type == "m.room.message" and expected in seen.text
                ),
                None,
            ),
            SLOW,
        )

    async def invite(self, contact: str, *, more: str = "lang=en") -> str:
        """Invite somebody by e-mail; the link in the mail. The session's card is there too, so that `code()` is its."""
        count, cards = len(self.stack.mails.to(contact)) + 1, len(self.cards())
        await self.orders(f"invite {contact} {more}")
        mail = await self.stack.mails.wait_for(contact, count, SLOW)
        await self.staff.wait_for(lambda: len(self.cards()) > cards, SLOW)
        return mail.link

    async def take(self) -> str:
        """Accept the invitation into a session's room, which starts the session; the room."""
        room = await self.staff.wait_for_invitation(sender=self.bot, timeout=SLOW)
        await self.staff.accept(room)
        return room

    async def says(self, room: str, words: str) -> str:
        return await self.staff.say(room, words)

    def cards(self) -> dict[str, str]:
        """Each status card as it reads now, by the session's code."""
        found = {}
        for seen in self.staff.messages(self.chat):
            code = _CODE.match(seen.text)
            if code and seen.sender == self.bot and seen.replaces is None and " – " in seen.text.splitlines()[0]:
                latest = self.staff.latest(self.chat, seen.event)
                found[code[1]] = latest.text if latest else ""
        return found

    async def code(self) -> str:
        """The code of the newest session."""
        return await self.staff.wait_for(lambda: next(reversed(self.cards()), None), SLOW)

    async def sees_on_card(self, code: str, words: str) -> None:
        await self.staff.wait_for(lambda: words in self.cards().get(code, ""), SLOW)
