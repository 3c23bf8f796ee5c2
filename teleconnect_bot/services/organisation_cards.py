"""An organisation is asked by a card in its own Matrix room, which says what became of it (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.requester import STAFF_LANGUAGES, Settings
from teleconnect_bot.domain.retention import Trace, TraceKind, TraceState
from teleconnect_bot.domain.session import Session

from .ledger import Ledger, transaction_of
from .organisation_rooms import OrganisationRooms, RoomTrouble
from .ports import RefusedByService, StaffChat, StaffTexts
from .requester_settings import RequesterSettings

OFFER, OFFER_CHOICE = "offer", "offer-choice"
"""How the ledger keys begin: `offer.<offer>.<round>` of a card, `offer-choice.<command>.<offer>.<round>` of what can be pressed on it."""
ANSWERS: Mapping[str, str] = {"accept": "✅", "decline": "❌"}
UNUSABLE = "its room cannot be used: I must be in it, and it must be encrypted"


class RoomCards:
    """Implements `OrganisationCards`. A new time is a new card, so that nobody answers what was changed under their finger."""

    def __init__(self, ledger: Ledger, chat: StaffChat, texts: StaffTexts, settings: RequesterSettings, rooms: OrganisationRooms) -> None:
        self.ledger, self.chat, self.texts, self.settings, self.rooms = ledger, chat, texts, settings, rooms

    async def ask(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        if organisation.room is None or offer.state is not OfferState.ASKED:
            return
        room = await self.rooms.usable(organisation.room)
        if isinstance(room, RoomTrouble):
            raise RefusedByService("the organisation's room", UNUSABLE)
        for number in range(1, offer.round):
            earlier = await self._card(session, offer.id, number)
            if earlier is not None:
                await self._show(session, earlier, replace(offer, round=number, state=OfferState.QUEUED), organisation)
        card = await self.ledger.plan(session.id, TraceKind.CHAT_EVENT, f"{OFFER}.{offer.id}.{offer.round}", room)
        if card.state is TraceState.PLANNED:
            text = self.texts.offer_card(session, offer, await self._staff_language(session), self._reader(organisation))
            card = await self.ledger.made(card, await self.chat.post(room, text, transaction_of(card)))
        for name, key in ANSWERS.items():
            if name == "decline" and not (organisation.may_decline or offer.named):
                continue
            choice = await self.ledger.plan(
                session.id, TraceKind.CHAT_EVENT, f"{OFFER_CHOICE}.{name}.{offer.id}.{offer.round}", card.container
            )
            if choice.state is TraceState.PLANNED:
                await self.ledger.made(choice, await self.chat.react(card.container, card.place, key, transaction_of(choice)))

    async def tell(self, session: Session, offer: Offer, organisation: Organisation) -> None:
        """Also where the organisation, or its room, is not known any more: the card is where it was."""
        card = await self._card(session, offer.id, offer.round)
        if card is not None and not offer.open:
            await self._show(session, card, offer, organisation)

    async def _show(self, session: Session, card: Trace, offer: Offer, organisation: Organisation) -> None:
        """An edit is an event of its own with the same content, so it is a trace of its own; then nothing can be pressed any more."""
        edit = await self.ledger.plan(
            session.id, TraceKind.CHAT_EVENT, f"offer-edit.{offer.id}.{offer.round}.{offer.state.value}", card.container
        )
        if edit.state is TraceState.PLANNED:
            text = self.texts.offer_card(session, offer, await self._staff_language(session), self._reader(organisation))
            await self.ledger.made(edit, await self.chat.edit(card.container, card.place, text, transaction_of(edit)))
        for trace in await self.ledger.of(session.id, TraceKind.CHAT_EVENT):
            ours = trace.key.startswith(f"{OFFER_CHOICE}.") and trace.key.endswith(f".{offer.id}.{offer.round}")
            if ours and trace.state is TraceState.MADE:
                await self.chat.redact(trace.container, trace.place, f"redact.{transaction_of(trace)}")
                await self.ledger.put(trace, state=TraceState.REMOVED)

    async def _card(self, session: Session, offer_id: str, number: int) -> Trace | None:
        traces = await self.ledger.of(session.id, TraceKind.CHAT_EVENT)
        return next((trace for trace in traces if trace.key == f"{OFFER}.{offer_id}.{number}" and trace.state is TraceState.MADE), None)

    async def _staff_language(self, session: Session) -> str:
        """What the interpreter translates from and to, besides the language that is wanted."""
        return (await self.settings.of(session.requester)).language

    def _reader(self, organisation: Organisation) -> Settings:
        return reader_in(organisation, self.settings.default)


def reader_in(organisation: Organisation, default: Settings) -> Settings:
    """In the organisation's own language, if the bot speaks it with staff."""
    return replace(default, language=organisation.language if organisation.language in STAFF_LANGUAGES else default.language)


async def asked_in(ledger: Ledger, session: Session, user: str) -> str | None:
    """The room in which this interpreter accepted, or at least their organisation was asked."""
    offer = next((offer for offer in session.offers if offer.user == user), None)
    if offer is None:
        return None
    traces = await ledger.of(session.id, TraceKind.CHAT_EVENT)
    return next((trace.container for trace in traces if trace.key.startswith(f"{OFFER}.{offer.id}.")), None)
