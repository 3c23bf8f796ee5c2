"""SIGKILL at named points: the end is the same, no room is orphaned, and at most one mail is repeated, with its `Message-ID`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import Remains, read_rows, told
from tests.acceptance.slow_mail import SlowMail
from tests.acceptance.wire import Stop, Wire, wire

GUEST = "guest@example.org"


@dataclass
class Scene:
    stack: Stack
    line: Wire
    mail: SlowMail
    nurse: Nurse
    guest: Visitor

    async def invite(self) -> str:
        """The link."""
        return await self.nurse.invite(GUEST)

    async def come_in(self, link: str) -> None:
        """Nobody reloads the guest's page, whatever happens to the bot."""
        await self.guest.come_in(link, "Amina")

    async def try_again_if_asked_to(self) -> None:
        """A page whose request was lost says so: pressing Enter again is the same seat. One that could not go on comes back by itself."""
        waiting = self.guest.page.get_by_role("heading", name="You are in the waiting room", exact=True)
        lost = self.guest.page.get_by_role("alert").get_by_text("Please check your network and try again.")
        await expect(waiting.or_(lost)).to_be_visible(timeout=SLOW * 1000)
        if await lost.is_visible():
            await self.guest.press("Enter waiting room")

    async def talk(self) -> str:
        """Both read each other; the room."""
        await self.guest.sees("You are in the waiting room", SLOW)
        await self.guest.write("Hello?")
        room = await self.nurse.take()
        await self.nurse.reads("Hello?", room=room)
        await self.nurse.says(room, "Good morning.")
        await self.guest.reads("Good morning.", SLOW)
        return room

    async def killed_at(self, stop: Stop) -> None:
        await stop.reached.wait()
        self.stack.kill_bot()
        await self.stack.bot.start()

    async def delete(self, room: str) -> Remains:
        """Order it; what is to be gone."""
        remains = Remains(self.nurse, room)
        await self.nurse.orders(f"close now {await self.nurse.code()}")
        return remains

    async def same_end(self, remains: Remains, *, mails: int = 1, closed: int = 0) -> None:
        """The session is deleted, everybody was told everything once, and nothing is left."""
        await self.nurse.reads("is deleted. Nothing of it is stored any more.")
        await self.guest.sees("This session is over", SLOW)
        await remains.assert_nothing_left()
        once = {"card": 1, "coming": 1, "here": 1, "started": 1, "deleted": 1} | ({"closed": closed} if closed else {})
        assert told(self.nurse) == once
        caught = self.mail.to(GUEST)
        assert len(caught) <= mails
        assert len({mail.message_id for mail in caught}) == 1
        assert len({mail.link for mail in caught}) == 1
        assert self.guest.errors == []


@pytest_asyncio.fixture
async def scene(make_stack: MakeStack, visitor: NewVisitor) -> AsyncIterator[Scene]:
    async with wire() as line:
        settings = {"homeserver": {"address": line.address}, "retention": {"sync_grace": "1s"}}
        stack = await make_stack(settings=settings, start=False)
        line.homeserver, mail = stack.homeserver.address, SlowMail.of(stack)
        await stack.start()
        yield Scene(stack, line, mail, await Nurse.meet_the_bot(stack), await visitor())
        await stack.bot.stop()


@pytest.mark.long
async def test_killed_after_the_invitation_was_written_and_before_its_mail_is_out(scene: Scene) -> None:
    scene.mail.hold_sender = True
    await scene.nurse.orders(f"invite {GUEST} lang=en")
    await scene.mail.wait_until_held()
    assert len(read_rows(scene.stack, "session")) == 1
    assert scene.mail.to(GUEST) == []
    scene.stack.kill_bot()
    scene.mail.hold_sender = False
    await scene.stack.bot.start()

    await scene.come_in((await scene.mail.wait_for(GUEST, 1, SLOW)).link)
    await scene.same_end(await scene.delete(await scene.talk()))


async def test_killed_while_the_mail_server_holds_the_message(scene: Scene) -> None:
    """The one window of PRODUCT §6: the server has the message, we do not know it yet."""
    scene.mail.hold_data = True
    await scene.nurse.orders(f"invite {GUEST} lang=en")
    await scene.mail.wait_until_held()
    scene.stack.kill_bot()
    scene.mail.hold_data = False
    await scene.stack.bot.start()

    await scene.nurse.sees_on_card(await scene.nurse.code(), "E-mail: sent")
    await scene.come_in(scene.mail.to(GUEST)[0].link)
    await scene.same_end(await scene.delete(await scene.talk()), mails=2)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("POST", r"/createRoom", id="the_room_was_made"),
        pytest.param("PUT", r"/devices/", id="the_visitor_has_an_account", marks=pytest.mark.long),
        pytest.param("POST", r"/invite$|/invite\?", id="the_visitor_was_invited", marks=pytest.mark.long),
    ],
)
async def test_killed_during_the_arrival_before_the_bot_knows_that(scene: Scene, method: str, path: str) -> None:
    link = await scene.invite()
    stop = scene.line.stop_at(method, path, passed_on=True)
    await scene.come_in(link)
    await scene.killed_at(stop)
    await scene.try_again_if_asked_to()

    await scene.same_end(await scene.delete(await scene.talk()))


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("PUT", r"/media/v3/upload/", id="the_file_was_uploaded"),
        pytest.param("PUT", r"/send/m\.room\.encrypted/[^/]*transcript", id="the_file_was_sent"),
    ],
)
async def test_killed_between_close_and_transcript_before_the_bot_knows_that(scene: Scene, method: str, path: str) -> None:
    await scene.come_in(await scene.invite())
    room = await scene.talk()
    code = await scene.nurse.code()
    stop = scene.line.stop_at(method, path, passed_on=True)
    await scene.nurse.orders(f"close {code}")
    await scene.nurse.orders(f"pdf {code}")
    await scene.killed_at(stop)

    staff, chat = scene.nurse.staff, scene.nurse.chat
    sent = await staff.wait_for(lambda: [seen for seen in staff.messages(chat) if seen.file], SLOW)
    assert (await staff.download(sent[0])).startswith(b"%PDF-")
    await scene.same_end(await scene.delete(room), closed=1)
    assert len([seen for seen in staff.messages(chat) if seen.file]) == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "path", "passed_on"),
    [
        pytest.param("POST", r"/kick", True, id="somebody_was_removed"),
        pytest.param("DELETE", r"/_synapse/admin/v2/rooms/", False, id="between_the_last_removal_and_the_purge"),
        pytest.param("DELETE", r"/_synapse/admin/v2/rooms/", True, id="the_purge_has_begun"),
    ],
)
async def test_killed_in_the_teardown(scene: Scene, method: str, path: str, passed_on: bool) -> None:
    await scene.come_in(await scene.invite())
    room = await scene.talk()
    stop = scene.line.stop_at(method, path, passed_on=passed_on)
    remains = await scene.delete(room)
    await scene.killed_at(stop)

    await scene.same_end(remains)
