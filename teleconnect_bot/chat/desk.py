"""The bot's ear: what happens in Matrix rooms, given to the use case that it belongs to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from teleconnect_bot.domain.commands import CallHeard, SomebodyWrote, StaffJoined, StaffLeft, VisitorJoined, VisitorLeft
from teleconnect_bot.domain.retention import TraceKind
from teleconnect_bot.domain.session import Session, State
from teleconnect_bot.domain.transcript import COMMAND_PREFIX, is_command
from teleconnect_bot.services.leavers import Leavers
from teleconnect_bot.services.ledger import Ledger
from teleconnect_bot.services.passing_answers import PassingAnswers
from teleconnect_bot.services.ports import Membership, StaffChat, Unusable
from teleconnect_bot.services.sessions import Sessions
from teleconnect_bot.services.staff_notices import QUESTION
from teleconnect_bot.services.staff_rooms import StaffRooms
from teleconnect_bot.services.strangers import Strangers

from .access import Access
from .answers import MAY_HOLD_A_CONTACT, Answers
from .commands import COMMANDS
from .dialogue import Dialogue
from .markup import text
from .numbers import Passing
from .organisation_desk import OrganisationDesk
from .questions import Question, Questions
from .reactions import ASKED_ONCE, PLACE, meaning
from .voice import Sentence, say, speaking_to

log = structlog.get_logger("teleconnect_bot.chat")

WELCOME: Sentence = (
    "Hello. I arrange confidential sessions with people who have nothing but a phone.\n\n"
    "To invite somebody, write `invite`, and I ask for everything step by step. Who knows the way writes it in one line, for example "
    "`{example}`. `help` lists everything."
)
SETTLED: Sentence = "This question is settled already; nobody was let in or kept out by your answer. The card shows who is there."
UNDECRYPTABLE: Sentence = "I could not read your last message, because your device did not send me its key. Please write it again."
"""In this order: what is wrong, and what to do."""
STILL_IN_THE_CALL = timedelta(minutes=3)
"""Whoever is in a call says so twice a minute; what is older may be over."""


WHY_UNUSABLE: dict[Unusable, Sentence] = {
    Unusable.NOT_ENCRYPTED: "This chat is not encrypted, so I take no orders here. "
    "Please start a new direct chat with me and leave encryption switched on.",
    Unusable.THIRD_MEMBER: "Somebody else is in this chat, so I take no orders here. Please start a direct chat with me alone.",
    Unusable.CANNOT_REDACT: "I may not delete messages in this chat, so I take no orders here: contact data must not stay. "
    "Please start a new direct chat with me, or make me a moderator of this one.",
}
"""Where nobody would read an answer there is none."""


class DirectChats(Protocol):
    """Rooms that people invite the bot to."""

    async def accept_invite(self, room: str) -> None:
        """The bot is in the room afterwards and knows its members and encryption."""

    async def leave(self, room: str) -> None:
        """The bot is out afterwards, and has forgotten the room."""

    async def why_unusable(self, room: str) -> Unusable | None:
        """None: orders may be taken there."""


class Desk:
    def __init__(
        self,
        bot: str,
        sessions: Sessions,
        ledger: Ledger,
        answers: Answers,
        dialogue: Dialogue,
        access: Access,
        chat: StaffChat,
        direct_chats: DirectChats,
        rooms: StaffRooms,
        leavers: Leavers,
        strangers: Strangers,
        organisations: OrganisationDesk,
    ) -> None:
        self.organisations = organisations
        self.bot, self.sessions, self.ledger, self.answers, self.access = bot, sessions, ledger, answers, access
        self.chat, self.direct_chats, self.dialogue = chat, direct_chats, dialogue
        self.rooms, self.leavers, self.strangers = rooms, leavers, strangers
        self.questions, self.passing = Questions(ledger, chat), PassingAnswers(ledger, chat)

    async def invited(self, room: str, sender: str) -> None:
        """Somebody wants to talk. Permitted people are welcomed, others read once who can give access."""
        if await self.rooms.invited(room) or await self.organisations.rooms.invited(room):
            return
        if not self.access.may_request(sender):
            if not await self.strangers.was_told(sender):
                await self.direct_chats.accept_invite(room)
            await self._turn_away(room, sender)
            return
        await self.direct_chats.accept_invite(room)
        why = await self.direct_chats.why_unusable(room)
        words: Sentence | None = WHY_UNUSABLE.get(why) if why else WELCOME
        if words:
            await self._tell(room, words, f"welcome.{room}", sender, example=COMMANDS["invite"].example)

    async def wrote(self, room: str, event: str, sender: str, words: str, encrypted: bool) -> None:
        if sender == self.bot:
            return
        session = await self.sessions.by_room(room)
        if session is not None:
            await self._wrote_in_session(session, room, event, sender, words)
        elif not await self.organisations.wrote(room, event, sender, words) and not self.rooms.is_one(room):
            await self._wrote_in_chat(room, event, sender, words, encrypted)

    async def _wrote_in_session(self, session: Session, room: str, event: str, sender: str, words: str) -> None:
        """Only the requester who holds the session is obeyed there; what anybody else writes is a text like any other.

        An order with a contact is taken out of the room at once: everybody there could read it.
        """
        obeyed = sender == (session.holder or session.requester) and session.seat_of(sender) is None and self.access.may_request(sender)
        if is_command(words) and obeyed:
            order = words.lstrip()[len(COMMAND_PREFIX) :].strip() or "help"
            if MAY_HOLD_A_CONTACT.search(order):
                await self.chat.redact(room, event, f"redact.{event}")
            chat = session.chat if sender == session.requester else await self.chat.room_of(sender)
            if chat is not None:
                await self._answer(sender, chat, event, order, session)
            return
        await self.sessions.decide(session.id, SomebodyWrote(sender))

    async def _wrote_in_chat(self, room: str, event: str, sender: str, words: str, encrypted: bool) -> None:
        if not self.access.may_request(sender):
            await self._turn_away(room, sender)
            return
        why = await self.direct_chats.why_unusable(room) or (None if encrypted else Unusable.NOT_ENCRYPTED)
        if why:
            if words_why := WHY_UNUSABLE.get(why):
                await self._tell(room, words_why, f"answer.{event}", sender)
            return
        order = words.strip()
        if is_command(order):
            order = order[len(COMMAND_PREFIX) :].strip()
        if not await self.dialogue.heard(sender, room, event, order):
            await self._answer(sender, room, event, order, None)

    async def _turn_away(self, room: str, sender: str) -> None:
        """One answer that names the focal point, and the bot is gone; also for somebody who had access until now."""
        if not await self.strangers.was_told(sender):
            await self.chat.post(room, text(self.access.focal_point), f"focal.{room}")
            await self.strangers.told(sender)
        await self.leavers.look_at(sender)
        await self.direct_chats.leave(room)

    async def _tell(self, room: str, sentence: Sentence, transaction: str, to: str, **values: object) -> None:
        """In the language of the one it is said to."""
        with speaking_to(await self.answers.personal.settings.of(to)):
            words = say(sentence, **values)
        await self.chat.post(room, text(words), transaction)

    async def _answer(self, sender: str, chat: str, event: str, order: str, here: Session | None) -> None:
        await self._say(await self.answers.answer(sender, chat, event, order, here), chat, event)

    async def _say(self, answer: str | Question | Passing | None, chat: str, event: str) -> None:
        if isinstance(answer, Question):
            await self.questions.ask(answer, chat, event)
        elif isinstance(answer, Passing):
            await self.passing.post(answer.session, chat, event, text(answer.words))
        elif answer:
            await self.chat.post(chat, text(answer), f"answer.{event}")

    async def reacted(self, room: str, event: str, sender: str, target: str, key: str) -> None:
        """A reaction on one of our cards, notices or questions is the command that it stands for, answered by what is true now."""
        if sender == self.bot or await self.organisations.reacted(room, event, sender, target, key):
            return
        session = await self.sessions.by_event(target)
        if session is None or not self.access.may_request(sender):
            return
        if session.state is State.DRAFT:
            await self.dialogue.reacted(sender, room, event, target, meaning(key, None))
            return
        own = await self.chat.room_of(sender)
        if self.rooms.is_one(room):
            room = own or ""
        if not room or room not in (session.chat, own):
            return
        question = await self.questions.kind_of(session, target)
        name = meaning(key, question)
        if name is None:
            return
        if question == PLACE and not await self._still_asked(session, target):
            with speaking_to(await self.answers.personal.settings.of(sender)):
                await self._say(say(SETTLED), room, event)
            return
        if question is None and name in ASKED_ONCE and session.may_see(sender):
            with speaking_to(await self.answers.personal.settings.of(sender)):
                asked = self.answers.asked_once(name, sender, session)
            await self._say(asked, room, event)
            return
        await self._answer(sender, room, event, f"{name} {session.code}", None)

    async def _still_asked(self, session: Session, target: str) -> bool:
        """The event asks about the seat that is asking now: an old question's ✅ must not let somebody else in."""
        asked = f"{QUESTION}.{session.asking.id}." if session.asking else None
        traces = await self.ledger.of(session.id, TraceKind.CHAT_EVENT)
        return asked is not None and any(trace.place == target and trace.key.startswith(asked) for trace in traces)

    async def membership_changed(self, room: str, user: str, membership: Membership) -> None:
        session = await self.sessions.by_room(room)
        if await self.rooms.changed(room, user, membership):
            await self.leavers.room_changed(room, user)
        elif session is None and membership is Membership.LEAVE and user != self.bot:
            await self.leavers.look_at(user)
        if session is None or user == self.bot:
            return
        seat = session.seat_of(user)
        match membership:
            case Membership.JOIN:
                await self.sessions.decide(session.id, VisitorJoined(user) if seat else StaffJoined(user))
            case Membership.LEAVE | Membership.BAN:
                await self.sessions.decide(session.id, VisitorLeft(seat.id) if seat else StaffLeft(user))
            case _:
                return

    async def call_heard(self, room: str, sender: str, at: datetime) -> None:
        if self.sessions.clock.now() - at > STILL_IN_THE_CALL:
            return
        session = await self.sessions.by_room(room)
        if session is not None:
            await self.sessions.decide(session.id, CallHeard(sender))

    async def files_sent(self, room: str, sender: str, addresses: tuple[str, ...]) -> None:
        """Files of a session's room are entered in the ledger, whoever sent them; who sends one has written."""
        session = await self.sessions.by_room(room)
        if session is not None:
            for address in addresses:
                await self.ledger.found(session.id, TraceKind.ROOM_MEDIA, address, sender)
            await self.sessions.decide(session.id, SomebodyWrote(sender))

    async def not_decrypted(self, room: str, event: str, sender: str) -> None:
        elsewhere = await self.sessions.by_room(room) is not None or bool(await self.organisations.rooms.owners(room))
        if not elsewhere and self.access.may_request(sender):
            await self._tell(room, UNDECRYPTABLE, f"unread.{event}", sender)
