"""`doctor` about SMS and WhatsApp, asked of a double of the provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from teleconnect_bot.config import parse
from teleconnect_bot.demo.provider import Provider, serving
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_provider import phone
from tests.unit.test_config import with_changes

TEXTS = (
    "invitation",
    "invitation_planned",
    "rescheduled",
    "rescheduled_now",
    "cancelled",
    "reminder",
    "nobody_came",
    "new_message",
    "interpreter_confirm",
    "interpreter_released",
)
TEMPLATE = "HX" + "1" * 32


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serving(Provider("AC1", "right", lambda: datetime.now(UTC))) as found:
        yield found


async def diagnosed(folder: Path, twilio: dict[str, Any] | None) -> Finding:
    config = parse(with_changes(homeserver__address="http://localhost", languages=["en", "fr"], twilio=twilio), folder=folder)
    async with aiohttp.ClientSession() as http:
        return await phone(Surroundings(config, http))


def account(provider: Provider, **changes: Any) -> dict[str, Any]:
    return {"account_sid": "AC1", "auth_token": "right", "api_base": provider.address, "sms_from": "Example", **changes}


async def test_without_a_provider_email_is_the_only_channel(tmp_path: Path) -> None:
    finding = await diagnosed(tmp_path, None)
    assert finding.level is Level.OK
    assert "only channel" in finding.words


async def test_a_good_account_with_a_sender_is_good(tmp_path: Path, provider: Provider) -> None:
    assert (await diagnosed(tmp_path, account(provider))).level is Level.OK
    assert provider.taken == [], "nothing is sent"


async def test_a_wrong_token_is_said_without_showing_it(tmp_path: Path, provider: Provider) -> None:
    finding = await diagnosed(tmp_path, account(provider, auth_token="hunter2"))
    assert finding.level is Level.ERROR
    assert "twilio.auth_token" in finding.remedy
    assert "hunter2" not in f"{finding}"


async def test_a_suspended_account_and_a_provider_that_is_away_are_told_apart(tmp_path: Path, provider: Provider) -> None:
    provider.account_status = "suspended"
    assert "not active" in (await diagnosed(tmp_path, account(provider))).words
    provider.away = True
    assert "status 503" in (await diagnosed(tmp_path, account(provider))).words
    assert "cannot be reached" in (await diagnosed(tmp_path, account(provider, api_base="http://127.0.0.1:9"))).words


async def test_an_account_without_a_sender_sends_nothing(tmp_path: Path, provider: Provider) -> None:
    finding = await diagnosed(tmp_path, account(provider, sms_from=None))
    assert finding.level is Level.WARNING
    assert "twilio.sms_from" in finding.remedy


async def test_each_language_that_lacks_a_template_is_named(tmp_path: Path, provider: Provider) -> None:
    templates = {text: {"en": TEMPLATE, "fr": TEMPLATE} for text in TEXTS}
    whole = account(provider, whatsapp_from="+41790000000", templates=templates)
    assert (await diagnosed(tmp_path, whole)).level is Level.OK
    del templates["reminder"]["fr"], templates["cancelled"]
    finding = await diagnosed(tmp_path, {**whole, "templates": templates})
    assert finding.level is Level.WARNING
    assert "cancelled, reminder (fr)." in finding.words
