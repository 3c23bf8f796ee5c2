"""Who had accepted and is not needed any more is told so, plainly and once, and their link says it too (PRODUCT §5)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from teleconnect_bot.domain import commands as c
from teleconnect_bot.domain.channels import ChannelOrder
from teleconnect_bot.domain.session import Channel, State
from teleconnect_bot.services.guest_door import LinkState
from teleconnect_bot.services.interpreter_door import OfferStatus, OfferView
from teleconnect_bot.services.interpreter_links import new_offer
from tests.services.interpreters import AMINA, HORN, LINGUA, SELAM, Desk, mail_to, mails_to, seek
from tests.services.world import NURSE, World

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
Happens = Callable[[World], Awaitable[None]]


async def go_on_without(world: World) -> None:
    await world.sessions.decide((await world.session()).id, c.SendWithout(NURSE))
    await world.settle()


async def let_the_time_pass(world: World) -> None:
    await world.pass_time(timedelta(hours=25))


async def ask_horn_who_accepts(world: World) -> None:
    session = await world.session()
    async with world.units.begin() as unit:
        await unit.put_organisation(HORN)
    offers = (new_offer(world.keys, world.tokens, session, HORN),)
    await world.sessions.decide(session.id, c.AskAnother(NURSE, offers, "ti"))
    await world.settle()
    await Desk(world, HORN.email or "").accepts("Hagos", "hagos@example.org")


async def asked_to_confirm(world: World) -> str:
    """Selam had accepted, and is asked whether she can come a day later; her token."""
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    token = world.token_for(SELAM)
    await world.sessions.decide((await world.session()).id, c.Reschedule(NURSE, AT + timedelta(days=1)))
    await world.settle()
    return token


@pytest.mark.parametrize(
    ("happens", "subject", "words", "status"),
    [
        (go_on_without, "No interpreter is needed any more", "No interpreter is needed any more", OfferStatus.NOT_NEEDED),
        (let_the_time_pass, "The time to answer is over", "The time to answer is over", OfferStatus.EXPIRED),
        (ask_horn_who_accepts, "No interpreter is needed any more", "already taken", OfferStatus.TAKEN),
    ],
)
async def test_who_was_asked_to_confirm_and_is_not_needed_reads_why_in_a_mail_and_on_either_page(
    world: World, happens: Happens, subject: str, words: str, status: OfferStatus
) -> None:
    token = await asked_to_confirm(world)
    before = len(mails_to(world, SELAM))
    await happens(world)
    (mail,) = mails_to(world, SELAM)[before:]
    assert mail.subject == subject
    assert words in mail.markdown
    assert "Thank you" in mail.markdown
    assert "December 2026" in mail.markdown, "which conversation it is about"
    assert "/j#" not in mail.markdown
    assert b"METHOD:CANCEL" in mail.attachments[0].data
    for told in (mail, mail_to(world, LINGUA.email or "")):
        assert not {"Français", "French", "français", "Amina"} & set(told.markdown.replace("*", " ").split()), "nothing about the person"
    assert await world.interpreters.view(token, "en") == OfferView(status)
    opened = await world.guests.open(token, "en")
    assert opened is not None
    assert (opened.state, opened.interpreter, opened.terms_text) == (LinkState.ENDED, True, "")


async def test_who_accepted_too_late_and_is_not_waited_for_is_told_before_any_link_was_sent(world: World) -> None:
    await seek(world, LINGUA)
    token = Desk(world, LINGUA.email or "").token
    await world.pass_time(timedelta(minutes=61))
    await Desk(world, LINGUA.email or "").accepts()
    assert mails_to(world, SELAM) == []
    await go_on_without(world)
    assert [mail.subject for mail in mails_to(world, SELAM)] == ["No interpreter is needed any more"]
    assert len(mails_to(world, AMINA)) == 1
    assert await world.interpreters.view(token, "en") == OfferView(OfferStatus.NOT_NEEDED)


async def test_who_accepted_too_late_hears_that_it_was_cancelled(world: World) -> None:
    await seek(world, LINGUA)
    await world.pass_time(timedelta(minutes=61))
    await Desk(world, LINGUA.email or "").accepts()
    await world.sessions.decide((await world.session()).id, c.Cancel(NURSE))
    await world.settle()
    assert [mail.subject for mail in mails_to(world, SELAM)] == ["No interpreter is needed any more"]
    assert mails_to(world, AMINA) == []


async def test_who_is_reached_by_sms_is_told_in_one(world: World) -> None:
    await world.stop()
    world.channels = frozenset({Channel.EMAIL, Channel.SMS})
    world.policy = replace(world.policy, channels=ChannelOrder((Channel.EMAIL, Channel.SMS)))
    world.start()
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts(contact="079 123 45 67")
    await world.sessions.decide((await world.session()).id, c.Reschedule(NURSE, AT + timedelta(days=1)))
    await world.settle()
    await go_on_without(world)
    assert world.provider.taken[-1].text == "Example Organisation: No interpreter is needed any more. Thank you."


async def test_a_withdrawal_is_not_answered_by_a_mail_that_says_that_nobody_is_needed(world: World) -> None:
    await seek(world, LINGUA, at=AT)
    await Desk(world, LINGUA.email or "").accepts()
    token, before = world.token_for(SELAM), len(mails_to(world, SELAM))
    await Desk(world, LINGUA.email or "").withdraws("ill")
    assert len(mails_to(world, SELAM)) == before
    assert await world.interpreters.view(token, "en") == OfferView(OfferStatus.WITHDRAWN)


async def test_nothing_is_shown_once_everything_is_deleted_nor_of_anybody_elses_dead_link(world: World) -> None:
    token = await asked_to_confirm(world)
    amina = world.token_for(AMINA)
    await go_on_without(world)
    await world.guests.not_me(amina)
    assert await world.guests.open(amina, "en") is None
    await world.sessions.decide((await world.session()).id, c.Cancel(NURSE))
    assert (await world.session()).state is State.CANCELLED
    assert await world.guests.open(token, "en") is not None
    await world.pass_time(timedelta(days=2))
    assert await world.guests.open(token, "en") is None
    assert mail_to(world, SELAM).subject == "No interpreter is needed any more", "and the end is not told to her again"
