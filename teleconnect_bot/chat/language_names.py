"""How languages are called: what a requester may write, and what they read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError

from teleconnect_bot.domain.requester import STAFF_LANGUAGES

from .voice import reader

CALLED_LIKE = {"prs": "fa_AF", "kmr": "ku"}
"""Tags that Babel's data (CLDR) knows by another one: in CLDR Dari is Persian as spoken in Afghanistan, Kurmanji the usual Kurdish."""


@cache
def name_in(code: str, language: str) -> str | None:
    """The language's name in one of the languages of staff, as it stands within a sentence there; None when it has none."""
    if language not in STAFF_LANGUAGES:
        return None
    names = Locale.parse(language).languages
    known = CALLED_LIKE.get(code, code).replace("-", "_")
    if known in names:
        return str(names[known])
    main, _, rest = known.partition("_")
    return f"{names[main]} ({rest.replace('_', '-')})" if main in names and rest else None


def own_name(code: str) -> str | None:
    try:
        return Locale.parse(CALLED_LIKE.get(code, code), sep="_" if code in CALLED_LIKE else "-").get_display_name()
    except (UnknownLocaleError, ValueError):
        return None


def names_of(code: str) -> tuple[str, ...]:
    """The language's names in English and in itself, in small letters."""
    names = (name_in(code, "en"), own_name(code))
    return tuple(name.lower() for name in names if name)


def all_names_of(code: str) -> tuple[str, ...]:
    """What somebody may write who means the language: in a language of staff, in itself, or as a tag; in small letters."""
    names = (code, *(name_in(code, language) for language in STAFF_LANGUAGES), own_name(code))
    return tuple(dict.fromkeys(name.lower() for name in names if name))


def meant(written: str, codes: Iterable[str]) -> str | None:
    """The language among these that somebody means."""
    words = " ".join(written.split()).lower()
    return next((code for code in codes if words in all_names_of(code)), None)


@cache
def _every_name(language: str) -> dict[str, str]:
    """Names of all languages that have one, and their codes."""
    return {str(name).lower(): code.replace("_", "-") for code, name in reversed(list(Locale.parse(language).languages.items()))}


def code_of(written: str) -> str | None:
    """The tag of a language that is written by its name in a language of staff; None when no language is called so."""
    words = " ".join(written.split()).lower()
    found = next((names[words] for names in map(_every_name, STAFF_LANGUAGES) if words in names), None)
    return next((code for code, like in CALLED_LIKE.items() if found and like == found.replace("-", "_") and "_" in like), found)


def called_to_reader(code: str) -> str:
    """In the language of the one who reads it, as within a sentence; the code itself for a language that has no name there."""
    return name_in(code, reader().language) or own_name(code) or code
