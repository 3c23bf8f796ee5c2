"""`doctor` about calls, asked of a pretended homeserver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from teleconnect_bot.config import parse
from teleconnect_bot.doctor.findings import Finding, Level, Surroundings
from teleconnect_bot.doctor.of_calls import calls
from tests.unit.test_config import with_changes

BOTH = ["turn:turn.example.org:3478?transport=udp", "turn:turn.example.org:3478?transport=tcp"]


async def diagnosed(folder: Path, uris: list[str] | None, **section: Any) -> Finding:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer a-token"
        return web.json_response({} if uris is None else {"uris": uris, "username": "1:x", "password": "p", "ttl": 3600})

    application = web.Application()
    application.router.add_get("/_matrix/client/v3/voip/turnServer", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as http:
        address = str(server.make_url("")).rstrip("/")
        return await calls(Surroundings(parse(with_changes(homeserver__address=address, calls=section), folder=folder), http))


@pytest.mark.parametrize(
    ("uris", "section", "level", "words", "remedy"),
    [
        (BOTH, {}, Level.OK, "nobody learns anybody's address", ""),
        (None, {}, Level.ERROR, "names no TURN server, and calls.force_relay lets no call go without one", "turn_shared_secret"),
        ([], {}, Level.ERROR, "names no TURN server", "turn_uris"),
        (None, {"force_relay": False}, Level.WARNING, "behind many firewalls", "turn_uris"),
        (BOTH, {"force_relay": False}, Level.WARNING, "can learn the others' internet addresses", "calls.force_relay to true"),
        (BOTH[:1], {}, Level.WARNING, "by UDP alone", "transport=tcp"),
        (None, {"provider": "none"}, Level.OK, "There are none", ""),
    ],
)
async def test_what_is_missing_for_calls_is_said_with_its_remedy(
    tmp_path: Path, uris: list[str] | None, section: dict[str, Any], level: Level, words: str, remedy: str
) -> None:
    finding = await diagnosed(tmp_path, uris, **section)
    assert (finding.level, words in finding.words, remedy in finding.remedy) == (level, True, True), finding
