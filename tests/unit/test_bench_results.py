import json
from pathlib import Path

from tests.bench.results import Row, table, write

GOOD = Row("a session", 2.5, "s", 2.0, 1.25, "ratio <= 1.5", True)
ALONE = Row("memory", 180.123456, "MB", None, None, "<= 150 MB", False)


def test_the_file_is_a_list_of_objects_with_the_fixed_names(tmp_path: Path) -> None:
    write([GOOD, ALONE], tmp_path / "out" / "results.json")
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [set(row) for row in found] == [{"name", "value", "unit", "baseline", "ratio", "goal", "ok"}] * 2
    assert found[1] == {
        "name": "memory",
        "value": 180.1235,
        "unit": "MB",
        "baseline": None,
        "ratio": None,
        "goal": "<= 150 MB",
        "ok": False,
    }


def test_the_table_says_what_was_missed() -> None:
    head, good, alone = table([GOOD, ALONE]).splitlines()
    assert good.split() == ["a", "session", "2.50", "s", "2.00", "s", "1.25", "ratio", "<=", "1.5", "ok"]
    assert alone.endswith("MISSED")
    assert len(head) == len(good) == len(alone)
