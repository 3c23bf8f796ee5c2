"""The call on the page where it goes by Jitsi Meet, or by Element's own button: every screen and every sentence (PRODUCT §7)."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import FrameLocator, expect

from teleconnect_bot.adapters.jitsi import JitsiSettings, JitsiTokens
from teleconnect_bot.demo.jitsi import JitsiMeet, serving
from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.domain.conferences import Participant
from teleconnect_bot.services.conference_door import NotInSession, WayIn
from teleconnect_bot.services.guest_door import EndedReason, SeatStatus
from teleconnect_bot.web.bundle import STATIC
from teleconnect_bot.web.conference import Conference
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import ChatRoom, Pen, in_the_room, state
from tests.acceptance.page.person import Person
from tests.fakes_web import BOT, GOOD_TOKEN, STAFF, Front, RecordingHomeserver, front_door

CALL, RING = "org.teleconnect.call", "org.teleconnect.call.ring"
STICKY = "org.matrix.msc4143.rtc.member"
KEY = "k" * 40
MEETING = "5f" * 20
SLOW_MS = TIMEOUT_SECONDS * 1000
NOTICE = "They are in a call of their own now. You can write here."


@dataclass
class PlayedDoor:
    """`ConferenceDoor` for one conference; `open` says whether the session runs."""

    tokens: JitsiTokens
    open: bool = True
    later: timedelta = timedelta(0)

    async def join(self, digest: bytes) -> WayIn | None:
        if not self.open:
            raise NotInSession
        token = self.tokens.token(MEETING, "a1b2", Participant("Amina (Service user)", moderator=False), datetime.now(UTC) + self.later)
        return WayIn(self.tokens.address(MEETING), token)


@pytest_asyncio.fixture
async def jitsi() -> AsyncIterator[JitsiMeet]:
    async with serving(JitsiMeet(KEY)) as jitsi:
        yield jitsi


@pytest_asyncio.fixture
async def played(jitsi: JitsiMeet) -> PlayedDoor:
    return PlayedDoor(JitsiTokens(JitsiSettings(jitsi.address, jitsi.app_id, KEY)))


@pytest_asyncio.fixture
async def front(homeserver: RecordingHomeserver, jitsi: JitsiMeet, played: PlayedDoor) -> AsyncIterator[Front]:
    async with front_door(homeserver.address, STATIC, calls="jitsi", conference=Conference(played, jitsi.address)) as front:
        yield front


@pytest_asyncio.fixture
async def room(front: Front, homeserver: RecordingHomeserver, person: Person) -> ChatRoom:
    room = await in_the_room(front, homeserver, person)
    await expect(person.visitor.button("Join the call")).to_be_visible(timeout=SLOW_MS)
    return room


def conference(person: Person) -> FrameLocator:
    return person.page.frame_locator("iframe.conference")


async def test_the_frame_has_what_it_needs_and_no_more_and_goes_with_the_session(
    room: ChatRoom, person: Person, front: Front, jitsi: JitsiMeet
) -> None:
    bot, staff = Pen(room, BOT), Pen(room, STAFF)
    for pen in (bot, staff):
        await pen.gives_the_key()
    await bot.sends(RING, {})
    await person.reads("They are calling you.")
    await staff.sends(CALL, {"kind": "here", "party": "zz", "video": False, "poor": False})
    await person.reads("In the call: Staff")
    await person.is_accessible()
    await person.press("Camera")
    await person.press("Join the call")
    await expect(conference(person).get_by_text("You are Amina (Service user).")).to_be_visible(timeout=SLOW_MS)
    await expect(conference(person).get_by_text("microphone on, camera on")).to_be_visible(timeout=SLOW_MS)
    await expect(person.page.get_by_text("They are calling you.")).to_have_count(0)
    frame = person.page.locator("iframe")
    assert await frame.get_attribute("sandbox") == "allow-scripts allow-same-origin"
    assert await frame.get_attribute("allow") == "; ".join(f"{each} {jitsi.address}" for each in ("camera", "microphone", "autoplay"))
    assert await frame.get_attribute("referrerpolicy") == "no-referrer"
    told = json.loads(await conference(person).locator("html").get_attribute("data-told") or "{}")
    assert told["config.disableInviteFunctions"] is told["config.disableThirdPartyRequests"] is True
    await person.axe()

    await person.press("Leave the call")
    await expect(frame).to_have_count(0)
    await jitsi.until(lambda: jitsi.names() == [])
    await person.press("Join the call")
    await jitsi.until(lambda: len(jitsi.let_in) == 2 and jitsi.names() == ["Amina (Service user)"])
    await person.hears(front.door, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await person.sees("This session is over")
    await expect(frame).to_have_count(0)
    await jitsi.until(lambda: jitsi.names() == [])
    assert jitsi.refused == []
    assert person.visitor.errors == []
    assert set(person.visitor.foreign) == {jitsi.address}


async def test_whoever_was_cut_off_for_longer_than_a_token_lives_is_taken_in_again_by_a_new_one(
    room: ChatRoom, person: Person, jitsi: JitsiMeet, played: PlayedDoor
) -> None:
    await person.press("Join the call")
    await jitsi.until(lambda: len(jitsi.inside) == 1)
    played.later = timedelta(seconds=91)
    jitsi.clock = lambda: time.time() + 91
    jitsi.cut_off()
    await jitsi.until(lambda: len(jitsi.let_in) == 2 and jitsi.names() == ["Amina (Service user)"])
    assert jitsi.refused == ["time"], "by the token that it had"
    await expect(conference(person).get_by_text("You are Amina (Service user).")).to_be_visible(timeout=SLOW_MS)

    await person.press("Call broken off? Come in again")
    await jitsi.until(lambda: len(jitsi.let_in) == 3 and jitsi.names() == ["Amina (Service user)"])
    await person.axe()
    assert len({each.user for each in jitsi.let_in}) == 1
    assert jitsi.refused == ["time"]
    assert person.visitor.errors == []


@pytest.mark.long
async def test_without_a_way_in_there_is_a_sentence_and_no_frame(room: ChatRoom, person: Person, played: PlayedDoor) -> None:
    played.open = False
    await person.press("Join the call")
    await person.reads("The call could not begin. Please check your network and try again.")
    await expect(person.page.locator("iframe")).to_have_count(0)
    await person.is_accessible()
    played.open = True
    await person.press("Join the call")
    await expect(conference(person).get_by_text("You are Amina (Service user).")).to_be_visible(timeout=SLOW_MS)


@pytest.mark.long
async def test_no_other_origin_comes_into_the_page(room: ChatRoom, person: Person, jitsi: JitsiMeet) -> None:
    async with serving(JitsiMeet(KEY)) as other:
        barred = await person.page.evaluate(
            """(address) => new Promise((resolve) => {
              document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
              document.body.append(Object.assign(document.createElement('iframe'), { src: address }));
            })""",
            f"{other.address}/{MEETING}",
        )
        assert barred == "frame-src"
        assert other.refused == []


async def test_a_call_of_elements_is_told_of_while_it_runs(homeserver: RecordingHomeserver, visitor: NewVisitor) -> None:
    async with front_door(homeserver.address, STATIC, calls="element_call", staff_calls=True) as front:
        person = Person(await visitor(), f"{front.url}/j#{GOOD_TOKEN}")
        await person.come()
        room = await in_the_room(front, homeserver, person)
        await expect(person.page.get_by_text(NOTICE)).to_have_count(0)
        says = {**state("org.matrix.msc3401.call.member", {"application": "m.call"}, f"_{STAFF}_D_m.call"), "sender": STAFF}
        room.timeline.append(says)
        await room.changed()
        await person.reads(NOTICE)
        await person.is_accessible()
        await expect(person.visitor.button("Join the call")).to_have_count(0)
        room.timeline.append({**says, "event_id": "$gone", "content": {}})
        await room.changed()
        await expect(person.page.get_by_text(NOTICE)).to_have_count(0)

        staff = Pen(room, STAFF)
        await staff.gives_the_key()
        gone = {"slot_id": "m.call#ROOM", "msc4354_sticky_key": "a stay"}
        sticking = {"msc4354_sticky": {"duration_ms": 3_600_000}}
        await staff.sends(STICKY, {**gone, "application": {"type": "m.call"}}, **sticking)
        await person.reads(NOTICE)
        await staff.sends(STICKY, gone, **sticking)
        await expect(person.page.get_by_text(NOTICE)).to_have_count(0)
        await staff.sends(STICKY, {**gone, "application": {"type": "m.call"}}, msc4354_sticky={"duration_ms": 3_000})
        await person.reads(NOTICE)
        await expect(person.page.get_by_text(NOTICE)).to_have_count(0)
        assert person.visitor.errors == []
