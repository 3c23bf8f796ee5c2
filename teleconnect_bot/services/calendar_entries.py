"""The time of a planned session as a calendar file: for staff in their chats, for invited people with their messages (PRODUCT §6)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain import calendar, interpreting
from teleconnect_bot.domain.effects import Effect, SendCalendar
from teleconnect_bot.domain.people import ContactKind, Role
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import MessageKind, OutgoingMessage, Session, State

from .ledger import Ledger, transaction_of
from .organisation_cards import asked_in
from .outbox import Handler
from .ports import Attachment, CalendarEntry, CalendarFiles, Clock, QueuedEffect, StaffChat, Texts
from .sessions import Sessions

WITH_THE_TIME = frozenset({MessageKind.INVITATION, MessageKind.RESCHEDULED, MessageKind.CANCELLED, MessageKind.RELEASED})


class CalendarEntries:
    """`domain` ends the ids of entries, which are unique in the world. Service users get files only with `for_everybody`.

    An interpreter who has not confirmed a new time yet gets none for it.
    """

    def __init__(
        self,
        sessions: Sessions,
        ledger: Ledger,
        chat: StaffChat,
        files: CalendarFiles,
        texts: Texts,
        clock: Clock,
        bot: str,
        domain: str,
        *,
        for_everybody: bool = False,
    ) -> None:
        self.sessions, self.ledger, self.chat, self.files, self.texts, self.clock = sessions, ledger, chat, files, texts, clock
        self.bot, self.domain, self.for_everybody = bot, domain, for_everybody

    def handlers(self) -> dict[type[Effect], Handler]:
        return {SendCalendar: self.send}

    async def send(self, queued: QueuedEffect) -> None:
        """The time as it is now; nobody is sent the same one twice."""
        user = cast(SendCalendar, queued.effect).to
        session = await self.sessions.load(queued.session)
        if session is None or session.state in (State.TEARING_DOWN, State.GONE):
            return
        room = session.chat if user == session.requester else await self.chat.room_of(user) or await asked_in(self.ledger, session, user)
        if room is None:
            return
        released = user not in session.company | {session.requester, session.backup}
        number = f"{session.calendar_sequence}{'-' if released else ''}"
        event = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"calendar.{number}.{user}", room)
        if event.state is not TraceState.PLANNED:
            return
        file = self.files.write(self._entry(session, f"Session {session.code}", released=released), self.clock.now())
        address = await self.chat.reserve_file()
        await self.ledger.found(session.id, TraceKind.CHAT_MEDIA, address, self.bot)
        name = f"session-{session.code}.ics"
        sent = await self.chat.send_file(room, address, file.data, name, "text/calendar", transaction_of(event))
        await self.ledger.made(event, sent)

    def attachments(self, session: Session, message: OutgoingMessage) -> tuple[Attachment, ...]:
        """What goes with this message to its recipient."""
        link = session.link(message.link)
        if link is None or message.kind not in WITH_THE_TIME or not calendar.in_calendars(session):
            return ()
        works_here = link.role in (Role.COLLEAGUE, Role.INTERPRETER)
        if (not works_here and not self.for_everybody) or interpreting.asked_to_confirm(session, link):
            return ()
        recipient = link.recipients[message.recipient]
        address = next((contact.value for contact in recipient.contacts if contact.kind is ContactKind.EMAIL), None)
        if address is None:
            return ()
        title = f"Session {session.code}" if works_here else self.texts.get("invitation.discreet.subject", recipient.language)
        entry = self._entry(session, title, address, released=message.kind is MessageKind.RELEASED)
        return (self.files.write(entry, self.clock.now()),)

    def _entry(self, session: Session, title: str, attendee: str | None = None, *, released: bool = False) -> CalendarEntry:
        """Taken back from somebody who is `released`: the session goes on without them."""
        return CalendarEntry(
            uid=f"{session.id}@{self.domain}",
            sequence=session.calendar_sequence,
            start=calendar.begins_at(session),
            length=session.policy.length,
            title=title,
            cancelled=released or calendar.taken_back(session),
            attendee=attendee,
        )
