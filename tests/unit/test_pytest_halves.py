"""A selection of tests may lie in one of the two halves alone (`scripts/pytest-halves`)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "pytest-halves"
NOTHING_SELECTED = 5


@pytest.mark.parametrize(
    ("sharing", "starting", "both"),
    [
        (0, 0, 0),
        (0, NOTHING_SELECTED, 0),
        (NOTHING_SELECTED, 0, 0),
        (NOTHING_SELECTED, NOTHING_SELECTED, NOTHING_SELECTED),
        (0, 1, 1),
        (1, 0, 1),
    ],
)
def test_both_halves_pass_when_one_had_tests_and_none_failed(tmp_path: Path, sharing: int, starting: int, both: int) -> None:
    stand_in = tmp_path / "pytest"
    stand_in.write_text(
        f'#!/usr/bin/env bash\ncase " $* " in *" --ignore="*) exit {sharing};; *) exit {starting};; esac\n', encoding="utf-8"
    )
    stand_in.chmod(0o755)
    ran = subprocess.run([SCRIPT, "2", "tests/gateway", "-k", "a name"], env={**os.environ, "PYTEST": str(stand_in)}, check=False)
    assert ran.returncode == both
