"""What of a room's events goes into the transcript (PRODUCT §8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from teleconnect_bot.domain.transcript import FileKind, Line, Quote, WrittenEvent, is_command, lines_of

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
STAFF, VISITOR, STRANGER = "@keller:hs.test", "@tcv-x:hs.test", "@tcv-gone:hs.test"
SPEAKERS = {STAFF: "Dr Keller", VISITOR: "Service user"}


def written(sender: str, text: str | None, file: FileKind | None = None, minutes: int = 0) -> WrittenEvent:
    return WrittenEvent(f"$e{minutes}", sender, AT + timedelta(minutes=minutes), text, file)


def test_lines_keep_order_time_speaker_and_text() -> None:
    events = [written(STAFF, "Hello", minutes=1), written(VISITOR, "مرحبا", minutes=2)]
    lines, undecipherable = lines_of(events, SPEAKERS, frozenset({STAFF}))
    assert undecipherable == 0
    assert lines == (
        Line(AT + timedelta(minutes=1), "Dr Keller", "Hello"),
        Line(AT + timedelta(minutes=2), "Service user", "مرحبا"),
    )


def test_a_file_is_its_kind_without_its_name() -> None:
    lines, _ = lines_of([written(VISITOR, "passport-of-amina.pdf", FileKind.PDF)], SPEAKERS, frozenset())
    assert lines == (Line(AT, "Service user", "", FileKind.PDF),)


def test_messages_that_cannot_be_decrypted_are_counted_and_left_out() -> None:
    lines, undecipherable = lines_of([written(VISITOR, None), written(VISITOR, "a"), written(STAFF, None)], SPEAKERS, frozenset())
    assert (len(lines), undecipherable) == (1, 2)


def test_a_command_of_staff_is_left_out_and_the_same_words_of_a_visitor_stay() -> None:
    events = [written(STAFF, "!tc end"), written(VISITOR, "!tc end"), written(STAFF, "tell me about !tc")]
    lines, _ = lines_of(events, SPEAKERS, frozenset({STAFF}))
    assert [(line.speaker, line.text) for line in lines] == [("Service user", "!tc end"), ("Dr Keller", "tell me about !tc")]


def reply(to: str, text: str, minutes: int) -> WrittenEvent:
    return replace(written(STAFF, text, minutes=minutes), answers=to)


def test_a_reply_quotes_the_beginning_of_what_it_answers() -> None:
    long = "I came by bus because the train did not run, and then I had to wait in the rain for an hour and a half"
    events = [
        written(VISITOR, long, minutes=1),
        written(VISITOR, "first line\nsecond line", minutes=2),
        written(VISITOR, None, FileKind.PHOTO, minutes=3),
        written(VISITOR, "word" * 40, minutes=4),
    ]
    replies = [reply(f"$e{number}", "I see", 10 + number) for number in (1, 2, 3, 4)]
    lines, _ = lines_of([*events, *replies], SPEAKERS, frozenset({STAFF}))
    assert [line.quote for line in lines[:4]] == [None] * 4
    bus, two, photo, endless = (line.quote for line in lines[4:])
    assert bus == Quote("Service user", "I came by bus because the train did not run, and then I had to wait in the rain …")
    assert two == Quote("Service user", "first line …")
    assert photo == Quote("Service user", "", FileKind.PHOTO)
    assert endless is not None
    assert endless.text == "word" * 20 + " …"


def test_what_is_not_in_the_transcript_is_quoted_nowhere() -> None:
    """A redacted message, a command, one that could not be read, one of another room."""
    events = [written(STAFF, "!tc end", minutes=1), written(VISITOR, None, minutes=2)]
    replies = [reply(name, "I see", 10 + number) for number, name in enumerate(("$e1", "$e2", "$redacted", ""))]
    lines, _ = lines_of([*events, *replies], SPEAKERS, frozenset({STAFF}))
    assert [(line.text, line.quote) for line in lines] == [("I see", None)] * 4


def test_somebody_who_is_not_known_is_shown_by_localpart() -> None:
    lines, _ = lines_of([written(STRANGER, "hello")], SPEAKERS, frozenset())
    assert lines[0].speaker == "tcv-gone"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("!tc", True),
        ("!TC end", True),
        ("  !tc\nend", True),
        ("!tcend", False),
        ("!", False),
        ("", False),
        ("   ", False),
        ("a !tc", False),
    ],
)
def test_a_command_begins_with_the_prefix_as_a_word(text: str, command: bool) -> None:
    assert is_command(text) is command


def test_neither_line_nor_event_prints_what_was_written() -> None:
    assert "secret" not in repr(Line(AT, "secret speaker", "secret text")) + repr(written(STAFF, "secret text"))
