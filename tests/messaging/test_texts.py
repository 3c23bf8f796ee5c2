"""The catalogues as they are shipped, and what loading one refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.markdown import to_html, to_plain
from teleconnect_bot.adapters.messaging.texts import SHIPPED, Catalogue, CatalogueError, Catalogues, placeholders

TEXTS = Catalogues.load()
ENGLISH = TEXTS.catalogue("en")
# Words that would tell a bystander what the conversation is about. Stems, one expression for each language.
MEDICAL = {
    "en": r"health|medic|doctor|patient|clinic|therap|consultation|hospital|treat|diagnos",
    "fr": r"santé|médic|médec|patient|clini|thérap|consultation|hôpital|soin|soign|diagnos",
}
NEEDS = {
    "invitation.subject": {"name"},
    "invitation.body.markdown": {"name"},
    "invitation.discreet.subject": set(),
    "invitation.discreet.body.markdown": set(),
    "invitation.planned.markdown": {"when", "minutes"},
    "invitation.now.markdown": set(),
    "invitation.link.markdown": {"link"},
    "invitation.not_for_you.markdown": set(),
    "rescheduled.subject": set(),
    "rescheduled.body.markdown": set(),
    "rescheduled.link.markdown": {"link"},
    "cancelled.subject": set(),
    "cancelled.body.markdown": set(),
    "cancelled.planned.markdown": {"when"},
    "cancelled.end.markdown": set(),
    "reminder.subject": set(),
    "reminder.body.markdown": set(),
    "reminder.early.markdown": {"when", "minutes"},
    "reminder.open.markdown": {"when"},
    "reminder.link.markdown": {"link"},
    "nobody_came.subject": set(),
    "nobody_came.body.markdown": set(),
    "nobody_came.link.markdown": {"link"},
    "transcript.title": {"code"},
    "transcript.part": {"part", "parts"},
    "transcript.start": {"when"},
    "transcript.later_start": {"when"},
    "transcript.not_started": set(),
    "transcript.empty": set(),
    "transcript.photo": set(),
    "transcript.pdf": set(),
    "transcript.file": set(),
    "transcript.voice": set(),
    "transcript.undecipherable": {"count"},
    "transcript.footer": {"when"},
    "transcript.page": {"page", "pages"},
    "terms.version": set(),
    "terms": {"name"},
}


def test_english_has_exactly_the_texts_that_the_product_uses() -> None:
    assert {key: set(placeholders(text)) for key, text in ENGLISH.texts.items()} == NEEDS


@pytest.mark.parametrize("language", TEXTS.languages())
def test_a_catalogue_has_every_text_with_the_same_placeholders(language: str) -> None:
    texts = TEXTS.catalogue(language).texts
    assert {key: placeholders(text) for key, text in texts.items()} == {key: placeholders(text) for key, text in ENGLISH.texts.items()}
    assert texts["terms.version"] == ENGLISH.texts["terms.version"]


@pytest.mark.parametrize("language", TEXTS.languages())
def test_no_text_holds_a_medical_word(language: str) -> None:
    everything = "\n".join(TEXTS.catalogue(language).texts.values())
    assert re.findall(rf"\b(?:{MEDICAL[language]})", everything, re.IGNORECASE) == []


@pytest.mark.parametrize("language", TEXTS.languages())
def test_terms_are_plain_paragraphs(language: str) -> None:
    terms = TEXTS.get("terms", language, name="Red Star")
    paragraphs = terms.split("\n\n")
    assert len(paragraphs) >= 4
    assert not [paragraph for paragraph in paragraphs if "\n" in paragraph or re.search(r"[*_`<>#\[\]]", paragraph)]


@pytest.mark.parametrize("language", TEXTS.languages())
def test_the_discreet_invitation_and_the_messages_afterwards_name_nobody(language: str) -> None:
    afterwards = ("rescheduled.", "cancelled.", "reminder.", "nobody_came.", "invitation.discreet.")
    for key in (key for key in ENGLISH.texts if key.startswith(afterwards)):
        assert "name" not in placeholders(TEXTS.catalogue(language).texts[key])


@pytest.mark.parametrize("asked", ["fr", "fr-CH", "fr_CH", "FR", "fr-Latn-CH"])
def test_a_regional_language_falls_back_to_its_parent(asked: str) -> None:
    assert TEXTS.get("transcript.voice", asked) == "(message vocal)"
    assert TEXTS.resolve(asked) == "fr"


@pytest.mark.parametrize("asked", ["xx", "", "ar"])
def test_a_language_without_a_catalogue_falls_back_to_english(asked: str) -> None:
    assert TEXTS.get("transcript.voice", asked) == "(voice message)"
    assert (TEXTS.resolve(asked), TEXTS.direction(asked)) == ("en", "ltr")


def test_a_text_that_a_catalogue_lacks_comes_in_english() -> None:
    swahili = Catalogue(language="sw", direction="ltr", review="unreviewed", texts={"transcript.photo": "(picha)"})
    texts = Catalogues({"en": ENGLISH, "sw": swahili})
    assert [texts.get(f"transcript.{kind}", "sw") for kind in ("photo", "voice")] == ["(picha)", "(voice message)"]


def test_a_key_that_english_lacks_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"no\.such\.text"):
        TEXTS.get("no.such.text", "fr")


def test_a_placeholder_without_a_value_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"'transcript\.title' needs a value for code"):
        TEXTS.get("transcript.title", "en")


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert TEXTS.get("transcript.part", "en", part="{parts}", parts="7") == "Part {parts} of 7"


def test_a_value_in_a_markdown_text_is_escaped_and_in_a_plain_text_it_is_not() -> None:
    assert TEXTS.get("invitation.subject", "en", name="*A*") == "Invitation to a conversation with *A*"
    body = to_html(TEXTS.get("invitation.body.markdown", "en", name="*A*"))
    assert "<strong>*A*</strong>" in body
    assert "*A* invites you" in to_plain(body)


def test_languages_are_named_in_themselves() -> None:
    assert [(code, TEXTS.display_name(code)) for code in TEXTS.languages()] == [("en", "English"), ("fr", "Français")]


def test_only_the_source_counts_as_reviewed_so_far() -> None:
    assert [code for code in TEXTS.languages() if TEXTS.reviewed(code)] == ["en"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("language: xx\ndirection: ltr\nreview: unreviewed\ntexts: {a: 'x {Bad} y'}", "brace"),
        ("language: xx\ndirection: ltr\nreview: unreviewed\ntexts: {a: '  '}", "empty"),
        ("language: xx\ndirection: up\nreview: unreviewed\ntexts: {}", "direction"),
        ("language: xx\ndirection: ltr\nreview: source\ntexts: {}", "source"),
        ("language: xx\ndirection: ltr\nreview: native\ntexts: {}\nother: 1", "other"),
        ("language: yy\ndirection: ltr\nreview: native\ntexts: {}", "must be the file's name"),
        ("language: [", "flow"),
        ("", "dictionary"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_its_file_and_its_fault(tmp_path: Path, content: str, complaint: str) -> None:
    (tmp_path / "en.yaml").write_bytes((SHIPPED / "en.yaml").read_bytes())
    (tmp_path / "xx.yaml").write_text(content)
    with pytest.raises(CatalogueError, match=r"^xx\.yaml: ") as caught:
        Catalogues.load(tmp_path)
    assert complaint in str(caught.value)


def test_a_folder_without_english_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="'en' is missing"):
        Catalogues.load(tmp_path)
