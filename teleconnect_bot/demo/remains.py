"""Looks from outside for what should not be there: in the databases, files and interfaces, never through the bot's own code."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import aiohttp

_OPAQUE = re.compile(r"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])")


def files_with(directory: Path, texts: Iterable[str]) -> list[str]:
    """Files below the directory whose bytes hold one of the texts, also as JSON would write it; write-ahead logs included."""
    wanted = {form for text in texts for form in _forms(text)}
    return [str(file.relative_to(directory)) for file in _files(directory) if any(form in file.read_bytes() for form in wanted)]


def _files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def _forms(text: str) -> Iterator[bytes]:
    """As it stands, escaped as in JSON, and as JSON inside JSON."""
    yield text.encode()
    once = json.dumps(text)[1:-1]
    yield once.encode()
    yield json.dumps(once)[1:-1].encode()


def rows(database: Path) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Every row of every table, read only: (table, values)."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in tables:
            for row in connection.execute(f'SELECT * FROM "{table}"').fetchall():  # noqa: S608 - the name is the database's own
                yield table, row
    finally:
        connection.close()


def databases(directory: Path) -> list[Path]:
    """The SQLite databases directly in the directory."""
    return [path for path in sorted(directory.iterdir()) if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]


def tables_with(directory: Path, words: Iterable[str]) -> list[str]:
    """Tables of the databases in the directory with a value that holds one of the words: `file.table`."""
    wanted = [(word, word.encode()) for word in words]
    found = []
    for database in databases(directory):
        for table, row in rows(database):
            texts = [value for value in row if isinstance(value, str | bytes)]
            if any(word in text if isinstance(text, str) else raw in text for text in texts for word, raw in wanted):
                found.append(f"{database.stem}.{table}")
    return sorted(set(found))


def session_rows(directory: Path) -> dict[str, int]:
    """How many rows each table of sessions holds; tables without rows are left out. What a session's end leaves is not counted."""
    counts: dict[str, int] = {}
    for table, _ in rows(directory / "teleconnect.db"):
        if table not in (
            "alembic_version",
            "handled_event",
            "visitor_pool",
            "statistic",
            "installation",
            "spend_counter",
            "sqlite_sequence",
        ):
            counts[table] = counts.get(table, 0) + 1
    return counts


def identifiers(directory: Path) -> set[str]:
    """The opaque ids of sessions, links, seats and keys: each of them must be gone in the end."""
    found: set[str] = set()
    for table, row in rows(directory / "teleconnect.db"):
        if table in ("session", "link", "seat", "message"):
            found |= {name for value in row if isinstance(value, str) for name in _OPAQUE.findall(value)}
    return found


class HomeserverView:
    """The homeserver as its administrator sees it."""

    def __init__(self, address: str, admin_token: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {admin_token}"}

    async def knows_room(self, room: str) -> bool:
        return await self._status(f"/_synapse/admin/v1/rooms/{room}") != 404

    async def knows_media(self, mxc: str) -> bool:
        server, _, media = mxc.removeprefix("mxc://").partition("/")
        return await self._status(f"/_matrix/client/v1/media/download/{server}/{media}") != 404

    async def is_deactivated(self, user: str) -> bool:
        async with self._session() as http, http.get(f"/_synapse/admin/v2/users/{user}") as answer:
            return answer.status == 200 and bool((await answer.json())["deactivated"])

    async def _status(self, path: str) -> int:
        async with self._session() as http, http.get(path) as answer:
            if answer.status not in (200, 404):
                raise aiohttp.ClientError(f"the homeserver answered {answer.status}")
            return answer.status

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self._address, headers=self._headers)
