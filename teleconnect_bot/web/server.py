"""The web application: every route, what holds for all of them, and the server that carries it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry

from teleconnect_bot.services.call_door import CallDoor
from teleconnect_bot.services.guest_door import GuestDoor
from teleconnect_bot.services.interpreter_door import InterpreterDoor
from teleconnect_bot.services.ports import ServiceUnavailable
from teleconnect_bot.web.bundle import STATIC, Bundle
from teleconnect_bot.web.callbacks import Callbacks
from teleconnect_bot.web.calls import WholeCalls, slow_down
from teleconnect_bot.web.conference import JOIN as CONFERENCE
from teleconnect_bot.web.conference import Conference, ConferenceRoutes
from teleconnect_bot.web.failures import TooManyFailures, unknown_secrets
from teleconnect_bot.web.gateway import MOUNT, Gateway
from teleconnect_bot.web.gateway_table import MAX_JSON_BYTES, RULES, Guard
from teleconnect_bot.web.guest import GuestRoutes, PublicInfo
from teleconnect_bot.web.health import Health, ReadyChecks
from teleconnect_bot.web.interpreter import InterpreterRoutes
from teleconnect_bot.web.kept import Kept, KeptPages
from teleconnect_bot.web.protocol import listening
from teleconnect_bot.web.security import Seconds, parse_networks, security_headers
from teleconnect_bot.web.staff_calls import StaffCallRoutes

log = structlog.get_logger()

STOP_SECONDS = 5.0
"""How long answers that are being sent may still take when the server stops. Held polls end at once."""
LONGEST_RETRY_SECONDS = 300
PUBLIC_CALLS = frozenset(MOUNT + rule.template for rule in RULES if rule.guard is Guard.PUBLIC)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(
    *,
    public_url: str,
    trusted_proxies: Sequence[str],
    door: GuestDoor,
    gateway: Gateway,
    public: PublicInfo,
    checks: ReadyChecks,
    registry: CollectorRegistry,
    seconds: Seconds,
    tasks: asyncio.TaskGroup,
    static: Path = STATIC,
    callbacks: Callbacks | None = None,
    interpreters: InterpreterDoor | None = None,
    kept: Kept | None = None,
    call_door: CallDoor | None = None,
    conference: Conference | None = None,
) -> web.Application:
    """All routes. `gateway` is opened and closed by the caller, who needs it for longer (`SeatGate`).

    `tasks` carries the guests' use cases and must outlive the server; no failure of theirs reaches it.
    Raises `ValueError` for a proxy that is neither an address nor a network.
    """
    trusted = parse_networks(trusted_proxies)
    calls = WholeCalls(tasks)
    guest = GuestRoutes(door, public, trusted, seconds, calls)
    of_seats = frozenset(route.path for route in guest.of_seats()) | {CONFERENCE}
    secrets = unknown_secrets(lambda path: path in of_seats or _is_of_a_seat(path), MOUNT + "/", trusted, seconds)
    app = web.Application(client_max_size=MAX_JSON_BYTES, middlewares=[secrets, plain_errors])
    app.add_routes(guest.routes())
    app.add_routes(Bundle(static, public.support_phone).routes())
    app.add_routes(Health(checks, registry, trusted).routes())
    if interpreters is not None:
        app.add_routes(InterpreterRoutes(interpreters, public.languages, trusted, seconds, calls).routes())
    if call_door is not None:
        app.add_routes(StaffCallRoutes(call_door, public, trusted, seconds, calls).routes())
    if conference is not None:
        app.add_routes(ConferenceRoutes(conference.door, seconds).routes())
    if kept is not None:
        app.add_routes(KeptPages(kept, public.languages).routes())
    if callbacks is not None:
        app.add_routes(callbacks.routes())
    app.router.add_route("*", MOUNT + r"/{call:[\s\S]*}", gateway.handle)
    app.on_response_prepare.append(security_headers(public_url, conference.origin if conference else None))

    async def stop(_: web.Application) -> None:
        gateway.close_polls()
        await calls.finish()

    app.on_shutdown.append(stop)
    return app


def _is_of_a_seat(path: str) -> bool:
    """Through the gateway."""
    return path.startswith(MOUNT + "/") and path not in PUBLIC_CALLS


@web.middleware
async def plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error ends here, as a short answer that repeats nothing of the request and tells nothing of the inside."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        response = _plain(request, error.status, error.reason)
        if hdrs.ALLOW in error.headers:
            response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
        return response
    except TooManyFailures as many:
        return slow_down(many.wait)
    except ServiceUnavailable as busy:
        response = _plain(request, 503, "Not available at this moment")
        wait = int(busy.retry_after.total_seconds()) + 1 if busy.retry_after else 2
        response.headers[hdrs.RETRY_AFTER] = str(min(wait, LONGEST_RETRY_SECONDS))
        return response
    except Exception as error:  # noqa: BLE001 - the edge: whatever went wrong, the answer is one sentence
        log.error("web_failed", route=_route(request), kind=type(error).__name__, at=_innermost(error))
        return _plain(request, 500, "Something went wrong on our side")


def _plain(request: web.Request, status: int, sentence: str) -> web.Response:
    if request.path.startswith(("/api/", MOUNT + "/")):
        names = {404: "unknown", 405: "method", 413: "large", 503: "busy"}
        return web.json_response({"error": names.get(status, "failed")}, status=status)
    return web.Response(status=status, text=f"{sentence}.\n")


def _route(request: web.Request) -> str:
    """The route's pattern: never the path, which may hold a token."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"


def _innermost(error: BaseException) -> str:
    """Where it happened, without what it says: an exception's text may hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"


@dataclass(frozen=True, slots=True)
class Served:
    """Where the application can be reached; `port` is the real one."""

    host: str
    port: int


@asynccontextmanager
async def serve(app: web.Application, host: str, port: int, tls: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """The application answers inside the block. Port 0 takes a free one."""
    # handler_cancellation: a browser that goes away must not leave its poll held at the homeserver.
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        async with listening(runner, app, host, port, tls) as address:
            yield Served(*address)
    finally:
        await runner.cleanup()
