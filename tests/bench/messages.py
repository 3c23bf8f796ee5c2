"""Row "1,000 invitations by SMS": see the package's docstring for what is compared with what."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from teleconnect_bot.adapters.messaging.sms_whatsapp import TwilioMessenger, TwilioSettings
from teleconnect_bot.adapters.system import SystemClock
from teleconnect_bot.demo.provider import Provider, serving
from teleconnect_bot.domain.channels import Channel, ChannelOrder
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.services.outbox import AT_ONCE
from teleconnect_bot.services.ports import PhoneMessage
from teleconnect_bot.services.sessions import Invitation
from teleconnect_bot.services.spending import SpendingLimits
from tests.services.world import CHAT, NURSE, World

from .device import CouldNotMeasure
from .results import Row

INVITATIONS = 1000
LONGEST_SECONDS = 240.0
GOAL_SECONDS = 60.0


async def measure(directory: Path) -> Row:
    """All are queued before the first leaves; the use cases, SQLite and Twilio's library are real, the chat is not."""
    async with serving(Provider("AC1", "token", lambda: datetime.now(UTC), reports=False)) as provider:
        messenger = TwilioMessenger(
            TwilioSettings("AC1", "token", provider.address, "http://127.0.0.1:9", sms_from={"default": "Example"}), SystemClock()
        )
        try:
            alone = await _by_the_library_alone(messenger)
            provider.taken.clear()
            whole = await _by_the_bot(messenger, provider, directory)
        finally:
            await messenger.close()
    ours = whole - alone
    name = f"{INVITATIONS:,} invitations by SMS, from queued to handed over, without the provider's own time"
    return Row(name, ours, "s", alone, ours / alone, f"<= {GOAL_SECONDS:.0f} s", ours <= GOAL_SECONDS)


async def _by_the_library_alone(messenger: TwilioMessenger) -> float:
    """The same messages, as many at once as the bot sends."""
    free = asyncio.Semaphore(AT_ONCE)

    async def send(number: int) -> None:
        async with free:
            text = "Example Organisation: You are invited to a conversation now. https://meet.example.org/j#abcdefghijklmnopqrstuv"
            await messenger.send(PhoneMessage(f"m{number}", Channel.SMS, f"+4179{number:07d}", "invitation", "en", text, {}))

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(INVITATIONS):
            tasks.create_task(send(number))
    return time.perf_counter() - begun


async def _by_the_bot(messenger: TwilioMessenger, provider: Provider, directory: Path) -> float:
    directory.mkdir()
    world = World(directory)
    world.provider = messenger  # type: ignore[assignment]  # the real one, in the place of the fake
    world.limits = SpendingLimits(INVITATIONS, INVITATIONS, INVITATIONS)
    world.policy = replace(world.policy, channels=ChannelOrder((Channel.EMAIL, Channel.SMS)))
    await world.create()
    try:
        for number in range(INVITATIONS):
            contact = Contact.phone(f"+4179{number:07d}")
            await world.sessions.invite(Invitation(by=NURSE, chat=CHAT, event=f"$invite{number}", contact=contact))
        begun = time.perf_counter()
        outbox = asyncio.create_task(world.outbox.run())
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                while len(provider.taken) < INVITATIONS:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise CouldNotMeasure(f"{len(provider.taken)} of {INVITATIONS} messages in {LONGEST_SECONDS:.0f} s") from None
        finally:
            outbox.cancel()
        return time.perf_counter() - begun
    finally:
        await world.stop()
