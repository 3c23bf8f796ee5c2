"""The catalogues as they are shipped, and what loading one refuses."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from teleconnect_bot.adapters.messaging.markdown import to_html, to_plain
from teleconnect_bot.adapters.messaging.templates import placeholders
from teleconnect_bot.adapters.messaging.texts import SHIPPED, Catalogue, CatalogueError, Catalogues
from teleconnect_bot.config.sections import Language

TEXTS = Catalogues.load()
ENGLISH = TEXTS.catalogue("en")
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
    "new_message.subject": set(),
    "new_message.body.markdown": set(),
    "invitation.sms": {"link"},
    "invitation_planned.sms": {"when", "link"},
    "rescheduled.sms": {"when", "link"},
    "rescheduled_now.sms": {"link"},
    "cancelled.sms": set(),
    "reminder.sms": {"when", "link"},
    "nobody_came.sms": {"link"},
    "new_message.sms": {"link"},
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
    "terms.named": {"name"},
    "terms.discreet": set(),
    "terms": {"hours"},
    **{key: set() for key in ENGLISH.texts if key.startswith("interpreter.")},
    "interpreter.minutes": {"minutes"},
    "interpreter.fact.markdown": {"label", "value"},
    "interpreter.request.subject": {"language"},
    "interpreter.request.body.markdown": {"name"},
    "interpreter.request.link.markdown": {"link"},
    "interpreter.again.subject": {"language"},
    "interpreter.again.body.markdown": {"name"},
    "interpreter.invited.body.markdown": {"name"},
    "interpreter.invited.link.markdown": {"link", "answer"},
    "interpreter.confirm.link.markdown": {"answer"},
    "interpreter_confirm.sms": {"when", "link"},
    "interpreter_released.sms": set(),
    "kept.title": set(),
    "kept.body.markdown": {"hours"},
}


def test_english_has_exactly_the_texts_that_the_product_uses() -> None:
    assert {key: set(placeholders(text)) for key, text in ENGLISH.texts.items()} == NEEDS


@pytest.mark.parametrize("asked", ["fr", "fr-CH", "fr_CH", "FR", "fr-Latn-CH"])
def test_a_regional_language_falls_back_to_its_parent(asked: str) -> None:
    assert TEXTS.get("transcript.voice", asked) == "(message vocal)"
    assert TEXTS.resolve(asked) == "fr"


@pytest.mark.parametrize("asked", ["xx", "", "zz-Arab"])
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
    with pytest.raises(ValueError, match=r"'transcript\.title': it needs a value for code"):
        TEXTS.get("transcript.title", "en")


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    assert TEXTS.get("transcript.part", "en", part="{parts}", parts="7") == "Part {parts} of 7"


def test_a_value_in_a_markdown_text_is_escaped_and_in_a_plain_text_it_is_not() -> None:
    assert TEXTS.get("invitation.subject", "en", name="*A*") == "Invitation to a conversation with *A*"
    body = to_html(TEXTS.get("invitation.body.markdown", "en", name="*A*"))
    assert "<strong>*A*</strong>" in body
    assert "*A* invites you" in to_plain(body)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("language: xx\ndirection: ltr\nreview: unreviewed\ntexts: {a: 'x {Bad} y'}", "brace"),
        ("language: xx\ndirection: ltr\nreview: unreviewed\ntexts: {a: '{n|one=minute}'}", "other="),
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


def test_each_language_that_a_configuration_may_name_has_a_catalogue() -> None:
    assert sorted(get_args(Language)) == TEXTS.languages()


def test_a_deployment_is_offered_what_it_names_and_told_what_nobody_has_read() -> None:
    offer = TEXTS.offer(["fr", "en", "so"], unreviewed=True)
    assert (offer.sent, offer.unreviewed, offer.withheld) == (("fr", "en", "so"), ("fr", "so"), ())


def test_what_nobody_has_read_is_withheld_where_the_deployment_does_not_allow_it() -> None:
    offer = TEXTS.offer(["fr", "en"], unreviewed=False)
    assert (offer.sent, offer.unreviewed, offer.withheld) == (("en",), (), ("fr",))


def test_a_deployment_without_any_language_is_an_error() -> None:
    with pytest.raises(CatalogueError, match="Name en as well"):
        TEXTS.offer(["fr", "so"], unreviewed=False)
