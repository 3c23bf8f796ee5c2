"""What of a room's events goes into the transcript (PRODUCT §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FileKind(StrEnum):
    PHOTO = "photo"
    PDF = "pdf"
    FILE = "file"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class WrittenEvent:
    """One message of the room, decrypted by the adapter; edits are already applied, redacted events left out.

    `text` is None when the message could not be decrypted. `file` is set when the message is a file; its name is not kept.
    `media` are the `mxc://` addresses the event names (file and thumbnail). `name` is what a visitor calls themselves.
    `answers` is the event that it is a reply to; what clients quote of that in the text is not part of `text`.
    """

    event: str
    sender: str
    at: datetime
    text: str | None = field(repr=False)
    file: FileKind | None = None
    media: tuple[str, ...] = ()
    name: str | None = field(default=None, repr=False)
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The beginning of what a message answers. Its text is empty when that was a file."""

    speaker: str = field(repr=False)
    text: str = field(repr=False)
    file: FileKind | None = None


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    speaker: str = field(repr=False)
    text: str = field(repr=False)
    file: FileKind | None = None
    quote: Quote | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """What the PDF shows and nothing else. Times are aware; the renderer shows them in `zone` (IANA name).

    `starts` holds the first start and each later one. `undecipherable` counts messages that could not be read.
    `delete_at` is the moment of PRODUCT §8's footer. `language` is that of the requester.
    """

    code: str
    starts: tuple[datetime, ...]
    zone: str
    language: str
    lines: tuple[Line, ...]
    undecipherable: int
    delete_at: datetime


COMMAND_PREFIX = "!tc"
LONGEST_QUOTE = 80
"""Characters of a message that a reply to it repeats: enough to know which one."""


def is_command(text: str) -> bool:
    """Commands of staff are no transcript content (PRODUCT §3)."""
    first, *_ = text.lstrip().split(None, 1) or [""]
    return first.lower() == COMMAND_PREFIX


def quote_of(line: Line) -> Quote:
    """Its first line, cut between two words where that is possible."""
    first, *more = line.text.strip().splitlines() or [""]
    if len(first) <= LONGEST_QUOTE:
        return Quote(line.speaker, f"{first} …" if more else first, line.file)
    cut = first[:LONGEST_QUOTE]
    return Quote(line.speaker, (cut.rpartition(" ")[0] or cut).rstrip() + " …", line.file)


def lines_of(events: Iterable[WrittenEvent], speakers: Mapping[str, str], staff: frozenset[str]) -> tuple[tuple[Line, ...], int]:
    """The transcript's lines in the order of the events, and how many could not be decrypted.

    `speakers` names each Matrix user as the session showed them; somebody who is not in it is shown by localpart.
    Only staff's commands are left out: a visitor who writes `!tc` wrote a text like any other.
    """
    lines: list[Line] = []
    shown: dict[str, Line] = {}
    undecipherable = 0
    for event in events:
        if event.text is None and event.file is None:
            undecipherable += 1
            continue
        text = event.text or ""
        if event.file is None and event.sender in staff and is_command(text):
            continue
        speaker = speakers.get(event.sender, event.sender[1:].partition(":")[0])
        answered = shown.get(event.answers or "")
        line = Line(event.at, speaker, "" if event.file else text, event.file, quote_of(answered) if answered else None)
        shown[event.event] = line
        lines.append(line)
    return tuple(lines), undecipherable
