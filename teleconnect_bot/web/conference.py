"""The page's way into the conference at the organisation's Jitsi Meet (PRODUCT §7): one call, a new token for each join."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from teleconnect_bot.services.conference_door import ConferenceDoor, NotInSession
from teleconnect_bot.web.calls import refused, slow_down
from teleconnect_bot.web.failures import bearer_digest
from teleconnect_bot.web.security import Buckets, Limit, Seconds

JOIN = "/api/conference"
LIMITS: Mapping[str, Limit] = {
    # Per seat: a person joins, drops out, reloads; nobody joins ten times a minute.
    "join": Limit(burst=6, per_second=0.1),
}


@dataclass(frozen=True, slots=True)
class Conference:
    """`origin` is the only foreign one that a page may show in a frame."""

    door: ConferenceDoor
    origin: str


class ConferenceRoutes:
    def __init__(self, door: ConferenceDoor, seconds: Seconds) -> None:
        self._door = door
        self._buckets = Buckets(LIMITS, seconds)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(JOIN, self.join)]

    async def join(self, request: web.Request) -> web.Response:
        """Join was pressed. Nothing of the request counts but the seat's secret."""
        digest = bearer_digest(request)
        if digest is None:
            return refused(401, "seat")
        if wait := self._buckets.take("join", digest):
            return slow_down(wait)
        try:
            way = await self._door.join(digest)
        except NotInSession:
            return refused(409, "not_in_session")
        if way is None:
            return refused(401, "seat")
        return web.json_response({"address": way.address, "token": way.token})
