"""Is the process alive, can it do its work, and how much does it do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from teleconnect_bot.web.security import Network, client_address

ReadyChecks = Callable[[], Awaitable[Mapping[str, bool]]]
"""Each check by an opaque name such as `database`, and whether it holds now."""


class Health:
    """`/metrics` is answered to loopback and private addresses alone: counters are for the operator."""

    def __init__(self, checks: ReadyChecks, registry: CollectorRegistry, trusted: Sequence[Network]) -> None:
        self._checks = checks
        self._registry = registry
        self._trusted = trusted

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/health/live", self.live),
            web.get("/health/ready", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def live(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def ready(self, request: web.Request) -> web.Response:
        checks = await self._checks()
        ready = all(checks.values())
        states = {name: "ok" if holds else "failing" for name, holds in checks.items()}
        return web.json_response({"status": "ready" if ready else "not ready", "checks": states}, status=200 if ready else 503)

    async def metrics(self, request: web.Request) -> web.Response:
        address = client_address(request, self._trusted)
        if address is not None and not (address.is_loopback or address.is_private):
            raise web.HTTPNotFound
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
