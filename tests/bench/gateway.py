"""Rows "gateway": see the package's docstring for what is compared with what."""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

from aiohttp import ClientError, ClientSession

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.demo.stack import DOMAIN, Stack
from teleconnect_bot.domain.guest_link import Link, Seat, SeatState, digest_of
from teleconnect_bot.domain.people import Contact, ContactKind, Role
from teleconnect_bot.domain.session import Session, State

from .device import CLIENT, CouldNotMeasure, Device, appservice_device
from .results import Row

WRITERS = 12
"""Visitors in the room who write in turn, so that none comes near the gateway's limits for one seat."""
TIMES = 120
HELD_POLLS = 500
MADE_AT_ONCE = 8
MOST_ADDED_MS = 3.0
MOST_MEGABYTES = 150
MESSAGE = {
    "algorithm": "m.megolm.v1.aes-sha2",
    "ciphertext": "A" * 400,
    "sender_key": "k" * 43,
    "session_id": "s" * 43,
    "device_id": "PAGE",
}
POLL_SETTLES = 0.02
"""Seconds after which a poll is surely held."""


@dataclass
class Place:
    """One visitor, who can speak through the gateway and, as the gateway itself does, directly."""

    through: Device
    direct: Device
    digest: bytes = field(repr=False)
    since: str = ""


async def measure(stack: Stack, http: ClientSession) -> list[Row]:
    places = await _places(stack, http, HELD_POLLS)
    room = await _room(places[:WRITERS])
    database = Database(stack.config.database.url.get_secret_value())
    try:
        await _seat(SqlUnitOfWork(database, FileSessionKeys(stack.keys_directory)), FileSessionKeys(stack.keys_directory), places, room)
    finally:
        await database.close()
    return [
        _added("gateway, a message", *await _in_turns(places[:WRITERS], lambda device, place: _send(device, room))),
        _added(
            "gateway, a poll's wake-up", *await _in_turns(places[1:WRITERS], lambda device, place: _wake(device, place, places[0], room))
        ),
        await _memory(stack, places),
    ]


def _added(name: str, through: Sequence[float], direct: Sequence[float]) -> Row:
    value, baseline = statistics.median(through) * 1000, statistics.median(direct) * 1000
    return Row(name, value, "ms", baseline, value / baseline, f"baseline + <= {MOST_ADDED_MS:g} ms", value - baseline <= MOST_ADDED_MS)


async def _in_turns(places: Sequence[Place], once: Callable[[Device, Place], Awaitable[float]]) -> tuple[list[float], list[float]]:
    """(through the gateway, directly), one after the other, so that a busy moment of the machine meets both."""
    through, direct = [], []
    for number in range(TIMES):
        place = places[number % len(places)]
        through.append(await once(place.through, place))
        direct.append(await once(place.direct, place))
    warm = len(places)
    return through[warm:], direct[warm:]


async def _send(device: Device, room: str) -> float:
    path = f"{CLIENT}/v3/rooms/{quote(room, safe='')}/send/m.room.encrypted/{secrets.token_hex(8)}"
    start = perf_counter()
    await device.ask("PUT", path, MESSAGE)
    return perf_counter() - start


async def _wake(device: Device, place: Place, writer: Place, room: str) -> float:
    """From the moment that somebody sends until a held poll has brought it."""
    content = await _poll(place.direct, place, room, 0)
    place.since = str(content["next_batch"])
    poll = asyncio.create_task(_poll(device, place, room, 30_000))
    await asyncio.sleep(POLL_SETTLES)
    start = perf_counter()
    sent = asyncio.create_task(_send(writer.direct, room))
    content = await poll
    woken = perf_counter() - start
    await sent
    if "rooms" not in content:
        raise CouldNotMeasure("a poll came back without the message")
    return woken


async def _poll(device: Device, place: Place, room: str, timeout: int) -> dict[str, object]:
    """Directly with the filter that the gateway puts on every poll."""
    nothing: dict[str, list[str]] = {"types": []}
    rooms = {"rooms": [room], "account_data": nothing, "timeline": {"limit": 50}, "state": {"lazy_load_members": False}}
    wanted = json.dumps({"presence": nothing, "account_data": nothing, "room": rooms})
    query = {"timeout": str(timeout), "filter": wanted, "set_presence": "offline", **({"since": place.since} if place.since else {})}
    content: dict[str, object] = await device.ask("GET", f"{CLIENT}/v3/sync", query=query)
    return content


async def _memory(stack: Stack, places: Sequence[Place]) -> Row:
    """Of the bot's own process, which is the gateway's, while the polls are held."""
    process = stack.bot.process_id
    if process is None:
        raise CouldNotMeasure("the bot does not run")
    before = resident_megabytes(process)
    held = 0
    polls = [asyncio.create_task(_hold(place)) for place in places]
    try:
        async with asyncio.timeout(60):
            while held < len(places):
                await asyncio.sleep(0.2)
                held = await _held_polls(stack, places[0].through.http)
                if failed := next((poll for poll in polls if poll.done()), None):
                    failed.result()
        value = resident_megabytes(process)
    except (TimeoutError, ClientError) as error:
        raise CouldNotMeasure(f"only {held} polls were held: {type(error).__name__}") from error
    finally:
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)
    name = f"gateway, memory of the bot with {HELD_POLLS} polls held"
    return Row(name, value, "MB", before, value / before, f"<= {MOST_MEGABYTES} MB", value <= MOST_MEGABYTES)


async def _hold(place: Place) -> None:
    """As a page does: the next poll begins where the last one ended."""
    while True:
        query = {"timeout": "30000", **({"since": place.since} if place.since else {})}
        place.since = (await place.through.ask("GET", f"{CLIENT}/v3/sync", query=query))["next_batch"]


async def _held_polls(stack: Stack, http: ClientSession) -> int:
    async with http.get(f"{stack.address}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith("teleconnect_gateway_held_polls "))))


def resident_megabytes(process: int) -> float:
    """Of one process (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024


async def _places(stack: Stack, http: ClientSession, count: int) -> list[Place]:
    """Visitors with accounts and devices at the homeserver; no row of the bot knows them yet."""
    appservice, address = stack.config.appservice, stack.homeserver.address
    token, turns = appservice.as_token.get_secret_value(), asyncio.Semaphore(MADE_AT_ONCE)

    async def one(number: int) -> Place:
        user = f"@{appservice.visitor_prefix}bench_{number}_{secrets.token_hex(4)}:{DOMAIN}"
        async with turns:
            direct = await appservice_device(http, address, token, user, "PAGE")
        secret = secrets.token_urlsafe(32)
        return Place(Device(http, f"{stack.address}/gw", user, "PAGE", secret), direct, digest_of(secret))

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def _room(places: Sequence[Place]) -> str:
    first, *others = places
    body = {"preset": "private_chat", "invite": [place.direct.user for place in others]}
    room = str((await first.direct.ask("POST", f"{CLIENT}/v3/createRoom", body))["room_id"])
    for place in others:
        await place.direct.ask("POST", f"{CLIENT}/v3/rooms/{quote(room, safe='')}/join", {})
    return room


async def _seat(units: SqlUnitOfWork, keys: FileSessionKeys, places: Sequence[Place], room: str) -> None:
    """Every visitor's seat as a row, in one session: what the gateway looks up. Nobody is waiting in it, so nothing is due."""
    now, name = datetime.now(UTC), f"bench-{secrets.token_hex(4)}"
    contact = Contact(ContactKind.EMAIL, "bench@example.org")
    link = Link(id=f"{name}-link", role=Role.SERVICE_USER, digest=digest_of(name), contact=contact, language="en", places=len(places))
    seats = tuple(
        Seat(
            id=f"{name}-{number}",
            link=link.id,
            role=Role.SERVICE_USER,
            number=number,
            digest=place.digest,
            language="en",
            state=SeatState.READY,
            user=place.direct.user,
            device="PAGE",
            last_beat_at=now,
        )
        for number, place in enumerate(places)
    )
    session = Session(
        id=name,
        code="2222",
        marker=f"{name}-marker",
        key=f"{name}-key",
        requester=f"@nurse-bench:{DOMAIN}",
        chat=f"!none:{DOMAIN}",
        state=State.INVITED,
        state_since=now,
        created_at=now,
        last_activity_at=now,
        room=room,
        links=(link,),
        seats=seats,
    )
    keys.create(session.key)
    async with units.begin() as unit:
        await unit.add(session)
