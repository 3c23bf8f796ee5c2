"""How languages are called: what a requester may write, and what they read."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


def names_of(code: str) -> tuple[str, ...]:
    """The language's names in English and in itself, in small letters."""
    try:
        locale = Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return ()
    names = (locale.get_display_name("en"), locale.get_display_name())
    return tuple(name.lower() for name in names if name)


def called(code: str) -> str:
    """In English, with a capital; the code itself for a language that has no name there."""
    return next(iter(names_of(code)), code).capitalize()
