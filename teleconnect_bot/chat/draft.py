"""How far an invitation has come that is put together step by step, and its form as JSON (PRODUCT §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from teleconnect_bot.domain.session import Mode

from .company import IN_PERSON
from .parser import Line


class Step(StrEnum):
    WHERE = "where"
    CONTACT = "contact"
    SECOND_WAY = "second_way"
    NAME = "name"
    LANGUAGE = "language"
    TIME = "time"
    GUESTS = "guests"
    INTERPRETER = "interpreter"
    COLLEAGUES = "colleagues"
    SUMMARY = "summary"


EMPTY = Line("invite")


@dataclass(frozen=True, slots=True)
class Draft:
    """How far a dialogue has come: the line so far, what is asked next, and each earlier (step, line), for `back`."""

    line: Line = field(default=EMPTY, repr=False)
    step: Step = Step.WHERE
    before: tuple[tuple[Step, Line], ...] = field(default=(), repr=False)

    @property
    def mode(self) -> Mode:
        """Remote until the line says otherwise."""
        first = self.line.words[0].lower() if self.line.words else ""
        return Mode.IN_PERSON if first in IN_PERSON else Mode.MEETING if first.startswith("@") else Mode.REMOTE

    def back(self) -> Draft | None:
        """As it was before the last answer; None at the beginning."""
        if not self.before:
            return None
        (step, line), earlier = self.before[-1], self.before[:-1]
        return Draft(line, step, earlier)

    def as_json(self) -> dict[str, Any]:
        return {"step": self.step.value, "line": _plain(self.line), "before": [[step.value, _plain(line)] for step, line in self.before]}


def from_json(kept: Mapping[str, Any]) -> Draft:
    return Draft(_line(kept["line"]), Step(kept["step"]), tuple((Step(step), _line(line)) for step, line in kept["before"]))


def _plain(line: Line) -> dict[str, Any]:
    return {
        "words": list(line.words),
        "options": dict(line.options),
        "repeated": {name: list(values) for name, values in line.repeated.items()},
    }


def _line(plain: Mapping[str, Any]) -> Line:
    repeated = {name: tuple(values) for name, values in plain["repeated"].items()}
    return Line("invite", tuple(plain["words"]), dict(plain["options"]), repeated)
