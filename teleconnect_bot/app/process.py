"""The bot as a process: logs, folders, migration, signals, exit code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import structlog

from teleconnect_bot.adapters import logs
from teleconnect_bot.adapters.storage.migrations import migrate
from teleconnect_bot.app.bot import Bot
from teleconnect_bot.app.places import make_database_folder
from teleconnect_bot.config import Config
from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable

log = structlog.get_logger("teleconnect_bot.app")


async def run(config: Config) -> int:
    """Run the bot until SIGTERM or SIGINT; the exit code."""
    logs.configure(config.logs.level, config.logs.format)
    os.umask(0o077)
    make_database_folder(config.database.url.get_secret_value())
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


def _on_signals(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, act)
