"""The world around the web front door: rows and use cases in memory, and a homeserver that records what reaches it."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, ClientSession, TCPConnector, web
from prometheus_client import CollectorRegistry
from yarl import URL

from teleconnect_bot.adapters.messaging.kept import KeptTexts
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.domain.guest_link import DeviceTest
from teleconnect_bot.services.gateway_rows import GatewaySeat, Letter
from teleconnect_bot.services.guest_door import (
    LinkState,
    NoSuchLink,
    OpenedLink,
    SeatPerson,
    SeatStatus,
    SeatView,
)
from teleconnect_bot.services.interpreter_door import InterpreterDoor
from teleconnect_bot.services.ports import Relay
from teleconnect_bot.web.callbacks import Callbacks
from teleconnect_bot.web.conference import Conference
from teleconnect_bot.web.gateway import Gateway
from teleconnect_bot.web.guest import Language, PublicInfo
from teleconnect_bot.web.server import create_app, serve
from tests.fakes_calls import FakeCallDoor
from tests.fakes_interpreters import FakeInterpreters

DOMAIN = "hs.test"
AS_TOKEN = "as-token-that-no-page-may-use"
BOT = f"@teleconnect:{DOMAIN}"
SECRET = "a" * 43
OTHER_SECRET = "b" * 43
USER, DEVICE, ROOM = f"@tcv-one:{DOMAIN}", "ONEDEVICE", "!room-one"
OTHER_USER, OTHER_ROOM = f"@tcv-two:{DOMAIN}", "!room-two"
STAFF = f"@alice:{DOMAIN}"
GOOD_TOKEN = "goodtoken234567abcdefghijk"
MEGOLM = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA", "sender_key": "k", "session_id": "s", "device_id": DEVICE}
OLM = {"algorithm": "m.olm.v1.curve25519-aes-sha2", "ciphertext": {"k": {"type": 0, "body": "AwgA"}}, "sender_key": "k"}
WANTED = {"algorithm": "m.megolm.v1.aes-sha2", "room_id": ROOM, "sender_key": "k", "session_id": "s"}
ASKED = {"action": "request", "body": WANTED, "request_id": "1495474790150.19", "requesting_device_id": DEVICE}
WITHHELD = {**WANTED, "code": "m.unverified", "from_device": DEVICE}


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class ManualSeconds:
    """A forward-only clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class FakeRows:
    """`GatewayRows` in memory."""

    def __init__(self) -> None:
        self.seats: dict[bytes, GatewaySeat] = {}
        self.letters: dict[str, Letter] = {}
        self.reads = 0
        self.before_answer: asyncio.Event | None = None
        self.uploads: list[tuple[str, str, str]] = []
        self.counted: dict[str, list[int]] = {}
        """The sizes of what each seat has uploaded."""
        self.uncounted = asyncio.Semaphore(0)
        self.tokens: dict[str, str] = {}
        """Of native guests, by user."""
        self._kept: set[tuple[str, str, str, str]] = set()

    async def seat_by_digest(self, digest: bytes) -> GatewaySeat | None:
        self.reads += 1
        row = self.seats.get(digest)
        if self.before_answer is not None:
            await self.before_answer.wait()
        return row

    def change(self, secret: str, **changes: Any) -> None:
        self.seats[digest(secret)] = replace(self.seats[digest(secret)], **changes)

    async def keep_letter(
        self, seat_id: str, recipient: str, event_type: str, content: Mapping[str, Any], room: str, transaction_id: str
    ) -> None:
        key = (seat_id, recipient, event_type, transaction_id)
        if key not in self._kept:
            self._kept.add(key)
            seat = next(seat for seat in self.seats.values() if seat.seat_id == seat_id)
            letter_id = f"l{len(self._kept)}"
            self.letters[letter_id] = Letter(letter_id, seat.user, seat.device, recipient, event_type, content)

    async def keep_upload(self, seat_id: str, place: str, uploaded_by: str) -> None:
        self.uploads.append((seat_id, place, uploaded_by))

    async def count_upload(self, seat_id: str, size: int, most_files: int, most_bytes: int) -> bool:
        sizes = self.counted.setdefault(seat_id, [])
        if len(sizes) >= most_files or sum(sizes) + size > most_bytes:
            return False
        sizes.append(size)
        return True

    async def uncount_upload(self, seat_id: str, size: int) -> None:
        self.counted[seat_id].remove(size)
        self.uncounted.release()

    async def letters_for(self, user: str, session_id: str | None = None) -> Sequence[Letter]:
        return [replace(letter, token=self.tokens.get(letter.sender)) for letter in self.letters.values() if letter.recipient == user]

    async def letters_delivered(self, letter_ids: Sequence[str]) -> None:
        for letter_id in letter_ids:
            self.letters.pop(letter_id, None)


class Calls(Counter[str]):
    """How often what was called, by name; a call that is still on its way can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self._called = asyncio.Event()

    def __setitem__(self, name: str, times: int) -> None:
        super().__setitem__(name, times)
        self._called.set()
        self._called.clear()

    async def come(self, name: str, times: int = 1, seconds: float = 30.0) -> None:
        """Returns once it was called so often. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while self[name] < times:
                await self._called.wait()


class FakeDoor:
    """`GuestDoor` with one good link; it notes every call by name, never an argument."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.links = {GOOD_TOKEN}
        self.seats: dict[bytes, SeatView] = {}
        self.refuse_entry: Exception | None = None
        self.names: list[str] = []
        self.agreed: list[str] = []
        """The versions of the terms."""
        self.places: list[str | None] = []
        self.opened = OpenedLink(LinkState.OPEN, "fr", "Field Clinic", "1", "")
        self.tested: list[DeviceTest | None] = []
        self.turn: Relay | None = None
        self.seated: Callable[[bytes], None] = lambda digest: None
        """Is told of each seat that is taken."""
        self.answered: Callable[[bytes], None] = lambda digest: None
        """Is told whose browser has answered whether it is asked for by the same person."""
        self.hold: asyncio.Event | None = None
        self.entered = asyncio.Event()
        self.finished = asyncio.Event()

    async def open(self, token: str, language: str) -> OpenedLink | None:
        self.calls["open"] += 1
        if token not in self.links:
            return None
        return replace(self.opened, terms_text=f"Terms in {language}.")

    async def not_me(self, token: str) -> bool:
        self.calls["not_me"] += 1
        return token in self.links

    async def ask_for_link(self, token: str) -> None:
        self.calls["ask_for_link"] += 1

    async def device(self, token: str, result: DeviceTest) -> bool:
        self.calls["device"] += 1
        self.tested.append(result)
        return token in self.links

    async def relay(self, token: str) -> Relay | None:
        self.calls["relay"] += 1
        if token not in self.links:
            raise NoSuchLink
        return self.turn

    async def enter(self, token: str, digest: bytes, name: str, language: str, terms: str, *, tested: DeviceTest | None = None) -> SeatView:
        self.calls["enter"] += 1
        self.tested.append(tested)
        self.entered.set()
        if self.hold is not None:
            await self.hold.wait()
        if token not in self.links:
            raise NoSuchLink
        if self.refuse_entry is not None:
            raise self.refuse_entry
        self.names.append(name)
        self.agreed.append(terms)
        self.seats[digest] = a_seat()
        self.seated(digest)
        self.finished.set()
        return self.seats[digest]

    async def ask(
        self, token: str, digest: bytes, name: str, language: str, terms: str, place: str | None, *, tested: DeviceTest | None = None
    ) -> SeatView:
        self.calls["ask"] += 1
        self.places.append(place)
        if token not in self.links:
            raise NoSuchLink
        self.seats[digest] = replace(a_seat(), status=SeatStatus.ASKING)
        return self.seats[digest]

    async def answer(self, digest: bytes, yes: bool) -> SeatView | None:
        self.calls["answer yes" if yes else "answer no"] += 1
        self.answered(digest)
        return self.seats.get(digest)

    async def seat(self, digest: bytes) -> SeatView | None:
        self.calls["seat"] += 1
        return self.seats.get(digest)

    async def beat(self, digest: bytes, visible: bool) -> SeatView | None:
        self.calls["beat visible" if visible else "beat hidden"] += 1
        return self.seats.get(digest)

    async def ready(self, digest: bytes) -> SeatView | None:
        self.calls["ready"] += 1
        return self.seats.get(digest)

    async def ask_deletion(self, digest: bytes) -> SeatView | None:
        self.calls["ask deletion"] += 1
        if digest in self.seats:
            self.seats[digest] = replace(self.seats[digest], deletion_asked=True)
        return self.seats.get(digest)

    async def away(self, digest: bytes) -> bool:
        self.calls["away"] += 1
        return digest in self.seats

    async def leave(self, digest: bytes) -> bool:
        self.calls["leave"] += 1
        return self.seats.pop(digest, None) is not None


def a_seat() -> SeatView:
    people = (SeatPerson(OTHER_USER, "Relative", "Amina"),)
    return SeatView(SeatStatus.KEYS, "Service user", BOT, "Field Clinic", user=USER, device=DEVICE, people=people, awaited=1)


@dataclass(frozen=True)
class Forwarded:
    """One request as the homeserver got it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class RecordingHomeserver:
    """Answers 200 `{}` to everything; syncs are held until `release` is set when `hold_syncs` says so."""

    requests: list[Forwarded] = field(default_factory=list)
    joined: set[str] = field(default_factory=lambda: {USER, STAFF})
    invited: set[str] = field(default_factory=set)
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    streams: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(default_factory=dict)
    named_keys: Mapping[str, Any] | None = None
    """The answer to a key query, instead of a device for everybody who is asked for."""
    instead: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    """Answers everything, when it is set."""
    hold_syncs: bool = False
    release: asyncio.Event = field(default_factory=asyncio.Event)
    sync_came: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    syncs_lost: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    address: str = ""

    @property
    def seen(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.requests]

    def sent_to_device(self) -> list[Forwarded]:
        return [request for request in self.requests if "/sendToDevice/" in request.path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.instead is not None:
            return await self.instead(request)
        path = request.rel_url.raw_path
        self.requests.append(Forwarded(request.method, path, dict(request.query), dict(request.headers), await request.read()))
        if path.endswith("/v3/sync"):
            self.sync_came.release()
            if self.hold_syncs:
                try:
                    await self.release.wait()
                except asyncio.CancelledError:
                    self.syncs_lost.release()
                    raise
            joined: dict[str, dict[str, object]] = {room: {} for room in json.loads(request.query["filter"])["room"]["rooms"]}
            return web.json_response({"next_batch": "s2", "rooms": {"join": joined}})
        if path.endswith("/members"):
            memberships = [(user, "join") for user in self.joined] + [(user, "invite") for user in self.invited]
            return web.json_response({"chunk": [{"state_key": user, "content": {"membership": kind}} for user, kind in memberships]})
        if path.endswith("/keys/query") and self.named_keys is not None:
            return web.json_response(dict(self.named_keys))
        if path.endswith("/keys/query"):
            return web.json_response({"device_keys": {user: {"D": {}} for user in (await request.json())["device_keys"]}})
        for part, stream in self.streams.items():
            if part in path:
                return await stream(request)
        for part, (status, body, headers) in self.answers.items():
            if part in path:
                return web.Response(status=status, body=body, headers=headers)
        return web.json_response({})


@asynccontextmanager
async def recording_homeserver() -> AsyncIterator[RecordingHomeserver]:
    homeserver = RecordingHomeserver()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", homeserver.answer)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    homeserver.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield homeserver
    finally:
        homeserver.release.set()
        await runner.cleanup()


@dataclass
class Front:
    """The running web application, and everything behind it."""

    host: str
    port: int
    http: ClientSession
    app: web.Application
    gateway: Gateway
    door: FakeDoor
    rows: FakeRows
    seconds: ManualSeconds
    checks: dict[str, bool]
    registry: CollectorRegistry
    interpreters: FakeInterpreters
    call_door: FakeCallDoor

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def ask(
        self, method: str, path: str, *, secret: str | None = None, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Answer:
        """Read the whole answer. The path is sent as it stands."""
        sent = {**({"Authorization": f"Bearer {secret}"} if secret else {}), **(headers or {})}
        async with self.http.request(method, URL(self.url + path, encoded=True), headers=sent, allow_redirects=False, **more) as response:
            return await Answer.read(response)

    async def gw(self, method: str, path: str, *, secret: str | None = SECRET, **more: Any) -> Answer:
        return await self.ask(method, "/gw" + path, secret=secret, **more)

    async def raw(self, method: str, target: str, *, secret: str | None = SECRET) -> int:
        """The status of a request whose target no client library has touched."""
        authorization = f"Authorization: Bearer {secret}\r\n" if secret else ""
        spoken = f"{method} {target} HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: 0\r\nConnection: close\r\n\r\n"
        return int((await self.spoken(spoken)).split()[1])

    async def spoken(self, words: str) -> bytes:
        """All that comes back on one connection when exactly this is said."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(words.encode())
        answer = await reader.read()
        writer.close()
        return answer


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    async def read(cls, response: ClientResponse) -> Answer:
        return cls(response.status, response.headers.copy(), await response.read())

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@asynccontextmanager
async def _task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that lets a failing test fail with its own error, not with a group around it."""
    failure: Exception | None = None
    async with asyncio.TaskGroup() as tasks:
        try:
            yield tasks
        except Exception as error:  # noqa: BLE001 - raised again below
            failure = error
    if failure is not None:
        raise failure


@asynccontextmanager
async def front_door(
    address: str,
    static: Path,
    *,
    public_url: str = "https://meet.example",
    trusted_proxies: Sequence[str] = (),
    domain: str = DOMAIN,
    as_token: str = AS_TOKEN,
    rows: FakeRows | None = None,
    max_upload_bytes: int = 1024 * 1024,
    languages: Sequence[Language] = (Language("en", "English", "ltr"), Language("ar", "العربية", "rtl")),
    organisations: InterpreterDoor | None = None,
    calls: str = "none",
    conference: Conference | None = None,
    callbacks: Callbacks | None = None,
    staff_calls: bool = False,
) -> AsyncIterator[Front]:
    """`organisations` are the use cases behind the interpreters' page, where they are not to be played; `calls` as in `PublicInfo`."""
    interpreters, call_door = FakeInterpreters(), FakeCallDoor(a_seat())
    door, rows, seconds, registry, checks = FakeDoor(), rows or FakeRows(), ManualSeconds(), CollectorRegistry(), {"database": True}

    async def ready() -> dict[str, bool]:
        return checks

    async with (
        _task_group() as tasks,
        Gateway(address, domain, as_token, rows, seconds, registry, max_upload_bytes, BOT, staff_calls=staff_calls) as gateway,
        ClientSession(connector=TCPConnector(limit=0)) as http,
    ):
        app = create_app(
            public_url=public_url,
            trusted_proxies=trusted_proxies,
            door=door,
            gateway=gateway,
            public=PublicInfo("+41 22 000 00 00", languages, 10 * 1024**2, calls),
            checks=ready,
            registry=registry,
            seconds=seconds,
            tasks=tasks,
            static=static,
            kept=KeptTexts(Catalogues.load(), timedelta(hours=36)),
            interpreters=organisations or interpreters,
            conference=conference,
            callbacks=callbacks,
            call_door=call_door,
        )
        async with serve(app, "127.0.0.1", 0) as served:
            yield Front(served.host, served.port, http, app, gateway, door, rows, seconds, checks, registry, interpreters, call_door)


@asynccontextmanager
async def gateway_with_seats(static: Path, **settings: Any) -> AsyncIterator[tuple[Front, RecordingHomeserver]]:
    """Two sessions with one visitor each: `SECRET` in `ROOM`, `OTHER_SECRET` in `OTHER_ROOM`."""
    async with recording_homeserver() as homeserver, front_door(homeserver.address, static, **settings) as front:
        front.rows.seats[digest(SECRET)] = GatewaySeat("seat-one", USER, DEVICE, ROOM, revoked=False)
        front.rows.seats[digest(OTHER_SECRET)] = GatewaySeat("seat-two", OTHER_USER, "TWODEVICE", OTHER_ROOM, revoked=False)
        yield front, homeserver
