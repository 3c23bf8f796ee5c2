"""What is said of a guest's browser is true of it."""

from __future__ import annotations

import pytest

from teleconnect_bot.demo.visitor import Visitor, browser


async def test_what_a_page_answers_later_is_waited_for_and_a_promise_is_no_yes() -> None:
    async with browser() as chromium:
        visitor = await Visitor.open(chromium)
        await visitor.until("async () => true")
        with pytest.raises(TimeoutError):
            await visitor.until("async () => false", timeout=0.2)
