"""What Synapse writes into its log, as its logging configuration says (Python's `logging.config.dictConfig`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

NAMES_REQUESTS = "synapse.access.http"
"""At INFO each request stands there, with address, room and account."""
NAMES_CONTENT = "synapse.storage.SQL"
"""At DEBUG each statement stands there with its values."""


def talkative(settings: Mapping[str, Any], folder: Path) -> str | None:
    """What is wrong, in words; None when it is good or cannot be seen. `folder` is where relative paths begin."""
    path = settings.get("log_config")
    if not isinstance(path, str):
        return None
    try:
        logs = yaml.safe_load((folder / path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, ValueError):
        return None
    if not isinstance(logs, Mapping):
        return None
    if _level(logs, NAMES_CONTENT) <= logging.DEBUG:
        return "Synapse's log holds what it stores, statement by statement"
    if _level(logs, NAMES_REQUESTS) <= logging.INFO:
        return "Synapse's log names room, account and address with each request"
    return None


def _level(logs: Mapping[str, Any], name: str) -> int:
    """The one that counts for this logger: its own, or that of the nearest logger above it, or the root's."""
    loggers = logs.get("loggers")
    for above in _upwards(name):
        found = loggers.get(above) if isinstance(loggers, Mapping) else None
        if isinstance(found, Mapping) and "level" in found:
            return _number(found["level"])
    root = logs.get("root")
    return _number(root.get("level", "WARNING")) if isinstance(root, Mapping) else logging.WARNING


def _upwards(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def _number(level: object) -> int:
    return level if isinstance(level, int) else logging.getLevelNamesMapping().get(str(level).upper(), logging.WARNING)
