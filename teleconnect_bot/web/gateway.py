"""The gateway: one browser speaks Matrix as one visitor, in one room, and nothing else (ARCHITECTURE §4).

The browser holds a random secret; its digest leads to a seat. An allowed call is made anew from its parsed parts, never
from the raw path or query, and asked of the homeserver with the appservice's token as the seat's user and device.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping
from typing import Any, Self

import structlog
from aiohttp import ClientError, ClientResponse, web
from prometheus_client import CollectorRegistry, Counter, Gauge

from teleconnect_bot.services.gateway_rows import GatewayRows
from teleconnect_bot.web import gateway_guards as guards
from teleconnect_bot.web.failures import bearer_digest, secret_found
from teleconnect_bot.web.gateway_guards import Body, Refused, forbidden
from teleconnect_bot.web.gateway_people import People
from teleconnect_bot.web.gateway_scrub import LARGEST_ANSWER_BYTES, NoAnswer, shown
from teleconnect_bot.web.gateway_seats import LiveSeat, PollEnded, Seats
from teleconnect_bot.web.gateway_table import (
    FORBIDDEN_QUERY,
    LIMITS,
    LONGEST_POLL_MS,
    MAX_JSON_BYTES,
    MAX_UPLOAD_BYTES,
    MOST_MESSAGES,
    MOST_UPLOADED_BYTES,
    MOST_UPLOADS,
    NOT_FOR_GUESTS,
    Guard,
    LocalAnswer,
    Match,
    Rule,
    Shown,
    find_rule,
    path_of,
    sync_filter,
)
from teleconnect_bot.web.gateway_uploads import CountedUploads, UploadsByBot
from teleconnect_bot.web.gateway_upstream import Upstream, UpstreamFailed
from teleconnect_bot.web.security import Buckets, Seconds

log = structlog.get_logger()

MOUNT = "/gw"
VERSIONS_TRUSTED_FOR = 10.0
"""Seconds: anybody may ask for it, so the homeserver is asked for all of them together."""
VERSIONS_NOT_ASKED_FOR = 2.0
"""Seconds after it did not answer. Meanwhile everybody is told so at once."""
VERSIONS_AWAITED_FOR = 5.0
DOWNLOAD_HEADERS = {
    "Content-Type": "application/octet-stream",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}


class Gateway:
    """Implements `SeatGate` of `services.ports`. Use as `async with`; route every method of `/gw/…` to `handle`.

    `assigned` must be called after the seat's row holds the room and before the visitor is invited: an invitation that
    comes while a poll is held with the old filter would be slept through. `domain` is our own server name; `bot` uploads for
    native guests, who may not.
    """

    def __init__(
        self,
        address: str,
        domain: str,
        as_token: str,
        rows: GatewayRows,
        seconds: Seconds,
        registry: CollectorRegistry,
        max_upload_bytes: int = MAX_UPLOAD_BYTES,
        bot: str = "",
        *,
        staff_calls: bool = False,
    ) -> None:
        self._domain = domain
        self._seconds = seconds
        self._max_upload = max_upload_bytes
        self._staff_calls = staff_calls
        self._upstream = Upstream(address, as_token)
        self._seats = Seats(rows, seconds)
        self._people = People(self._upstream, self._seats, rows, seconds, registry)
        self._uploads = UploadsByBot(self._upstream, rows, bot)
        self._counted = CountedUploads(rows, MOST_UPLOADS, max(MOST_UPLOADED_BYTES, max_upload_bytes))
        self._buckets = Buckets(LIMITS, seconds)
        self._versions: tuple[float, bytes] | None = None
        self._no_versions_at = -math.inf
        self._asking_versions = asyncio.Lock()
        self._closing = asyncio.Event()
        self._calls = Counter("teleconnect_gateway_calls", "Calls of guest pages.", ("call", "status"), registry=registry)
        Gauge("teleconnect_gateway_held_polls", "Polls held open now.", registry=registry).set_function(lambda: self._seats.held)

    async def __aenter__(self) -> Self:
        await self._upstream.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close_polls()
        await self._upstream.close()

    def assigned(self, seat_id: str) -> None:
        self._seats.changed(seat_id)

    def revoked(self, seat_id: str) -> None:
        self._seats.changed(seat_id, over=True)

    async def deliver_letters(self, user: str, session_id: str | None = None) -> None:
        await self._people.deliver(user, session_id)

    def close_polls(self) -> None:
        """Before the server stops: every poll ends, with an answer after which the page tries again."""
        self._closing.set()
        self._seats.end_polls()

    @property
    def held_polls(self) -> int:
        return self._seats.held

    async def handle(self, request: web.Request) -> web.StreamResponse:
        found = find_rule(request.method, request.rel_url.raw_path.removeprefix(MOUNT))
        name = found.rule.name if found else "(none)"
        try:
            response = await self._answer(request, found)
        except Refused as refused:
            response = web.json_response(refused.body, status=refused.status)
            if refused.retry_after is not None:
                response.headers["Retry-After"] = str(int(refused.retry_after) + 1)
        except (ClientError, TimeoutError, UpstreamFailed) as failed:
            log.warning("gateway_upstream_failed", call=name, kind=type(failed).__name__)
            response = web.json_response({"errcode": "M_UNKNOWN", "error": "The homeserver does not answer"}, status=502)
        self._calls.labels(name, str(response.status)).inc()
        return response

    async def _answer(self, request: web.Request, found: Match | None) -> web.StreamResponse:
        if FORBIDDEN_QUERY & request.query.keys():
            raise forbidden("Not available here")
        if found and isinstance(found.rule, Rule) and found.rule.guard is Guard.PUBLIC:
            return await self._public(found.rule)
        digest = bearer_digest(request)
        seat = await self._seats.find(digest)
        if seat is None or digest is None:
            raise _unknown()
        secret_found(request)
        if found is None or not self._is_own(found, seat):
            log.info("gateway_refused", seat=seat.row.seat_id, call=found.rule.name if found else "(none)")
            raise forbidden("Not available here")
        rule = found.rule
        if seat.row.token is not None and isinstance(rule, Rule) and rule.guard in NOT_FOR_GUESTS:
            raise forbidden("Not available to guests")
        if wait := self._buckets.take(rule.bucket, seat.row.seat_id):
            raise Refused(429, "M_LIMIT_EXCEEDED", "Too fast", wait)
        if isinstance(rule, LocalAnswer):
            return web.json_response(dict(rule.body), status=rule.status)
        if rule.guard is Guard.SYNC:
            return await self._sync(request, digest, rule)
        if rule.guard is Guard.KNOWN_USERS:
            return await self._keys_of_members(seat, rule, await _json_object(request))
        if rule.guard is Guard.UPLOAD:
            return await self._upload(request, seat, rule)
        parts = dict(found.parts)
        body = None if rule.method == "GET" else await self._checked(rule, seat, parts, await _json_object(request))
        if body is not None and rule.guard is Guard.LETTERS and not body["messages"]:
            return web.json_response({})
        async with await self._upstream.ask(
            rule.method, path_of(rule, parts), query=_passed_query(request, rule), seat=seat.row, json=body
        ) as answer:
            return await self._pass_on(request, seat, rule, answer)

    def _is_own(self, found: Match, seat: LiveSeat) -> bool:
        own = {"room": seat.row.room, "me": seat.row.user, "server": self._domain}
        if isinstance(found.rule, Rule) and found.rule.needs_room and seat.row.room is None:
            return False
        return all(part == own[name] for name, part in found.parts.items() if name in own)

    async def _checked(self, rule: Rule, seat: LiveSeat, parts: dict[str, str], body: Body) -> Body:
        """The body to pass on. For letters also the transaction id in `parts` is made the seat's own: the homeserver
        remembers those of an appservice by path alone, so that two visitors with the same one would lose a message."""
        match rule.guard:
            case Guard.EMPTY:
                return {}
            case Guard.ENCRYPTED:
                return guards.encrypted_event(parts["type"], body)
            case Guard.TYPING:
                return guards.typing_notice(body)
            case Guard.RECEIPT:
                return guards.receipt(parts["receipt"], body)
            case Guard.OWN_DEVICE_KEYS:
                return guards.own_device_keys(seat.row, body)
            case Guard.OWN_CROSS_SIGNING:
                return guards.own_cross_signing(seat.row, body)
            case Guard.OWN_SIGNATURES:
                return guards.own_signatures(seat.row, body)
            case Guard.MEMBERS_KEYS:
                asked = guards.asked_users(body, "one_time_keys")
                return guards.narrowed(body, "one_time_keys", await self._people.around(seat, asked))
            case Guard.LETTERS:
                messages = guards.to_device_messages(parts["type"], body, seat.row.room)
                at_once = await self._people.keep_letters(seat, parts["type"], parts["txn"], messages)
                parts["txn"] = f"{seat.row.seat_id}-{parts['txn']}"
                return {"messages": at_once}
            case _:
                raise forbidden("Not available here")

    async def _public(self, rule: Rule) -> web.Response:
        async with self._asking_versions:
            if self._versions is None or self._seconds() - self._versions[0] >= VERSIONS_TRUSTED_FOR:
                if self._seconds() - self._no_versions_at < VERSIONS_NOT_ASKED_FOR:
                    raise UpstreamFailed(502)
                try:
                    self._versions = self._seconds(), await self._ask_versions(rule)
                except (ClientError, TimeoutError, UpstreamFailed):
                    self._no_versions_at = self._seconds()
                    raise
            return web.Response(body=self._versions[1], content_type="application/json")

    async def _ask_versions(self, rule: Rule) -> bytes:
        async with asyncio.timeout(VERSIONS_AWAITED_FOR), await self._upstream.ask("GET", path_of(rule, {})) as answer:
            if answer.status != 200:
                raise UpstreamFailed(answer.status)
            return await _at_most(answer, MAX_JSON_BYTES)

    async def _sync(self, request: web.Request, digest: bytes, rule: Rule) -> web.StreamResponse:
        """A poll: it can be ended while the homeserver holds it, and is streamed like everything else when it answers."""
        query = _passed_query(request, rule)
        query["set_presence"] = "offline"
        query["timeout"] = str(min(_number(query.get("timeout", "0")), LONGEST_POLL_MS))
        while not self._closing.is_set():
            # No waiting between looking at the row and holding the poll, or an assignment in between would be missed.
            seat = await self._seats.find(digest)
            if seat is None:
                raise _unknown()
            with seat.poll() as poll:
                query["filter"] = json.dumps(sync_filter(seat.row.room, staff_calls=self._staff_calls), separators=(",", ":"))
                try:
                    answer = await poll.hold(self._upstream.ask("GET", path_of(rule, {}), query=query, seat=seat.row))
                except PollEnded as ended:
                    if ended.crowded_out:
                        raise Refused(429, "M_LIMIT_EXCEEDED", "Too many polls at once", 1.0) from None
                    answer = None
            if answer is not None:
                async with answer:
                    return await self._pass_on(request, seat, rule, answer)
            if "since" in query and not self._closing.is_set() and await self._seats.find(digest):
                return web.json_response({"next_batch": query["since"]})
        raise Refused(503, "M_UNKNOWN", "Restarting", 1.0)

    async def _keys_of_members(self, seat: LiveSeat, rule: Rule, body: Body) -> web.Response:
        """Everyone asked for must be in the answer: the SDK asks again at once, for ever, for a user who is missing."""
        asked = guards.asked_users(body, "device_keys")
        passed = guards.narrowed(body, "device_keys", await self._people.around(seat, asked))
        keys: Body = {"device_keys": {}, "failures": {}}
        if passed["device_keys"]:
            async with await self._upstream.ask("POST", path_of(rule, {}), seat=seat.row, json=passed) as answer:
                if answer.status != 200:
                    return await _refusal(answer, rule)
                keys = json.loads(await self._scrubbed(seat, rule, answer))
        keys["device_keys"] = {user: {} for user in asked} | keys.get("device_keys", {})
        return web.json_response(keys)

    async def _upload(self, request: web.Request, seat: LiveSeat, rule: Rule) -> web.StreamResponse:
        size = request.content_length
        if size is None or not 0 < size <= self._max_upload:
            raise Refused(413, "M_TOO_LARGE", f"A file of at most {self._max_upload} bytes, with its Content-Length")
        async with self._counted.upload(seat, size) as counted:
            if seat.row.token is not None:
                answered = web.json_response({"content_uri": await self._uploads.upload(seat, request.content, size)})
                counted.done = True
                return answered
            headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
            async with await self._upstream.ask("POST", path_of(rule, {}), seat=seat.row, data=request.content, headers=headers) as answer:
                counted.done = answer.status == 200
                return await self._pass_on(request, seat, rule, answer)

    async def _pass_on(self, request: web.Request, seat: LiveSeat, rule: Rule, answer: ClientResponse) -> web.StreamResponse:
        """What the page may see of the answer. A stream breaks off when the seat is revoked meanwhile, or when either side is lost."""
        if answer.status != 200:
            return await _refusal(answer, rule)
        if rule.shown is not Shown.WHOLE:
            return web.Response(body=await self._scrubbed(seat, rule, answer), content_type="application/json")
        response = web.StreamResponse(status=_public_status(answer, rule), headers=_passed_headers(answer, rule))
        await response.prepare(request)
        try:
            async for chunk in answer.content.iter_any():
                if seat.over:
                    break
                await response.write(chunk)
            else:
                await response.write_eof()
                return response
        except (ClientError, TimeoutError, ConnectionError):
            pass
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _scrubbed(self, seat: LiveSeat, rule: Rule, answer: ClientResponse) -> bytes:
        whole = await _at_most(answer, LARGEST_ANSWER_BYTES)
        if seat.over:
            raise _unknown()
        try:
            return shown(rule.shown, whole, seat.row.room, seat.row.user)
        except NoAnswer:
            raise UpstreamFailed(answer.status) from None


def _unknown() -> Refused:
    return Refused(401, "M_UNKNOWN_TOKEN", "Unknown or ended session")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused(400, "M_INVALID_PARAM", "A number is needed")
    return int(text)


def _passed_query(request: web.Request, rule: Rule) -> dict[str, str]:
    query = {key: request.query[key] for key in rule.query if key in request.query}
    if "limit" in query:
        query["limit"] = str(min(_number(query["limit"]), MOST_MESSAGES))
    return query | dict(rule.forced)


async def _json_object(request: web.Request) -> Body:
    if (request.content_length or 0) > MAX_JSON_BYTES:
        raise Refused(413, "M_TOO_LARGE", f"At most {MAX_JSON_BYTES} bytes")
    try:
        body: Any = json.loads(await request.read() or b"{}")
    except web.HTTPRequestEntityTooLarge:
        raise Refused(413, "M_TOO_LARGE", f"At most {MAX_JSON_BYTES} bytes") from None
    except (ValueError, RecursionError):
        raise Refused(400, "M_NOT_JSON", "Not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "M_BAD_JSON", "Not an object")
    return body


async def _at_most(answer: ClientResponse, size: int) -> bytes:
    """The whole body. Raises `UpstreamFailed` when it is larger."""
    whole = bytearray()
    async for chunk in answer.content.iter_any():
        whole += chunk
        if len(whole) > size:
            raise UpstreamFailed(answer.status)
    return bytes(whole)


async def _refusal(answer: ClientResponse, rule: Rule) -> web.Response:
    """A Matrix error with its code alone: its words may name people and rooms."""
    try:
        said = json.loads(await _at_most(answer, MAX_JSON_BYTES))
    except (ValueError, RecursionError):
        said = {}
    said = said if isinstance(said, dict) else {}
    code, wait = said.get("errcode"), said.get("retry_after_ms")
    body: Body = {"errcode": code if isinstance(code, str) else "M_UNKNOWN", "error": "Refused by the homeserver"}
    if isinstance(wait, int):
        body["retry_after_ms"] = wait
    headers = {"Retry-After": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
    return web.json_response(body, status=_public_status(answer, rule), headers=headers)


def _public_status(answer: ClientResponse, rule: Rule) -> int:
    """What the page is told. The homeserver's 401 is about us, or asks for a password that a visitor does not have; to
    the page it would mean that its seat is over. A redirect is followed by nobody."""
    if answer.status == 401 and rule.guard is Guard.OWN_CROSS_SIGNING:
        return 403
    return 502 if answer.status == 401 or 300 <= answer.status < 400 else answer.status


def _passed_headers(answer: ClientResponse, rule: Rule) -> Mapping[str, str]:
    """Only what the page needs: nothing that tells of the homeserver, sets a cookie, or makes a file be shown."""
    headers = dict(DOWNLOAD_HEADERS) if rule.guard is Guard.DOWNLOAD else {"Content-Type": "application/json"}
    if answer.content_length is not None:
        headers["Content-Length"] = str(answer.content_length)
    return headers
