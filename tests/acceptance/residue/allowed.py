"""What may remain, as docs/data-retention.md says it: the test reads the page that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "data-retention.md"
HEADING = "What is found after a session was deleted"
ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Allowed:
    """`always`: it is found each time; what is listed so and not found makes the test fail, because the page claims too much."""

    place: str
    kind: str
    always: bool


def allow_list(databases: Mapping[str, str]) -> set[Allowed]:
    """`databases`: `SQLite` or `PostgreSQL`, by whose it is; a line for the other kind is left out."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {HEADING}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert lines, HEADING
    found: set[Allowed] = set()
    for line in lines:
        place, kinds, when, *words = (cell.strip() for cell in line.strip("|").split("|"))
        assert all(words), f"nobody is told why: {line}"
        only = re.search(r"\((SQLite|PostgreSQL)\)", when)
        if only and only[1] != databases[place.strip("`").partition(":")[0]]:
            continue
        always = when.startswith(ALWAYS)
        found |= {Allowed(place.strip("`"), kind, always) for kind in re.findall(r"`([a-z, ]+)`", kinds)}
    return found


def compare(found: set[tuple[str, str]], allowed: set[Allowed]) -> list[str]:
    """What is wrong, in words; empty when page and world agree."""
    listed = {(entry.place, entry.kind) for entry in allowed}
    due = {(entry.place, entry.kind) for entry in allowed if entry.always}
    return sorted(f"remains, and is not in the page: {place}: {kind}" for place, kind in found - listed) + sorted(
        f"is in the page, and does not remain: {place}: {kind}" for place, kind in due - found
    )
