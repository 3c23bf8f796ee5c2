"""Guessing: what leads nowhere is counted by address and refused before anything is looked up, and keeps nobody else out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from inspect import getmembers, isclass
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from teleconnect_bot.services import call_door, guest_door, interpreter_door
from teleconnect_bot.services.guest_door import LinkFull, LinkIsGood, NoSuchLink
from teleconnect_bot.services.ports import ServiceUnavailable
from teleconnect_bot.web.calls import WholeCalls
from teleconnect_bot.web.failures import OF_SECRETS, OF_TOKENS, Failures, Tokens, TooManyFailures
from teleconnect_bot.web.security import Buckets, Limit
from tests.fakes_web import GOOD_TOKEN, SECRET, Answer, Front, ManualSeconds, a_seat, digest, front_door, gateway_with_seats

NOWHERE = "http://127.0.0.1:9"
VERSIONS, SYNC = "/gw/_matrix/client/versions", "/gw/_matrix/client/v3/sync"


async def opens(front: Front, token: str) -> Answer:
    return await front.ask("POST", "/api/open", json={"token": token})


def guess(number: int) -> str:
    return f"{number:043d}"


async def test_of_a_whole_camp_behind_one_address_only_newcomers_wait_while_somebody_guesses(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        front.door.links |= {f"good{number}" for number in range(200)}
        assert {(await opens(front, f"good{number}")).status for number in range(100)} == {200}
        guessed = [(await opens(front, f"wrong{number}")).status for number in range(OF_TOKENS.burst)]
        assert guessed == [404] * OF_TOKENS.burst
        looked_up = front.door.calls["open"]
        slow = await opens(front, "wrong")
        assert (slow.status, slow.json, slow.headers["Retry-After"]) == (429, {"error": "slow", "retry_after": 2}, "2")
        assert (await opens(front, "good100")).status == 429
        assert front.door.calls["open"] == looked_up, "nothing is looked up any more"
        assert {(await opens(front, f"good{number}")).status for number in range(100)} == {200}
        front.door.links.remove("good0")
        ended = await opens(front, "good0")
        assert (ended.status, ended.body) == (429, slow.body), "that it was a link once is told to nobody"
        front.seconds.now += 2
        assert (await opens(front, "good100")).status == 200


async def test_guesses_that_come_all_at_once_are_no_way_round_the_limit(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:
        answers = await asyncio.gather(*(opens(front, f"wrong{number}") for number in range(3 * OF_TOKENS.burst)))
        assert [answer.status for answer in answers].count(404) == front.door.calls["open"] == OF_TOKENS.burst


async def test_a_database_that_does_not_answer_makes_nobody_a_guesser(tmp_path: Path) -> None:
    async with front_door(NOWHERE, tmp_path) as front:

        async def busy(token: str, language: str) -> None:
            raise ServiceUnavailable("the database")

        front.door.open = busy  # type: ignore[method-assign]
        assert {(await opens(front, GOOD_TOKEN)).status for _ in range(20)} == {503}
        front.seconds.now += 3600
        assert {(await opens(front, f"{number}")).status for number in range(2 * OF_TOKENS.burst)} == {503}


DOORS = (guest_door, call_door, interpreter_door)
REFUSALS = {found for door in DOORS for _, found in getmembers(door, isclass) if issubclass(found, Exception)}


@pytest.mark.parametrize("error", sorted(REFUSALS - {NoSuchLink, LinkIsGood}, key=str))
def test_every_refusal_of_a_door_says_whether_the_link_is_good(error: type[Exception]) -> None:
    assert issubclass(error, LinkIsGood)


@pytest.mark.parametrize(
    ("ends", "counted"),
    [
        (None, True),
        (False, True),
        (NoSuchLink(), True),
        (True, False),
        ({}, False),
        (LinkIsGood(), False),
        (LinkFull(), False),
        (ServiceUnavailable("the database"), False),
        (asyncio.CancelledError(), False),
    ],
    ids=repr,
)
async def test_how_a_look_up_ends_says_by_itself_whether_it_is_counted(ends: object, counted: bool) -> None:
    async def use() -> object:
        if isinstance(ends, BaseException):
            raise ends
        return ends

    async def ended(token: str) -> str:
        try:
            return repr(await tokens.look_up(request, token, use))
        except (NoSuchLink, LinkIsGood, ServiceUnavailable, TooManyFailures, asyncio.CancelledError) as error:
            return repr(error)

    request = make_mocked_request("POST", "/api/open")
    async with asyncio.TaskGroup() as tasks:
        tokens = Tokens((), ManualSeconds(), WholeCalls(tasks))
        answers = [await ended(f"token{number}") for number in range(OF_TOKENS.burst + 1)]
    assert set(answers[:-1]) == {repr(ends)}
    assert answers[-1] == ("TooManyFailures('too many failures')" if counted else repr(ends))


@pytest.fixture
def few_secrets(monkeypatch: pytest.MonkeyPatch) -> int:
    """So many failures at once, instead of a thousand."""
    monkeypatch.setattr("teleconnect_bot.web.failures.OF_SECRETS", Limit(40, OF_SECRETS.per_second))
    return 40


@pytest.mark.parametrize("path", ["/api/seat", SYNC, "/gw/_matrix/client/%76ersions"])
async def test_secrets_of_nobody_are_counted_by_address_and_then_not_looked_up(path: str, few_secrets: int, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.door.seats[digest(SECRET)] = a_seat()
        assert (await front.ask("GET", "/api/seat", secret=SECRET)).status == 200
        assert {(await front.ask("GET", path, secret=guess(number))).status for number in range(few_secrets)} == {401}
        before = front.rows.reads + front.door.calls["seat"]
        refused = await front.ask("GET", path, secret=guess(9_999))
        assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
        assert refused.json.get("errcode", refused.json["error"]) == ("slow" if path == "/api/seat" else "M_LIMIT_EXCEEDED")
        assert front.rows.reads + front.door.calls["seat"] == before, "nothing is looked up any more"
        for known in ("/api/seat", SYNC):
            assert (await front.ask("GET", known, secret=SECRET)).status == 200, "who has a seat notices nothing"
        assert (await front.ask("GET", VERSIONS, secret=guess(1))).status == 200, "no secret is looked up there"
        assert len(homeserver.requests) == 2


async def test_who_guesses_is_refused_by_every_call_of_a_seat(few_secrets: int, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        assert {(await front.ask("GET", "/api/seat", secret=guess(number))).status for number in range(few_secrets)} == {401}
        posts = ["answer", "beat", "ready", "ask-deletion", "away", "leave"]
        assert {each: (await front.ask("POST", f"/api/{each}", secret=guess(9_999))).status for each in posts} == dict.fromkeys(posts, 429)


async def test_polls_that_are_held_are_no_guesses(few_secrets: int, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        seats = {guess(number): replace(front.rows.seats[digest(SECRET)], seat_id=f"seat-{number}") for number in range(2 * few_secrets)}
        front.rows.seats |= {digest(secret): seat for secret, seat in seats.items()}
        async with asyncio.TaskGroup() as group:
            polls = []
            for secret in seats:
                polls.append(group.create_task(front.ask("GET", SYNC, secret=secret)))
                await homeserver.sync_came.acquire()
            homeserver.release.set()
        assert {poll.result().status for poll in polls} == {200}


async def test_no_secret_becomes_known_by_a_call_that_looks_none_up(few_secrets: int, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        for number in range(few_secrets):
            await front.ask("GET", VERSIONS, secret=guess(number))
            await front.ask("GET", "/api/public", secret=guess(number))
        assert {(await front.ask("GET", SYNC, secret=guess(number))).status for number in range(few_secrets)} == {401}
        assert (await front.ask("GET", SYNC, secret=guess(0))).status == 429


def test_what_has_ended_is_known_no_longer() -> None:
    failures = Failures(Limit(burst=1, per_second=1), ManualSeconds())
    for found in (True, False):
        with failures.lookup("a", b"link") as lookup:
            lookup.found = found
    with failures.lookup("a", b"link") as lookup:
        lookup.found = False
    with pytest.raises(TooManyFailures):
        failures.lookup("a", b"link")
    with failures.lookup("b", b"link"):
        pass


def test_what_is_known_is_bounded() -> None:
    failures = Failures(Limit(burst=1, per_second=0.001), ManualSeconds(), remembered=2)
    for shown in (b"1", b"2", b"3"):
        with failures.lookup("a", shown) as lookup:
            lookup.found = True
    with failures.lookup("a", b"nothing") as lookup:
        lookup.found = False
    with failures.lookup("a", b"3"), failures.lookup("a", b"2"):
        pass
    with pytest.raises(TooManyFailures):
        failures.lookup("a", b"1")


def test_a_flood_of_one_kind_makes_no_other_be_forgotten() -> None:
    buckets = Buckets({"seat": Limit(1, 0.001), "link": Limit(1, 0.001)}, ManualSeconds(), remembered=2)
    assert buckets.take("link", "mine") == 0.0
    for number in range(10):
        buckets.take("seat", number)
    assert buckets.take("link", "mine") > 0.0
    assert len(buckets) == 3
