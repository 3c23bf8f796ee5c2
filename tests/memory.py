"""What the objects of a running program still hold, found by following references from where they begin."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

_CODE = (type, ModuleType, BuiltinFunctionType)


def texts_held(roots: Iterable[object], apart: Callable[[object], bool]) -> set[str]:
    """Every text that can be reached, bytes as Latin-1. Where `apart` says so the way ends; code is not looked into."""
    seen: set[int] = set()
    found: set[str] = set()
    ahead: list[Any] = list(roots)
    while ahead:
        one = ahead.pop()
        if id(one) in seen or isinstance(one, _CODE) or apart(one):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            found.add(one)
        elif isinstance(one, bytes | bytearray):
            found.add(bytes(one).decode("latin-1"))
        elif isinstance(one, FunctionType):
            ahead += [*(one.__closure__ or ()), *(one.__defaults__ or ())]
        elif isinstance(one, dict):
            ahead += [*one.keys(), *one.values()]  # the collector passes over keys that are texts
        else:
            ahead += gc.get_referents(one)
    return found
