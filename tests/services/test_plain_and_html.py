"""Whatever the bot writes can be read without HTML, and has a form in HTML that says the same (PRODUCT §3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.chat.reading import read_html
from tests.services.fakes import FakeEvent
from tests.services.world import TEAM_ROOM, World

DOCTOR = "@doctor:example.org"
MARKS = re.compile(r"\*\*|`|\\|\]\(|</?(?:p|strong|em|ul|ol|li|br|a|blockquote)[ />]")
TAGS = {"p", "strong", "em", "code", "ul", "ol", "li", "br", "a", "blockquote"}


@pytest.fixture
async def said(world: World) -> list[FakeEvent]:
    """Everything that stands in any chat after a session with many turns, but for reactions and files."""
    await world.into_room("@nurse:example.org", TEAM_ROOM)
    for number, words in enumerate(
        (
            "help",
            "help invite",
            "whoami",
            "languages",
            "settings",
            "invites",
            "waiting",
            "nonsense",
            'invite "',
            "invite",
            "remote",
            "cancel",
        )
    ):
        await world.write(words, f"$order{number}")
    more = f'name="Anna *and* [B](c)" at="2026-11-20 10:00" colleague={DOCTOR} team=night note="1 < 2 & `x`"'
    await world.write(f"invite anna@example.net lang=fr {more} check", "$check")
    await world.write("send", "$send")
    for number, words in enumerate(('reschedule at="2026-11-21 10:00"', "reschedule at=now", "invites", "phone", "resend")):
        await world.write(words, f"$planned{number}")
    await world.enter("Amina <b>")
    await world.arrive()
    await world.pass_time(timedelta(minutes=31))
    await world.write("waiting", "$waiting")
    await world.join_as_staff()
    for number, words in enumerate(("end", "keep", "start", "close", "pdf", "reopen", "close")):
        await world.write(words, f"$running{number}")
    events = world.homeserver.events.values()
    return [event for event in events if event.text and not event.reacts_to and not event.text.plain.endswith((".ics", ".pdf"))]


def test_each_has_both_forms_and_the_plain_one_holds_no_mark_up(said: list[FakeEvent]) -> None:
    assert len(said) > 40
    for event in said:
        assert event.text is not None
        assert event.text.html, event.text.plain
        own_words = event.text.plain.replace("Anna *and* [B](c)", "").replace("1 < 2 & `x`", "").replace("Amina <b>", "")
        assert MARKS.search(own_words) is None, own_words


def test_both_say_the_same_and_the_html_is_what_every_client_shows(said: list[FakeEvent]) -> None:
    for event in said:
        assert event.text is not None
        html = read_html(event.text.html)
        assert set(html.tags) <= TAGS
        words = re.findall(r"\w+", html.words)
        missing = [word for word in words if word not in re.findall(r"\w+", event.text.plain)]
        assert missing == [], event.text.plain
