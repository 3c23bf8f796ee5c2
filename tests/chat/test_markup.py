"""Markdown once, plain text and HTML made of it; what people wrote stays text in both."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.chat.markup import escaped, text
from tests.chat.reading import ATTACKS, TURNING, read_html, visible

NASTY = st.text(st.sampled_from("aZ 1.)>#*_`[]()!\\&<;:|~+-=\"'/\n\t\u202e\u2066é字ع")) | st.text()


@pytest.mark.parametrize(
    ("source", "tags"),
    [
        ("- {} is here", ["ul", "li"]),
        ("Session K7M2: **{} waits.** `x`", ["p", "strong", "code"]),
        ("Name ({}), in fr", ["p"]),
        ("{}", ["p"]),
    ],
)
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_text_wherever_it_stands(attack: str, source: str, tags: list[str]) -> None:
    made = text(source.format(escaped(attack)))
    read = read_html(made.html)
    assert read.tags == tags
    assert visible(attack) in read.words
    assert visible(attack) in made.plain


@given(NASTY)
def test_any_text_stays_text_in_html_and_in_plain(value: str) -> None:
    made = text(f"Before **bold** {escaped(value)} after")
    read = read_html(made.html)
    assert read.tags == ["p", "strong"]
    seen = visible(value)
    assert " ".join(read.words.split()) == " ".join(f"Before bold {seen} after".split())
    assert made.plain == f"Before bold {seen} after"


@given(NASTY)
def test_no_character_that_turns_the_direction_gets_through(value: str) -> None:
    made = text(escaped(value))
    assert not set(TURNING) & set(made.plain + (made.html or ""))


@given(st.text(st.sampled_from("aé字ع\u200c\u200d\u0301😀 "), min_size=1))
def test_joiners_marks_and_emoji_that_scripts_need_are_kept(value: str) -> None:
    assert text(escaped(value)).plain == " ".join(value.split())


def test_plain_text_holds_no_mark_up_and_writes_links_out() -> None:
    made = text("**Session K7M2** – *Accept* or `close K7M2`, see [Open the room](https://matrix.to/#/%21a%3Ab)")
    assert made.plain == "Session K7M2 – Accept or close K7M2, see Open the room: https://matrix.to/#/%21a%3Ab"
    assert '<a href="https://matrix.to/#/%21a%3Ab">Open the room</a>' in (made.html or "")


def test_what_stands_in_code_is_not_read_as_mark_up() -> None:
    made = text('`invite <e-mail> [name="…"](x) \\*`')
    assert made.plain == 'invite <e-mail> [name="…"](x) \\*'
    assert unescape(read_html(made.html).words) == made.plain


def test_a_script_in_our_own_texts_would_not_survive_either() -> None:
    assert "script" not in (text("<script>alert(1)</script> [x](javascript:alert(1))").html or "")
