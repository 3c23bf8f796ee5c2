"""The calls of the page on which interpreting organisations answer: nothing but an answer decides anything, and no link is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from teleconnect_bot.services.interpreter_door import OfferStatus
from teleconnect_bot.web.failures import OF_TOKENS
from teleconnect_bot.web.interpreter import LIMITS, LONGEST_REASON
from tests.fakes_interpreters import DESK_TOKEN
from tests.fakes_web import Answer, Front, front_door

NOWHERE = "http://127.0.0.1:9"
ANSWERS = ("accept", "decline", "withdraw")
LEADS_NOWHERE: list[Any] = ["", "x", "x" * 22, "x" * 1000, "é" * 22, None, 7, ["desktoken"], {"a": 1}]


async def call(front: Front, what: str, **body: Any) -> Answer:
    return await front.ask("POST", f"/api/interpreter/{what}", json={"token": DESK_TOKEN, "language": "en", "round": 1, **body})


async def accept(front: Front, name: str = "Selam", contact: str = "selam@lingua.example", **more: Any) -> Answer:
    return await call(front, "accept", name=name, contact=contact, terms="1", **more)


async def test_the_request_is_shown_as_often_as_anybody_looks(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for _ in range(10):
            shown = await call(front, "view")
        assert (shown.status, shown.json["status"], shown.json["round"]) == (200, "asked", 1)
        assert [fact["label"] for fact in shown.json["facts"]] == ["When", "Languages", "Expected duration", "Where"]
        assert shown.json["terms"]["version"] == "1"
        assert front.interpreters.calls == {"view": 10}


@pytest.mark.parametrize(
    "path", ["/i", "/i?x=1", f"/i/{DESK_TOKEN}", "/i/a/b%0ac", "/api/interpreter/texts", "/api/interpreter/texts?language=ar"]
)
async def test_a_get_is_answered_the_same_to_everybody_and_asks_for_no_request(tmp_path: Path, path: str) -> None:
    (tmp_path / "guest.html").write_text("")
    (tmp_path / "interpreter.html").write_text("<!doctype html><title>Interpreter</title>")
    async with front_door(NOWHERE, tmp_path) as front:
        for method in ("GET", "HEAD"):
            assert (await front.ask(method, path, headers={"User-Agent": "WhatsApp/2.23 preview"})).status == 200
        assert set(front.interpreters.calls) <= {"texts"}


@pytest.mark.parametrize("what", ["view", *ANSWERS])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
async def test_nothing_is_decided_by_another_method(tmp_path: Path, what: str, method: str) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await front.ask(method, f"/api/interpreter/{what}?token={DESK_TOKEN}")).status == 405
        assert not front.interpreters.calls


async def test_the_words_of_the_page_come_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        words = (await front.ask("GET", "/api/interpreter/texts?language=ar")).json
        assert (words["language"], words["direction"]) == ("ar", "rtl")
        assert [language["code"] for language in words["languages"]] == ["en", "ar"]
        unknown = (await front.ask("GET", "/api/interpreter/texts?language=xx")).json
        assert (unknown["language"], unknown["texts"]["accept"]) == ("en", "Accept")


async def test_accepting_takes_name_contact_and_the_language_that_is_read(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        accepted = await accept(front, name="  Selam\u202e  Tesfaye ", language="ar")
        assert (accepted.status, accepted.json["status"]) == (200, "accepted")
        assert front.interpreters.accepted == [("Selam Tesfaye", "selam@lingua.example", "ar")]


@pytest.mark.parametrize("name", ["\u200b", "...", "x" * 65])
async def test_a_name_that_is_none_accepts_nothing(tmp_path: Path, name: str) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        refused = await accept(front, name=name)
        assert (refused.status, refused.json) == (400, {"error": "name"})
        assert not front.interpreters.calls


async def test_a_contact_that_cannot_be_written_to_or_old_terms_accept_nothing(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.interpreters.unusable.add("nobody@nowhere")
        assert (await accept(front, contact="nobody@nowhere")).json == {"error": "contact"}
        assert (await accept(front, contact="x" * 255)).json == {"error": "contact"}
        assert (await call(front, "accept", name="Selam", contact="s@x.org", terms="0")).json == {"error": "terms"}
        assert front.interpreters.accepted == []


async def test_an_answer_to_another_time_shows_the_new_one(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for changed in (await accept(front, round=0), await call(front, "decline", round=2), await call(front, "decline", round="1")):
            assert (changed.status, changed.json["error"], changed.json["view"]["round"]) == (409, "changed", 1)
        assert (front.interpreters.accepted, front.interpreters.reasons) == ([], [])


async def test_who_was_slower_reads_that_it_is_taken_and_nothing_else(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.interpreters.becomes(OfferStatus.TAKEN)
        taken = (await call(front, "view")).json
        assert taken == {
            "status": "taken",
            "round": 0,
            "name": "",
            "facts": [],
            "may_decline": True,
            "terms": {"version": "", "text": ""},
        }


async def test_a_reason_is_one_line_of_a_length_that_people_read(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        await call(front, "decline", reason=" all\n are\u202e on leave ")
        front.interpreters.becomes(OfferStatus.ACCEPTED)
        await call(front, "withdraw", reason="x" * 5000)
        assert front.interpreters.reasons == ["all are on leave", "x" * LONGEST_REASON]


async def test_a_link_that_leads_nowhere_gets_the_same_bytes_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        for what in ("view", *ANSWERS):
            for token in LEADS_NOWHERE[:7]:
                answer = await call(front, what, token=token)
                assert (answer.status, answer.body) == (404, b'{"error": "link"}'), (what, token)
            front.seconds.now += 600


async def test_guessing_is_limited_for_each_address_and_good_links_are_not(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        assert (await call(front, "view")).status == 200
        statuses = [(await call(front, "view", token=f"guess{number:017d}")).status for number in range(OF_TOKENS.burst + 1)]
        assert statuses == [404] * OF_TOKENS.burst + [429]
        assert (await call(front, "view")).status == 200, "a link that was good before is good still"


async def test_a_link_is_tried_only_so_often(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        statuses = [(await call(front, "view")).status for _ in range(LIMITS["link"].burst + 1)]
        assert statuses[-2:] == [200, 429]
        limited = await call(front, "accept")
        assert (limited.status, limited.json["error"]) == (429, "slow")
        assert front.interpreters.calls["accept"] == 0


async def test_no_token_name_or_contact_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        await accept(front)
        await call(front, "view", token="x" * 22)

        async def broken(token: str, language: str) -> None:
            raise RuntimeError(f"no such column for {token}")

        front.interpreters.view = broken  # type: ignore[method-assign]
        assert (await call(front, "view")).status == 500
    printed = "".join(capfd.readouterr())
    assert "web_failed" in printed
    assert not [secret for secret in (DESK_TOKEN, "Selam", "selam@") if secret in printed]
