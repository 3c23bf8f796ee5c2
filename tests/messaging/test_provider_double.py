"""The double refuses what the provider refuses, so that what it takes proves something (Twilio, "Create a Message")."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import aiohttp
import pytest

from teleconnect_bot.demo.provider import Provider, Template, serving
from tests.messaging.conftest import NOW

ACCOUNT, TOKEN, TEMPLATE = "AC" + "0" * 32, "the-auth-token", "HX" + "a" * 32
NO_NUMBERS = ("0791234567", "+0791234567", "+41 79 123 45 67", "0041791234567", "+41", "+4179123456789012")
GOOD = {"To": "+41791234567", "From": "Example", "Body": "Hello"}
BY_WHATSAPP = {"To": "whatsapp:+41791234567", "From": "whatsapp:+41790000000"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    templates = {TEMPLATE: Template("{{1}} invites you.", "https://meet.example.org/j/{{3}}")}
    async with serving(Provider(ACCOUNT, TOKEN, lambda: NOW, reports=False, templates=templates)) as found:
        yield found


async def create(provider: Provider, form: dict[str, str], token: str = TOKEN) -> tuple[int, int | None]:
    """The status and the error's code."""
    secret = base64.b64encode(f"{ACCOUNT}:{token}".encode()).decode()
    url = f"{provider.address}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    async with aiohttp.ClientSession() as http, http.post(url, data=form, headers={"Authorization": f"Basic {secret}"}) as answer:
        return answer.status, (await answer.json()).get("code")


async def test_a_right_message_is_taken(provider: Provider) -> None:
    assert await create(provider, GOOD) == (201, None)
    assert [record.body for record in provider.taken] == ["Hello"]


async def test_a_wrong_token_is_refused(provider: Provider) -> None:
    assert await create(provider, GOOD, "wrong") == (401, 20003)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        *(
            ({"To": number}, 21211)
            for number in ("0791234567", "+0791234567", "+41 79 123 45 67", "0041791234567", "+41", "+4179123456789012")
        ),
        *(({"From": sender}, 21212) for sender in ("TooLongAName", "123", "whatsapp:+41790000000", "Ex{ample")),
    ],
)
async def test_what_a_parameter_must_not_be_is_refused_and_nothing_is_taken(provider: Provider, changed: dict[str, str], code: int) -> None:
    assert await create(provider, GOOD | changed) == (400, code)
    assert provider.taken == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"ContentSid": "HX" + "b" * 32, "ContentVariables": "{}"}, 21655),
        ({"ContentSid": TEMPLATE, "ContentVariables": "no json"}, 21656),
        ({"ContentSid": TEMPLATE, "ContentVariables": '{"1": "Example"}'}, 21656),
        ({"ContentSid": TEMPLATE, "ContentVariables": '{"1": "two\\nlines", "3": "abc"}'}, 21656),
        ({"ContentSid": TEMPLATE, "ContentVariables": '{"1": "x", "3": "abc"}', "From": "Example"}, 63007),
    ],
)
async def test_a_template_needs_its_own_values_and_a_sender_of_its_channel(provider: Provider, form: dict[str, str], code: int) -> None:
    assert await create(provider, BY_WHATSAPP | form) == (400, code)


async def test_free_text_by_whatsapp_is_taken_and_then_fails_as_outside_the_window(provider: Provider) -> None:
    assert await create(provider, {**BY_WHATSAPP, "Body": "Hello"}) == (201, None)
    (record,) = provider.taken
    assert provider.fate(record) == (("failed", 63016),)
