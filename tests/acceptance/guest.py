"""A guest without a browser: the page's own calls, and a device with real keys at the gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import ClientSession

from teleconnect_bot.demo.stack import Stack
from tests.bench.device import CLIENT, Device
from tests.bench.play import GuestApi

PAUSE = 0.05
"""Seconds between two looks at something that reports nothing by itself."""


@dataclass
class Guest:
    """One browser at the gateway."""

    api: GuestApi
    device: Device
    room: str = ""

    @classmethod
    async def come_in(cls, http: ClientSession, stack: Stack, link: str) -> Guest:
        """From the link up to keys that are uploaded; `listening()` of the device is entered by the caller."""
        api = GuestApi(http, stack.address)
        device = await api.come_in(link.partition("#")[2])
        await device.ask("GET", f"{CLIENT}/versions")
        await device.publish_keys(cross_sign=True)
        return cls(api, device)

    async def join(self) -> None:
        view = await self.api.ask("POST", "/api/ready")
        while view["status"] != "invited":
            await asyncio.sleep(PAUSE)
            view = await self.api.ask("GET", "/api/seat")
        self.room = str(view["room"])
        await self.device.join(self.room)

    async def beat(self, expected: str | None = None) -> None:
        """The page is in front; with `expected` until it is told so."""
        while (await self.api.ask("POST", "/api/beat", {"visible": True}))["status"] != (expected or "") and expected:
            await asyncio.sleep(PAUSE)
