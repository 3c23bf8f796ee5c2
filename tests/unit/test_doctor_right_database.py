"""`doctor` says when the database is not the one that the homeserver remembers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from teleconnect_bot.adapters.matrix.memory import ACCOUNT_DATA
from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.migrations import migrate
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.config import Config, parse
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_database import remembered_database
from teleconnect_bot.domain.installation import REMEDY, WORDS, Doubt, Installation
from tests.unit.test_config import with_changes

Remembered = dict[str, object]


@pytest.fixture
async def homeserver() -> AsyncIterator[tuple[str, Remembered]]:
    """Its address, and what it remembers."""
    remembered: Remembered = {}

    async def answer(request: web.Request) -> web.Response:
        assert request.method == "GET"
        assert request.query["user_id"] == "@teleconnect:example.org"
        return web.json_response(remembered, status=200 if remembered else 404)

    application = web.Application()
    application.router.add_route("*", f"/_matrix/client/v3/user/{{user}}/account_data/{ACCOUNT_DATA}", answer)
    server = TestServer(application)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/"), remembered
    await server.close()


def configured(folder: Path, address: str) -> Config:
    return parse(with_changes(homeserver__address=address, database={"url": f"sqlite:///{folder}/rows/bot.db"}), folder=folder)


async def look(configuration: Config) -> Finding:
    async with aiohttp.ClientSession() as http:
        return await remembered_database(Surroundings(configuration, http))


async def made(configuration: Config, installation: Installation | None) -> None:
    address = configuration.database.url.get_secret_value()
    await migrate(address)
    database = Database(address)
    if installation is not None:
        async with SqlUnitOfWork(database, FileSessionKeys(configuration.keys_directory)).begin() as unit:
            await unit.put_installation(installation)
    await database.close()


@pytest.mark.parametrize(
    ("own", "remembered", "doubt"),
    [
        (None, {}, None),
        (Installation("a", 3), {"database": "a", "count": 3}, None),
        (Installation("a", 4), {"database": "a", "count": 3}, None),
        (Installation("a", 2), {"database": "a", "count": 3}, Doubt.OUTDATED),
        (Installation("b", 9), {"database": "a", "count": 3}, Doubt.ANOTHER_DATABASE),
        (None, {"database": "a", "count": 3}, Doubt.ANOTHER_DATABASE),
        (Installation("b", 9, confirmed=True), {"database": "a", "count": 3}, None),
    ],
)
async def test_the_database_is_compared_with_what_the_homeserver_remembers(
    tmp_path: Path, homeserver: tuple[str, Remembered], own: Installation | None, remembered: Remembered, doubt: Doubt | None
) -> None:
    configuration = configured(tmp_path, homeserver[0])
    homeserver[1].update(remembered)
    await made(configuration, own)
    found = await look(configuration)
    assert (found.level, found.remedy) == ((Level.ERROR, REMEDY) if doubt else (Level.OK, ""))
    assert doubt is None or found.words == WORDS[doubt]


async def test_a_database_that_does_not_exist_is_not_made_by_looking(tmp_path: Path, homeserver: tuple[str, Remembered]) -> None:
    assert (await look(configured(tmp_path, homeserver[0]))).level is Level.WARNING
    assert not (tmp_path / "rows").exists()
