"""One whole session with everything personal in it, on the real stack, up to its end."""

from __future__ import annotations

import io
import json
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from PIL import Image
from playwright.async_api import expect

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.residue import sentinels
from tests.acceptance.residue.databases import BotDatabases
from tests.acceptance.residue.sentinels import Exact

MAKER = 0x010F
"""EXIF: who made the camera."""
KEY_BACKED_UP_EARLY, KEY_BACKED_UP_LATE = "megolm-session-of-before-the-purge", "megolm-session-of-after-the-purge"


@dataclass
class KeyBackup:
    """A staff client's key backup, spoken to the homeserver as a client does. What it uploads is encrypted for its owner alone."""

    nurse: Nurse
    version: str = ""

    async def switch_on(self) -> None:
        body = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": "A" * 43, "signatures": {}}}
        self.version = str((await self._call("POST", "/room_keys/version", body))["version"])

    async def upload(self, room: str, session: str) -> None:
        data = {"ephemeral": "A" * 43, "ciphertext": "B" * 64, "mac": "C" * 11}
        body = {"first_message_index": 0, "forwarded_count": 0, "is_verified": False, "session_data": data}
        path = f"/room_keys/keys/{quote(room, safe='')}/{quote(session, safe='')}?version={self.version}"
        await self._call("PUT", path, body)

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        client = self.nurse.staff.client
        headers = {"Authorization": f"Bearer {client.access_token}"}
        async with (
            aiohttp.ClientSession(headers=headers, raise_for_status=True) as http,
            http.request(method, f"{self.nurse.stack.homeserver.address}/_matrix/client/v3{path}", json=body) as answer,
        ):
            return dict(await answer.json())


@dataclass
class Played:
    """`backup` is the requester's; `exact` grows with what the programs made."""

    stack: Stack
    databases: BotDatabases
    nurse: Nurse
    guest: Visitor
    relative: Visitor
    directory: Path
    exact: Exact = field(default_factory=Exact)
    room: str = ""
    code: str = ""

    async def play(self) -> None:
        """Up to the running session."""
        self.backup = KeyBackup(self.nurse)
        await self.backup.switch_on()
        await self._invite()
        await self._come()
        await self._talk()
        await self._send_files()
        await self._order_wrongly()
        await self.backup.upload(self.room, KEY_BACKED_UP_EARLY)
        self.exact.add("key backed up early", KEY_BACKED_UP_EARLY)
        self.exact.add("key backed up late", KEY_BACKED_UP_LATE)

    async def close(self) -> None:
        """Closed, and the transcript sent."""
        staff, chat = self.nurse.staff, self.nurse.chat
        await self.nurse.orders(f"close {self.code}")
        await self.nurse.orders(f"pdf {self.code}")
        sent = await staff.wait_for(lambda: next((seen for seen in staff.messages(chat) if seen.file), None), SLOW)
        assert (await staff.download(sent)).startswith(b"%PDF-")

    async def delete(self) -> None:
        await self.order_deletion()
        await self.deleted()

    async def order_deletion(self) -> None:
        await self.nurse.orders(f"close now {self.code}")

    async def deleted(self) -> None:
        """Requester and guest have noticed."""
        await self.nurse.reads(f"Session {self.code} is deleted. Nothing of it is stored any more.")
        await self.guest.sees("This session is over", SLOW)
        await self.guest.page.wait_for_function("async () => localStorage.length === 0 && (await indexedDB.databases()).length === 0")

    async def _invite(self) -> None:
        people = f"guest={sentinels.THIRD_PARTY}/fr colleague={sentinels.COLLEAGUE}"
        await self.nurse.orders(f'invite {sentinels.WRONG_CONTACT} name="{sentinels.NAME_BY_STAFF}" lang=en {people}')
        await self.stack.mails.wait_for(sentinels.WRONG_CONTACT, 1, SLOW)
        self.code = await self.nurse.code()
        await self.nurse.orders(f"resend {self.code} to={sentinels.CONTACT}")
        for name in (sentinels.CONTACT, sentinels.THIRD_PARTY, sentinels.COLLEAGUE):
            link = (await self.stack.mails.wait_for(name, 1, SLOW)).link
            self.exact.add("link", urlsplit(link).fragment)

    async def _come(self) -> None:
        mails = self.stack.mails
        await self.guest.come_in((await mails.wait_for(sentinels.CONTACT, 1, SLOW)).link, sentinels.CHOSEN_NAME)
        await self.nurse.reads("is in the waiting room")
        third = mails.to(sentinels.THIRD_PARTY)[-1].link
        await self.relative.follow(third)
        await self.relative.page.get_by_role("button").first.wait_for(timeout=SLOW * 1000)
        await self.relative.come_in(third, sentinels.THIRD_PARTY_NAME)
        await self.guest.write(sentinels.WHILE_WAITING)
        self.room = await self.nurse.take()
        await self.nurse.reads(sentinels.WHILE_WAITING, room=self.room)
        secret = await self.guest.page.evaluate("() => JSON.parse(localStorage.getItem('seat')).secret")
        self.exact.add("seat secret", str(secret))

    async def _talk(self) -> None:
        nurse, staff, room = self.nurse, self.nurse.staff, self.room
        await nurse.says(room, sentinels.FROM_STAFF)
        await self.guest.reads(sentinels.FROM_STAFF, SLOW)
        await self.guest.write(sentinels.FROM_GUEST)
        asked = await nurse.reads(sentinels.FROM_GUEST, room=room)
        written = await nurse.says(room, sentinels.BEFORE_THE_EDIT)
        await staff.edit(room, written, sentinels.AFTER_THE_EDIT)
        taken_back = await nurse.says(room, sentinels.REDACTED)
        await staff.redact(room, taken_back)
        relation = {"m.relates_to": {"m.in_reply_to": {"event_id": asked.event}}}
        await staff.say(room, f"> <{asked.sender}> {sentinels.FROM_GUEST}\n\n{sentinels.REPLY}", **relation)
        await staff.react(room, asked.event, "👍")

    async def _send_files(self) -> None:
        exif = Image.Exif()
        exif[MAKER] = sentinels.PHOTO_OF_GUEST
        picture, file = io.BytesIO(), self.directory / sentinels.FILE_NAME_OF_GUEST
        Image.effect_noise((300, 200), 80).convert("RGB").save(picture, "JPEG", exif=exif)
        file.write_bytes(picture.getvalue())
        async with self.guest.page.expect_file_chooser() as choosing:
            await self.guest.press("Attach a file")
        await (await choosing.value).set_files([file])
        await expect(self.guest.page.get_by_role("img", name="Photo, You")).to_be_visible(timeout=SLOW * 1000)
        staff = self.nurse.staff
        await staff.wait_for(lambda: any(seen.file and seen.sender != staff.user for seen in staff.messages(self.room)), SLOW)
        await staff.send_file(self.room, sentinels.PDF_OF_STAFF, sentinels.FILE_NAME_OF_STAFF, "application/pdf")
        await expect(self.guest.button(f"Save {sentinels.FILE_NAME_OF_STAFF}")).to_be_visible(timeout=SLOW * 1000)
        file.unlink()

    async def _order_wrongly(self) -> None:
        await self.nurse.asks(sentinels.FAILED_COMMAND, "Invitations cannot be written in the language")
        await self.nurse.asks(sentinels.MISTYPED_COMMAND, "I do not know this command")
        await self.nurse.asks("invites", self.code)

    async def remember(self) -> None:
        """What the session consists of by now, from the bot's rows and the homeserver's: ids that name nobody, and what is encrypted."""
        self.exact.add("room id", self.room.split(":")[0].lstrip("!"))
        session = ""
        for row in await self.databases.rows("session"):
            if row["room"] == self.room:
                session = str(row["id"])
                self.exact.add("session id", session)
        for row in await self.databases.rows("seat"):
            self.exact.add("visitor", str(row["user"]).split(":")[0].lstrip("@"))
            self.exact.add("visitor device", str(row["device"]))
        for row in await self.databases.rows("ledger"):
            kind = {"room_media": "file", "chat_media": "file", "chat_event": "chat event"}.get(row["kind"])
            if kind and row["place"] and row["session"] == session:
                self.exact.add(kind, str(row["place"]).rpartition("/")[2])
        self._remember_what_is_encrypted()

    def _remember_what_is_encrypted(self) -> None:
        for room, event, text in self._events():
            content = json.loads(text)["content"]
            if room == self.room:
                self.exact.add("room event", event)
            if "ciphertext" in content:
                self.exact.add("message, encrypted" if room == self.room else "chat message, encrypted", content["ciphertext"][-60:])
        for file in (self.stack.homeserver.directory / "media" / "local_content").rglob("*"):
            if file.is_file():
                self.exact.bytes[file.read_bytes()[:48]] = "file, encrypted"

    def _events(self) -> list[tuple[str, str, str]]:
        database = self.stack.homeserver.database_file
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute("SELECT room_id, event_id, json FROM event_json").fetchall()
        finally:
            connection.close()
