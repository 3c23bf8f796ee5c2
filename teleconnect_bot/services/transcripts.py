"""The transcript: what was written in the room, as PDF, in the requester's encrypted direct chat (PRODUCT §8)."""

from __future__ import annotations

from typing import cast

from teleconnect_bot.domain.effects import Effect, RenderTranscript
from teleconnect_bot.domain.guest_link import Seat
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.schedule import delete_at
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.domain.transcript import Transcript, WrittenEvent, lines_of

from .ledger import Ledger, transaction_of
from .outbox import Handler
from .ports import PdfRenderer, QueuedEffect, Rooms, StaffChat, StaffTexts
from .requester_settings import RequesterSettings
from .sessions import Sessions


class Transcripts:
    def __init__(
        self,
        sessions: Sessions,
        ledger: Ledger,
        rooms: Rooms,
        chat: StaffChat,
        pdf: PdfRenderer,
        texts: StaffTexts,
        bot: str,
        settings: RequesterSettings,
    ) -> None:
        self.sessions, self.ledger, self.rooms, self.chat, self.pdf, self.texts = sessions, ledger, rooms, chat, pdf, texts
        self.bot, self.settings = bot, settings

    def handlers(self) -> dict[type[Effect], Handler]:
        return {RenderTranscript: self.render}

    async def render(self, queued: QueuedEffect) -> None:
        session = await self.sessions.load(queued.session)
        if session is None or session.state not in (State.CLOSED, State.CANCELLED):
            return
        user = cast(RenderTranscript, queued.effect).requested_by
        chat = session.chat if user == session.requester else await self.chat.room_of(user)
        if chat is None:
            return
        documents = await self.pdf.render(await self.transcript_of(session, await self.settings.of(user)))
        for part, document in enumerate(documents, 1):
            await self._deliver(session, chat, document, part, len(documents), f"{queued.number}.{part}")

    async def transcript_of(self, session: Session, reader: Settings) -> Transcript:
        events = [event async for event in self.rooms.history(session.room)] if session.room else []
        await self._note_media(session, events)
        events = [event for event in events if event.sender not in session.call_users]
        lines, undecipherable = lines_of(events, speakers(session), orders_of(session))
        return Transcript(session.code, session.starts, reader.zone, reader.language, lines, undecipherable, delete_at(session))

    async def _note_media(self, session: Session, events: list[WrittenEvent]) -> None:
        for event in events:
            for mxc in event.media:
                await self.ledger.found(session.id, TraceKind.ROOM_MEDIA, mxc, event.sender)

    async def _deliver(self, session: Session, chat: str, document: bytes, part: int, parts: int, key: str) -> None:
        """The file's address is reserved and entered before a byte of it is uploaded; each attempt has an address of its own."""
        event = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"transcript.{key}", chat)
        if event.state is not TraceState.PLANNED:
            return
        address = await self.chat.reserve_file()
        await self.ledger.found(session.id, TraceKind.CHAT_MEDIA, address, self.bot)
        name = self.texts.file_name(session, part, parts)
        sent = await self.chat.send_file(chat, address, document, name, "application/pdf", transaction_of(event))
        await self.ledger.made(event, sent)


def orders_of(session: Session) -> frozenset[str]:
    """Whose `!tc` lines are orders. Colleagues are not obeyed: what they write is a text like any other."""
    return (session.staff_inside | {session.requester}) - session.company


def speakers(session: Session) -> dict[str, str]:
    """Each visitor as the session showed them: the chosen name, else the role; both when several people were invited."""
    return {seat.user: _speaker(seat, session.several_people) for seat in session.seats if seat.user}


def _speaker(seat: Seat, several: bool) -> str:
    return f"{seat.name} ({seat.label})" if several and seat.name else seat.name or seat.label
