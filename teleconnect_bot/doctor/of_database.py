"""Whether the database is the one that the homeserver remembers. Nothing is changed on either side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

import aiohttp
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from teleconnect_bot.adapters.matrix.memory import ACCOUNT_DATA, mark_of
from teleconnect_bot.adapters.storage import tables
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.doctor.findings import Finding, Surroundings, error, ok, warning
from teleconnect_bot.domain.installation import REMEDY, WORDS, Doubt, Installation, Mark, doubt_of_mark
from teleconnect_bot.services.ports import ServiceUnavailable


async def remembered_database(around: Surroundings) -> Finding:
    unread = warning("It cannot be read yet.", "`teleconnect-bot migrate` brings it to this version.")
    url = make_url(around.config.database.url.get_secret_value())
    if url.get_backend_name() == "sqlite" and url.database and not await asyncio.to_thread(Path(url.database).exists):
        return unread
    try:
        own, remembered = await _own(around), await _remembered(around)
    except (SQLAlchemyError, ServiceUnavailable):
        return unread
    except (aiohttp.ClientError, TimeoutError):
        return warning("The homeserver could not be asked.", "See the first line.")
    if remembered is None:
        return ok("The homeserver does not remember any: nothing was removed in the bot's name so far.")
    doubt = Doubt.ANOTHER_DATABASE if own is None else doubt_of_mark(own, remembered)
    return error(WORDS[doubt], REMEDY) if doubt else ok("It is the one that the homeserver remembers.")


async def _own(around: Surroundings) -> Installation | None:
    database = Database(around.config.database.url.get_secret_value())
    try:
        async with database.reading() as connection:
            row = (await connection.execute(select(tables.installation))).one_or_none()
    finally:
        await database.close()
    return None if row is None else Installation(row.database, row._mapping["count"], row.confirmed)


async def _remembered(around: Surroundings) -> Mark | None:
    config = around.config
    url = f"{config.homeserver.address}/_matrix/client/v3/user/{quote(config.bot, safe='')}/account_data/{ACCOUNT_DATA}"
    headers = {"Authorization": f"Bearer {config.appservice.as_token.get_secret_value()}"}
    async with around.http.get(url, headers=headers, params={"user_id": config.bot}, allow_redirects=False) as answer:
        return mark_of(await answer.json(content_type=None)) if answer.status == 200 else None
