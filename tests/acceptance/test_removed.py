"""`remove` on the real deployment: out at once, on the page, at the gateway and in the room; the others stay (PRODUCT §3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import ClientSession, TCPConnector
from playwright.async_api import expect

from teleconnect_bot.demo.stack import Stack
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.guest import Guest
from tests.acceptance.nurse import SLOW, Nurse
from tests.bench.device import CLIENT, POLL_MS

ANNA, KARIM = "anna@example.org", "karim@example.org"


async def status(http: ClientSession, address: str, secret: str) -> int:
    """How the gateway answers this browser."""
    headers = {"Authorization": f"Bearer {secret}"}
    async with http.get(f"{address}/gw{CLIENT}/v3/sync", params={"timeout": "0"}, headers=headers) as answer:
        return answer.status


@dataclass(frozen=True, slots=True)
class Running:
    """A session that Anna and the nurse are in, and to which Karim was invited as well."""

    code: str
    link: str
    anna: Guest
    http: ClientSession


@pytest_asyncio.fixture
async def running(stack: Stack, nurse: Nurse) -> AsyncIterator[Running]:
    link = await nurse.invite(ANNA, more=f"lang=en guest={KARIM}/en")
    code = await nurse.code()
    async with ClientSession(connector=TCPConnector(limit=0)) as http:
        anna = await Guest.come_in(http, stack, link)
        async with anna.device.listening():
            await anna.join()
            await nurse.take()
            await anna.beat("in_session")
        yield Running(code, link, anna, http)


@pytest.mark.long
async def test_who_is_removed_is_out_at_once_and_the_others_stay(stack: Stack, nurse: Nurse, visitor: NewVisitor, running: Running) -> None:
    anna, code = running.anna, running.code
    async with anna.device.listening():
        karim = await visitor()
        await karim.come_in(running.link, "Karim")
        await nurse.sees_on_card(code, "Karim (Relative) is here")
        await karim.write("I shall not be quiet.")
        user = (await nurse.reads("not be quiet", room=anna.room)).sender
        secret = str(await karim.page.evaluate("() => JSON.parse(localStorage.getItem('seat')).secret"))
        assert await status(running.http, stack.address, secret) == 200

        await nurse.asks(f"remove relative {code}", f"They are out of session {code}")
        assert await status(running.http, stack.address, secret) == 401
        await karim.sees("This session is over", SLOW)
        await expect(karim.page.get_by_text("You are no longer in this session.")).to_be_visible()
        await anna.device.until(lambda: anna.device.rooms[anna.room].members.get(user) == "leave", "Karim's removal from the room")
        await karim.keeps_nothing()

        await nurse.says(anna.room, "We go on, the two of us.")
        await anna.device.reads(anna.room, "the two of us")
        assert karim.errors == []


async def test_a_poll_that_is_held_ends_with_the_removal(nurse: Nurse, running: Running) -> None:
    anna, code = running.anna, running.code
    held = asyncio.create_task(anna.device.listen_until_refused())
    await nurse.asks(f"remove service user {code}", f"They are out of session {code}")
    await asyncio.wait_for(held, POLL_MS / 1000 - 5)
    view = await anna.api.ask("GET", "/api/seat")
    assert (view["status"], view["ended_reason"]) == ("ended", "removed")
