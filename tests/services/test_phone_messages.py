"""Invitations by SMS and WhatsApp: the ladder, the reports, the limits, and what the provider forgets (PRODUCT §6, §9)."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teleconnect_bot.domain.channels import Channel, ChannelOrder, CountryOrder
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.retention import TraceKind, TraceState
from teleconnect_bot.domain.session import Delivery, OutgoingMessage, Session
from teleconnect_bot.domain.sms_segments import segments
from teleconnect_bot.services.sessions import Invitation
from teleconnect_bot.services.spending import KEY_PREFIX, SpendingLimits
from tests.services.interpreters import LINGUA, Desk, seek
from tests.services.world import CHAT, GRACE, NURSE, World

EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
NUMBER, MAIL = "+41791234567", "anna@example.net"
TEN_MINUTES, DAY = timedelta(minutes=10), timedelta(days=1)
Invite = Callable[..., Awaitable[Session]]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = World(tmp_path)
    made.reach_by(EMAIL, SMS, WHATSAPP)
    await made.create()
    yield made
    await made.stop()


async def invite(world: World, number: str = NUMBER, *more: str, event: str = "$invite", language: str = "fr") -> Session:
    """As the invitation of a complete line does it."""
    session = await world.sessions.invite(
        Invitation(by=NURSE, chat=CHAT, event=event, contact=Contact.phone(number), more=tuple(map(Contact.email, more)), language=language)
    )
    await world.settle()
    return await now(world, session)


async def now(world: World, session: Session) -> Session:
    found = await world.sessions.load(session.id)
    assert found is not None
    return found


def steps(session: Session) -> list[tuple[Channel, Delivery]]:
    return [(message.channel, message.delivery) for message in session.messages]


def _sent_as(world: World, message_id: str) -> str:
    return next(record for record, found in world.provider.records.items() if found.message.message_id == message_id)


async def report(world: World, message: OutgoingMessage, status: str, code: int | None = None) -> None:
    traces = await world.ledger.of(message.id.partition(".")[0], TraceKind.PROVIDER_RECORD)
    record = next((trace.place for trace in traces if trace.key == message.id and trace.place), None) or _sent_as(world, message.id)
    if status in ("delivered", "undelivered", "failed"):
        world.provider.finish(record, status, code)
    await world.deliveries.reported(message.id, record, status, code)
    await world.settle()


# ---- what is sent


async def test_a_number_receives_an_sms_with_the_link_and_who_we_are(world: World) -> None:
    session = await invite(world)
    (message,) = world.provider.taken
    assert (message.to, message.channel) == (NUMBER, SMS)
    assert message.text.startswith("Example Organisation: Invitation à un entretien")
    assert message.text.endswith(f"https://meet.example.org/j#{message.values['3']}")
    assert steps(session) == [(SMS, Delivery.SENT)]
    assert "SMS: sent" in world.card()
    assert NUMBER not in world.card()


@pytest.mark.parametrize(
    ("language", "zone", "written"),
    [
        ("en", "Europe/Kyiv", "Tue 3 Nov, 16:00 (Kyiv)."),
        ("es", "Europe/Paris", "mar, 3 nov, 15:00 (UTC+1)."),  # the í of París is in no GSM alphabet and would double what it takes
        ("uk", "Europe/Kyiv", "16:00 (Київ)"),
    ],
)
async def test_a_planned_time_names_the_zone_where_that_takes_no_more_segments(
    world: World, language: str, zone: str, written: str
) -> None:
    session = await invite(world, language=language)
    planned = replace(session, planned_at=datetime(2026, 11, 3, 14, tzinfo=UTC), zone=zone)
    sms = world.messages.compose_for_phone(planned, session.messages[0])
    assert sms is not None
    assert written in sms.text
    shortest = world.messages.compose_for_phone(replace(planned, zone="UTC"), session.messages[0])
    assert shortest is not None
    assert segments(sms.text).count <= segments(shortest.text).count


async def test_a_discreet_message_names_nobody(world: World) -> None:
    session = await invite(world)
    again = replace(session, discreet=True)
    (message,) = session.messages
    assert world.messages.compose_for_phone(session, message) != world.messages.compose_for_phone(again, message)
    discreet = world.messages.compose_for_phone(again, message)
    assert discreet is not None
    assert "Example Organisation" not in discreet.text + str(discreet.values)


# ---- the ladder


async def test_a_number_that_takes_no_sms_is_tried_by_whatsapp_and_then_by_mail(world: World) -> None:
    session = await invite(world, "+417912" + "21614", MAIL)
    assert steps(session) == [(SMS, Delivery.FAILED), (WHATSAPP, Delivery.FAILED), (EMAIL, Delivery.SENT)]
    assert [mail.to for mail in world.mailer.taken] == [MAIL]
    card = world.card()
    assert "SMS: could not be sent: this number takes no SMS, it may be a fixed line – by WhatsApp instead" in card
    assert "– by e-mail instead" in card
    assert "E-mail: sent" in card
    assert not [text for text in world.mentions() if "could not be delivered" in text], "as long as one channel is left nobody is called"


async def test_each_step_is_said_in_the_language_of_the_requester(world: World) -> None:
    await world.settings.change(NURSE, lambda chosen: replace(chosen, language="fr"))
    await invite(world, "+417912" + "21614", MAIL)
    assert "ce numéro ne reçoit pas de SMS, c’est peut-être une ligne fixe" in world.card()
    assert "takes no SMS" not in world.card()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (SpendingLimits(per_requester_per_hour=0), "vous avez causé 0 messages dans cette heure"),
        (SpendingLimits(per_number_per_day=0), "0 messages sont allés à ce numéro aujourd’hui"),
        (SpendingLimits(per_day=0), "le nombre de messages que ce service envoie en un jour est épuisé"),
    ],
)
async def test_each_limit_is_explained_in_the_language_of_the_requester(world: World, limits: SpendingLimits, words: str) -> None:
    await world.settings.change(NURSE, lambda chosen: replace(chosen, language="fr"))
    world.guard.limits = limits
    await invite(world)
    assert words in world.card()
    assert [text for text in world.mentions() if words in text]


async def test_a_failure_that_has_only_a_number_is_said_in_the_language_of_the_requester(world: World) -> None:
    await world.settings.change(NURSE, lambda chosen: replace(chosen, language="fr"))
    session = await invite(world)
    await report(world, session.messages[0], "failed", 39999)
    assert "le fournisseur de SMS ne l’a pas remis (son code est 39999)" in world.card()


async def test_when_all_fail_the_requester_is_called_with_the_reason_and_what_to_do(world: World) -> None:
    session = await invite(world, "+417912" + "21211")
    assert steps(session) == [(SMS, Delivery.FAILED), (WHATSAPP, Delivery.FAILED)]
    (mention,) = [text for text in world.mentions() if "could not be delivered" in text]
    assert "not a telephone number that can be written to" in mention
    assert "resend" in mention


async def test_a_failure_that_is_reported_later_leads_to_the_next_channel(world: World) -> None:
    session = await invite(world)
    await report(world, session.messages[0], "sent")
    await report(world, session.messages[0], "undelivered", 30003)
    assert steps(await now(world, session)) == [(SMS, Delivery.FAILED), (WHATSAPP, Delivery.SENT)]
    assert "the telephone is switched off or has no network – by WhatsApp instead" in world.card()


async def test_what_is_not_delivered_in_time_is_followed_once_and_may_still_arrive(world: World) -> None:
    session = await invite(world)
    await world.pass_time(TEN_MINUTES - timedelta(seconds=1))
    assert steps(await now(world, session)) == [(SMS, Delivery.SENT)]
    await world.pass_time(timedelta(seconds=1))
    assert steps(await now(world, session)) == [(SMS, Delivery.SENT), (WHATSAPP, Delivery.SENT)]
    assert "nothing confirms that it has arrived – by WhatsApp instead" in world.card()
    await report(world, session.messages[0], "delivered")
    assert steps(await now(world, session)) == [(SMS, Delivery.DELIVERED), (WHATSAPP, Delivery.SENT)]
    await world.pass_time(TEN_MINUTES * 3)
    assert len((await now(world, session)).messages) == 2


async def test_whoever_has_opened_the_link_has_the_message(world: World) -> None:
    session = await invite(world)
    await world.guests.open(world.provider.taken[0].values["3"], "fr")
    await world.pass_time(TEN_MINUTES * 2)
    assert len((await now(world, session)).messages) == 1


async def test_a_provider_that_stays_away_is_passed_over_and_the_message_is_not_sent_afterwards(world: World) -> None:
    world.provider.away = True
    session = await invite(world, NUMBER, MAIL)
    assert steps(session) == [(SMS, Delivery.DELAYED)]
    await world.pass_time(TEN_MINUTES)
    assert steps(await now(world, session)) == [(SMS, Delivery.FAILED), (EMAIL, Delivery.SENT)]
    world.provider.away = False
    await world.pass_time(timedelta(hours=1))
    assert world.provider.taken == []


async def test_without_an_address_a_provider_that_was_away_is_still_used_when_it_is_back(world: World) -> None:
    world.provider.away = True
    session = await invite(world)
    await world.pass_time(TEN_MINUTES)
    assert [text for text in world.mentions() if "could not be handed over in time" in text]
    world.provider.away = False
    await world.pass_time(timedelta(hours=1))
    assert steps(await now(world, session))[0] == (SMS, Delivery.SENT)
    assert len([text for text in world.mentions() if "could not be" in text]) == 1


async def test_a_language_without_a_template_goes_by_the_next_channel(world: World) -> None:
    order = ChannelOrder((EMAIL, SMS, WHATSAPP), (CountryOrder("default", (WHATSAPP, SMS)),))
    world.sessions.policy = replace(world.policy, channels=order)
    session = await invite(world, language="sw")
    assert steps(session) == [(WHATSAPP, Delivery.FAILED), (SMS, Delivery.SENT)]
    assert "there is no approved WhatsApp template for this text in the person's language – by SMS instead" in world.card()


async def test_the_next_message_goes_first_by_what_has_worked(world: World) -> None:
    session = await invite(world, "+417912" + "21614", MAIL)
    await world.write(f"cancel {session.code}", "$cancel")
    assert steps(await now(world, session))[3:] == [(EMAIL, Delivery.SENT)]


async def test_without_a_provider_the_requester_reads_what_is_missing(tmp_path: Path) -> None:
    world = await World(tmp_path).create()
    await invite(world)
    (mention,) = world.mentions()
    assert "SMS and WhatsApp are not set up here" in mention
    assert world.provider.taken == []
    await world.stop()


# ---- reports


async def test_reports_in_any_order_twice_or_about_something_else_only_lead_forward(world: World) -> None:
    session = await invite(world)
    (message,) = session.messages
    await report(world, message, "delivered")
    for status in ("sent", "queued", "sending", "delivered", "nonsense", ""):
        await report(world, message, status)
    assert steps(await now(world, session)) == [(SMS, Delivery.DELIVERED)]


async def test_a_report_about_an_unknown_message_or_another_record_changes_nothing(world: World) -> None:
    session = await invite(world)
    (message,) = session.messages
    unknown = [("nowhere.x.invitation.1", "SM1"), (f"{session.id}.x.invitation.9", "SM1"), (message.id, "SM" + "9" * 32), ("", "")]
    for message_id, record in unknown:
        await world.deliveries.reported(message_id, record, "failed", 30003)
    assert await now(world, session) == session


async def test_a_report_that_comes_before_our_own_commit_is_believed(world: World) -> None:
    session = await invite(world)
    (message,) = session.messages
    (trace,) = await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)
    await world.ledger.put(trace, place="", state=TraceState.PLANNED)
    await report(world, message, "delivered")
    (trace,) = await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)
    assert trace.place != ""
    assert steps(await now(world, session)) == [(SMS, Delivery.DELIVERED)]


@pytest.mark.parametrize("times", [3, pytest.param(250, marks=pytest.mark.long)], ids=["120", "10,000"])
async def test_a_storm_of_shuffled_and_repeated_reports_ends_in_the_right_state(world: World, times: int) -> None:
    world.guard.limits = SpendingLimits(10_000, 10_000, 10_000)
    sessions = [await invite(world, f"+4179100{number:04d}", event=f"$invite{number}") for number in range(10)]
    lost = {session.id for session in sessions[::4]}
    storm = []
    for session in sessions:
        message = session.messages[0]
        record = _sent_as(world, message.id)
        world.provider.finish(record)
        last = ("undelivered", 30005) if session.id in lost else ("delivered", None)
        storm += [(message.id, record, status, code) for status, code in (("queued", None), ("sending", None), ("sent", None), last)]
    storm *= times
    random.Random(20261126).shuffle(storm)  # noqa: S311  the same storm each time
    for message_id, record, status, code in storm:
        await world.deliveries.reported(message_id, record, status, code)
    await world.settle()
    for session in sessions:
        found = await now(world, session)
        expected = [Delivery.FAILED, Delivery.SENT] if session.id in lost else [Delivery.DELIVERED]
        assert [message.delivery for message in found.messages] == expected


# ---- a provider that reports nothing


async def test_a_message_that_arrived_without_a_report_is_looked_at_before_the_next_channel_is_tried(world: World) -> None:
    session = await invite(world, NUMBER, MAIL)
    world.provider.finish(_sent_as(world, session.messages[0].id))
    await world.pass_time(TEN_MINUTES * 2)
    assert steps(await now(world, session)) == [(SMS, Delivery.DELIVERED)]
    assert world.mailer.taken == []
    assert world.provider.records == {}, "and then it is forgotten by the provider"


async def test_a_message_that_failed_without_a_report_is_followed_with_the_reason(world: World) -> None:
    session = await invite(world, NUMBER, MAIL)
    world.provider.finish(_sent_as(world, session.messages[0].id), "undelivered", 30005)
    await world.pass_time(TEN_MINUTES - timedelta(seconds=1))
    assert steps(await now(world, session)) == [(SMS, Delivery.FAILED), (WHATSAPP, Delivery.SENT)]
    assert "this number is not in use; please check it – by WhatsApp instead" in world.card()


async def test_what_is_still_under_way_when_it_is_looked_at_is_followed_at_the_deadline(world: World) -> None:
    session = await invite(world)
    asked = world.provider.called.count("state")
    await world.pass_time(TEN_MINUTES - timedelta(seconds=1))
    assert world.provider.called.count("state") == asked + 1
    assert steps(await now(world, session)) == [(SMS, Delivery.SENT)]
    await world.pass_time(timedelta(seconds=1))
    assert steps(await now(world, session)) == [(SMS, Delivery.SENT), (WHATSAPP, Delivery.SENT)]


async def test_a_provider_that_is_away_when_it_is_looked_at_holds_nothing_up(world: World) -> None:
    session = await invite(world, NUMBER, MAIL)
    world.provider.away = True
    await world.pass_time(TEN_MINUTES)
    assert steps(await now(world, session))[0] == (SMS, Delivery.SENT)
    assert len((await now(world, session)).messages) == 2


async def test_a_report_makes_looking_unnecessary(world: World) -> None:
    session = await invite(world)
    await report(world, session.messages[0], "delivered")
    await world.pass_time(TEN_MINUTES * 2)
    assert world.provider.called.count("state") == 0


# ---- STOP


@pytest.mark.parametrize("answer", ["STOP", " stop. ", "Arrêt", "Unsubscribe", "СТОП"])
async def test_whoever_answers_stop_receives_nothing_more_and_the_requester_is_told(world: World, answer: str) -> None:
    session = await invite(world)
    await world.deliveries.answered(NUMBER, answer, "")
    await world.settle()
    assert [text for text in world.mentions() if "answered STOP" in text]
    await world.write(f"cancel {session.code}", "$cancel")
    assert len(world.provider.taken) == 1
    assert "answered STOP" in world.card()


async def test_other_answers_and_other_numbers_change_nothing(world: World) -> None:
    session = await invite(world)
    for number, answer in ((NUMBER, "please do not stop"), (NUMBER, ""), ("+41790000000", "STOP"), ("", "STOP")):
        await world.deliveries.answered(number, answer, "")
    assert await now(world, session) == session


# ---- what it may cost


async def test_a_requester_who_sends_too_much_is_refused_in_words_until_the_next_hour(world: World) -> None:
    world.guard.limits = SpendingLimits(per_requester_per_hour=2)
    for number in range(3):
        await invite(world, f"+4179100000{number}", event=f"$invite{number}")
    assert len(world.provider.taken) == 2
    assert [text for text in world.mentions() if "2 messages in this hour" in text]
    await world.pass_time(timedelta(hours=1))
    await invite(world, "+41791000009", event="$later")
    assert world.provider.taken[-1].to == "+41791000009"


async def test_a_number_receives_no_more_than_its_share_of_a_day_whoever_writes(world: World) -> None:
    world.guard.limits = SpendingLimits(per_number_per_day=1)
    await invite(world, event="$one")
    await invite(world, event="$two")
    assert len(world.provider.taken) == 1
    assert [text for text in world.mentions() if "1 messages went to this number today" in text]


async def test_a_number_that_is_typed_on_a_page_is_counted_and_refused_in_words_too(world: World) -> None:
    world.guard.limits = SpendingLimits(per_number_per_day=1)
    await invite(world, event="$one")
    await seek(world, LINGUA)
    await Desk(world, LINGUA.email or "").accepts(contact=NUMBER)
    assert len(world.provider.taken) == 1
    assert [text for text in world.mentions() if "1 messages went to this number today" in text]


async def test_what_is_counted_names_nobody_and_vanishes_with_its_key(world: World) -> None:
    await invite(world)
    held = (world.keys_directory.parent / "bot.db").read_bytes() + (world.keys_directory.parent / "bot.db-wal").read_bytes()
    assert NUMBER.encode() not in held
    (key,) = [key for key in world.keys.ids() if key.startswith(KEY_PREFIX)]
    world.clock.advance(DAY)
    await world.guard.forget(world.units, world.clock.now())
    assert key not in world.keys.ids()
    async with world.units.begin() as unit:
        assert [await unit.spent(counter.name) for counter in world.guard._counters(NURSE, NUMBER, world.clock.now() - DAY)] == [0, 0, 0]


# ---- what the provider forgets


async def test_a_message_that_has_arrived_is_forgotten_by_the_provider(world: World) -> None:
    session = await invite(world)
    await report(world, session.messages[0], "delivered")
    assert world.provider.records == {}
    (trace,) = await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)
    assert trace.state is TraceState.REMOVED


async def killed_before_the_commit(world: World, session: Session) -> None:
    """The provider said yes and we were killed; it reports nothing, and nobody can ask it."""
    (trace,) = await world.ledger.of(session.id, TraceKind.PROVIDER_RECORD)
    await world.ledger.put(trace, place="", state=TraceState.PLANNED)
    world.provider.away = True


async def test_a_record_that_we_never_learnt_of_is_found_by_its_link_when_the_provider_was_away_until_all_else_was_deleted(
    world: World,
) -> None:
    session = await invite(world)
    await killed_before_the_commit(world, session)
    await world.write(f"cancel {session.code}", "$cancel")
    await world.pass_time(DAY + GRACE + TEN_MINUTES * 3)
    assert not world.keys.exists(session.key), "personal data did not wait for the provider"
    assert await world.sessions.load(session.id) is not None
    world.provider.away = False
    for record in list(world.provider.records):
        world.provider.finish(record)
    await world.pass_time(timedelta(hours=1))
    assert world.provider.records == {}
    assert await world.sessions.load(session.id) is None
    assert await world.ledger.of(session.id) == []


async def test_a_provider_that_is_back_within_ten_minutes_is_asked_by_number_so_that_whatsapp_is_found_too(world: World) -> None:
    order = ChannelOrder((EMAIL, SMS, WHATSAPP), (CountryOrder("default", (WHATSAPP,)),))
    world.sessions.policy = replace(world.policy, channels=order)
    session = await invite(world)
    await killed_before_the_commit(world, session)
    await world.write(f"cancel {session.code}", "$cancel")
    await world.pass_time(DAY + GRACE + timedelta(seconds=5))
    assert world.keys.exists(session.key)
    world.provider.away = False
    for record in list(world.provider.records):
        world.provider.finish(record)
    await world.pass_time(timedelta(hours=1))
    assert world.provider.records == {}
    assert not world.keys.exists(session.key)


async def test_what_is_not_final_at_the_teardown_is_deleted_later_with_opaque_ids_alone(world: World) -> None:
    session = await invite(world)
    await world.write(f"cancel {session.code}", "$cancel")
    await world.pass_time(DAY + GRACE + timedelta(minutes=5))
    assert world.provider.records != {}
    assert not world.keys.exists(session.key), "personal data did not wait for the provider"
    for record in list(world.provider.records):
        world.provider.finish(record)
    await world.pass_time(timedelta(hours=1))
    assert world.provider.records == {}
    assert await world.sessions.load(session.id) is None
    assert await world.ledger.of(session.id) == []
