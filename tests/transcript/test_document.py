"""What a document holds before it is set: parts, words, escaping, direction."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.adapters import pdf_document
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf_document import MESSAGES_PER_DOCUMENT, documents_of, to_html
from teleconnect_bot.adapters.plain_text import direction_of, one_line, printable
from teleconnect_bot.domain.transcript import FileKind, Line, Quote, Transcript

TEXTS = Catalogues.load()
START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def transcript(*lines: Line, language: str = "en", starts: tuple[datetime, ...] = (START,), undecipherable: int = 0) -> Transcript:
    return Transcript("K7M2", starts, "Europe/Kyiv", language, lines, undecipherable, START + timedelta(hours=26))


def says(text: str, speaker: str = "Service user") -> Line:
    return Line(START, speaker, text)


def html_of(*lines: Line) -> str:
    (document,) = documents_of(transcript(*lines), TEXTS)
    return to_html(document)


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))


markup = st.one_of(st.text(max_size=60), st.text(alphabet="<>&\"'/=! abimg;:#x3\n", max_size=60))


@given(text=markup, speaker=markup)
def test_no_text_and_no_speaker_adds_an_element_or_an_attribute(text: str, speaker: str) -> None:
    plain = Elements(html_of(says("x", "y")))
    hostile = Elements(html_of(says(text, speaker)))
    assert set(hostile.tags) <= {*plain.tags, ("p", (("class", "said rtl"),))}


@given(st.text(alphabet=st.characters(), max_size=80))
def test_every_text_becomes_html_that_can_be_encoded(text: str) -> None:
    html_of(says(text, text)).encode()


def test_lone_surrogates_become_a_replacement_sign() -> None:
    assert "a\ufffdb" in html_of(says("a\ud800b"))


def test_bidi_and_control_characters_do_not_reach_the_page_but_joiners_do() -> None:
    html = html_of(says("a\u202eb\u2067c\u0000d\u0007e می\u200cخواهم"), says("x", "\u202eevil"))
    assert "abcde می\u200cخواهم" in html
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", html)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello", "ltr"),
        ("مرحبا", "rtl"),
        ("123 مرحبا hello", "rtl"),
        ("« Hello مرحبا", "ltr"),
        ("שלום", "rtl"),
        ("12:30 👋", "ltr"),
        ("", "ltr"),
    ],
)
def test_the_first_strong_character_sets_the_direction(text: str, expected: str) -> None:
    assert direction_of(text, "ltr") == expected


def test_each_line_of_a_message_has_its_own_direction() -> None:
    html = html_of(says("hello\nمرحبا\r\n\nend"))
    assert re.findall(r'<p class="said (\w+)">(.*?)</p>', html) == [("ltr", "hello"), ("rtl", "مرحبا"), ("ltr", "end")]


def test_a_file_is_one_line_in_the_requesters_language() -> None:
    lines = [Line(START, "a", "", kind) for kind in FileKind]
    (document,) = documents_of(transcript(*lines, language="fr"), TEXTS)
    assert re.findall(r'<p class="file">(.*?)</p>', to_html(document)) == ["(photo)", "(PDF)", "(fichier)", "(message vocal)"]


def test_a_quote_stands_above_the_reply_in_its_own_direction_and_adds_no_markup() -> None:
    quotes = [Quote("<b>Eve", "<i>x\u202e"), Quote("Service user", "مرحبا"), Quote("Service user", "", FileKind.PHOTO)]
    html = html_of(*(Line(START, "Staff", "I see", quote=quote) for quote in quotes))
    found = re.findall(r'<blockquote class="(\w+)"><span class="speaker">(.*?)</span> (.*?)</blockquote><p class="said', html)
    assert found == [("ltr", "&lt;b&gt;Eve", "&lt;i&gt;x"), ("rtl", "Service user", "مرحبا"), ("ltr", "Service user", "(photo)")]


def test_the_head_names_each_start_and_what_is_missing() -> None:
    later = START + timedelta(hours=3)
    (document,) = documents_of(transcript(says("x"), starts=(START, later), undecipherable=4), TEXTS)
    assert document.title == "Transcript of session K7M2"
    assert document.head == (
        "Start: Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)",
        "Started again: Tuesday, 1 December 2026, 17:00 (Kyiv, UTC+02:00)",
        "Messages that could not be decrypted and are missing here: 4",
    )


def test_a_session_that_never_started_and_has_no_text_says_both() -> None:
    (document,) = documents_of(transcript(starts=()), TEXTS)
    assert document.head == ("The session was not started.",)
    assert "Nothing was written." in to_html(document)


def test_days_are_headings_in_the_zone_of_the_transcript() -> None:
    lines = [Line(START + timedelta(hours=hours), "a", "x") for hours in (0, 9, 11, 12)]
    assert re.findall("<h2>(.*?)</h2>", html_of(*lines)) == ["Tuesday, 1 December 2026", "Wednesday, 2 December 2026"]


def test_language_and_direction_stand_at_the_root() -> None:
    (document,) = documents_of(transcript(says("x"), language="fr"), TEXTS)
    assert to_html(document).startswith('<!DOCTYPE html><html lang="fr" dir="ltr">')


@pytest.mark.parametrize(("messages", "sizes"), [(1, [1]), (2000, [2000]), (2001, [2000, 1]), (4500, [2000, 2000, 500])])
def test_above_2000_messages_there_are_several_numbered_documents_each_with_its_head(messages: int, sizes: list[int]) -> None:
    assert MESSAGES_PER_DOCUMENT == 2000
    documents = documents_of(transcript(*(says(str(number)) for number in range(messages))), TEXTS)
    assert [len(document.lines) for document in documents] == sizes
    assert [line.text for document in documents for line in document.lines] == [str(number) for number in range(messages)]
    assert len({document.head for document in documents}) == 1
    numbers = [document.title.partition(" · ")[2] for document in documents]
    assert numbers == ([""] if len(sizes) == 1 else [f"Part {part} of {len(sizes)}" for part in range(1, len(sizes) + 1)])


def test_messages_that_are_dear_to_set_part_a_document_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_document, "WORK_PER_DOCUMENT", 1000)
    documents = documents_of(transcript(says("😀" * 9), says("a"), says("b" * 900), says("\n" * 20)), TEXTS)
    assert [len(document.lines) for document in documents] == [1, 2, 1]


@given(st.text(alphabet="ab\u0301\u200d👩 ", max_size=400), st.integers(1, 30))
def test_endless_words_are_cut_without_losing_a_character(text: str, times: int) -> None:
    whole = text * times
    pieces = list(pdf_document._without_endless_words(whole))
    assert "".join(pieces) == whole
    assert max(len(word) for piece in pieces for word in piece.split(" ")) <= 2 * pdf_document.LONGEST_RUN


@given(st.text(alphabet=st.characters(), max_size=60))
def test_one_line_is_one_line_and_settles(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    assert printable(line) == line
