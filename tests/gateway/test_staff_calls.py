"""What guests are told of a call that staff hold by Element: nothing, or that there is one (PRODUCT §7, `element_call`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from teleconnect_bot.web.gateway_staff_calls import CALL_EVENTS, scrubbed
from tests.fakes_web import ROOM, STAFF, gateway_with_seats

SYNC = "/_matrix/client/v3/sync"
FOCUS = {"type": "livekit", "livekit_service_url": "https://sfu.example.org", "livekit_alias": ROOM}
MEMBERSHIP = {"application": "m.call", "call_id": "", "device_id": "NURSEPHONE", "focus_active": FOCUS, "expires": 14_400_000}


def member(content: dict[str, Any], kind: str = CALL_EVENTS[1]) -> dict[str, Any]:
    return {
        "type": kind,
        "state_key": f"_{STAFF}_NURSEPHONE_m.call",
        "sender": STAFF,
        "event_id": "$call",
        "origin_server_ts": 1_000,
        "content": content,
        "unsigned": {"prev_content": MEMBERSHIP, "age": 5},
        "room_id": ROOM,
    }


def sync_with(*events: dict[str, Any]) -> dict[str, Any]:
    said = {"type": "m.room.encrypted", "content": {"ciphertext": "AwgA"}, "event_id": "$said", "unsigned": {"age": 1}}
    room = {"timeline": {"events": [said, *events], "limited": False}, "state": {"events": list(events)}}
    return {"next_batch": "s2", "rooms": {"join": {ROOM: room}}}


@pytest.mark.parametrize("kind", CALL_EVENTS)
@pytest.mark.parametrize(
    ("content", "passed"),
    [
        (MEMBERSHIP, {"in_call": True, "expires": 14_400_000}),
        (MEMBERSHIP | {"created_ts": 900}, {"in_call": True, "created_ts": 900, "expires": 14_400_000}),
        ({"memberships": [MEMBERSHIP, MEMBERSHIP | {"expires": 7}]}, {"in_call": True, "expires": 7}),
        ({"memberships": []}, {}),
        ({"memberships": "x"}, {}),
        ({}, {}),
        ({"expires": "soon", "created_ts": True}, {"in_call": True}),
    ],
)
def test_of_a_call_it_is_left_that_somebody_is_in_it_and_until_when(kind: str, content: dict[str, Any], passed: dict[str, Any]) -> None:
    whole = sync_with(member(content, kind))
    room = json.loads(scrubbed(json.dumps(whole).encode()))["rooms"]["join"][ROOM]
    (in_state,), (said, in_timeline) = room["state"]["events"], room["timeline"]["events"]
    assert said == whole["rooms"]["join"][ROOM]["timeline"]["events"][0], "everything else passes as it is"
    assert in_state == in_timeline
    assert in_state["content"] == passed
    assert in_state.keys() == {"type", "state_key", "sender", "event_id", "origin_server_ts", "content"}
    for secret in ("NURSEPHONE", "livekit", "sfu.example.org", "prev_content"):
        assert secret not in json.dumps(in_state)


def test_two_devices_stay_two() -> None:
    first, second = member(MEMBERSHIP), member(MEMBERSHIP) | {"state_key": f"_{STAFF}_NURSELAPTOP_m.call"}
    events = json.loads(scrubbed(json.dumps(sync_with(first, second)).encode()))["rooms"]["join"][ROOM]["state"]["events"]
    assert len({event["state_key"] for event in events}) == 2


async def test_where_staff_call_by_element_a_poll_brings_the_reduced_event(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path, staff_calls=True) as (front, homeserver):
        asked: list[dict[str, Any]] = []

        async def sync(request: web.Request) -> web.StreamResponse:
            asked.append(json.loads(request.query["filter"]))
            return web.json_response(sync_with(member(MEMBERSHIP)))

        homeserver.instead = sync
        answer = await front.gw("GET", SYNC)
        assert answer.status == 200
        assert b"NURSEPHONE" not in answer.body
        assert b'"in_call":true' in answer.body
        assert "not_types" not in json.dumps(asked)

        async def no_json(request: web.Request) -> web.StreamResponse:
            return web.Response(body=b"<html>", content_type="application/json")

        homeserver.instead = no_json
        assert (await front.gw("GET", SYNC)).status == 502


async def test_where_they_do_not_the_homeserver_is_not_even_asked_for_it(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        await front.gw("GET", SYNC)
        room = json.loads(homeserver.requests[0].query["filter"])["room"]
        assert room["state"]["not_types"] == room["timeline"]["not_types"] == list(CALL_EVENTS)
    for staff_calls in (True, False):
        async with gateway_with_seats(tmp_path, staff_calls=staff_calls) as (front, homeserver):
            await front.gw("GET", f"/_matrix/client/v3/rooms/{ROOM}/messages?dir=b&filter=%7B%7D")
            assert json.loads(homeserver.requests[0].query["filter"]) == {"not_types": list(CALL_EVENTS)}


@pytest.mark.parametrize("kind", [*CALL_EVENTS, "im.vector.modular.widgets"])
async def test_no_guest_can_say_that_they_are_in_such_a_call(tmp_path: Path, kind: str) -> None:
    async with gateway_with_seats(tmp_path, staff_calls=True) as (front, homeserver):
        for path in (f"state/{kind}/_x", f"state/{kind}", f"send/{kind}/t1"):
            answer = await front.gw("PUT", f"/_matrix/client/v3/rooms/{ROOM}/{path}", json=MEMBERSHIP)
            assert answer.status == 403
        assert homeserver.requests == []
