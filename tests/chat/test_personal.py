"""How the bot writes to somebody, as they choose it (PRODUCT §3 `settings`, `whoami`, `languages`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from teleconnect_bot.domain.requester import Settings
from tests.services.world import CHAT, NURSE, World

CONTACT = "amina.secret@example.org"


async def _answer(world: World, words: str, event: str = "$asked", by: str = NURSE) -> str:
    before = len(world.texts())
    await world.desk.wrote(CHAT, event, by, words, True)
    return "\n".join(world.texts()[before:])


async def test_without_a_choice_the_defaults_are_shown(world: World) -> None:
    shown = await _answer(world, "settings")
    assert "Language: English" in shown
    assert "Time zone: UTC" in shown
    assert "E-mail for notices: none" in shown


async def test_what_was_chosen_is_kept_and_one_choice_leaves_the_others(world: World) -> None:
    await _answer(world, "settings tz=kyiv email=nurse@hospital.example phone=+41791234567", "$1")
    shown = await _answer(world, "settings lang=fr", "$2")
    settings = await world.settings.of(NURSE)
    assert (settings.language, settings.zone) == ("fr", "Europe/Kyiv")
    assert settings.email is not None
    assert settings.email.value == "nurse@hospital.example"
    assert settings.phone is not None
    assert settings.phone.value == "+41791234567"
    assert "Europe/Kyiv" in shown
    assert "nurse@hospital" not in shown
    assert "1234" not in shown
    await _answer(world, "settings email=none", "$3")
    assert (await world.settings.of(NURSE)).email is None
    assert (await world.settings.of("@other:example.org")) == Settings()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("settings lang=xx", "I cannot answer in that language. There are: en, fr, es, ar."),
        ("settings tz=Mars", "I do not know this time zone."),
        ("settings email=nurse@nowhere", "is not an e-mail address"),
        ("settings phone=nobody", "What stands after phone= is no telephone number"),
        ("settings phone=+4112", "too few digits for Switzerland. Example: settings phone=+41"),
        ("settings phone=+41 97 123 45 67", "is like no number for Switzerland"),
        ("settings phone=022 734 60 01", "is a fixed line, which takes no SMS"),
        ("settings phone=079 123 45 67 nurse", "too many words"),
        ("settings tz=Europe/Kyiv email=nurse", "is not an e-mail address"),
        ("settings nurse", "too many words"),
    ],
)
async def test_a_wrong_value_is_refused_with_the_reason_and_changes_nothing(world: World, words: str, reason: str) -> None:
    assert reason in await _answer(world, words)
    assert await world.settings.of(NURSE) == Settings()


@pytest.mark.parametrize("written", ["079 123 45 67", "+41 79 123 45 67", "0041791234567", '"(079) 123-45-67"', "٠٧٩ ١٢٣ ٤٥ ٦٧"])
async def test_an_own_number_is_read_as_people_write_it(world: World, written: str) -> None:
    await _answer(world, f"settings phone={written} tz=kyiv")
    settings = await world.settings.of(NURSE)
    assert settings.phone is not None
    assert (settings.phone.value, settings.zone) == ("+41791234567", "Europe/Kyiv")


async def test_what_is_wrong_with_a_number_is_said_in_the_language_of_the_one_who_reads(world: World) -> None:
    await _answer(world, "settings lang=fr", "$1")
    assert "a trop peu de chiffres pour Suisse" in await _answer(world, "settings phone=+4112", "$2")


async def test_times_are_on_the_clock_of_the_one_who_reads(world: World) -> None:
    await _answer(world, "settings tz=Asia/Kabul", "$1")
    await world.write('invite anna@example.org at="2026-11-05 10:00"', "$invite")
    session = await world.session()
    assert session.planned_at == datetime(2026, 11, 5, 5, 30, tzinfo=UTC)
    assert "10:00 (Kabul, UTC+04:30)" in world.card()
    assert "10:00 (Kabul, UTC+04:30)" in await _answer(world, "invites", "$2")


async def test_a_reminder_waits_for_the_morning_of_the_requester_and_not_for_that_of_the_invited_person(world: World) -> None:
    await _answer(world, "settings tz=America/New_York", "$1")
    await world.write('invite anna@example.org at="2026-11-05 10:00" tz=Europe/Kyiv', "$invite")
    await world.pass_time(datetime(2026, 11, 4, 8, 1, tzinfo=UTC) - world.clock.now())
    reminded = [text for text in world.texts() if "is coming up" in text]
    assert reminded == [], "it is three o'clock in the night in New York"
    assert len(world.mailer.taken) == 2, "the invited person is reminded at ten in the morning in Kyiv"
    await world.pass_time(timedelta(hours=6))
    assert len([text for text in world.texts() if "is coming up" in text]) == 1


async def test_a_reminder_that_would_come_too_late_is_none(world: World) -> None:
    await _answer(world, "settings tz=America/New_York", "$1")
    await world.write('invite anna@example.org at="2026-11-02 10:00" tz=Europe/London', "$invite")
    await world.pass_time(timedelta(hours=8))
    assert len(world.mailer.taken) == 2
    assert not [text for text in world.texts() if "is coming up" in text]


async def test_whoami_and_languages(world: World) -> None:
    assert f"You are {NURSE}." in await _answer(world, "whoami", "$1")
    languages = await _answer(world, "languages", "$2")
    assert "English (lang=en), Français (lang=fr)" in languages
    assert "العربية (settings lang=ar)" in languages


async def test_a_line_with_a_contact_is_removed_and_leaves_none_in_the_answer(world: World) -> None:
    assert CONTACT not in await _answer(world, f"settings email={CONTACT}", "$line")
    assert (await world.sessions.by_event("$line")) is not None


async def test_whoever_lost_access_leaves_no_settings_and_no_key(world: World) -> None:
    await _answer(world, "settings lang=fr email=nurse@hospital.example", "$1")
    keys = [key for key in world.keys.ids() if key.startswith("requester-")]
    assert await world.settings.forget_others(lambda user: True) == 0
    assert [key for key in world.keys.ids() if key.startswith("requester-")] == keys
    assert await world.settings.forget_others(lambda user: False) == 1
    assert [key for key in world.keys.ids() if key.startswith("requester-")] == []
    assert await world.settings.of(NURSE) == Settings()


async def test_a_key_whose_row_was_never_committed_goes_too(world: World) -> None:
    world.keys.create("requester-" + "a" * 32)
    await world.settings.forget_others(lambda user: True)
    assert world.keys.ids() == []
