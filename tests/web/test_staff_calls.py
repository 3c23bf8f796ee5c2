"""The way of staff into the call by their personal link: nothing but the button's POST redeems it, and no link is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.web.failures import OF_TOKENS
from teleconnect_bot.web.staff_calls import LIMITS
from tests.fakes_calls import CALL_TOKEN
from tests.fakes_web import GOOD_TOKEN, OTHER_SECRET, SECRET, Answer, Front, front_door

NOWHERE = "http://127.0.0.1:9"
NO_TOKENS: list[Any] = ["", "x", "x" * 22, "x" * 1000, "é" * 22, None, 7, ["calltoken"], {"a": 1}, GOOD_TOKEN, f"{CALL_TOKEN}x"]


async def redeem(front: Front, token: Any = CALL_TOKEN, secret: Any = SECRET, language: Any = "en", **more: Any) -> Answer:
    return await front.ask("POST", "/api/call", json={"token": token, "secret": secret, "language": language}, **more)


async def test_the_first_browser_gets_the_seat_and_gets_it_again_and_a_second_one_is_refused(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        first = await redeem(front)
        assert (first.status, first.json["call_seat"], first.json["label"]) == (200, True, "Staff call")
        assert (await redeem(front)).json == first.json, "after a reload, or an answer that was lost"
        second = await redeem(front, secret=OTHER_SECRET)
        assert (second.status, second.json) == (409, {"error": "used"})


async def test_before_the_start_after_the_end_and_of_nobody_is_one_answer(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for token in NO_TOKENS:
            answer = await redeem(front, token)
            assert (answer.status, answer.body) == (404, b'{"error": "link"}'), token
        front.call_door.running = False
        answer = await redeem(front)
        assert (answer.status, answer.body) == (404, b'{"error": "link"}')


@pytest.mark.parametrize("path", ["/c", f"/c?x={CALL_TOKEN}", f"/api/call?token={CALL_TOKEN}&secret={SECRET}&language=en"])
async def test_a_preview_robot_redeems_nothing(tmp_path: Path, path: str) -> None:
    (tmp_path / "guest.html").write_text("<!doctype html><title>Invitation</title>")
    async with front_door(NOWHERE, tmp_path) as front:
        for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await front.ask(method, path, headers={"User-Agent": "WhatsApp/2.23 preview"})
            assert answer.status in (200, 405)
        assert not front.call_door.calls


@pytest.mark.parametrize("secret", ["", "short", "c" * 44, CALL_TOKEN, None, 7])
async def test_a_secret_of_another_shape_is_refused_before_anything_is_looked_up(tmp_path: Path, secret: Any) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        refused = await redeem(front, secret=secret)
        assert (refused.status, refused.json) == (400, {"error": "secret"})
        assert not front.call_door.calls


async def test_a_language_that_the_page_does_not_speak_is_refused(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for language in ("xx", "", None, "en\n"):
            refused = await redeem(front, language=language)
            assert (refused.status, refused.json) == (400, {"error": "language"})
        assert (await redeem(front, language="ar")).status == 200
        assert front.call_door.calls == {"ar": 1}


async def test_a_link_is_tried_only_so_often(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        statuses = [(await redeem(front)).status for _ in range(LIMITS["link"].burst + 1)]
        assert statuses[-2:] == [200, 429]
        front.seconds.now += 60
        assert (await redeem(front)).status == 200


async def test_guessing_is_limited_for_each_address_and_good_links_are_not(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        burst = OF_TOKENS.burst
        assert (await redeem(front)).status == 200
        statuses = [(await redeem(front, f"guess{number:017d}")).status for number in range(burst + 1)]
        assert statuses == [404] * burst + [429]
        looked_up = front.call_door.calls.total()
        assert (await redeem(front, "guess")).status == 429
        assert front.call_door.calls.total() == looked_up, "nothing is looked up any more"
        assert (await redeem(front)).status == 200, "a link that was good before is good still"


async def test_who_guesses_is_told_by_the_address_that_a_trusted_proxy_names(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path, trusted_proxies=["127.0.0.0/8"]) as front:
        for number in range(OF_TOKENS.burst):
            headers = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.9"}
            assert (await redeem(front, f"guess{number:017d}", headers=headers)).status == 404
        assert (await redeem(front, "guess", headers={"X-Forwarded-For": "203.0.113.9"})).status == 429
        assert (await redeem(front, "guess", headers={"X-Forwarded-For": "203.0.113.10"})).status == 404


async def test_a_body_that_is_none_or_too_large_changes_nothing(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for body, status in ((b"", 400), (b"[]", 400), (b"{", 400), (b"x" * 9_000, 413)):
            assert (await front.ask("POST", "/api/call", data=body)).status == status
        assert not front.call_door.calls


async def test_no_token_and_no_secret_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        await redeem(front)
        await redeem(front, "x" * 22)

        async def broken(token: str, digest: bytes, language: str) -> None:
            raise RuntimeError(f"no such column for {token}")

        front.call_door.redeem = broken  # type: ignore[method-assign,assignment]
        assert (await redeem(front)).status == 500
    printed = "".join(capfd.readouterr())
    assert "web_failed" in printed
    assert not [secret for secret in (CALL_TOKEN, SECRET) if secret in printed]
