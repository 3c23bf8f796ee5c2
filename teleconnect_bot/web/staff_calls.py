"""The page's calls about audio and video (PRODUCT §7): JSON over `CallDoor`, under the same rules as the guests' own calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiohttp import web

from teleconnect_bot.services.call_door import CallDoor, LinkUsed
from teleconnect_bot.services.guest_door import NoSuchLink, secret_digest
from teleconnect_bot.web.calls import WholeCalls, body_of, digest_of_token, refused, slow_down, text_of, token_of
from teleconnect_bot.web.failures import Tokens
from teleconnect_bot.web.guest import PublicInfo, no_link, seat_as_json
from teleconnect_bot.web.security import Buckets, Limit, Network, Seconds

LIMITS: Mapping[str, Limit] = {
    "link": Limit(burst=20, per_second=0.5),
}


class StaffCallRoutes:
    def __init__(self, door: CallDoor, public: PublicInfo, trusted: Sequence[Network], seconds: Seconds, calls: WholeCalls) -> None:
        self._door = door
        self._codes = [language.code for language in public.languages]
        self._buckets = Buckets(LIMITS, seconds)
        self._tokens = Tokens(trusted, seconds, calls)

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/call", self.redeem)]

    async def redeem(self, request: web.Request) -> web.Response:
        """A button was pressed behind a personal link; opening the link alone sends nothing."""
        body = await body_of(request)
        token, digest, language = token_of(body), secret_digest(text_of(body, "secret")), text_of(body, "language")
        if wait := self._buckets.take("link", digest_of_token(token)):
            return slow_down(wait)
        if digest is None:
            return refused(400, "secret")
        if language not in self._codes:
            return refused(400, "language")
        try:
            view = await self._tokens.look_up(request, token, lambda: self._door.redeem(token, digest, language))
        except NoSuchLink:
            return no_link()
        except LinkUsed:
            return refused(409, "used")
        return web.json_response(seat_as_json(view))
