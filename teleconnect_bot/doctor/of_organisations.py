"""The Matrix rooms of interpreting organisations, as the bot sees them (PRODUCT §5). Nothing is changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.config import Config
from teleconnect_bot.doctor.findings import Finding, Surroundings, ok
from teleconnect_bot.doctor.of_staff_rooms import Problem, RoomState, finding_of, judge_confidence, state_of


async def organisation_rooms(around: Surroundings) -> Finding:
    rooms = configured(around.config) | await _added(around.config)
    if not rooms:
        return ok("No organisation has a room; e-mail is enough.")
    problems: list[Problem] = []
    for where, name in rooms.items():
        content = await state_of(around, where, name, "nobody can be asked there")
        found = [content] if isinstance(content, Problem) else list(judge_room(where, name, content, around.config.bot))
        problems += found
    return finding_of(problems, "The bot is in each of them, sees its members, and can ask there in confidence.")


def configured(config: Config) -> dict[str, str]:
    """Each room's id or alias, by where it stands."""
    return {f"organisations.{each.id}": each.room for each in config.interpreting() if each.room}


async def _added(config: Config) -> dict[str, str]:
    """The same of those which administrators have added; none while there is no database that can be read."""
    url = make_url(config.database.url.get_secret_value())
    if url.get_backend_name() == "sqlite" and url.database and not await asyncio.to_thread(Path(url.database).exists):
        return {}
    table = tables.organisation.c
    database = Database(config.database.url.get_secret_value())
    try:
        async with database.reading() as connection:
            rows = await connection.execute(select(table.id, table.room).where(~table.configured, table.room.is_not(None)))
            return {f"org {row.id}": row.room for row in rows}
    except SQLAlchemyError:
        return {}
    finally:
        await database.close()


def judge_room(where: str, name: str, content: RoomState, bot: str) -> Iterator[Problem]:
    """What is wrong with an organisation's room in which the bot is: whoever is a member there may accept."""
    if content.get(("m.room.join_rules", ""), {}).get("join_rule") == "public":
        yield Problem(
            f"{where}: anybody can join {name} and would be an interpreter.",
            "In the room's settings, let people in by invitation alone (Security).",
        )
    yield from judge_confidence(where, name, content, bot, unencrypted="nobody is asked there")
    members = [key for (kind, key), event in content.items() if kind == "m.room.member" and event.get("membership") == "join"]
    if members == [bot]:
        yield Problem(f"{where}: nobody but the bot is in {name}, so nobody can accept.", "Invite the interpreters into the room.")
