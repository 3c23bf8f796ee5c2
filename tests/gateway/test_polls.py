"""Held polls, and what ends them: assignment, revocation, a browser that goes away, the end of the server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import ClientError, web
from yarl import URL

from teleconnect_bot.web.gateway_seats import ROW_TRUSTED_FOR
from teleconnect_bot.web.gateway_table import LIMITS, MOST_HELD_POLLS
from tests.fakes_web import DOMAIN, OTHER_SECRET, ROOM, SECRET, USER, Front, RecordingHomeserver, gateway_with_seats
from tests.memory import texts_held

SYNC = "/_matrix/client/v3/sync"


async def test_a_sync_carries_the_gateways_filter_whatever_the_page_asks(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        asked = '{"room":{"rooms":["!room-two"]}}'
        query = {"filter": asked, "timeout": "900000", "set_presence": "online", "full_state": "true", "since": "s1"}
        answer = await front.ask("GET", str(URL(f"/gw{SYNC}").with_query(query)), secret=SECRET)
        assert list(answer.json["rooms"]["join"]) == [ROOM]
        (got,) = homeserver.requests
        sent = json.loads(got.query["filter"])
        assert sent["presence"] == sent["account_data"] == sent["room"]["account_data"] == {"types": []}
        assert (got.query["timeout"], got.query["set_presence"], got.query["since"]) == ("30000", "offline", "s1")
        assert "full_state" not in got.query
        front.rows.change(SECRET, room=None)
        front.gateway.assigned("seat-one")
        assert (await front.gw("GET", SYNC)).json == {"next_batch": "s2"}
        assert (await front.gw("GET", f"{SYNC}?timeout=soon")).status == 400


async def test_assigning_the_room_ends_the_seats_polls_and_no_others(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.rows.change(SECRET, room=None)
        homeserver.hold_syncs = True
        async with asyncio.TaskGroup() as group:
            mine = group.create_task(front.gw("GET", f"{SYNC}?since=s7&timeout=30000"))
            other = group.create_task(front.gw("GET", f"{SYNC}?since=s7&timeout=30000", secret=OTHER_SECRET))
            await homeserver.sync_came.acquire()
            await homeserver.sync_came.acquire()
            front.rows.change(SECRET, room=ROOM)
            front.gateway.assigned("seat-one")
            assert (await mine).json == {"next_batch": "s7"}, "the page asks again at once, from where it was"
            await homeserver.syncs_lost.acquire()
            assert not other.done()
            homeserver.hold_syncs = False
            assert list((await front.gw("GET", f"{SYNC}?since=s7")).json["rooms"]["join"]) == [ROOM]
            homeserver.release.set()


async def test_a_first_poll_goes_on_with_the_new_room(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.rows.change(SECRET, room=None)
        homeserver.hold_syncs = True
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(front.gw("GET", SYNC))
            await homeserver.sync_came.acquire()
            homeserver.hold_syncs = False
            front.rows.change(SECRET, room=ROOM)
            front.gateway.assigned("seat-one")
            assert (await poll).json == {"next_batch": "s2", "rooms": {"join": {ROOM: {}}}}


@pytest.mark.parametrize("query", ["", "?since=s7"])
async def test_revoking_a_seat_ends_its_polls_with_401_and_every_later_call(query: str, tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(front.gw("GET", SYNC + query))
            await homeserver.sync_came.acquire()
            front.rows.change(SECRET, revoked=True)
            front.gateway.revoked("seat-one")
            answer = await poll
        assert (answer.status, answer.json["errcode"]) == (401, "M_UNKNOWN_TOKEN")
        before = len(homeserver.requests)
        assert (await front.gw("GET", f"/_matrix/client/v3/rooms/{ROOM}/members")).status == 401
        assert len(homeserver.requests) == before


async def test_of_a_seat_that_is_revoked_the_gateway_remembers_nothing(tmp_path: Path) -> None:
    def outside(one: object) -> bool:
        return type(one).__module__.startswith(("tests.", "aiohttp", "asyncio", "_asyncio"))

    async with gateway_with_seats(tmp_path) as (front, _):
        path = f"/_matrix/client/v3/rooms/{ROOM}/members"
        assert (await front.gw("GET", path)).status == 200
        assert {USER, ROOM} <= texts_held([front.gateway], outside)
        front.rows.change(SECRET, revoked=True)
        front.gateway.revoked("seat-one")
        assert {USER, ROOM}.isdisjoint(texts_held([front.gateway], outside))
        assert (await front.gw("GET", path)).status == 401
        assert {USER, ROOM}.isdisjoint(texts_held([front.gateway], outside))


async def test_a_seat_that_is_revoked_while_its_row_is_being_read_gets_in_nowhere(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        front.rows.before_answer = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            call = group.create_task(front.gw("GET", SYNC))
            while not front.rows.reads:
                await asyncio.sleep(0)
            front.rows.change(SECRET, revoked=True)
            front.gateway.revoked("seat-one")
            front.rows.before_answer.set()
        assert call.result().status == 401
        assert homeserver.requests == []


async def test_a_change_that_nobody_told_of_is_seen_after_seconds(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        assert (await front.gw("GET", SYNC)).status == 200
        front.rows.change(SECRET, revoked=True)
        front.seconds.now += ROW_TRUSTED_FOR
        assert (await front.gw("GET", SYNC)).status == 401


async def test_rows_are_not_read_for_every_call(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        for _ in range(5):
            await front.gw("GET", SYNC)
        assert front.rows.reads == 1


async def test_a_browser_that_goes_away_leaves_no_poll_at_the_homeserver(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        _, writer = await asyncio.open_connection(front.host, front.port)
        writer.write(f"GET /gw{SYNC} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {SECRET}\r\n\r\n".encode())
        await homeserver.sync_came.acquire()
        assert front.gateway.held_polls == 1
        writer.close()
        await homeserver.syncs_lost.acquire()
        assert front.gateway.held_polls == 0


async def test_one_browser_cannot_hold_many_polls(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        async with asyncio.TaskGroup() as group:
            first = group.create_task(front.gw("GET", f"{SYNC}?since=s7"))
            await homeserver.sync_came.acquire()
            others = [group.create_task(front.gw("GET", f"{SYNC}?since=s7")) for _ in range(MOST_HELD_POLLS)]
            for _ in others:
                await homeserver.sync_came.acquire()
            assert (await first).status == 429
            homeserver.release.set()
        assert {poll.result().status for poll in others} == {200}


async def test_polling_too_fast_is_slowed_down(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, _):
        statuses = [(await front.gw("GET", SYNC)).status for _ in range(LIMITS["sync"].burst + 1)]
        assert statuses[-2:] == [200, 429]


async def test_when_the_server_stops_the_held_page_is_told_to_come_back(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        homeserver.hold_syncs = True
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(front.gw("GET", f"{SYNC}?since=s7"))
            await homeserver.sync_came.acquire()
            front.gateway.close_polls()
        assert poll.result().status == 503
        assert poll.result().headers["Retry-After"] == "2"


async def test_an_answer_that_is_being_streamed_breaks_off_when_the_seat_is_revoked(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        await _half_streamed_then_revoked(front, homeserver)


async def _half_streamed_then_revoked(front: Front, homeserver: RecordingHomeserver) -> None:
    go_on = asyncio.Event()

    async def slowly(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "200000"})
        await response.prepare(request)
        await response.write(b"x" * 100_000)
        await go_on.wait()
        await response.write(b"x" * 100_000)
        return response

    homeserver.streams["/media/download"] = slowly
    headers = {"Authorization": f"Bearer {SECRET}"}
    async with front.http.get(f"{front.url}/gw/_matrix/client/v1/media/download/{DOMAIN}/abc", headers=headers) as answer:
        assert answer.status == 200
        assert await answer.content.readexactly(100_000)
        front.rows.change(SECRET, revoked=True)
        front.gateway.revoked("seat-one")
        go_on.set()
        with pytest.raises(ClientError):
            await answer.read()


async def test_the_visitor_that_polls_is_the_one_of_the_seat(tmp_path: Path) -> None:
    async with gateway_with_seats(tmp_path) as (front, homeserver):
        await front.gw("GET", SYNC)
        assert homeserver.requests[0].query["user_id"] == USER
