"""What `make demo HOST=…` opens to the local network, by https: what guests and interpreters need. All else is on loopback."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import unquote

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

_EXACT = frozenset({"/j", "/i"})
_BELOW = ("/j/", "/i/", "/assets/", "/api/", "/gw/")
_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
)
_SAID_ANEW = frozenset({"host", "content-length", "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"})
LARGEST_BODY = 64 * 1024**2


def is_guests(path: str) -> bool:
    """Whether a path, as the browser sent it, belongs to the guests' routes; one that climbs or hides does not."""
    plain = unquote(path)
    if any(part in (".", "..") for part in plain.replace("\\", "/").split("/")) or "%" in plain:
        return False
    return path in _EXACT or path.startswith(_BELOW)


class GuestProxy:
    """Passes guests' requests on to the bot and streams the answers back, held polls included."""

    def __init__(self, upstream: str, host: str, port: int, tls: ssl.SSLContext) -> None:
        self._upstream, self._host, self._port, self._tls = upstream, host, port, tls
        self._runner: web.AppRunner | None = None
        self._http: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Raises `OSError` when the address is not one of this machine."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=2)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls).start()
        except OSError:
            await self.stop()
            raise
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), auto_decompress=False, timeout=aiohttp.ClientTimeout(total=None, sock_connect=10)
        )

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        http, self._http = self._http, None
        if http is not None:
            await http.close()
        if runner is not None:
            await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path.partition("?")[0]
        if self._http is None or not is_guests(path):
            raise web.HTTPNotFound(text="Not found.\n")
        headers = _kept(request.headers, _SAID_ANEW)
        headers["X-Forwarded-For"] = request.remote or ""
        headers["X-Forwarded-Proto"] = "https"
        body = await request.read() if request.body_exists else None
        answer: web.StreamResponse | None = None
        try:
            async with self._http.request(
                request.method, URL(self._upstream + request.raw_path, encoded=True), headers=headers, data=body, allow_redirects=False
            ) as found:
                answer = web.StreamResponse(status=found.status, reason=found.reason, headers=_kept(found.headers, frozenset()))
                await answer.prepare(request)
                async for chunk in found.content.iter_any():
                    await answer.write(chunk)
                await answer.write_eof()
        except (aiohttp.ClientError, asyncio.IncompleteReadError):
            if answer is None or not answer.prepared:
                raise web.HTTPBadGateway(text="The bot does not answer.\n") from None
        return answer


def _kept(headers: CIMultiDictProxy[str], without: frozenset[str]) -> CIMultiDict[str]:
    """What holds for the message and not only for the connection it came by."""
    more = {word.strip().lower() for word in headers.get(hdrs.CONNECTION, "").split(",")}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _OF_ONE_CONNECTION | without | more)
