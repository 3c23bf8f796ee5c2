"""Native Matrix guests through the gateway: their own token, no more than a homeserver lets them, and files that the bot uploads."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.gateway_table import NOT_FOR_GUESTS, RULES, path_of
from tests.fakes_web import AS_TOKEN, BOT, DOMAIN, OLM, ROOM, SECRET, STAFF, Front, RecordingHomeserver, digest, gateway_with_seats

GUEST, TOKEN = f"@17:{DOMAIN}", "the-guests-own-token"
MEDIA = f"mxc://{DOMAIN}/reserved"

JSON = {"Content-Type": "application/json"}
Scene = tuple[Front, RecordingHomeserver]


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.rows.seats[digest(SECRET)] = GatewaySeat("seat-one", GUEST, "guest_device", ROOM, revoked=False, token=TOKEN)
        homeserver.joined = {GUEST, STAFF}
        homeserver.answers["/media/v1/create"] = 200, json.dumps({"content_uri": MEDIA}).encode(), JSON
        yield front, homeserver


async def test_the_homeserver_is_asked_with_the_guests_own_token_and_the_page_never_sees_it(scene: Scene) -> None:
    front, homeserver = scene
    answer = await front.gw("GET", "/_matrix/client/v3/sync?timeout=0")
    assert answer.status == 200
    (asked,) = homeserver.requests
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert not {"user_id", "device_id"} & asked.query.keys(), "nobody acts as a guest, it is asked by itself"
    assert TOKEN not in repr(front.rows.seats[digest(SECRET)])
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.guard in NOT_FOR_GUESTS], ids=lambda rule: rule.name)
async def test_what_a_homeserver_refuses_to_guests_it_is_not_even_asked(rule: object, scene: Scene) -> None:
    front, homeserver = scene
    parts = {"room": ROOM, "me": GUEST, "receipt": "m.read", "event": "$e", "txn": "t"}
    answer = await front.gw(rule.method, path_of(rule, parts), json={})  # type: ignore[attr-defined, arg-type]  # a Rule
    assert (answer.status, homeserver.requests) == (403, [])


async def test_a_file_is_uploaded_by_the_bot_after_the_ledger_knows_where(scene: Scene) -> None:
    front, homeserver = scene
    answer = await front.gw("POST", "/_matrix/media/v3/upload", data=b"ciphertext")
    assert (answer.status, answer.json) == (200, {"content_uri": MEDIA})
    assert front.rows.uploads == [("seat-one", MEDIA, BOT)]
    reserved, uploaded = homeserver.requests
    assert (reserved.method, reserved.path) == ("POST", "/_matrix/media/v1/create")
    assert (uploaded.method, uploaded.path, uploaded.body) == ("PUT", f"/_matrix/media/v3/upload/{DOMAIN}/reserved", b"ciphertext")
    for asked in homeserver.requests:
        assert asked.headers["Authorization"] == f"Bearer {AS_TOKEN}"
        assert asked.query["user_id"] == BOT
    assert uploaded.headers["Content-Type"] == "application/octet-stream"


async def test_a_file_that_is_too_large_is_refused_before_anything_is_asked(scene: Scene) -> None:
    front, homeserver = scene
    answer = await front.gw("POST", "/_matrix/media/v3/upload", data=io.BytesIO(b"x" * (1024 * 1024 + 1)))
    assert (answer.status, homeserver.requests, front.rows.uploads) == (413, [], [])


async def test_a_homeserver_that_gives_no_address_gets_no_file(scene: Scene) -> None:
    front, homeserver = scene
    homeserver.answers["/media/v1/create"] = 429, b"{}", {}
    answer = await front.gw("POST", "/_matrix/media/v3/upload", data=b"ciphertext")
    assert (answer.status, front.rows.uploads, len(homeserver.requests)) == (502, [], 1)


async def test_letters_are_delivered_with_the_guests_own_token(scene: Scene) -> None:
    front, homeserver = scene
    homeserver.joined, homeserver.invited = {GUEST}, {STAFF}
    body = {"messages": {STAFF: {"PHONE": OLM}}}
    assert (await front.gw("PUT", "/_matrix/client/v3/sendToDevice/m.room.encrypted/t1", json=body)).status == 200
    assert homeserver.sent_to_device() == []
    front.rows.tokens[GUEST] = TOKEN
    await front.gateway.deliver_letters(STAFF)
    (sent,) = homeserver.sent_to_device()
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert "user_id" not in sent.query
