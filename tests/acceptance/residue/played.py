"""One whole session with everything personal in it, on the real stack, up to its end."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import nio
from PIL import Image
from playwright.async_api import expect

from teleconnect_bot.demo.stack import DOMAIN, Stack
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.residue import calls, interpreters, sentinels
from tests.acceptance.residue.databases import BotDatabases
from tests.acceptance.residue.homeservers import HomeserverDatabase
from tests.acceptance.residue.sentinels import Exact

MAKER = 0x010F
"""EXIF: who made the camera."""
TEAMS = {sentinels.TEAM: {"room": f"#{sentinels.TEAM}:{DOMAIN}"}}
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
    """`caller` is the requester's own browser, `backup` their key backup; `exact` grows with what the programs made.

    `session` is known once it is remembered.
    """

    stack: Stack
    bot: BotDatabases
    homeserver: HomeserverDatabase
    nurse: Nurse
    guest: Visitor
    relative: Visitor
    caller: Visitor
    directory: Path
    exact: Exact = field(default_factory=Exact)
    room: str = ""
    code: str = ""
    session: str = ""

    async def play(self) -> None:
        """Up to the running session."""
        self.backup = KeyBackup(self.nurse)
        await self.backup.switch_on()
        await self._give_up_a_dialogue()
        await self._meet_the_team()
        await self._invite()
        await self._come()
        await self._talk()
        await calls.call(self.nurse, self.guest, self.caller, self.exact)
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
        sent = await staff.wait_for(lambda: next((seen for seen in staff.messages(chat) if seen.file), None), 5 * SLOW)
        assert (await staff.download(sent)).startswith(b"%PDF-")

    async def delete(self) -> None:
        await self.order_deletion()
        await self.deleted()

    async def order_deletion(self) -> None:
        await self.nurse.orders(f"close now {self.code}")

    async def deleted(self) -> None:
        """Requester and guest have noticed."""
        await self.nurse.reads(f"Session {self.code} is deleted. Nothing of it is stored any more.", timeout=3 * SLOW)
        await self.guest.sees("This session is over", SLOW)
        await self.guest.keeps_nothing()

    async def _give_up_a_dialogue(self) -> None:
        asks = self.nurse.asks
        await asks("invite", "Where is the person?")
        await asks("remote", "How can they be reached")
        self.exact.add("number in answer", sentinels.ANSWERED_NUMBER[3:])
        await asks(sentinels.ANSWERED_CONTACT, "mobile number of the same person")
        await asks(sentinels.ANSWERED_NUMBER, "What is their name?")
        await asks(sentinels.ANSWERED_NAME, "In which language")
        await asks("cancel", "The invitation is forgotten")

    async def _meet_the_team(self) -> None:
        """An encrypted room with the bot in it; a colleague and a backup who have met the bot."""
        client = self.nurse.staff.client
        encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        made = await client.room_create(alias=sentinels.TEAM, invite=[self.nurse.bot], initial_state=[encryption])
        assert isinstance(made, nio.RoomCreateResponse)
        await self.nurse.staff.wait_for(lambda: made.room_id in client.rooms, SLOW)
        await self.nurse.staff.wait_for_member(made.room_id, self.nurse.bot, SLOW)
        self.team_room = made.room_id
        for localpart in ("nurse-colleague", "nurse-backup"):
            await Nurse.meet_the_bot(self.stack, localpart)

    async def _invite(self) -> None:
        """By every channel: the service user's contact is a number, then corrected twice; the right one is an address for mail."""
        user, mails = self.stack.user_id, self.stack.mails
        guests = f"guest={sentinels.THIRD_PARTY}/fr guest={sentinels.NUMBER_FOR_SMS}/fr"
        people = f"{guests} interpreter=fr colleague={sentinels.COLLEAGUE} colleague={user('nurse-colleague')}"
        staff = f'backup={user("nurse-backup")} team={sentinels.TEAM} note="{sentinels.NOTE}"'
        more = f'name="{sentinels.NAME_BY_STAFF}" lang=en {people} {staff}'
        self.exact.add("number for whatsapp", sentinels.NUMBER_FOR_WHATSAPP[3:])
        self.exact.add("number for sms", sentinels.NUMBER_FOR_SMS[3:])
        await self.nurse.orders(f"invite {sentinels.NUMBER_FOR_WHATSAPP} via=whatsapp {more}")
        self.exact.add("link", *await interpreters.answer(self.stack))
        for to in (f"whatsapp:{sentinels.NUMBER_FOR_WHATSAPP}", sentinels.NUMBER_FOR_SMS):
            await self.nurse.staff.wait_for(partial(self._delivered, to), SLOW)
        await self._answer_by_sms()
        self.code = await self.nurse.code()
        for contact in (sentinels.WRONG_CONTACT, sentinels.CONTACT):
            await self.nurse.orders(f"resend {self.code} to={contact}")
            await mails.wait_for(contact, 1, SLOW)
        for name in (sentinels.CONTACT, sentinels.THIRD_PARTY, sentinels.COLLEAGUE):
            link = (await mails.wait_for(name, 1, SLOW)).link
            self.exact.add("link", urlsplit(link).fragment)

    async def _answer_by_sms(self) -> None:
        """Whoever got the SMS writes back; the provider forgets that too."""
        phones, webhook = self.stack.phones, f"{self.stack.config.public_url}/callbacks/twilio/inbound"
        answer = await phones.receive(sentinels.NUMBER_FOR_SMS, "Example", sentinels.ANSWER_BY_SMS, webhook)
        assert answer.sid in phones.deleted
        self.exact.add("provider record", answer.sid)

    def _delivered(self, to: str) -> bool:
        """The provider took it, said that it arrived, and was told to forget it; what it knew is remembered here."""
        for record in self.stack.phones.taken:
            if record.to == to and record.sid in self.stack.phones.deleted:
                self.exact.add("provider record", record.sid)
                self.exact.add("link", re.split(r"#|/j/", record.link or record.body)[-1].split()[0])
                return True
        return False

    async def _come(self) -> None:
        mails = self.stack.mails
        await calls.listen(self.guest, self.caller)
        await self.guest.come_in((await mails.wait_for(sentinels.CONTACT, 1, SLOW)).link, sentinels.CHOSEN_NAME)
        await self.nurse.reads("is in the waiting room")
        third = mails.to(sentinels.THIRD_PARTY)[-1].link
        await self.relative.follow(third)
        await self.relative.page.get_by_role("button").first.wait_for(timeout=SLOW * 1000)
        await self.relative.come_in(third, sentinels.THIRD_PARTY_NAME)
        await self.nurse.staff.wait_for_invitation(sender=self.nurse.bot, timeout=SLOW)
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
        staff, page = self.nurse.staff, self.guest.page
        photo, pdf = self.directory / sentinels.FILE_NAME_OF_GUEST, self.directory / sentinels.NAME_OF_PDF_OF_GUEST
        photo.write_bytes(_photo(sentinels.PHOTO_OF_GUEST))
        pdf.write_bytes(sentinels.PDF_OF_GUEST)
        for number, file in enumerate((photo, pdf), 1):
            async with page.expect_file_chooser() as choosing:
                await self.guest.press("Attach a file")
            await (await choosing.value).set_files([file])
            await staff.wait_for(partial(self._has_files_from_guest, number), SLOW)
            file.unlink()
        await expect(page.get_by_role("img", name="Photo, You")).to_be_visible(timeout=SLOW * 1000)
        name, sent = sentinels.NAME_OF_PHOTO_OF_STAFF, _photo(sentinels.PHOTO_OF_STAFF)
        await staff.send_file(self.room, sent, name, "image/jpeg", msgtype="m.image")
        await expect(page.get_by_role("img", name="Photo, ")).to_have_count(2, timeout=SLOW * 1000)
        await staff.send_file(self.room, sentinels.PDF_OF_STAFF, sentinels.FILE_NAME_OF_STAFF, "application/pdf")
        await expect(self.guest.button(f"Save {sentinels.FILE_NAME_OF_STAFF}")).to_be_visible(timeout=SLOW * 1000)

    def _has_files_from_guest(self, number: int) -> bool:
        staff = self.nurse.staff
        return sum(1 for seen in staff.messages(self.room) if seen.file and seen.sender != staff.user) == number

    async def _order_wrongly(self) -> None:
        await self.nurse.asks(sentinels.FAILED_COMMAND, "Invitations cannot be written in the language")
        await self.nurse.asks(sentinels.MISTYPED_COMMAND, "I do not know this command")
        await self.nurse.asks("invites", self.code)

    async def remember(self) -> None:
        """What the session consists of by now, from the bot's rows and the homeserver's: ids that name nobody, and what is encrypted."""
        self.exact.add("room id", self.room.split(":")[0].lstrip("!"))
        for row in await self.bot.rows("session"):
            if row["room"] == self.room:
                self.session = str(row["id"])
                self.exact.add("session id", self.session)
        for row in await self.bot.rows("seat"):
            self.exact.add("visitor", str(row["user"]).split(":")[0].lstrip("@"))
            self.exact.add("visitor device", str(row["device"]))
        for row in await self.bot.rows("ledger"):
            kind = {"room_media": "file", "chat_media": "file", "chat_event": "chat event"}.get(row["kind"])
            if kind and row["place"] and row["session"] == self.session:
                self.exact.add(kind, str(row["place"]).rpartition("/")[2])
        await self._remember_what_is_encrypted()

    async def _remember_what_is_encrypted(self) -> None:
        for room, event, text in await self.homeserver.events():
            content = json.loads(text)["content"]
            if room == self.room:
                self.exact.add("room event", event)
            if "ciphertext" in content:
                self.exact.add("message, encrypted" if room == self.room else "chat message, encrypted", content["ciphertext"][-60:])
        for file in (self.stack.homeserver.directory / "media" / "local_content").rglob("*"):
            if file.is_file():
                self.exact.bytes[file.read_bytes()[:48]] = "file, encrypted"


def _photo(maker: str) -> bytes:
    exif, picture = Image.Exif(), io.BytesIO()
    exif[MAKER] = maker
    Image.effect_noise((300, 200), 80).convert("RGB").save(picture, "JPEG", exif=exif)
    return picture.getvalue()
