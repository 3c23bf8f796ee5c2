"""How many SMS a text takes (3GPP TS 23.038: GSM 7 bit default alphabet and its extension table; TS 23.040: concatenation).

One sign outside the GSM alphabet, a curly quote or an `í`, makes the whole text UCS-2, where a segment holds less than half.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # an escape stands before each: two septets


class Alphabet(Enum):
    """Value: units that one SMS holds alone, and those of each part of several."""

    GSM_7 = (160, 153)
    UCS_2 = (70, 67)

    @property
    def alone(self) -> int:
        return self.value[0]

    @property
    def of_several(self) -> int:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in GSM 7 bit, UTF-16 code units in UCS-2. `count` is what the provider charges; an empty text takes one."""

    alphabet: Alphabet
    units: int
    count: int


def segments(text: str) -> Segments:
    """The segments of a text as it is sent, every sign counted; a sign of two units never lies across two parts."""
    alphabet = alphabet_of(text)
    sizes = [_units(sign, alphabet) for sign in text]
    if sum(sizes) <= alphabet.alone:
        return Segments(alphabet, sum(sizes), 1)
    count, room = 0, 0
    for size in sizes:
        if size > room:
            count, room = count + 1, alphabet.of_several
        room -= size
    return Segments(alphabet, sum(sizes), count)


def alphabet_of(text: str) -> Alphabet:
    """GSM 7 bit when every sign is in it, UCS-2 otherwise."""
    return Alphabet.GSM_7 if all(sign in _BASIC or sign in _EXTENSION for sign in text) else Alphabet.UCS_2


def _units(sign: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM_7:
        return 2 if sign in _EXTENSION else 1
    return 2 if ord(sign) > 0xFFFF else 1
