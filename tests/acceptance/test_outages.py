"""What the bot depends on goes away and comes back; the bot itself too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest

from teleconnect_bot.demo.stack import Stack
from teleconnect_bot.demo.visitor import Visitor
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import read_rows, told
from tests.acceptance.slow_mail import SlowMail

GUEST = "guest@example.org"
_POLL_SECONDS = 0.1


async def until(what: Callable[[], object]) -> None:
    """Something outside of this process has come about."""
    async with asyncio.timeout(SLOW):
        while not what():
            await asyncio.sleep(_POLL_SECONDS)


async def status(stack: Stack, path: str) -> int | None:
    """None while nobody listens."""
    try:
        async with aiohttp.ClientSession(stack.address) as http, http.get(path) as answer:
            return answer.status
    except aiohttp.ClientConnectorError:
        return None


def answers(nurse: Nurse, words: str) -> int:
    """How many messages of the bot in the direct chat hold these words."""
    return len([seen for seen in nurse.staff.messages(nurse.chat) if seen.sender == nurse.bot and words in seen.text])


@pytest.mark.long
async def test_with_the_homeserver_down_at_the_start_the_bot_waits_says_so_and_answers_guests(
    make_stack: MakeStack, visitor: NewVisitor
) -> None:
    stack = await make_stack(start=False)
    await stack.start(bot=False)
    await stack.stop_homeserver()
    await stack.bot.start(until_ready=False)

    await until(lambda: "homeserver_not_reachable_yet" in stack.bot.log_tail())
    await until(lambda: "listening" in stack.bot.log_tail())
    assert stack.bot.process_id is not None
    assert await status(stack, "/health/live") == 200
    assert await status(stack, "/health/ready") == 503
    guest = await visitor()
    await guest.follow(f"{stack.public_url}/j#AAAAAAAAAAAAAAAAAAAAAA")
    await guest.sees("Choose your language", SLOW)

    await stack.start_homeserver()
    await stack.bot.ready()
    nurse = await Nurse.meet_the_bot(stack)
    await guest.come_in(await nurse.invite(GUEST), "Amina")
    await guest.sees("You are in the waiting room", SLOW)
    assert stack.bot.log_file.read_text().count("homeserver_not_reachable_yet") == 1


async def test_a_visitor_who_enters_while_the_homeserver_is_down_gets_in_afterwards(
    stack: Stack, nurse: Nurse, visitor: NewVisitor
) -> None:
    guest = await visitor()
    link = await nurse.invite(GUEST)
    await nurse.sees_on_card(await nurse.code(), "E-mail: sent")
    await stack.stop_homeserver()

    await guest.come_in(link, "Amina")
    await until(lambda: any(row["attempts"] for row in read_rows(stack, "outbox") if row["name"] == "CreateRoom"))
    assert stack.bot.process_id is not None
    await stack.start_homeserver()

    await guest.sees("You are in the waiting room", SLOW)
    await guest.write("Is there somebody?")
    room = await nurse.take()
    await nurse.reads("Is there somebody?", room=room)
    await stack.stop_homeserver()
    await stack.start_homeserver()
    await nurse.says(room, "Good morning.")
    await guest.reads("Good morning.", SLOW)
    await nurse.sees_on_card(await nurse.code(), "running")
    await nurse.reads("has started")
    await page_that_cannot_be_reached_comes_back_by_itself(guest, "Good morning.")
    assert told(nurse) == {"card": 1, "coming": 1, "here": 1, "started": 1}
    assert guest.errors == []


async def page_that_cannot_be_reached_comes_back_by_itself(guest: Visitor, written: str) -> None:
    """The network is lost while the page is loaded; nobody presses anything."""
    await guest.page.route("**/api/**", lambda route: route.abort())
    await guest.page.reload()
    await guest.sees("No connection")
    await guest.page.unroute("**/api/**")
    await guest.reads(written, SLOW)


@pytest.mark.long
async def test_a_mail_that_is_refused_for_the_moment_is_shown_as_such_and_sent_once_later(stack: Stack, nurse: Nurse) -> None:
    stack.smtp_refuse(True)
    await nurse.orders(f"invite {GUEST} lang=en")
    code = await nurse.code()
    await nurse.sees_on_card(code, "E-mail: not sent yet")
    await stack.mails.wait_until_refused(2, SLOW)
    assert "is tried again" in nurse.cards()[code]

    stack.smtp_refuse(False)
    await nurse.sees_on_card(code, "E-mail: sent")
    await until(lambda: not read_rows(stack, "outbox"))
    assert len(stack.mails.to(GUEST)) == 1
    assert told(nurse) == {"card": 1}


@pytest.mark.long
async def test_a_mail_that_is_refused_for_good_is_explained_to_the_requester(make_stack: MakeStack) -> None:
    stack = await make_stack(start=False)
    mail = SlowMail.of(stack)
    mail.unknown.add(GUEST)
    await stack.start()
    nurse = await Nurse.meet_the_bot(stack)
    await nurse.orders(f"invite {GUEST} lang=en")

    notice = await nurse.reads("a message could not be delivered: there is no mailbox with this address")
    assert notice.mentions == (nurse.staff.user,)
    assert notice.encrypted
    await nurse.sees_on_card(await nurse.code(), "could not be sent: there is no mailbox with this address")
    await until(lambda: not read_rows(stack, "outbox"))
    assert mail.mails == ()
    assert told(nurse) == {"card": 1, "undeliverable": 1}


@pytest.mark.long
async def test_what_staff_wrote_while_the_bot_was_down_is_answered_afterwards_exactly_once(stack: Stack, nurse: Nurse) -> None:
    await stack.bot.stop()
    await nurse.orders("waiting")
    await nurse.orders(f"invite {GUEST} lang=en")
    await stack.bot.start()
    await nurse.reads("Nobody is waiting for you.")
    await stack.mails.wait_for(GUEST, 1, SLOW)
    await nurse.code()

    stack.kill_bot()
    await nurse.orders("help close")
    await stack.bot.start()
    await nurse.reads("close K7M2")
    await stack.restart_bot()
    await nurse.asks("invites", "invited")

    assert answers(nurse, "Nobody is waiting for you.") == 1
    assert answers(nurse, "close K7M2") == 1
    assert told(nurse) == {"card": 1}
    assert len(read_rows(stack, "session")) == 1
    assert len(stack.mails.to(GUEST)) == 1
    assert nurse.staff.unreadable(nurse.chat) == []
