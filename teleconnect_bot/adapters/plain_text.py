"""Text of strangers, made harmless for a page or a header without changing what it says."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Direction = Literal["ltr", "rtl"]

# Embedding, override and isolate: without them no text can turn the order of what stands around it, nor its own.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The text without what no page can show: control characters and bidi controls go, lone surrogates become U+FFFD."""
    return "".join(_shown(char) for char in text if char not in BIDI_CONTROLS)


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        return " " if char.isspace() else ""
    return "\ufffd" if category == "Cs" else char


def direction_of(text: str, otherwise: Direction) -> Direction:
    """The direction of the first strong character (Unicode Bidirectional Algorithm, P2 and P3); `otherwise` when there is none."""
    for char in text:
        match unicodedata.bidirectional(char):
            case "L":
                return "ltr"
            case "R" | "AL":
                return "rtl"
    return otherwise


def one_line(text: str) -> str:
    """`printable`, on one line: line breaks and runs of spaces become one space. Safe in a header."""
    spaced = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Zs"} else char for char in text)
    return re.sub(" +", " ", printable(spaced)).strip()
