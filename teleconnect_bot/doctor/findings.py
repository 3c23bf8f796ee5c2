"""What a check is and what it can say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

import aiohttp

from teleconnect_bot.config import Config


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, but something that the product promises is not sure."""
    ERROR = "error"
    """It does not work."""
    SKIPPED = "skipped"
    """It could not be checked, because another check failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`words` say what was found, `remedy` what to do. Neither holds a secret, nor anything about a person."""

    level: Level
    words: str
    remedy: str = ""


def ok(words: str) -> Finding:
    return Finding(Level.OK, words)


def warning(words: str, remedy: str) -> Finding:
    return Finding(Level.WARNING, words, remedy)


def error(words: str, remedy: str) -> Finding:
    return Finding(Level.ERROR, words, remedy)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the checks look at. `http` follows no redirects by itself and gives up after a while."""

    config: Config
    http: aiohttp.ClientSession


@dataclass(frozen=True, slots=True)
class Check:
    """One question. It changes nothing anywhere. `after` names the check without whose success this one says nothing."""

    name: str
    title: str
    look: Callable[[Surroundings], Awaitable[Finding]]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    check: Check
    finding: Finding
