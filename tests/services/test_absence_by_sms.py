"""The same as in `test_absence.py` for people who are reached by telephone alone (PRODUCT §2 KEPT_OPEN, §3 the ladder)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.requester import STAFF_LANGUAGES, Settings
from teleconnect_bot.domain.retention import TraceKind
from teleconnect_bot.domain.session import State
from teleconnect_bot.domain.sms_segments import segments
from teleconnect_bot.services.ports import PhoneMessage
from teleconnect_bot.services.spending import SpendingLimits
from tests.services.world import GRACE, NURSE, SECRET, World

ANNA, NURSES_NUMBER, BACKUP, BACKUPS_NUMBER = "+41791234567", "+41781234567", "@backup:example.org", "+41771234567"
NURSES_MAIL = "nurse@hospital.example"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    made.reach_by(Channel.EMAIL, Channel.SMS, Channel.WHATSAPP)
    await made.create()
    yield made
    await made.stop()


def sent_to(world: World, number: str) -> list[PhoneMessage]:
    return [message for message in world.provider.taken if message.to == number]


async def tells(world: World, user: str, number: str | None, email: str | None = None) -> None:
    phone, mail = Contact.phone(number) if number else None, Contact.email(email) if email else None
    await world.settings.change(user, lambda chosen: replace(chosen, phone=phone, email=mail, language="fr"))


async def comes(world: World, more: str = "") -> None:
    await world.write(f"invite {ANNA} lang=fr {more}", "$invite")
    token = sent_to(world, ANNA)[0].values["3"]
    await world.guests.enter(token, digest_of(SECRET), "Anna", "fr", "1")
    await world.settle()
    await world.arrive(SECRET)


async def waits(world: World, minutes: int) -> None:
    for _ in range(minutes):
        await world.guests.beat(digest_of(SECRET), visible=True)
        await world.pass_time(MINUTE)


async def test_after_five_minutes_requester_and_backup_are_written_to_once_at_their_numbers(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER)
    await tells(world, BACKUP, BACKUPS_NUMBER)
    await comes(world, f"backup={BACKUP}")
    await waits(world, 4)
    assert sent_to(world, NURSES_NUMBER) == []
    await waits(world, 10)
    code = (await world.session()).code
    for number in (NURSES_NUMBER, BACKUPS_NUMBER):
        (alert,) = sent_to(world, number)
        assert alert.text == f"Séance {code} : une personne attend. Merci d'ouvrir Element."
    assert world.mailer.taken == []


async def test_who_has_told_an_address_too_is_written_to_there_alone(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER, NURSES_MAIL)
    await comes(world)
    await waits(world, 6)
    assert [mail.to for mail in world.mailer.taken] == [NURSES_MAIL]
    assert sent_to(world, NURSES_NUMBER) == []


async def test_an_address_that_is_refused_is_followed_by_the_number(world: World) -> None:
    world.mailer.refuses_to[NURSES_MAIL] = "there is no mailbox with this address"
    await tells(world, NURSE, NURSES_NUMBER, NURSES_MAIL)
    await comes(world)
    await waits(world, 6)
    assert len(sent_to(world, NURSES_NUMBER)) == 1


async def test_whoever_has_seen_it_is_not_written_to(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER)
    await comes(world)
    await world.write("seen", "$seen")
    await waits(world, 8)
    assert sent_to(world, NURSES_NUMBER) == []


async def test_without_sms_nothing_is_tried(tmp_path: Path) -> None:
    world = await World(tmp_path).create()
    await tells(world, NURSE, NURSES_NUMBER)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await waits(world, 6)
    assert world.provider.taken == []
    assert (await world.session()).state is State.WAITING
    await world.stop()


async def test_an_alert_takes_its_share_of_what_may_be_sent(world: World) -> None:
    world.guard.limits = SpendingLimits(per_number_per_day=0)
    await tells(world, NURSE, NURSES_NUMBER)
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    await waits(world, 6)
    assert world.provider.taken == []


async def test_a_provider_that_was_away_has_it_once_when_it_is_back(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER)
    await comes(world)
    world.provider.away = True
    await waits(world, 6)
    world.provider.away = False
    await waits(world, 2)
    (alert,) = sent_to(world, NURSES_NUMBER)
    records = await world.ledger.of((await world.session()).id, TraceKind.PROVIDER_RECORD)
    assert [bool(trace.place) for trace in records if trace.key == alert.message_id] == [True]


async def test_the_provider_forgets_the_alert_soon_and_at_the_teardown_at_the_latest(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER)
    await comes(world)
    await waits(world, 6)
    (record,) = [name for name, found in world.provider.records.items() if found.message.to == NURSES_NUMBER]
    world.provider.finish(record)
    await waits(world, 11)
    assert record not in world.provider.records
    await world.join_as_staff()
    await world.write("close now", "$close")
    for left in list(world.provider.records):
        world.provider.finish(left)
    await world.pass_time(GRACE + timedelta(hours=1))
    assert world.provider.records == {}
    assert await world.sessions.sessions_of(NURSE) == []


async def test_an_alert_whose_record_we_never_learnt_is_found_and_deleted_with_the_session(world: World) -> None:
    await tells(world, NURSE, NURSES_NUMBER)
    await comes(world)
    await waits(world, 6)
    session = await world.session()
    (trace,) = [each for each in await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD) if ".alert." in each.key]
    await world.ledger.put(trace, place="")
    await world.join_as_staff()
    await world.write("close now", "$close")
    for left in list(world.provider.records):
        world.provider.finish(left)
    await world.pass_time(GRACE + timedelta(hours=1))
    assert world.provider.records == {}


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
async def test_the_alert_fits_one_sms_in_each_language_of_staff(world: World, language: str) -> None:
    await world.write(f"invite {ANNA}", "$invite")
    text = Cards(format_moment).alert_in_short(await world.session(), Settings(language=language))
    assert segments(text).count == 1


async def test_a_new_message_while_kept_open_is_announced_by_sms_to_who_has_only_a_number_once_for_each_absence(world: World) -> None:
    await comes(world)
    await world.join_as_staff()
    await world.write("keep", "$keep")
    await world.pass_time(timedelta(seconds=91))
    session = await world.session()
    assert session.room
    for number in range(3):
        await world.desk.wrote(session.room, f"$away{number}", NURSE, "Shall we speak again on Friday?", True)
        await world.pass_time(MINUTE)
    note = sent_to(world, ANNA)[-1]
    assert len(sent_to(world, ANNA)) == 2
    assert "Friday" not in note.text
    assert note.text.endswith(f"/j#{sent_to(world, ANNA)[0].values['3']}")
    assert segments(note.text).count <= 2
