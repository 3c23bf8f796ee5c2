"""What a requester wrote, taken apart (PRODUCT §3: "Quotes as in a shell")."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.chat.parser import Line, NotUnderstood, nearest, parse, split

QUOTED = [
    '"Anna Smith"',
    "'Anna Smith'",
    "“Anna Smith”",
    "”Anna Smith”",
    "„Anna Smith“",
    "„Anna Smith”",
    "«Anna Smith»",
    "»Anna Smith«",
    '“Anna Smith"',
]


@pytest.mark.parametrize("quoted", QUOTED)
def test_every_kind_of_quotation_keeps_a_name_together(quoted: str) -> None:
    assert parse(f"invite anna@example.org name={quoted} lang=fr") == Line(
        "invite", ("anna@example.org",), {"name": "Anna Smith", "lang": "fr"}
    )


def test_an_apostrophe_in_a_word_is_no_quotation() -> None:
    assert split("o'brien@example.org don't name=\"O'Brien\"") == ["o'brien@example.org", "don't", "name=O'Brien"]


def test_a_quotation_may_hold_the_other_quotes_and_be_empty() -> None:
    assert split("""name="Anna 'Nan' Smith" note='say "hello"' empty="" """) == ["name=Anna 'Nan' Smith", 'note=say "hello"', "empty="]


@pytest.mark.parametrize(("text", "word", "closing"), [('invite "Anna', 2, '"'), ("a b name=“Anna Smith", 3, "”"), ("'", 1, "'")])
def test_an_unclosed_quotation_is_named_by_its_place_and_not_by_its_words(text: str, word: int, closing: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        split(text)
    assert f"word {word} " in str(refused.value)
    assert f"Put {closing} at its end" in str(refused.value)
    assert "Anna" not in str(refused.value)


def test_names_of_commands_and_options_are_read_in_any_case() -> None:
    assert parse("INVITE anna@example.org Lang=FR") == Line("invite", ("anna@example.org",), {"lang": "FR"})


def test_an_option_written_twice_is_refused_by_its_place() -> None:
    with pytest.raises(NotUnderstood, match="Word 4 repeats an option"):
        parse("invite anna@example.org lang=fr LANG=de")


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\u2003"])
def test_nothing_is_no_command(nothing: str) -> None:
    with pytest.raises(NotUnderstood, match="There is no command"):
        parse(nothing)


def test_a_line_shows_no_words_in_logs() -> None:
    assert "anna" not in repr(parse("invite anna@example.org name=anna"))


@given(st.text())
def test_no_text_crashes_the_parser(text: str) -> None:
    try:
        line = parse(text)
    except NotUnderstood:
        return
    assert line.name == line.name.lower()


@given(st.text(alphabet=st.sampled_from("ab='\"“”„«»@ \n\\")))
def test_no_mixture_of_quotes_crashes_the_parser(text: str) -> None:
    test_no_text_crashes_the_parser.hypothesis.inner_test(text)  # type: ignore[attr-defined]


@given(st.lists(st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"])), min_size=1))
def test_what_is_put_in_quotes_comes_back_as_it_was(words: list[str]) -> None:
    assert split(" ".join(f'"{word}"' for word in words)) == words


@given(st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True), st.text(st.characters(exclude_characters='"'))))
def test_options_come_back_as_they_were(options: dict[str, str]) -> None:
    line = parse(" ".join(["invite", *(f'{name}="{value}"' for name, value in options.items())]))
    assert line.options == options
    assert line.words == ()


def test_the_nearest_word_is_found_and_a_far_one_is_not() -> None:
    assert nearest("invit", ["invite", "invites", "help"]) in ("invite", "invites")
    assert nearest("xyzzy", ["invite", "help"]) is None


@pytest.mark.parametrize(
    ("written", "option", "value", "words"),
    [
        ("resend K7M2 to=+41 79 123 45 67", "to", "+41 79 123 45 67", ("K7M2",)),
        ("resend to=079 123 45 67 K7M2", "to", "079 123 45 67", ("K7M2",)),
        ("resend to=+41791234567 2345", "to", "+41791234567", ("2345",)),
        ("resend to=(079) 123-45-67", "to", "(079) 123-45-67", ()),
        ("settings phone=079 123 45 67 lang=fr", "phone", "079 123 45 67", ()),
        ("settings tz=1 2", "tz", "1", ("2",)),
        ("resend to=anna@example.org 2345", "to", "anna@example.org", ("2345",)),
    ],
)
def test_a_number_needs_no_quotes_after_an_option(written: str, option: str, value: str, words: tuple[str, ...]) -> None:
    line = parse(written)
    assert (line.options[option], line.words) == (value, words)


def test_a_language_may_follow_a_number_with_blanks() -> None:
    line = parse("invite anna@example.org guest=079 123 45 67/fr guest=bea@example.org note=1 colleague=+44 7700 900123")
    assert line.each("guest") == ("079 123 45 67/fr", "bea@example.org")
    assert line.each("colleague") == ("+44 7700 900123",)
    assert line.words == ("anna@example.org",)
