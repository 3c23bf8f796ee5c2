"""Calendar files of planned sessions: who gets one, and that each change reaches the same entry (PRODUCT §2 V2, §6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from icalendar.cal import Component

from teleconnect_bot.services.ports import Attachment
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import CHAT, GRACE, World

ANNA, DOCTOR, EXPERT = "anna@example.net", "@doctor:example.org", "expert@example.net"
DOCTORS_CHAT = "!chat-doctor:example.org"
AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
ORDER = f'invite {ANNA} name="Anna Muster" lang=fr at="tomorrow 14:00" tz=Europe/Kyiv colleague={DOCTOR} colleague={EXPERT}'


def event_of(data: bytes) -> tuple[str, Component]:
    """The method and the one entry of a calendar file."""
    calendar = Calendar.from_ical(data)
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def in_chat(world: World, room: str) -> list[tuple[str, Component]]:
    return [event_of(data) for where, name, data in world.homeserver.sent_files if where == room and name.endswith(".ics")]


def mailed(world: World, to: str) -> list[Attachment]:
    return [file for mail in world.mailer.taken if mail.to == to for file in mail.attachments]


async def test_staff_and_colleagues_get_the_time_and_the_service_user_does_not(world: World) -> None:
    await world.write(ORDER, "$invite")
    code = (await world.session()).code
    for room in (CHAT, DOCTORS_CHAT):
        ((method, event),) = in_chat(world, room)
        assert (method, event.decoded("DTSTART"), event.decoded("DTEND")) == ("PUBLISH", AT, AT + timedelta(hours=1))
        assert event["SUMMARY"] == f"Session {code}"
    (file,) = mailed(world, EXPERT)
    method, event = event_of(file.data)
    assert (method, file.mime_type) == ("REQUEST", "text/calendar; method=REQUEST; charset=utf-8")
    assert event["ATTENDEE"] == f"mailto:{EXPERT}"
    assert mailed(world, ANNA) == []
    for data in (file.data, *(data for _, _, data in world.homeserver.sent_files)):
        assert not [word for word in (b"Anna", b"Muster", ANNA.encode(), b"/j#", b"Kyiv") if word in data]


async def test_a_new_time_moves_the_same_entry_and_the_end_takes_it_back(world: World) -> None:
    await world.write(ORDER, "$invite")
    await world.write('reschedule at="tomorrow 16:00"', "$later")
    await world.write("reschedule at=now", "$now")
    await world.write("cancel", "$cancel")
    for entries in (in_chat(world, CHAT), in_chat(world, DOCTORS_CHAT), [event_of(file.data) for file in mailed(world, EXPERT)]):
        assert len({str(event["UID"]) for _, event in entries}) == 1
        assert [event["SEQUENCE"] for _, event in entries] == [0, 1, 2, 3]
        assert [event.decoded("DTSTART") for _, event in entries] == [AT, AT + timedelta(hours=2), world.clock.moment, world.clock.moment]
        assert [event["STATUS"] for _, event in entries] == ["CONFIRMED"] * 3 + ["CANCELLED"]
        assert [method for method, _ in entries][-1] == "CANCEL"


async def test_a_session_that_begins_at_once_is_in_no_calendar_until_it_is_put_off(world: World) -> None:
    await world.write(f"invite {ANNA} colleague={EXPERT}", "$invite")
    assert in_chat(world, CHAT) == []
    assert mailed(world, EXPERT) == []
    await world.write('reschedule at="tomorrow 10:00" ', "$later")
    ((_, event),) = in_chat(world, CHAT)
    assert event.decoded("DTSTART") == datetime(2026, 11, 3, 10, 0, tzinfo=UTC)
    assert len(mailed(world, EXPERT)) == 1


async def test_the_same_time_is_sent_once_also_when_the_bot_died_in_between(world: World) -> None:
    await world.write(ORDER, "$invite")
    await world.write(ORDER, "$invite")
    await world.stop()
    world.start()
    await world.settle()
    assert len(in_chat(world, CHAT)) == 1


async def test_an_invitation_that_is_sent_again_brings_the_present_time(world: World) -> None:
    await world.write(ORDER, "$invite")
    await world.write('reschedule at="tomorrow 16:00"', "$later")
    await world.write("resend", "$resend")
    last = event_of(mailed(world, EXPERT)[-1].data)[1]
    assert (last["SEQUENCE"], last.decoded("DTSTART")) == (1, AT + timedelta(hours=2))


async def test_service_users_get_a_file_without_a_code_where_the_deployment_wants_it(world: World) -> None:
    world.calendar_for_everybody = True
    await world.stop()
    world.start()
    await world.write(ORDER, "$invite")
    _, event = event_of(mailed(world, ANNA)[0].data)
    assert event["SUMMARY"] == "Invitation à un entretien"
    assert (await world.session()).code not in mailed(world, ANNA)[0].data.decode()


@pytest.mark.parametrize("ended", ["nobody comes", "cancel"])
async def test_the_files_go_with_the_session(world: World, ended: str) -> None:
    await world.write(ORDER, "$invite")
    if ended == "cancel":
        await world.write("cancel", "$cancel")
    await world.pass_time(timedelta(days=4) + GRACE)
    await nothing_is_left(world)
