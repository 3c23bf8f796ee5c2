"""The guest page's own calls (PRODUCT §4): JSON over `GuestDoor`.

A token comes in the body of a POST alone, a seat's secret in `Authorization: Bearer` alone. What a GET answers is the
same for everybody and changes nothing. Every link that leads nowhere gets one answer, made in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from teleconnect_bot.domain.guest_link import DeviceTest
from teleconnect_bot.services.guest_door import (
    GuestDoor,
    LinkFull,
    NoSuchLink,
    OpenedLink,
    SeatPerson,
    SeatView,
    TermsNotCurrent,
    TooEarly,
    secret_digest,
)
from teleconnect_bot.web.calls import WholeCalls, body_of, checked_name, digest_of_token, refused, slow_down, text_of, token_of
from teleconnect_bot.web.failures import Tokens, bearer_digest
from teleconnect_bot.web.security import Buckets, Limit, Network, Seconds, caller_key

LIMITS: Mapping[str, Limit] = {
    # Per link and client address, whatever stands behind the link: Continue, "not for me" and Enter together. By the link alone, anybody
    # who has it could keep the invited person out.
    "link": Limit(burst=30, per_second=0.5),
    # Per link from wherever: so much that it takes ten addresses at their limit to keep the invited person waiting.
    "link from everywhere": Limit(burst=300, per_second=5),
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
    """What everybody may read who knows the address of the server. Whose it is stands behind a link, which may be a discreet one."""

    support_phone: str | None = field(repr=False)
    languages: Sequence[Language]
    """The first is used when a page asks for one that is not there."""
    largest_file: int
    """Bytes that a guest may send at once."""
    calls: str = "none"
    """By what people see and hear each other: `builtin`, `jitsi`, `element_call` or `none`."""
    force_relay: bool = True
    """With `builtin`: sound and picture go through the TURN server alone."""


class GuestRoutes:
    def __init__(self, door: GuestDoor, public: PublicInfo, trusted: Sequence[Network], seconds: Seconds, calls: WholeCalls) -> None:
        self._door = door
        self._calls = calls
        self._public = public
        self._codes = [language.code for language in public.languages]
        self._trusted = trusted
        self._buckets = Buckets(LIMITS, seconds)
        self._tokens = Tokens(trusted, seconds, calls)

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
            *self.of_seats(),
        ]

    def of_seats(self) -> list[web.RouteDef]:
        """Where the secret of a seat is looked up."""
        return [
            web.post("/api/answer", self.answer),
            web.get("/api/seat", self.seat),
            web.post("/api/beat", self.beat),
            web.post("/api/ready", self.ready),
            web.post("/api/ask-deletion", self.ask_deletion),
            web.post("/api/away", self.away),
            web.post("/api/leave", self.leave),
        ]

    async def public(self, request: web.Request) -> web.Response:
        languages = [{"code": entry.code, "name": entry.name, "direction": entry.direction} for entry in self._public.languages]
        public = self._public
        return web.json_response(
            {
                "support_phone": public.support_phone,
                "languages": languages,
                "largest_file": public.largest_file,
                "calls": {"provider": public.calls, "force_relay": public.force_relay},
            }
        )

    async def open(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        token, language = token_of(body), body.get("language")
        if slow := self._slow_link(request, token):
            return slow
        offered = language if language in self._codes else self._codes[0]
        opened = await self._tokens.look_up(request, token, lambda: self._door.open(token, offered))
        return no_link() if opened is None else web.json_response(_opened(opened))

    async def not_me(self, request: web.Request) -> web.Response:
        token = token_of(await body_of(request))
        if slow := self._slow_link(request, token):
            return slow
        found = await self._tokens.look_up(request, token, lambda: self._door.not_me(token))
        return web.json_response({}) if found else no_link()

    async def ask_for_link(self, request: web.Request) -> web.Response:
        """The same answer for every token, and under the same limit as one that leads nowhere."""
        token = token_of(await body_of(request))
        wait = self._tokens.failed(request)
        if slow := self._slow_link(request, token) or (slow_down(wait) if wait else None):
            return slow
        await self._calls.carry_out(self._door.ask_for_link(token))
        return web.json_response({})

    async def device(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        token, result = token_of(body), _tested(body)
        if slow := self._slow_link(request, token):
            return slow
        if result is None:
            return refused(400, "device")
        found = await self._tokens.look_up(request, token, lambda: self._door.device(token, result))
        return web.json_response({}) if found else no_link()

    async def relay(self, request: web.Request) -> web.Response:
        token = token_of(await body_of(request))
        if slow := self._slow_link(request, token):
            return slow

        async def server() -> dict[str, Any]:
            relay = await self._door.relay(token)
            return {"server": {"urls": relay.urls, "username": relay.username, "credential": relay.password} if relay else None}

        try:
            return web.json_response(await self._tokens.look_up(request, token, server))
        except NoSuchLink:
            return no_link()

    async def enter(self, request: web.Request) -> web.Response:
        return await self._come(request, asks=False)

    async def ask(self, request: web.Request) -> web.Response:
        """Enter, when all places are taken: `place` is one of those that the refusal named, or null for one more."""
        return await self._come(request, asks=True)

    async def _come(self, request: web.Request, *, asks: bool) -> web.Response:
        body = await body_of(request)
        token, digest, name = token_of(body), secret_digest(text_of(body, "secret")), checked_name(text_of(body, "name"))
        language, terms, place = text_of(body, "language"), text_of(body, "terms"), text_of(body, "place") or None
        if slow := self._slow_link(request, token):
            return slow
        if digest is None:
            return refused(400, "secret")
        if name is None:
            return refused(400, "name")
        if language not in self._codes:
            return refused(400, "language")
        if not 0 < len(terms) <= 16:
            return refused(400, "terms")

        def come() -> Coroutine[Any, Any, SeatView]:
            if asks:
                return self._door.ask(token, digest, name, language, terms, place, tested=_tested(body))
            return self._door.enter(token, digest, name, language, terms, tested=_tested(body))

        try:
            view = await self._tokens.look_up(request, token, come)
        except NoSuchLink:
            return no_link()
        except LinkFull as full:
            return refused(409, "full", taken=full.taken, more=full.more)
        except TooEarly as early:
            return refused(425, "early", opens_at=early.opens_at.isoformat())
        except TermsNotCurrent:
            return refused(400, "terms")
        return web.json_response(seat_as_json(view))

    async def answer(self, request: web.Request) -> web.Response:
        """The browser on a seat says whether it is the same person who asks for its place; anything but a true yes is a no."""
        yes = (await body_of(request)).get("yes") is True
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._calls.carry_out(self._door.answer(digest, yes)) if digest else None)

    async def seat(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._door.seat(digest) if digest else None)

    async def beat(self, request: web.Request) -> web.Response:
        visible = (await body_of(request)).get("visible") is not False
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._calls.carry_out(self._door.beat(digest, visible)) if digest else None)

    async def ready(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._calls.carry_out(self._door.ready(digest)) if digest else None)

    async def ask_deletion(self, request: web.Request) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        return _view(await self._calls.carry_out(self._door.ask_deletion(digest)) if digest else None)

    async def away(self, request: web.Request) -> web.Response:
        return await self._gone(request, self._door.away)

    async def leave(self, request: web.Request) -> web.Response:
        return await self._gone(request, self._door.leave)

    async def _gone(self, request: web.Request, how: Callable[[bytes], Coroutine[Any, Any, bool]]) -> web.Response:
        digest = bearer_digest(request)
        if slow := self._slow("seat", digest):
            return slow
        gone = await self._calls.carry_out(how(digest)) if digest else False
        return web.json_response({}) if gone else _view(None)

    def _slow(self, limit: str, caller: object) -> web.Response | None:
        wait = self._buckets.take(limit, caller) if caller is not None else 0.0
        return slow_down(wait) if wait else None

    def _slow_link(self, request: web.Request, token: str) -> web.Response | None:
        link = digest_of_token(token)
        return self._slow("link", (caller_key(request, self._trusted), link)) or self._slow("link from everywhere", link)


def no_link() -> web.Response:
    """The one answer for every token that leads nowhere, whatever the reason."""
    return refused(404, "link")


def _tested(body: Mapping[str, Any]) -> DeviceTest | None:
    """The result of a device test; a word that is none of ours counts as no test."""
    try:
        return DeviceTest(text_of(body, "device"))
    except ValueError:
        return None


def _view(view: SeatView | None) -> web.Response:
    return refused(401, "seat") if view is None else web.json_response(seat_as_json(view))


def _opened(link: OpenedLink) -> dict[str, Any]:
    return {
        "state": link.state.value,
        "language": link.language,
        "name": link.name,
        "opens_at": link.opens_at.isoformat() if link.opens_at else None,
        "terms": {"version": link.terms_version, "text": link.terms_text},
        "interpreter": link.interpreter,
    }


def _person(person: SeatPerson) -> dict[str, Any]:
    return {"user": person.user, "label": person.label, "name": person.name, "away": person.away, "call_of": person.call_of}


def seat_as_json(view: SeatView) -> dict[str, Any]:
    return {
        "status": view.status.value,
        "user": view.user,
        "device": view.device,
        "room": view.room,
        "label": view.label,
        "people": [_person(person) for person in view.people],
        "bot": view.bot,
        "told": view.told.value if view.told else None,
        "ended_reason": view.ended_reason.value if view.ended_reason else None,
        "public_name": view.public_name,
        "moved_here": view.moved_here,
        "asked_for": view.asked_for,
        "before": view.before,
        "awaited": view.awaited,
        "deletion_asked": view.deletion_asked,
        "call_seat": view.call_seat,
        "native": view.native,
    }
