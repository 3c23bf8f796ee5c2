"""What every side of the bot shares. Building it opens nothing."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry

from teleconnect_bot.adapters.matrix.account import BotAccount
from teleconnect_bot.adapters.messaging.language_names import name_of_language
from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.adapters.messaging.sms_whatsapp import TwilioMessenger, settings_of
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf import PoolPdfRenderer
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.gateway_rows import SqlGatewayRows
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.system import SystemClock, SystemTokens
from teleconnect_bot.app.places import crypto_database
from teleconnect_bot.config import Config
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.services.calls import CallLinks
from teleconnect_bot.services.guests import Changes
from teleconnect_bot.services.interpreter_facts import InterpreterFacts
from teleconnect_bot.services.ledger import Ledger
from teleconnect_bot.services.messages import Sender
from teleconnect_bot.services.organisations import Organisations
from teleconnect_bot.services.outbox import Outbox
from teleconnect_bot.services.phone_messages import PhoneMessages
from teleconnect_bot.services.ports import Clock
from teleconnect_bot.services.requester_settings import RequesterSettings
from teleconnect_bot.services.sessions import Sessions
from teleconnect_bot.services.spending import SpendingGuard, SpendingLimits
from teleconnect_bot.services.timers import Timers
from teleconnect_bot.web.gateway import Gateway


class Parts:
    """The rows and keys, the rules at work, the channels and the doors, each once.

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
            staff_calls=config.calls.by_element,
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
