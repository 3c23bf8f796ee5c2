"""What a guest agrees to says how long things are kept, as this deployment keeps them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.guests import Terms
from tests.services.test_whole_session import invited
from tests.services.world import SECRET, World

CATALOGUES = Catalogues.load()


@pytest.mark.parametrize(
    ("after_close", "language", "words"),
    [
        (timedelta(hours=24), "en", "deleted 24 hours after"),
        (timedelta(hours=1), "en", "deleted 1 hour after"),
        (timedelta(seconds=5), "en", "deleted 1 hour after"),
        (timedelta(minutes=90), "fr", "supprimé 2 heures après"),
        (timedelta(days=3), "ar", "بعد 72 ساعة من"),
        (timedelta(hours=12), "fa", "۱۲ ساعت"),
        (timedelta(hours=12), "ru", "через 12 часов"),
    ],
)
async def test_the_terms_name_the_time_after_which_everything_is_deleted(
    after_close: timedelta, language: str, words: str, world: World
) -> None:
    world.policy = replace(world.policy, after_close=after_close)
    await world.stop()
    world.start()
    await invited(world)
    opened = await world.guests.open(world.token_for("anna@example.net"), language)
    assert opened
    assert words in opened.terms_text


async def test_who_enters_has_agreed_to_this_version_in_this_language_at_this_time(world: World) -> None:
    await invited(world)
    await world.pass_time(timedelta(minutes=7))
    await world.guests.enter(world.token_for("anna@example.net"), digest_of(SECRET), "Anna", "ar", "1")
    (seat,) = (await world.session()).seats
    assert (seat.terms, seat.language, seat.consent_at) == ("1", "ar", world.clock.now())


@pytest.mark.parametrize("language", CATALOGUES.languages())
async def test_the_terms_of_a_discreet_session_are_whole_sentences_without_a_name(language: str, world: World) -> None:
    await world.write("invite anna@example.net discreet=yes", "$invite")
    opened = await world.guests.open(world.token(), language)
    assert opened
    assert (opened.name, "Example Organisation" in opened.terms_text) == ("", False)
    assert re.findall(r"\s[.,،۔።၊։]|\u2068\u2069|  |\{", opened.terms_text) == [], "no gap where a name would stand"
    paragraphs = opened.terms_text.split("\n\n")
    assert len(paragraphs) == 5
    assert paragraphs[0] == CATALOGUES.get("terms.discreet", language)


async def test_who_enters_by_a_discreet_link_reads_no_name_there_either(world: World) -> None:
    await world.write("invite anna@example.net discreet=yes", "$invite")
    view = await world.guests.enter(world.token(), digest_of(SECRET), "Anna", "en", "1")
    assert view.public_name == ""


async def test_a_deployments_own_terms_are_not_those_of_a_discreet_session(world: World) -> None:
    world.guests.terms = Terms(texts={"en": "Example Organisation asks you."}, discreet_texts={"fr": "Nous vous demandons."})
    await invited(world)
    named = await world.guests.open(world.token_for("anna@example.net"), "en")
    assert named
    assert named.terms_text == "Example Organisation asks you."
    await world.write("invite bea@example.net discreet=yes", "$again")
    token = world.token_for("bea@example.net")
    english, french = await world.guests.open(token, "en"), await world.guests.open(token, "fr")
    assert english
    assert french
    assert english.terms_text.startswith("This is a confidential conversation with the organisation that invited you.")
    assert french.terms_text == "Nous vous demandons."
