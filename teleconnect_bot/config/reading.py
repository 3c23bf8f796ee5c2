"""From a file to a `Config`, or to every mistake at once in people's words."""

from __future__ import annotations

import difflib
import os
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from .document import Document, Unreadable
from .schema import Config

_WORDS = {
    "string_type": "must be text; write it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "list_type": "must be a list",
    "dict_type": "must be a section with keys below it",
    "model_type": "must be a section with keys below it",
    "model_attributes_type": "must be a section with keys below it",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must not be empty",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the key's full path (empty for the file as a whole), what is wrong with it, the line if it stands in the file."""

    path: str
    words: str
    line: int | None = None


class ConfigError(Exception):
    """The configuration cannot be used. The text lists every problem, one a line, and shows no value that may be secret."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source, self.problems = source, problems
        super().__init__("\n".join(self._line(problem) for problem in problems))

    def _line(self, problem: Problem) -> str:
        place = f"{self.source}, line {problem.line}" if problem.line else self.source
        return f"{problem.path} {problem.words} ({place})" if problem.path else f"{place} {problem.words}"


def load(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read the file. Relative paths in it begin at its folder. Raises `ConfigError`."""
    document = read_document(path)
    config, problems = _validated(document.content, path.parent, environ, document)
    repeated = [Problem(written_path(key), "stands twice", document.line(key)) for key in document.repeated]
    if problems or repeated or config is None:
        raise ConfigError(path.name, tuple(sorted([*problems, *repeated], key=lambda problem: problem.line or 0)))
    return config


def parse(content: Mapping[str, Any], *, folder: Path, environ: Mapping[str, str] | None = None) -> Config:
    """The same from a mapping, for whoever builds a configuration in a program. Raises `ConfigError`."""
    config, problems = _validated(content, folder, environ, None)
    if config is None:
        raise ConfigError("configuration", tuple(problems))
    return config


def read_document(path: Path) -> Document:
    """The file's values before they are checked. Raises `ConfigError`."""
    try:
        return Document(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problem = Problem("", "does not exist: copy config.example.yaml, or name another file with --config")
    except OSError as error:
        problem = Problem("", f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        problem = Problem("", "is not UTF-8 text")
    except Unreadable as error:
        problem = Problem("", str(error), error.line)
    raise ConfigError(str(path), (problem,))


def _validated(
    content: Mapping[str, Any], folder: Path, environ: Mapping[str, str] | None, document: Document | None
) -> tuple[Config | None, list[Problem]]:
    context = {"folder": folder.resolve(), "environ": os.environ if environ is None else environ}
    try:
        return Config.model_validate(dict(content), context=context), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return None, [_problem(detail, document) for detail in details]


def _problem(detail: ErrorDetails, document: Document | None) -> Problem:
    path = detail["loc"]
    if detail["type"] == "extra_forbidden":
        words = f"is not known; {_suggestion(path)}"
    elif detail["type"] == "missing":
        words = f"is missing: {_first_sentence(_field_at(path))}"
    else:
        pattern = _WORDS.get(detail["type"], f"is not valid ({detail['type']})")
        words = pattern.format_map(detail.get("ctx", {}))
    return Problem(written_path(path), words, document.line(path) if document else None)


def written_path(path: tuple[str | int, ...]) -> str:
    """`organisations[0].name`"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _suggestion(path: tuple[str | int, ...]) -> str:
    model = _model_at(path[:-1])
    siblings = [name for name, _ in fields_of(model)] if model else []
    parent, unknown = path[:-1], str(path[-1])
    if close := difflib.get_close_matches(unknown, siblings, n=1):
        return f"did you mean {written_path((*parent, close[0]))}?"
    elsewhere = {name: place for place, name in _every_key(Config)}
    if close := difflib.get_close_matches(unknown, elsewhere, n=1, cutoff=0.8):
        return f"did you mean {elsewhere[close[0]]}?"
    return f"known here: {', '.join(siblings)}"


def _every_key(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, field in fields_of(model):
        yield prefix + name, name
        if inner := section_of(field.annotation):
            yield from _every_key(inner, f"{prefix}{name}.")


def fields_of(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """Every field under the name that it has in the file."""
    return [(field.alias or name, field) for name, field in model.model_fields.items()]


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a section, also of one that may be left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (typing.Union, types.UnionType, Annotated):
        return next((model for part in get_args(annotation) if (model := section_of(part))), None)
    return None


def entry_of(annotation: Any) -> type[BaseModel] | None:
    """The model of the entries of a list or mapping."""
    return section_of(get_args(annotation)[-1]) if get_origin(annotation) in (list, dict) else None


def _field_at(path: tuple[str | int, ...]) -> FieldInfo | None:
    model = _model_at(path[:-1])
    return dict(fields_of(model)).get(str(path[-1])) if model else None


def _model_at(path: tuple[str | int, ...]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Config
    entries: type[BaseModel] | None = None
    for part in path:
        if entries:
            model, entries = entries, None
        elif model and (field := dict(fields_of(model)).get(str(part))):
            model, entries = section_of(field.annotation), entry_of(field.annotation)
        else:
            return None
    return model


def _first_sentence(field: FieldInfo | None) -> str:
    description = field.description if field and field.description else ""
    return description.split(". ")[0].rstrip(".")


def unused(config: Config) -> list[str]:
    """The keys that are set in this configuration although nothing uses them yet."""
    return list(_unused(config, ""))


def _unused(section: BaseModel, prefix: str) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        extra = field.json_schema_extra
        if name in section.model_fields_set and isinstance(extra, dict) and extra.get("not_used_yet"):
            if value != _default(field):
                yield f"{prefix}{field.alias or name}"
        elif isinstance(value, BaseModel):
            yield from _unused(value, f"{prefix}{field.alias or name}.")


def _default(field: FieldInfo) -> Any:
    default = field.get_default(call_default_factory=True, validated_data={})
    model = section_of(field.annotation)
    return model.model_validate(default) if model and default is not None else default
