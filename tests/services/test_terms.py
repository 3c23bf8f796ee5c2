"""What a guest agrees to says how long things are kept, as this deployment keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from teleconnect_bot.domain.guest_link import digest_of
from tests.services.test_whole_session import invited
from tests.services.world import SECRET, World


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
