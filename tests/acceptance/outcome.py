"""How a session ended, looked up from outside: what the requester read, and what is left of it anywhere."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import aiohttp

from teleconnect_bot.demo.remains import identifiers, rows, session_rows, tables_with
from teleconnect_bot.demo.stack import Stack
from tests.acceptance.nurse import SLOW, Nurse

_POLL_SECONDS = 0.1
NOTICES = {
    "coming": "somebody opened the link and is coming",
    "here": "is in the waiting room",
    "started": "has started",
    "closed": "is closed. pdf",
    "deleted": "is deleted. Nothing of it",
    "undeliverable": "a message could not be delivered",
}
"""What a new message of the bot in the direct chat is about, by words of it."""


def read_rows(stack: Stack, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the bot's database, read only."""
    connection = sqlite3.connect(f"file:{stack.database_directory / 'teleconnect.db'}?mode=ro", uri=True, timeout=20)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 - names of ours
    finally:
        connection.close()


async def wait_until_settled(stack: Stack) -> None:
    """The bot has nothing left to do at once: no effect waits, and accounts for visitors are in stock."""
    async with asyncio.timeout(SLOW):
        while read_rows(stack, "outbox") or len(read_rows(stack, "visitor_pool")) < stack.config.guests.pool:
            await asyncio.sleep(_POLL_SECONDS)


async def wait_until_gone(stack: Stack, session: str = "") -> None:
    """A session's last rows are gone, of any session when none is named. The requester is told just before, because after it nobody
    knows whom to tell.
    """
    async with asyncio.timeout(SLOW):
        while not any("session_gone" in line and session in line for line in stack.bot.log_file.read_text().splitlines()):
            await asyncio.sleep(_POLL_SECONDS)


def told(nurse: Nurse) -> Counter[str]:
    """How often the requester was told what; edits of the card are not counted, new cards are."""
    found: Counter[str] = Counter()
    for seen in nurse.staff.messages(nurse.chat):
        if seen.sender == nurse.bot and seen.replaces is None:
            first = seen.text.splitlines()[0] if seen.text else ""
            if re.match(r"Session [2-9A-HJ-NP-Z]{4} – ", first):
                found["card"] += 1
            found.update(kind for kind, words in NOTICES.items() if words in seen.text)
    return found


class Remains:
    """What the homeserver and the bot had of the running session; `assert_nothing_left` after it was deleted."""

    def __init__(self, nurse: Nurse, room: str) -> None:
        self.stack, self.nurse, self.room = nurse.stack, nurse, room
        self.named = identifiers(self.stack.database_directory)
        self.visitors = {str(row["user"]) for row in read_rows(self.stack, "seat") if row["user"]}
        assert self.named
        assert self.visitors

    async def assert_nothing_left(self, but: Mapping[str, int] = MappingProxyType({})) -> None:
        """`but`: rows of other sessions, by table. The bot has said that the session is deleted, or will soon."""
        stack = self.stack
        await wait_until_gone(stack)
        headers = {"Authorization": f"Bearer {await stack.homeserver.admin_token()}"}
        async with aiohttp.ClientSession(stack.homeserver.address, headers=headers, raise_for_status=True) as http:
            async with http.get("/_synapse/admin/v1/rooms") as answer:
                known = {room["room_id"] for room in (await answer.json())["rooms"]}
            assert known == {self.nurse.chat}, "a room without an owner"
            async with http.get("/_synapse/admin/v2/users", params={"deactivated": "true", "locked": "true", "limit": "1000"}) as answer:
                users = {user["name"]: bool(user["deactivated"]) for user in (await answer.json())["users"]}
            async with http.get(f"/_synapse/admin/v1/users/{quote(self.nurse.bot)}/media") as answer:
                assert (await answer.json())["total"] == 0, "a file of the bot is left"
        assert all(users[visitor] for visitor in self.visitors), "an account of a visitor is still active"
        assert session_rows(stack.database_directory) == dict(but)
        assert tables_with(stack.database_directory, {*self.named, *self.visitors, self.room}) == []
        assert not [key.name for key in stack.keys_directory.iterdir() if key.stem in self.named]


def all_rows(stack: Stack) -> list[tuple[str, tuple[object, ...]]]:
    """Every row of the bot's own database."""
    return list(rows(stack.database_directory / "teleconnect.db"))
