"""One session as a nurse and a visitor live it, with its duration: from the word `invite` until the bot's rows are gone."""

from __future__ import annotations

import asyncio
import re
import secrets
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from aiohttp import ClientSession

from teleconnect_bot.demo.stack import Stack

from .device import CLIENT, CouldNotMeasure, Device

LETTERS_AFTER = 2.0
"""Seconds that the bot lets pass on purpose between a join and the letters (ARCHITECTURE §4, "Letters")."""
WORDS = ("How are you today?", "Better, thank you.", "Shall we speak again on Friday?", "Yes, Friday at ten is good.")
PHOTO = bytes(range(256)) * 200
SETTINGS: dict[str, Any] = {"retention": {"sync_grace": "0s"}, "guests": {"pool": 0}}
"""No time for clients to notice their removal, which is waiting. No accounts made ahead, so that each session makes its own."""
_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4})\b")


@dataclass
class Clock:
    """Wall time without deliberate waits, in seconds; `phases` are where it went."""

    start: float = field(default_factory=perf_counter)
    waited: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def worked(self) -> float:
        return perf_counter() - self.start - self.waited

    def done(self, phase: str) -> None:
        self.phases[phase] = self.worked - sum(self.phases.values())


@dataclass
class Nurse:
    """A requester in an encrypted direct chat with the bot."""

    device: Device
    bot: str
    chat: str

    @classmethod
    async def meet_the_bot(cls, stack: Stack, http: ClientSession, homeserver: str, localpart: str) -> Nurse:
        """`listening()` of the device must be entered by the caller before anything else is done with it."""
        login = await stack.new_account(localpart)
        device = Device(http, homeserver, login.user, login.device, login.token)
        await device.publish_keys(cross_sign=False)
        return cls(device, stack.config.bot, "")

    async def open_chat(self) -> None:
        self.chat = await open_chat(self.device, self.bot)
        await self.device.reads(self.chat, "help")

    async def orders(self, words: str, expected: str) -> str:
        """What the bot answers."""
        seen = len(self.device.rooms[self.chat].events)
        await self.device.say(self.chat, words)
        return str((await self.device.reads(self.chat, expected, seen))["content"]["body"])


async def open_chat(device: Device, other: str) -> str:
    """An encrypted direct chat as Element makes it, with `other` in it."""
    body = {
        "preset": "trusted_private_chat",
        "is_direct": True,
        "invite": [other],
        "initial_state": [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
    }
    room = str((await device.ask("POST", f"{CLIENT}/v3/createRoom", body))["room_id"])
    await device.until(lambda: room in device.rooms and device.rooms[room].members.get(other) == "join", "the other's joining")
    return room


async def play(stack: Stack, http: ClientSession, nurse: Nurse, *, transcript: bool) -> Clock:
    """Everything that happens in one session. Raises `CouldNotMeasure`."""
    contact = f"{secrets.token_hex(6)}@example.org"
    seen = len(nurse.device.rooms[nurse.chat].events)
    clock = Clock()
    card = await nurse.orders(f"invite {contact} lang=en", "Session ")
    code = _found(_CODE, card)
    link = (await stack.mails.wait_for(contact)).link
    clock.done("invite")

    api = GuestApi(http, stack.address)
    visitor = await api.come_in(link.partition("#")[2])
    await visitor.ask("GET", f"{CLIENT}/versions")
    await visitor.publish_keys(cross_sign=True)
    async with visitor.listening():
        view = await api.ask("POST", "/api/ready")
        while view["status"] != "invited":
            await asyncio.sleep(0.02)
            view = await api.ask("GET", "/api/seat")
        room = str(view["room"])
        await visitor.join(room)
        await nurse.device.reads(nurse.chat, "is in the waiting room", seen)
        await nurse.device.until(lambda: room in nurse.device.invitations, "the nurse's invitation")
        await visitor.until(lambda: visitor.rooms[room].members.get(nurse.device.user) == "invite", "the visitor's seeing it")
        clock.done("arrival")

        await visitor.say(room, "Hello, is somebody there?")
        await nurse.device.join(room)
        joined = perf_counter()
        await nurse.device.reads(nurse.chat, "has started", seen)
        while (await api.ask("POST", "/api/beat", {"visible": True}))["status"] != "in_session":
            await asyncio.sleep(0.02)
        clock.done("start")

        rest = max(0.0, joined + LETTERS_AFTER - perf_counter())
        await asyncio.sleep(rest)
        clock.waited += rest
        await nurse.device.reads(room, "is somebody there")
        await _converse(nurse.device, visitor, room)
        clock.done("conversation")

        if transcript:
            await nurse.orders(f"close {code}", "until")
            await nurse.device.send(nurse.chat, {"msgtype": "m.text", "body": f"pdf {code}"})
            await nurse.device.reads(nurse.chat, f"session-{code}.pdf", seen)
            clock.done("transcript")
        await nurse.device.say(nurse.chat, f"close now {code}")
        await nurse.device.reads(nurse.chat, "Nothing of it is stored", seen)
        await _rows_gone(stack.database_directory / "teleconnect.db")
        clock.done("teardown")
        await nurse.device.until(lambda: room in nurse.device.gone, "the nurse's removal from the room")
    return clock


async def _converse(nurse: Device, visitor: Device, room: str) -> None:
    for number, words in enumerate(WORDS):
        speaker, listener = (nurse, visitor) if number % 2 == 0 else (visitor, nurse)
        await speaker.say(room, words)
        await listener.reads(room, words)
    address = await visitor.upload(PHOTO)
    await visitor.send(room, {"msgtype": "m.image", "body": "photo.png", "file": {"url": address, "v": "v2"}})
    await nurse.reads(room, "photo.png")


async def _rows_gone(database: Path) -> None:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)
    try:
        async with asyncio.timeout(20):
            while connection.execute("SELECT count(*) FROM session").fetchone()[0]:
                await asyncio.sleep(0.002)
    except TimeoutError:
        raise CouldNotMeasure("the session's rows were not deleted") from None
    finally:
        connection.close()


class GuestApi:
    """The guest page's own calls."""

    def __init__(self, http: ClientSession, address: str) -> None:
        self._http, self._address = http, address
        self.secret = secrets.token_urlsafe(32)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.secret}"}
        async with self._http.request(method, self._address + path, json=body, headers=headers) as answer:
            if answer.status != 200:
                raise CouldNotMeasure(f"{method} {path}: {answer.status}")
            return await answer.json()

    async def come_in(self, token: str) -> Device:
        """From the link to a device that may make its keys."""
        await self.ask("POST", "/api/open", {"token": token, "language": "en"})
        body = {"token": token, "secret": self.secret, "name": "Sam", "language": "en", "terms": "1"}
        view = await self.ask("POST", "/api/enter", body)
        while view["status"] != "keys":
            await asyncio.sleep(0.02)
            view = await self.ask("GET", "/api/seat")
        return Device(self._http, f"{self._address}/gw", view["user"], view["device"], self.secret)


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise CouldNotMeasure(f"{pattern.pattern} is not in an answer of the bot")
    return found[1]
