"""The bot as one process: the use cases on real SQLite storage, with the outside faked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from teleconnect_bot.adapters.calendar_files import ICalendarFiles
from teleconnect_bot.adapters.messaging.language_names import name_of_language
from teleconnect_bot.adapters.messaging.moments import format_moment, ways_to_write_briefly
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.chat.access import Access
from teleconnect_bot.chat.answers import Answers
from teleconnect_bot.chat.belonging import Belonging
from teleconnect_bot.chat.calling import Calling
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.chat.contacts import Reach
from teleconnect_bot.chat.desk import Desk
from teleconnect_bot.chat.dialogue import Dialogue
from teleconnect_bot.chat.examination import Found
from teleconnect_bot.chat.interpreting import Interpreters
from teleconnect_bot.chat.interview import Interview
from teleconnect_bot.chat.organisation_desk import OrganisationDesk
from teleconnect_bot.chat.organisations import OrganisationOrders
from teleconnect_bot.chat.personal import Personal
from teleconnect_bot.domain.channels import ChannelOrder
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Channel
from teleconnect_bot.services.arrivals import Arrivals, VisitorPool
from teleconnect_bot.services.calendar_entries import CalendarEntries
from teleconnect_bot.services.calls import CallLinks, CallOffers, StaffCalls
from teleconnect_bot.services.deliveries import Deliveries
from teleconnect_bot.services.dialogues import Dialogues
from teleconnect_bot.services.doubt_notices import DoubtNotices
from teleconnect_bot.services.guests import Guests
from teleconnect_bot.services.interpreter_answers import InterpreterAnswers, InterpreterReach
from teleconnect_bot.services.interpreter_facts import InterpreterFacts
from teleconnect_bot.services.late_teardown import LateTeardowns
from teleconnect_bot.services.leavers import Leavers
from teleconnect_bot.services.ledger import Ledger
from teleconnect_bot.services.messages import Messages, Sender
from teleconnect_bot.services.organisation_cards import RoomCards
from teleconnect_bot.services.organisation_mails import OrganisationMails
from teleconnect_bot.services.organisation_requests import OrganisationRequests
from teleconnect_bot.services.organisation_rooms import OrganisationRooms
from teleconnect_bot.services.organisations import Organisations
from teleconnect_bot.services.outbox import Outbox
from teleconnect_bot.services.passing_answers import PassingAnswers
from teleconnect_bot.services.phone_messages import PhoneMessages
from teleconnect_bot.services.ports import Unusable
from teleconnect_bot.services.previews import Previews
from teleconnect_bot.services.reconcile import Reconcile
from teleconnect_bot.services.requester_letters import RequesterLetters
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.right_database import RightDatabase
from teleconnect_bot.services.sessions import Sessions
from teleconnect_bot.services.spending import SpendingGuard, SpendingLimits
from teleconnect_bot.services.staff_alerts import StaffAlerts
from teleconnect_bot.services.staff_notices import StaffNotices
from teleconnect_bot.services.staff_rooms import StaffRooms
from teleconnect_bot.services.status_card import StatusCard
from teleconnect_bot.services.strangers import Strangers
from teleconnect_bot.services.team_notices import TeamNotices
from teleconnect_bot.services.teardown import Teardown
from teleconnect_bot.services.timers import Timers
from teleconnect_bot.services.transcripts import Transcripts
from tests.services.fake_bells import FakeBells
from tests.services.fake_provider import FakePhoneMessenger
from tests.services.fakes import (
    BOT,
    CountingTokens,
    Crash,
    CrashingUnits,
    FakeChat,
    FakeClock,
    FakeGate,
    FakeHomeserver,
    FakeMailer,
    FakeMemory,
    FakePdf,
    FakeRooms,
    FakeSharedRooms,
    FakeVisitors,
)
from tests.storage.sqlite import new_migrated_file

TEXTS = Catalogues.load()
"""Read once: they never change, and each process starts again and again."""
ADMIN = "@admin:example.org"
LINGUAS_ROOM = "!lingua:example.org"
ACCESS_ROOM, TEAM_ROOM = "!staff:example.org", "!night:example.org"
GRACE = timedelta(seconds=120)


class FakeDirectChats:
    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.left: list[str] = []
        self.unusable: dict[str, Unusable] = {}

    async def accept_invite(self, room: str) -> None:
        self.accepted.append(room)

    async def leave(self, room: str) -> None:
        self.left.append(room)

    async def why_unusable(self, room: str) -> Unusable | None:
        return self.unusable.get(room)


class Process:
    """Can be killed at any point (`crash`); `start()` makes a new one on what the old one left behind."""

    def __init__(self, directory: Path, address: str | None = None) -> None:
        """`address` is that of a migrated database which stands elsewhere."""
        self.address = address or f"sqlite:///{directory}/bot.db"
        self.keys_directory = directory / "keys"
        self.found: list[Found] = []
        self.crash = Crash()
        self.clock, self.tokens = FakeClock(), CountingTokens()
        self.homeserver, self.mailer, self.pdf = FakeHomeserver(self.crash), FakeMailer(self.crash), FakePdf()
        self.provider, self.limits = FakePhoneMessenger(self.crash), SpendingLimits()
        self.provider.away_for, self.provider.lies_about = self.homeserver.away_for, self.homeserver.lies_about
        self.direct_chats = FakeDirectChats()
        self.bells, self.call_provider = FakeBells(self.homeserver), "builtin"
        self.chat = FakeChat(self.homeserver)
        self.shared = FakeSharedRooms({ACCESS_ROOM: set(), TEAM_ROOM: set(), LINGUAS_ROOM: set()})
        self.requesters = ["@*:example.org", ACCESS_ROOM]
        """May be changed, as a configuration is."""
        self.policy = Policy(sync_grace=GRACE)
        self.calendar_for_everybody = False
        self.card_every = timedelta(0)
        """Tests that look at single edits of the card do not wait between them; `test_status_card.py` does."""
        self.channels = frozenset({Channel.EMAIL})
        self.withheld: tuple[str, ...] = ()

    async def create(self) -> Self:
        if self.address.startswith("sqlite"):
            await new_migrated_file(self.keys_directory.parent / "bot.db")
        self.start()
        await self.staff_rooms.learn()
        return self

    def reach_by(self, *order: Channel) -> None:
        """All channels are configured, and tried in this order; to be said before the start."""
        self.channels = frozenset(Channel)
        self.policy = replace(self.policy, channels=ChannelOrder(order))

    def start(self) -> None:
        self.database = Database(self.address)
        self.keys = FileSessionKeys(self.keys_directory)
        self.units = CrashingUnits(SqlUnitOfWork(self.database, self.keys), self.crash)
        self.ledger = Ledger(self.units)
        self.settings = RequesterSettings(self.units, self.keys)
        self.organisations = Organisations(self.units)
        self.gate = FakeGate()
        self.sessions = Sessions(self.units, self.keys, self.clock, self.tokens, self.policy, on_revoked=self.gate.revoked)
        rooms, visitors = FakeRooms(self.homeserver), FakeVisitors(self.homeserver)
        self.organisation_rooms = OrganisationRooms(self.shared, self.organisations)
        call_links = CallLinks(self.keys, self.tokens, "https://meet.example.org")
        by_element = self.call_provider == "element_call"
        texts, cards = TEXTS, Cards(format_moment, call_links.address, self.organisations.name_of, by_element=by_element)
        sender = Sender("Example Organisation", "https://meet.example.org")
        facts = InterpreterFacts(texts, format_moment, name_of_language, self.settings)
        self.guests = Guests(self.units, self.sessions, texts, sender, self.clock, self.tokens, BOT)
        self.calls = StaffCalls(self.units, self.sessions, self.guests, self.clock, self.tokens)
        calling = Calling(self.sessions, call_links, self.call_provider)
        self.staff_rooms = StaffRooms(BOT, self.shared, [ACCESS_ROOM], {"night": TEAM_ROOM})
        self.reconcile = Reconcile(self.units, self.keys, self.provider)
        self.late = LateTeardowns(self.units, self.ledger, self.chat, self.clock, cards, self.settings, lambda: [ADMIN])
        self.doubts = DoubtNotices(self.chat, self.clock, cards, self.settings, lambda: [ADMIN])
        self.right = RightDatabase(self.units, FakeMemory(self.homeserver), self.tokens)
        self.pool = VisitorPool(self.units, visitors, self.tokens)
        entries = CalendarEntries(
            self.sessions,
            self.ledger,
            self.chat,
            ICalendarFiles("teleconnect@example.org", "Example Organisation"),
            texts,
            self.clock,
            BOT,
            "example.org",
            for_everybody=self.calendar_for_everybody,
        )
        self.guard = SpendingGuard(self.keys, self.limits)
        phone = PhoneMessages(self.units, self.sessions, self.ledger, self.provider, self.guard, self.clock)
        attachments = entries.attachments
        self.messages = Messages(
            self.sessions,
            self.keys,
            texts,
            format_moment,
            self.mailer,
            sender,
            self.clock,
            attachments,
            phone,
            ways_to_write_briefly,
            facts.in_message,
        )
        self.interpreters = InterpreterAnswers(
            self.sessions,
            texts,
            facts,
            sender,
            InterpreterReach(domain="example.org", channels=self.channels, country="CH"),
            self.organisations.get,
        )
        self.deliveries = Deliveries(self.units, self.sessions, self.provider)
        previews = Previews(self.sessions, self.messages)
        self.outbox = Outbox(
            self.units,
            self.clock,
            {
                **Arrivals(self.units, self.sessions, self.ledger, rooms, visitors, self.gate, self.tokens).handlers(),
                **entries.handlers(),
                **StatusCard(self.sessions, self.ledger, self.chat, cards, self.clock, self.settings, previews, self.card_every).handlers(),
                **self.messages.handlers(),
                **phone.handlers(),
                **StaffNotices(self.sessions, self.ledger, self.chat, cards, self.clock, self.settings).handlers(),
                **StaffAlerts(self.sessions, self.mailer, cards, self.settings, "Example Organisation", self.clock, phone).handlers(),
                **PassingAnswers(self.ledger, self.chat).handlers(),
                **OrganisationRequests(
                    self.sessions,
                    OrganisationMails(self.keys, texts, facts, self.mailer, sender),
                    RoomCards(self.ledger, self.chat, cards, self.settings, self.organisation_rooms),
                ).handlers(),
                **RequesterLetters(self.sessions, self.mailer, cards, self.settings, "Example Organisation").handlers(),
                **CallOffers(self.sessions, call_links, self.bells, by_link=calling.by_link).handlers(),
                **TeamNotices(self.sessions, self.ledger, self.chat, cards, self.clock, self.settings, self.staff_rooms).handlers(),
                **Transcripts(self.sessions, self.ledger, rooms, self.chat, self.pdf, cards, BOT, self.settings).handlers(),
                **Teardown(
                    self.units,
                    self.sessions,
                    self.ledger,
                    self.keys,
                    self.clock,
                    BOT,
                    rooms,
                    self.chat,
                    visitors,
                    self.gate,
                    cards,
                    self.settings,
                    phone,
                ).handlers(),
            },
        )
        self.timers = Timers(self.units, self.clock, self.sessions)
        access = Access(self.requesters, [ADMIN], "Please ask the focal point.", self.staff_rooms.members)
        self.leavers = Leavers(
            self.units,
            self.sessions,
            self.ledger,
            self.settings,
            self.chat,
            self.shared,
            self.staff_rooms,
            access.may_request,
            access.known_admins,
        )
        orders = OrganisationOrders(self.organisations, self.organisation_rooms, ["en", "fr"])
        belonging = Belonging(self.sessions, self.clock, access, self.staff_rooms, self.chat.room_of, orders, self.examine)
        personal = Personal(self.settings, access, ["en", "fr"], texts.display_name, "CH")
        reach = Reach(self.channels, "CH")
        others = (personal, belonging, reach, self.withheld, Interpreters(self.organisations, self.policy))
        answers = Answers(
            *(self.sessions, self.clock, ["en", "fr"], format_moment, self.chat.room_of, access.may_request),
            *others,
            calling,
        )
        dialogue = Dialogue(
            Dialogues(self.sessions, self.ledger, self.chat),
            Interview(answers.inviting, format_moment),
            previews,
            answers.invitation,
            self.settings,
        )
        strangers = Strangers(self.units, self.clock)
        organisation_desk = OrganisationDesk(self.sessions, self.ledger, self.chat, self.organisation_rooms, self.settings, "example.org")
        told = (self.staff_rooms, self.leavers, strangers, organisation_desk)
        self.desk = Desk(BOT, self.sessions, self.ledger, answers, dialogue, access, self.chat, self.direct_chats, *told)

    async def stop(self) -> None:
        await self.database.close()

    async def examine(self) -> list[Found]:
        return self.found
