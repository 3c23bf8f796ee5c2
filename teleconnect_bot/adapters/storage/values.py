"""Values of the domain as JSON and back, after their type hints: what a field is decides how it is written.

A field that was added to a dataclass later takes its default when an old row is read; one that was removed is passed over.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Coding:
    """`empty` is what stands for a value that cannot be read any more."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    empty: Any = None


def _same(value: Any) -> Any:
    return value


def coding(hint: Any) -> Coding:
    """How values of this type are written. Raises `TypeError` for a type that has no form yet."""
    return _coding(hint)


@cache
def _coding(hint: Any) -> Coding:
    if hint is str:
        return Coding(_same, _same, "")
    if hint in (int, bool, float, object):
        return Coding(_same, _same, hint())
    if hint is bytes:
        return Coding(bytes.hex, bytes.fromhex, b"")
    if hint is datetime:
        return Coding(datetime.isoformat, datetime.fromisoformat)
    if hint is time:
        return Coding(time.isoformat, time.fromisoformat, time())
    if hint is timedelta:
        return Coding(timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds), timedelta(0))
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and len(inner) == 2 and type(None) in inner:
        return _optional(coding(next(each for each in inner if each is not type(None))))
    if origin is tuple and inner[1:] == (Ellipsis,):
        element = coding(inner[0])
        return Coding(lambda value: list(map(element.write, value)), lambda plain: tuple(map(element.read, plain)), ())
    if origin is frozenset:
        member = coding(inner[0])
        return Coding(lambda value: sorted(map(member.write, value)), lambda plain: frozenset(map(member.read, plain)), frozenset())
    if origin is Mapping:
        return Coding(dict, _same, types.MappingProxyType({}))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Coding(lambda value: value.value, hint, next(iter(hint)))
    if isinstance(hint, type) and is_dataclass(hint):
        return _of_fields(hint)
    raise TypeError(f"no stored form for {hint!r}")


def field_codings(cls: type) -> dict[str, Coding]:
    """The coding of each field of a dataclass; `empty` is the field's default where it has one."""
    hints = get_type_hints(cls)
    found = {}
    for each in fields(cls):
        plain = coding(hints[each.name])
        found[each.name] = plain if each.default is MISSING else replace(plain, empty=each.default)
    return found


def _optional(some: Coding) -> Coding:
    return Coding(lambda value: None if value is None else some.write(value), lambda plain: None if plain is None else some.read(plain))


def _of_fields(cls: type) -> Coding:
    codings = field_codings(cls)

    def write(value: Any) -> dict[str, Any]:
        return {name: each.write(getattr(value, name)) for name, each in codings.items()}

    def read(plain: Mapping[str, Any]) -> Any:
        return cls(**{name: codings[name].read(each) for name, each in plain.items() if name in codings})

    return Coding(write, read, cls(**{name: each.empty for name, each in codings.items()}))
