"""`doctor` on the rooms of interpreting organisations, asked of a pretended homeserver and a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from teleconnect_bot.adapters.storage.database import Database
from teleconnect_bot.adapters.storage.sealing import FileSessionKeys
from teleconnect_bot.adapters.storage.unit_of_work import SqlUnitOfWork
from teleconnect_bot.config import parse
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_organisations import organisation_rooms
from teleconnect_bot.domain.organisations import Organisation
from tests.storage.sqlite import new_migrated_file
from tests.unit.test_config import with_changes

BOT, ROOM = "@teleconnect:example.org", "!lingua:example.org"
LINGUA = {"name": "Lingua", "languages": ["ti"], "room": ROOM}
MEMBERS = {("m.room.member", user): {"membership": "join"} for user in (BOT, "@selam:example.org")}
GOOD: dict[tuple[str, str], dict[str, Any]] = {
    ("m.room.join_rules", ""): {"join_rule": "invite"},
    ("m.room.encryption", ""): {"algorithm": "m.megolm.v1.aes-sha2"},
    ("m.room.history_visibility", ""): {"history_visibility": "shared"},
    **MEMBERS,
}


async def diagnosed(
    folder: Path, changes: dict[tuple[str, str], dict[str, Any] | None] | None = None, *, status: int = 200, **section: Any
) -> Finding:
    state = {key: value for key, value in {**GOOD, **(changes or {})}.items() if value is not None}
    events = [{"type": kind, "state_key": key, "content": content} for (kind, key), content in state.items()]

    async def answer(request: web.Request) -> web.Response:
        assert (request.method, request.query["user_id"]) == ("GET", BOT)
        if "directory" in request.path:
            return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)
        return web.json_response(events if status == 200 else {"errcode": "M_FORBIDDEN"}, status=status)

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as http:
        address = str(server.make_url("")).rstrip("/")
        settings = {"organisations": [LINGUA], "database": {"url": f"sqlite:///{folder}/data/bot.db"}, **section}
        return await organisation_rooms(Surroundings(parse(with_changes(homeserver__address=address, **settings), folder=folder), http))


async def test_a_room_in_which_the_bot_can_ask_in_confidence_is_good(tmp_path: Path) -> None:
    found = await diagnosed(tmp_path)
    assert (found.level, found.remedy) == (Level.OK, "")


async def test_organisations_that_are_asked_by_mail_alone_need_no_room(tmp_path: Path) -> None:
    found = await diagnosed(tmp_path, status=403, organisations=[{"name": "Lingua", "languages": ["ti"], "email": "desk@lingua.example"}])
    assert found.level is Level.OK


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({("m.room.encryption", ""): None}, "is not encrypted, and nobody is asked there"),
        ({("m.room.join_rules", ""): {"join_rule": "public"}}, "anybody can join !lingua:example.org and would be an interpreter"),
        ({("m.room.history_visibility", ""): {"history_visibility": "world_readable"}}, "anybody can read"),
        ({("m.room.power_levels", ""): {"events_default": 50}}, "the bot may not write"),
        ({("m.room.member", BOT): {"membership": "leave"}}, "the bot is not in !lingua:example.org"),
        ({("m.room.member", "@selam:example.org"): {"membership": "invite"}}, "nobody but the bot is in"),
    ],
)
async def test_what_keeps_an_organisation_from_being_asked_is_told_with_its_remedy(
    tmp_path: Path, changes: dict[tuple[str, str], dict[str, Any] | None], words: str
) -> None:
    found = await diagnosed(tmp_path, changes)
    assert found.level is Level.ERROR
    assert found.words.startswith("organisations.lingua: ")
    assert words in found.words
    assert found.remedy


async def test_a_room_that_the_bot_may_not_see_and_an_alias_that_nobody_knows_are_told(tmp_path: Path) -> None:
    assert "the bot is not in" in (await diagnosed(tmp_path, status=403)).words
    named = await diagnosed(tmp_path, organisations=[{**LINGUA, "room": "#lingua:example.org"}])
    assert "knows no room #lingua:example.org" in named.words


async def test_organisations_that_administrators_have_added_are_looked_at_too(tmp_path: Path) -> None:
    await new_migrated_file(tmp_path / "data" / "bot.db")
    database = Database(f"sqlite:///{tmp_path}/data/bot.db")
    async with SqlUnitOfWork(database, FileSessionKeys(tmp_path / "keys")).begin() as unit:
        await unit.put_organisation(Organisation(id="horn", name="Horn", languages=("so",), room="!horn:example.org"))
        await unit.put_organisation(Organisation(id="old", name="Old", languages=("so",), room="!old:example.org", configured=True))
    await database.close()
    found = await diagnosed(tmp_path, {("m.room.encryption", ""): None}, organisations=[])
    assert "org horn: !horn:example.org is not encrypted" in found.words
    assert "!old:example.org" not in found.words, "that one follows the configuration"
