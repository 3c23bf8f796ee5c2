"""The bot on PostgreSQL: one whole session, and nothing of it left in any schema."""

from __future__ import annotations

import re

import asyncpg

from tests.acceptance.conftest import MakeStack, NewVisitor
from tests.acceptance.nurse import SLOW, Nurse
from tests.acceptance.outcome import wait_until_gone
from tests.storage.postgres import Postgres

NAME = "Zebulon-Quartz"


async def test_a_session_from_invitation_to_deletion_on_postgresql(make_stack: MakeStack, postgres: Postgres, visitor: NewVisitor) -> None:
    address = await postgres.new_database()
    stack = await make_stack({"database": {"url": address}, "retention": {"after_close": "24h", "sync_grace": "1s"}})
    nurse = await Nurse.meet_the_bot(stack)
    link = await nurse.invite("guest@example.org", more=f"lang=en name={NAME}")
    guest = await visitor()
    await guest.come_in(link, NAME)
    code = await nurse.code()
    room = await nurse.take()
    await guest.write("Is somebody there?")
    await nurse.reads("Is somebody there?", room=room)
    await stack.restart_bot()
    await nurse.says(room, "I am here.")
    await guest.reads("I am here.")
    assert NAME not in await dumped(address)
    await nurse.asks(f"close {code}", "is being closed")
    await guest.sees("This session is over")
    await nurse.asks(f"close now {code}", "deleted")
    await nurse.staff.wait_for_text(nurse.chat, f"Session {code} is deleted", sender=nurse.bot, timeout=SLOW)
    await wait_until_gone(stack)
    left = await dumped(address)
    assert room not in left
    assert re.search(rf"\b{code}\b", left) is None, "as a word: keys in base64 hold any four letters"


async def dumped(address: str) -> str:
    """Every row of every table of ours, as text."""
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    try:
        tables = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        assert len(tables) > 20
        rows = [await connection.fetch(f'SELECT t::text FROM "{table[0]}"."{table[1]}" t') for table in tables]  # noqa: S608
    finally:
        await connection.close()
    return "\n".join(str(row[0]) for found in rows for row in found)
