"""The statements for administrators are right for PostgreSQL too, on the tables that Synapse itself makes there.

What they remove, and that Synapse goes on afterwards, is tested with a real one in `tests/acceptance/residue`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import asyncpg

from tests.storage.postgres import Postgres

STATEMENTS = (Path(__file__).parents[2] / "docs" / "synapse-maintenance.sql").read_text(encoding="utf-8")
INSTALLED = find_spec("synapse")
assert INSTALLED is not None
SCHEMA = Path(str(INSTALLED.origin)).parent / "storage" / "schema"
"""Found, not imported: its SQL files are all that is needed."""
GUEST, OTHER = "@teleconnect_visitor_abc:example.org", "@teleconnectxvisitorxabc:example.org"


async def tables_of_synapse(connection: asyncpg.Connection) -> None:
    """Its whole schema, and of its later steps those that are plain SQL and concern the tables here."""
    for part in ("common", "state", "main"):
        await connection.execute((SCHEMA / part / "full_schemas/72/full.sql.postgres").read_text())
    for name in ("scheduled_tasks", "erased_users", "presence_stream"):
        exists = await connection.fetchval("SELECT to_regclass($1)", name)
        for step in [] if exists else sorted(SCHEMA.glob("main/delta/*/*.sql")):
            if f"CREATE TABLE {name}" in (text := step.read_text()) or f"CREATE TABLE IF NOT EXISTS {name}" in text:
                await connection.execute(text)


async def test_on_postgresql_the_statements_remove_closed_guests_and_nobody_else(postgres: Postgres) -> None:
    connection = await asyncpg.connect(await postgres.new_database())
    try:
        await tables_of_synapse(connection)
        for number, user in enumerate((GUEST, OTHER, "@nurse:example.org"), 1):
            await connection.execute("INSERT INTO users (name, deactivated) VALUES ($1, 1)", user)
            await connection.execute("INSERT INTO erased_users VALUES ($1)", user)
            await connection.execute("INSERT INTO device_lists_stream (stream_id, user_id, device_id) VALUES ($1, $2, 'D')", number, user)
        still_open = GUEST.replace("abc", "open")
        await connection.execute("INSERT INTO users (name, deactivated) VALUES ($1, 0)", still_open)
        for statement in statements():
            await connection.execute(statement)
        assert {row["name"] for row in await connection.fetch("SELECT name FROM users")} == {OTHER, "@nurse:example.org", still_open}
        assert {row["user_id"] for row in await connection.fetch("SELECT user_id FROM erased_users")} == {OTHER, "@nurse:example.org"}
        assert {row["user_id"] for row in await connection.fetch("SELECT user_id FROM device_lists_stream")} == {
            OTHER,
            "@nurse:example.org",
        }
    finally:
        await connection.close()


def statements() -> list[str]:
    """One by one: VACUUM may not stand in a batch."""
    without_comments = "\n".join(line for line in STATEMENTS.splitlines() if not line.startswith("--"))
    return [statement for part in without_comments.split(";") if (statement := part.strip())]
