"""A Matrix device that costs next to nothing, so that a benchmark measures the bot and not its own tools.

End-to-end encryption on vodozemac, everything in memory, plain HTTP calls: what a browser or Element does, without the rest.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import vodozemac
from aiohttp import ClientSession
from yarl import URL

from teleconnect_bot.adapters.matrix.olm import PkSigning

T = TypeVar("T")

CLIENT = "/_matrix/client"
MEGOLM, OLM = "m.megolm.v1.aes-sha2", "m.olm.v1.curve25519-aes-sha2"
ONE_TIME_KEYS = 50
POLL_MS = 15_000
WAIT_SECONDS = 60.0


class CouldNotMeasure(Exception):
    """Something did not happen that the measurement needs."""


def canonical(content: Mapping[str, Any]) -> str:
    kept = {key: value for key, value in content.items() if key not in ("signatures", "unsigned")}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Identity:
    """The keys of one device, and what its owner publishes of them. `prefix` keeps key ids apart from another device's."""

    def __init__(self, user: str, device: str, prefix: str = "") -> None:
        self.user, self.device, self._prefix = user, device, prefix
        self.account = vodozemac.Account()
        self._self_signing = PkSigning(PkSigning.generate_seed())

    @property
    def curve25519(self) -> str:
        return self.account.curve25519_key.to_base64()

    @property
    def ed25519(self) -> str:
        return self.account.ed25519_key.to_base64()

    def keys_upload(self) -> dict[str, Any]:
        """The body of `/keys/upload`: the device and a stock of one-time keys."""
        self.account.generate_one_time_keys(ONE_TIME_KEYS)
        once = {
            f"signed_curve25519:{self._prefix}{key_id}": self._signed({"key": key.to_base64()})
            for key_id, key in self.account.one_time_keys.items()
        }
        self.account.mark_keys_as_published()
        return {"device_keys": self._device_keys(), "one_time_keys": once}

    def cross_signing(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The bodies of `/keys/device_signing/upload` and `/keys/signatures/upload`."""
        master, own, users = PkSigning(PkSigning.generate_seed()), self._self_signing, PkSigning(PkSigning.generate_seed())

        def key(usage: str, signer: PkSigning) -> dict[str, Any]:
            content: dict[str, Any] = {"user_id": self.user, "usage": [usage], "keys": {f"ed25519:{signer.public_key}": signer.public_key}}
            return {**content, "signatures": {self.user: {f"ed25519:{master.public_key}": master.sign(canonical(content))}}}

        keys = {
            "master_key": key("master", master),
            "self_signing_key": key("self_signing", own),
            "user_signing_key": key("user_signing", users),
        }
        device = self._device_keys()
        device["signatures"][self.user][f"ed25519:{own.public_key}"] = own.sign(canonical(device))
        return keys, {self.user: {self.device: device}}

    def _device_keys(self) -> dict[str, Any]:
        return self._signed(
            {
                "user_id": self.user,
                "device_id": self.device,
                "algorithms": [OLM, MEGOLM],
                "keys": {f"ed25519:{self.device}": self.ed25519, f"curve25519:{self.device}": self.curve25519},
            }
        )

    def _signed(self, content: dict[str, Any]) -> dict[str, Any]:
        signature = self.account.sign(canonical(content).encode()).to_base64()
        return {**content, "signatures": {self.user: {f"ed25519:{self.device}": signature}}}


@dataclass
class Room:
    """A room as the device sees it."""

    members: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    """Messages, the readable ones decrypted; in the order of the room."""
    key: vodozemac.GroupSession | None = None
    shared_with: set[str] = field(default_factory=set)


class Device:
    """`base` is the homeserver's address, or the gateway's. `acting`: the token is the appservice's, which acts as this device."""

    def __init__(self, http: ClientSession, base: str, user: str, device: str, token: str, *, acting: bool = False) -> None:
        self.http, self.base, self.user, self.device, self.token = http, base, user, device, token
        self._acting = {"user_id": user, "device_id": device} if acting else {}
        self.identity = Identity(user, device)
        self.rooms: dict[str, Room] = {}
        self.invitations: set[str] = set()
        self.gone: set[str] = set()
        self._since = ""
        self._inbound: dict[tuple[str, str], vodozemac.InboundGroupSession] = {}
        self._sessions: dict[str, vodozemac.Session] = {}
        self._transactions = (f"{device}.{number}" for number in itertools.count(1))
        self._news = asyncio.Condition()

    async def ask(self, method: str, path: str, body: Any = None, query: Mapping[str, str] | None = None, data: bytes | None = None) -> Any:
        query = {**(query or {}), **self._acting}
        url = URL(self.base + path + (f"?{urlencode(query)}" if query else ""), encoded=True)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, url, json=body, data=data, headers=headers) as answer:
            content = await answer.json(content_type=None)
            if answer.status not in (200, 201):
                raise CouldNotMeasure(f"{method} {path}: {answer.status} {content}")
            return content

    async def publish_keys(self, *, cross_sign: bool) -> None:
        await self.ask("POST", f"{CLIENT}/v3/keys/upload", self.identity.keys_upload())
        if cross_sign:
            keys, signatures = self.identity.cross_signing()
            await self.ask("POST", f"{CLIENT}/v3/keys/device_signing/upload", keys)
            await self.ask("POST", f"{CLIENT}/v3/keys/signatures/upload", signatures)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """The device reads the homeserver inside the block, as long as it is let in."""
        await self._sync(0)
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError, CouldNotMeasure):
                await task

    async def until(self, what: Callable[[], T | None], words: str) -> T:
        """What `what` answers as soon as it is neither None nor false."""
        try:
            async with asyncio.timeout(WAIT_SECONDS), self._news:
                while not (answer := what()):
                    await self._news.wait()
                return answer
        except TimeoutError:
            raise CouldNotMeasure(f"{words} did not happen within {WAIT_SECONDS:.0f} s") from None

    async def reads(self, room: str, words: str, since: int = 0) -> dict[str, Any]:
        """The first message from position `since` on that holds these words."""

        def look() -> dict[str, Any] | None:
            events = self.rooms[room].events[since:] if room in self.rooms else []
            return next((event for event in events if words in str(event["content"].get("body", ""))), None)

        return await self.until(look, f"reading {words!r}")

    async def join(self, room: str) -> None:
        await self.ask("POST", f"{CLIENT}/v3/rooms/{quote(room, safe='')}/join", {})
        self.invitations.discard(room)
        await self.until(lambda: self.rooms.get(room, Room()).members.get(self.user) == "join", "joining")

    async def say(self, room: str, text: str) -> str:
        return await self.send(room, {"msgtype": "m.text", "body": text})

    async def send(self, room: str, content: Mapping[str, Any]) -> str:
        known = self.rooms[room]
        if known.key is None:
            known.key, known.shared_with = vodozemac.GroupSession(), set()
            self._keep(room, known.key.session_id, known.key.session_key)
        await self._share(room, known)
        inside = json.dumps({"type": "m.room.message", "content": content, "room_id": room})
        event = {
            "algorithm": MEGOLM,
            "ciphertext": known.key.encrypt(inside.encode()).to_base64(),
            "sender_key": self.identity.curve25519,
            "session_id": known.key.session_id,
            "device_id": self.device,
        }
        path = f"{CLIENT}/v3/rooms/{quote(room, safe='')}/send/m.room.encrypted/{next(self._transactions)}"
        return str((await self.ask("PUT", path, event))["event_id"])

    async def upload(self, data: bytes) -> str:
        return str((await self.ask("POST", "/_matrix/media/v3/upload", data=data))["content_uri"])

    # --- reading

    async def listen_until_refused(self) -> float:
        """The moment (`perf_counter`) in which the device is let in no more; the poll that is held then ends with it."""
        await self._listen()
        return perf_counter()

    async def _listen(self) -> None:
        while True:
            try:
                await self._sync(POLL_MS)
            except CouldNotMeasure:
                return  # revoked: the gateway lets it in no more

    async def _sync(self, timeout: int) -> None:
        query = {"timeout": str(timeout), "set_presence": "offline", **({"since": self._since} if self._since else {})}
        batch = await self.ask("GET", f"{CLIENT}/v3/sync", query=query)
        self._since = batch["next_batch"]
        for letter in batch.get("to_device", {}).get("events", []):
            self._open_letter(letter)
        rooms = batch.get("rooms", {})
        self.invitations |= set(rooms.get("invite", {}))
        self.gone |= set(rooms.get("leave", {}))
        for room, part in rooms.get("join", {}).items():
            self._room(room, part)
        for room, known in self.rooms.items():
            known.events = [self._opened(room, event) for event in known.events]
        async with self._news:
            self._news.notify_all()

    def _room(self, room: str, part: Mapping[str, Any]) -> None:
        known = self.rooms.setdefault(room, Room())
        for event in (*part.get("state", {}).get("events", []), *part.get("timeline", {}).get("events", [])):
            if event["type"] == "m.room.member":
                known.members[event["state_key"]] = event["content"]["membership"]
            elif event["type"] in ("m.room.encrypted", "m.room.message") and event["content"]:
                known.events.append(event)

    def _opened(self, room: str, event: dict[str, Any]) -> dict[str, Any]:
        if event["type"] != "m.room.encrypted":
            return event
        session = self._inbound.get((room, event["content"]["session_id"]))
        if session is None:
            return event
        inside = json.loads(bytes(session.decrypt(vodozemac.MegolmMessage.from_base64(event["content"]["ciphertext"])).plaintext))
        return {**event, "type": inside["type"], "content": inside["content"]}

    def _open_letter(self, letter: Mapping[str, Any]) -> None:
        own = letter["content"].get("ciphertext", {}).get(self.identity.curve25519) if letter["type"] == "m.room.encrypted" else None
        if own is None:
            return
        sender = letter["content"]["sender_key"]
        message = vodozemac.AnyOlmMessage.from_parts(own["type"], _unpadded(own["body"]))
        known, first = self._sessions.get(sender), message.to_pre_key()
        if known is not None and (first is None or known.session_matches(first)):
            plain = bytes(known.decrypt(message))
        elif first is not None:
            key = vodozemac.Curve25519PublicKey.from_base64(sender)
            self._sessions[sender], text = self.identity.account.create_inbound_session(key, first)
            plain = bytes(text)
        else:
            return
        inside = json.loads(plain)
        if inside["type"] == "m.room_key":
            content = inside["content"]
            self._keep(content["room_id"], content["session_id"], vodozemac.SessionKey(content["session_key"]))

    def _keep(self, room: str, session_id: str, key: vodozemac.SessionKey) -> None:
        self._inbound[room, session_id] = vodozemac.InboundGroupSession(key)

    # --- writing

    async def _share(self, room: str, known: Room) -> None:
        """Everybody who is in the room or invited gets the key before the message is sent."""
        here = {user for user, membership in known.members.items() if membership in ("join", "invite") and user != self.user}
        new = here - known.shared_with
        if not new:
            return
        assert known.key is not None
        answer = await self.ask("POST", f"{CLIENT}/v3/keys/query", {"device_keys": {user: [] for user in new}})
        devices = [(user, device, keys) for user, found in answer["device_keys"].items() for device, keys in found.items()]
        await self._claim([(user, device, keys) for user, device, keys in devices if _curve(device, keys) not in self._sessions])
        content = {
            "algorithm": MEGOLM,
            "room_id": room,
            "session_id": known.key.session_id,
            "session_key": known.key.session_key.to_base64(),
        }
        messages: dict[str, dict[str, Any]] = {}
        for user, device, keys in devices:
            messages.setdefault(user, {})[device] = self._letter_to(user, device, keys, content)
        path = f"{CLIENT}/v3/sendToDevice/m.room.encrypted/{next(self._transactions)}"
        await self.ask("PUT", path, {"messages": messages})
        known.shared_with |= new

    async def _claim(self, devices: list[tuple[str, str, Mapping[str, Any]]]) -> None:
        if not devices:
            return
        wanted: dict[str, dict[str, str]] = {}
        for user, device, _ in devices:
            wanted.setdefault(user, {})[device] = "signed_curve25519"
        answer = await self.ask("POST", f"{CLIENT}/v3/keys/claim", {"one_time_keys": wanted})
        for user, device, keys in devices:
            once = next(iter(answer["one_time_keys"][user][device].values()))["key"]
            theirs = vodozemac.Curve25519PublicKey.from_base64(_curve(device, keys))
            session = self.identity.account.create_outbound_session(theirs, vodozemac.Curve25519PublicKey.from_base64(once))
            self._sessions[_curve(device, keys)] = session

    def _letter_to(self, user: str, device: str, keys: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
        inside = {
            "type": "m.room_key",
            "content": content,
            "sender": self.user,
            "recipient": user,
            "recipient_keys": {"ed25519": keys["keys"][f"ed25519:{device}"]},
            "keys": {"ed25519": self.identity.ed25519},
        }
        kind, body = self._sessions[_curve(device, keys)].encrypt(json.dumps(inside).encode()).to_parts()
        ciphertext = {_curve(device, keys): {"type": kind, "body": base64.b64encode(body).decode().rstrip("=")}}
        return {"algorithm": OLM, "sender_key": self.identity.curve25519, "ciphertext": ciphertext}


def _curve(device: str, keys: Mapping[str, Any]) -> str:
    return str(keys["keys"][f"curve25519:{device}"])


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


async def appservice_device(http: ClientSession, address: str, as_token: str, user: str, device: str) -> Device:
    """An account of the appservice with one device, made now if it was not there."""
    made = Device(http, address, user, device, as_token, acting=True)
    async with http.post(
        f"{address}{CLIENT}/v3/register",
        json={"type": "m.login.application_service", "username": user[1:].partition(":")[0], "inhibit_login": True},
        headers={"Authorization": f"Bearer {as_token}"},
    ) as answer:
        if answer.status != 200 and (await answer.json())["errcode"] != "M_USER_IN_USE":
            raise CouldNotMeasure(f"register: {answer.status}")
    url = f"{address}{CLIENT}/v3/devices/{device}"
    async with http.put(url, params={"user_id": user}, json={}, headers={"Authorization": f"Bearer {as_token}"}) as answer:
        if answer.status not in (200, 201):
            raise CouldNotMeasure(f"device: {answer.status}")
    return made
