"""The device test in a real browser, with the camera and microphone that Chromium makes up (PRODUCT §4.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from teleconnect_bot.domain.guest_link import DeviceTest
from teleconnect_bot.services.guest_door import LinkState
from teleconnect_bot.services.ports import Relay
from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front

NOBODY_RELAYS = Relay(("turn:127.0.0.1:9?transport=udp",), "user", "word")


async def test_picture_level_and_tone_work_and_one_word_of_it_is_told(front: Front, person: Person) -> None:
    await person.name_themselves()
    await person.press("Test my device")
    await expect(person.page.get_by_label("Your picture")).to_be_visible()
    await expect(person.page.get_by_role("meter", name="How loud you are")).to_be_visible()
    await person.reads("We can hear you.")
    await person.reads("Your connection is good. The way for calls could not be tested.")
    await person.reads("Everything works.")
    await person.axe()
    await person.press("Play a sound")
    # The picture is a moving one.
    await person.page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
    await front.door.calls.come("device")
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    assert front.door.tested == [DeviceTest.GOOD, DeviceTest.GOOD], "at once, and with the seat"
    assert person.visitor.errors == []
    assert person.visitor.foreign == []


async def test_camera_and_microphone_are_let_go_when_the_test_is_left(person: Person) -> None:
    await person.name_themselves()
    await person.press("Test my device")
    await person.reads("Everything works.")
    tracks = await person.page.evaluate_handle("document.querySelector('video').srcObject.getTracks()")
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    await person.page.wait_for_function("(tracks) => tracks.length > 0 && tracks.every((each) => each.readyState === 'ended')", arg=tracks)


async def test_a_test_that_is_skipped_tells_nothing_and_leads_on(front: Front, person: Person) -> None:
    await person.name_themselves()
    await person.press("Skip")
    await person.sees("You can enter now")
    assert front.door.calls["enter"] == 0, "Skip alone enters nothing"
    await person.press("Enter waiting room")
    await person.sees("You are in the waiting room")
    assert front.door.tested == [None]


async def test_a_relay_that_does_not_answer_is_a_poor_network(front: Front, person: Person) -> None:
    front.door.turn = NOBODY_RELAYS
    await person.name_themselves()
    await person.press("Test my device")
    await person.reads("Your connection works, but calls may not get through.")
    await person.reads("You can write. A call may break off; a place with better network helps.")
    await front.door.calls.come("device")
    assert front.door.tested == [DeviceTest.POOR_NETWORK]


@pytest.mark.parametrize(
    ("refused", "words", "result"),
    [
        (("video",), "You can talk and write, without a picture.", DeviceTest.AUDIO_ONLY),
        (("video", "audio"), "You can write, and send photos.", DeviceTest.WRITING_ONLY),
    ],
)
async def test_what_the_browser_refuses_is_said_with_how_to_allow_it(
    refused: tuple[str, ...], words: str, result: DeviceTest, front: Front, person: Person
) -> None:
    await person.page.evaluate(
        """(refused) => {
            const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = (wanted) =>
                refused.some((kind) => wanted[kind]) ? Promise.reject(new DOMException('no', 'NotAllowedError')) : get(wanted);
        }""",
        list(refused),
    )
    await person.name_themselves()
    await person.press("Test my device")
    await person.reads(words)
    await expect(person.page.get_by_text("To allow it later:")).to_be_visible()
    await expect(person.visitor.button("Try again")).to_be_visible()
    await expect(person.visitor.button("Copy the link")).to_have_count(0)
    await person.axe()
    await front.door.calls.come("device")
    assert front.door.tested == [result]


async def inside_an_app(front: Front, visitor: NewVisitor, script: str) -> Person:
    """In the browser of an app, whose own ways the script plays; before the device test."""
    opened = await visitor()
    await opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await opened.context.add_init_script(script)
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    await person.come()
    await person.name_themselves()
    return person


async def test_a_browser_that_gives_pages_no_camera_leads_to_a_real_one_with_the_link(front: Front, visitor: NewVisitor) -> None:
    """As some unknown app's browser: nothing in its name tells of it."""
    person = await inside_an_app(front, visitor, "delete Navigator.prototype.mediaDevices")
    await expect(person.visitor.button("Copy the link")).to_have_count(0)
    await person.press("Test my device")
    await person.reads("You can write, and send photos.")
    await expect(person.page.get_by_text("It is not allowed in this browser.")).to_have_count(2)
    await expect(person.page.get_by_text("Another app may be using it.")).to_have_count(0)
    await expect(person.page.get_by_text("Press the three dots and “Open in browser”")).to_be_visible()
    await person.press("Copy the link")
    await person.reads("Copied.")
    assert await person.page.evaluate("navigator.clipboard.readText()") == person.link
    await person.axe()
    await front.door.calls.come("device")
    assert front.door.tested == [DeviceTest.WRITING_ONLY]
    assert person.visitor.errors == []


BROWSERS = {
    "Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36": (
        "While visiting the site",
        "then “Permissions”",
    ),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Safari/604.1": ("Press “Allow”.", "“Website Settings”"),
    "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 SamsungBrowser/24.0 Chrome/117 Mobile Safari/537.36": (
        "Press “Allow”.",
        "then “Permissions”",
    ),
    "Mozilla/5.0 (Android 13; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0": ("Press “Allow”.", "to the left of the address"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15": (
        "near the address at the top",
        "“Settings for This Website”",
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0": ("near the address at the top", "to the left of the address"),
}


async def test_each_kind_of_browser_has_its_own_words_and_picture_before_it_asks_and_its_own_way_to_allow_it_later(
    person: Person,
) -> None:
    await person.page.context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    pictures = set()
    for name, (before, after) in BROWSERS.items():
        await person.page.context.add_init_script(
            f"Object.defineProperty(navigator, 'userAgent', {{ configurable: true, get: () => {name!r} }});"
        )
        await person.page.reload()
        await person.name_themselves()
        await expect(person.page.get_by_text(before)).to_be_visible()
        pictures.add(await person.page.locator("svg.picture").inner_html())
        await person.press("Test my device")
        await expect(person.page.get_by_text(after)).to_be_visible()
    assert len(pictures) == 3, "one below another, side by side, under the address"


async def test_whoever_comes_too_early_can_test_already(front: Front, person: Person) -> None:
    opens = datetime.now(UTC) + timedelta(days=3)
    front.door.opened = replace(front.door.opened, state=LinkState.EARLY, opens_at=opens)
    await person.press("Continue")
    await person.sees("You are early")
    await person.press("Test my device")
    await person.press("Test my device")
    await person.reads("Everything works.")
    await person.press("Done")
    await person.sees("You are early")
    await front.door.calls.come("device")
    assert front.door.tested == [DeviceTest.GOOD]


async def test_the_browser_inside_another_app_is_recognised_and_the_link_can_be_taken_along(front: Front, visitor: NewVisitor) -> None:
    named = "Object.defineProperty(navigator, 'userAgent', { get: () => 'Android WhatsApp/2.23' })"
    person = await inside_an_app(front, visitor, named)
    await person.press("Copy the link")
    await person.reads("Copied.")
    assert await person.page.evaluate("navigator.clipboard.readText()") == person.link
    await person.axe()
