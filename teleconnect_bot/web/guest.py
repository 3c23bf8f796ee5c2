"""The guest page's own calls (PRODUCT §4): JSON over `GuestDoor`.

A token comes in the body of a POST alone, a seat's secret in `Authorization: Bearer` alone. What a GET answers is the
same for everybody and changes nothing. Every link that leads nowhere gets one answer, made in one place.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import unicodedata
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web

from teleconnect_bot.domain.guest_link import DeviceTest
from teleconnect_bot.services.guest_door import (
    GuestDoor,
    LinkFull,
    NoSuchLink,
    OpenedLink,
    SeatView,
    TermsNotCurrent,
    TooEarly,
    secret_digest,
)
from teleconnect_bot.web.gateway import bearer_digest
from teleconnect_bot.web.security import Buckets, Limit, Network, Seconds, caller_key

T = TypeVar("T")

MAX_BODY_BYTES = 8 * 1024
LONGEST_TOKEN = 200
LONGEST_NAME = 64

LIMITS: Mapping[str, Limit] = {
    # Per link, whatever stands behind it: Continue, "not for me" and Enter together.
    "link": Limit(burst=30, per_second=0.5),
    # Per client address and for failed tokens alone: a whole camp may share one address, and most of them have good links.
    "failed": Limit(burst=30, per_second=0.2),
    # Per seat: the page asks three times a second while its account is being made, and beats every 15 s.
    "seat": Limit(burst=60, per_second=5),
}


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str
    """In the language itself."""
    direction: str
    """`ltr` or `rtl`."""


@dataclass(frozen=True, slots=True)
class PublicInfo:
    """What everybody may read who knows the address of the server."""

    name: str = field(repr=False)
    support_phone: str | None = field(repr=False)
    languages: Sequence[Language]
    """The first is used when a page asks for one that is not there."""
    largest_file: int
    """Bytes that a guest may send at once."""


class GuestRoutes:
    def __init__(self, door: GuestDoor, public: PublicInfo, trusted: Sequence[Network], seconds: Seconds, tasks: asyncio.TaskGroup) -> None:
        self._door = door
        self._tasks = tasks
        self._public = public
        self._codes = [language.code for language in public.languages]
        self._trusted = trusted
        self._buckets = Buckets(LIMITS, seconds)
        self._running: set[asyncio.Future[Any]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/public", self.public),
            web.post("/api/open", self.open),
            web.post("/api/not-me", self.not_me),
            web.post("/api/ask-for-link", self.ask_for_link),
            web.post("/api/device", self.device),
            web.post("/api/relay", self.relay),
            web.post("/api/enter", self.enter),
            web.post("/api/ask", self.ask),
            web.post("/api/answer", self.answer),
            web.get("/api/seat", self.seat),
            web.post("/api/beat", self.beat),
            web.post("/api/ready", self.ready),
            web.post("/api/ask-deletion", self.ask_deletion),
            web.post("/api/leave", self.leave),
        ]

    async def finish(self) -> None:
        """Wait for what was begun: called when the server stops."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def public(self, request: web.Request) -> web.Response:
        languages = [{"code": entry.code, "name": entry.name, "direction": entry.direction} for entry in self._public.languages]
        public = self._public
        return web.json_response(
            {"name": public.name, "support_phone": public.support_phone, "languages": languages, "largest_file": public.largest_file}
        )

    async def open(self, request: web.Request) -> web.Response:
        body = await _body(request)
        token, language = _token(body), body.get("language")
        if slow := self._slow("link", _digest_of(token)):
            return slow
        opened = await self._whole(self._door.open(token, language if language in self._codes else self._codes[0]))
        return self._no_link(request) if opened is None else web.json_response(_opened(opened))

    async def not_me(self, request: web.Request) -> web.Response:
        token = _token(await _body(request))
        if slow := self._slow("link", _digest_of(token)):
            return slow
        return web.json_response({}) if await self._whole(self._door.not_me(token)) else self._no_link(request)

    async def ask_for_link(self, request: web.Request) -> web.Response:
        """The same answer for every token, and under the same limit as one that leads nowhere."""
        token = _token(await _body(request))
        wait = self._buckets.take("failed", caller_key(request, self._trusted))
        if slow := self._slow("link", _digest_of(token)) or (slow_down(wait) if wait else None):
            return slow
        await self._whole(self._door.ask_for_link(token))
        return web.json_response({})

    async def device(self, request: web.Request) -> web.Response:
        body = await _body(request)
        token, result = _token(body), _tested(body)
        if slow := self._slow("link", _digest_of(token)):
            return slow
        if result is None:
            return _error(400, "device")
        return web.json_response({}) if await self._whole(self._door.device(token, result)) else self._no_link(request)

    async def relay(self, request: web.Request) -> web.Response:
        token = _token(await _body(request))
        if slow := self._slow("link", _digest_of(token)):
            return slow
        try:
            relay = await self._whole(self._door.relay(token))
        except NoSuchLink:
            return self._no_link(request)
        server = {"urls": relay.urls, "username": relay.username, "credential": relay.password} if relay else None
        return web.json_response({"server": server})

    async def enter(self, request: web.Request) -> web.Response:
        return await self._come(request, asks=False)

    async def ask(self, request: web.Request) -> web.Response:
        """Enter, when all places are taken: `place` is one of those that the refusal named, or null for one more."""
        return await self._come(request, asks=True)

    async def _come(self, request: web.Request, *, asks: bool) -> web.Response:
        body = await _body(request)
        token, digest, name = _token(body), secret_digest(_text(body, "secret")), checked_name(_text(body, "name"))
        language, terms, place = _text(body, "language"), _text(body, "terms"), _text(body, "place") or None
        if slow := self._slow("link", _digest_of(token)):
            return slow
        if digest is None:
            return _error(400, "secret")
        if name is None:
            return _error(400, "name")
        if language not in self._codes:
            return _error(400, "language")
        if not 0 < len(terms) <= 16:
            return _error(400, "terms")
        try:
            if asks:
                view = await self._whole(self._door.ask(token, digest, name, language, terms, place, tested=_tested(body)))
            else:
                view = await self._whole(self._door.enter(token, digest, name, language, terms, tested=_tested(body)))
        except NoSuchLink:
            return self._no_link(request)
        except LinkFull as full:
            return _error(409, "full", taken=full.taken, more=full.more)
        except TooEarly as early:
            return _error(425, "early", opens_at=early.opens_at.isoformat())
        except TermsNotCurrent:
            return _error(400, "terms")
        return web.json_response(_seat(view))

    async def answer(self, request: web.Request) -> web.Response:
        """The browser on a seat says whether it is the same person who asks for its place; anything but a true yes is a no."""
        yes = (await _body(request)).get("yes") is True
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._whole(self._door.answer(digest, yes)) if digest else None)

    async def seat(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._door.seat(digest) if digest else None)

    async def beat(self, request: web.Request) -> web.Response:
        visible = (await _body(request)).get("visible") is not False
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._whole(self._door.beat(digest, visible)) if digest else None)

    async def ready(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._whole(self._door.ready(digest)) if digest else None)

    async def ask_deletion(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._whole(self._door.ask_deletion(digest)) if digest else None)

    async def leave(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        left = await self._whole(self._door.leave(digest)) if digest else False
        return web.json_response({}) if left else _view(None)

    def _slow(self, limit: str, caller: object) -> web.Response | None:
        wait = self._buckets.take(limit, caller) if caller is not None else 0.0
        return slow_down(wait) if wait else None

    def _no_link(self, request: web.Request) -> web.Response:
        """The one answer for every token that leads nowhere, whatever the reason."""
        wait = self._buckets.take("failed", caller_key(request, self._trusted))
        return slow_down(wait) if wait else _error(404, "link")

    async def _whole(self, call: Coroutine[Any, Any, T]) -> T:
        """Carry a use case out to its end, also when the browser goes away in the middle: between its commit and what
        it tells the gateway there must be no gap that a lost connection can tear open."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def carry_out() -> None:
            try:
                done.set_result(await call)
            except BaseException as error:
                done.set_exception(error)
                if not isinstance(error, Exception):
                    raise

        self._running.add(done)
        done.add_done_callback(self._running.discard)
        self._tasks.create_task(carry_out())
        return await asyncio.shield(done)


def slow_down(wait: float) -> web.Response:
    seconds = int(wait) + 1
    response = _error(429, "slow", retry_after=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


def checked_name(raw: str) -> str | None:
    """The name as it may be shown: one line, no control or direction-changing characters, 1 to 64 long; else `None`."""
    if len(raw) > 4 * LONGEST_NAME:
        return None
    kept = "".join(" " if character.isspace() else character for character in raw if character.isspace() or _is_shown(character))
    name = unicodedata.normalize("NFC", " ".join(kept.split()))
    return name if 0 < len(name) <= LONGEST_NAME and any(character.isalnum() for character in name) else None


_JOINERS = "\u200c\u200d"
"""Persian, Urdu and many Indic names need them; all other invisible characters only deceive."""


def _is_shown(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")


async def _body(request: web.Request) -> Mapping[str, Any]:
    """The JSON object of the request; an empty one when it is none (what it lacks is then answered as lacking)."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, request.content_length or 0)
    try:
        body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _text(body: Mapping[str, Any], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _tested(body: Mapping[str, Any]) -> DeviceTest | None:
    """The result of a device test; a word that is none of ours counts as no test."""
    try:
        return DeviceTest(_text(body, "device"))
    except ValueError:
        return None


def _token(body: Mapping[str, Any]) -> str:
    """What stands where a token should; a thing of impossible shape goes the same way as an unknown token, as ``""``."""
    token = _text(body, "token")
    return token if len(token) <= LONGEST_TOKEN and token.isascii() else ""


def _digest_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


def _error(status: int, error: str, **more: object) -> web.Response:
    return web.json_response({"error": error, **more}, status=status)


def _view(view: SeatView | None) -> web.Response:
    return _error(401, "seat") if view is None else web.json_response(_seat(view))


def _opened(link: OpenedLink) -> dict[str, Any]:
    return {
        "state": link.state.value,
        "language": link.language,
        "name": link.name,
        "opens_at": link.opens_at.isoformat() if link.opens_at else None,
        "terms": {"version": link.terms_version, "text": link.terms_text},
    }


def _seat(view: SeatView) -> dict[str, Any]:
    return {
        "status": view.status.value,
        "user": view.user,
        "device": view.device,
        "room": view.room,
        "label": view.label,
        "people": [{"user": person.user, "label": person.label, "name": person.name} for person in view.people],
        "bot": view.bot,
        "told": view.told.value if view.told else None,
        "ended_reason": view.ended_reason.value if view.ended_reason else None,
        "public_name": view.public_name,
        "moved_here": view.moved_here,
        "asked_for": view.asked_for,
        "before": view.before,
        "deletion_asked": view.deletion_asked,
    }
