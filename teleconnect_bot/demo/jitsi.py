"""A double of an organisation's Jitsi Meet, for the demo and the tests: lets in by token alone, carries no sound and no picture.

What it lets in for is checked by a library that has nothing to do with the one by which the bot signs. A conference is its page, which
opens microphone and camera as it is told in the fragment of its address, and stays in for as long as a connection stands.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey, RSAKey

from .addresses import LOOPBACK
from .jitsi_page import HTML

LONGEST_SECONDS = 600
_ROOM = "{room:[0-9a-z]{32,64}}"


class NotLetIn(Exception):
    """`why` is a word, never anything of the token."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody in a conference, as their token names them."""

    room: str
    user: str
    name: str
    moderator: bool


@dataclass
class JitsiMeet:
    """`key` is the secret of HS256, or the public key of RS256 in PEM. The other fields are what tokens must say."""

    key: str = field(repr=False)
    algorithm: str = "HS256"
    app_id: str = "teleconnect"
    audience: str = "jitsi"
    subject: str = LOOPBACK
    key_id: str | None = None
    clock: Callable[[], float] = time.time
    address: str = ""
    inside: dict[str, Inside] = field(default_factory=dict)
    """By a random name for each stay."""
    let_in: list[Inside] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _cut: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _due: dict[str, Inside] = field(default_factory=dict, repr=False)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def settings(self) -> dict[str, Any]:
        """What the bot must be told, so that its tokens are taken here (HS256)."""
        return {"calls": {"provider": "jitsi", "jitsi": {"domain": self.address, "app_id": self.app_id, "key": self.key}}}

    def names(self, room: str | None = None) -> list[str]:
        return sorted(each.name for each in self.inside.values() if room in (None, each.room))

    async def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Returns once it holds of who is inside. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self._changed.wait()

    def cut_off(self) -> None:
        """Everybody who is in loses the connection now, and may ask to be taken in again."""
        self._cut.set()
        self._cut = asyncio.Event()
        self._stirred()

    def verify(self, token: str, room: str) -> Inside:
        """As the token authentication of Jitsi Meet does, and stricter: each claim must be there. Raises `NotLetIn`."""
        key = OctKey.import_key(self.key) if self.algorithm == "HS256" else RSAKey.import_key(self.key)
        try:
            found = jwt.decode(token, key, algorithms=[self.algorithm])
        except (JoseError, ValueError) as error:
            raise NotLetIn("signature") from error
        now = int(self.clock())
        named = {"aud": self.audience, "iss": self.app_id, "sub": self.subject, "room": room}
        for claim, value in named.items():
            if found.claims.get(claim) != value:
                raise NotLetIn(claim)
        try:
            jwt.JWTClaimsRegistry(now=now, exp={"essential": True}, nbf={"essential": True}).validate(found.claims)
        except JoseError as error:
            raise NotLetIn("time") from error
        if found.claims["exp"] - now > LONGEST_SECONDS:
            raise NotLetIn("exp")
        if found.header.get("kid") != self.key_id:
            raise NotLetIn("kid")
        return Inside(room, **_user(found.claims))

    async def enter(self, request: web.Request) -> web.Response:
        room = request.match_info["room"]
        try:
            coming = self.verify((await request.read()).decode("ascii", "replace"), room)
        except NotLetIn as error:
            self.refused.append(error.why)
            return web.json_response({"why": error.why}, status=403)
        stay = secrets.token_hex(16)
        self._due[stay] = coming
        self.let_in.append(coming)
        return web.json_response({"stay": stay, "name": coming.name, "moderator": coming.moderator})

    async def stay(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: who is in, for as long as the page is there."""
        stay = request.match_info["stay"]
        coming = self._due.pop(stay, None)
        if coming is None or coming.room != request.match_info["room"]:
            raise web.HTTPNotFound
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        self.inside[stay] = coming
        cut = self._cut
        self._stirred()
        try:
            while not cut.is_set():
                changed = self._changed
                await response.write(f"data: {json.dumps(self.names(coming.room))}\n\n".encode())
                await changed.wait()
        except ConnectionError:
            pass
        finally:
            del self.inside[stay]
            self._stirred()
        return response

    def _stirred(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=HTML, content_type="text/html", headers={"Cache-Control": "no-store"})


def _user(claims: Mapping[str, Any]) -> dict[str, Any]:
    context = claims.get("context")
    user = context.get("user") if isinstance(context, Mapping) else None
    if not isinstance(user, Mapping) or not isinstance(user.get("moderator"), bool):
        raise NotLetIn("context")
    if not all(isinstance(user.get(key), str) and user[key] for key in ("id", "name")):
        raise NotLetIn("context")
    return {"user": user["id"], "name": user["name"], "moderator": user["moderator"]}


@asynccontextmanager
async def serving(jitsi: JitsiMeet, port: int = 0) -> AsyncIterator[JitsiMeet]:
    """It answers on 127.0.0.1 inside the block, at `jitsi.address`."""
    app = web.Application()
    app.router.add_get("/", jitsi.page)
    app.router.add_get(f"/{_ROOM}", jitsi.page)
    app.router.add_post(f"/{_ROOM}/enter", jitsi.enter)
    app.router.add_get(f"/{_ROOM}/stay/{{stay}}", jitsi.stay)
    app.router.add_get("/external_api.js", _external_api)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        jitsi.address = f"http://{LOOPBACK}:{runner.addresses[0][1]}"
        yield jitsi
    finally:
        await runner.cleanup()


async def _external_api(request: web.Request) -> web.Response:
    """Every Jitsi Meet has this file; by it `doctor` knows one."""
    return web.Response(text="// JitsiMeetExternalAPI: this is a double of Jitsi Meet, which has none.\n", content_type="text/javascript")
