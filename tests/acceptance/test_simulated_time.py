"""A session of a week and a half in a minute: a real homeserver, real encryption, the bot on a clock that the test moves (PRODUCT §2, §3).

The bot runs in the test's own process, because its clock is an argument there; the guest is a client at the gateway, the nurse one
at the homeserver, and neither shares code with the bot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nio
import pytest
from aiohttp import ClientSession, TCPConnector
from icalendar import Calendar

from teleconnect_bot.adapters.storage.migrations import migrate
from teleconnect_bot.app import Bot
from teleconnect_bot.demo.catcher import CaughtMail
from teleconnect_bot.demo.remains import files_with
from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.staff import Seen
from tests.acceptance.conftest import MakeStack
from tests.acceptance.guest import PAUSE, Guest
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import read_rows
from tests.bench.play import GuestApi

CONTACT = "guest@example.org"


class MovedClock:
    """Stands still, but for what the test does."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


@dataclass
class Deployment:
    stack: Stack
    clock: MovedClock
    bot: Bot
    http: ClientSession

    def go_to(self, moment: datetime) -> None:
        assert moment >= self.clock.moment
        self.clock.moment = moment
        self.bot.wake()

    def pass_time(self, by: timedelta) -> None:
        self.go_to(self.clock.moment + by)

    async def mail(self, number: int) -> CaughtMail:
        """The guest's mail with this number, counted from 1."""
        return await self.stack.mails.wait_for(CONTACT, number, SLOW)

    async def state(self, expected: str) -> None:
        await until(lambda: [row["state"] for row in read_rows(self.stack, "session")] == [expected])


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(SLOW):
        while not happened():
            await asyncio.sleep(PAUSE)


@asynccontextmanager
async def deployment(make_stack: MakeStack, start: datetime) -> AsyncIterator[Deployment]:
    """Everything but the bot as programs, the bot here."""
    stack = await make_stack(start=False)
    await stack.start(bot=False)
    await migrate(stack.config.database.url.get_secret_value())
    clock, stop = MovedClock(start), asyncio.Event()
    bot = Bot(stack.config, clock)
    async with ClientSession(connector=TCPConnector(limit=0)) as http, asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run(stop))
        await until(lambda: bot.connected)
        yield Deployment(stack, clock, bot, http)
        stop.set()


async def press(nurse: Nurse, event: str, key: str) -> None:
    """Once the bot offers it below the message, which its own reaction does."""
    await nurse.staff.wait_for(lambda: (nurse.bot, key) in nurse.staff.reactions(event), SLOW)
    await nurse.staff.react(nurse.chat, event, key)


async def entry(nurse: Nurse, number: int) -> tuple[str, datetime, int]:
    """Method, time and sequence of the calendar file with this number in the direct chat."""

    def files() -> list[Seen]:
        return [seen for seen in nurse.staff.messages(nurse.chat) if seen.file and seen.text.endswith(".ics")]

    await nurse.staff.wait_for(lambda: len(files()) >= number, SLOW)
    calendar = Calendar.from_ical(await nurse.staff.download(files()[number - 1]))
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event.decoded("DTSTART"), int(str(event["SEQUENCE"]))


@pytest.mark.timeout(400)
async def test_plan_remind_arrive_start_keep_return_close_reopen_close_and_gone(make_stack: MakeStack) -> None:
    start = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    at = start + timedelta(days=4, hours=3)
    async with deployment(make_stack, start) as world:
        nurse = await Nurse.meet_the_bot(world.stack)

        # plan, and put off by an hour
        link = await nurse.invite(CONTACT, more=f'lang=en at="{at:%Y-%m-%d %H:%M}" tz=UTC')
        code = await nurse.code()
        assert await entry(nurse, 1) == ("PUBLISH", at, 0)
        at += timedelta(hours=1)
        await nurse.asks(f'reschedule {code} at="{at:%Y-%m-%d %H:%M}"', "has a new time")
        assert await entry(nurse, 2) == ("PUBLISH", at, 1)
        assert (await world.mail(2)).link == link

        # remind
        world.go_to(at - timedelta(hours=24))
        await nurse.reads(f"Session {code} is coming up")
        assert "waiting room opens 15 minutes before" in (await world.mail(3)).plain
        view = await GuestApi(world.http, world.stack.address).ask("POST", "/api/open", {"token": link.partition("#")[2], "language": "en"})
        assert view["state"] == "early"
        world.go_to(at - timedelta(minutes=15))
        assert "you can come in now" in (await world.mail(4)).plain

        # arrive, start
        world.go_to(at - timedelta(minutes=5))
        guest = await Guest.come_in(world.http, world.stack, link)
        async with guest.device.listening():
            await guest.join()
            await nurse.reads("is in the waiting room")
            await guest.device.until(
                lambda: guest.device.rooms[guest.room].members.get(nurse.staff.user) == "invite", "the nurse's invitation"
            )
            await guest.device.say(guest.room, "I am a little early.")
            assert await nurse.take() == guest.room
            await nurse.reads(f"Session {code} has started")
            world.pass_time(timedelta(seconds=2))  # the letters with the room's keys
            await nurse.reads("I am a little early.", room=guest.room)
            await guest.beat("in_session")
            await nurse.says(guest.room, "Shall we speak again on Friday?")
            await guest.device.reads(guest.room, "on Friday?")

            # keep: by reactions, as in Element
            card = next(seen.event for seen in nurse.staff.messages(nurse.chat) if seen.text.startswith(f"Session {code} – "))
            world.pass_time(timedelta(seconds=3))
            await press(nurse, card, "⏹\ufe0f")
            question = await nurse.reads("are the key points written")
            await press(nurse, question.event, "⏸\ufe0f")
            await world.state("kept_open")

        # away: one word that something was written
        world.pass_time(timedelta(seconds=91))
        await until(lambda: not any(row["present"] for row in read_rows(world.stack, "seat")))
        await nurse.says(guest.room, "I found the address that you asked for.")
        note = await world.mail(5)
        assert (note.subject, note.link) == ("You have a new message", link)
        assert "address" not in note.plain

        # return, two days later, in the same browser
        world.pass_time(timedelta(days=2))
        await guest.beat("waiting")
        await nurse.reads("came back")
        async with guest.device.listening():
            await guest.device.reads(guest.room, "that you asked for")
            await nurse.asks(f"start {code}", "is running")
            await guest.beat("in_session")
            await guest.device.say(guest.room, "Thank you.")
            await nurse.reads("Thank you.", room=guest.room)

            # close
            def rights() -> int:
                return sum((seen.room, seen.type) == (guest.room, "m.room.power_levels") for seen in nurse.staff.seen)

            before = rights()
            await nurse.asks(f"close {code}", "is closed")
            await until(lambda: all(row["state"] == "revoked" for row in read_rows(world.stack, "seat")))
        await nurse.staff.wait_for(lambda: rights() > before, SLOW)
        refused = await nurse.staff.client.room_send(
            guest.room, "m.room.message", {"msgtype": "m.text", "body": "?"}, ignore_unverified_devices=True
        )
        assert isinstance(refused, nio.RoomSendError), "the room is read-only"

        # reopen, a day less an hour later: the same link, a new browser
        world.pass_time(timedelta(hours=23))
        await nurse.asks(f"reopen {code}", "is open again")
        before = len(nurse.staff.seen)
        again = await Guest.come_in(world.http, world.stack, link)
        async with again.device.listening():
            await again.join()
            await nurse.staff.wait_for(lambda: any("came back" in seen.text for seen in nurse.staff.seen[before:]), SLOW)
            assert again.room == guest.room
            await nurse.asks(f"start {code}", "is running")
            await nurse.says(again.room, "One more thing.")
            await again.device.reads(again.room, "One more thing.")
            await again.beat("in_session")

            # close, and a day later nothing is left
            before = len(nurse.staff.seen)
            await nurse.orders(f"close {code}")
            await nurse.staff.wait_for(lambda: any("is closed. pdf" in seen.text for seen in nurse.staff.seen[before:]), SLOW)
            view = await again.api.ask("GET", "/api/seat")
            assert (view["status"], view["ended_reason"]) == ("ended", "closed")
        world.pass_time(timedelta(hours=23, minutes=59))
        await world.state("closed")
        world.pass_time(timedelta(minutes=1))
        await until(lambda: [row["emptied_at"] is not None for row in read_rows(world.stack, "session")] == [True])
        world.pass_time(timedelta(minutes=3))
        await nurse.reads(f"Session {code} is deleted")
        await until(lambda: not read_rows(world.stack, "session") and not read_rows(world.stack, "ledger"))
        assert len(world.stack.mails.to(CONTACT)) == 5
        for directory in (world.stack.homeserver.directory, world.stack.database_directory):
            assert files_with(Path(directory), ("One more thing.", "that you asked for", CONTACT)) == []
