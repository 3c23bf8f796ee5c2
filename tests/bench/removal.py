"""Row "somebody is removed": see the package's docstring for what is measured."""

from __future__ import annotations

import asyncio
import re
import secrets
from time import perf_counter

from aiohttp import ClientSession

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.guest import Guest

from .device import CouldNotMeasure
from .play import Nurse
from .results import Row
from .session import met_nurse

TIMES = 5
GOAL_SECONDS = 1.0
HELD_AFTER = 0.2
"""Seconds after which the poll is surely held."""
_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4})\b")


async def measure(stack: Stack, http: ClientSession) -> Row:
    async with met_nurse(stack, http, stack.homeserver.address, "nurse-removing") as nurse:
        slowest = max([await _once(stack, http, nurse) for _ in range(TIMES)])
    return Row("somebody is removed, slowest of five", slowest, "s", None, None, f"<= {GOAL_SECONDS:g} s", slowest <= GOAL_SECONDS)


async def _once(stack: Stack, http: ClientSession, nurse: Nurse) -> float:
    contact = f"{secrets.token_hex(6)}@example.org"
    seen = len(nurse.device.rooms[nurse.chat].events)
    found = _CODE.search(await nurse.orders(f"invite {contact} lang=en", "Session "))
    if found is None:
        raise CouldNotMeasure("the card names no session")
    guest = await Guest.come_in(http, stack, (await stack.mails.wait_for(contact)).link)
    async with guest.device.listening():
        await guest.join()
        await nurse.device.until(lambda: guest.room in nurse.device.invitations, "the nurse's invitation")
        await nurse.device.join(guest.room)
        await nurse.device.reads(nurse.chat, f"{found[1]} has started", seen)
    out = asyncio.create_task(guest.device.listen_until_refused())
    await asyncio.sleep(HELD_AFTER)
    start = perf_counter()
    await nurse.device.say(nurse.chat, f"remove service user {found[1]}")
    took = await out - start
    view = await guest.api.ask("GET", "/api/seat")
    if (view["status"], view["ended_reason"]) != ("ended", "removed"):
        raise CouldNotMeasure("the poll ended for another reason")
    await nurse.orders(f"close now {found[1]}", "Nothing of it is stored")
    return took
