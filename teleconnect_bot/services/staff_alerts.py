"""Somebody waits, and nobody looks at their chats: staff are written to where else they can be reached (PRODUCT §3, the ladder)."""

from __future__ import annotations

from typing import cast

import structlog

from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.effects import AlertStaff, Effect, RemoveRecord
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.retention import Trace, TraceKind
from teleconnect_bot.domain.session import Session, State

from .outbox import Handler
from .phone_messages import PhoneMessages
from .ports import Clock, Email, Mailer, PhoneMessage, QueuedEffect, RefusedByService, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions

log = structlog.get_logger("teleconnect_bot.staff_alerts")

TEMPLATE = "alert"


class StaffAlerts:
    """By e-mail to whoever has told an address, else by SMS to their number. `phone` is None where there is no SMS."""

    def __init__(
        self,
        sessions: Sessions,
        mailer: Mailer,
        texts: StaffTexts,
        settings: RequesterSettings,
        sender_name: str,
        clock: Clock,
        phone: PhoneMessages | None = None,
    ) -> None:
        self.sessions, self.mailer, self.texts, self.settings = sessions, mailer, texts, settings
        self.sender_name, self.clock, self.phone = sender_name, clock, phone
        if phone is not None:
            phone.compose_alert = self.sms_of

    def handlers(self) -> dict[type[Effect], Handler]:
        return {AlertStaff: self.alert}

    async def alert(self, queued: QueuedEffect) -> None:
        """Nothing is sent any more once somebody came, the person went, or somebody said that they have seen them."""
        session = await self.sessions.load(queued.session)
        if session is None or session.state is not State.WAITING or session.seen_at is not None:
            return
        user = cast(AlertStaff, queued.effect).to
        reader = await self.settings.of(user)
        key = f"{session.id}.alert.{queued.number}"
        if not await self._by_email(session, reader, key):
            await self._by_sms(session, user, reader, key)

    async def _by_email(self, session: Session, reader: Settings, key: str) -> bool:
        """Whether the mail server has taken it. Raises `ServiceUnavailable`."""
        if reader.email is None:
            return False
        subject, markdown = self.texts.alert(session, self.clock.now(), reader)
        email = Email(
            message_id=key,
            to=reader.email.value,
            subject=subject,
            markdown=markdown,
            language=reader.language,
            sender_name=self.sender_name,
        )
        try:
            await self.mailer.send(email)
        except RefusedByService:
            if reader.phone is None:
                raise
            return False
        return True

    async def _by_sms(self, session: Session, user: str, reader: Settings, key: str) -> None:
        """Raises `ServiceUnavailable`. The provider is to forget it soon after."""
        record = Trace(session=session.id, kind=TraceKind.PROVIDER_RECORD, key=key, container=user)
        message = self._sms(session, reader, key)
        if message is None or self.phone is None or Channel.SMS not in session.policy.channels.usable:
            return
        try:
            await self.phone.hand_over(session, message, user, record)
        except RefusedByService:
            log.warning("alert_refused", session=session.id)
            return
        await self.sessions.queue(session.id, RemoveRecord(key), self.clock.now() + session.policy.undelivered_after)

    async def sms_of(self, session: Session, record: Trace) -> PhoneMessage | None:
        """What was sent under this record, to look for it at the provider."""
        return self._sms(session, await self.settings.of(record.container), record.key) if record.container else None

    def _sms(self, session: Session, reader: Settings, key: str) -> PhoneMessage | None:
        if reader.phone is None:
            return None
        text = self.texts.alert_in_short(session, reader)
        return PhoneMessage(key, Channel.SMS, reader.phone.value, TEMPLATE, reader.language, text, {})
