"""docs/architecture.md describes the house that stands here."""

from __future__ import annotations

import re

import pytest

from teleconnect_bot.domain.life import TRANSITIONS, diagram
from tests.architecture_diagram import PAGE, with_diagram

ROOT = PAGE.parents[1]
WORDS = PAGE.read_text(encoding="utf-8")


def test_the_diagram_is_the_one_that_the_table_gives() -> None:
    assert with_diagram(WORDS) == WORDS, "write it anew: .venv/bin/python -m tests.architecture_diagram"


def test_a_page_without_a_place_for_the_diagram_is_noticed() -> None:
    with pytest.raises(ValueError, match="0 places"):
        with_diagram("no marks")


def test_the_diagram_shows_each_state_and_each_change_of_state() -> None:
    shown = set(re.findall(r"^    (\w+) --> (\w+):", diagram(), re.MULTILINE))
    assert shown == {
        (str(state), str(to)) for state, row in TRANSITIONS.items() for rule in row.values() for to in rule.to if to is not state
    }
    assert {state for pair in shown for state in pair} == {str(state) for state in TRANSITIONS}


def test_each_file_that_the_page_names_exists() -> None:
    named = {name for name in re.findall(r"`([\w./-]+/[\w./-]*)`", WORDS) if not name.startswith("/")}
    named |= {f"docs/{link}" for link in re.findall(r"\]\(([\w./-]+)\)", WORDS)}
    homes = (ROOT, ROOT / "teleconnect_bot", ROOT / "docs")
    assert [name for name in sorted(named) if not any((home / name).exists() for home in homes)] == []


def test_each_decision_is_half_a_page_with_its_reasons_and_consequences() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [decision.name[:4] for decision in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for decision in decisions:
        words = decision.read_text(encoding="utf-8")
        assert words.startswith(f"# {decision.name[:4]} ")
        assert re.findall(r"^## (.+)$", words, re.MULTILINE) == ["Situation", "Decision", "Consequences"], decision.name
        assert len(words.splitlines()) <= 50, decision.name
