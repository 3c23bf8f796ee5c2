"""What somebody with a phone does on the page, and what must hold of any screen that they see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.async_api import expect

from teleconnect_bot.demo.visitor import TIMEOUT_SECONDS, Visitor
from tests.fakes_web import FakeDoor, a_seat

AXE = Path(__file__).parents[3] / "guest_page" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}
SMALLEST_TARGET_PX = 44
"""WCAG 2.2, success criterion 2.5.5 (Enhanced), which is more than AA asks: fingers tremble."""

BY_PIXELS = """() => {
  const late = [...document.querySelectorAll('button, a[href], input:not([type=hidden]), textarea')];
  return late.filter((each) => each.checkVisibility()).map((each) => {
    const box = (each.closest('label') ?? each).getBoundingClientRect();
    return { name: each.textContent || each.id || each.type, width: box.width, height: box.height };
  });
}"""

NAMED = "(each, name) => each.id === name || each.textContent.replace(/^[^\\p{L}]+/u, '').trim() === name"


class Person:
    def __init__(self, visitor: Visitor, link: str) -> None:
        self.visitor, self.page, self.link = visitor, visitor.page, link

    async def come(self) -> None:
        await self.visitor.follow(self.link)
        await self.visitor.sees("Choose your language")

    async def press(self, name: str) -> None:
        await self.visitor.press(name)

    async def sees(self, heading: str) -> None:
        await self.visitor.sees(heading)

    async def reads(self, words: str) -> None:
        await expect(self.page.get_by_text(words, exact=True).first).to_be_visible(timeout=TIMEOUT_SECONDS * 1000)

    async def name_themselves(self, name: str = "Amina") -> None:
        """From the first screen to the device test."""
        await self.press("Continue")
        await self.page.get_by_role("textbox", name="Your name").fill(name)
        await self.press("Continue")
        await self.sees("Test your phone or computer")

    async def come_in(self) -> None:
        """From the first screen to the waiting room, without the device test."""
        await self.name_themselves()
        await self.press("Skip")
        await self.press("Enter waiting room")
        await self.sees("You are in the waiting room")

    async def reach(self, name: str) -> None:
        """Goes on with Tab until what bears this text, or this id, has the focus, and shows that it has."""
        for _ in range(30):
            await self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            if await focused.count() and await focused.evaluate(NAMED, name):
                outline = await focused.evaluate("(each) => getComputedStyle(each).outlineStyle")
                assert outline != "none", f"{name} shows that it has the focus"
                return
        raise AssertionError(f"{name} is not reached with Tab")

    async def hears(self, door: FakeDoor, **changes: object) -> None:
        """The server's view of this person's seat changes, and the page asks for it."""
        (mine,) = door.seats
        door.seats[mine] = replace(a_seat(), **changes)  # type: ignore[arg-type]  # fields of SeatView
        await self.page.evaluate("window.dispatchEvent(new Event('online'))")

    async def is_accessible(self) -> None:
        """axe finds nothing; nothing is cut off at 320 px, in either direction of writing; every target can be hit."""
        await self.axe()
        before = self.page.viewport_size
        assert before is not None
        for size in (NARROW, WIDE):
            await self.page.set_viewport_size(size)  # type: ignore[arg-type]  # both have width and height
            for direction in ("rtl", "ltr"):
                await self.page.evaluate("(to) => { document.documentElement.dir = to }", direction)
                await self._nothing_is_cut_off()
            await self.axe()
            for target in await self.page.evaluate(BY_PIXELS):
                assert min(target["width"], target["height"]) >= SMALLEST_TARGET_PX, target
        await self.page.set_viewport_size(before)

    async def axe(self) -> None:
        """Run in the browser's own world by the debugger, since the page's policy lets no script of ours in."""
        session = await self.visitor.context.new_cdp_session(self.page)
        script = AXE.read_text() + f"; axe.run(document, {{runOnly: {json.dumps(RULES)}}})"
        answer: Any = await session.send("Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True})
        await session.detach()
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]["text"]
        found = answer["result"]["value"]
        assert found["passes"], "axe has looked at something"
        said = [(each["id"], [node["target"] for node in each["nodes"]], each["help"]) for each in found["violations"]]
        assert not said, said

    async def _nothing_is_cut_off(self) -> None:
        beyond = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert beyond <= 0, f"{beyond} px stand beyond the edge"
