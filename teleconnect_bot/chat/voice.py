"""The bot's voice: whatever `chat/` writes while answering somebody is in their language and on their clock (PRODUCT §3).

A sentence is written in English where it is said, `say("Session {code} is closed.", code=session.code)`, and its translations stand
in `texts/<language>.po` under the English sentence; one that is missing there is said in English. `python -m tests.staff_sentences`
enters new sentences into these files; `tests/chat/test_voice.py` names those that have no translation and those that are never said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeAlias

from babel.messages.pofile import read_po

from teleconnect_bot.domain.requester import Settings

Sentence: TypeAlias = str
"""An English sentence that stands in a table, to be given to `say` later. Tables are annotated with it, so that tests find them."""
TEXTS = Path(__file__).with_name("texts")
_READER: ContextVar[Settings] = ContextVar("reader", default=Settings())  # noqa: B039 - a frozen value


def reader() -> Settings:
    """The settings of whoever reads what is written now."""
    return _READER.get()


@contextmanager
def speaking_to(settings: Settings) -> Iterator[None]:
    token = _READER.set(settings)
    try:
        yield
    finally:
        _READER.reset(token)


def say(sentence: Sentence, /, **values: object) -> str:
    """The sentence in the reader's language, in Markdown, its `{placeholders}` filled in with values that are Markdown already."""
    template = in_words(sentence)
    return template.format_map(values) if values else template


def in_words(sentence: Sentence) -> str:
    """The sentence in the reader's language with its placeholders as they are; the English one when there is no translation."""
    return sentences(reader().language).get(sentence) or sentence


@cache
def sentences(language: str) -> Mapping[Sentence, str]:
    """The translations of a language by their English sentence; those that are still to be made are empty."""
    path = TEXTS / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}
