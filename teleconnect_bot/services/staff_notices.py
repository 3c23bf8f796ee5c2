"""The notices: new messages in direct chats about what happened (PRODUCT §3). The card stands in `status_card.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from teleconnect_bot.domain.calls import still_to_tell
from teleconnect_bot.domain.effects import MENTIONING, QUESTIONS, Effect, Notice, RemindStaff, Tell
from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger, transaction_of
from .organisation_cards import asked_in
from .outbox import Handler
from .ports import Clock, QueuedEffect, StaffChat, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions

ABOUT_A_PLACE: Mapping[str, str] = {"admit": "✅", "refuse": "❌"}
"""What answers a question about a seat, as a command and as a reaction."""
QUESTION, CHOICE = "question.place", "choice"
"""How the ledger keys of such a question begin, with the seat's id behind it, and of the reactions that the bot offers."""

FOR_ONE_ALONE = frozenset({Notice.CALL_OFFERED})
"""Nothing to read for others in the room of an organisation."""


class StaffNotices:
    def __init__(
        self, sessions: Sessions, ledger: Ledger, chat: StaffChat, texts: StaffTexts, clock: Clock, settings: RequesterSettings
    ) -> None:
        self.sessions, self.ledger, self.chat, self.texts, self.clock = sessions, ledger, chat, texts, clock
        self.settings = settings

    def handlers(self) -> dict[type[Effect], Handler]:
        return {Tell: self.tell, RemindStaff: self.remind}

    async def tell(self, queued: QueuedEffect) -> None:
        effect = cast(Tell, queued.effect)
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            return
        if not still_to_tell(session, effect.notice, effect.to or session.requester):
            return
        asks = effect.notice in QUESTIONS
        if asks and (session.asking is None or session.asking.id != effect.about):
            return
        key = f"{QUESTION}.{effect.about}.{queued.number}" if asks else f"notice.{queued.number}"
        about = session.seat(effect.about) if effect.about else None
        told = await self._tell(session, effect.to or session.requester, effect.notice, key, about)
        if asks and told:
            await self._offer_answers(session, told, queued.number)

    async def _offer_answers(self, session: Session, question: Trace, number: int) -> None:
        for name, key in ABOUT_A_PLACE.items():
            choice = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"{CHOICE}.{name}.{number}", question.container)
            if choice.state is TraceState.PLANNED:
                await self.ledger.made(choice, await self.chat.react(question.container, question.place, key, transaction_of(choice)))

    async def remind(self, queued: QueuedEffect) -> None:
        """In the quiet hours of this person's own zone it waits for their end, and is dropped if the session's time is then over."""
        effect, now = cast(RemindStaff, queued.effect), self.clock.now()
        session = await self.sessions.load(queued.session)
        if session is None or session.state not in (State.INVITED, State.WAITING) or session.planned_at != effect.planned_at:
            return
        quiet = session.policy.quiet_hours.end_after(now, (await self.settings.of(effect.to)).zone)
        if (quiet or now) >= effect.planned_at:
            return
        if quiet:
            # Queued anew, so that a colleague whose day it is does not wait for somebody's night.
            await self.sessions.queue(session.id, effect, quiet)
            return
        await self._tell(session, effect.to, Notice.REMINDED, f"reminder.{effect.key}")

    async def _tell(self, session: Session, user: str, notice: Notice, key: str, about: Seat | None = None) -> Trace | None:
        """The notice as it was sent, now or before; None for somebody who cannot be reached."""
        own = session.chat if user == session.requester else await self.chat.room_of(user)
        room = own or (None if notice in FOR_ONE_ALONE else await asked_in(self.ledger, session, user))
        if not room:
            return None
        trace = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, key, room)
        if trace.state is TraceState.PLANNED:
            if not user:
                return await self._tell_team(session, notice, trace, about)
            text = self.texts.notice(session, notice, self.clock.now(), await self.settings.of(user), user if own else None, about)
            mention = user if notice in MENTIONING else None
            return await self.ledger.made(trace, await self.chat.post(room, text, transaction_of(trace), mention=mention))
        return trace

    async def _tell_team(self, session: Session, notice: Notice, trace: Trace, about: Seat | None) -> Trace:
        """The session is the team's, whose room reads no name of an invited person."""
        text = self.texts.team_notice(session, notice, self.clock.now(), self.settings.default, about)
        mentions = sorted(session.team_members) if notice in MENTIONING else ()
        return await self.ledger.made(trace, await self.chat.post(trace.container, text, transaction_of(trace), mentions=mentions))
