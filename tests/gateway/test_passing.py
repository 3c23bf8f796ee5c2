"""What a page may do, and in which form it reaches the homeserver."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teleconnect_bot.services.gateway_rows import GatewaySeat
from teleconnect_bot.web.gateway_table import LIMITS, LOCAL_ANSWERS, MESSAGES_FILTER, MOST_UPLOADED_BYTES, MOST_UPLOADS, RULES
from tests.fakes_web import (
    AS_TOKEN,
    DEVICE,
    DOMAIN,
    MEGOLM,
    OTHER_SECRET,
    ROOM,
    SECRET,
    STAFF,
    USER,
    Answer,
    digest,
    front_door,
    gateway_with_seats,
    recording_homeserver,
)

C = "/_matrix/client"
ROOM_PATH = f"{C}/v3/rooms/{ROOM}"
SIGNED = {"signatures": {USER: {f"ed25519:{DEVICE}": "c2lnbmVk"}}}
OWN_DEVICE = {"user_id": USER, "device_id": DEVICE, "algorithms": ["m.megolm.v1.aes-sha2"], "keys": {f"ed25519:{DEVICE}": "a2V5"}, **SIGNED}
OWN_MASTER = {"user_id": USER, "usage": ["master"], "keys": {"ed25519:a2V5": "a2V5"}, **SIGNED}
ONE_TIME_KEY = {"key": "a2V5", **SIGNED}


def test_every_rule_names_a_limit_that_exists() -> None:
    assert {rule.bucket for rule in RULES} | {answer.bucket for answer in LOCAL_ANSWERS} <= LIMITS.keys()


def test_no_rule_lets_anybody_sign_out_or_write_state_or_profile() -> None:
    forbidden = ("logout", "/state", "profile", "account", "invite", "kick", "devices", "admin", "openid")
    assert not [rule.template for rule in RULES if any(word in rule.template for word in forbidden)]


async def test_a_call_is_made_anew_with_the_appservices_token_as_the_seats_device(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        headers = {"X-Forwarded-For": "203.0.113.9", "Cookie": "a=b", "User-Agent": "phone", "Referer": "https://x/j/token"}
        path = f"{C}/v3/rooms/%21room-one/messages?dir=b&limit=5000&from=t1&filter=x&evil=1"
        assert (await front.gw("GET", path, headers=headers)).status == 200
        (got,) = homeserver.requests
        assert got.path == f"{C}/v3/rooms/%21room-one/messages"
        assert got.query == {"dir": "b", "limit": "100", "from": "t1", "user_id": USER, "device_id": DEVICE, "filter": MESSAGES_FILTER}
        assert got.headers["Authorization"] == f"Bearer {AS_TOKEN}"
        assert not {"X-Forwarded-For", "Cookie", "Referer"} & got.headers.keys()
        assert "phone" not in got.headers.get("User-Agent", "")
        assert got.headers["Accept-Encoding"] == "identity", "what is passed on unread must not be compressed"
        assert SECRET not in json.dumps([got.path, dict(got.query), dict(got.headers)])


async def test_an_encrypted_message_passes_unchanged(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        relation = {"rel_type": "m.replace", "event_id": "$e", "m.in_reply_to": {"event_id": "$f"}, "is_falling_back": True}
        content = {**MEGOLM, "m.relates_to": relation}
        homeserver.answers["/send/"] = 200, b'{"event_id":"$new"}', {}
        answer = await front.gw("PUT", f"{ROOM_PATH}/send/m.room.encrypted/m1.2", json=content)
        assert answer.json == {"event_id": "$new"}
        assert homeserver.requests[0].json == content


@pytest.mark.parametrize(
    ("method", "path", "sent", "passed"),
    [
        ("POST", f"{ROOM_PATH}/join", {"reason": "words"}, {}),
        ("POST", f"{C}/v3/join/{ROOM}?server_name=evil.example&via=evil.example", {"third_party_signed": {}}, {}),
        ("POST", f"{ROOM_PATH}/leave", {"reason": "words"}, {}),
        ("PUT", f"{ROOM_PATH}/redact/$e/t", {"reason": "words"}, {}),
        ("PUT", f"{ROOM_PATH}/typing/{USER}", {"typing": True, "timeout": 10**9, "words": "x"}, {"typing": True, "timeout": 60_000}),
        ("PUT", f"{ROOM_PATH}/typing/{USER}", {"typing": "words"}, {"typing": False}),
        ("POST", f"{ROOM_PATH}/receipt/m.read/$e", {"thread_id": "main", "words": "x"}, {"thread_id": "main"}),
        ("POST", f"{ROOM_PATH}/receipt/m.read/$e", {"thread_id": "words of mine"}, {}),
        (
            "POST",
            f"{C}/v3/keys/device_signing/upload",
            {"master_key": {**OWN_MASTER, "unsigned": {"words": "x"}}, "auth": {"password": "x"}},
            {"master_key": OWN_MASTER},
        ),
        (
            "POST",
            f"{C}/v3/keys/upload",
            {
                "device_keys": {**OWN_DEVICE, "unsigned": {"device_display_name": "Jane's phone"}},
                "one_time_keys": {"signed_curve25519:A": {**ONE_TIME_KEY, "unsigned": {"words": "x"}}, "curve25519:B": "k"},
                "fallback_keys": {"signed_curve25519:C": {**ONE_TIME_KEY, "fallback": True}},
                "org.example.words": "x",
            },
            {
                "device_keys": OWN_DEVICE,
                "one_time_keys": {"signed_curve25519:A": ONE_TIME_KEY, "curve25519:B": "k"},
                "fallback_keys": {"signed_curve25519:C": {**ONE_TIME_KEY, "fallback": True}},
            },
        ),
        (
            "POST",
            f"{C}/v3/keys/signatures/upload",
            {USER: {DEVICE: {**OWN_DEVICE, "unsigned": {"device_display_name": "Jane's phone"}}, "masterkey": OWN_MASTER}},
            {USER: {DEVICE: OWN_DEVICE, "masterkey": OWN_MASTER}},
        ),
    ],
)
async def test_only_what_a_call_needs_of_its_body_is_passed_on(
    method: str, path: str, sent: object, passed: object, tmp_path: Path
) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        assert (await front.gw(method, path, json=sent)).status == 200
        (got,) = homeserver.requests
        assert got.json == passed
        assert got.query == {"user_id": USER, "device_id": DEVICE}


async def test_versions_needs_no_secret_and_is_asked_for_everybody_together(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/versions"] = 200, b'{"versions":["v1.11"]}', {}
        for secret in (None, SECRET, "x" * 43):
            answer = await front.gw("GET", f"{C}/versions?x=1", secret=secret)
            assert (answer.status, answer.json) == (200, {"versions": ["v1.11"]})
        assert homeserver.seen == [f"GET {C}/versions"]
        assert "Authorization" not in homeserver.requests[0].headers
        front.seconds.now += 11
        await front.gw("GET", f"{C}/versions", secret=None)
        assert len(homeserver.requests) == 2


async def test_while_the_homeserver_does_not_tell_its_versions_it_is_asked_once_in_two_seconds_for_everybody(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/versions"] = 500, b"{}", {}
        answers = await asyncio.gather(*(front.gw("GET", f"{C}/versions", secret=None) for _ in range(20)))
        assert {answer.status for answer in answers} == {502}
        assert len(homeserver.requests) == 1
        front.seconds.now += 2
        homeserver.answers["/versions"] = 200, b'{"versions":["v1.11"]}', {}
        answers = await asyncio.gather(*(front.gw("GET", f"{C}/versions", secret=None) for _ in range(20)))
        assert {answer.status for answer in answers} == {200}
        assert len(homeserver.requests) == 2


async def test_what_a_client_asks_by_itself_is_answered_without_the_homeserver(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        for local in LOCAL_ANSWERS:
            path = local.template.format(me=USER)
            answer = await front.gw(local.method, path, json={} if local.method == "POST" else None)
            assert (answer.status, answer.json) == (local.status, local.body)
            assert (await front.gw(local.method, path, secret=None, json={})).status == 401
        assert homeserver.requests == []


async def test_a_key_query_is_narrowed_to_the_room_and_nobody_is_missing_from_its_answer(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        stranger = f"@stranger:{DOMAIN}"
        answer = await front.gw("POST", f"{C}/v3/keys/query", json={"device_keys": {USER: [], STAFF: [], stranger: []}, "token": "x"})
        assert answer.json["device_keys"] == {USER: {"D": {}}, STAFF: {"D": {}}, stranger: {}}
        assert homeserver.requests[-1].json == {"device_keys": {USER: [], STAFF: []}}
        homeserver.requests.clear()
        assert (await front.gw("POST", f"{C}/v3/keys/query", json={"device_keys": {STAFF: []}})).status == 200
        assert homeserver.seen == [f"POST {C}/v3/keys/query"], "known members are not asked for again"


async def test_somebody_who_was_invited_this_moment_is_no_stranger(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        newcomer = f"@bob:{DOMAIN}"
        answer = await front.gw("POST", f"{C}/v3/keys/query", json={"device_keys": {newcomer: []}})
        assert answer.json["device_keys"] == {newcomer: {}}
        homeserver.invited.add(newcomer)
        front.seconds.now += 1
        answer = await front.gw("POST", f"{C}/v3/keys/query", json={"device_keys": {newcomer: []}})
        assert answer.json["device_keys"] == {newcomer: {"D": {}}}


async def test_one_time_keys_are_claimed_of_members_alone(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        claim = {"one_time_keys": {STAFF: {"D": "signed_curve25519"}, f"@stranger:{DOMAIN}": {"D": "signed_curve25519"}}, "timeout": 10_000}
        await front.gw("POST", f"{C}/v3/keys/claim", json=claim)
        assert homeserver.requests[-1].json == {"one_time_keys": {STAFF: {"D": "signed_curve25519"}}, "timeout": 10_000}


async def test_an_upload_is_streamed_with_its_length_and_without_its_name(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        data = bytes(range(256)) * 2000
        homeserver.answers["/upload"] = 200, b'{"content_uri":"mxc://hs.test/abc"}', {}
        answer = await front.gw("POST", "/_matrix/media/v3/upload?filename=my-face.jpg", data=data, headers={"Content-Type": "image/jpeg"})
        assert answer.json == {"content_uri": f"mxc://{DOMAIN}/abc"}
        (got,) = homeserver.requests
        assert got.body == data
        assert got.headers["Content-Type"] == "application/octet-stream"
        assert got.headers["Content-Length"] == str(len(data))
        assert "filename" not in got.query


async def test_an_upload_without_a_length_or_above_the_limit_is_refused(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path, max_upload_bytes=1000) as (front, homeserver):

        async def pieces() -> AsyncIterator[bytes]:
            yield b"abc"

        for data in (pieces(), b"x" * 1001, b""):
            assert (await front.gw("POST", "/_matrix/media/v3/upload", data=data)).status == 413
        assert homeserver.requests == []
        assert (await front.gw("POST", "/_matrix/media/v3/upload", data=b"x" * 1000)).status == 200


async def test_a_seat_sends_so_many_files_and_no_more_whatever_the_pace(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):

        async def upload(secret: str = SECRET) -> Answer:
            front.seconds.now += 5
            return await front.gw("POST", "/_matrix/media/v3/upload", data=b"x", secret=secret)

        assert {(await upload()).status for _ in range(MOST_UPLOADS)} == {200}
        before = len(homeserver.requests)
        refused = await upload()
        assert (refused.status, refused.json["errcode"]) == (413, "TELECONNECT_SHARE_SENT")
        assert len(homeserver.requests) == before
        assert (await upload(OTHER_SECRET)).status == 200, "another seat has its own share"


async def test_a_seat_sends_so_many_bytes_together_and_no_more(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.rows.counted["seat-one"] = [MOST_UPLOADED_BYTES - 100]
        assert (await front.gw("POST", "/_matrix/media/v3/upload", data=b"x" * 101)).json["errcode"] == "TELECONNECT_SHARE_SENT"
        assert homeserver.requests == []
        assert (await front.gw("POST", "/_matrix/media/v3/upload", data=b"x" * 100)).status == 200


async def test_what_was_not_uploaded_after_all_does_not_count(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/upload"] = 500, b"{}", {}
        assert (await front.gw("POST", "/_matrix/media/v3/upload", data=b"abc")).status == 500
        assert front.rows.counted == {"seat-one": []}
        _, writer = await asyncio.open_connection(front.host, front.port)
        head = f"POST /gw/_matrix/media/v3/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\nContent-Length: 9\r\n\r\nhalf"
        await front.rows.uncounted.acquire()
        writer.write(head.encode())
        await writer.drain()
        writer.close()
        await front.rows.uncounted.acquire()
        assert front.rows.counted == {"seat-one": []}


async def test_a_download_is_never_shown_as_a_page(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        headers = {
            "Content-Type": "text/html",
            "Content-Disposition": "inline",
            "Set-Cookie": "a=b",
            "X-Synapse": "1",
            "Server": "Synapse/1",
        }
        homeserver.answers["/media/download"] = 200, b"<script>", headers
        answer = await front.gw("GET", f"{C}/v1/media/download/{DOMAIN}/abcDEF_-1?allow_remote=true&timeout_ms=1")
        assert answer.body == b"<script>"
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert not {"Set-Cookie", "X-Synapse"} & answer.headers.keys()
        assert answer.headers["Server"] == "teleconnect"
        assert homeserver.requests[0].query == {"user_id": USER, "device_id": DEVICE}


async def test_a_redirect_of_the_homeserver_is_neither_followed_nor_passed_on(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/media/download"] = 307, b"", {"Location": f"{homeserver.address}/elsewhere"}
        answer = await front.gw("GET", f"{C}/v1/media/download/{DOMAIN}/abc")
        assert answer.status == 502
        assert "Location" not in answer.headers
        assert len(homeserver.requests) == 1


async def test_a_401_of_the_homeserver_does_not_tell_the_page_that_its_seat_is_over(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.answers["/messages"] = 401, b'{"errcode":"M_UNKNOWN_TOKEN"}', {}
        homeserver.answers["/device_signing"] = 401, b'{"flows":[]}', {}
        assert (await front.gw("GET", f"{ROOM_PATH}/messages?dir=b")).status == 502
        assert (await front.gw("POST", f"{C}/v3/keys/device_signing/upload", json={})).status == 403


async def test_a_homeserver_that_is_down_is_a_502_that_says_nothing_of_it(tmp_path: Path) -> None:
    async with recording_homeserver() as gone:
        address = gone.address
    async with front_door(address, tmp_path) as front:
        front.rows.seats[digest(SECRET)] = GatewaySeat("seat-one", USER, DEVICE, ROOM, revoked=False)
        answer = await front.gw("GET", f"{ROOM_PATH}/members")
        assert (answer.status, answer.json["error"]) == (502, "The homeserver does not answer")
        assert (await front.gw("GET", f"{C}/versions", secret=None)).status == 502


async def test_each_seat_has_limits_of_its_own_and_sync_is_never_starved(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        send = f"{ROOM_PATH}/send/m.room.encrypted/t"
        statuses = [(await front.gw("PUT", send, json=MEGOLM)).status for _ in range(LIMITS["send"].burst + 1)]
        assert statuses == [200] * LIMITS["send"].burst + [429]
        slow = await front.gw("PUT", send, json=MEGOLM)
        assert slow.json["errcode"] == "M_LIMIT_EXCEEDED"
        assert slow.json["retry_after_ms"] <= 501
        assert slow.headers["Retry-After"] == "1"
        assert (await front.gw("GET", f"{C}/v3/sync")).status == 200
        other = await front.gw("PUT", f"{C}/v3/rooms/!room-two/send/m.room.encrypted/t", secret=OTHER_SECRET, json=MEGOLM)
        assert other.status == 200
        front.seconds.now += 0.5
        assert (await front.gw("PUT", send, json=MEGOLM)).status == 200


async def test_five_hundred_polls_can_be_held_at_once(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        secrets = [f"{number:043d}" for number in range(500)]
        for number, secret in enumerate(secrets):
            front.rows.seats[digest(secret)] = GatewaySeat(
                f"seat-{number}", f"@tcv-{number}:{DOMAIN}", "D", f"!room-{number}", revoked=False
            )
        async with asyncio.TaskGroup() as group:
            polls = [group.create_task(front.gw("GET", f"{C}/v3/sync?since=s1&timeout=30000", secret=secret)) for secret in secrets]
            for _ in secrets:
                await homeserver.sync_came.acquire()
            assert front.gateway.held_polls == 500
            assert (await front.gw("GET", f"{ROOM_PATH}/members")).status == 200
            homeserver.release.set()
        assert {poll.result().status for poll in polls} == {200}
        assert front.gateway.held_polls == 0
