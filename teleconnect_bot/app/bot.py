"""All parts of one running bot, in one TaskGroup, stopped in order."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import structlog

from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.app.effects import handlers
from teleconnect_bot.app.events import MatrixEvents
from teleconnect_bot.app.front import serve_front
from teleconnect_bot.app.homeserver import Homeserver
from teleconnect_bot.app.parts import Parts
from teleconnect_bot.app.staff import StaffSide
from teleconnect_bot.app.upkeep import Upkeep
from teleconnect_bot.app.writing import Writing
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.services.outbox import Outbox

log = structlog.get_logger("teleconnect_bot.app")


class Bot(Parts):
    """All parts of one running bot. Building it opens nothing; `run` does, and closes it again."""

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
                web = tasks.create_task(serve_front(self, tasks))
                work = tasks.create_task(self._work())
                await stop.wait()
                log.info("stopping")
                web.cancel()
                work.cancel()
        log.info("stopped")

    async def _work(self) -> None:
        """Sign in, then carry out, listen and keep time until cancelled."""
        await self.account.start()
        homeserver = Homeserver(self)
        writing = Writing(self, homeserver)
        by_element = self.config.calls.by_element
        cards = Cards(format_moment, self.call_links.address, self.organisations.name_of, by_element=by_element)
        self.outbox = Outbox(self.units, self.clock, handlers(self, homeserver, writing, cards))
        staff = StaffSide(self, homeserver, writing)
        self.account.events = MatrixEvents(staff.desk)
        upkeep = Upkeep(self, homeserver, staff, cards)
        await homeserver.staff_rooms.learn()
        await self.organisations.follow(self.config.interpreting())
        await homeserver.organisation_rooms.learn()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.account.run())
            tasks.create_task(upkeep.run())
            await self.account.wait_until_caught_up()
            self.connected = True
            tasks.create_task(self.outbox.run())
            tasks.create_task(self.timers.run())
            log.info("ready")
