"""Every screen in four languages, narrow and wide: nothing is cut off, and a picture of each is kept (`test-output/screens`).

Four people go through all of it at the same time: most of what one of them does is waiting.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from teleconnect_bot.demo.visitor import Visitor
from teleconnect_bot.services.guest_door import EndedReason, LinkFull, LinkState, SeatPerson, SeatStatus
from teleconnect_bot.services.interpreter_door import OfferStatus
from teleconnect_bot.web.bundle import STATIC
from teleconnect_bot.web.guest import Language
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.chat_room import ChatRoom, Pen, open_room
from tests.acceptance.page.person import NARROW, WIDE, Person
from tests.fakes_interpreters import DESK_TOKEN, TEXTS
from tests.fakes_web import GOOD_TOKEN, OTHER_USER, ROOM, Front, RecordingHomeserver, a_seat, front_door, recording_homeserver

ROOT = Path(__file__).parents[3]
PICTURES = ROOT / "test-output" / "screens"
SOURCES = ROOT / "guest_page" / "src" / "texts"
LANGUAGES = {
    "en": Language("en", "English", "ltr"),
    "fr": Language("fr", "Français", "ltr"),
    "ar": Language("ar", "العربية", "rtl"),
    "my": Language("my", "မြန်မာ", "ltr"),
    "fa": Language("fa", "فارسی", "rtl"),
}
SAID = {
    "en": "Good morning, we are here.",
    "fr": "Bonjour, nous sommes là.",
    "ar": "صباح الخير، نحن هنا.",
    "my": "မင်္ဂလာပါ၊ ကျွန်ုပ်တို့ ဒီမှာရှိပါသည်။",
    "fa": "صبح بخیر، ما اینجا هستیم.",
}


WITHOUT_QUICK_EXIT = {"not-me", "moved", "ended", "interpreter-accepted", "interpreter-cannot-come"}
"""Where nothing is kept any more, and the page of interpreting organisations, which keeps nothing."""


class Words:
    """What the page says in a language, read from the catalogues that it is built of."""

    def __init__(self, language: str) -> None:
        files = (SOURCES / f"{language}.ts", SOURCES / "inside" / f"more_{language}.ts")
        texts = "\n".join(file.read_text(encoding="utf-8") for file in files)
        self._texts: dict[str, str] = dict(re.findall(r'^  (\w+): "(.*)",$', texts, re.MULTILINE))

    def __getitem__(self, key: str) -> str:
        return self._texts[key]


class Walk:
    """One person who looks at every screen, and at each in both widths."""

    def __init__(self, person: Person, language: str) -> None:
        self.person, self.language, self.words = person, language, Words(language)
        self.seen: list[str] = []

    async def press(self, key: str) -> None:
        await self.person.press(self.words[key])

    async def sees(self, key: str, name: str) -> None:
        await self.person.sees(self.words[key])
        await self.looks(name)

    async def looks(self, name: str) -> None:
        page = self.person.page
        for size in (NARROW, WIDE):
            await page.set_viewport_size(size)  # type: ignore[arg-type]  # both have width and height
            beyond = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, f"{name}: {beyond} px stand beyond the edge at {size['width']} px"
            direction = await page.evaluate("getComputedStyle(document.body).direction")
            assert direction == LANGUAGES[self.language].direction, name
            await page.screenshot(scale="css", path=PICTURES / f"{self.language}-{size['width']}-{len(self.seen):02d}-{name}.png")
        assert await page.evaluate("document.documentElement.lang") == self.language, name
        assert await page.locator("button.quick-exit").is_visible() is (name not in WITHOUT_QUICK_EXIT), name
        self.seen.append(name)

    async def begin(self) -> None:
        await self.person.page.goto("about:blank")
        await self.person.visitor.follow(self.person.link)
        await self.person.page.locator(f"input[value={self.language}]").wait_for()
        await self.person.page.locator(f"input[value={self.language}]").check()
        await self.person.sees(self.words["chooseLanguage"])

    async def name_themselves(self) -> None:
        await self.press("continue")
        await self.person.page.get_by_role("textbox", name=self.words["yourName"]).fill("Amina")
        await self.press("continue")


@pytest_asyncio.fixture
async def front(homeserver: RecordingHomeserver) -> AsyncIterator[Front]:
    async with front_door(homeserver.address, STATIC, languages=list(LANGUAGES.values())) as front:
        yield front


IN_ANOTHER_APP_THAT_REFUSES = """() => {
  Object.defineProperty(navigator, 'userAgent', { configurable: true, get: () => 'Android WhatsApp/2.23' });
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
}"""


async def test_every_screen_in_four_languages(visitor: NewVisitor) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    people = [(language, await visitor(language)) for language in ("en", "fr", "ar", "my")]
    await asyncio.gather(*(sees_every_screen(language, person) for language, person in people))


async def sees_every_screen(language: str, visitor: Visitor) -> None:
    async with recording_homeserver() as homeserver, front_door(homeserver.address, STATIC, languages=list(LANGUAGES.values())) as front:
        person = Person(visitor, f"{front.url}/j#{GOOD_TOKEN}")
        walk = Walk(person, language)
        await _from_the_first_screen_to_the_door(walk, front)
        await _from_the_waiting_room_to_the_end(walk, front, open_room(front, homeserver))
        await _what_an_interpreter_sees(walk, front)
        await _what_does_not_work(walk)
        # Two seats are over while their keys are still being made; what the browser's database then says is no error of the page.
        assert [error for error in visitor.errors if "onupgradeneeded" not in error] == []
        assert len(walk.seen) == len(set(walk.seen)) >= 26, walk.seen


async def _from_the_first_screen_to_the_door(walk: Walk, front: Front) -> None:
    person = walk.person
    await walk.begin()
    await walk.looks("language")
    await walk.press("continue")
    await walk.sees("termsTitle", "terms")
    await walk.press("notMe")
    await walk.sees("notMeTitle", "not-me")

    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=datetime.now(UTC) + timedelta(days=3))
    await walk.begin()
    await walk.press("continue")
    await walk.sees("earlyTitle", "early")
    front.door.opened = replace(front.door.opened, state=LinkState.OPEN, opens_at=None)

    front.door.refuse_entry = LinkFull(["Service user", "Relative"], True)
    await walk.begin()
    await person.page.evaluate(IN_ANOTHER_APP_THAT_REFUSES)
    await walk.name_themselves()
    await walk.sees("testTitle", "in-another-app")
    await walk.press("test")
    await person.reads(walk.words["resultWriting"])
    await walk.looks("refused-device")
    await walk.press("enter")
    await walk.sees("fullTitle", "full")
    await walk.press("fullMore")
    await walk.sees("askingTitle", "asking")
    (asking,) = front.door.seats
    front.door.seats[asking] = replace(a_seat(), status=SeatStatus.REFUSED)
    await walk.sees("refusedTitle", "refused")
    front.door.refuse_entry = None
    front.door.seats.clear()

    front.door.links.clear()
    await walk.begin()
    await walk.press("continue")
    await walk.sees("lostTitle", "lost")
    await walk.press("askForLink")
    await walk.sees("askedTitle", "asked")
    front.door.links.add(GOOD_TOKEN)


async def _from_the_waiting_room_to_the_end(walk: Walk, front: Front, room: ChatRoom) -> None:
    person, page, said = walk.person, walk.person.page, SAID[walk.language]
    await walk.begin()
    await walk.name_themselves()
    await walk.sees("testTitle", "device")
    await walk.press("test")
    await person.reads(walk.words["resultGood"])
    await walk.looks("tested")
    await walk.press("enter")
    await walk.sees("waitingTitle", "waiting")
    await person.hears(front.door, asked_for=True)
    await page.get_by_role("alertdialog").wait_for()
    await walk.looks("is-that-you")
    people = (SeatPerson(OTHER_USER, "Relative", "Amina"),)
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, people=people)
    await page.get_by_role("textbox", name=walk.words["message"]).fill(said)
    await walk.press("send")
    pen = Pen(room)
    await pen.writes(said)
    await page.get_by_text(walk.words["unreadable"]).wait_for()
    await walk.sees("sessionTitle", "session")
    await pen.gives_the_key()
    await page.get_by_text(walk.words["unreadable"]).wait_for(state="hidden")
    await walk.looks("chat")
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # both have width and height
    await expect(page.get_by_role("log").locator(".message").last).to_be_in_viewport(ratio=0.9)
    await walk.press("deleteNow")
    await walk.looks("delete-everything")
    await person.hears(front.door, status=SeatStatus.KEPT_OPEN, room=ROOM, people=people)
    await walk.sees("keptTitle", "kept-open")

    other = Walk(Person(person.visitor, person.link), walk.language)
    other.person.page = await person.visitor.context.new_page()
    await other.person.page.goto(person.link)
    await other.person.page.get_by_role("heading", name=walk.words["elsewhereTitle"]).wait_for()
    await other.looks("elsewhere")
    await other.person.page.close()

    await walk.press("leave")
    await walk.sees("leftTitle", "left")
    await walk.press("comeBack")
    await person.sees(walk.words["keptTitle"])
    await person.hears(front.door, status=SeatStatus.MOVED)
    await walk.sees("movedTitle", "moved")
    await walk.begin()
    await walk.name_themselves()
    await walk.press("skip")
    await walk.sees("doorTitle", "door")
    await walk.press("enter")
    await person.sees(walk.words["waitingTitle"])
    for digest, seat in front.door.seats.items():
        front.door.seats[digest] = replace(seat, status=SeatStatus.ENDED, ended_reason=EndedReason.CLOSED)
    await walk.sees("endedTitle", "ended")


async def _what_an_interpreter_sees(walk: Walk, front: Front) -> None:
    page, cannot = walk.person.page, TEXTS.get("interpreter.page.cannot", walk.language)
    front.interpreters.becomes(OfferStatus.ACCEPTED)
    await page.goto("about:blank")
    await page.goto(f"{front.url}/i#{DESK_TOKEN}")
    await walk.person.sees(TEXTS.get("interpreter.page.accepted", walk.language))
    await walk.looks("interpreter-accepted")
    await walk.person.press(cannot)
    await walk.person.sees(cannot)
    await walk.looks("interpreter-cannot-come")


async def _what_does_not_work(walk: Walk) -> None:
    person, page = walk.person, walk.person.page
    await page.route("**/api/**", lambda route: route.abort())
    await page.goto("about:blank")
    await page.goto(person.link)
    await walk.sees("unreachableTitle", "unreachable")
    # Left before the server can be reached again, since the page then loads itself anew.
    await page.goto("about:blank")
    await page.unroute_all(behavior="ignoreErrors")
    await person.visitor.context.add_init_script("WebAssembly.validate = () => false")
    await page.goto(person.link)
    await walk.sees("unableTitle", "unable")


@pytest.mark.parametrize("language", ["ar", pytest.param("fa", marks=pytest.mark.long)])
async def test_the_way_in_and_the_chat_are_accessible_from_right_to_left_at_twice_the_size_and_without_motion(
    language: str, front: Front, homeserver: RecordingHomeserver, visitor: NewVisitor
) -> None:
    """200 % zoom of a window of 640 px is 320 px of the page; and text alone may be twice as large."""
    person = Person(await visitor(language), f"{front.url}/j#{GOOD_TOKEN}")
    walk, page = Walk(person, language), person.page
    room = open_room(front, homeserver)
    await page.emulate_media(reduced_motion="reduce")

    async def holds() -> None:
        await person.axe()
        await page.set_viewport_size({"width": 640, "height": 900})
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        await page.evaluate("document.documentElement.style.fontSize = ''")
        await page.set_viewport_size({"width": 320, "height": 640})
        await person.axe()
        moving = "document.getAnimations().filter((each) => each.playState === 'running' && each.effect.getComputedTiming().duration > 0)"
        assert await page.evaluate(f"{moving}.length") == 0
        assert await page.evaluate("getComputedStyle(document.body).direction") == "rtl"

    await walk.begin()
    await holds()
    await walk.press("continue")
    await person.sees(walk.words["termsTitle"])
    await holds()
    await page.get_by_role("textbox", name=walk.words["yourName"]).fill("أمينة")
    await walk.press("continue")
    await person.sees(walk.words["testTitle"])
    await holds()
    await walk.press("skip")
    await walk.press("enter")
    await person.sees(walk.words["waitingTitle"])
    await holds()
    people = (SeatPerson(OTHER_USER, "Relative", "Amina"),)
    await person.hears(front.door, status=SeatStatus.IN_SESSION, room=ROOM, people=people)
    await page.get_by_role("textbox", name=walk.words["message"]).fill(SAID[language])
    await walk.press("send")
    pen = Pen(room)
    await pen.gives_the_key()
    await pen.writes(SAID[language])
    await pen.writes("Session K7M2, 10 MB")
    await page.get_by_text("Session K7M2, 10 MB").wait_for()
    await holds()
