"""A selection of tests may lie in some of the parts alone (`scripts/pytest-parts`)."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "pytest-parts"
NOTHING = 5


@pytest.mark.parametrize(
    ("sharing", "browser", "starting", "all_of_them"),
    [
        (0, 0, 0, 0),
        (0, NOTHING, NOTHING, 0),
        (NOTHING, 0, NOTHING, 0),
        (NOTHING, NOTHING, 0, 0),
        (NOTHING, NOTHING, NOTHING, NOTHING),
        (1, 0, 0, 1),
        (0, 1, 0, 1),
        (0, 0, 1, 1),
    ],
)
def test_all_pass_when_one_had_tests_and_none_failed(tmp_path: Path, sharing: int, browser: int, starting: int, all_of_them: int) -> None:
    stand_in = tmp_path / "pytest"
    stand_in.write_text(
        '#!/usr/bin/env bash\ncase " $* " in\n'
        f'*" --ignore=tests/gateway "*) exit {sharing};;\n*" --ignore=tests/page "*) exit {starting};;\n*) exit {browser};;\nesac\n',
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    order = [SCRIPT, "2", "tests/page", "tests/gateway", "-k", "a name"]
    ran = subprocess.run(order, env={**os.environ, "PYTEST": str(stand_in)}, check=False)
    assert ran.returncode == all_of_them
