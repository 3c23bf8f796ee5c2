"""The bot's ear in the rooms of interpreting organisations: whoever is in such a room may answer there (PRODUCT §5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.errors import Refused
from teleconnect_bot.domain.organisations import Offer, OfferState, Organisation
from teleconnect_bot.domain.retention import TraceKind
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.domain.transcript import COMMAND_PREFIX, is_command
from teleconnect_bot.services.ledger import Ledger
from teleconnect_bot.services.organisation_cards import ANSWERS, OFFER, reader_in
from teleconnect_bot.services.organisation_rooms import OrganisationRooms
from teleconnect_bot.services.ports import StaffChat
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.sessions import Sessions

from .cards import way_in
from .markup import escaped, text
from .offer_cards import OUTCOMES
from .voice import Sentence, in_words, say, speaking_to

_CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}")
LONGEST_REASON = 500
ORDERS = frozenset({"accept", "decline", "withdraw", "join"})
TAKEN: Sentence = "Session {code} is taken already, thank you."


@dataclass(frozen=True, slots=True)
class _Request:
    """What an organisation was asked. `number` is the round that is answered, None: as it is now."""

    session: Session
    offer: Offer
    organisation: Organisation
    number: int | None = None


class OrganisationDesk:
    """`domain` is the homeserver's: its rooms are not federated, so nobody from elsewhere can come into a session."""

    def __init__(
        self,
        sessions: Sessions,
        ledger: Ledger,
        chat: StaffChat,
        rooms: OrganisationRooms,
        settings: RequesterSettings,
        domain: str,
    ) -> None:
        self.sessions, self.ledger, self.chat, self.rooms, self.settings, self.domain = sessions, ledger, chat, rooms, settings, domain

    async def wrote(self, room: str, event: str, sender: str, words: str) -> bool:
        """Whether this is an organisation's room. What is no order there is talk of its members, and not answered."""
        owners = await self._owners(room)
        if not owners:
            return False
        order = words.strip()
        prefixed = is_command(order)
        order = order[len(COMMAND_PREFIX) :].strip() if prefixed else order
        name, _, rest = order.partition(" ")
        name = name.lower()
        if name not in ORDERS:
            return True
        first, _, reason = rest.strip().partition(" ")
        code = first.upper()
        if not _CODE.fullmatch(code):
            # "accept" may begin a sentence among colleagues: without a code it is an order only with the prefix.
            if prefixed or not rest.strip():
                with speaking_to(reader_in(owners[0], self.settings.default)):
                    await self._say(
                        room, event, sender, say("Write the code of the session as well, for example `{name} K7M2`.", name=name)
                    )
            return True
        found = await self._by_code(code, owners)
        with speaking_to(reader_in(found.organisation if found else owners[0], self.settings.default)):
            answer = (
                await self._answer(name, found, sender, event, reason.strip()) if found else say("There is no request {code}.", code=code)
            )
            await self._say(room, event, sender, answer)
        return True

    async def reacted(self, room: str, event: str, sender: str, target: str, key: str) -> bool:
        """Whether the event is a card in an organisation's room, or one that stood there."""
        owners = await self._owners(room)
        if not owners:
            return False
        name = next((name for name, offered in ANSWERS.items() if key.rstrip("\ufe0f") == offered), None)
        found = await self._by_card(target, owners) if name else None
        if name is None or found is None:
            return True
        with speaking_to(reader_in(found.organisation, self.settings.default)):
            await self._say(room, event, sender, await self._answer(name, found, sender, event, ""))
        return True

    async def _owners(self, room: str) -> list[Organisation]:
        ids = await self.rooms.owners(room)
        return [organisation for organisation in self.rooms.organisations.known if organisation.id in ids]

    async def _by_code(self, code: str, owners: list[Organisation]) -> _Request | None:
        async with self.sessions.units.begin() as unit:
            session = await unit.session_by_code(code)
        return _request(session, owners) if session else None

    async def _by_card(self, event: str, owners: list[Organisation]) -> _Request | None:
        session = await self.sessions.by_event(event)
        if session is None:
            return None
        trace = next((each for each in await self.ledger.of(session.id, TraceKind.CHAT_EVENT) if each.place == event), None)
        kind, *rest = trace.key.split(".") if trace is not None else [""]
        return _request(session, owners, rest[0], int(rest[1])) if kind == OFFER and len(rest) == 2 else None

    async def _answer(self, name: str, request: _Request, sender: str, event: str, reason: str) -> str:
        session, offer = request.session, request.offer
        if request.number is not None and request.number != offer.round:
            return say("The time of session {code} has changed. The newer card below counts.", code=session.code)
        match name:
            case "accept":
                return await self._accept(request, sender, event)
            case "decline":
                return await self._decline(request, event, reason)
            case "withdraw":
                return await self._withdraw(request, event, reason)
            case _:
                return await self._join(request, sender, event)

    async def _accept(self, request: _Request, sender: str, event: str) -> str:
        session, offer = request.session, request.offer
        if sender.partition(":")[2] != self.domain:
            return say("You have no account on this server, and its rooms admit nobody from elsewhere. Somebody else may accept.")
        if session.may_see(sender) or sender in session.colleagues:
            return say("You take part in session {code} already. Somebody else may accept.", code=session.code)
        answered = await self.sessions.decide(session.id, c.InterpreterAccepted(offer.id, offer.round, user=sender), event)
        now = answered.offer(offer.id) if answered else None
        if now is None or answered is None or now.state is not OfferState.ACCEPTED or now.user != sender:
            return self._not_open(session, now)
        return say(
            "Thank you, {who}: you interpret in session {code}. You are invited into its room when the person is there, and may join at "
            "any time while it runs; `join {code}` here shows the way in. `withdraw {code}` if you cannot come.",
            who=escaped(sender),
            code=session.code,
        )

    async def _decline(self, request: _Request, event: str, reason: str) -> str:
        session, offer = request.session, request.offer
        if offer.state is OfferState.ACCEPTED:
            return say("An interpreter of yours has accepted session {code}: `withdraw {code}` takes that back.", code=session.code)
        if not (request.organisation.may_decline or offer.named):
            return say("No answer is needed if nobody can interpret in session {code}.", code=session.code)
        declined = c.InterpreterDeclined(offer.id, offer.round, reason[:LONGEST_REASON])
        answered = await self.sessions.decide(session.id, declined, event)
        now = answered.offer(offer.id) if answered else None
        if now is None or now.state is not OfferState.DECLINED:
            return self._not_open(session, now)
        return say("Session {code}: you have declined. Thank you for the answer.", code=session.code)

    async def _withdraw(self, request: _Request, event: str, reason: str) -> str:
        session, offer = request.session, request.offer
        answered = await self.sessions.decide(session.id, c.InterpreterWithdrew(offer.id, reason[:LONGEST_REASON]), event)
        now = answered.offer(offer.id) if answered else None
        if now is None or now.state is not OfferState.WITHDRAWN:
            return say("Nobody of yours has accepted session {code}, so there is nothing to withdraw.", code=session.code)
        return say("Session {code}: the interpreter cannot come after all. Who needs one knows it.", code=session.code)

    async def _join(self, request: _Request, sender: str, event: str) -> str:
        session = request.session
        if sender not in session.interpreters:
            return say("You do not interpret in session {code}.", code=session.code)
        try:
            joined = await self.sessions.ask(session.code, c.Join(sender), event)
        except Refused as refused:
            return refused.text(escaped, in_words)
        if joined.room is None:
            return say("The room of session {code} is being made. You are invited into it in a moment.", code=session.code)
        return say("This way into session {code}: {room}", code=session.code, room=way_in(joined))

    def _not_open(self, session: Session, offer: Offer | None) -> str:
        """Nothing but that: who was faster is nobody else's business."""
        if offer is not None and offer.state in (OfferState.EXPIRED, OfferState.CANCELLED):
            return say(OUTCOMES[offer.state], code=session.code)
        return say("This is taken already, or not needed any more. Thank you.") if offer else say("There is no such request any more.")

    async def _say(self, room: str, event: str, sender: str, words: str) -> None:
        await self.chat.post(room, text(words), f"answer.{event}", mentions=[sender])


def _request(session: Session, owners: list[Organisation], offer_id: str | None = None, number: int | None = None) -> _Request | None:
    """What one of these was really asked for this session."""
    if session.state in (State.DRAFT, State.TEARING_DOWN, State.GONE):
        return None
    for organisation in owners:
        for offer in session.offers:
            asked = offer.organisation == organisation.id and offer.asked_at is not None
            if asked and offer_id in (None, offer.id):
                return _Request(session, offer, organisation, number)
    return None
