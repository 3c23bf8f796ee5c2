"""What a requester wrote, taken apart: `name word… option=value…`, quotes as in a shell (PRODUCT §3)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .voice import Sentence, say

_QUOTES = {
    '"': '"',
    "'": "'",
    "\u201c": '\u201d\u201c"',
    "\u201d": '\u201d\u201c"',
    "\u201e": '\u201c\u201d"',
    "\u00ab": '\u00bb"',
    "\u00bb": '\u00ab"',
}
"""What opens a quotation, and what closes it, the usual one first. Phones write curly quotes by themselves, and not always in pairs."""
REPEATABLE = frozenset({"guest", "colleague"})
"""Options for one person each, which are written once for each person."""
OF_CONTACTS = frozenset({"guest", "colleague", "to", "phone"})
"""Options whose value may be a telephone number, in which blanks need no quotes."""
_NUMBER_BEGINS = re.compile(r"[+\uff0b(]?\d[\d()./\u2010-\u2015-]*")
_NUMBER_GOES_ON = re.compile(r"[\d()./\u2010-\u2015-]+(?:/[a-z-]{2,8})?", re.IGNORECASE)
DIGITS_OF_A_WHOLE_NUMBER = 9
"""What has as many of them without a blank is taken for a number that is complete."""
_OPTION = re.compile(r"([a-z][a-z_]*)=(.*)", re.DOTALL | re.IGNORECASE)


class NotUnderstood(Exception):
    """What was written is no command; `str()` is the sentence for the person who reads it, and quotes nothing that may name somebody.

    The sentence is English, with `{placeholders}` for the values, which are Markdown (see `voice.say`).
    """

    def __init__(self, sentence: Sentence, /, **values: object) -> None:
        super().__init__(sentence)
        self.sentence, self.values = sentence, values

    def __str__(self) -> str:
        return say(self.sentence, **self.values)


@dataclass(frozen=True, slots=True)
class Line:
    """A command as written: its name in lower case, the plain words, the options."""

    name: str
    words: tuple[str, ...] = field(default=(), repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """All values of the options in `REPEATABLE`; `options` holds the first."""

    def each(self, option: str) -> tuple[str, ...]:
        return self.repeated.get(option, ())


def split(text: str) -> list[str]:
    """Words as a shell would see them; a quotation may stand anywhere in a word. Raises `NotUnderstood` for an unclosed quote."""
    words: list[str] = []
    word: list[str] | None = None
    closing = ""
    opened_in = 0
    for character in text:
        if closing:
            if character in closing:
                closing = ""
            else:
                (word := word if word is not None else []).append(character)
        elif character in _QUOTES and (character != "'" or word is None or (word and word[-1] == "=")):
            closing, opened_in, word = _QUOTES[character], len(words) + 1, word if word is not None else []
        elif character.isspace():
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            (word := word if word is not None else []).append(character)
    if closing:
        raise NotUnderstood(
            'A quotation that begins in word {number} is not closed. Put {mark} at its end, for example: name="Mary"',
            number=opened_in,
            mark=closing[0],
        )
    if word is not None:
        words.append("".join(word))
    return words


def parse(text: str) -> Line:
    """Raises `NotUnderstood` when nothing is there, a quote is left open, or an option is written twice."""
    words = split(text)
    if not words:
        raise NotUnderstood("There is no command. `help` lists what you can write.")
    plain: list[str] = []
    options: dict[str, str] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    for number, word in _with_whole_numbers(words[1:]):
        option = _OPTION.fullmatch(word)
        if option is None:
            plain.append(word)
            continue
        name = option[1].lower()
        if name in REPEATABLE:
            repeated[name] = (*repeated.get(name, ()), option[2])
        elif name in options:
            raise NotUnderstood("Word {number} repeats an option. Write each option once.", number=number)
        options.setdefault(name, option[2])
    return Line(words[0].lower(), tuple(plain), options, repeated)


def _with_whole_numbers(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Each word with its place in the line; `guest=+41 79 123 45 67` is one."""
    place = 0
    while place < len(words):
        begin, word = place, words[place]
        place += 1
        option = _OPTION.fullmatch(word)
        if option and option[1].lower() in OF_CONTACTS and _NUMBER_BEGINS.fullmatch(option[2]) and _digits(word) < DIGITS_OF_A_WHOLE_NUMBER:
            while place < len(words) and _NUMBER_GOES_ON.fullmatch(words[place]) and not word[-1].isalpha():
                word, place = f"{word} {words[place]}", place + 1
        yield begin + 2, word


def _digits(word: str) -> int:
    return sum(char.isdecimal() for char in word)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)
