"""Looks for sentinels in databases, column by column, and in files, byte by byte, however they are written down there."""

from __future__ import annotations

import base64
import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import asyncpg

from tests.acceptance.residue.sentinels import MARK, Exact

UNREADABLE = "encoded"
"""The kind of a mark that stands in base64 or hexadecimal, where its end cannot be told."""


LARGE = 1_000_000
"""Bytes from which on, of what the programs made, some of each kind are looked for instead of all; of what is personal always all."""


class Search:
    """`found` holds (place, kind)."""

    def __init__(self, exact: Exact) -> None:
        self.found: set[tuple[str, str]] = set()
        self._exact = [(form, kind) for value, kind in exact.kinds().items() for form in _forms(value)] + list(exact.bytes.items())
        self._of_large = [(form, kind) for value, kind in exact.some().items() for form in _forms(value)] + list(exact.bytes.items())
        self._mark = re.compile(MARK.encode() + rb"([a-z]+)")
        self._wide = re.compile(b"".join(bytes([letter]) + rb"\0" for letter in MARK.encode()) + rb"((?:[a-z]\0)+)")
        self._encoded = re.compile(b"|".join(re.escape(form) for form in _encoded(MARK)))

    def kinds_in(self, content: bytes) -> set[str]:
        kinds = {found[1].decode() for found in self._mark.finditer(content)}
        kinds |= {found[1].replace(b"\0", b"").decode() for found in self._wide.finditer(content)}
        exact = self._exact if len(content) < LARGE else self._of_large
        kinds |= {kind for form, kind in exact if form in content}
        if self._encoded.search(content):
            kinds.add(UNREADABLE)
        return kinds

    def look_at(self, place: str, content: bytes) -> None:
        self.found |= {(place, kind) for kind in self.kinds_in(content)}

    def files(self, place: str, directory: Path, *, apart: Mapping[str, str] | None = None) -> None:
        """Every file below; `apart` names, by a part of the path, files that count as a place of their own."""
        files = [directory] if directory.is_file() else [file for file in directory.rglob("*") if file.is_file()]
        assert files, place
        for file in files:
            name = str(file.relative_to(directory.parent))
            special = next((there for part, there in (apart or {}).items() if part in name), None)
            # A running server takes some of its own away meanwhile (PostgreSQL its pg_internal.init): what is gone holds nothing.
            with contextlib.suppress(FileNotFoundError):
                self.look_at(special or place, name.encode() + b"\n" + file.read_bytes())

    def sqlite(self, place: str, database: Path) -> None:
        """Every value of every table: `place: table.column`."""
        for table, column, value in sqlite_values(database):
            self.look_at(f"{place}: {table}.{column}", value)

    async def postgresql(self, place: str, address: str) -> None:
        connection = await asyncpg.connect(address.replace("+asyncpg", ""))
        try:
            columns = await connection.fetch(
                "SELECT table_schema, table_name, column_name FROM information_schema.columns"
                " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
            )
            assert len(columns) > 50
            for schema, table, column in columns:
                cast = f"encode(\"{column}\", 'escape')" if await _is_bytes(connection, schema, table, column) else f'"{column}"::text'
                for row in await connection.fetch(f'SELECT {cast} FROM "{schema}"."{table}" WHERE "{column}" IS NOT NULL'):  # noqa: S608
                    self.look_at(f"{place}: {table}.{column}", str(row[0]).encode())
        finally:
            await connection.close()


async def _is_bytes(connection: asyncpg.Connection, schema: str, table: str, column: str) -> bool:
    query = "SELECT data_type FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND column_name = $3"
    return bool(await connection.fetchval(query, schema, table, column) == "bytea")


def sqlite_values(database: Path) -> Iterator[tuple[str, str, bytes]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        assert len(tables) > 5, database
        for table in tables:
            rows = connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name is the database's own
            columns = [column[0] for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        yield table, column, value if isinstance(value, bytes) else str(value).encode()
    finally:
        connection.close()


def _forms(text: str) -> set[bytes]:
    """As UTF-8, UTF-16, in JSON, in JSON inside JSON, in an address."""
    in_json = text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00")
    forms = {text.encode(), text.encode("utf-16-le"), in_json, in_json.replace(b"\\", b"\\\\"), quote(text, safe="").encode()}
    return forms | {text.encode("latin-1")} if text.isascii() else forms


def _encoded(text: str) -> Iterable[bytes]:
    """Hexadecimal, and base64 for each position in its groups of three bytes, without the letters that depend on the neighbours."""
    yield text.encode().hex().encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text.encode())
        first = (before * 8 + 5) // 6
        whole = (before + len(text)) * 8 // 6
        yield encoded[first:whole]
