"""The use cases on real SQLite storage, with the outside faked; can be killed at any point and started again."""

from __future__ import annotations

import copy
import html
import shutil
from datetime import datetime, timedelta
from pathlib import Path

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
from teleconnect_bot.chat.desk import Desk, Unusable
from teleconnect_bot.chat.dialogue import Dialogue
from teleconnect_bot.chat.examination import Found
from teleconnect_bot.chat.interpreting import Interpreters
from teleconnect_bot.chat.interview import Interview
from teleconnect_bot.chat.organisation_desk import OrganisationDesk
from teleconnect_bot.chat.organisations import OrganisationOrders
from teleconnect_bot.chat.personal import Personal
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.installation import Doubt
from teleconnect_bot.domain.schedule import Policy
from teleconnect_bot.domain.session import Channel, Session
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
from teleconnect_bot.services.ports import Membership
from teleconnect_bot.services.previews import Previews
from teleconnect_bot.services.reconcile import Reconcile
from teleconnect_bot.services.requester_letters import RequesterLetters
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.right_database import GuardedRepair, RightDatabase
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
    FakeInventory,
    FakeMailer,
    FakeMemory,
    FakePdf,
    FakeRooms,
    FakeSharedRooms,
    FakeVisitors,
)
from tests.storage.sqlite import new_migrated_file

NURSE, STRANGER = "@nurse:example.org", "@stranger:elsewhere.org"
TEXTS = Catalogues.load()
"""Read once: they never change, and each world starts again and again."""
CHAT = "!chat-nurse:example.org"
ADMIN, ADMINS_CHAT = "@admin:example.org", "!chat-admin:example.org"
SECRET = "s" * 43
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

    async def why_unusable(self, room: str) -> str | None:
        return self.unusable.get(room)


class World:
    """`start()` makes a new process on what the old one left behind."""

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

    async def copy_to(self, directory: Path) -> World:
        """The same world once more, as it is now, with its files in another place. This one is stopped."""
        await self.stop()
        shutil.copytree(self.keys_directory.parent, directory)
        twin = World(directory)
        for shared in ("clock", "tokens", "pdf", "direct_chats", "shared", "requesters"):
            setattr(twin, shared, copy.deepcopy(getattr(self, shared)))
        twin.homeserver, twin.mailer = copy.deepcopy(self.homeserver), copy.deepcopy(self.mailer)
        twin.provider = copy.deepcopy(self.provider)
        twin.provider.away_for, twin.provider.lies_about = twin.homeserver.away_for, twin.homeserver.lies_about
        twin.homeserver.crash = twin.mailer.crash = twin.provider.crash = twin.crash
        twin.chat = FakeChat(twin.homeserver)
        twin.start()
        await twin.organisations.all()
        return twin

    async def create(self) -> World:
        if self.address.startswith("sqlite"):
            await new_migrated_file(self.keys_directory.parent / "bot.db")
        self.start()
        await self.staff_rooms.learn()
        return self

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

    async def settle(self) -> None:
        """Everything that is due now has happened."""
        await self.timers.run_due()
        await self.outbox.run_until_idle()

    async def pass_time(self, by: timedelta) -> None:
        """Time passes as it does for a running process: stopping at each deadline and each effect on the way."""
        end = self.clock.moment + by
        await self.settle()
        while (next_at := await self._next_at()) is not None and next_at <= end:
            self.clock.moment = max(self.clock.moment, next_at)
            await self.settle()
        self.clock.moment = end
        await self.settle()

    async def examine(self) -> list[Found]:
        return self.found

    async def tidy(self, age: timedelta = timedelta(0)) -> Doubt | None:
        """What the running bot does twice a day, and first of all; everything outside is as old as that."""
        survey = await self.reconcile.survey(FakeInventory(self.homeserver, self.clock.moment - age), self.clock)
        rooms, visitors = FakeRooms(self.homeserver), FakeVisitors(self.homeserver)
        return await GuardedRepair(self.reconcile, self.right).run(survey, rooms, visitors, BOT)

    async def _next_at(self) -> datetime | None:
        async with self.units.begin() as unit:
            moments = [moment for moment in (await unit.next_effect_at(), await unit.next_deadline_at()) if moment is not None]
        later = [moment for moment in moments if moment > self.clock.moment]
        return min(later, default=None)

    # ---- what people do

    async def write(self, words: str, event: str, by: str = NURSE, room: str = CHAT) -> None:
        await self.desk.wrote(room, event, by, words, True)
        await self.settle()

    async def into_room(self, user: str, room: str = TEAM_ROOM, membership: Membership = Membership.JOIN) -> None:
        """Somebody comes into a room of the organisation, or goes out of it."""
        (self.shared.rooms[room].add if membership is Membership.JOIN else self.shared.rooms[room].discard)(user)
        await self.desk.membership_changed(room, user, membership)
        await self.settle()

    def token_for(self, contact: str) -> str:
        """The token as the last mail to this person carries it."""
        mail = next(mail for mail in reversed(self.mailer.taken) if mail.to == contact)
        return html.unescape(mail.markdown).partition("/j#")[2][:22]

    async def come(self, contact: str, name: str, secret: str) -> None:
        """Somebody follows the link in their own mail all the way into the room."""
        await self.guests.enter(self.token_for(contact), digest_of(secret), name, "fr", "1")
        await self.settle()
        await self.arrive(secret)

    async def session(self) -> Session:
        (session,) = await self.sessions.sessions_of(NURSE)
        return session

    def token(self) -> str:
        """The token as the last mail carries it."""
        return html.unescape(self.mailer.taken[-1].markdown).partition("/j#")[2][:22]

    async def enter(self, name: str = "Amina", secret: str = SECRET) -> None:
        await self.guests.enter(self.token(), digest_of(secret), name, "fr", "1")
        await self.settle()

    async def arrive(self, secret: str = SECRET) -> None:
        """The browser makes its keys, is invited, and joins."""
        await self.guests.ready(digest_of(secret))
        await self.settle()
        await self.join_as_visitor(secret)

    async def join_as_visitor(self, secret: str = SECRET) -> None:
        view = await self.guests.seat(digest_of(secret))
        assert view is not None
        assert view.room is not None
        assert view.user is not None
        self.homeserver.rooms[view.room].members[view.user] = Membership.JOIN
        await self.desk.membership_changed(view.room, view.user, Membership.JOIN)
        await self.settle()

    async def join_as_staff(self, by: str = NURSE) -> None:
        session = await self.session()
        assert session.room is not None
        members = self.homeserver.rooms[session.room].members
        assert by in members, "nobody enters a room uninvited"
        members[by] = Membership.JOIN
        await self.desk.membership_changed(session.room, by, Membership.JOIN)
        await self.settle()

    async def join_as_staff_of(self, session_id: str, by: str) -> None:
        """The same in a session that belongs to no requester of its own."""
        session = await self.sessions.load(session_id)
        assert session is not None
        assert session.room is not None
        assert by in self.homeserver.rooms[session.room].members
        self.homeserver.rooms[session.room].members[by] = Membership.JOIN
        await self.desk.membership_changed(session.room, by, Membership.JOIN)
        await self.settle()

    # ---- what the requester sees

    def texts(self, room: str = CHAT) -> list[str]:
        """What was said there: no reactions and no calendar files."""
        said = (event for event in self.homeserver.events.values() if event.room == room and event.text and not event.reacts_to)
        return [event.text.plain for event in said if event.text and not event.text.plain.endswith(".ics")]

    def offers(self, words: str = "") -> set[str]:
        """The reactions that the bot offers now on the status card, or on the last message that begins with these words."""
        events = self.homeserver.events
        if words:
            target = next(name for name, event in reversed(events.items()) if event.text and event.text.plain.startswith(words))
        else:
            target = next(name for name, event in events.items() if event.transaction.endswith(".card"))
        return {event.text.plain.rstrip("\ufe0f") for event in events.values() if event.reacts_to == target and event.text}

    def card(self) -> str:
        """The status card as it stands after all edits."""
        cards = [event for event in self.homeserver.events.values() if event.transaction.endswith(".card") or event.replaces]
        return next(event.text.plain for event in reversed(cards) if event.text)

    def mentions(self) -> list[str]:
        return [event.text.plain for event in self.homeserver.events.values() if event.mention and event.text]
