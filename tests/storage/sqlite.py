"""SQLite databases for the tests, migrated once in each process and copied from there."""

from __future__ import annotations

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from teleconnect_bot.adapters.storage.migrations import migrate


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="teleconnect-migrated-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


async def new_migrated_file(path: Path) -> None:
    """A database that holds all tables and no row stands at `path`, as `migrate` leaves it."""
    template = _folder() / "migrated.db"
    if not template.exists():
        being_made = _folder() / "being-made.db"
        await migrate(f"sqlite:///{being_made}")
        assert list(_folder().iterdir()) == [being_made], "all of it stands in the one file"
        being_made.rename(template)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(template, path)
