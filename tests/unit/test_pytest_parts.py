"""A selection of tests may lie in some of the parts alone (`scripts/pytest-parts`)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "pytest-parts"
NOTHING = 5


@pytest.mark.parametrize(
    ("in_process", "starting", "both"),
    [(0, 0, 0), (0, NOTHING, 0), (NOTHING, 0, 0), (NOTHING, NOTHING, NOTHING), (1, 0, 1), (0, 1, 1)],
)
def test_all_pass_when_one_had_tests_and_none_failed(tmp_path: Path, in_process: int, starting: int, both: int) -> None:
    stand_in = tmp_path / "pytest"
    stand_in.write_text(
        f'#!/usr/bin/env bash\ncase " $* " in\n*" --ignore=tests/gateway "*) exit {in_process};;\n*) exit {starting};;\nesac\n',
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    order = [str(SCRIPT), "2", "tests/gateway", "-k", "a name"]
    ran = subprocess.run(order, env={**os.environ, "PYTEST": str(stand_in)}, check=False)
    assert ran.returncode == both
