"""The roles by which people are called, in the language of whoever reads them."""

from __future__ import annotations

from .voice import say


def said(role: str) -> str:
    """`Relative 2` in the reader's language. Orders name roles in English, as they stand in the room."""
    words, _, number = role.rpartition(" ")
    return f"{say(words)} {number}" if number.isdecimal() else say(role)
