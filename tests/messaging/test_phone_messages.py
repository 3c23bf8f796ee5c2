"""The port `PhoneMessenger`: the fake and the real adapter (Twilio's library against a double of the provider) keep the same promises."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teleconnect_bot.adapters.messaging.sms_whatsapp import CALLBACKS, TwilioMessenger, TwilioSettings
from teleconnect_bot.demo.provider import Provider, Record, Template, serving
from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.deliveries import SENT, UNDER_WAY
from teleconnect_bot.services.ports import PhoneMessage, PhoneMessenger, RecordState, RefusedByService, ServiceUnavailable
from teleconnect_bot.services.provider_words import WORDS
from tests.messaging.conftest import NOW, FixedClock
from tests.services.fake_provider import FakePhoneMessenger
from tests.services.fakes import Crash

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-auth-token"
TEMPLATE = "HX" + "a" * 32
NUMBER = "+41791234567"
PUBLIC = "https://meet.example.org"
LINK = "https://meet.example.org/j#abcdefghijklmnopqrstuv"


def sms(message_id: str = "session.link.invitation.1", to: str = NUMBER, text: str = f"You are invited. {LINK}") -> PhoneMessage:
    return PhoneMessage(message_id, Channel.SMS, to, "invitation", "en", text, {"1": "Example", "3": "abc"})


def whatsapp(language: str = "en", to: str = NUMBER, values: dict[str, str] | None = None) -> PhoneMessage:
    values = values or {"1": "Example", "2": "", "3": "abcdefghijklmnopqrstuv"}
    return PhoneMessage("session.link.invitation.2", Channel.WHATSAPP, to, "invitation", language, "not used", values)


def settings_for(provider: Provider, **changed: object) -> TwilioSettings:
    values: dict[str, object] = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "api_base": provider.address,
        "public_url": PUBLIC,
        "sms_from": {"default": "MG" + "1" * 32, "+41": "Example", "+33": "+33700000000"},
        "whatsapp_from": {"default": "+41790000000"},
        "templates": {"invitation": {"en": TEMPLATE}},
    }
    return TwilioSettings(**{**values, **changed})  # type: ignore[arg-type]


def provider_double(now: datetime = NOW) -> Provider:
    button = Template("{{1}} invites you to a conversation.", "https://meet.example.org/j/{{3}}")
    return Provider(ACCOUNT, TOKEN, lambda: now, reports=False, templates={TEMPLATE: button})


class Side(Protocol):
    """One side of the contract: the port, and what the provider behind it holds."""

    messenger: PhoneMessenger

    def finish(self, record: str) -> None: ...
    def go_away(self) -> None: ...


class RealSide:
    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.messenger: PhoneMessenger = TwilioMessenger(settings_for(provider), FixedClock())

    def finish(self, record: str) -> None:
        self.provider.records[record].status = "delivered"

    def go_away(self) -> None:
        self.provider.away = True


class FakeSide:
    def __init__(self) -> None:
        self.fake = FakePhoneMessenger(Crash())
        self.messenger: PhoneMessenger = self.fake

    def finish(self, record: str) -> None:
        self.fake.finish(record)

    def go_away(self) -> None:
        self.fake.away = True


@asynccontextmanager
async def real() -> AsyncIterator[RealSide]:
    async with serving(provider_double()) as provider:
        side = RealSide(provider)
        assert isinstance(side.messenger, TwilioMessenger)
        try:
            yield side
        finally:
            await side.messenger.close()


@pytest.fixture(params=["fake", "real"])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    if request.param == "fake":
        yield FakeSide()
        return
    async with real() as found:
        yield found


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serving(provider_double()) as found:
        yield found


@pytest.fixture
async def messenger(provider: Provider) -> AsyncIterator[TwilioMessenger]:
    found = TwilioMessenger(settings_for(provider), FixedClock())
    yield found
    await found.close()


# ---- what both promise


async def test_each_message_has_a_record_of_its_own(side: Side) -> None:
    assert await side.messenger.send(sms("a")) != await side.messenger.send(sms("b"))


async def test_a_message_is_found_again_unless_its_record_is_known(side: Side) -> None:
    assert await side.messenger.find(sms(), frozenset()) is None
    record = await side.messenger.send(sms())
    assert await side.messenger.find(sms(), frozenset()) == record
    assert await side.messenger.find(sms(), frozenset({record})) is None
    assert await side.messenger.find(sms(to="+41791234568"), frozenset()) is None


async def test_a_message_is_found_by_the_digest_of_its_link_alone(side: Side) -> None:
    digest = digest_of(LINK.partition("#")[2])
    assert await side.messenger.find_link(digest, frozenset()) is None
    record = await side.messenger.send(sms())
    await side.messenger.send(sms("another", text="You are invited. https://meet.example.org/j#ABCDEFGHIJKLMNOPQRSTUV"))
    assert await side.messenger.find_link(digest, frozenset()) == record
    assert await side.messenger.find_link(digest, frozenset({record})) is None


async def test_a_record_can_be_deleted_once_it_is_final_and_a_second_time_is_fine(side: Side) -> None:
    record = await side.messenger.send(sms())
    with pytest.raises(ServiceUnavailable):
        await side.messenger.delete(record)
    assert not await side.messenger.is_deleted(record)
    side.finish(record)
    await side.messenger.delete(record)
    await side.messenger.delete(record)
    assert await side.messenger.is_deleted(record)


async def test_a_record_says_how_far_its_message_has_come(side: Side) -> None:
    record = await side.messenger.send(sms())
    under_way = await side.messenger.state(record)
    assert under_way is not None
    assert under_way.status in UNDER_WAY | SENT
    side.finish(record)
    assert await side.messenger.state(record) == RecordState("delivered")
    assert await side.messenger.state("SM" + "0" * 32) is None


async def test_a_provider_that_is_away_is_named_without_number_or_text(side: Side) -> None:
    side.go_away()
    unknown = "SM" + "0" * 32
    for asked in (
        side.messenger.send(sms()),
        side.messenger.find(sms(), frozenset()),
        side.messenger.delete(unknown),
        side.messenger.find_link(b"", frozenset()),
        side.messenger.state(unknown),
        side.messenger.kept(),
    ):
        with pytest.raises(ServiceUnavailable) as caught:
            await asked
        assert NUMBER not in str(caught.value)


@pytest.mark.parametrize("code", [21211, 21408, 21610, 21614])
async def test_a_refusal_has_words_for_the_requester(side: Side, code: int) -> None:
    with pytest.raises(RefusedByService) as caught:
        await side.messenger.send(sms(to=f"+417912{code}"))
    assert caught.value.reason == WORDS[code]


async def test_a_language_without_a_template_is_refused_before_anybody_is_asked(side: Side) -> None:
    with pytest.raises(RefusedByService, match="no approved WhatsApp template"):
        await side.messenger.send(whatsapp("sw"))


async def test_what_is_kept_is_listed_until_it_is_deleted(side: Side) -> None:
    assert await side.messenger.kept() == {}
    record, other = await side.messenger.send(sms()), await side.messenger.send(sms(text="Your parcel is here."))
    kept = await side.messenger.kept()
    assert {name: found.ours for name, found in kept.items()} == {record: True, other: False}
    side.finish(record)
    await side.messenger.delete(record)
    assert list(await side.messenger.kept()) == [other]


# ---- what the real one sends


async def test_only_what_a_sender_of_ours_sent_or_received_is_listed(messenger: TwilioMessenger, provider: Provider) -> None:
    ours = {await messenger.send(message) for message in (sms(), sms(to="+380501234567"), sms(to="+33612345678"), whatsapp())}
    received = await provider.receive(NUMBER, "Example", f"What is {LINK}?", "")
    await provider.receive(NUMBER, "+41799999999", "Is my parcel here?", "")
    for record in list(provider.taken):
        provider.records[f"SM{record.sid[2:-1]}e"] = replace(record, sid=f"SM{record.sid[2:-1]}e", sender="+41799999999")
    kept = await messenger.kept()
    assert set(kept) == ours | {received.sid}
    assert not kept[received.sid].ours, "a link may be quoted by anybody"
    assert {found.made for found in kept.values()} == {NOW}


async def test_an_sms_has_its_sender_by_country_and_its_callback_bears_our_id(messenger: TwilioMessenger, provider: Provider) -> None:
    for number in ("+41791234567", "+33612345678", "+380501234567"):
        await messenger.send(sms(to=number))
    assert [record.sender for record in provider.taken] == ["Example", "+33700000000", "MG" + "1" * 32]
    assert provider.taken[0].callback == f"{PUBLIC}{CALLBACKS}/status/session.link.invitation.1"
    assert provider.taken[0].body == f"You are invited. {LINK}"


async def test_a_country_without_a_sender_is_refused(provider: Provider) -> None:
    messenger = TwilioMessenger(settings_for(provider, sms_from={"+41": "Example"}), FixedClock())
    with pytest.raises(RefusedByService, match="no sender is configured for this country"):
        await messenger.send(sms(to="+33612345678"))
    assert provider.calls == []


async def test_a_whatsapp_message_is_a_template_with_the_token_alone_in_its_button(messenger: TwilioMessenger, provider: Provider) -> None:
    await messenger.send(whatsapp("en-GB"))
    (record,) = provider.taken
    assert (record.to, record.sender) == (f"whatsapp:{NUMBER}", "whatsapp:+41790000000")
    assert (record.body, record.link) == ("Example invites you to a conversation.", "https://meet.example.org/j/abcdefghijklmnopqrstuv")


async def test_a_wrong_sign_in_is_said_to_be_the_administrators_task(provider: Provider) -> None:
    messenger = TwilioMessenger(settings_for(provider, auth_token="wrong"), FixedClock())
    with pytest.raises(RefusedByService, match="sign-in"):
        await messenger.send(sms())
    await messenger.close()


async def test_a_message_whose_answer_was_lost_is_found(messenger: TwilioMessenger, provider: Provider) -> None:
    provider.answers_lost = 1
    with pytest.raises(ServiceUnavailable):
        await messenger.send(sms())
    assert await messenger.find(sms(), frozenset()) == provider.taken[0].sid


async def test_nobody_listening_is_a_provider_that_is_away(provider: Provider) -> None:
    messenger = TwilioMessenger(settings_for(provider, api_base="http://127.0.0.1:9"), FixedClock())
    with pytest.raises(ServiceUnavailable):
        await messenger.send(sms())
    await messenger.close()


async def test_the_library_logs_nothing(messenger: TwilioMessenger, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await messenger.send(sms())
    with pytest.raises(RefusedByService):
        await messenger.send(sms(to="+41791221211"))
    assert "twilio" not in {record.name.partition(".")[0] for record in caplog.records}
    assert NUMBER not in caplog.text
    assert TOKEN not in repr(settings_for(Provider("", "", lambda: NOW)))


# ---- nothing breaks out of its field

NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "\u202eevil\u2066",
        "a\nTo: +33612345678",
        "x&To=%2B33612345678",
        "{{3}}",
        '", "3": "other',
        "\U0001f468\u200d\U0001f469",
        "\t     x",
        "{link}",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NASTY, text=NASTY.filter(lambda text: text.strip() != ""))
async def test_whatever_a_name_or_text_holds_the_message_goes_to_the_right_number_with_the_right_link(
    name: str, text: str, messenger: TwilioMessenger, provider: Provider
) -> None:
    provider.records.clear()
    await messenger.send(whatsapp(values={"1": name or "x", "2": text, "3": "abcdefghijklmnopqrstuv"}))
    in_whatsapp = provider.taken[-1]
    await messenger.send(sms(text=f"{text} {LINK}"))
    in_sms = provider.taken[-1]
    assert (in_whatsapp.to, in_sms.to) == (f"whatsapp:{NUMBER}", NUMBER)
    assert in_whatsapp.link == "https://meet.example.org/j/abcdefghijklmnopqrstuv"
    assert "\n" not in in_whatsapp.body
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(in_whatsapp.body)
    assert in_sms.body == f"{text} {LINK}"


@given(number=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_every_number_in_the_form_of_e164_is_taken_by_the_double(number: str) -> None:
    provider = provider_double()
    form = {"To": number, "From": "Example", "Body": "x"}
    if number[-5:] not in {str(code) for code in WORDS}:
        record: Record = provider._checked(form)
        assert record.to == number
