"""The line between bot and homeserver, with a place to stop at: a test learns that a request is under way, and kills the bot there."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from yarl import URL

from teleconnect_bot.demo.addresses import LOOPBACK, free_port

_OF_ONE_CONNECTION = {"host", "connection", "keep-alive", "transfer-encoding", "content-length", "expect"}


@dataclass
class Stop:
    """The first request with this method and a path in which `path` is found is held, and never answered.

    `passed_on`: the homeserver has carried it out by the time that `reached` is set. Otherwise it never sees it.
    """

    method: str
    path: str
    passed_on: bool
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def holds(self, request: web.Request) -> bool:
        return not self.reached.is_set() and request.method == self.method and re.search(self.path, request.raw_path) is not None


class Wire:
    """Passes everything on to `homeserver`, which is set before the bot starts, but for what a `Stop` holds."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self.address, self.homeserver = address, ""
        self._http = http
        self._stops: list[Stop] = []

    def stop_at(self, method: str, path: str, *, passed_on: bool) -> Stop:
        stop = Stop(method, path, passed_on)
        self._stops.append(stop)
        return stop

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        stop = next((stop for stop in self._stops if stop.holds(request)), None)
        body = await request.read()
        if stop and not stop.passed_on:
            stop.reached.set()
            await asyncio.Event().wait()  # until the bot hangs up
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
        address = URL(f"{self.homeserver}{request.raw_path}", encoded=True)
        try:
            async with self._http.request(request.method, address, headers=headers, data=body, allow_redirects=False) as answer:
                if stop:
                    await answer.read()
                    stop.reached.set()
                    await asyncio.Event().wait()
                kept = {name: value for name, value in answer.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
                response = web.StreamResponse(status=answer.status, headers=kept)
                await response.prepare(request)
                async for part in answer.content.iter_any():
                    await response.write(part)
                await response.write_eof()
                return response
        except aiohttp.ClientError:
            return web.Response(status=502)


@asynccontextmanager
async def wire() -> AsyncIterator[Wire]:
    port = free_port()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None), skip_auto_headers=("User-Agent", "Accept")
    ) as http:
        line = Wire(f"http://{LOOPBACK}:{port}", http)
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/{path:.*}", line.pass_on)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK, port).start()
        try:
            yield line
        finally:
            await runner.cleanup()
