"""The diagram in docs/architecture.md. `python -m tests.architecture_diagram` writes it anew from the table of transitions."""

from __future__ import annotations

import re
from pathlib import Path

from teleconnect_bot.domain.life import diagram

PAGE = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
_BETWEEN = re.compile(r"(<!-- begin: diagram [^\n]* -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def with_diagram(page: str) -> str:
    """The page with the diagram as the table gives it. Raises `ValueError` when the two marks are missing."""
    written, places = _BETWEEN.subn(lambda found: f"{found[1]}\n```mermaid\n{diagram()}```\n\n{found[3]}", page)
    if places != 1:
        raise ValueError(f"{PAGE.name} has {places} places for the diagram instead of one")
    return written


if __name__ == "__main__":
    PAGE.write_text(with_diagram(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
