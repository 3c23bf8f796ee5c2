"""What one transcript document shows, as a value, and the HTML that WeasyPrint sets (PRODUCT §8). Pure: no IO but the style sheet.

Everything that a person wrote is data: it reaches the HTML through `escape` alone.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from teleconnect_bot.adapters.messaging.moments import format_clock, format_day, format_moment
from teleconnect_bot.adapters.plain_text import Direction, direction_of, printable
from teleconnect_bot.domain.transcript import FileKind, Line, Quote, Transcript
from teleconnect_bot.services.ports import Texts

MESSAGES_PER_DOCUMENT = 2_000
WORK_PER_DOCUMENT = 2_000_000
LONGEST_RUN = 1_000

_STYLE = Path(__file__).with_suffix(".css")
_PAGE, _PAGES = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Document:
    """One of `parts` complete documents. All words are in `language` already; only `lines` still holds times and texts."""

    language: str
    direction: Direction
    zone: str
    title: str
    head: tuple[str, ...]
    lines: tuple[Line, ...] = field(repr=False)
    files: Mapping[FileKind, str]
    empty: str
    footer: str
    page: str


def documents_of(transcript: Transcript, texts: Texts) -> list[Document]:
    """At least one document; none holds more than `MESSAGES_PER_DOCUMENT` lines, nor two lines that together are too much work."""
    language, zone = transcript.language, transcript.zone

    def words(key: str, **values: str) -> str:
        return texts.get(key, language, **values)

    head = [
        words("transcript.later_start" if index else "transcript.start", when=format_moment(start, zone, language))
        for index, start in enumerate(transcript.starts)
    ] or [words("transcript.not_started")]
    if transcript.undecipherable:
        head.append(words("transcript.undecipherable", count=str(transcript.undecipherable)))
    parts = list(_parts(transcript.lines))
    title = words("transcript.title", code=transcript.code)
    numbers = [words("transcript.part", part=str(number), parts=str(len(parts))) for number in range(1, len(parts) + 1)]
    return [
        Document(
            language=language,
            direction="rtl" if texts.direction(language) == "rtl" else "ltr",
            zone=zone,
            title=title if len(parts) == 1 else f"{title} · {number}",
            head=tuple(head),
            lines=lines,
            files={kind: words(f"transcript.{kind.value}") for kind in FileKind},
            empty=words("transcript.empty"),
            footer=words("transcript.footer", when=format_moment(transcript.delete_at, zone, language)),
            page=words("transcript.page", page=_PAGE, pages=_PAGES),
        )
        for number, lines in zip(numbers, parts, strict=True)
    ]


def _parts(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    part: list[Line] = []
    work = 0
    for line in lines:
        more = _work(line.text) + (_work(line.quote.text) if line.quote else 0)
        if part and (len(part) == MESSAGES_PER_DOCUMENT or work + more > WORK_PER_DOCUMENT):
            yield tuple(part)
            part, work = [], 0
        part.append(line)
        work += more
    if part or not lines:
        yield tuple(part)


def _work(text: str) -> int:
    """What it costs to set the text, in characters (about 10 µs of CPU each): an emoji is a picture, a new line a paragraph."""
    return len(text) + 200 * sum(char > "\U0001f000" for char in text) + 100 * text.count("\n")


def to_html(document: Document) -> str:
    """The whole document as HTML; needs no other resource."""
    return "".join(_pieces(document))


def _pieces(document: Document) -> Iterator[str]:
    page = escape(document.page).replace(_PAGE, '<span class="number"></span>').replace(_PAGES, '<span class="total"></span>')
    yield (
        f'<!DOCTYPE html><html lang="{escape(document.language)}" dir="{document.direction}"><head><meta charset="utf-8">'
        f"<title>{escape(printable(document.title))}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f'<body><div class="footer">{escape(document.footer)}</div><div class="page">{page}</div>'
        f"<h1>{escape(printable(document.title))}</h1>"
    )
    yield from (f'<p class="head">{escape(printable(line))}</p>' for line in document.head)
    if not document.lines:
        yield f'<p class="empty">{escape(document.empty)}</p>'
    day = None
    for line in document.lines:
        line_day = format_day(line.at, document.zone, document.language)
        if line_day != day:
            day = line_day
            yield f"<h2>{escape(day)}</h2>"
        yield _line(line, document)
    # Page margins are no part of the structure that a screen reader reads; so the footer's sentence also ends the text.
    yield f'<p class="end">{escape(document.footer)}</p></body></html>'


def _line(line: Line, document: Document) -> str:
    clock = format_clock(line.at, document.zone, document.language)
    # The time is a block of its own, so that a speaker's name of the other direction cannot move it.
    who = f'<p class="who"><span class="time">{escape(clock)}</span> <span class="speaker">{escape(printable(line.speaker))}</span></p>'
    who += _quote(line.quote, document) if line.quote else ""
    if line.file is not None:
        return f'<div class="line">{who}<p class="file">{escape(document.files[line.file])}</p></div>'
    said = (
        f'<p class="said {direction_of(text, document.direction)}">{escape(piece)}</p>'
        for text in map(printable, line.text.splitlines())
        if text.strip()
        for piece in _without_endless_words(text)
    )
    return f'<div class="line">{who}{"".join(said)}</div>'


def _quote(quote: Quote, document: Document) -> str:
    said = document.files[quote.file] if quote.file else printable(quote.text)
    speaker = f'<span class="speaker">{escape(printable(quote.speaker))}</span>'
    return f'<blockquote class="{direction_of(said, document.direction)}">{speaker} {escape(said)}</blockquote>'


def _without_endless_words(text: str) -> Iterator[str]:
    """The text, cut where more than `LONGEST_RUN` characters follow each other without a space.

    To break one long word into lines costs WeasyPrint the square of its length (64,000 characters: 40 s of CPU).
    A mark stays with its letter, and what is joined stays joined, up to twice that length.
    """
    start = run = 0
    for index, char in enumerate(text):
        run = 0 if char.isspace() else run + 1
        bound = unicodedata.category(char).startswith("M") or "\u200d" in (char, text[index - 1])
        if run > LONGEST_RUN and (not bound or run > 2 * LONGEST_RUN):
            yield text[start:index]
            start, run = index, 1
    yield text[start:]
