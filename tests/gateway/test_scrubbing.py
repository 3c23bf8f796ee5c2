"""Of the homeserver's answers a page sees what it needs, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.web.gateway_scrub import CONTENT, LARGEST_ANSWER_BYTES, NoAnswer, shown
from teleconnect_bot.web.gateway_table import CLIENT, RULES, Shown
from tests.fakes_web import ASKED, DEVICE, MEGOLM, OLM, OTHER_ROOM, ROOM, SECRET, STAFF, USER, WANTED, WITHHELD, gateway_with_seats

JANE = "Jane Roe"


def event(kind: str, content: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    about = {"type": kind, "sender": STAFF, "event_id": f"${kind}", "origin_server_ts": 1, "content": {**content}}
    return {**about, "room_id": ROOM, "user_id": STAFF, "age": 7, **more}


def see(how: Shown, body: object) -> Any:
    return json.loads(shown(how, json.dumps(body).encode(), ROOM, USER))


MEMBER = event("m.room.member", {"membership": "join", "displayname": JANE, "avatar_url": "mxc://x/y", "reason": JANE}, state_key=STAFF)
LEFT_OUT = (
    event("m.room.name", {"name": JANE}, state_key=""),
    event("m.room.message", {"msgtype": "m.text", "body": JANE}),
    event("m.reaction", {"m.relates_to": {"key": JANE}}),
    event("org.example.other", {"words": JANE}, state_key=""),
)


def test_every_call_says_what_of_its_answer_is_shown() -> None:
    """What is passed on whole answers with ids alone, with ciphertext, or with what concerns nobody else."""
    whole = {f"{rule.method} {rule.template.removeprefix(CLIENT)}" for rule in RULES if rule.shown is Shown.WHOLE}
    assert whole == {
        "GET /versions",
        "POST /v3/keys/upload",
        "POST /v3/keys/device_signing/upload",
        "POST /v3/keys/signatures/upload",
        "PUT /v3/sendToDevice/{type}/{txn}",
        "POST /v3/rooms/{room}/join",
        "POST /v3/join/{room}",
        "POST /v3/rooms/{room}/leave",
        "PUT /v3/rooms/{room}/send/{type}/{txn}",
        "PUT /v3/rooms/{room}/redact/{event}/{txn}",
        "PUT /v3/rooms/{room}/typing/{me}",
        "POST /v3/rooms/{room}/receipt/{receipt}/{event}",
        "GET /v3/voip/turnServer",
        "POST /_matrix/media/v3/upload",
        "GET /v1/media/download/{server}/{media}",
    }


def test_a_sync_shows_the_seats_room_its_ciphertext_and_who_is_there() -> None:
    encrypted = event("m.room.encrypted", {**MEGOLM, "body": JANE}, unsigned={"age": 3, "transaction_id": "t", "prev_content": {"x": JANE}})
    gone = event("m.room.encrypted", {}, unsigned={"redacted_because": event("m.room.redaction", {"reason": JANE})})
    timeline = {"events": [encrypted, gone, *LEFT_OUT], "limited": True, "prev_batch": "p"}
    part = {
        "state": {"events": [MEMBER, *LEFT_OUT]},
        "timeline": timeline,
        "ephemeral": {"events": [{"type": "m.typing", "content": {"user_ids": [STAFF]}}, {"type": "org.example", "content": {"x": JANE}}]},
        "account_data": {"events": [{"type": "m.tag", "content": {"x": JANE}}]},
        "summary": {"m.heroes": [JANE]},
        "unread_notifications": {"highlight_count": 4},
    }
    letters = [{"type": "m.room.encrypted", "sender": STAFF, "content": OLM, "x": JANE}, {"type": "org.example", "content": {"x": JANE}}]
    seen = see(
        Shown.SYNC,
        {
            "next_batch": "s2",
            "device_lists": {"changed": [STAFF]},
            "device_one_time_keys_count": {"signed_curve25519": 9},
            "to_device": {"events": letters},
            "presence": {"events": [{"content": {"status_msg": JANE}}]},
            "account_data": {"events": [{"type": "m.direct", "content": {"x": JANE}}]},
            "rooms": {"join": {ROOM: part, OTHER_ROOM: part}, "invite": {OTHER_ROOM: part}, "knock": {ROOM: part}},
        },
    )
    assert JANE not in json.dumps(seen)
    assert seen.keys() == {"next_batch", "device_lists", "device_one_time_keys_count", "to_device", "rooms"}
    assert seen["to_device"]["events"] == [{"type": "m.room.encrypted", "sender": STAFF, "content": OLM}]
    assert seen["rooms"].keys() == {"join"}
    (room,) = seen["rooms"]["join"].values()
    assert room.keys() == {"state", "timeline", "ephemeral"}
    (member,) = room["state"]["events"]
    assert (member["state_key"], member["content"]) == (STAFF, {"membership": "join"})
    words, removed = room["timeline"]["events"]
    assert words["content"] == MEGOLM
    assert words["unsigned"] == {"age": 3, "transaction_id": "t"}
    assert removed["unsigned"]["redacted_because"]["content"] == {}
    assert (room["timeline"]["limited"], room["timeline"]["prev_batch"]) == (True, "p")


@pytest.mark.parametrize(
    ("kind", "came", "seen"),
    [
        ("m.room.encrypted", {**OLM, "body": JANE}, OLM),
        ("m.room.encrypted", {"body": JANE}, None),
        ("m.room_key_request", {**ASKED, "body": {**WANTED, "device_name": JANE}}, {k: v for k, v in ASKED.items() if k != "body"}),
        ("m.room_key_request", {**ASKED, "device_name": JANE}, ASKED),
        ("m.room_key_request", {"words": JANE}, None),
        ("m.room_key.withheld", {**WITHHELD, "reason": JANE}, WITHHELD),
        ("m.room_key.withheld", {**WITHHELD, "code": JANE}, None),
        ("m.room_key", {"session_key": "k"}, None),
    ],
)
def test_of_letters_the_named_parts_alone_are_shown_and_none_that_is_broken(kind: str, came: Any, seen: Any) -> None:
    letters = [{"type": kind, "sender": STAFF, "content": came}]
    shown_letters = see(Shown.SYNC, {"next_batch": "s2", "to_device": {"events": letters}}).get("to_device", {}).get("events", [])
    assert [letter["content"] for letter in shown_letters] == ([seen] if seen else [])


def test_before_there_is_a_room_a_sync_shows_none() -> None:
    body = {"next_batch": "s2", "rooms": {"invite": {OTHER_ROOM: {"invite_state": {"events": [MEMBER]}}}}}
    assert json.loads(shown(Shown.SYNC, json.dumps(body).encode(), None, USER)) == {"next_batch": "s2"}


@pytest.mark.parametrize("kind", CONTENT)
def test_of_each_kind_of_event_the_named_parts_alone_are_shown(kind: str) -> None:
    content = {**dict.fromkeys(CONTENT[kind], 7), "other": JANE}
    (seen,) = see(Shown.EVENTS, {"chunk": [event(kind, content, unsigned={"prev_sender": JANE})], "start": "s", "end": "e"})["chunk"]
    assert seen["content"].keys() == CONTENT[kind]
    assert JANE not in json.dumps(seen)


def test_an_event_outside_a_sync_names_the_seats_own_room_so_that_history_finds_its_place() -> None:
    (seen,) = see(Shown.EVENTS, {"chunk": [event("m.room.encrypted", MEGOLM, room_id=OTHER_ROOM)], "start": "s"})["chunk"]
    assert seen["room_id"] == ROOM


def test_of_keys_the_names_of_devices_and_other_peoples_private_signing_go() -> None:
    device = {"user_id": STAFF, "device_id": "D", "keys": {"ed25519:D": "k"}, "signatures": {}, "org.example.signed": True}
    body = {
        "device_keys": {STAFF: {"D": {**device, "unsigned": {"device_display_name": JANE}}}},
        "master_keys": {STAFF: {"keys": {}}},
        "self_signing_keys": {STAFF: {"keys": {}}},
        "user_signing_keys": {USER: {"keys": {}}, STAFF: {"keys": {}}},
        "failures": {"elsewhere.example": {"error": JANE}},
    }
    seen = see(Shown.KEYS, body)
    assert seen["device_keys"] == {STAFF: {"D": device}}
    assert (seen["user_signing_keys"], seen["failures"]) == ({USER: {"keys": {}}}, {})
    once = {STAFF: {"D": {"signed_curve25519:A": {"key": "k"}}}}
    assert see(Shown.KEYS, {"one_time_keys": once, "failures": {"x": {}}}) == {"one_time_keys": once, "failures": {}}


@pytest.mark.parametrize("how", [Shown.SYNC, Shown.EVENTS, Shown.KEYS])
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b'"text"',
        b'{"next_batch": NaN}',
        b"[" * 100_000,
        b'{"rooms": [], "chunk": {}, "device_keys": []}',
        b'{"rooms": {"join": {"!room-one": 7}}, "chunk": 7, "device_keys": {"u": 7}}',
    ],
)
def test_what_is_no_answer_is_none(how: Shown, answer: bytes) -> None:
    with pytest.raises(NoAnswer):
        shown(how, answer, ROOM, USER)


def test_one_event_that_is_none_costs_the_others_nothing() -> None:
    broken: list[Any] = [7, None, {}, {"type": []}, {"type": "m.room.encrypted"}, {"type": "m.room.encrypted", "content": "text"}]
    odd = event("m.room.encrypted", MEGOLM, unsigned="soon")
    (seen,) = see(Shown.EVENTS, {"chunk": [*broken, odd]})["chunk"]
    assert seen["content"] == MEGOLM
    synced = see(
        Shown.SYNC, {"next_batch": "s", "to_device": {"events": broken}, "rooms": {"join": {ROOM: {"timeline": {"events": broken}}}}}
    )
    assert synced == {"next_batch": "s", "rooms": {"join": {ROOM: {"timeline": {"events": []}}}}}


async def test_what_is_no_answer_or_a_giant_is_a_502(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        for broken in (b"<html>", b'{"chunk": {}}', b" " * (LARGEST_ANSWER_BYTES + 1)):
            homeserver.answers["/messages"] = 200, broken, {}
            answer = await front.gw("GET", f"{CLIENT}/v3/rooms/{ROOM}/messages?dir=b")
            assert (answer.status, answer.json["errcode"]) == (502, "M_UNKNOWN")


async def test_of_a_refusal_the_code_alone_is_shown(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        said = {"errcode": "M_LIMIT_EXCEEDED", "error": f"{JANE} is too fast", "retry_after_ms": 900, "room": OTHER_ROOM}
        homeserver.answers["/turnServer"] = 429, json.dumps(said).encode(), {"Retry-After": "1"}
        answer = await front.gw("GET", f"{CLIENT}/v3/voip/turnServer")
        expected = {"errcode": "M_LIMIT_EXCEEDED", "error": "Refused by the homeserver", "retry_after_ms": 900}
        assert (answer.status, answer.json, answer.headers["Retry-After"]) == (429, expected, "1")
        homeserver.answers["/turnServer"] = 500, b"<html>" + JANE.encode(), {}
        assert (await front.gw("GET", f"{CLIENT}/v3/voip/turnServer")).json["errcode"] == "M_UNKNOWN"


async def test_the_answers_of_the_gateway_itself_are_scrubbed(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/messages"] = 200, json.dumps({"chunk": [MEMBER, *LEFT_OUT], "end": "e"}).encode(), {}
        answer = await front.gw("GET", f"{CLIENT}/v3/rooms/{ROOM}/messages?dir=b", secret=SECRET)
        assert [each["type"] for each in answer.json["chunk"]] == ["m.room.member"]
        assert JANE.encode() not in answer.body
        named = {"device_keys": {USER: {DEVICE: {"device_id": DEVICE, "unsigned": {"device_display_name": JANE}}}}}
        homeserver.named_keys = named
        answer = await front.gw("POST", f"{CLIENT}/v3/keys/query", json={"device_keys": {USER: []}})
        assert answer.json["device_keys"] == {USER: {DEVICE: {"device_id": DEVICE}}}
