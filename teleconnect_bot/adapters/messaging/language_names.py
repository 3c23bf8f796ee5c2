"""The name of a language in another language (CLDR, "Languages"), as Babel knows it."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError

from teleconnect_bot.adapters.messaging.moments import locale_of

_IN_CLDR = {"prs": "fa_AF"}
"""What stands there under another code."""


def name_of_language(language: str, reader: str) -> str:
    """`Dari` for `prs` in English, `Tigrinya`; in the language itself where the reader's has no name for it, else the code."""
    code = _IN_CLDR.get(language.lower(), language.replace("-", "_"))
    for names in (locale_of(reader).languages, _own_names(code), Locale("en").languages):
        name = names.get(code) or names.get(code.partition("_")[0])
        if name:
            return str(name)
    return language


def _own_names(code: str) -> dict[str, str]:
    try:
        return {code: Locale.parse(code).get_display_name() or ""}
    except (UnknownLocaleError, ValueError):
        return {}
