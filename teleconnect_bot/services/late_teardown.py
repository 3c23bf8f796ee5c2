"""A deletion that does not succeed is told to the administrators, where they read it: in their own chats with the bot (PRODUCT §9).

A message a day for each session, by a transaction id that is the same after a restart. It names nobody, only the code of a session of
which nothing personal is left in our database; so it stays in the chat, as the word that a session is deleted does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from hashlib import sha256

import structlog

from teleconnect_bot.domain.retention import REMOVALS, TraceState
from teleconnect_bot.domain.session import Session, State

from .ledger import Ledger
from .ports import Clock, RefusedByService, ServiceUnavailable, StaffChat, StaffTexts, UnitOfWork
from .requester_settings import RequesterSettings

log = structlog.get_logger("teleconnect_bot.late_teardown")

LATE_AFTER = timedelta(hours=2)
"""How long a teardown may fail before somebody must know."""
AGAIN_AFTER = timedelta(days=1)


def is_late(session: Session, now_since: timedelta) -> bool:
    """`now_since`: how long the session has been torn down. The time that clients get to notice is no failure."""
    return session.state is State.TEARING_DOWN and now_since > session.policy.sync_grace + LATE_AFTER


class LateTeardowns:
    """`admins` names them by Matrix id now; whoever has no chat with the bot is passed over."""

    def __init__(
        self,
        units: UnitOfWork,
        ledger: Ledger,
        chat: StaffChat,
        clock: Clock,
        texts: StaffTexts,
        settings: RequesterSettings,
        admins: Callable[[], Collection[str]],
    ) -> None:
        self.units, self.ledger, self.chat, self.clock = units, ledger, chat, clock
        self.texts, self.settings = texts, settings
        self.admins = admins
        self._told: set[str] = set()

    async def tell(self) -> int:
        """How many sessions are late. A chat or homeserver that is away now is written to the next time."""
        now = self.clock.now()
        async with self.units.begin() as unit:
            going = await unit.sessions_in(frozenset({State.TEARING_DOWN}))
        late = [session for session in going if is_late(session, now - session.state_since)]
        for session in late:
            day = (now - session.state_since - LATE_AFTER) // AGAIN_AFTER
            for admin in sorted(self.admins()):
                try:
                    await self._tell(session, admin, day)
                except (ServiceUnavailable, RefusedByService) as error:
                    log.warning("late_teardown_not_told", session=session.id, error=type(error).__name__)
        return len(late)

    async def _tell(self, session: Session, admin: str, day: int) -> None:
        transaction = f"late.{session.id}.{day}.{sha256(admin.encode()).hexdigest()[:16]}"
        if transaction in self._told:
            return
        room = await self.chat.room_of(admin)
        if room is None:
            return
        traces = await self.ledger.of(session.id)
        owners = sorted({REMOVALS[trace.kind].owner.value for trace in traces if trace.state is not TraceState.VERIFIED})
        words = self.texts.late_teardown(session, owners, await self.settings.of(admin))
        await self.chat.post(room, words, transaction, mention=admin)
        self._told.add(transaction)
        log.error("teardown_is_late", session=session.id)
