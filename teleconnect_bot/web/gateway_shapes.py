"""What a value in Matrix's JSON may be, where the gateway passes one on: an id, a key, a number, and lists and maps of these.

A name alone says nothing of what stands behind it: words in the clear fit into any key that is let through unlooked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

Holds = Callable[[object], bool]

LONGEST_ID = 255
_ID = re.compile(r"[!-~]{1,255}")
"""Printable ASCII without a blank."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def is_base64(value: object) -> bool:
    return isinstance(value, str) and _BASE64.fullmatch(value) is not None


def is_key(value: object) -> bool:
    return is_base64(value) and len(str(value)) <= LONGEST_ID


def is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_flag(value: object) -> bool:
    return isinstance(value, bool)


def is_one_of(*values: str) -> Holds:
    return lambda value: isinstance(value, str) and value in values


def is_list_of(each: Holds) -> Holds:
    return lambda value: isinstance(value, list) and all(each(part) for part in value)


def is_map_of(each: Holds) -> Holds:
    """By ids."""
    return lambda value: isinstance(value, Mapping) and all(is_id(key) and each(part) for key, part in value.items())


def is_record(parts: Mapping[str, Holds], needed: Collection[str] = ()) -> Holds:
    """Of `parts`, and nothing else."""
    return lambda value: isinstance(value, Mapping) and value.keys() >= set(needed) and kept(parts, value) == value


def kept(parts: Mapping[str, Holds], value: Mapping[str, Any]) -> dict[str, Any]:
    """What of it is named in `parts` and holds what it should."""
    return {key: part for key, part in value.items() if key in parts and parts[key](part)}
