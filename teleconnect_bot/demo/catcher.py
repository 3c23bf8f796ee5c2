"""An SMTP server on the loopback interface that keeps every message it is given, and sends none on.

It runs in a thread of its own, so that it answers whatever the caller's event loop is doing, and outlives one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from .addresses import LOOPBACK, free_port

DEFAULT_TIMEOUT_SECONDS = 60.0
_START_TIMEOUT_SECONDS = 60.0
_POLL_SECONDS = 0.05
_LINK = re.compile(r"https?://[^\s<>\"')\]]+/j#[A-Za-z0-9._~-]+")


class NoMailCame(Exception):
    """What was waited for did not arrive in time."""


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One message as the server got it. `number` counts from 1."""

    number: int
    at: datetime
    recipients: tuple[str, ...]
    message: EmailMessage = field(repr=False)

    @property
    def subject(self) -> str:
        return str(self.message["subject"] or "")

    @property
    def message_id(self) -> str:
        return str(self.message["message-id"] or "")

    @property
    def plain(self) -> str:
        return _content(self.message, "plain")

    @property
    def html(self) -> str:
        return _content(self.message, "html")

    @property
    def link(self) -> str:
        """The first link of an invitation, from the plain text. Raises `LookupError` when there is none."""
        found = _LINK.search(self.plain)
        if found is None:
            raise LookupError(f"mail {self.number} holds no link")
        return found[0]


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""


class MailCatcher:
    """`refusing`: while true every message is refused for the moment (451), as by an overloaded server."""

    def __init__(self, port: int = 0) -> None:
        """`port` is the wished-for one; `self.port` is the real one."""
        self.port = free_port(port)
        self.refusing = False
        self.refused = 0
        self._caught: list[CaughtMail] = []
        self._server: Any = None

    def start(self) -> None:
        if self._server is None:
            self._server = Controller(
                self,
                hostname=LOOPBACK,
                port=self.port,
                ready_timeout=_START_TIMEOUT_SECONDS,
                data_size_limit=0,
                enable_SMTPUTF8=True,
            )
            self._server.start()

    def stop(self) -> None:
        """Nobody is answered any more; the caught messages stay."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    @property
    def mails(self) -> tuple[CaughtMail, ...]:
        return tuple(self._caught)

    def forget(self) -> None:
        """Throw away what was caught so far."""
        self._caught.clear()

    def to(self, recipient: str) -> list[CaughtMail]:
        return [mail for mail in self.mails if recipient in mail.recipients]

    async def wait_for(self, recipient: str, count: int = 1, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> CaughtMail:
        """The `count`-th message to this address. Raises `NoMailCame`."""
        await self._until(lambda: len(self.to(recipient)) >= count, timeout, f"Mail {count} to {recipient}")
        return self.to(recipient)[count - 1]

    async def wait_until_refused(self, count: int = 1, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """At least `count` messages have been refused. Raises `NoMailCame`."""
        await self._until(lambda: self.refused >= count, timeout, "A message to refuse")

    async def _until(self, what: Callable[[], bool], timeout: float, words: str) -> None:
        try:
            async with asyncio.timeout(timeout):
                while not what():
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise NoMailCame(f"{words} did not come within {timeout:.0f} s; caught: {len(self._caught)}") from None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        if self.refusing:
            self.refused += 1
            return "451 4.3.2 Please try again later"
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self._caught.append(CaughtMail(len(self._caught) + 1, datetime.now(UTC), tuple(envelope.rcpt_tos), message))
        return "250 OK"
