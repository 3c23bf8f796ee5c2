"""One whole session, as it would be with people: a nurse in an encrypted Matrix client, a guest in a browser on a phone.

The nurse's client (matrix-nio) and the browser (Chromium) share no code with the bot; what is claimed is looked up from outside.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser

from .by_sms import NUMBER, by_sms
from .deletion import Written, see_that_nothing_is_left
from .jitsi import JitsiMeet
from .journal import Journal, Step
from .meeting import Meeting
from .remains import files_with
from .stack import DOMAIN, Stack
from .staff import Seen, Staff
from .transcript_check import check_transcript
from .visitor import Visitor

BOT = f"@teleconnect:{DOMAIN}"
CONTACT = "guest@example.org"
NAMED_BY_STAFF = "Amina Kaya"
CHOSEN_NAME = "Amina K."
WHILE_WAITING = "Hello, is somebody there? I am a little early."
CONVERSATION = (
    ("nurse", "Hello Amina, I am here now. How are you today?"),
    ("guest", "Better, thank you. J’ai mieux dormi cette nuit 🙂"),
    ("guest", "شكرا لكم"),
    ("nurse", "I am glad to hear it. Shall we speak again on Friday at ten?"),
    ("guest", "Yes, Friday at ten is good."),
)
RETENTION = {"retention": {"after_close": "25s", "sync_grace": "2s"}}
"""For the session of the walk-through alone; a real one is kept for 24 hours."""
RETENTION_ENDS = timedelta(seconds=25)
_CODE = re.compile(r"Session ([2-9A-HJ-NP-Z]{4})\b")
_BEING_SLOW_SECONDS = 60.0


@dataclass
class Walk:
    stack: Stack
    journal: Journal
    output: Path
    browser: Browser
    messages_page: str
    jitsi: JitsiMeet | None = None
    """By which calls go, if by any; there is one in the session then."""
    chat: str = ""
    room: str = ""
    code: str = ""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    card: Seen | None = field(default=None, repr=False)

    async def go(self) -> None:
        """The whole way. Raises what went wrong; the journal holds how far it came."""
        with self.journal.step("A nurse signs in with a Matrix client of her own and opens an encrypted chat with the bot.") as step:
            nurse = await self.stack.open_staff("nurse")
            await self._meet_the_bot(nurse, step)
        with self.journal.step(f"The nurse invites {CONTACT}; the invitation is sent by e-mail, in French.") as step:
            link = await self._invite(nurse, step)
        with self.journal.step("The nurse invites somebody by SMS as well, and takes the invitation back.") as step:
            await by_sms(self.stack, nurse, self.chat, self.messages_page, step)
        guest = await Visitor.open(self.browser)
        try:
            await self._session(nurse, guest, link)
        finally:
            await guest.close()

    async def _session(self, nurse: Staff, guest: Visitor, link: str) -> None:
        with self.journal.step("The guest opens the link on a phone. Nothing happens until a button is pressed.") as step:
            await self._open_link(nurse, guest, link, step)
        with self.journal.step("The guest chooses a language and a name, and enters the waiting room; the nurse's client rings.") as step:
            await self._arrive(nurse, guest, step)
        with self.journal.step("The guest writes while waiting; the nurse joins the room, which starts the session, and reads it.") as step:
            visitor = await self._start(nurse, guest, step)
        with self.journal.step("They write to each other, end-to-end encrypted.") as step:
            await self._converse(nurse, guest, visitor, step)
        await self._meet_and_close(nurse, guest)
        with self.journal.step("The nurse asks for the transcript and gets it as an encrypted file.") as step:
            transcript = await self._transcript(nurse, step)
        written = Written(
            room=self.room,
            visitor=visitor,
            code=self.code,
            transcript=transcript,
            card=self.card,
            private=(CONTACT, NUMBER, NAMED_BY_STAFF, CHOSEN_NAME, WHILE_WAITING, *(text for _, text in CONVERSATION)),
        )
        usual = self.jitsi.settings if self.jitsi else {}
        await see_that_nothing_is_left(self.stack, self.journal, nurse, written, RETENTION_ENDS, usual)

    async def _meet_the_bot(self, nurse: Staff, step: Step) -> None:
        self.chat = await nurse.start_chat(BOT)
        welcome = await nurse.wait_for_text(self.chat, "help", sender=BOT, timeout=_BEING_SLOW_SECONDS)
        step.check(welcome.encrypted, "the bot's welcome is encrypted, and the nurse's client can read it")

    async def _invite(self, nurse: Staff, step: Step) -> str:
        command = await nurse.say(self.chat, f'invite {CONTACT} name="{NAMED_BY_STAFF}" lang=fr')
        self.card = await nurse.wait_for_text(self.chat, "Session ", sender=BOT)
        found = _CODE.search(self.card.text)
        self.code = found[1] if found else ""
        step.check(self.code, f"a status card shows the session's code: {self.code}")
        mail = await self.stack.mails.wait_for(CONTACT)
        step.check(mail.link.startswith(f"{self.stack.public_url}/j#"), "one mail was caught, and it holds the guest's link")
        step.check(mail.plain.startswith("Bonjour") and NAMED_BY_STAFF not in mail.message.as_string(), "it is in French and names nobody")
        await nurse.wait_for(lambda: "E-mail: sent" in self._card(nurse))
        step.check(CONTACT not in self._card(nurse), "the card says that the mail is sent, and shows the address masked")
        await nurse.wait_for(lambda: nurse.is_redacted(command))
        step.check(True, "the nurse's message with the address is gone from the chat")
        return mail.link

    async def _open_link(self, nurse: Staff, guest: Visitor, link: str, step: Step) -> None:
        await guest.follow(link)
        await guest.sees("Choose your language")
        await guest.photograph(self.output / "landing.png")
        await nurse.sync(500)
        step.check("The link was opened" not in self._card(nurse), "the bot has taken no notice: previews and scanners open links too")
        step.check(await guest.page.title() == "Session", "the page's title is neutral")

    async def _arrive(self, nurse: Staff, guest: Visitor, step: Step) -> None:
        await guest.press("Continue")
        await nurse.wait_for(lambda: "The link was opened" in self._card(nurse))
        await guest.enter(CHOSEN_NAME)
        coming = await nurse.wait_for_text(self.chat, "is coming", sender=BOT)
        step.check(nurse.user in coming.mentions, "the nurse was mentioned when Enter was pressed: somebody is coming")
        here = await nurse.wait_for_text(self.chat, f"{CHOSEN_NAME} is in the waiting room", sender=BOT, timeout=_BEING_SLOW_SECONDS)
        step.check(nurse.user in here.mentions, "and again when the guest's device was there")
        self.room = await nurse.wait_for_invitation(sender=BOT)
        step.check(self.room != self.chat, "the bot invites the nurse into the session's room")
        await guest.sees("You are in the waiting room")

    async def _start(self, nurse: Staff, guest: Visitor, step: Step) -> str:
        await guest.write(WHILE_WAITING)
        await guest.photograph(self.output / "waiting.png")
        self.started = datetime.now(UTC)
        await nurse.accept(self.room)
        first = await nurse.wait_for_text(self.room, WHILE_WAITING, timeout=_BEING_SLOW_SECONDS)
        step.check(first.encrypted, "what the guest wrote while waiting is encrypted, and the nurse can read it")
        await guest.sees("You are connected")
        step.check(True, "the guest's page says that they are connected")
        await nurse.wait_for(lambda: "running" in self._card(nurse))
        names = {member.display_name for member in nurse.client.rooms[self.room].users.values()}
        step.check(not any(CHOSEN_NAME in str(name) or NAMED_BY_STAFF in str(name) for name in names), "no member of the room bears a name")
        return first.sender

    async def _converse(self, nurse: Staff, guest: Visitor, visitor: str, step: Step) -> None:
        for who, text in CONVERSATION:
            if who == "nurse":
                await nurse.say(self.room, text)
                await guest.reads(text)
            else:
                await guest.write(text)
                said = await nurse.wait_for_text(self.room, text, sender=visitor)
                step.check(said.encrypted, f"the nurse reads: {text}")
        step.check(True, "the guest reads what the nurse writes")
        step.check(not nurse.unreadable(self.room), "no message was unreadable for the nurse")
        await guest.photograph(self.output / "session.png")
        private = (CHOSEN_NAME, NAMED_BY_STAFF, CONTACT, NUMBER, WHILE_WAITING, *(text for _, text in CONVERSATION))
        for directory, whose in ((self.stack.homeserver.directory, "homeserver"), (self.stack.database_directory, "bot")):
            found = files_with(directory, private)
            step.check(not found, f"no file of the {whose} holds a message, a name or the address in plain text{_named(found)}")

    async def _meet_and_close(self, nurse: Staff, guest: Visitor) -> None:
        meeting = Meeting(self.jitsi, self.browser) if self.jitsi else None
        try:
            if meeting is not None:
                with self.journal.step("The nurse rings; both come into one conference at the double of Jitsi Meet.") as step:
                    await meeting.begin(nurse, self.card, guest, self.output / "conference.png", step)
            with self.journal.step("The nurse ends and closes the session; the guest's page says goodbye.") as step:
                await self._close(nurse, guest, step)
                if meeting is not None:
                    await meeting.ended(step)
        finally:
            if meeting is not None:
                await meeting.close()

    async def _close(self, nurse: Staff, guest: Visitor, step: Step) -> None:
        await nurse.say(self.chat, "end")
        asked = await nurse.wait_for_text(self.chat, f"Before session {self.code} ends", sender=BOT)
        step.check("keep" in asked.text and "stay" in asked.text, "the bot asks first: close, keep open or stay")
        await nurse.say(self.chat, f"close {self.code}")
        await nurse.wait_for_text(self.chat, f"Session {self.code} is closed", sender=BOT)
        await guest.sees("This session is over")
        await guest.photograph(self.output / "ended.png")
        step.check(True, "the guest's page says that the session is over")
        await guest.keeps_nothing()
        step.check(True, "the browser keeps nothing of it: no key, no secret")
        step.check(not guest.errors, f"the page ran without an error{_named(guest.errors)}")
        elsewhere = sorted({*guest.foreign} - ({self.jitsi.address} if self.jitsi else set()))
        step.check(not elsewhere, f"the page asked no other server for anything{_named(elsewhere)}")

    async def _transcript(self, nurse: Staff, step: Step) -> Seen:
        await nurse.say(self.chat, f"pdf {self.code}")
        sent = await nurse.wait_for(
            lambda: next((seen for seen in nurse.messages(self.chat) if seen.file and seen.sender == BOT), None), _BEING_SLOW_SECONDS
        )
        step.check(sent.encrypted, "the file is encrypted for the nurse's device")
        pdf = await nurse.download(sent)
        (self.output / "transcript.pdf").write_bytes(pdf)
        names = {"nurse": "nurse", "guest": CHOSEN_NAME}
        lines = [(CHOSEN_NAME, WHILE_WAITING), *((names[who], text) for who, text in CONVERSATION)]
        check_transcript(pdf, self.code, self.started, lines, step)
        return sent

    def _card(self, nurse: Staff) -> str:
        """The status card as it reads now."""
        latest = nurse.latest(self.chat, self.card.event) if self.card else None
        return latest.text if latest else ""


def _named(found: list[str]) -> str:
    return f" (found: {', '.join(found)})" if found else ""
