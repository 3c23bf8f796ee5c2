"""The exact text of an invitation before it is sent, for the summary (PRODUCT §3). Nothing is stored and nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import cast

from teleconnect_bot.domain import sms_segments
from teleconnect_bot.domain.channels import BY_TELEPHONE
from teleconnect_bot.domain.session import Channel, MessageKind, OutgoingMessage, Session
from teleconnect_bot.domain.telling import messages_to

from .messages import Messages
from .ports import SessionKeys
from .sessions import Invitation, Sessions

SHOWN_TOKEN = "A" * 22
"""The token is made when the invitation is sent; this one is as long, opens nothing, and is shown as dots."""


class TokensToShow:
    """Stands for the session keys where a message is composed to be looked at alone: every token is `SHOWN_TOKEN`."""

    def derive(self, key_id: str, purpose: str) -> bytes:
        return bytes(32)


@dataclass(frozen=True, slots=True)
class Preview:
    """What one person receives. `segments` is the number of SMS that it takes, None for another channel."""

    channel: Channel
    language: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    segments: int | None = None


class Previews:
    def __init__(self, sessions: Sessions, messages: Messages) -> None:
        self.sessions, self.messages = sessions, copy(messages)
        self.messages.keys = cast(SessionKeys, TokensToShow())

    def of(self, draft: Session, invitation: Invitation) -> Sequence[Preview]:
        """One for each person who receives a message, in the order of the invitation."""
        session = self.sessions.filled(draft, invitation)
        found = [
            self._preview(session, message) for link in session.links for message in messages_to(session, link, MessageKind.INVITATION)
        ]
        return [preview for preview in found if preview is not None]

    def _preview(self, session: Session, message: OutgoingMessage) -> Preview | None:
        if message.channel in BY_TELEPHONE:
            sms = self.messages.compose_for_phone(session, message)
            if sms is None:
                return None
            segments = sms_segments.segments(sms.text).count if message.channel is Channel.SMS else None
            return Preview(message.channel, sms.language, "", sms.text.replace(SHOWN_TOKEN, "\u2026"), segments)
        email = self.messages.compose(session, message)
        if email is None:
            return None
        return Preview(Channel.EMAIL, email.language, email.subject, email.markdown.replace(SHOWN_TOKEN, "\u2026"))
