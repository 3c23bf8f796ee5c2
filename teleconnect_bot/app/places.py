"""Where the bot's files lie."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import make_url


def crypto_database(url: str) -> str:
    """The crypto tables live beside ours: SQLite in a file of their own, PostgreSQL in a schema of their own (ARCHITECTURE §5)."""
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite") or not parsed.database:
        return url
    path = Path(parsed.database)
    return f"sqlite:///{path.with_name(f'{path.stem}-crypto{path.suffix}')}"


def make_database_folder(url: str) -> None:
    """For a database that is a file; readable by the bot's user alone."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite") and parsed.database:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
