"""A room on a homeserver of our own making, for the page alone: what is said in it, lost, said twice or too late is ours to choose.

The page's keys are real and so is the encryption: `Pen` is a member of staff with a device of their own.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import vodozemac
from aiohttp import web
from playwright.async_api import expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.services.guest_door import SeatStatus
from tests.acceptance.page.person import Person
from tests.fakes_web import BOT, DEVICE, DOMAIN, ROOM, STAFF, USER, Front, RecordingHomeserver

Event = dict[str, Any]
POLL_SECONDS = 20.0


def now_ms() -> int:
    return int(time.time() * 1000)


def state(kind: str, content: Event, key: str = "") -> Event:
    return {"type": kind, "state_key": key, "content": content, "sender": BOT, "event_id": f"${kind}{key}", "origin_server_ts": now_ms()}


def member(user: str, membership: str = "join") -> Event:
    return state("m.room.member", {"membership": membership}, user)


STATE = [
    state("m.room.create", {"room_version": "11"}),
    state("m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"}),
    state("m.room.history_visibility", {"history_visibility": "invited"}),
    state("m.room.join_rules", {"join_rule": "invite"}),
    state("m.room.power_levels", {"users": {BOT: 100}}),
]


@dataclass
class ChatRoom:
    """Answers what the gateway passes on. `timeline` is the room's for good; `fail` are paths whose next call is answered so."""

    timeline: list[Event] = field(default_factory=list)
    passing: list[Event] = field(default_factory=list)
    """Typing and receipts, told once."""
    letters: list[Event] = field(default_factory=list)
    device: Event = field(default_factory=dict)
    one_time_keys: list[str] = field(default_factory=list)
    signed: Event = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    fail: dict[str, list[int]] = field(default_factory=dict)
    """By part of the path: statuses of the next answers; what was asked is done all the same, only the answer is lost."""
    hold_uploads: asyncio.Event = field(default_factory=asyncio.Event)
    members: tuple[str, ...] = (BOT, USER, STAFF)
    turn: Event = field(default_factory=dict)
    """What the homeserver says of its TURN server."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: dict[str, str] = field(default_factory=dict)
    _version: int = 0

    def __post_init__(self) -> None:
        self.hold_uploads.set()

    def sent(self) -> list[Event]:
        return [event for event in self.timeline if event["sender"] == USER]

    async def is_asked(self, method: str, path: str) -> None:
        """Returns once it was, or has been before. Raises `TimeoutError`."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (method, path) not in [(how, what.removeprefix("/_matrix/client/v3/")) for how, what, _ in self.asked]:
                await self._asked.wait()

    async def changed(self) -> None:
        async with self._news:
            self._version += 1
            self._news.notify_all()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = unquote(request.rel_url.raw_path)
        if path.endswith("/v3/sync"):
            limit = int(json.loads(request.query["filter"])["room"]["timeline"]["limit"])
            return web.json_response(await self._sync(request.query.get("since"), request.query.get("timeout", "0"), limit))
        if path.endswith("/messages"):
            self._note(request.method, path, dict(request.query))
            return self._or_lost(path, self._older(request.query["from"], int(request.query["limit"])))
        if path.endswith("/media/v3/upload"):
            await self.hold_uploads.wait()
            media = f"m{len(self.files)}"
            self.files[media] = await request.read()
            return self._or_lost(path, {"content_uri": f"mxc://{DOMAIN}/{media}"})
        if "/media/download/" in path:
            return web.Response(body=self.files[path.rpartition("/")[2]])
        if path.endswith("/turnServer"):
            return web.json_response(self.turn)
        body = json.loads(await request.read() or b"{}")
        self._note(request.method, path, body)
        return self._or_lost(path, await self._done(path, body))

    def _note(self, method: str, path: str, said: Any) -> None:
        self.asked.append((method, path, said))
        self._asked.set()
        self._asked.clear()

    def _or_lost(self, path: str, done: Event) -> web.Response:
        lost = next((statuses for part, statuses in self.fail.items() if part in path and statuses), None)
        return web.json_response(done) if lost is None else web.json_response({"errcode": "M_UNKNOWN"}, status=lost.pop(0))

    async def _done(self, path: str, body: Event) -> Event:
        if path.endswith("/keys/upload"):
            self.device = body.get("device_keys") or self.device
            self.one_time_keys += [key["key"] for key in (body.get("one_time_keys") or {}).values()]
            return {"one_time_key_counts": {"signed_curve25519": 50}}
        if path.endswith("/device_signing/upload"):
            self.signed = body
        if path.endswith("/keys/query"):
            return self._keys(body["device_keys"])
        if path.endswith("/members"):
            return {"chunk": [member(user) for user in self.members]}
        if path.endswith("/join"):
            return {"room_id": ROOM}
        if "/send/m.room.encrypted/" in path:
            return {"event_id": await self._keep(path.rpartition("/")[2], body)}
        return {}

    def _keys(self, asked: Event) -> Event:
        own = {DEVICE: self.device} if self.device else {}
        kinds = [kind for kind in ("master_key", "self_signing_key", "user_signing_key") if kind in self.signed]
        signed = {f"{kind}s": {USER: self.signed[kind]} for kind in kinds}
        return {"device_keys": {user: own if user == USER else {} for user in asked}, **signed}

    async def _keep(self, txn: str, content: Event) -> str:
        """The same transaction is the same event, as at every homeserver."""
        if txn not in self._sent:
            self._sent[txn] = event_id = f"$sent{len(self._sent)}"
            self.happened(USER, event_id, content, unsigned={"transaction_id": txn})
            await self.changed()
        return self._sent[txn]

    def happened(self, sender: str, event_id: str, content: Event, **more: Event) -> None:
        """No two at the same time."""
        at = max(now_ms(), self.timeline[-1]["origin_server_ts"] + 1) if self.timeline else now_ms()
        about = {"type": "m.room.encrypted", "sender": sender, "event_id": event_id, "origin_server_ts": at}
        self.timeline.append({**about, "content": content, **more})

    def _older(self, before: str, limit: int) -> Event:
        """One page of what is older, the newest first (client-server specification, `/messages`)."""
        end = int(before.removeprefix("t"))
        begin = max(0, end - limit)
        page = [{**event, "room_id": ROOM} for event in reversed(self.timeline[begin:end])]
        return {"chunk": page, "start": before, **({"end": f"t{begin}"} if begin else {})}

    async def _sync(self, since: str | None, timeout: str, limit: int) -> Event:
        told = int(since or 0) % 1000 if since else 0
        seen = int(since or 0) // 1000 if since else -1
        async with self._news:
            if seen >= self._version and timeout != "0":
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._news.wait_for(lambda: self._version > seen)
            begin = max(told, len(self.timeline) - limit)
            events = self.timeline[begin:]
            room: Event = {"timeline": {"events": events, "limited": begin > told, "prev_batch": f"t{begin}"}}
            if since is None:
                room["state"] = {"events": [*STATE, *(member(user) for user in self.members)]}
            room["ephemeral"], self.passing = {"events": self.passing}, []
            letters, self.letters = self.letters, []
            return {
                "next_batch": str(self._version * 1000 + len(self.timeline)),
                "rooms": {"join": {ROOM: room}},
                "to_device": {"events": letters},
                "device_one_time_keys_count": {"signed_curve25519": 50},
                "device_unused_fallback_key_types": ["signed_curve25519"],
            }


class Pen:
    """Somebody of the staff who writes in the room, with a key that comes before the words, or after them."""

    def __init__(self, room: ChatRoom, user: str = STAFF) -> None:
        self.room, self.user = room, user
        self._account, self._group = vodozemac.Account(), vodozemac.GroupSession()
        self._key = self._group.session_key.to_base64()
        self._written = 0

    async def gives_the_key(self) -> None:
        (theirs,) = [key for name, key in self.room.device["keys"].items() if name.startswith("curve25519")]
        (signs,) = [key for name, key in self.room.device["keys"].items() if name.startswith("ed25519")]
        key = {
            "type": "m.room_key",
            "sender": self.user,
            "recipient": USER,
            "recipient_keys": {"ed25519": signs},
            "keys": {"ed25519": self._account.ed25519_key.to_base64()},
            "content": {
                "algorithm": "m.megolm.v1.aes-sha2",
                "room_id": ROOM,
                "session_id": self._group.session_id,
                "session_key": self._key,
            },
        }
        olm = self._account.create_outbound_session(
            vodozemac.Curve25519PublicKey.from_base64(theirs), vodozemac.Curve25519PublicKey.from_base64(self.room.one_time_keys.pop())
        )
        kind, ciphertext = olm.encrypt(json.dumps(key).encode()).to_parts()
        content = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": self._account.curve25519_key.to_base64(),
            "ciphertext": {theirs: {"type": kind, "body": base64.b64encode(ciphertext).decode().rstrip("=")}},
        }
        self.room.letters.append({"type": "m.room.encrypted", "sender": self.user, "content": content})
        await self.room.changed()

    async def writes(self, body: str, **more: object) -> str:
        return await self.sends("m.room.message", {"msgtype": "m.text", "body": body, **more})

    async def sends(self, kind: str, said: Event, **more: Any) -> str:
        """`more` stands beside the ciphertext, for everybody to read."""
        self._written += 1
        plain = {"type": kind, "room_id": ROOM, "content": said}
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "ciphertext": self._group.encrypt(json.dumps(plain).encode()).to_base64(),
            "session_id": self._group.session_id,
            "sender_key": self._account.curve25519_key.to_base64(),
            "device_id": "STAFFDEVICE",
        }
        event_id = f"{self.user.replace('@', '$')}{self._written}"
        self.room.happened(self.user, event_id, content, **more)
        await self.room.changed()
        return event_id


def open_room(front: Front, homeserver: RecordingHomeserver, token: str | None = None, others: Sequence[str] = ()) -> ChatRoom:
    """Whoever takes a seat from now on is let into this room, where `others` are too; with a `token` as a native guest."""
    room = ChatRoom(members=(BOT, USER, STAFF, *others))
    homeserver.instead = room.answer

    def seated(digest: bytes) -> None:
        front.rows.seats[digest] = GatewaySeat("seat-one", USER, DEVICE, ROOM, revoked=False, token=token)
        front.door.seats[digest] = replace(front.door.seats[digest], native=token is not None)

    front.door.seated = seated
    return room


async def in_the_room(
    front: Front, homeserver: RecordingHomeserver, person: Person, *, token: str | None = None, others: Sequence[str] = (), **seat: Any
) -> ChatRoom:
    """The person has come in and may write."""
    room = open_room(front, homeserver, token, others)
    await person.come_in()
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, native=token is not None, **seat)
    await person.sees("You are connected")
    await expect(person.page.get_by_role("textbox", name="Message")).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)
    return room
