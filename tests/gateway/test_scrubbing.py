"""Of the homeserver's answers a page sees what it needs, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.web.gateway_scrub import CONTENT, LARGEST_ANSWER_BYTES, SYNC, NoAnswer, shown
from teleconnect_bot.web.gateway_staff_calls import CALL_EVENTS
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
            "device_lists": {"changed": [STAFF], "left": JANE, "words": JANE},
            "device_one_time_keys_count": {"signed_curve25519": 9},
            "to_device": {"events": letters},
            "presence": {"events": [{"content": {"status_msg": JANE}}]},
            "account_data": {"events": [{"type": "m.direct", "content": {"x": JANE}}]},
            "rooms": {"join": {ROOM: part, OTHER_ROOM: part}, "invite": {OTHER_ROOM: part}, "knock": {ROOM: part}},
        },
    )
    assert JANE not in json.dumps(seen)
    assert seen.keys() == {"next_batch", "device_lists", "device_one_time_keys_count", "to_device", "rooms"}
    assert seen["device_lists"] == {"changed": [STAFF]}
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


def test_of_an_event_that_sticks_it_is_shown_for_how_long_wherever_it_comes() -> None:
    """As staff say that they are in a call of Element's (MSC4354)."""
    sticks = {"msc4354_sticky": {"duration_ms": 3_600_000, "x": JANE}, "unsigned": {"msc4354_sticky_duration_ttl_ms": 7, "x": JANE}}
    encrypted = event("m.room.encrypted", MEGOLM, **sticks)
    wrong = event("m.room.encrypted", MEGOLM, msc4354_sticky={"duration_ms": JANE}, unsigned={"msc4354_sticky_duration_ttl_ms": True})
    plain = event("org.matrix.msc4143.rtc.member", {"member": {"device_id": JANE}}, **sticks)
    part = {"timeline": {"events": [encrypted, wrong, plain]}, "msc4354_sticky": {"events": [encrypted, plain, MEMBER]}}
    (room,) = see(Shown.SYNC, {"next_batch": "s2", "rooms": {"join": {ROOM: part}}})["rooms"]["join"].values()
    seen, nothing = room["timeline"]["events"]
    assert seen["msc4354_sticky"] == {"duration_ms": 3_600_000}
    assert seen["unsigned"] == {"msc4354_sticky_duration_ttl_ms": 7}
    assert (nothing["msc4354_sticky"], nothing["unsigned"]) == ({}, {})
    assert room["msc4354_sticky"]["events"] == [{**seen, "room_id": ROOM}]
    assert JANE not in json.dumps(room)


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


GOOD: Mapping[str, Mapping[str, Any]] = {
    "m.room.encrypted": {**MEGOLM, "m.relates_to": {"rel_type": "m.replace", "event_id": "$e", "m.in_reply_to": {"event_id": "$f"}}},
    "m.room.redaction": {"redacts": "$e"},
    "m.room.create": {"room_version": "12", "creator": STAFF, "additional_creators": [STAFF]},
    "m.room.encryption": {"algorithm": "m.megolm.v1.aes-sha2", "rotation_period_ms": 7, "rotation_period_msgs": 8},
    "m.room.history_visibility": {"history_visibility": "invited"},
    "m.room.join_rules": {"join_rule": "invite"},
    "m.room.guest_access": {"guest_access": "can_join"},
    "m.room.member": {"membership": "join"},
    "m.room.power_levels": {
        "users": {STAFF: 50},
        "events": {"m.room.encrypted": 0},
        **dict.fromkeys(("users_default", "events_default", "state_default", "invite", "kick", "ban", "redact"), 50),
    },
    **{kind: {"in_call": True, "created_ts": 1, "expires": 2} for kind in CALL_EVENTS},
}


@pytest.mark.parametrize("kind", CONTENT)
def test_of_each_kind_of_event_the_named_parts_alone_are_shown(kind: str) -> None:
    named = event(kind, {**GOOD[kind], "other": JANE}, unsigned={"prev_sender": JANE})
    (seen,) = see(Shown.EVENTS, {"chunk": [named], "start": "s", "end": "e"})["chunk"]
    assert GOOD[kind].keys() == CONTENT[kind].keys()
    assert seen["content"] == GOOD[kind]
    assert JANE not in json.dumps(seen)


@pytest.mark.parametrize("words", [JANE, [JANE], {"x": JANE}, {JANE: 1}, {STAFF: {"x": JANE}}, f"<img src=x>{JANE}", "." * 256])
def test_words_behind_a_name_that_is_shown_are_left_out(words: object) -> None:
    """Whoever writes state or runs the homeserver can put them there."""
    about = dict.fromkeys(("sender", "event_id", "origin_server_ts", "redacts", "state_key"), words)
    unsigned = {"age": words, "transaction_id": words, "redacted_because": {**event("m.room.redaction", {}), **about}}
    events = [{**event(kind, dict.fromkeys(CONTENT[kind], words)), **about, "unsigned": unsigned} for kind in CONTENT]
    relation = {"rel_type": "m.replace", "key": words, "m.in_reply_to": {"event_id": words, "x": words}}
    events.append(event("m.room.encrypted", {**MEGOLM, "m.relates_to": relation}))
    passing = [
        {"type": "m.typing", "content": {"user_ids": words}},
        {"type": "m.receipt", "content": {"$e": words, "$f": {"m.read": words}}},
    ]
    part = {
        "state": {"events": events},
        "timeline": {"events": events, "limited": words, "prev_batch": words},
        "ephemeral": {"events": passing},
    }
    letters = {"events": [{"type": "m.room.encrypted", "sender": words, "content": OLM}]}
    body = {**dict.fromkeys((*SYNC, "device_lists"), words), "rooms": {"join": {ROOM: part}}, "to_device": letters}
    told = json.dumps([see(Shown.SYNC, body), see(Shown.EVENTS, {"chunk": events, "state": events, "start": words, "end": words})])
    assert JANE not in told
    assert "." * 256 not in told
    assert '"m.replace"' in told


def test_who_writes_and_who_has_read_what_is_shown_by_ids_and_times_alone() -> None:
    read = {STAFF: {"ts": 5, "thread_id": "main", "words": JANE}, USER: {"ts": 6}, f"{JANE} of Geneva": {"ts": 7}}
    receipts = {
        "$e": {"m.read": read, "m.read.private": {USER: {"ts": 8}}, "org.example": {JANE: JANE}},
        JANE: {"m.read": read},
        "$f": JANE,
    }
    came = [{"type": "m.typing", "content": {"user_ids": [STAFF], "words": JANE}}, {"type": "m.receipt", "content": receipts}]
    seen = see(Shown.SYNC, {"next_batch": "s", "rooms": {"join": {ROOM: {"ephemeral": {"events": came}}}}})
    writing, reading = seen["rooms"]["join"][ROOM]["ephemeral"]["events"]
    assert writing == {"type": "m.typing", "content": {"user_ids": [STAFF]}}
    shown_read = {STAFF: {"ts": 5, "thread_id": "main"}, USER: {"ts": 6}}
    assert reading == {"type": "m.receipt", "content": {"$e": {"m.read": shown_read, "m.read.private": {USER: {"ts": 8}}}}}


def test_an_event_outside_a_sync_names_the_seats_own_room_so_that_history_finds_its_place() -> None:
    (seen,) = see(Shown.EVENTS, {"chunk": [event("m.room.encrypted", MEGOLM, room_id=OTHER_ROOM)], "start": "s"})["chunk"]
    assert seen["room_id"] == ROOM


def test_of_keys_the_names_of_devices_and_other_peoples_private_signing_go() -> None:
    device = {"user_id": STAFF, "device_id": "D", "keys": {"ed25519:D": "k"}, "signatures": {}, "org.example.signed": True}
    body = {
        "device_keys": {STAFF: {"D": {**device, "unsigned": {"device_display_name": JANE}}}},
        "master_keys": {STAFF: {"keys": {}, "unsigned": {"x": JANE}}},
        "self_signing_keys": {STAFF: {"keys": {}}},
        "user_signing_keys": {USER: {"keys": {}}, STAFF: {"keys": {}}},
        "failures": {"elsewhere.example": {"error": JANE}},
    }
    seen = see(Shown.KEYS, body)
    assert seen["device_keys"] == {STAFF: {"D": device}}
    assert seen["master_keys"] == {STAFF: {"keys": {}}}
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
