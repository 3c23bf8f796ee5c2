"""What is done for people who are not there (PRODUCT §2 KEPT_OPEN, §3 the ladder and `phone`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.people import Contact, ContactKind
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.ports import Email
from tests.services.fakes import FakeEvent
from tests.services.world import CHAT, NURSE, SECRET, World

ANNA, BACKUP, BACKUPS_CHAT = "anna@example.net", "@backup:example.org", "!chat-backup:example.org"
NURSES_MAIL = "nurse@hospital.example"


async def kept_open(world: World, more: str = "") -> World:
    await world.write(f"invite {ANNA} lang=fr {more}", "$invite")
    await world.come(ANNA, "Anna", SECRET)
    await world.join_as_staff()
    await world.write("keep", "$keep")
    return world


async def leaves(world: World) -> None:
    """The phone is put away: no more signs of life."""
    await world.pass_time(timedelta(seconds=91))


async def staff_write(world: World, event: str, by: str = NURSE) -> None:
    session = await world.session()
    assert session.room
    await world.desk.wrote(session.room, event, by, "Shall we speak again on Friday?", True)
    await world.settle()


def notes(world: World) -> list[Email]:
    return [mail for mail in world.mailer.taken if mail.subject == "Vous avez un nouveau message"]


async def test_what_staff_write_while_nobody_is_there_is_announced_once_for_each_absence(world: World) -> None:
    await kept_open(world)
    token = world.token()
    await staff_write(world, "$there")
    assert notes(world) == [], "the person is there and reads it"
    await leaves(world)
    for number in range(3):
        await staff_write(world, f"$away{number}")
        await world.pass_time(timedelta(hours=1))
    (note,) = notes(world)
    assert note.to == ANNA
    assert "Friday" not in note.subject + note.markdown
    assert world.token() == token, "it is the link that they know"

    await world.guests.beat(digest_of(SECRET), visible=True)
    await world.settle()
    assert (await world.session()).state is State.WAITING
    await staff_write(world, "$back")
    await world.write("start", "$start")
    await world.write("keep", "$keep2")
    await leaves(world)
    await staff_write(world, "$away-again")
    assert len(notes(world)) == 2


async def test_a_file_counts_as_written(world: World) -> None:
    await kept_open(world)
    await leaves(world)
    session = await world.session()
    await world.desk.files_sent(session.room or "", NURSE, ("mxc://example.org/photo",))
    await world.settle()
    assert len(notes(world)) == 1


async def test_what_the_person_writes_themselves_is_not_announced_to_them(world: World) -> None:
    await kept_open(world)
    await leaves(world)
    (seat,) = (await world.session()).seats
    await staff_write(world, "$own", by=seat.user or "")
    assert notes(world) == []


async def test_a_note_that_was_held_up_is_not_sent_once_the_person_is_back(world: World) -> None:
    await kept_open(world)
    await leaves(world)
    world.mailer.away = True
    await staff_write(world, "$away")
    await world.guests.beat(digest_of(SECRET), visible=True)
    world.mailer.away = False
    await world.pass_time(timedelta(minutes=1))
    assert notes(world) == []


async def tells_an_address(world: World) -> None:
    await world.settings.change(NURSE, lambda chosen: replace(chosen, email=Contact.email(NURSES_MAIL), language="fr"))


async def test_after_five_minutes_staff_with_an_address_are_written_to_once(world: World) -> None:
    await tells_an_address(world)
    await world.write(f"invite {ANNA} lang=fr backup={BACKUP}", "$invite")
    await world.come(ANNA, "Anna", SECRET)
    for minute in range(12):
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.pass_time(timedelta(minutes=1))
        alerts = [mail for mail in world.mailer.taken if mail.to == NURSES_MAIL]
        assert len(alerts) == (minute >= 4), minute
    code = (await world.session()).code
    assert alerts[0].subject == f"Séance {code} : quelqu’un attend"
    assert "depuis 5 minutes" in alerts[0].markdown
    assert "Anna" not in alerts[0].markdown
    assert len(world.mailer.taken) == 2, "the invitation and one alert: the backup has told no address"


@pytest.mark.parametrize("stops", ["seen", "start"])
async def test_nobody_is_written_to_who_has_seen_it_or_come(world: World, stops: str) -> None:
    await tells_an_address(world)
    await world.write(f"invite {ANNA} lang=fr", "$invite")
    await world.come(ANNA, "Anna", SECRET)
    await (world.join_as_staff() if stops == "start" else world.write("seen", "$seen"))
    for _ in range(8):
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.pass_time(timedelta(minutes=1))
    assert not [mail for mail in world.mailer.taken if mail.to == NURSES_MAIL]


async def with_a_number(world: World, number: str = "+41791234567") -> None:
    """As if the person had been invited by telephone."""
    await world.write(f"invite {ANNA} lang=fr", "$invite")
    session = await world.session()
    link = replace(session.links[0], contact=Contact(ContactKind.PHONE, number))
    async with world.units.begin() as unit:
        await unit.save(session.with_link(link))


def shows(event: FakeEvent) -> bool:
    return event.text is not None and "+41791234567" in event.text.plain


async def test_phone_shows_the_number_and_takes_it_back(world: World) -> None:
    await with_a_number(world)
    code = (await world.session()).code
    await world.write(f"phone {code}", "$phone")
    (answer,) = [text for text in world.texts() if "+41791234567" in text]
    assert "Service user: +41791234567" in answer
    await world.pass_time(timedelta(minutes=9))
    assert any(map(shows, world.homeserver.events.values()))
    await world.pass_time(timedelta(minutes=1))
    assert not any(map(shows, world.homeserver.events.values()))
    await world.write(f"phone {code}", "$phone")
    assert not any(map(shows, world.homeserver.events.values())), "the same order read twice shows it once"


async def test_a_second_order_shows_it_again_for_its_own_time(world: World) -> None:
    await with_a_number(world)
    await world.write("phone", "$phone1")
    await world.pass_time(timedelta(minutes=8))
    await world.write("phone", "$phone2")
    await world.pass_time(timedelta(minutes=8))
    assert sum(map(shows, world.homeserver.events.values())) == 1
    await world.pass_time(timedelta(minutes=2))
    assert not any(map(shows, world.homeserver.events.values()))


async def test_the_number_goes_with_the_session_at_the_latest(world: World) -> None:
    await with_a_number(world)
    await world.write("phone", "$phone")
    await world.write("cancel", "$cancel")
    await world.write(f"close now {(await world.session()).code}", "$now")
    await world.pass_time(timedelta(minutes=4))
    assert not any(map(shows, world.homeserver.events.values()))


async def test_without_a_number_phone_says_so(world: World) -> None:
    await world.write(f"invite {ANNA} lang=fr", "$invite")
    await world.write("phone", "$phone")
    assert "You have no session for which that is possible now." in world.texts()[-1]
    await world.write(f"phone {(await world.session()).code}", "$phone2")
    assert "was invited by telephone, so there is no number" in world.texts(CHAT)[-1]
