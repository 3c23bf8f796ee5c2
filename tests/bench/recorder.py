"""A reverse proxy in front of Synapse that writes down every call; only for the session that is recorded, never for one that is timed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web
from yarl import URL

_PASSED_ON = ("Authorization", "Content-Type")


@dataclass
class Call:
    """One call and its answer, in the order in which the calls came."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    authorization: str = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    status: int = 0
    answer: bytes = field(default=b"", repr=False)

    @property
    def is_wait(self) -> bool:
        """A long poll: what it takes is waiting, not work."""
        return self.path.endswith("/sync")


class Recorder:
    def __init__(self, homeserver: str, http: ClientSession) -> None:
        self.calls: list[Call] = []
        self.address = ""
        self._homeserver, self._http = homeserver, http

    async def handle(self, request: web.Request) -> web.Response:
        call = Call(
            request.method,
            request.rel_url.raw_path,
            tuple(request.query.items()),
            request.headers.get("Authorization", ""),
            request.headers.get("Content-Type", ""),
            await request.read(),
        )
        self.calls.append(call)
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        url = URL(self._homeserver + request.raw_path, encoded=True)
        async with self._http.request(request.method, url, data=call.body or None, headers=headers, allow_redirects=False) as answer:
            call.status, call.answer = answer.status, await answer.read()
        return web.Response(
            status=call.status, body=call.answer, headers={"Content-Type": answer.headers.get("Content-Type", "text/plain")}
        )


@asynccontextmanager
async def recording(homeserver: str) -> AsyncIterator[Recorder]:
    async with ClientSession(connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None)) as http:
        recorder = Recorder(homeserver, http)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", recorder.handle)
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            recorder.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield recorder
        finally:
            await runner.cleanup()
