"""The composition root: builds every part, runs them in one TaskGroup, stops them in order (ARCHITECTURE §2)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy.engine import make_url

from teleconnect_bot.adapters import logs
from teleconnect_bot.adapters.calendar_files import ICalendarFiles
from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.bells import MatrixBells
from teleconnect_bot.adapters.matrix.chat import MatrixStaffChat
from teleconnect_bot.adapters.matrix.inventory import MatrixInventory
from teleconnect_bot.adapters.matrix.memory import AccountDataMemory
from teleconnect_bot.adapters.matrix.native_guests import NativeGuests
from teleconnect_bot.adapters.matrix.relays import MatrixRelays
from teleconnect_bot.adapters.matrix.rooms import MatrixRooms
from teleconnect_bot.adapters.matrix.shared_rooms import MatrixSharedRooms
from teleconnect_bot.adapters.matrix.visitors import AppserviceVisitors
from teleconnect_bot.adapters.messaging.email import SmtpMailer, SmtpSettings
from teleconnect_bot.adapters.messaging.kept import KeptTexts
from teleconnect_bot.adapters.messaging.language_names import name_of_language
from teleconnect_bot.adapters.messaging.moments import format_moment, ways_to_write_briefly
from teleconnect_bot.adapters.messaging.sms_whatsapp import TwilioMessenger, settings_of
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf import PoolPdfRenderer
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.gateway_rows import SqlGatewayRows
from teleconnect_bot.adapters.storage.migrations import migrate
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.system import SystemClock, SystemTokens
from teleconnect_bot.chat.access import Access
from teleconnect_bot.chat.answers import Answers
from teleconnect_bot.chat.belonging import Belonging
from teleconnect_bot.chat.calling import Calling
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.chat.contacts import Reach
from teleconnect_bot.chat.desk import Desk
from teleconnect_bot.chat.dialogue import Dialogue
from teleconnect_bot.chat.interpreting import Interpreters
from teleconnect_bot.chat.interview import Interview
from teleconnect_bot.chat.organisation_desk import OrganisationDesk
from teleconnect_bot.chat.organisations import OrganisationOrders
from teleconnect_bot.chat.personal import Personal
from teleconnect_bot.config import Config
from teleconnect_bot.domain.effects import Effect
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.arrivals import Arrivals, VisitorPool
from teleconnect_bot.services.calendar_entries import CalendarEntries
from teleconnect_bot.services.calls import CallLinks, CallOffers, StaffCalls
from teleconnect_bot.services.deliveries import Deliveries
from teleconnect_bot.services.dialogues import Dialogues
from teleconnect_bot.services.guests import Changes, Guests, Terms
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
from teleconnect_bot.services.outbox import Handler, Outbox
from teleconnect_bot.services.passing_answers import PassingAnswers
from teleconnect_bot.services.phone_messages import PhoneMessages
from teleconnect_bot.services.ports import Clock, Membership, RefusedByService, ServiceUnavailable, Visitors
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
from teleconnect_bot.web.callbacks import Callbacks
from teleconnect_bot.web.gateway import Gateway
from teleconnect_bot.web.guest import Language, PublicInfo
from teleconnect_bot.web.server import create_app, serve

log = structlog.get_logger("teleconnect_bot.app")

UPKEEP_EVERY = timedelta(seconds=20)
TIDY_EVERY = timedelta(hours=12)
REMEMBER_EVERY = timedelta(minutes=10)
"""How old a copy of the database may be without being recognised as one; and how soon a database that was in doubt is looked at again."""
EVENTS_REMEMBERED = timedelta(days=30)


class Bot:
    """All parts of one running bot. Building it opens nothing; `run` does, and closes it again.

    Every due time is read from `clock`; whoever sets it otherwise than by waiting calls `wake`.
    """

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock, self.tokens = clock or SystemClock(), SystemTokens()
        self.keys = FileSessionKeys(config.keys_directory)
        self.database = Database(config.database.url.get_secret_value())
        self.units = SqlUnitOfWork(self.database, self.keys)
        self.registry = CollectorRegistry()
        self.texts = Catalogues.load()
        self.offer = self.texts.offer(config.languages, unreviewed=config.unreviewed_languages)
        self.sender = Sender(config.public.name, config.public_url)
        self.sessions = Sessions(self.units, self.keys, self.clock, self.tokens, config.policy(), self.wake, self._revoked)
        self.ledger = Ledger(self.units)
        self.call_links = CallLinks(self.keys, self.tokens, config.public_url)
        self.settings = RequesterSettings(self.units, self.keys, Settings(language=config.staff.language, zone=config.staff.zone))
        self.organisations = Organisations(self.units)
        self.facts = InterpreterFacts(self.texts, format_moment, name_of_language, self.settings)
        self.gateway = Gateway(
            config.homeserver.address,
            config.homeserver.domain,
            config.appservice.as_token.get_secret_value(),
            SqlGatewayRows(self.database, self.units, self.keys),
            time.monotonic,
            self.registry,
            config.uploads.max_size,
            config.bot,
        )
        self.account = BotAccount(
            address=config.homeserver.address,
            domain=config.homeserver.domain,
            as_token=config.appservice.as_token.get_secret_value(),
            localpart=config.appservice.bot_localpart,
            database_url=crypto_database(config.database.url.get_secret_value()),
            keys=self.keys,
            clock=self.clock,
            tokens=self.tokens,
        )
        self.pdf = PoolPdfRenderer(self.texts)
        self.messenger = TwilioMessenger(settings_of(config.twilio, config.public_url), self.clock) if config.twilio else None
        limits = config.messages.limits
        self.guard = SpendingGuard(self.keys, SpendingLimits(limits.per_requester_per_hour, limits.per_number_per_day, limits.per_day))
        self.phone = PhoneMessages(self.units, self.sessions, self.ledger, self.messenger, self.guard, self.clock)
        self.outbox: Outbox | None = None
        self.timers = Timers(self.units, self.clock, self.sessions)
        self.changes = Changes()
        self.connected = False

    def wake(self) -> None:
        """Called after each commit: the outbox and the clock look again."""
        if self.outbox is not None:
            self.outbox.wake()
        self.timers.wake()
        self.changes.happened()

    def _revoked(self, seat: str) -> None:
        """The gateway shuts the seat out at once; the effect that says so again is for a bot that died in between."""
        self.gateway.revoked(seat)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. Guests are answered at once, everything else begins when the homeserver does."""
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self.database.close)
            opened.push_async_callback(self.pdf.close)
            if self.messenger is not None:
                opened.push_async_callback(self.messenger.close)
            opened.push_async_callback(self.account.close)
            await opened.enter_async_context(self.gateway)
            async with asyncio.TaskGroup() as tasks:
                web = tasks.create_task(self._serve(tasks))
                work = tasks.create_task(self._work())
                await stop.wait()
                log.info("stopping")
                web.cancel()
                work.cancel()
        log.info("stopped")

    async def _serve(self, tasks: asyncio.TaskGroup) -> None:
        config = self.config
        door = Guests(
            self.units,
            self.sessions,
            self.texts,
            self.sender,
            self.clock,
            self.tokens,
            config.bot,
            Terms(config.public.terms.version, {str(code): words for code, words in config.public.terms.texts.items()}),
            self.changes,
            MatrixRelays(self.account),
        )
        languages = [Language(code, self.texts.display_name(code), self.texts.direction(code)) for code in self.offer.sent]
        app = create_app(
            public_url=config.public_url,
            trusted_proxies=[str(network) for network in config.trusted_proxies],
            door=door,
            gateway=self.gateway,
            public=PublicInfo(
                config.public.name,
                config.public.support_phone,
                languages,
                config.uploads.max_size,
                config.calls.provider,
                config.calls.force_relay,
            ),
            checks=self._ready,
            registry=self.registry,
            seconds=time.monotonic,
            tasks=tasks,
            callbacks=self._callbacks(),
            interpreters=self._interpreters(),
            kept=KeptTexts(self.texts, config.retention.after_close),
            call_door=StaffCalls(self.units, self.sessions, door, self.clock, self.tokens),
        )
        async with serve(app, config.listen.host, config.listen.port) as served:
            log.info("listening", port=served.port)
            await asyncio.Event().wait()

    def _interpreters(self) -> InterpreterAnswers:
        config = self.config
        channels = frozenset(config.channels().usable)
        reach = InterpreterReach(domain=config.homeserver.domain, channels=channels, country=config.messages.default_country)
        return InterpreterAnswers(self.sessions, self.texts, self.facts, self.sender, reach, self.organisations.get)

    def _callbacks(self) -> Callbacks | None:
        twilio = self.config.twilio
        if twilio is None:
            return None
        return Callbacks(self.config.public_url, twilio.auth_token.get_secret_value(), Deliveries(self.units, self.sessions))

    async def _ready(self) -> Mapping[str, bool]:
        try:
            async with self.units.begin() as unit:
                await unit.next_effect_at()
            database = True
        except Exception as error:  # noqa: BLE001 - the edge: whatever it is, the bot is not ready
            log.warning("database_not_ready", error=type(error).__name__)
            database = False
        return {"database": database, "homeserver": self.connected}

    async def _work(self) -> None:
        """Sign in, then carry out, listen and keep time until cancelled."""
        await self.account.start()
        config, account = self.config, self.account
        admin_token = config.homeserver.admin_token
        admin = HomeserverAdmin(
            address=config.homeserver.address,
            domain=config.homeserver.domain,
            token=admin_token.get_secret_value() if admin_token else None,
            session=account.session,
        )
        rooms, chat = MatrixRooms(account, admin, guests=config.guests.native), MatrixStaffChat(account)
        visitors = (NativeGuests if config.guests.native else AppserviceVisitors)(account, admin, config.appservice.visitor_prefix)
        cards = Cards(format_moment, self.call_links.address, self.organisations.name_of)
        shared = MatrixSharedRooms(account)
        organisation_rooms = OrganisationRooms(shared, self.organisations)
        staff_rooms = StaffRooms(config.bot, shared, config.access.rooms, {name: team.room for name, team in config.teams.items()})
        self.outbox = Outbox(self.units, self.clock, self._handlers(rooms, chat, visitors, cards, staff_rooms, organisation_rooms))
        access = Access(config.access.requesters, config.access.admins, config.access.focal_point, staff_rooms.members)
        leavers = Leavers(
            self.units, self.sessions, self.ledger, self.settings, chat, shared, staff_rooms, access.may_request, access.known_admins
        )
        orders = OrganisationOrders(self.organisations, organisation_rooms, self.offer.sent)
        belonging = Belonging(self.sessions, self.clock, access, staff_rooms, chat.room_of, orders)
        personal = Personal(self.settings, access, self.offer.sent, self.texts.display_name, config.messages.default_country)
        reach = Reach(frozenset(config.channels().usable), config.messages.default_country)
        interpreters = Interpreters(self.organisations, config.policy())
        answers = Answers(
            *(self.sessions, self.clock, self.offer.sent, format_moment, chat.room_of, access.may_request),
            *(personal, belonging, reach, self.offer.withheld, interpreters),
            Calling(self.sessions, self.call_links, config.calls.provider),
        )
        dialogue = Dialogue(
            Dialogues(self.sessions, self.ledger, chat),
            Interview(answers.inviting, format_moment),
            Previews(self.sessions, self.messages),
            answers.invitation,
            self.settings,
        )
        strangers = Strangers(self.units, self.clock)
        organisation_desk = OrganisationDesk(self.sessions, self.ledger, chat, organisation_rooms, self.settings, config.homeserver.domain)
        others = (leavers, strangers, organisation_desk)
        desk = Desk(config.bot, self.sessions, self.ledger, answers, dialogue, access, chat, chat, staff_rooms, *others)
        account.events = MatrixEvents(desk)
        pool = VisitorPool(self.units, visitors, self.tokens, config.guests.pool)
        inventory = MatrixInventory(account.api, admin, config.bot, config.appservice.visitor_prefix, guests=config.guests.native)
        right = RightDatabase(self.units, AccountDataMemory(account.api, config.bot), self.tokens)
        guarded = GuardedRepair(Reconcile(self.units, self.keys), right)

        async def tidy() -> bool:
            await self._tidy()
            await staff_rooms.learn()
            await organisation_rooms.learn()
            await leavers.look_at_everybody()
            if staff_rooms.complete():
                await self.settings.forget_others(access.may_request)
            survey = await guarded.reconcile.survey(inventory, self.clock)
            return await guarded.run(survey, rooms, visitors, config.bot) is None

        late = LateTeardowns(self.units, self.ledger, chat, self.clock, cards, self.settings, access.known_admins)
        await staff_rooms.learn()
        await self.organisations.follow(config.interpreting())
        await organisation_rooms.learn()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(account.run())
            tasks.create_task(self._keep_up(pool, tidy, right.keep, late, staff_rooms))
            await account.wait_until_caught_up()
            self.connected = True
            tasks.create_task(self.outbox.run())
            tasks.create_task(self.timers.run())
            log.info("ready")

    def _handlers(
        self,
        rooms: MatrixRooms,
        chat: MatrixStaffChat,
        visitors: Visitors,
        cards: Cards,
        staff_rooms: StaffRooms,
        organisation_rooms: OrganisationRooms,
    ) -> dict[type[Effect], Handler]:
        """Every effect and who carries it out."""
        sessions, ledger, config = self.sessions, self.ledger, self.config
        email = config.email
        settings = SmtpSettings(
            host=email.host,
            port=email.port,
            tls=email.tls,
            sender=parseaddr(email.sender)[1],
            username=email.username,
            password=email.password.get_secret_value() if email.password else None,
        )
        mailer = SmtpMailer(settings, self.texts, self.clock)

        entries = CalendarEntries(
            sessions,
            ledger,
            chat,
            ICalendarFiles(settings.sender, config.public.name),
            self.texts,
            self.clock,
            config.bot,
            settings.domain,
            for_everybody=config.messages.calendar_for_everybody,
        )
        files, phone = entries.attachments, self.phone
        self.messages = Messages(
            sessions,
            self.keys,
            self.texts,
            format_moment,
            mailer,
            self.sender,
            self.clock,
            files,
            phone,
            ways_to_write_briefly,
            self.facts.in_message,
        )
        parts = (
            Arrivals(self.units, sessions, ledger, rooms, visitors, self.gateway, self.tokens),
            self.messages,
            entries,
            self.phone,
            StatusCard(sessions, ledger, chat, cards, self.clock, self.settings, Previews(sessions, self.messages)),
            StaffNotices(sessions, ledger, chat, cards, self.clock, self.settings),
            StaffAlerts(sessions, mailer, cards, self.settings, self.sender.public_name, self.clock, self.phone),
            PassingAnswers(ledger, chat),
            OrganisationRequests(
                sessions,
                OrganisationMails(self.keys, self.texts, self.facts, mailer, self.sender),
                RoomCards(ledger, chat, cards, self.settings, organisation_rooms),
            ),
            RequesterLetters(sessions, mailer, cards, self.settings, self.sender.public_name),
            CallOffers(sessions, self.call_links, MatrixBells(self.account), by_link=config.calls.provider in ("builtin", "jitsi")),
            TeamNotices(sessions, ledger, chat, cards, self.clock, self.settings, staff_rooms),
            Transcripts(sessions, ledger, rooms, chat, self.pdf, cards, config.bot, self.settings),
            Teardown(
                self.units,
                sessions,
                ledger,
                self.keys,
                self.clock,
                config.bot,
                rooms,
                chat,
                visitors,
                self.gateway,
                cards,
                self.settings,
                self.phone,
            ),
        )
        return {effect: handler for part in parts for effect, handler in part.handlers().items()}

    async def _keep_up(
        self,
        pool: VisitorPool,
        tidy: Callable[[], Awaitable[bool]],
        remember: Callable[[], Awaitable[None]],
        late: LateTeardowns,
        staff_rooms: StaffRooms,
    ) -> None:
        """What must be looked after now and then; a homeserver or database that is away is asked again next time."""
        dead = Gauge("teleconnect_dead_effects", "Tasks that were given up; see teardown --status.", registry=self.registry)
        open_sessions = Gauge("teleconnect_open_sessions", "Sessions that are not deleted yet.", registry=self.registry)
        late_teardowns = Gauge("teleconnect_late_teardowns", "Sessions whose deletion fails for two hours or more.", registry=self.registry)
        tidy_at = remember_at = self.clock.now()
        while True:
            with contextlib.suppress(ServiceUnavailable, RefusedByService):
                await pool.fill()
                if not staff_rooms.complete():
                    await staff_rooms.learn()
                if tidy_at <= self.clock.now():
                    tidy_at = self.clock.now() + (TIDY_EVERY if await tidy() else REMEMBER_EVERY)
                if remember_at <= self.clock.now():
                    await remember()
                    remember_at = self.clock.now() + REMEMBER_EVERY
            with contextlib.suppress(ServiceUnavailable):
                late_teardowns.set(await late.tell())
                async with self.units.begin() as unit:
                    dead.set(len(await unit.dead_effects()))
                    open_sessions.set(len(await unit.sessions_in(frozenset(State) - {State.GONE})))
            await asyncio.sleep(UPKEEP_EVERY.total_seconds())

    async def _tidy(self) -> None:
        await self.account.tidy()
        async with self.units.begin() as unit:
            await unit.forget_events_before(self.clock.now() - EVENTS_REMEMBERED)
        await self.guard.forget(self.units, self.clock.now())


class MatrixEvents:
    """What the bot's sync reports, handed to the desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def on_invite(self, room: str, sender: str, is_direct: bool) -> None:
        await self.desk.invited(room, sender)

    async def on_text(self, room: str, event: str, sender: str, text: str, at: datetime, encrypted: bool) -> None:
        await self.desk.wrote(room, event, sender, text, encrypted)

    async def on_reaction(self, room: str, event: str, sender: str, target_event: str, key: str) -> None:
        await self.desk.reacted(room, event, sender, target_event, key)

    async def on_member(self, room: str, user: str, membership: Membership, sender: str) -> None:
        await self.desk.membership_changed(room, user, membership)

    async def on_media(self, room: str, event: str, sender: str, mxcs: tuple[str, ...]) -> None:
        await self.desk.files_sent(room, sender, mxcs)

    async def on_undecryptable(self, room: str, event: str, sender: str) -> None:
        await self.desk.not_decrypted(room, event, sender)


def crypto_database(url: str) -> str:
    """The crypto tables live beside ours: SQLite in a file of their own, PostgreSQL in a schema of their own (ARCHITECTURE §5)."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return url
    path = Path(parsed.database)
    return f"sqlite:///{path.with_name(f'{path.stem}-crypto{path.suffix}')}"


async def run(config: Config) -> int:
    """Run the bot until SIGTERM or SIGINT; the exit code."""
    logs.configure(config.logs.level, config.logs.format)
    os.umask(0o077)
    _make_database_folder(config)
    await migrate(config.database.url.get_secret_value())
    stop = asyncio.Event()
    _on_signals(stop.set)
    try:
        await Bot(config).run(stop)
    except ExceptionGroup as failures:
        for failure in leaves(failures):
            log.error(
                "failed",
                error=type(failure).__name__,
                service=failure.service if isinstance(failure, ServiceUnavailable | RefusedByService) else None,
                advice="teleconnect-bot doctor says what is wrong around the bot",
            )
        return 1
    return 0


def leaves(group: BaseExceptionGroup[Exception]) -> list[BaseException]:
    """The single errors of a group; their texts may hold anything and are not for the log."""
    return [leaf for part in group.exceptions for leaf in (leaves(part) if isinstance(part, BaseExceptionGroup) else [part])]


def _make_database_folder(config: Config) -> None:
    url = make_url(config.database.url.get_secret_value())
    if url.drivername.startswith("sqlite") and url.database:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _on_signals(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, act)
