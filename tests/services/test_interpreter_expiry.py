"""The time to answer ends once, whatever the clock does and whenever the bot is started (PRODUCT §2 V5, §5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from teleconnect_bot.domain.organisations import OfferState
from teleconnect_bot.domain.people import Contact
from teleconnect_bot.domain.session import State
from teleconnect_bot.services.interpreter_door import OfferStatus
from teleconnect_bot.services.requester_settings import with_contact
from tests.services.interpreters import AMINA, HORN, LINGUA, SELAM, Desk, mails_to, seek
from tests.services.world import NURSE, World

NURSES_MAIL = "nurse@example.org"
HOUR = timedelta(hours=1)


@pytest.fixture
async def token(world: World) -> str:
    """Lingua was asked; what stands in its link."""
    return await asked(world)


async def asked(world: World, at: datetime | None = None) -> str:
    await world.settings.change(NURSE, lambda chosen: with_contact(chosen, "email", Contact.email(NURSES_MAIL)))
    await seek(world, LINGUA, HORN, at=at)
    return Desk(world, LINGUA.email or "").token


async def over_once(world: World, token: str) -> None:
    """The requester and both organisations were told once, nobody else at all, and nobody can accept any more."""
    assert (await world.session()).state is State.UNAVAILABLE
    assert {offer.state for offer in (await world.session()).offers} == {OfferState.EXPIRED}
    assert len([words for words in world.mentions() if "no interpreter is available" in words]) == 1
    assert len(mails_to(world, NURSES_MAIL)) == 1
    for organisation in (LINGUA, HORN):
        told = [mail.message_id.rpartition(".")[2] for mail in mails_to(world, organisation.email or "")]
        assert told == ["asked", "expired"]
    assert mails_to(world, AMINA) == []
    late = await world.interpreters.accept(token, 1, "Selam", SELAM, "en", "1")
    assert late is not None
    assert late.status is OfferStatus.EXPIRED


async def test_it_ends_after_a_day_and_not_before(world: World, token: str) -> None:
    await world.pass_time(24 * HOUR - timedelta(seconds=1))
    assert (await world.session()).state is State.HELD
    await world.pass_time(timedelta(seconds=1))
    await over_once(world, token)


async def test_it_never_ends_later_than_the_session_begins(world: World) -> None:
    token = await asked(world, at=world.clock.moment + 3 * HOUR)
    await world.pass_time(3 * HOUR - timedelta(seconds=1))
    assert (await world.session()).state is State.HELD
    await world.pass_time(timedelta(seconds=1))
    await over_once(world, token)


async def test_a_bot_that_was_down_for_days_ends_it_when_it_starts(world: World, token: str) -> None:
    await world.stop()
    world.clock.advance(72 * HOUR)
    world.start()
    await world.settle()
    await over_once(world, token)
    await world.stop()
    world.start()
    await world.settle()
    await over_once(world, token)


async def test_a_clock_that_is_set_forward_and_back_ends_it_once_and_revives_nothing(world: World, token: str) -> None:
    world.clock.advance(30 * HOUR)
    await world.settle()
    await over_once(world, token)
    world.clock.advance(-30 * HOUR)
    await world.settle()
    await over_once(world, token)
    await world.pass_time(26 * HOUR)
    await over_once(world, token)


async def test_a_clock_that_is_set_back_ends_it_later_and_loses_nothing(world: World, token: str) -> None:
    await world.pass_time(20 * HOUR)
    world.clock.advance(-10 * HOUR)
    await world.settle()
    await world.stop()
    world.start()
    await world.pass_time(13 * HOUR)
    assert (await world.session()).state is State.HELD
    assert (await Desk(world, LINGUA.email or "").sees()).status is OfferStatus.ASKED
    await world.pass_time(HOUR)
    await over_once(world, token)


async def test_an_answer_in_the_instant_in_which_the_time_ends_counts_if_nobody_was_told_that_it_is_over(world: World, token: str) -> None:
    world.clock.advance(24 * HOUR)
    assert (await Desk(world, LINGUA.email or "").accepts()).status is OfferStatus.ACCEPTED
    await world.pass_time(HOUR)
    session = await world.session()
    assert session.state is State.HELD, "so late that the requester says when the others are written to"
    assert session.interpreter_ready
    assert mails_to(world, NURSES_MAIL) == []
