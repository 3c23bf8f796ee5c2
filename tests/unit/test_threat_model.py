"""The threat model claims nothing that no test shows."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
OF_THE_PAGE = sorted(set(re.findall(r"`(guest_page/test/\w+\.test\.ts)::([^`]+)`", PAGE)))
A_TEST = re.compile(r"`(?:tests/[\w/]+\.py::test_\w+|guest_page/test/\w+\.test\.ts::[^`]+)`")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def functions_of(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.exists():
        return frozenset()
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_that_the_page_names_exists(path: str, name: str) -> None:
    assert name.startswith("test_")
    assert name in functions_of(path), f"docs/threat-model.md names {path}::{name}, which does not exist"


@pytest.mark.parametrize(("path", "title"), OF_THE_PAGE)
def test_every_test_of_the_guest_page_that_is_named_exists(path: str, title: str) -> None:
    assert f'test("{title}", ' in (ROOT / path).read_text(encoding="utf-8")


def test_every_row_that_claims_a_protection_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| how |")]
    assert len(rows) > 40
    assert [row for row in rows if not A_TEST.search(row.rpartition(" | ")[2])] == []


def test_every_attacker_has_what_is_not_stopped_written_down() -> None:
    sections = PAGE.split("\n## ")[1:]
    silent = [section.splitlines()[0] for section in sections if "**Not stopped.**" not in section and "Not stopped" not in section]
    assert silent == ["A malicious website", "A stranger on Matrix"], "say what is not stopped, or name the section here"


def test_what_looks_like_a_test_is_written_so_that_it_is_checked() -> None:
    assert len(re.findall(r"tests/[\w/]+\.py::", PAGE)) == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))
