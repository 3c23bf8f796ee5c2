"""How the server speaks HTTP, where aiohttp answers by itself: before any route or middleware has seen the request."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

import structlog
from aiohttp import web

log = structlog.get_logger()


class _OfItself(web.Response):
    """An answer that no middleware saw."""


class Speech(web.RequestHandler):
    """What cannot be parsed, and whatever else no route was found for, is answered by one sentence that repeats nothing of the
    request, with the headers that every other answer bears. aiohttp would show the line it did not understand, token included."""

    __slots__ = ("_app",)

    def __init__(self, manager: web.Server, app: web.Application) -> None:
        # No page of ours sends a body that is packed, and one that is unpacked here could be a thousand times its size.
        loop = asyncio.get_running_loop()
        super().__init__(manager, loop=loop, access_log=None, auto_decompress=False)  # type: ignore[arg-type] # as `web.AppRunner` takes it
        self._app = app

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("An answer was begun already")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("web_failed", route="(none)", kind=type(exc).__name__)
        return _sentence(status)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        if isinstance(resp, web.HTTPException):
            resp = _sentence(resp.status)
        if isinstance(resp, _OfItself) and isinstance(request, web.Request):
            await self._app.on_response_prepare.send(request, resp)
        return await super().finish_response(request, resp, start_time)

    def log_exception(self, *args: object, **kw: object) -> None:
        """aiohttp's lines name addresses and paths; what matters of a failure is logged by `plain_errors` and above."""

    log_debug = log_exception


def _sentence(status: int) -> web.Response:
    response = _OfItself(status=status, text=f"{HTTPStatus(status).phrase}.\n")
    response.force_close()
    return response


@asynccontextmanager
async def listening(
    runner: web.AppRunner, app: web.Application, host: str, port: int, tls: ssl.SSLContext | None
) -> AsyncIterator[tuple[str, int]]:
    """`app`, which `runner` has set up, answers at the address given inside the block."""
    manager = runner.server
    assert manager is not None
    server = await asyncio.get_running_loop().create_server(lambda: Speech(manager, app), host, port, backlog=1024, ssl=tls)
    try:
        yield host, server.sockets[0].getsockname()[1]
    finally:
        server.close()
