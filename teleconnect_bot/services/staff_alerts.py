"""Somebody waits, and nobody looks at their chats: staff are written to where else they can be reached (PRODUCT §3, the ladder)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from teleconnect_bot.domain.effects import AlertStaff, Effect
from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.session import Session, State

from .outbox import Handler
from .ports import Clock, Email, Mailer, QueuedEffect
from .sessions import Sessions

AddressOf = Callable[[str], Awaitable[Contact | None]]
"""Where a member of staff wants to be written to outside Matrix; None when it is not known."""


class StaffAlerts:
    def __init__(self, sessions: Sessions, mailer: Mailer, address_of: AddressOf, sender_name: str, clock: Clock) -> None:
        self.sessions, self.mailer, self.address_of, self.sender_name, self.clock = sessions, mailer, address_of, sender_name, clock

    def handlers(self) -> dict[type[Effect], Handler]:
        return {AlertStaff: self.alert}

    async def alert(self, queued: QueuedEffect) -> None:
        """Nothing is sent any more once somebody came, the person went, or somebody said that they have seen them."""
        session = await self.sessions.load(queued.session)
        if session is None or session.state is not State.WAITING or session.seen_at is not None:
            return
        address = await self.address_of(cast(AlertStaff, queued.effect).to)
        if address is None or address.kind is not ContactKind.EMAIL:
            return
        await self.mailer.send(self._email(session, address, f"{session.id}.alert.{queued.number}"))

    def _email(self, session: Session, address: Contact, message_id: str) -> Email:
        """The code alone: whoever reads this mail on the way learns nothing about anybody."""
        minutes = int((self.clock.now() - (session.arrived_at or self.clock.now())).total_seconds() // 60)
        return Email(
            message_id=message_id,
            to=address.value,
            subject=f"Session {session.code}: somebody is waiting",
            markdown=f"Somebody has been waiting in session **{session.code}** for {minutes} minutes, and nobody has come yet.\n\n"
            f"Please open your chat with me in Element. `start {session.code}` takes the session, `seen {session.code}` tells the person "
            "that you know they are there.",
            language="en",
            sender_name=self.sender_name,
        )
