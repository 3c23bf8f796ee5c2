"""An e-mail to the requester beside the notice, when something must be decided and nobody may be looking at the chat (PRODUCT §5)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.effects import Effect, WriteToRequester
from teleconnect_bot.domain.session import Session, State

from .outbox import Handler
from .ports import Email, Mailer, QueuedEffect, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions


class RequesterLetters:
    """To the address that the requester gave by `settings email=`: a homeserver tells nobody but the account itself which one it knows."""

    def __init__(self, sessions: Sessions, mailer: Mailer, texts: StaffTexts, settings: RequesterSettings, sender_name: str) -> None:
        self.sessions, self.mailer, self.texts, self.settings, self.sender_name = sessions, mailer, texts, settings, sender_name

    def handlers(self) -> dict[type[Effect], Handler]:
        return {WriteToRequester: self.write}

    async def write(self, queued: QueuedEffect) -> None:
        """Nothing is sent once the requester has decided, or somebody accepted after all."""
        session = await self.sessions.load(queued.session)
        if session is None or not _undecided(session):
            return
        reader = await self.settings.of(session.requester)
        if reader.email is None:
            return
        subject, markdown = self.texts.letter(session, cast(WriteToRequester, queued.effect).notice, reader)
        await self.mailer.send(
            Email(
                message_id=f"{session.id}.letter.{queued.number}",
                to=reader.email.value,
                subject=subject,
                markdown=markdown,
                language=reader.language,
                sender_name=self.sender_name,
            )
        )


def _undecided(session: Session) -> bool:
    over = session.state in (State.CLOSED, State.CANCELLED, State.TEARING_DOWN, State.GONE)
    return bool(session.requester) and not over and not session.interpreter_ready and not any(offer.open for offer in session.offers)
