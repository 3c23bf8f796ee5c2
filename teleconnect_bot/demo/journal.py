"""What the walk-through did, said in words while it happens and written to a file afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Step:
    """One step. `seconds` is what it took; `checked` is what was found to be so, in words."""

    words: str
    seconds: float = 0.0
    checked: list[str] = field(default_factory=list)
    failed: str | None = None

    def check(self, holds: object, words: str) -> None:
        """Note what holds. Raises `NotSo` when it does not."""
        if not holds:
            raise NotSo(words)
        self.checked.append(words)


class NotSo(Exception):
    """Something that must hold does not; the text says what should be so."""

    def __init__(self, words: str) -> None:
        super().__init__(f"this should be so, but is not: {words}")


class Journal:
    """Prints each step when it is done; `file` is rewritten after each, so that a failed run leaves what it had reached."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.steps: list[Step] = []
        file.parent.mkdir(parents=True, exist_ok=True)
        self._write()

    @contextmanager
    def step(self, words: str) -> Iterator[Step]:
        step = Step(words)
        self.steps.append(step)
        began = time.monotonic()
        try:
            yield step
        except BaseException as error:
            step.failed = str(error).partition("\n")[0] or type(error).__name__
            raise
        finally:
            step.seconds = round(time.monotonic() - began, 2)
            print(f"{'✗' if step.failed else '✓'} {words} ({step.seconds:.1f} s)", flush=True)
            for checked in step.checked:
                print(f"    · {checked}", flush=True)
            self._write()

    def _write(self) -> None:
        content = [_written(step) for step in self.steps]
        self._file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _written(step: Step) -> dict[str, Any]:
    entry: dict[str, Any] = {"step": step.words, "seconds": step.seconds, "checked": step.checked}
    return entry | {"failed": step.failed} if step.failed else entry
