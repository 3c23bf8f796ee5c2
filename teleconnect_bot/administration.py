"""What an administrator asks for on the command line of a bot that may be running meanwhile (PRODUCT §10)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from teleconnect_bot.adapters.matrix.admin import HomeserverAdmin
from teleconnect_bot.adapters.matrix.homeserver import HomeserverApi, open_session
from teleconnect_bot.adapters.matrix.inventory import MatrixInventory
from teleconnect_bot.adapters.matrix.memory import AccountDataMemory
from teleconnect_bot.adapters.messaging.sms_whatsapp import TwilioMessenger, settings_of
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.adapters.system import SystemClock, SystemTokens
from teleconnect_bot.config import Config
from teleconnect_bot.services.ports import UnitOfWork
from teleconnect_bot.services.reconcile import Reconcile
from teleconnect_bot.services.residue import Residue, report
from teleconnect_bot.services.right_database import RightDatabase
from teleconnect_bot.services.teardown_status import teardown_status as status_of


async def teardown_status(config: Config) -> str:
    """Printed by `teleconnect-bot teardown --status`."""
    async with _storage(config) as storage:
        return await status_of(storage.units, storage.keys, SystemClock().now())


async def residue(config: Config, code: str | None) -> str:
    """What is left of one session, or what at the homeserver belongs to none; printed by `teleconnect-bot residue`.

    Raises `ServiceUnavailable` or `RefusedByService` when the homeserver cannot be asked.
    """
    async with _storage(config) as storage:
        if code is not None:
            return await Residue(storage.units, storage.keys).of(code, SystemClock().now())
        return await _survey(config, storage)


async def confirm_database(config: Config) -> str:
    """`teleconnect-bot residue --confirm-database`. Raises as `residue` does, and then nothing was confirmed."""
    async with _storage(config) as storage:
        listed = await _survey(config, storage, confirm=True)
    return f"{listed}\nConfirmed: this is the right database."


async def _survey(config: Config, storage: _Storage, *, confirm: bool = False) -> str:
    homeserver = config.homeserver
    token = homeserver.admin_token.get_secret_value() if homeserver.admin_token else None
    async with open_session() as session:
        admin = HomeserverAdmin(address=homeserver.address, domain=homeserver.domain, token=token, session=session)
        bot = HomeserverApi(homeserver.address, config.appservice.as_token.get_secret_value(), session, user=config.bot)
        inventory = MatrixInventory(bot, admin, config.bot, config.appservice.visitor_prefix, guests=config.guests.native)
        async with _provider(config) as messenger:
            survey = await Reconcile(storage.units, storage.keys, messenger).survey(inventory, SystemClock())
        right = RightDatabase(storage.units, AccountDataMemory(bot, config.bot), SystemTokens())
        if confirm:
            await right.confirm()
        return report(survey.findings, await right.doubt(survey))


@dataclass(frozen=True, slots=True)
class _Storage:
    units: UnitOfWork
    keys: FileSessionKeys


@asynccontextmanager
async def _provider(config: Config) -> AsyncIterator[TwilioMessenger | None]:
    if config.twilio is None:
        yield None
        return
    messenger = TwilioMessenger(settings_of(config.twilio, config.public_url), SystemClock())
    try:
        yield messenger
    finally:
        await messenger.close()


@asynccontextmanager
async def _storage(config: Config) -> AsyncIterator[_Storage]:
    keys = FileSessionKeys(config.keys_directory)
    database = Database(config.database.url.get_secret_value())
    try:
        yield _Storage(SqlUnitOfWork(database, keys), keys)
    finally:
        await database.close()
