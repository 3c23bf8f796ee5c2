"""The whole way of an SMS but for the homeserver: Twilio's library, a double of the provider over HTTP, signed reports, the use cases."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from teleconnect_bot.adapters.messaging.sms_whatsapp import TwilioMessenger, TwilioSettings
from teleconnect_bot.demo.provider import Provider, Template, serving
from teleconnect_bot.domain.channels import Channel, ChannelOrder, CountryOrder
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.session import Delivery, Session
from teleconnect_bot.services.interpreter_door import OfferStatus
from teleconnect_bot.services.provider_words import WORDS
from teleconnect_bot.services.sessions import Invitation
from teleconnect_bot.services.spending import SpendingLimits
from teleconnect_bot.web.callbacks import Callbacks
from tests.services.interpreters import LINGUA, Desk, seek
from tests.services.world import CHAT, NURSE, World

ACCOUNT, TOKEN, TEMPLATE = "AC" + "0" * 32, "the-auth-token", "HX" + "a" * 32
PUBLIC = "https://meet.example.org"
EMAIL, SMS, WHATSAPP = Channel.EMAIL, Channel.SMS, Channel.WHATSAPP
QUESTION = "HX" + "b" * 32
APPROVED = {
    TEMPLATE: Template("{{1}} invites you.", f"{PUBLIC}/j/{{{{3}}}}"),
    QUESTION: Template("{{1}} asks whether you can come: {{2}}.", f"{PUBLIC}/i/{{{{3}}}}"),
}
MANY = SpendingLimits(10_000, 10_000, 10_000)


@dataclass
class Scene:
    world: World
    provider: Provider

    async def invite(self, number: str, *more: str, via: Channel | None = None) -> Session:
        ways = tuple(map(Contact.email, more))
        order = Invitation(by=NURSE, chat=CHAT, event=f"$to{number}", contact=Contact.phone(number), more=ways, via=via)
        session = await self.world.sessions.invite(order)
        await self.settle()
        return await self.now(session)

    async def settle(self) -> None:
        """Everything is sent, everything is reported, and what follows from it is done."""
        await self.world.settle()
        while self.provider._tasks:
            await asyncio.gather(*self.provider._tasks)
            await self.world.settle()

    async def now(self, session: Session) -> Session:
        found = await self.world.sessions.load(session.id)
        assert found is not None
        return found


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    world = World(tmp_path)
    world.limits = MANY
    world.reach_by(EMAIL, SMS, WHATSAPP)
    double = Provider(ACCOUNT, TOKEN, world.clock.now, templates=APPROVED)
    async with serving(double) as provider:
        settings = TwilioSettings(
            ACCOUNT,
            TOKEN,
            provider.address,
            PUBLIC,
            sms_from={"default": "Example"},
            whatsapp_from={"default": "+41790000000"},
            templates={
                "invitation": {"en": TEMPLATE},
                "invitation_planned": {"en": TEMPLATE},
                "interpreter_confirm": {"en": QUESTION},
            },
        )
        world.provider = messenger = TwilioMessenger(settings, world.clock)  # type: ignore[assignment]
        await world.create()
        app = web.Application()
        app.add_routes(Callbacks(PUBLIC, TOKEN, world.deliveries).routes())
        async with TestServer(app) as front:
            provider.callbacks_at = str(front.make_url("")).rstrip("/")
            yield Scene(world, provider)
        await messenger.close()
    await world.stop()


def steps(session: Session) -> list[tuple[Channel, Delivery]]:
    return [(message.channel, message.delivery) for message in session.messages]


async def test_an_sms_is_sent_reported_as_delivered_and_forgotten_by_the_provider(scene: Scene) -> None:
    session = await scene.invite("+41791234567")
    assert steps(session) == [(SMS, Delivery.DELIVERED)]
    assert "SMS: delivered" in scene.world.card()
    (record,) = scene.provider.taken
    assert record.callback == f"{PUBLIC}/callbacks/twilio/status/{session.messages[0].id}"
    assert (scene.provider.records, scene.provider.deleted) == ({}, [record.sid])


AT_ONCE = (21211, 21408, 21606, 21608, 21610, 21612, 21614, 21617)
REPORTED = (30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30034, 30410)
OF_WHATSAPP = (63003, 63016, 63018, 63024, 63032, 63049)
OF_THE_SETTINGS = {20003, 21656}
"""Wrong sign-in and wrong variables: no number can bring them about (`tests/messaging/test_provider_double.py`)."""


def test_no_code_for_which_we_have_words_is_left_out() -> None:
    assert {*AT_ONCE, *REPORTED, *OF_WHATSAPP} | OF_THE_SETTINGS == WORDS.keys()


@pytest.mark.parametrize("code", [*AT_ONCE, *REPORTED])
async def test_each_failure_of_an_sms_leads_on_to_the_next_channels_with_its_reason_on_the_card(scene: Scene, code: int) -> None:
    session = await scene.invite(f"+417912{code}", "anna@example.net")
    assert steps(session)[0] == (SMS, Delivery.FAILED)
    assert steps(session)[-1] == (EMAIL, Delivery.SENT)
    assert f"SMS: could not be sent: {WORDS[code]} – by WhatsApp instead" in scene.world.card()
    assert scene.provider.records == {}


@pytest.mark.parametrize("code", OF_WHATSAPP)
async def test_each_failure_of_a_whatsapp_message_leads_to_an_sms_or_a_mail(scene: Scene, code: int) -> None:
    session = await scene.invite(f"+417912{code}", "anna@example.net", via=WHATSAPP)
    assert steps(session)[0] == (WHATSAPP, Delivery.FAILED)
    assert f"WhatsApp: could not be sent: {WORDS[code]} – by SMS instead" in scene.world.card()
    assert steps(session)[-1] == (EMAIL, Delivery.SENT)


async def test_a_provider_that_never_reports_is_asked_and_the_mail_is_not_needed(scene: Scene) -> None:
    scene.provider.reports = False
    session = await scene.invite("+41791234567", "anna@example.net")
    scene.provider.taken[0].status = "delivered"
    await scene.world.pass_time(timedelta(minutes=20))
    assert steps(await scene.now(session)) == [(SMS, Delivery.DELIVERED)]
    assert scene.world.mailer.taken == []


async def test_a_whatsapp_message_leads_to_the_page_by_its_button(scene: Scene) -> None:
    session = await scene.invite("+41791234567", via=WHATSAPP)
    assert steps(session) == [(WHATSAPP, Delivery.DELIVERED)]
    (record,) = scene.provider.taken
    assert record.link.startswith(f"{PUBLIC}/j/")
    assert await scene.world.guests.open(record.link.rpartition("/")[2], "en") is not None


async def test_the_question_to_an_interpreter_by_whatsapp_leads_to_the_page_on_which_they_answer(scene: Scene) -> None:
    world = scene.world
    by_whatsapp = ChannelOrder((EMAIL, SMS, WHATSAPP), (CountryOrder("default", (WHATSAPP, SMS)),))
    world.sessions.policy = replace(world.policy, channels=by_whatsapp)
    await seek(world, LINGUA, at=world.clock.now() + timedelta(days=3))
    await Desk(world, LINGUA.email or "").accepts(contact="+41791234567")
    await world.write('reschedule at="tomorrow 14:00"', "$later")
    await scene.settle()
    asked = scene.provider.taken[-1]
    assert asked.to == "whatsapp:+41791234567"
    assert asked.link.startswith(f"{PUBLIC}/i/")
    view = await world.interpreters.view(asked.link.rpartition("/")[2], "en")
    assert view is not None
    assert view.status is OfferStatus.CONFIRM


async def test_what_cannot_be_deleted_yet_is_tried_again_until_it_can(scene: Scene) -> None:
    scene.provider.reports = False
    session = await scene.invite("+41791234567")
    (record,) = scene.provider.taken
    # The telephone company says that it has arrived, and the provider is not done with it yet (20009).
    await scene.world.deliveries.reported(session.messages[0].id, record.sid, "delivered", None)
    await scene.world.settle()
    assert record.sid in scene.provider.records
    record.status = "delivered"
    await scene.world.pass_time(timedelta(minutes=1))
    assert scene.provider.records == {}


async def test_a_storm_of_signed_and_forged_reports_over_http_ends_in_the_right_state(scene: Scene) -> None:
    scene.provider.reports = False
    sessions = [await scene.invite(f"+4179100{number:04d}", "anna@example.net") for number in range(8)]
    lost = {session.id for session in sessions[::4]}
    storm: list[tuple[int, str, int | None, str | None]] = []
    for number, session in enumerate(sessions):
        last = ("undelivered", 30005) if session.id in lost else ("delivered", None)
        forged = ("delivered", None) if session.id in lost else ("undelivered", 30005)
        storm += [(number, *each, None) for each in (("queued", None), ("sending", None), ("sent", None), last)] * 5
        storm += [(number, *forged, "another token")] * 5
    random.Random(20261126).shuffle(storm)  # noqa: S311  the same storm each time
    records = list(scene.provider.taken)
    for number, status, code, token in storm:
        answer = await scene.provider.report(records[number], status, code, token=token)
        assert answer == (403 if token else 204)
    await scene.world.settle()
    for session in sessions:
        first = (await scene.now(session)).messages[0]
        assert first.delivery is (Delivery.FAILED if session.id in lost else Delivery.DELIVERED)
