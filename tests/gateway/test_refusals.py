"""What no page may do: each is answered with 403 (or 401), and nothing of it reaches the homeserver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.web.gateway_table import RULES, find_rule
from tests.fakes_web import (
    AS_TOKEN,
    ASKED,
    DEVICE,
    DOMAIN,
    MEGOLM,
    OLM,
    OTHER_ROOM,
    OTHER_SECRET,
    OTHER_USER,
    ROOM,
    SECRET,
    STAFF,
    USER,
    WANTED,
    WITHHELD,
    gateway_with_seats,
)

C = "/_matrix/client"
ROOM_PATH = f"{C}/v3/rooms/{ROOM}"
STRANGER = f"@stranger:{DOMAIN}"
TO_STRANGER = {"messages": {STRANGER: {"*": OLM}}}


def to_staff(kind: str, content: Any) -> tuple[str, str, Any]:
    return "PUT", f"{C}/v3/sendToDevice/{kind}/t", {"messages": {STAFF: {"*": content}}}


REFUSED: dict[str, tuple[str, str, Any]] = {
    "message to another room": ("PUT", f"{C}/v3/rooms/{OTHER_ROOM}/send/m.room.encrypted/t", MEGOLM),
    "history of another room": ("GET", f"{C}/v3/rooms/{OTHER_ROOM}/messages?dir=b", None),
    "members of another room": ("GET", f"{C}/v3/rooms/{OTHER_ROOM}/members", None),
    "join another room": ("POST", f"{C}/v3/rooms/{OTHER_ROOM}/join", {}),
    "join another room, other form": ("POST", f"{C}/v3/join/{OTHER_ROOM}", {}),
    "join an alias": ("POST", f"{C}/v3/join/%23public:{DOMAIN}", {}),
    "redact in another room": ("PUT", f"{C}/v3/rooms/{OTHER_ROOM}/redact/$e/t", {}),
    "typing in another room": ("PUT", f"{C}/v3/rooms/{OTHER_ROOM}/typing/{USER}", {"typing": True}),
    "typing as another": ("PUT", f"{ROOM_PATH}/typing/{OTHER_USER}", {"typing": True}),
    "plaintext message": ("PUT", f"{ROOM_PATH}/send/m.room.message/t", {"msgtype": "m.text", "body": "hello"}),
    "plaintext reaction": ("PUT", f"{ROOM_PATH}/send/m.reaction/t", {"m.relates_to": {"key": "a whole sentence"}}),
    "plaintext called encrypted": ("PUT", f"{ROOM_PATH}/send/m.room.encrypted/t", {"body": "hello"}),
    "plaintext beside ciphertext": ("PUT", f"{ROOM_PATH}/send/m.room.encrypted/t", {**MEGOLM, "body": "hello"}),
    "plaintext inside a relation": (
        "PUT",
        f"{ROOM_PATH}/send/m.room.encrypted/t",
        {**MEGOLM, "m.relates_to": {"rel_type": "m.thread", "event_id": "$e", "key": "hello"}},
    ),
    "own encrypted kind of message": ("PUT", f"{ROOM_PATH}/send/org.example.own/t", MEGOLM),
    "state event": ("PUT", f"{ROOM_PATH}/state/m.room.name/", {"name": "hello"}),
    "own membership as state": ("PUT", f"{ROOM_PATH}/state/m.room.member/{USER}", {"membership": "join", "displayname": "Amina"}),
    "reading state": ("GET", f"{ROOM_PATH}/state", None),
    "invite": ("POST", f"{ROOM_PATH}/invite", {"user_id": STRANGER}),
    "kick": ("POST", f"{ROOM_PATH}/kick", {"user_id": STAFF}),
    "upgrade": ("POST", f"{ROOM_PATH}/upgrade", {"new_version": "12"}),
    "display name": ("PUT", f"{C}/v3/profile/{USER}/displayname", {"displayname": "Amina"}),
    "another's profile": ("GET", f"{C}/v3/profile/{STAFF}", None),
    "create a room": ("POST", f"{C}/v3/createRoom", {}),
    "directory": ("GET", f"{C}/v3/publicRooms", None),
    "user directory": ("POST", f"{C}/v3/user_directory/search", {"search_term": "a"}),
    "room alias": ("GET", f"{C}/v3/directory/room/%23a:{DOMAIN}", None),
    "joined rooms": ("GET", f"{C}/v3/joined_rooms", None),
    "sliding sync": ("POST", f"{C}/unstable/org.matrix.simplified_msc3575/sync", {}),
    "who am I": ("GET", f"{C}/v3/account/whoami", None),
    "openid": ("POST", f"{C}/v3/user/{USER}/openid/request_token", {}),
    "account data": ("PUT", f"{C}/v3/user/{USER}/account_data/m.direct", {}),
    "devices": ("GET", f"{C}/v3/devices", None),
    "logout": ("POST", f"{C}/v3/logout", {}),
    "logout everywhere": ("POST", f"{C}/v3/logout/all", {}),
    "register": ("POST", f"{C}/v3/register", {"type": "m.login.application_service", "username": "x"}),
    "login": ("POST", f"{C}/v3/login", {"type": "m.login.application_service"}),
    "deactivate": ("POST", f"{C}/v3/account/deactivate", {}),
    "older version of a known call": ("GET", f"{C}/r0/sync", None),
    "admin: users": ("GET", f"/_synapse/admin/v2/users/{STAFF}", None),
    "admin: delete a room": ("DELETE", f"/_synapse/admin/v2/rooms/{ROOM}", {"purge": True}),
    "federation": ("GET", "/_matrix/federation/v1/version", None),
    "media of another server": ("GET", f"{C}/v1/media/download/evil.example/abc", None),
    "media by the old path": ("GET", f"/_matrix/media/v3/download/{DOMAIN}/abc", None),
    "thumbnail": ("GET", f"{C}/v1/media/thumbnail/{DOMAIN}/abc?width=1&height=1", None),
    "url preview": ("GET", f"{C}/v1/media/preview_url?url=http://10.0.0.1/", None),
    "as_token in the query": ("GET", f"{C}/v3/rooms/{ROOM}/members?access_token={AS_TOKEN}", None),
    "another user in the query": ("GET", f"{C}/v3/sync?user_id={STAFF}", None),
    "another device in the query": ("GET", f"{C}/v3/sync?device_id=OTHER", None),
    "another device by the old name": ("GET", f"{C}/v3/sync?org.matrix.msc3202.device_id=OTHER", None),
    "another date": ("PUT", f"{ROOM_PATH}/send/m.room.encrypted/t?ts=1", MEGOLM),
    "plaintext to a device": ("PUT", f"{C}/v3/sendToDevice/m.room.message/t", {"messages": {STAFF: {"*": {"body": "hello"}}}}),
    "plaintext to a device, called encrypted": (
        "PUT",
        f"{C}/v3/sendToDevice/m.room.encrypted/t",
        {"messages": {STAFF: {"*": {"body": "hello"}}}},
    ),
    "plaintext beside a device's ciphertext": to_staff("m.room.encrypted", {**OLM, "body": "hello"}),
    "plaintext inside a device's ciphertext": to_staff(
        "m.room.encrypted", {**OLM, "ciphertext": {"k": {"type": 0, "body": "AwgA", "words": "hello"}}}
    ),
    "plaintext for a device's ciphertext": to_staff("m.room.encrypted", {**OLM, "ciphertext": {"k": {"type": 0, "body": "hello you"}}}),
    "ciphertext for no device": to_staff("m.room.encrypted", {**OLM, "ciphertext": {}}),
    "plaintext for a device's key": to_staff("m.room.encrypted", {**OLM, "sender_key": "hello you"}),
    "plaintext beside a request for a key": to_staff("m.room_key_request", {**ASKED, "body": {**WANTED, "words": "hello"}}),
    "plaintext in a request for a key": to_staff("m.room_key_request", {**ASKED, "request_id": "hello you"}),
    "plaintext for a request for a key": to_staff("m.room_key_request", {**ASKED, "action": "hello"}),
    "a request for a key of another room": to_staff("m.room_key_request", {**ASKED, "body": {**WANTED, "room_id": OTHER_ROOM}}),
    "half a request for a key": to_staff("m.room_key_request", {"action": "request"}),
    "plaintext beside the refusal of a key": to_staff("m.room_key.withheld", {**WITHHELD, "body": "hello"}),
    "plaintext in the refusal of a key": to_staff("m.room_key.withheld", {**WITHHELD, "code": "hello you"}),
    "a room key in the clear": ("PUT", f"{C}/v3/sendToDevice/m.room_key/t", {"messages": {STAFF: {"*": {"session_key": "k"}}}}),
    "keys of another user's device": ("POST", f"{C}/v3/keys/upload", {"device_keys": {"user_id": STAFF, "device_id": "D"}}),
    "cross-signing of another user": ("POST", f"{C}/v3/keys/device_signing/upload", {"master_key": {"user_id": STAFF}}),
    "signatures on another user": ("POST", f"{C}/v3/keys/signatures/upload", {STAFF: {}}),
    "words among the keys of one's own device": (
        "POST",
        f"{C}/v3/keys/upload",
        {"device_keys": {"user_id": USER, "device_id": DEVICE, "words": "hello"}},
    ),
    "words for a key of one's own device": (
        "POST",
        f"{C}/v3/keys/upload",
        {"device_keys": {"user_id": USER, "device_id": DEVICE, "keys": {"ed25519:x": "hello you"}}},
    ),
    "words in a one-time key": ("POST", f"{C}/v3/keys/upload", {"one_time_keys": {"signed_curve25519:A": {"key": "a", "words": "hello"}}}),
    "words for the name of a fallback key": ("POST", f"{C}/v3/keys/upload", {"fallback_keys": {"hello you": {"key": "a"}}}),
    "words among one's own cross-signing": (
        "POST",
        f"{C}/v3/keys/device_signing/upload",
        {"master_key": {"user_id": USER, "usage": ["hello you"]}},
    ),
    "words among one's own signatures": ("POST", f"{C}/v3/keys/signatures/upload", {USER: {DEVICE: {"words": "hello"}}}),
    "words for the name of a signature": ("POST", f"{C}/v3/keys/signatures/upload", {USER: {"hello you": {}}}),
    "receipt of another kind": ("POST", f"{ROOM_PATH}/receipt/org.example/$e", {}),
    "wrong method": ("DELETE", f"{C}/v3/sync", None),
    "options": ("OPTIONS", f"{C}/v3/sync", None),
    "nothing": ("GET", "/", None),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_it_is_refused_and_nothing_is_forwarded(what: str, tmp_path: Path) -> None:
    method, path, body = REFUSED[what]
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        answer = await front.gw(method, path, json=body)
        assert answer.status == 403, answer
        assert answer.json["errcode"] == "M_FORBIDDEN"
        assert homeserver.requests == []


async def test_a_letter_to_a_stranger_reaches_nobody_after_the_members_were_asked(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        answer = await front.gw("PUT", f"{C}/v3/sendToDevice/m.room.encrypted/t", json=TO_STRANGER)
        assert answer.status == 200
        assert homeserver.seen == [f"GET {C}/v3/rooms/%21room-one/members"]
        assert front.rows.letters == {}


PATH_TRICKS = [
    f"{C}/v3/../v3/sync",
    f"{C}/v3/rooms/{ROOM}/../{OTHER_ROOM}/members",
    f"{C}/v3/rooms/{ROOM}/members/../../{OTHER_ROOM}/members",
    f"{C}/v3/rooms/..%2F{ROOM}/members",
    f"{C}/v3/rooms/{ROOM}%2F..%2F{OTHER_ROOM}/members",
    f"{C}/v3/rooms/{ROOM}%252F..%252Fx/members",
    f"{C}/v3/rooms/{ROOM}%00/members",
    f"{C}/v3/rooms/{ROOM}%0d%0aX-A:%20b/members",
    f"{C}/v3/rooms/{ROOM}//members",
    f"{C}//v3/sync",
    f"/{C}/v3/sync",
    f"{C}/v3/sync/",
    f"{C}/v3/%73ync",
    f"{C}%2Fv3%2Fsync",
    f"{C}/v3/sync%3Faccess_token={AS_TOKEN}",
    f"{C}/v3/sync;user_id={STAFF}",
    f"{C}/v1/media/download/{DOMAIN}/..",
    f"{C}/v1/media/download/{DOMAIN}/%2e%2e",
    f"{C}/v1/media/download/{DOMAIN}/%252e%252e%252fadmin",
    f"{C}/v1/media/download/{DOMAIN}/a%5c..%5cb",
    f"{C}/v1/media/download/{DOMAIN}%2fx/abc",
    f"{C}/v1/media/download/{DOMAIN}/a%ff",
    f"{C}/v3/rooms/{ROOM}/receipt/m.read/%2e%2e",
    f"{C}/v3/rooms/{ROOM}/receipt/m.read/$e%3fuser_id=x",
    "/../_synapse/admin/v1/server_version",
    "/..%2f_synapse/admin/v1/server_version",
    "/.%2e/.%2e/_matrix/client/v3/sync",
]


@pytest.mark.parametrize("trick", PATH_TRICKS)
async def test_a_path_trick_is_refused_and_nothing_is_forwarded(trick: str, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        for method in ("GET", "POST", "PUT"):
            assert await front.raw(method, "/gw" + trick) == 403
        assert homeserver.requests == []


async def test_a_target_in_absolute_form_finds_no_other_way_in(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        assert await front.raw("GET", f"http://elsewhere.example/gw{C}/v3/rooms/{OTHER_ROOM}/members") == 403
        assert await front.raw("GET", f"http://elsewhere.example{C}/v3/sync") == 404
        assert homeserver.requests == []


@pytest.mark.parametrize("wrong", ["c" * 43, AS_TOKEN, "", "short", "é" * 43, SECRET + "a"])
async def test_without_the_seats_own_secret_the_answer_is_401(wrong: str, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        for path in (f"{C}/v3/sync", f"{C}/v3/rooms/{ROOM}/members", f"{C}/v3/capabilities", "/_synapse/admin/v1/x"):
            answer = await front.gw("GET", path, secret=None, headers={"Authorization": f"Bearer {wrong}".encode().decode("latin-1")})
            assert (answer.status, answer.json["errcode"]) == (401, "M_UNKNOWN_TOKEN")
        assert homeserver.requests == []


async def test_another_sessions_secret_opens_only_the_other_session(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        assert (await front.gw("GET", f"{C}/v3/rooms/{ROOM}/members", secret=OTHER_SECRET)).status == 403
        assert homeserver.requests == []
        assert (await front.gw("GET", f"{C}/v3/rooms/{OTHER_ROOM}/members", secret=OTHER_SECRET)).status == 200
        assert homeserver.requests[0].query["user_id"] == OTHER_USER


async def test_before_the_room_is_assigned_only_keys_and_sync_are_open(tmp_path: Path) -> None:
    sample = {
        "room": ROOM,
        "me": USER,
        "server": DOMAIN,
        "type": "m.room.encrypted",
        "txn": "t",
        "event": "$e",
        "receipt": "m.read",
        "media": "m",
    }
    async with gateway_with_seats(tmp_path) as (front, _):
        front.rows.change(SECRET, room=None)
        opened = set()
        for rule in RULES:
            path = rule.template.format(**sample)
            assert find_rule(rule.method, path) is not None
            body: dict[str, Any] | None = {} if rule.method != "GET" else None
            if (await front.gw(rule.method, path, json=body)).status != 403:
                opened.add(rule.template.removeprefix(f"{C}/"))
        keys = {"v3/keys/upload", "v3/keys/query", "v3/keys/claim", "v3/keys/device_signing/upload", "v3/keys/signatures/upload"}
        assert opened == keys | {"versions", "v3/sync"}


async def test_bodies_that_are_too_large_or_no_objects_are_refused(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        path = f"{C}/v3/keys/upload"

        async def pieces() -> Any:
            for _ in range(40):
                yield b" " * 10_000

        assert (await front.gw("POST", path, data=b" " * 300_000)).status == 413
        assert (await front.gw("POST", path, data=pieces())).status == 413
        assert (await front.gw("POST", path, data=b"[]")).status == 400
        assert (await front.gw("POST", path, data=b"{")).status == 400
        assert (await front.gw("POST", path, data=b"[" * 100_000)).status == 400
        assert (await front.gw("PUT", f"{C}/v3/sendToDevice/m.room.encrypted/t", json={"messages": [1]})).status == 400
        assert homeserver.requests == []
