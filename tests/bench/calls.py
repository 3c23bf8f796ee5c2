"""Rows "a call": see the package's docstring for what is measured."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.staff import StaffWaitedInVain
from teleconnect_bot.demo.visitor import Visitor, browser
from tests.acceptance.call_media import bits_per_second, lines, pictures_on, sound_on, until
from tests.acceptance.callers import open_a_call

from .device import CouldNotMeasure
from .results import Row

FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 1_440_000 / 8, "uploadThroughput": 675_000 / 8}
"""Chromium's own preset: milliseconds, and bytes per second."""
JOINS = 3
GOAL_SECONDS, GOAL_KILOBITS = 4.0, 150.0
MEASURED_SECONDS = 10.0
_LOOK_SECONDS = 0.05


async def measure(directory: Path) -> list[Row]:
    """On a stack of its own, with coturn. Raises `CouldNotMeasure`."""
    try:
        return await _measured(directory)
    except (StaffWaitedInVain, AssertionError, PlaywrightError) as error:
        raise CouldNotMeasure(f"two people did not come to hear each other ({type(error).__name__})") from None


async def _measured(directory: Path) -> list[Row]:
    async with AsyncExitStack() as ending:
        stack = Stack(directory, relay_hosts=(LOOPBACK,))
        ending.push_async_callback(stack.stop)
        await stack.start()
        chromium = await ending.enter_async_context(browser())

        async def new_visitor(locale: str = "en-GB") -> Visitor:
            opened = await Visitor.open(chromium, locale=locale)
            ending.push_async_callback(opened.close)
            return opened

        opening = await open_a_call(stack, new_visitor)
        anna, staff = opening.anna, opening.staff
        devtools = await anna.context.new_cdp_session(anna.page)
        await devtools.send("Network.enable")
        await devtools.send("Network.emulateNetworkConditions", FAST_3G)
        took = []
        for _ in range(JOINS):
            await anna.button("Join the call").wait_for()
            took.append(await _sound_after_join(anna))
            await anna.press("Leave the call")
            await until(staff.page, lambda all_: not all_)
        await devtools.send("Network.emulateNetworkConditions", {**FAST_3G, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})

        await anna.press("Camera")
        await anna.press("Join the call")
        await until(anna.page, lambda all_: sound_on(1)(all_) and pictures_on(1)(all_))
        await anna.press("Poor network")
        await _settled(anna.page)
        sent, received = (bits / 1000 for bits in await bits_per_second(anna.page, MEASURED_SECONDS))
    slowest, goal = max(took), f"<= {GOAL_KILOBITS:g} kbit/s"
    return [
        Row(
            f"sound after Join on Fast 3G, slowest of {JOINS}", slowest, "s", None, None, f"<= {GOAL_SECONDS:g} s", slowest <= GOAL_SECONDS
        ),
        Row("poor network with picture, sent", sent, "kbit/s", None, None, goal, sent <= GOAL_KILOBITS),
        Row("poor network with picture, received", received, "kbit/s", None, None, goal, received <= GOAL_KILOBITS),
    ]


async def _sound_after_join(person: Visitor) -> float:
    start = perf_counter()
    await person.press("Join the call")
    async with asyncio.timeout(60):
        while not any(line.sound > 0 for line in await lines(person.page)):
            await asyncio.sleep(_LOOK_SECONDS)
    return perf_counter() - start


async def _settled(page: Page) -> None:
    """The encoders follow the new limits within a few seconds."""
    for _ in range(20):
        sent, received = await bits_per_second(page, 1.0)
        if max(sent, received) <= GOAL_KILOBITS * 1000:
            return
    raise CouldNotMeasure("the limits of poor-network mode were not reached")
