"""A mail server that stops in the middle of taking a message, or refuses an address for good."""

from __future__ import annotations

import asyncio
from typing import Any

from teleconnect_bot.demo.catcher import MailCatcher
from teleconnect_bot.demo.stack import Stack
from tests.acceptance.nurse import SLOW

_POLL_SECONDS = 0.05


class SlowMail(MailCatcher):
    """`hold_sender`: MAIL is not answered, nothing of the message is here yet. `hold_data`: the message is here, DATA is not answered."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.hold_sender = self.hold_data = False
        self.held = 0
        self.unknown: set[str] = set()
        """Addresses without a mailbox: 550."""

    @classmethod
    def of(cls, stack: Stack) -> SlowMail:
        """Takes the place of the catcher of a stack that is not started yet."""
        slow = cls(stack.mails.port)
        assert slow.port == stack.mails.port
        stack.mails = slow
        return slow

    async def wait_until_held(self) -> None:
        await self._until(lambda: self.held > 0, SLOW, "A message to hold")

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await self._hold("hold_sender")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await self._hold("hold_data")
        return answer

    async def _hold(self, what: str) -> None:
        if getattr(self, what):
            self.held += 1
        while getattr(self, what):  # set from another thread
            await asyncio.sleep(_POLL_SECONDS)
