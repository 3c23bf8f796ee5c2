"""The exact text that people receive, for the summary before it is sent and for the card (PRODUCT §3). Nothing is stored or sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import cast

from teleconnect_bot.domain import sms_segments
from teleconnect_bot.domain.channels import BY_TELEPHONE
from teleconnect_bot.domain.guest_link import Link
from teleconnect_bot.domain.session import Channel, MessageKind, OutgoingMessage, Session, State
from teleconnect_bot.domain.telling import latest_of_the_time, messages_to

from .messages import Messages, without
from .ports import Preview, SessionKeys
from .sessions import Invitation, Sessions

HIDDEN_TOKEN = "A" * 22
"""As long as a token, so that the segments are counted right; opens nothing, and is shown as dots."""
AWAITED = frozenset({State.HELD, State.UNAVAILABLE, State.INVITED})
"""In these states the card shows the texts; afterwards the person has come with it, and the card is about them."""


class TokensToShow:
    """Stands for the session keys where a message is composed to be looked at alone: every token is `HIDDEN_TOKEN`."""

    def derive(self, key_id: str, purpose: str) -> bytes:
        return bytes(32)


class Previews:
    def __init__(self, sessions: Sessions, messages: Messages) -> None:
        self.sessions, self.messages = sessions, copy(messages)
        self.messages.keys, self.messages.attachments = cast(SessionKeys, TokensToShow()), without

    def of(self, draft: Session, invitation: Invitation) -> Sequence[Preview]:
        """Before it is sent: one for each person who receives a message, in the order of the invitation."""
        session = self.sessions.filled(draft, invitation)
        kind = MessageKind.INVITATION
        return self._previews(session, (message for link in session.links for message in messages_to(session, link, kind)))

    def sent(self, session: Session) -> Sequence[Preview]:
        """What each person has received, or receives once an interpreter is found; none when somebody has come already."""
        if session.state not in AWAITED:
            return ()
        latest = (message for link in session.links for message in _latest(session, link))
        return self._previews(session, (replace(message, fallbacks=()) for message in latest))

    def _previews(self, session: Session, messages: Iterator[OutgoingMessage]) -> Sequence[Preview]:
        found = (self._preview(session, message) for message in messages)
        return [preview for preview in found if preview is not None]

    def _preview(self, session: Session, message: OutgoingMessage) -> Preview | None:
        if message.channel in BY_TELEPHONE:
            sms = self.messages.compose_for_phone(session, message)
            if sms is None:
                return None
            segments = sms_segments.segments(sms.text).count if message.channel is Channel.SMS else None
            return self._shown(message, sms.language, "", sms.text, segments)
        email = self.messages.compose(session, message)
        return self._shown(message, email.language, email.subject, email.markdown) if email else None

    def _shown(self, message: OutgoingMessage, language: str, subject: str, text: str, segments: int | None = None) -> Preview:
        reviewed = self.messages.texts.reviewed(language)
        return Preview(message.channel, language, subject, text.replace(HIDDEN_TOKEN, "\u2026"), segments, reviewed, message.fallbacks)


def _latest(session: Session, link: Link) -> Iterator[OutgoingMessage]:
    """What told each recipient of the link last when to come, else the invitation that is to be sent."""
    for invitation in messages_to(session, link, MessageKind.INVITATION):
        yield latest_of_the_time(session, link.id, invitation.recipient) or invitation
