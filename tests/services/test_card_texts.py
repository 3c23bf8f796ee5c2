"""The card shows the exact text that people receive, until somebody has come with it (PRODUCT §3, §6)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.moments import format_moment
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.chat.message_texts import ROOM_FOR_TEXTS
from teleconnect_bot.domain.channels import Channel
from teleconnect_bot.services.ports import Preview
from tests import fakes_domain as made
from tests.services.world import NURSE, World

NOT_REVIEWED = "No native speaker has reviewed the texts in this language yet."
OF_AN_EVENT = 65_536


@pytest.fixture
async def telephone(tmp_path: Path) -> AsyncIterator[World]:
    """A deployment that can send by telephone too."""
    world = World(tmp_path)
    world.reach_by(Channel.SMS, Channel.WHATSAPP, Channel.EMAIL)
    await world.create()
    yield world
    await world.stop()


def words_of(markdown: str) -> list[str]:
    """The words that are read, without their mark-up and the links' addresses."""
    return [part for line in markdown.replace("**", "").splitlines() for part in [line.replace("[", "").partition("](")[0]] if part]


async def test_a_complete_line_sends_at_once_and_the_card_shows_the_exact_text_without_the_token(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    (mail,) = world.mailer.taken
    card = world.card()
    assert "By e-mail, in French:" in card
    assert mail.subject in card
    for words in words_of(mail.markdown.replace(world.token(), "…")):
        assert words in card
    assert "https://meet.example.org/j#…" in card
    assert world.token() not in "".join(world.texts())


async def test_by_sms_it_says_how_many_segments_it_takes(telephone: World) -> None:
    await telephone.write("invite +41791234567 lang=fr", "$invite")
    ((_, record),) = telephone.provider.records.items()
    sms, card = record.message, telephone.card()
    token = sms.text.partition("/j#")[2][:22]
    assert "By SMS (1 segment), in French:" in card
    assert sms.text.replace(token, "…") in card
    assert token not in "".join(telephone.texts())
    assert "41791234567" not in card


async def test_what_several_people_receive_stands_there_once_for_each_language(world: World) -> None:
    await world.write("invite anna@example.net lang=fr guest=bea@example.net guest=carla@example.net/en", "$invite")
    assert world.card().count("By e-mail, in French:") == 1
    assert world.card().count("By e-mail, in English:") == 1


async def test_a_new_time_shows_the_text_that_tells_of_it(world: World) -> None:
    await world.write('invite anna@example.net lang=en at="2027-03-01 14:00"', "$invite")
    before = world.card()
    await world.write('reschedule at="2027-03-02 15:00"', "$later")
    assert world.mailer.taken[-1].subject in world.card()
    assert world.mailer.taken[-1].subject not in before
    assert world.mailer.taken[0].subject not in world.card()


async def test_the_text_goes_from_the_card_when_somebody_has_come_with_it(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    await world.enter()
    await world.arrive()
    assert "meet.example.org" not in world.card()
    await world.join_as_staff()
    await world.write("close", "$close")
    assert "meet.example.org" not in world.card()


async def test_nothing_of_the_text_is_left_after_the_deletion(world: World) -> None:
    await world.write("invite anna@example.net lang=fr", "$invite")
    subject = world.mailer.taken[0].subject
    assert any(subject in words for words in world.texts())
    await world.write("cancel", "$cancel")
    await world.pass_time(timedelta(hours=25))
    assert await world.sessions.sessions_of(NURSE) == []
    assert not any(subject in words for words in world.texts())


async def test_the_team_reads_no_text(world: World) -> None:
    await world.into_room(NURSE)
    await world.write("invite anna@example.net lang=fr team=night", "$invite")
    (card,) = world.texts("!night:example.org")
    assert "meet.example.org" not in card


@pytest.mark.parametrize(("language", "said"), [("fr", True), ("en", False)])
async def test_card_and_summary_say_when_nobody_has_reviewed_the_language(world: World, language: str, said: bool) -> None:
    await world.write(f"invite anna@example.net lang={language} check", "$check")
    assert (NOT_REVIEWED in world.texts()[-1]) is said
    await world.write("send", "$send")
    assert (NOT_REVIEWED in world.card()) is said


@pytest.mark.parametrize("line", ["invite anna@example.net lang=ps", "invite anna@example.net guest=bea@example.net/ps"])
async def test_a_language_that_is_withheld_is_refused_with_the_reason(world: World, line: str) -> None:
    await world.stop()
    world.withheld = ("ps",)
    world.start()
    await world.write(line, "$invite")
    answer = world.texts()[-1]
    assert "no native speaker has reviewed its texts" in answer
    assert "There are: en, fr." in answer
    assert world.mailer.taken == []


async def test_the_dialogue_refuses_a_withheld_language_by_its_name_and_goes_on(world: World) -> None:
    await world.stop()
    world.withheld = ("ps",)
    world.start()
    for number, words in enumerate(("invite", "remote", "anna@example.net", "skip", "Pashto")):
        await world.write(words, f"$said{number}")
    assert "no native speaker has reviewed its texts" in world.texts()[-1]
    await world.write("French", "$french")
    assert "When?" in world.texts()[-1]


async def test_languages_are_called_in_the_language_of_the_one_who_reads(world: World) -> None:
    await world.write("settings lang=fr", "$settings")
    await world.write("invite anna@example.net lang=fr guest=bea@example.net/en", "$invite")
    card = world.card()
    assert "Par e-mail, en français :" in card
    assert "Par e-mail, en anglais :" in card
    assert "a…@example.net, en français" in card
    assert "Aucune personne de langue maternelle" in card


def test_a_card_with_texts_in_every_language_still_fits_into_an_event() -> None:
    texts = Catalogues.load()
    values = {"link": f"https://telehealth.an-organisation.example.org/j#{'A' * 22}", "name": "An Organisation With A Long Name"}
    parts = ("invitation.body.markdown", "invitation.now.markdown", "invitation.link.markdown", "invitation.not_for_you.markdown")
    previews = [
        Preview(
            Channel.EMAIL, code, texts.get("invitation.subject", code, **values), "\n\n".join(texts.get(p, code, **values) for p in parts)
        )
        for code in texts.languages()
    ]
    for first in previews:
        card = Cards(format_moment).card(made.invited(), made.NOW, sent=[first, *previews])
        assert json.dumps(card.plain).count("An Organisation With A Long Name") >= 1, "the first text always has room"
        assert "There is no room to show the texts in" in card.plain
        edit = json.dumps([[card.plain, card.html]] * 2)
        assert len(edit) * 4 / 3 < OF_AN_EVENT * 0.8
    assert ROOM_FOR_TEXTS < OF_AN_EVENT
