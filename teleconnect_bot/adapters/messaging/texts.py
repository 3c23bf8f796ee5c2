"""The catalogues: every text that people outside the direct chat read, one YAML file per language (PRODUCT §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from babel import Locale, UnknownLocaleError
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from teleconnect_bot.adapters.messaging.markdown import escape_value
from teleconnect_bot.adapters.messaging.moments import locale_of, native_digits
from teleconnect_bot.adapters.messaging.templates import filled, placeholders

SOURCE_LANGUAGE = "en"
SHIPPED = Path(__file__).with_name("texts")
MARKDOWN_SUFFIX = ".markdown"
_SAFE: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Where PyYAML came with libyaml, the catalogues are read in a tenth of the time."""
# Values that are numbers, to be written in the digits of the language.
COUNTS = frozenset({"minutes", "hours", "days", "count", "part", "parts", "page", "pages"})


class CatalogueError(Exception):
    """A catalogue file is wrong; the text says which file, where, and what to do."""


def _checked(template: str) -> str:
    placeholders(template)
    if not template.strip():
        raise ValueError("the text is empty: translate it, or leave the key out so that English is used")
    return template.rstrip("\n")


class Catalogue(BaseModel):
    """One file. `review`: `source` for English, `native` when a native speaker has read it, else `unreviewed`.

    `name` is needed only for a language whose own name Babel does not know.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    direction: Literal["ltr", "rtl"]
    review: Literal["source", "native", "unreviewed"]
    name: str | None = None
    texts: dict[str, Annotated[str, AfterValidator(_checked)]]

    @model_validator(mode="after")
    def _source_is_english(self) -> Self:
        if (self.review == "source") != (self.language == SOURCE_LANGUAGE):
            raise ValueError(f"review: source belongs to {SOURCE_LANGUAGE!r} and to it alone")
        return self


@dataclass(frozen=True, slots=True)
class Offer:
    """What becomes of the languages that a deployment names (PRODUCT §6), each in the order in which they are named."""

    sent: tuple[str, ...]
    """In which people are written to, and which they may choose on the page."""
    unreviewed: tuple[str, ...]
    """Of those that are sent: no native speaker has read them yet."""
    withheld: tuple[str, ...]
    """Not sent, because the deployment does not allow what is unreviewed."""


class Catalogues:
    """The port `Texts` on files.

    A language is looked for as asked, then without its last part, then in English: `fr-CH`, `fr`, `en`; the texts of
    one key may thus come from another language than those of the next one. Case, `-` and `_` make no difference.
    """

    def __init__(self, catalogues: Mapping[str, Catalogue]) -> None:
        if SOURCE_LANGUAGE not in catalogues:
            raise CatalogueError(f"the catalogue {SOURCE_LANGUAGE!r} is missing: every text falls back to it")
        self._catalogues = dict(catalogues)

    @classmethod
    def load(cls, directory: Path = SHIPPED) -> Self:
        """Read every `<language>.yaml`. Raises `CatalogueError` naming the file."""
        catalogues: dict[str, Catalogue] = {}
        for path in sorted(directory.glob("*.yaml")):
            try:
                catalogue = Catalogue.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_SAFE))  # noqa: S506 - both are safe
            except (ValueError, yaml.YAMLError) as error:
                raise CatalogueError(f"{path.name}: {error}") from error
            if catalogue.language != path.stem:
                raise CatalogueError(f"{path.name}: language is {catalogue.language!r}; it must be the file's name")
            catalogues[_normal(path.stem)] = catalogue
        return cls(catalogues)

    def get(self, key: str, language: str, /, **values: str) -> str:
        """The text with its values filled in; in a key that ends in `.markdown` the values cannot become mark-up.

        Raises `KeyError` for a key that English does not have, `ValueError` when a placeholder has no value.
        """
        catalogue = self._holder(key, language)
        write: Callable[[str], str] = escape_value if key.endswith(MARKDOWN_SUFFIX) else str
        try:
            return filled(
                catalogue.texts[key],
                locale_of(catalogue.language),
                {name: native_digits(value, catalogue.language) if name in COUNTS else value for name, value in values.items()},
                write=write,
                isolate=catalogue.direction == "rtl",
            )
        except ValueError as error:
            raise ValueError(f"the text {key!r}: {error}") from error

    def _holder(self, key: str, language: str) -> Catalogue:
        for tag in _fallbacks(language):
            catalogue = self._catalogues.get(tag)
            if catalogue is not None and key in catalogue.texts:
                return catalogue
        raise KeyError(key)

    def keys_from(self, beginning: str) -> Sequence[str]:
        """The keys of the English catalogue that begin so."""
        return [key for key in self._catalogues[SOURCE_LANGUAGE].texts if key.startswith(beginning)]

    def languages(self) -> Sequence[str]:
        """The languages that have a catalogue, sorted by code."""
        return sorted(catalogue.language for catalogue in self._catalogues.values())

    def resolve(self, language: str) -> str:
        """The language whose catalogue is used for this one: what `lang` attributes must say."""
        return self.catalogue(language).language

    def direction(self, language: str) -> str:
        """`ltr` or `rtl`, of the catalogue that is used."""
        return self.catalogue(language).direction

    def reviewed(self, language: str) -> bool:
        """A native speaker has read the catalogue that is used (English is the source and counts as read)."""
        return self.catalogue(language).review != "unreviewed"

    def offer(self, languages: Sequence[str], *, unreviewed: bool) -> Offer:
        """Sorts the languages of a deployment that allows unreviewed ones or not. Raises `CatalogueError` when none is left."""
        sent = tuple(code for code in languages if unreviewed or self.reviewed(code))
        if not sent:
            raise CatalogueError(
                "languages: no native speaker has read any of these yet. Name en as well, or allow the others by unreviewed_languages: true"
            )
        return Offer(
            sent=sent,
            unreviewed=tuple(code for code in sent if not self.reviewed(code)),
            withheld=tuple(code for code in languages if code not in sent),
        )

    def display_name(self, language: str) -> str:
        """The language's name in that language, as a list of languages shows it: `English`, `Français`."""
        catalogue = self.catalogue(language)
        name = catalogue.name
        if name is None:
            try:
                name = Locale.parse(catalogue.language, sep="-").get_display_name()
            except (UnknownLocaleError, ValueError):
                name = None
        name = name or catalogue.language
        return name[:1].upper() + name[1:]

    def catalogue(self, language: str) -> Catalogue:
        """The catalogue that is used for this language."""
        return next(self._catalogues[tag] for tag in _fallbacks(language) if tag in self._catalogues)


def _normal(language: str) -> str:
    return language.replace("_", "-").lower()


def _fallbacks(language: str) -> list[str]:
    parts = _normal(language).split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)] + [SOURCE_LANGUAGE]
