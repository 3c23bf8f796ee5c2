"""The guest page's own calls: what they answer, and what an outsider can learn from them (nothing)."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.domain.guest_link import DeviceTest
from teleconnect_bot.services.guest_door import LinkFull, OpenedLink, SeatPerson, SeatView, TermsNotCurrent, TooEarly, secret_digest
from teleconnect_bot.services.ports import Relay, ServiceUnavailable
from teleconnect_bot.web.calls import checked_name
from teleconnect_bot.web.failures import OF_TOKENS
from teleconnect_bot.web.guest import LIMITS
from tests.fakes_web import BOT, DOMAIN, GOOD_TOKEN, SECRET, USER, Answer, Front, a_seat, digest, front_door

NOWHERE = "http://127.0.0.1:9"
ENTRY = {"token": GOOD_TOKEN, "secret": SECRET, "name": "Amina", "language": "ar", "terms": "1", "device": "no_camera"}


async def _post(front: Front, path: str, body: Any, **more: Any) -> Answer:
    return await front.ask("POST", path, json=body, **more)


async def test_what_everybody_may_read(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await front.ask("GET", "/api/public")
        assert answer.json == {
            "support_phone": "+41 22 000 00 00",
            "languages": [
                {"code": "en", "name": "English", "direction": "ltr"},
                {"code": "ar", "name": "العربية", "direction": "rtl"},
            ],
            "largest_file": 10 * 1024**2,
            "calls": {"provider": "none", "force_relay": True},
        }
        assert not front.door.calls


async def test_continue_shows_the_terms_in_the_language_of_the_page(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await _post(front, "/api/open", {"token": GOOD_TOKEN, "language": "ar"})
        assert answer.json == {
            "state": "open",
            "language": "fr",
            "name": "Field Clinic",
            "opens_at": None,
            "interpreter": False,
            "terms": {"version": "1", "text": "Terms in ar."},
        }
        unknown = await _post(front, "/api/open", {"token": GOOD_TOKEN, "language": "xx"})
        assert unknown.json["terms"]["text"] == "Terms in en."


LEADING_NOWHERE: list[Any] = [
    {"token": "unknown23abcdefghijklmnopq"},
    {"token": ""},
    {"token": GOOD_TOKEN + " "},
    {"token": GOOD_TOKEN.upper()},
    {"token": "é" * 26},
    {"token": "x" * 5000},
    {"token": 7},
    {"token": {"$ne": 1}},
    {"token": None},
    {},
    [],
    "text",
]


@pytest.mark.parametrize("path", ["/api/open", "/api/not-me", "/api/device", "/api/relay", "/api/enter", "/api/ask"])
async def test_every_link_that_leads_nowhere_gets_the_same_bytes(path: str, tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answers = []
        for wrong in LEADING_NOWHERE:
            body = {**ENTRY, "token": None} | wrong if isinstance(wrong, dict) else wrong
            if path in ("/api/enter", "/api/device", "/api/ask") and not isinstance(wrong, dict):
                continue
            answers.append(await _post(front, path, body))
        seen = {(answer.status, answer.body, tuple((k, v) for k, v in answer.headers.items() if k != "Date")) for answer in answers}
        assert len(seen) == 1, seen
        assert (answers[0].status, answers[0].body) == (404, b'{"error": "link"}')
        name = path.removeprefix("/api/").replace("-", "_")
        assert front.door.calls == {name: len(answers)}, "each goes the same way, through the same door"


async def test_a_token_that_is_no_json_at_all_is_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for body in (b"", b"{", b"\xff", b"[" * 5000):
            answer = await front.ask("POST", "/api/open", data=body)
            assert (answer.status, answer.body) == (404, b'{"error": "link"}')
        assert (await front.ask("POST", "/api/open", data=b" " * 10_000)).status == 413


async def test_asking_for_a_new_link_answers_the_same_for_every_token(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        bodies = [{"token": GOOD_TOKEN}, *LEADING_NOWHERE]
        answers = [await _post(front, "/api/ask-for-link", body) for body in bodies]
        assert {(answer.status, answer.body) for answer in answers} == {(200, b"{}")}
        assert front.door.calls == {"ask_for_link": len(bodies)}


async def test_not_me_answers_empty(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await _post(front, "/api/not-me", {"token": GOOD_TOKEN})
        assert (answer.status, answer.json) == (200, {})


async def test_of_a_device_test_one_word_alone_is_told(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for result in DeviceTest:
            assert (await _post(front, "/api/device", {"token": GOOD_TOKEN, "device": result.value})).json == {}
        assert front.door.tested == list(DeviceTest)
        for wrong in ("data:image/png;base64,AAAA", "", None, 1, ["good"]):
            answer = await _post(front, "/api/device", {"token": GOOD_TOKEN, "device": wrong})
            assert (answer.status, answer.json) == (400, {"error": "device"})
        assert front.door.tested == list(DeviceTest), "what is no result of ours goes nowhere"


async def test_the_relay_is_told_to_the_holder_of_a_link_alone(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await _post(front, "/api/relay", {"token": GOOD_TOKEN})).json == {"server": None}
        front.door.turn = Relay(("turn:turn.example:3478?transport=udp",), "1700000000:@bot:hs.test", "password")
        assert (await _post(front, "/api/relay", {"token": GOOD_TOKEN})).json == {
            "server": {"urls": ["turn:turn.example:3478?transport=udp"], "username": "1700000000:@bot:hs.test", "credential": "password"}
        }
        assert (await _post(front, "/api/relay", {"token": "unknown"})).status == 404
        assert "password" not in repr(front.door.turn)


async def test_entering_gives_the_seat(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await _post(front, "/api/enter", ENTRY)
        assert answer.status == 200
        assert answer.json == {
            "status": "keys",
            "user": USER,
            "device": "ONEDEVICE",
            "room": None,
            "label": "Service user",
            "people": [{"user": f"@tcv-two:{DOMAIN}", "label": "Relative", "name": "Amina", "away": False, "call_of": None}],
            "bot": BOT,
            "told": None,
            "ended_reason": None,
            "public_name": "Field Clinic",
            "moved_here": False,
            "asked_for": False,
            "before": 0,
            "awaited": 1,
            "deletion_asked": False,
            "call_seat": False,
            "native": False,
        }
        assert set(front.door.seats) == {digest(SECRET)}
        assert front.door.tested == [DeviceTest.NO_CAMERA]
        assert (await front.ask("GET", "/api/seat", secret=SECRET)).json == answer.json


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"secret": "short"}, "secret"),
        ({"secret": None}, "secret"),
        ({"secret": "=" * 43}, "secret"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "\u202e\u200b"}, "name"),
        ({"name": 7}, "name"),
        ({"language": "xx"}, "language"),
        ({"terms": ""}, "terms"),
        ({"terms": 1}, "terms"),
    ],
)
async def test_a_wrong_form_says_which_field_and_asks_nobody(change: dict[str, Any], error: str, tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answer = await _post(front, "/api/enter", ENTRY | change)
        assert (answer.status, answer.json) == (400, {"error": error})
        unknown = await _post(front, "/api/enter", ENTRY | change | {"token": "unknown"})
        assert unknown.body == answer.body, "the same for a link that leads nowhere"
        assert not front.door.calls


async def test_asking_for_a_place_and_answering(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await _post(front, "/api/ask", ENTRY | {"place": "Relative"})).json["status"] == "asking"
        for nobodys in (None, "", 1, ["Relative"]):
            await _post(front, "/api/ask", ENTRY | {"place": nobodys})
        assert front.door.places == ["Relative", None, None, None, None]
        for yes in (True, False, "true", 1, None):
            assert (await _post(front, "/api/answer", {"yes": yes}, secret=SECRET)).status == 200
        assert (front.door.calls["answer yes"], front.door.calls["answer no"]) == (1, 4), "only a true yes is a yes"
        assert (await _post(front, "/api/answer", {"yes": True})).status == 401


@pytest.mark.parametrize(
    ("refusal", "status", "body"),
    [
        (LinkFull(["Relative"], True), 409, {"error": "full", "taken": ["Relative"], "more": True}),
        (TermsNotCurrent(), 400, {"error": "terms"}),
        (TooEarly(datetime(2026, 12, 1, 14, 0, tzinfo=UTC)), 425, {"error": "early", "opens_at": "2026-12-01T14:00:00+00:00"}),
        (ServiceUnavailable("the homeserver"), 503, {"error": "busy"}),
        (RuntimeError("Amina's secret is 42"), 500, {"error": "failed"}),
    ],
)
async def test_why_somebody_cannot_enter(
    refusal: Exception, status: int, body: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.door.refuse_entry = refusal
        answer = await _post(front, "/api/enter", ENTRY)
        assert (answer.status, answer.json) == (status, body)
        printed = "".join(capfd.readouterr())
        assert "Amina" not in printed
        assert GOOD_TOKEN not in printed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Amina \n Diallo ", "Amina Diallo"),
        ("\u202eevil\u2066", "evil"),
        ("a\x00b\x1b[31m", "ab[31m"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e\u0301", "é"),
        ("👩\u200d⚕️ Doc", "👩\u200d⚕️ Doc"),
        ("...", None),
        ("x" * 1000, None),
    ],
)
def test_a_name_is_one_visible_line(typed: str, shown: str | None) -> None:
    assert checked_name(typed) == shown


async def test_the_calls_of_a_seat_need_its_secret(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for method, path in (("GET", "/api/seat"), *(("POST", f"/api/{call}") for call in ("beat", "ready", "away", "leave"))):
            for secret in (None, "c" * 43, "short", GOOD_TOKEN):
                answer = await front.ask(method, path, secret=secret)
                assert (answer.status, answer.body) == (401, b'{"error": "seat"}')


async def test_beat_ready_and_leave_reach_the_door(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.door.seats[digest(SECRET)] = a_seat()
        assert (await _post(front, "/api/beat", {"visible": True}, secret=SECRET)).json["status"] == "keys"
        assert (await _post(front, "/api/beat", {"visible": False}, secret=SECRET)).status == 200
        assert (await _post(front, "/api/ready", {}, secret=SECRET)).json["user"] == USER
        assert (await _post(front, "/api/away", {}, secret=SECRET)).json == {}
        assert (await _post(front, "/api/leave", {}, secret=SECRET)).json == {}
        assert (await _post(front, "/api/leave", {}, secret=SECRET)).status == 401
        assert front.door.calls == {"beat visible": 1, "beat hidden": 1, "ready": 1, "away": 1, "leave": 2}


async def test_who_asks_for_deletion_must_have_a_seat(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await _post(front, "/api/ask-deletion", {}, secret=SECRET)).status == 401
        await _post(front, "/api/enter", ENTRY)
        assert (await _post(front, "/api/ask-deletion", {}, secret=SECRET)).json["deletion_asked"] is True
        assert (await _post(front, "/api/ask-deletion", {})).status == 401


async def test_nothing_is_changed_by_a_get_of_a_call_that_changes_something(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for path in (
            "/api/open",
            "/api/not-me",
            "/api/device",
            "/api/relay",
            "/api/enter",
            "/api/ask",
            "/api/answer",
            "/api/ask-deletion",
            "/api/beat",
            "/api/ready",
            "/api/away",
            "/api/leave",
        ):
            for method in ("GET", "HEAD", "PUT", "DELETE"):
                answer = await front.ask(method, f"{path}?token={GOOD_TOKEN}", secret=SECRET)
                assert (answer.status, answer.headers["Allow"]) == (405, "POST")
        assert not front.door.calls


async def test_an_entry_is_carried_out_although_the_browser_goes_away(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.door.hold = asyncio.Event()
        body = json.dumps(ENTRY).encode()
        _, writer = await asyncio.open_connection(front.host, front.port)
        writer.write(b"POST /api/enter HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await front.door.entered.wait()
        writer.close()
        await writer.wait_closed()
        await front.ask("GET", "/api/public")  # the server has seen the lost connection by now
        front.door.hold.set()
        await front.door.finished.wait()
        assert (await front.ask("GET", "/api/seat", secret=SECRET)).status == 200


async def test_a_link_is_tried_only_so_often_and_nobody_who_has_it_keeps_the_invited_person_out(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path, trusted_proxies=["127.0.0.0/8"]) as front:
        robot, invited = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "203.0.113.10"}
        for _ in range(LIMITS["link"].burst):
            assert (await _post(front, "/api/open", {"token": GOOD_TOKEN}, headers=robot)).status == 200
        slow = await _post(front, "/api/enter", ENTRY, headers=robot)
        assert (slow.status, slow.json, slow.headers["Retry-After"]) == (429, {"error": "slow", "retry_after": 3}, "3")
        assert (await _post(front, "/api/enter", ENTRY, headers=invited)).status == 200
        front.seconds.now += 2
        assert (await _post(front, "/api/enter", ENTRY, headers=robot)).status == 200


async def test_a_link_is_tried_only_so_often_from_everywhere_together(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path, trusted_proxies=["127.0.0.0/8"]) as front:
        burst = LIMITS["link from everywhere"].burst
        each = LIMITS["link"].burst
        addresses = [f"203.0.113.{number // each}" for number in range(burst)]
        tried = [
            (await _post(front, "/api/open", {"token": GOOD_TOKEN}, headers={"X-Forwarded-For": address})).status for address in addresses
        ]
        assert tried == [200] * burst
        assert (await _post(front, "/api/open", {"token": GOOD_TOKEN}, headers={"X-Forwarded-For": "198.51.100.1"})).status == 429


async def test_failing_is_counted_by_the_address_that_a_trusted_proxy_names(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path, trusted_proxies=["127.0.0.0/8"]) as front:

        async def fail(number: int, address: str) -> int:
            return (await _post(front, "/api/open", {"token": f"wrong{number}"}, headers={"X-Forwarded-For": address})).status

        for number in range(OF_TOKENS.burst):
            assert await fail(number, f"198.51.100.{number}, 203.0.113.9") == 404, "what stands further left is hearsay"
        assert await fail(98, "203.0.113.9") == 429
        assert await fail(99, "203.0.113.10") == 404


async def test_a_forwarded_address_counts_for_nothing_without_a_trusted_proxy(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for number in range(OF_TOKENS.burst):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            assert (await _post(front, "/api/open", {"token": f"wrong{number}"}, headers=headers)).status == 404
        assert (await _post(front, "/api/open", {"token": "one more"}, headers={"X-Forwarded-For": "203.0.113.200"})).status == 429


async def test_a_seat_asks_only_so_often(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.door.seats[digest(SECRET)] = a_seat()
        statuses = [(await front.ask("GET", "/api/seat", secret=SECRET)).status for _ in range(LIMITS["seat"].burst + 1)]
        assert statuses[-2:] == [200, 429]


def test_a_secret_has_256_bits_and_one_shape() -> None:
    assert secret_digest(SECRET) == digest(SECRET)
    assert [secret_digest(wrong) for wrong in ("", "a" * 42, "a" * 44, "a" * 42 + "+", "a" * 43 + "\n", "é" * 43)] == [None] * 6


def test_what_people_chose_is_not_shown_by_a_repr() -> None:
    view: SeatView = a_seat()
    assert isinstance(view.people[0], SeatPerson)
    link = OpenedLink.__dataclass_fields__
    assert not link["name"].repr
    assert "Amina" not in repr(view)
