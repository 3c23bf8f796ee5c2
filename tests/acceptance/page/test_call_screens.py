"""The call on the page, before and in it, with others who are played: every screen and every sentence, for everybody (PRODUCT §7)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS
from teleconnect_bot.services.guest_door import EndedReason, SeatStatus
from teleconnect_bot.web.bundle import STATIC
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import ChatRoom, Pen, in_the_room
from tests.acceptance.page.person import Person
from tests.fakes_calls import CALL_TOKEN
from tests.fakes_web import BOT, DOMAIN, GOOD_TOKEN, STAFF, Front, RecordingHomeserver, front_door

CALL, RING = "org.teleconnect.call", "org.teleconnect.call.ring"
TURN = {"uris": ["turn:127.0.0.1:9?transport=tcp"], "username": "1:one", "password": "word", "ttl": 3600}
"""As the page knows it of its seat."""
OTHERS = [f"@other{number}:{DOMAIN}" for number in range(6)]
SLOW_MS = TIMEOUT_SECONDS * 1000
COUNT_TONES = """(() => {
  const start = OscillatorNode.prototype.start;
  window.tones = 0;
  OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
})()"""
REFUSE = """(() => {
  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (wanted) {
    if (wanted.%s) return Promise.reject(new DOMException('', '%s'));
    return ask.call(this, wanted);
  };
})()"""
OPENED = """(() => {
  const ask = MediaDevices.prototype.getUserMedia;
  window.opened = [];
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await ask.call(this, wanted);
    window.opened.push(...stream.getTracks());
    return stream;
  };
})()"""
SILENT_UNTIL_TOUCHED = """(() => {
  const play = HTMLMediaElement.prototype.play;
  addEventListener('click', ({ target }) => { window.touched = target.textContent.includes('hear the others'); }, true);
  HTMLMediaElement.prototype.play = function () {
    if (!this.muted && !window.touched) return Promise.reject(new DOMException('', 'NotAllowedError'));
    window.heard ||= !this.muted;
    return play.call(this);
  };
})()"""
LIVE = "window.opened.filter((track) => track.readyState === 'live').map((track) => `${track.kind} ${track.enabled}`).sort()"


@pytest_asyncio.fixture
async def front(homeserver: RecordingHomeserver) -> AsyncIterator[Front]:
    async with front_door(homeserver.address, STATIC, calls="builtin") as front:
        yield front


@pytest.fixture
def scripts() -> list[str]:
    return [COUNT_TONES, OPENED]


@pytest_asyncio.fixture
async def person(front: Front, visitor: NewVisitor, scripts: list[str]) -> Person:
    opened = Person(await visitor(), f"{front.url}/j#{GOOD_TOKEN}")
    for script in scripts:
        await opened.page.add_init_script(script)
    await opened.come()
    return opened


@pytest.fixture
def relay() -> dict[str, Any]:
    """What the homeserver says of its TURN server; the page asks for it before anybody presses the button."""
    return TURN


@pytest_asyncio.fixture
async def room(front: Front, homeserver: RecordingHomeserver, person: Person, relay: dict[str, Any]) -> ChatRoom:
    room = await in_the_room(front, homeserver, person, others=OTHERS)
    room.turn = relay
    await expect(person.visitor.button("Join the call")).to_be_visible(timeout=SLOW_MS)
    return room


async def somebody(room: ChatRoom, user: str = STAFF) -> Pen:
    pen = Pen(room, user)
    await pen.gives_the_key()
    return pen


async def comes(room: ChatRoom, user: str, *, video: bool = False) -> Pen:
    """Somebody joins the call: so the others believe, although no line to them will ever stand."""
    pen = await somebody(room, user)
    await pen.sends(CALL, {"kind": "here", "party": f"zz{user}", "video": video, "poor": False})
    return pen


async def pressed(page: Page, name: str, on: bool) -> None:
    await expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", str(on).lower())


async def in_the_call(person: Person) -> None:
    await expect(person.visitor.button("Leave the call")).to_be_visible(timeout=SLOW_MS)


async def test_staff_call_and_the_page_rings_until_it_is_put_aside_or_joined(room: ChatRoom, person: Person) -> None:
    bot = await somebody(room, BOT)
    await bot.sends(RING, {})
    await person.reads("They are calling you.")
    await person.page.wait_for_function("() => window.tones > 0")
    await person.is_accessible()
    await person.press("Not now")
    await expect(person.page.get_by_text("They are calling you.")).to_have_count(0)
    await bot.sends(RING, {})
    await person.reads("They are calling you.")
    await person.press("Join the call")
    await in_the_call(person)
    await expect(person.page.get_by_text("They are calling you.")).to_have_count(0)
    assert person.visitor.errors == []


@pytest.mark.long
async def test_nobody_but_the_bot_lets_the_page_ring_for_nothing(room: ChatRoom, person: Person) -> None:
    staff = await somebody(room)
    await staff.sends(RING, {})
    await staff.writes("I have tried it.")
    await person.visitor.reads("I have tried it.")
    await expect(person.page.get_by_text("They are calling you.")).to_have_count(0)
    assert await person.page.evaluate("document.querySelector('[role=log]').textContent.includes('org.teleconnect')") is False


@pytest.mark.long
async def test_before_and_in_the_call_one_sees_who_is_in_it(room: ChatRoom, person: Person) -> None:
    staff = await comes(room, STAFF)
    await person.reads("In the call: Staff")
    await person.is_accessible()
    await person.press("Join the call")
    await in_the_call(person)
    await expect(person.page.locator(".tile")).to_have_count(2)
    await person.is_accessible()
    await staff.sends(CALL, {"kind": "gone", "party": f"zz{STAFF}"})
    await expect(person.page.locator(".tile")).to_have_count(1)
    await person.press("Leave the call")
    await expect(person.visitor.button("Join the call")).to_be_visible()


@pytest.mark.long
async def test_what_is_switched_off_before_joining_stays_off(room: ChatRoom, person: Person) -> None:
    await pressed(person.page, "Camera", False)
    await pressed(person.page, "Microphone", True)
    await person.press("Microphone")
    assert await person.page.evaluate(LIVE) == [], "nothing is opened before joining"
    await person.press("Join the call")
    await in_the_call(person)
    await pressed(person.page, "Microphone", False)
    assert await person.page.evaluate(LIVE) == ["audio false"]
    await person.press("Camera")
    await pressed(person.page, "Camera", True)
    await expect(person.page.get_by_label("Your picture")).to_be_visible()
    await person.is_accessible()
    await person.press("Leave the call")
    assert await person.page.evaluate(LIVE) == [], "their lights go out"


@pytest.mark.parametrize("scripts", [[REFUSE % ("video", "NotAllowedError"), OPENED]])
async def test_a_refused_camera_leaves_the_sound_and_a_sentence(room: ChatRoom, person: Person) -> None:
    await person.press("Camera")
    await person.press("Join the call")
    await in_the_call(person)
    await pressed(person.page, "Camera", False)
    await expect(person.page.locator(".call-notes p")).to_have_count(1)
    assert (await person.page.locator(".call-notes").inner_text()).startswith("Camera: ")
    assert await person.page.evaluate(LIVE) == ["audio true"]
    await person.is_accessible()


@pytest.mark.long
@pytest.mark.parametrize("scripts", [[REFUSE % ("audio", "NotFoundError"), OPENED]])
async def test_without_a_microphone_one_hears_the_others_and_reads_why_they_hear_nothing(room: ChatRoom, person: Person) -> None:
    await person.press("Join the call")
    await in_the_call(person)
    assert (await person.page.locator(".call-notes").inner_text()).startswith("Microphone: ")


@pytest.mark.long
@pytest.mark.parametrize("scripts", [[SILENT_UNTIL_TOUCHED]], ids=["silent until it is touched"])
async def test_where_a_browser_lets_nothing_be_heard_before_a_touch_a_button_says_so(room: ChatRoom, person: Person) -> None:
    """As after a telephone has thrown the page out of its memory and loaded it anew."""
    await comes(room, STAFF)
    await person.press("Join the call")
    await in_the_call(person)
    await expect(person.visitor.button("Press here to hear the others")).to_be_visible(timeout=SLOW_MS)
    await person.is_accessible()
    await person.press("Press here to hear the others")
    await expect(person.visitor.button("Press here to hear the others")).to_have_count(0)
    await person.page.wait_for_function("window.heard")


@pytest.mark.parametrize("relay", [{}])
async def test_without_a_relay_the_button_says_why(room: ChatRoom, person: Person) -> None:
    await person.press("Join the call")
    await person.reads("There is no call now: what would hide your address is missing. You can write.")
    await expect(person.visitor.button("Leave the call")).to_have_count(0)
    assert await person.page.evaluate(LIVE) == []
    await person.is_accessible()
    room.turn = TURN
    await person.press("Join the call")
    await in_the_call(person)


async def test_from_the_fourth_on_there_is_sound_alone_and_a_sentence(room: ChatRoom, person: Person) -> None:
    await person.press("Camera")
    await person.press("Join the call")
    await in_the_call(person)
    for user in OTHERS[:2]:
        await comes(room, user, video=True)
    await expect(person.page.locator(".tile")).to_have_count(3)
    await pressed(person.page, "Camera", True)
    await comes(room, OTHERS[2])
    await person.reads("With more than three people there is sound alone.")
    await expect(person.page.get_by_role("button", name="Camera", exact=True)).to_have_count(0)
    await expect(person.page.locator("video:not(.no-picture)")).to_have_count(0)
    assert await person.page.evaluate(LIVE) == ["audio true"]
    for user in OTHERS[3:5]:
        await comes(room, user)
    await expect(person.page.locator(".tile")).to_have_count(6)
    await person.is_accessible()


@pytest.mark.long
async def test_the_seventh_reads_that_the_call_is_full(room: ChatRoom, person: Person) -> None:
    for user in OTHERS:
        await comes(room, user)
    await expect(person.page.get_by_text("In the call: ")).to_contain_text("Staff")
    await person.press("Join the call")
    await person.reads("Six people are in the call already. It carries no more.")
    await expect(person.visitor.button("Leave the call")).to_have_count(0)


@pytest.mark.long
async def test_with_a_poor_network_two_see_each_other_and_three_hear(room: ChatRoom, person: Person) -> None:
    await person.press("Camera")
    await person.press("Join the call")
    await in_the_call(person)
    await comes(room, OTHERS[0], video=True)
    await person.press("Poor network")
    await pressed(person.page, "Camera", True)
    await comes(room, OTHERS[1], video=True)
    await person.reads("Your line is weak, so your picture is off. The sound goes on.")
    await expect(person.page.locator("video:not(.no-picture)")).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("end", [SeatStatus.ENDED, SeatStatus.KEPT_OPEN])
async def test_the_call_ends_with_the_session(front: Front, room: ChatRoom, person: Person, end: SeatStatus) -> None:
    await person.press("Camera")
    await person.press("Join the call")
    await in_the_call(person)
    assert await person.page.evaluate(LIVE) == ["audio true", "video true"]
    await person.hears(front.door, status=end, ended_reason=EndedReason.CLOSED if end is SeatStatus.ENDED else None)
    await expect(person.visitor.button("Leave the call")).to_have_count(0)
    await expect(person.visitor.button("Join the call")).to_have_count(0)
    assert await person.page.evaluate(LIVE) == []
    assert await person.page.evaluate("sessionStorage.getItem('call')") is None


@pytest.mark.long
async def test_a_call_ends_after_three_minutes_in_which_nobody_could_say_that_the_session_is_over(room: ChatRoom, person: Person) -> None:
    async def lost(route: Route) -> None:
        await route.abort()

    await person.page.clock.install()
    await person.page.reload()
    await expect(person.visitor.button("Join the call")).to_be_visible(timeout=SLOW_MS)
    await person.press("Join the call")
    await in_the_call(person)
    await person.page.route(re.compile("/(api|gw)/"), lost)
    await person.page.clock.fast_forward(120_000)
    await in_the_call(person)
    await person.page.clock.fast_forward(80_000)
    await expect(person.visitor.button("Leave the call")).to_have_count(0, timeout=SLOW_MS)
    assert await person.page.evaluate(LIVE) == []


async def test_the_way_in_of_staff_is_accessible_and_says_why_it_is_refused(front: Front, visitor: NewVisitor) -> None:
    staff = Person(await visitor(), f"{front.url}/c#{CALL_TOKEN}")
    await staff.visitor.follow(staff.link)
    await staff.sees("Your call")
    await staff.is_accessible()
    assert not front.call_door.calls, "opening it redeems nothing"
    front.call_door.redeemed_by = b"another browser"
    await staff.press("Join the call")
    await expect(staff.page.get_by_text("used in another browser already")).to_be_visible(timeout=SLOW_MS)
    await staff.is_accessible()
    front.call_door.running = False
    await staff.press("Join the call")
    await expect(staff.page.get_by_text("leads to no call now")).to_be_visible(timeout=SLOW_MS)
    assert staff.visitor.foreign == []
