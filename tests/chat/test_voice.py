"""The bot speaks the language of whoever reads it, in every sentence (PRODUCT §3 `settings lang=`)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from teleconnect_bot.chat import language_names, voice
from teleconnect_bot.chat.cards import Cards
from teleconnect_bot.chat.commands import help_text
from teleconnect_bot.chat.parser import NotUnderstood
from teleconnect_bot.chat.voice import in_words, say, speaking_to
from teleconnect_bot.domain.effects import Notice
from teleconnect_bot.domain.requester import Settings
from teleconnect_bot.domain.session import State
from tests.fakes_domain import IN_STATE, NOW, minutes
from tests.staff_sentences import LANGUAGES, PROSE, bypassing, sentences, translations

PLACEHOLDER = re.compile(r"\{(\w*)\}")
CODE = re.compile(r"`[^`]*`")
MIRROR = Settings(language="mirror")


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language in which every sentence consists of its placeholders alone: what can still be read was not said by `say`."""
    silent = {sentence: "⟦" + " ".join(f"{{{name}}}" for name in PLACEHOLDER.findall(sentence)) + "⟧." for sentence in sentences()}
    monkeypatch.setattr(voice, "sentences", lambda language: silent if language == "mirror" else {})
    monkeypatch.setattr(language_names, "name_in", lambda code, language: "0")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_and_commands_of_its_sentence(language: str) -> None:
    wrong = [
        sentence
        for sentence, translated in translations(language).items()
        if translated
        and (set(PLACEHOLDER.findall(sentence)), set(CODE.findall(sentence)))
        != (set(PLACEHOLDER.findall(translated)), set(CODE.findall(translated)))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_that_is_not_said(language: str) -> None:
    known = translations(language)
    assert sorted(sentence for sentence in sentences() if not known.get(sentence)) == [], "translate these in chat/texts"
    assert sorted(known.keys() - sentences()) == [], "python -m tests.staff_sentences takes these out"


def test_no_words_in_the_source_bypass_the_voice() -> None:
    assert bypassing() == []


@pytest.mark.usefixtures("mirror")
@pytest.mark.parametrize("state", State)
def test_card_and_notices_of_each_state_are_in_the_readers_language_to_the_last_word(state: State) -> None:
    cards = Cards(lambda moment, zone, language: "0")
    session = IN_STATE[state]()
    session = replace(session, offers=tuple(replace(offer, reason="") for offer in session.offers))  # which people write
    said = [cards.card(session, NOW, MIRROR), cards.deleted(session, MIRROR)]
    said += [cards.notice(session, notice, NOW + minutes(3), MIRROR) for notice in Notice]
    assert [text.plain for text in said if PROSE.search(text.plain)] == []


@pytest.mark.usefixtures("mirror")
def test_help_is_in_the_readers_language_but_for_what_is_to_be_written() -> None:
    with speaking_to(MIRROR):
        assert PROSE.search(CODE.sub("", help_text(None))) is None


def test_a_sentence_without_a_translation_is_said_in_english() -> None:
    with speaking_to(Settings(language="fr")):
        assert say("Nobody has translated {this}.", this="K7M2") == "Nobody has translated K7M2."
        assert str(NotUnderstood("Nor {that}.", that="that")) == "Nor that."


def test_a_mistake_is_explained_in_the_language_of_the_one_who_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "sentences", lambda language: {"Word {number}.": "Mot {number}."} if language == "fr" else {})
    mistake = NotUnderstood("Word {number}.", number=2)
    assert str(mistake) == "Word 2."
    with speaking_to(Settings(language="fr")):
        assert str(mistake) == "Mot 2."
        assert in_words("Word {number}.") == "Mot {number}."


def test_braces_that_somebody_wrote_are_no_placeholders() -> None:
    assert say("{who}", who="{code}") == "{code}"
    assert str(NotUnderstood("A {brace} without a value.")) == "A {brace} without a value."
