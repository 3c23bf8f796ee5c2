"""Planned sessions on simulated time: plan, remind, open early, arrive, start, close; and what becomes of a plan (PRODUCT §2, §6)."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta

import pytest

from teleconnect_bot.adapters.messaging.markdown import to_html, to_plain
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.guest_door import LinkState, TooEarly
from tests.services.test_whole_session import nothing_is_left
from tests.services.world import GRACE, SECRET, World

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
IN_KYIV = "Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)"
IN_UTC = "Tuesday, 1 December 2026, 12:00 (UTC)"


async def planned(world: World, lang: str = "fr", at: str = "1.12. 14h") -> None:
    await world.write(f'invite anna@example.net name="Anna" lang={lang} at="{at}" tz=Europe/Kyiv', "$invite")


async def until(world: World, moment: datetime) -> None:
    await world.pass_time(moment - world.clock.now())


def _subjects(world: World) -> list[str]:
    return [mail.subject for mail in world.mailer.taken]


def _last(world: World) -> str:
    return to_plain(to_html(world.mailer.taken[-1].markdown))


async def test_a_session_is_planned_reminded_of_opened_early_entered_started_and_closed(world: World) -> None:
    await planned(world)
    assert (await world.session()).planned_at == AT
    assert IN_UTC in world.card()
    assert f"For the invited person: {IN_KYIV}" in world.card()
    assert "décembre 2026" in _last(world)
    assert "14:00 (" in _last(world)
    token = world.token()

    opened = await world.guests.open(token, "fr")
    assert opened is not None
    assert (opened.state, opened.opens_at) == (LinkState.EARLY, AT - timedelta(minutes=15))
    with pytest.raises(TooEarly):
        await world.guests.enter(token, digest_of(SECRET), "Anna", "fr", "1")

    await until(world, AT - timedelta(hours=24, seconds=1))
    assert len(world.mailer.taken) == 1
    await until(world, AT - timedelta(hours=24))
    assert _subjects(world)[1:] == ["Votre entretien approche"]
    assert "décembre 2026" in _last(world)
    assert "15 minutes" in _last(world)
    assert world.token() == token
    assert any(IN_UTC in said and "is coming up" in said for said in world.texts())

    await until(world, AT - timedelta(minutes=15))
    assert _subjects(world)[1:] == ["Votre entretien approche"] * 2
    assert "est ouverte" in _last(world)

    await world.enter()
    await world.arrive()
    assert (await world.session()).state is State.WAITING
    await world.join_as_staff()
    await world.write("close", "$close")
    assert (await world.session()).state is State.CLOSED
    await world.pass_time(timedelta(hours=24) + GRACE)
    assert len(world.mailer.taken) == 3
    await nothing_is_left(world)


async def test_nobody_comes_and_the_link_expires_24_hours_after_the_time(world: World) -> None:
    await planned(world)
    await until(world, AT + timedelta(hours=24) - timedelta(seconds=1))
    assert (await world.session()).state is State.INVITED
    await until(world, AT + timedelta(hours=24))
    assert (await world.session()).state is State.CANCELLED
    assert len(world.mailer.taken) == 3, "an invitation and two reminders, and no mail about the end"


async def test_a_new_time_is_told_in_the_persons_language_with_the_same_link_and_has_its_own_reminders(world: World) -> None:
    await planned(world, "en")
    token, code = world.token(), (await world.session()).code
    await world.write(f'reschedule {code} at="2 december 9h"', "$new")
    (answer,) = [said for said in world.texts() if "has a new time" in said]
    assert "Wednesday, 2 December 2026, 07:00 (UTC); for the invited person Wednesday, 2 December 2026, 09:00 (Kyiv, UTC+02:00)" in answer
    assert "Wednesday, 2 December 2026, 07:00 (UTC)" in world.card()
    assert _subjects(world)[1:] == ["A new time for your conversation"]
    assert "Wednesday, 2 December 2026, 09:00 (Kyiv, UTC+02:00)" in _last(world)
    assert world.token() == token
    await until(world, AT)
    assert len(world.mailer.taken) == 3, "no reminder of the old time"
    await until(world, datetime(2026, 12, 2, 7, 0, tzinfo=UTC))
    assert len(world.mailer.taken) == 4


async def test_at_now_opens_the_waiting_room_at_once(world: World) -> None:
    await planned(world, "en")
    await world.write("reschedule at=now", "$now")
    assert [said for said in world.texts() if "is open now" in said]
    assert "You are expected now" in _last(world)
    await world.enter()
    await world.arrive()
    assert (await world.session()).state is State.WAITING


async def test_a_cancelled_session_is_told_to_whoever_was_told_and_reminds_nobody(world: World) -> None:
    await planned(world, "en")
    token = world.token()
    await world.write("cancel", "$cancel")
    assert _subjects(world)[1:] == ["Your conversation will not take place"]
    assert IN_KYIV in _last(world)
    assert "/j" not in _last(world)
    assert await world.guests.open(token, "en") is None
    await until(world, AT)
    assert len(world.mailer.taken) == 2


async def test_who_received_nothing_yet_hears_nothing_of_a_session_that_is_cancelled(world: World) -> None:
    world.mailer.away = True
    await planned(world)
    await world.write("cancel", "$cancel")
    world.mailer.away = False
    await world.pass_time(timedelta(hours=1))
    assert world.mailer.taken == []


async def test_a_mail_server_that_is_down_sends_the_last_of_several_new_times_and_no_reminder_of_the_past(world: World) -> None:
    await planned(world, "en")
    world.mailer.away = True
    await world.write('reschedule at="2.12. 14h"', "$1")
    await world.write('reschedule at="3.12. 14h"', "$2")
    world.mailer.away = False
    await world.pass_time(timedelta(hours=1))
    assert _subjects(world)[1:] == ["A new time for your conversation"]
    assert "3 December" in _last(world)
    world.mailer.away = True
    await until(world, AT + timedelta(days=2))
    world.mailer.away = False
    await world.pass_time(timedelta(hours=1))
    assert len(world.mailer.taken) == 2


async def test_a_restart_reminds_nobody_twice_and_forgets_nobody(world: World) -> None:
    await planned(world)
    await until(world, AT - timedelta(hours=24))
    await world.stop()
    world.start()
    await world.settle()
    assert len(world.mailer.taken) == 2
    await world.stop()
    world.clock.moment = AT - timedelta(minutes=3)
    world.start()
    await world.settle()
    assert len(world.mailer.taken) == 3


async def test_the_list_shows_dates_on_both_clocks(world: World) -> None:
    await planned(world)
    await world.write("invites", "$list")
    assert f"invited; planned for {IN_UTC}; for the invited person {IN_KYIV}; e-mail sent" in world.texts()[-1]


async def test_without_a_zone_the_time_is_on_the_clock_of_staff(world: World) -> None:
    await world.write('invite anna@example.net lang=en at="1.12. 14h"', "$invite")
    assert "Tuesday, 1 December 2026, 14:00 (UTC)" in world.card()
    assert "For the invited person" not in world.card()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('invite anna@example.net at="2026-11-01 14:00"', "has passed"),
        ('invite anna@example.net at="30.2.2027 14:00"', "does not exist"),
        ('invite anna@example.net at="2027-03-28 03:30" tz=Kyiv', "does not exist"),
        ("invite anna@example.net at=tomorrow", "time of day"),
        ('invite anna@example.net at="tomorrow 14:00" tz=Europe/Kiyv', "tz=Europe/Kyiv"),
        ("invite anna@example.net tz=Nowhere", "time zone"),
    ],
)
async def test_a_bad_date_or_zone_is_refused_and_changes_nothing(world: World, line: str, reason: str) -> None:
    await world.write(line, "$bad")
    assert reason in world.texts()[-1]
    assert world.mailer.taken == []
    assert (await world.session()).state is State.DRAFT


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("reschedule", "new time is missing"),
        ('reschedule at="1.12. 14h"', "has that time already"),
        ('reschedule at="1.11. 14h"', "passed"),
        ('reschedule 9999 at="3.12. 14h"', "no session"),
        ("reschedule at=soon", "time of day"),
        ('reschedule tz=UTC at="3.12. 9h"', "option"),
    ],
)
async def test_a_bad_new_time_is_refused_and_changes_nothing(world: World, line: str, reason: str) -> None:
    await planned(world)
    before = await world.session()
    await world.write(line, "$bad")
    assert reason in world.texts()[-1]
    assert await world.sessions.load(before.id) == before
    assert len(world.mailer.taken) == 1


async def test_a_session_that_has_begun_gets_no_new_time(world: World) -> None:
    await planned(world)
    await until(world, AT)
    await world.enter()
    await world.arrive()
    code = (await world.session()).code
    await world.write(f'reschedule {code} at="tomorrow 14:00"', "$late")
    assert "cannot be changed any more" in world.texts()[-1]
    assert (await world.session()).planned_at == AT


async def test_a_session_years_ahead_is_on_time(world: World) -> None:
    await planned(world, "en", "2031-07-01 14:00")
    at = datetime(2031, 7, 1, 11, 0, tzinfo=UTC)
    await until(world, at - timedelta(hours=25))
    assert len(world.mailer.taken) == 1
    await until(world, at)
    assert len(world.mailer.taken) == 3
    assert "14:00 (Kyiv, UTC+03:00)" in html.unescape(world.mailer.taken[-1].markdown)


async def test_a_relative_on_the_same_link_hears_the_same_in_their_own_language(world: World) -> None:
    await world.write('invite anna@example.net lang=fr guest=bob@example.net/en at="1.12. 14h" tz=Europe/Kyiv', "$invite")
    await until(world, AT - timedelta(hours=24))
    await world.write('reschedule at="2.12. 14h"', "$new")
    await world.write("cancel", "$cancel")
    assert [mail.subject for mail in world.mailer.taken if mail.to == "bob@example.net"][1:] == [
        "Your conversation is coming up",
        "A new time for your conversation",
        "Your conversation will not take place",
    ]
    assert [mail.language for mail in world.mailer.taken if mail.to == "anna@example.net"] == ["fr"] * 4


async def test_the_same_people_again_keep_their_clock(world: World) -> None:
    await planned(world, "en")
    code = (await world.session()).code
    await world.write("cancel", "$cancel")
    await world.write(f'invite again {code} at="3.12. 14h"', "$again")
    assert "Thursday, 3 December 2026, 14:00 (Kyiv, UTC+02:00)" in _last(world)


async def test_a_colleague_by_matrix_id_reads_reminder_new_time_and_end_in_their_own_chat(world: World) -> None:
    await world.write('invite anna@example.net colleague=@doctor:example.org at="1.12. 14h" tz=Europe/Kyiv', "$invite")
    await until(world, AT - timedelta(hours=24))
    await world.write('reschedule at="2.12. 14h"', "$new")
    await world.write("cancel", "$cancel")
    theirs = world.texts("!chat-doctor:example.org")
    assert [word for said in theirs for word in ("asks you", "coming up", "new time", "cancelled") if word in said] == [
        "asks you",
        "coming up",
        "new time",
        "cancelled",
    ]
