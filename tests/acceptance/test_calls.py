"""Calls on the real deployment: Synapse, bot, coturn, and Chromium with fake devices; sound and pictures are counted (PRODUCT §7)."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import nio
import pytest
from playwright.async_api import expect

from teleconnect_bot.demo.addresses import LOOPBACK
from teleconnect_bot.demo.transcript_text import text_of
from tests.acceptance.call_media import nobody, places, sound_on, told, until
from tests.acceptance.callers import (
    ANNA,
    MS,
    a_person,
    gets_sound_and_pictures,
    join,
    open_a_call,
    open_staffs_page,
    see_and_hear_each_other,
)
from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse

KARIM = "karim@example.org"
IN_THE_ROOMS_STATE = {
    *("m.room.create", "m.room.power_levels", "m.room.join_rules", "m.room.history_visibility", "m.room.guest_access"),
    *("m.room.encryption", "m.room.member", "m.room.name", "m.room.topic", "m.room.avatar"),
}
A_LINE = re.compile(r"^\d\d:\d\d ", re.MULTILINE)


@pytest.mark.timeout(600)
async def test_three_people_see_and_hear_each_other_through_the_relay_alone(make_stack: MakeStack, visitor: NewVisitor) -> None:
    stack = await make_stack(relay_hosts=(LOOPBACK,))
    opening = await open_a_call(stack, visitor, more=f"lang=en guest={KARIM}/en")
    nurse, anna, staff = opening.nurse, opening.anna, opening.staff
    await expect(anna.page.get_by_text("They are calling you.")).to_be_visible(timeout=MS)
    await join(anna)
    await see_and_hear_each_other(anna, staff)
    for person in (anna, staff):
        found = await until(person.page, lambda all_: all(line.ways for line in all_))
        assert {line.policy for line in found} == {"relay"}
        assert {(way[0], way[2]) for line in found for way in line.ways} == {("relay", "relay")}

    karim = await a_person(visitor)
    await karim.come_in(opening.link, "Karim")
    await join(karim, camera=False)
    await gets_sound_and_pictures(karim, anna, staff)
    await karim.press("Camera")
    everybody = (anna, staff, karim)
    await see_and_hear_each_other(*everybody)

    await anna.page.reload()
    await see_and_hear_each_other(*everybody)
    await staff.page.reload()
    await until(staff.page, sound_on(2))
    for person in everybody:
        assert {(place.kind, place.related) for place in await places(person.page)} == {("relay", "0.0.0.0")}  # noqa: S104  as told
        assert ".local" not in await told(person.page)

    await nurse.says(opening.room, "We hear each other.")
    await the_call_leaves_nothing_in_the_room(nurse, opening.room, [opening.personal, opening.link])
    stranger = await open_staffs_page(visitor, opening.personal)
    await expect(stranger.page.get_by_text("used in another browser already")).to_be_visible(timeout=MS)
    await nurse.reads("in another browser too")

    await nurse.orders("remove relative")
    await karim.sees("This session is over", SLOW)
    await until(karim.page, nobody)
    for person in (anna, staff):
        await until(person.page, lambda all_: len(all_) == 1)
        await expect(person.page.locator(".tile")).to_have_count(2, timeout=MS)
    await nurse.orders("close")
    await anna.sees("This session is over", SLOW)
    await staff.sees("This session is over", SLOW)
    await until(anna.page, nobody)
    await until(staff.page, nobody)
    late = await open_staffs_page(visitor, opening.personal)
    await expect(late.page.get_by_text("leads to no call now")).to_be_visible(timeout=MS)
    await the_transcript_holds_what_was_written_alone(nurse)
    for person in everybody:
        assert person.errors == []
        assert person.foreign == []


async def the_call_leaves_nothing_in_the_room(nurse: Nurse, room: str, links: list[str]) -> None:
    """Neither in its state nor, for a client that knows nothing of our calls, in its timeline."""
    await nurse.reads("We hear each other.", room=room)
    answer = await nurse.staff.client.room_get_state(room)
    assert isinstance(answer, nio.RoomGetStateResponse)
    assert {event["type"] for event in answer.events} <= IN_THE_ROOMS_STATE
    state, relay = json.dumps(answer.events), nurse.stack.relay
    assert relay is not None
    secrets = [urlsplit(link).fragment for link in links] + [relay.secret, "turn:", "candidate", "/c#", "/j#", "Anna", "Karim", ANNA, KARIM]
    assert [secret for secret in secrets if secret in state] == []
    seen = [event for event in nurse.staff.seen if event.room == room]
    of_calls = [event for event in seen if event.type.startswith("org.teleconnect.call")]
    assert of_calls
    assert all(event.encrypted for event in of_calls)
    assert [event.type for event in seen if event.type.startswith(("m.call", "org.matrix.call", "org.matrix.msc3401"))] == []


async def the_transcript_holds_what_was_written_alone(nurse: Nurse) -> None:
    staff, chat = nurse.staff, nurse.chat
    await nurse.orders("pdf")
    sent = await staff.wait_for(lambda: next((seen for seen in staff.messages(chat) if seen.file), None), 5 * SLOW)
    text, _ = text_of(await staff.download(sent))
    assert "We hear each other." in text
    assert "teleconnect.call" not in text
    assert len(A_LINE.findall(text)) == 1, "one message was written"
