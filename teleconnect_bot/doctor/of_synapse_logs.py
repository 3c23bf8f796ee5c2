"""What Synapse writes into its log, as its logging configuration says (Python's `logging.config.dictConfig`)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

NAMES_REQUESTS = "synapse.access.http"
"""At INFO each request stands there, with address, room and account."""
NAMES_CONTENT = "synapse.storage.SQL"
"""At DEBUG each statement stands there with its values."""
LONGEST_KEPT = timedelta(days=14)
_ROTATES = "TimedRotatingFileHandler"
_DAY = timedelta(days=1)
_TURNS = {"S": timedelta(seconds=1), "M": timedelta(minutes=1), "H": timedelta(hours=1), "D": _DAY, "MIDNIGHT": _DAY}
"""After what time a handler of this kind begins a new file (`when`); on a day of the week (`W0` to `W6`) each week."""


def _read(settings: Mapping[str, Any], folder: Path) -> Mapping[str, Any] | None:
    path = settings.get("log_config")
    if not isinstance(path, str):
        return None
    try:
        logs = yaml.safe_load((folder / path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, ValueError):
        return None
    return logs if isinstance(logs, Mapping) else None


def kept_too_long(settings: Mapping[str, Any], folder: Path) -> str | None:
    """As `talkative`. What cuts a file from outside, such as logrotate, cannot be seen."""
    logs = _read(settings, folder)
    handlers = logs.get("handlers") if logs else None
    for handler in handlers.values() if isinstance(handlers, Mapping) else ():
        if not isinstance(handler, Mapping) or not str(handler.get("class")).endswith(_ROTATES):
            continue
        files, turn = handler.get("backupCount", 0), str(handler.get("when", "H")).upper()
        interval = handler.get("interval", 1)
        if not isinstance(files, int) or not isinstance(interval, int):
            continue
        each = _TURNS.get(turn, timedelta(weeks=1)) * max(1, interval)
        if files == 0:
            return "Synapse keeps its old logs for ever"
        if files * each > LONGEST_KEPT:
            return f"Synapse keeps its old logs for {(files * each).days} days"
    return None


def talkative(settings: Mapping[str, Any], folder: Path) -> str | None:
    """What is wrong, in words; None when it is good or cannot be seen. `folder` is where relative paths begin."""
    logs = _read(settings, folder)
    if logs is None:
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
