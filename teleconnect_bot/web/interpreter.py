"""The calls of the page on which interpreting organisations answer (PRODUCT §5): JSON over `InterpreterDoor`.

A token comes in the body of a POST alone. A GET is answered the same to everybody and changes nothing, and so does looking at the
request; only the three answers decide anything. Every link that leads nowhere gets one answer, made in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from aiohttp import web

from teleconnect_bot.services.guest_door import TermsNotCurrent
from teleconnect_bot.services.interpreter_door import ContactNotUsable, InterpreterDoor, OfferView, TimeChanged
from teleconnect_bot.web.calls import (
    WholeCalls,
    body_of,
    checked_name,
    digest_of_token,
    one_visible_line,
    refused,
    slow_down,
    text_of,
    token_of,
)
from teleconnect_bot.web.failures import Tokens
from teleconnect_bot.web.guest import Language
from teleconnect_bot.web.security import Buckets, Limit, Network, Seconds

LONGEST_CONTACT = 254
LONGEST_REASON = 300

LIMITS: Mapping[str, Limit] = {
    # Per link, whatever stands behind it: a distribution list may have many readers.
    "link": Limit(burst=60, per_second=0.5),
}


class InterpreterRoutes:
    def __init__(
        self, door: InterpreterDoor, languages: Sequence[Language], trusted: Sequence[Network], seconds: Seconds, calls: WholeCalls
    ) -> None:
        self._door, self._languages = door, languages
        self._codes = [language.code for language in languages]
        self._buckets = Buckets(LIMITS, seconds)
        self._tokens = Tokens(trusted, seconds, calls)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/interpreter/texts", self.texts),
            web.post("/api/interpreter/view", self.view),
            web.post("/api/interpreter/accept", self.accept),
            web.post("/api/interpreter/decline", self.decline),
            web.post("/api/interpreter/withdraw", self.withdraw),
        ]

    async def texts(self, request: web.Request) -> web.Response:
        """The words of the page in the language that is asked for, and which others there are."""
        code = self._language(request.query.get("language"))
        direction = next(language.direction for language in self._languages if language.code == code)
        offered = [{"code": language.code, "name": language.name} for language in self._languages]
        return web.json_response({"language": code, "direction": direction, "texts": dict(self._door.texts(code)), "languages": offered})

    async def view(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        token = token_of(body)
        if slow := self._slow(token):
            return slow
        language = self._language(body.get("language"))
        return await self._answered(request, token, lambda: self._door.view(token, language))

    async def accept(self, request: web.Request) -> web.Response:
        """Of an interpreter who confirms another time name and contact are known and may be left out."""
        body = await body_of(request)
        token, round_, language = token_of(body), _round(body), self._language(body.get("language"))
        written, contact, terms = text_of(body, "name"), text_of(body, "contact"), text_of(body, "terms")
        if slow := self._slow(token):
            return slow
        name = checked_name(written) if written else ""
        if name is None or len(contact) > LONGEST_CONTACT:
            return refused(400, "name" if name is None else "contact")
        return await self._answered(request, token, lambda: self._door.accept(token, round_, name, contact, language, terms))

    async def decline(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        token, round_, reason, language = token_of(body), _round(body), _reason(body), self._language(body.get("language"))
        if slow := self._slow(token):
            return slow
        return await self._answered(request, token, lambda: self._door.decline(token, round_, reason, language))

    async def withdraw(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        token, reason, language = token_of(body), _reason(body), self._language(body.get("language"))
        if slow := self._slow(token):
            return slow
        return await self._answered(request, token, lambda: self._door.withdraw(token, reason, language))

    async def _answered(self, request: web.Request, token: str, use: Callable[[], Coroutine[Any, Any, OfferView | None]]) -> web.Response:
        """What came of it. One answer for every token that leads nowhere, whatever the reason."""
        try:
            view = await self._tokens.look_up(request, token, use)
        except TimeChanged as changed:
            return _changed(changed)
        except ContactNotUsable:
            return refused(400, "contact")
        except TermsNotCurrent:
            return refused(400, "terms")
        return refused(404, "link") if view is None else web.json_response(_view(view))

    def _language(self, asked: object) -> str:
        return asked if isinstance(asked, str) and asked in self._codes else self._codes[0]

    def _slow(self, token: str) -> web.Response | None:
        wait = self._buckets.take("link", digest_of_token(token)) if token else 0.0
        return slow_down(wait) if wait else None


def _round(body: Mapping[str, Any]) -> int:
    value = body.get("round")
    return value if isinstance(value, int) else 0


def _reason(body: Mapping[str, Any]) -> str:
    """One line that the requester reads; what is longer than anybody reads is cut."""
    return one_visible_line(text_of(body, "reason")[: 4 * LONGEST_REASON])[:LONGEST_REASON]


def _changed(changed: TimeChanged) -> web.Response:
    return refused(409, "changed", view=_view(changed.view))


def _view(view: OfferView) -> dict[str, Any]:
    return {
        "status": view.status.value,
        "round": view.round,
        "name": view.name,
        "facts": [{"label": fact.label, "value": fact.value} for fact in view.facts],
        "may_decline": view.may_decline,
        "terms": {"version": view.terms_version, "text": view.terms_text},
    }
