"""The language of the catalogues: `{name}` is filled in, `{minutes|one=minute|other=minutes}` is the word that goes with a number.

Which forms a language has is said by CLDR, "Language Plural Rules" (one, few, many, other …), as Babel knows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from babel import Locale

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
# Values that may be of another direction than the text around them (Unicode Bidirectional Algorithm, 2.4). Never an address: what
# stands beside it would become a part of it in some readers.
ISOLATED = frozenset({"name", "code", "when", "language"})
_PLACEHOLDER = re.compile(r"\{([a-z_]+)((?:\|(?:zero|one|two|few|many|other)=[^{}|=]+)*)\}")


def placeholders(template: str) -> frozenset[str]:
    """The names in `{braces}`. Raises `ValueError` for a brace that belongs to none, and for a choice without `other`."""
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise ValueError(
            "a brace is left over: write a placeholder as {name}, with small letters and _ only, "
            "or as {minutes|one=minute|other=minutes} for the word that goes with a number"
        )
    if any("other" not in forms for _, forms in choices(template)):
        raise ValueError("a choice lacks `other=`: write it as {minutes|one=minute|other=minutes}")
    return frozenset(found[1] for found in _PLACEHOLDER.finditer(template))


def choices(template: str) -> list[tuple[str, Mapping[str, str]]]:
    """Each choice by number: the placeholder's name and its forms by plural category."""
    return [(found[1], _forms(found[2])) for found in _PLACEHOLDER.finditer(template) if found[2]]


def filled(template: str, locale: Locale, values: Mapping[str, str], *, write: Callable[[str], str] = str, isolate: bool) -> str:
    """The template with its values, each as `write` makes it.

    `isolate`: the values that `ISOLATED` names are set apart, so that they do not turn the order of a right-to-left text.
    Raises `ValueError` for a placeholder without a value, or a choice by what is no number.
    """
    if missing := placeholders(template) - values.keys():
        raise ValueError(f"it needs a value for {', '.join(sorted(missing))}")

    def one(found: re.Match[str]) -> str:
        name, forms = found[1], _forms(found[2])
        if forms:
            return forms.get(locale.plural_form(int(values[name])), forms["other"])
        value = write(values[name])
        return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}" if isolate and name in ISOLATED else value

    return _PLACEHOLDER.sub(one, template)


def _forms(written: str) -> dict[str, str]:
    return {category: word for category, _, word in (form.partition("=") for form in written.split("|")[1:])}
