"""What a benchmark says, as a table for people and as `bench-output/results.json` for programs (PRODUCT §11)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """`baseline` is what `value` is compared with, measured in the same run, in the same unit; `ratio` is value by baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    goal: str
    ok: bool


def table(rows: Sequence[Row]) -> str:
    cells = [("", "value", "baseline", "ratio", "goal", "")]
    for row in rows:
        baseline = "-" if row.baseline is None else f"{row.baseline:.2f} {row.unit}"
        ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
        cells.append((row.name, f"{row.value:.2f} {row.unit}", baseline, ratio, row.goal, "ok" if row.ok else "MISSED"))
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    )


def write(rows: Sequence[Row], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = [{key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(row).items()} for row in rows]
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
