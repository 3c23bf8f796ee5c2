"""Somebody waits, and nobody looks at their chats: staff are written to where else they can be reached (PRODUCT §3, the ladder)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.effects import AlertStaff, Effect
from teleconnect_bot.domain.session import State

from .outbox import Handler
from .ports import Clock, Email, Mailer, QueuedEffect, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions


class StaffAlerts:
    def __init__(
        self, sessions: Sessions, mailer: Mailer, texts: StaffTexts, settings: RequesterSettings, sender_name: str, clock: Clock
    ) -> None:
        self.sessions, self.mailer, self.texts, self.settings = sessions, mailer, texts, settings
        self.sender_name, self.clock = sender_name, clock

    def handlers(self) -> dict[type[Effect], Handler]:
        return {AlertStaff: self.alert}

    async def alert(self, queued: QueuedEffect) -> None:
        """Nothing is sent any more once somebody came, the person went, or somebody said that they have seen them."""
        session = await self.sessions.load(queued.session)
        if session is None or session.state is not State.WAITING or session.seen_at is not None:
            return
        reader = await self.settings.of(cast(AlertStaff, queued.effect).to)
        if reader.email is None:
            return
        subject, markdown = self.texts.alert(session, self.clock.now(), reader)
        await self.mailer.send(
            Email(
                message_id=f"{session.id}.alert.{queued.number}",
                to=reader.email.value,
                subject=subject,
                markdown=markdown,
                language=reader.language,
                sender_name=self.sender_name,
            )
        )
