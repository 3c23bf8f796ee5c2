"""The page's way into a conference at Jitsi Meet: who gets a token and when, and what the headers let in (PRODUCT §7)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from teleconnect_bot.adapters.jitsi import JitsiSettings, JitsiTokens
from teleconnect_bot.demo.jitsi import Inside, JitsiMeet, NotLetIn
from teleconnect_bot.domain.guest_link import digest_of
from teleconnect_bot.services.conferences import Conferences
from teleconnect_bot.web.conference import Conference
from tests.fakes_web import Answer, Front, front_door
from tests.services.world import SECRET, World

NOWHERE = "http://127.0.0.1:9"
ORIGIN = "https://jitsi.example.org"
KEY = "k" * 40
BROWSER = "b" * 43
KARIM = "r" * 43


@pytest.fixture(autouse=True)
def on_one_thread(sqlite_at_once: None) -> None:
    """The worlds here write to files."""


@dataclass
class Meeting:
    """A session, the front door in front of it, and the Jitsi Meet that checks what is handed out there."""

    world: World
    front: Front
    jitsi: JitsiMeet

    async def ask(self, secret: str | None = SECRET) -> Answer:
        return await self.front.ask("POST", "/api/conference", secret=secret)

    async def comes_in(self, secret: str = SECRET) -> Inside:
        """As somebody in the conference that the token names."""
        answer = await self.ask(secret)
        assert answer.status == 200
        assert answer.json.keys() == {"address", "token"}
        origin, _, room = answer.json["address"].rpartition("/")
        assert origin == ORIGIN
        return self.jitsi.verify(answer.json["token"], room)

    async def refusal(self, secret: str | None = SECRET) -> tuple[int, str]:
        answer = await self.ask(secret)
        return answer.status, answer.json["error"]

    async def staff_comes(self, secret: str = BROWSER) -> None:
        """From the card's link to the call seat in the room."""
        cards = [event for event in self.world.homeserver.events.values() if event.transaction.endswith(".card") or event.replaces]
        html = next(event.text.html or "" for event in reversed(cards) if event.text)
        await self.world.calls.redeem(re.findall(r"/c#([\w-]{22})", html)[-1], digest_of(secret), "en")
        await self.world.settle()
        await self.world.arrive(secret)


@asynccontextmanager
async def meeting_in(directory: Path) -> AsyncIterator[Meeting]:
    directory.mkdir()
    world = await World(directory).create()
    settings = JitsiSettings(ORIGIN, "clinic", KEY)
    jitsi = JitsiMeet(KEY, app_id="clinic", subject="jitsi.example.org", clock=lambda: world.clock.now().timestamp())
    door = Conferences(world.units, world.keys, JitsiTokens(settings), world.clock)
    (directory / "static").mkdir()
    async with front_door(NOWHERE, directory / "static", conference=Conference(door, ORIGIN)) as front:
        yield Meeting(world, front, jitsi)
    await world.stop()


@pytest.fixture
async def meeting(tmp_path: Path) -> AsyncIterator[Meeting]:
    async with meeting_in(tmp_path / "one") as made:
        yield made


async def waiting(world: World) -> None:
    await world.write("invite amina@example.org guest=karim@example.org", "$1")
    await world.enter()
    await world.arrive()


async def running(world: World) -> None:
    await waiting(world)
    await world.join_as_staff()


async def test_each_comes_in_under_their_own_name_and_the_holder_alone_moderates(meeting: Meeting) -> None:
    await running(meeting.world)
    await meeting.world.come("karim@example.org", "Karim", KARIM)
    await meeting.staff_comes()
    amina, karim, nurse = [await meeting.comes_in(secret) for secret in (SECRET, KARIM, BROWSER)]
    assert (amina.name, karim.name, nurse.name) == ("Amina (Service user)", "Karim (Relative)", "Staff call")
    assert (amina.moderator, karim.moderator, nurse.moderator) == (False, False, True)
    assert amina.room == karim.room == nurse.room
    assert re.fullmatch(r"[0-9a-f]{40}", amina.room), "at least 128 bits, in lower case"
    assert len({amina.user, karim.user, nurse.user}) == 3
    assert await meeting.comes_in() == amina, "the same person after a reload"


async def test_before_the_start_there_is_no_token(meeting: Meeting) -> None:
    await meeting.world.write("invite amina@example.org", "$1")
    await meeting.world.enter()
    assert await meeting.refusal() == (409, "not_in_session")
    await meeting.world.arrive()
    assert await meeting.refusal() == (409, "not_in_session")
    await meeting.world.join_as_staff()
    assert (await meeting.ask()).status == 200


@pytest.mark.parametrize(("order", "refusal"), [("close", (401, "seat")), ("close now", (401, "seat")), ("keep", (409, "not_in_session"))])
async def test_the_end_of_the_session_is_the_end_of_tokens_for_guests_and_staff(meeting: Meeting, order: str, refusal: Any) -> None:
    await running(meeting.world)
    await meeting.staff_comes()
    await meeting.comes_in(BROWSER)
    await meeting.world.desk.wrote("!chat-nurse:example.org", "$end", "@nurse:example.org", order, True)
    assert await meeting.refusal() in (refusal, (409, "not_in_session")), "before any effect is carried out"
    assert await meeting.refusal(BROWSER) == (401, "seat")
    await meeting.world.settle()
    assert await meeting.refusal() == refusal
    assert await meeting.refusal(BROWSER) == (401, "seat")


async def test_who_left_or_was_removed_gets_no_token(meeting: Meeting) -> None:
    await running(meeting.world)
    await meeting.world.come("karim@example.org", "Karim", KARIM)
    await meeting.comes_in(KARIM)
    await meeting.world.write('remove "Relative"', "$remove")
    assert await meeting.refusal(KARIM) == (401, "seat")
    await meeting.comes_in()
    await meeting.world.guests.leave(digest_of(SECRET))
    assert await meeting.refusal() == (401, "seat")


async def test_a_token_kept_by_somebody_who_was_removed_lets_nobody_in_after_90_seconds(meeting: Meeting) -> None:
    await running(meeting.world)
    await meeting.world.come("karim@example.org", "Karim", KARIM)
    kept = (await meeting.ask(KARIM)).json
    room = kept["address"].rpartition("/")[2]
    await meeting.world.write('remove "Relative"', "$remove")
    meeting.world.clock.moment += timedelta(seconds=90)
    with pytest.raises(NotLetIn, match="time"):
        meeting.jitsi.verify(kept["token"], room)
    assert (await meeting.comes_in()).room == room, "the others meet where they were, each join by a new token"


async def test_a_seat_leads_into_the_conference_of_its_own_session_alone(meeting: Meeting, tmp_path: Path) -> None:
    await running(meeting.world)
    async with meeting_in(tmp_path / "two") as other:
        await running(other.world)
        mine, theirs = await meeting.comes_in(), await other.comes_in()
        assert mine.room != theirs.room
    for secret in ("x" * 43, "x", None):
        assert await meeting.refusal(secret) == (401, "seat")


async def test_a_session_that_is_taken_up_again_has_another_conference(meeting: Meeting) -> None:
    await running(meeting.world)
    first = await meeting.comes_in()
    await meeting.world.write("keep", "$keep")
    session = await meeting.world.session()
    await meeting.world.write(f"start {session.code}", "$again")
    assert (await meeting.comes_in()).room != first.room


async def test_a_browser_that_asks_too_often_is_told_to_wait(meeting: Meeting) -> None:
    await running(meeting.world)
    answers = [await meeting.ask() for _ in range(7)]
    assert [answer.status for answer in answers] == [200] * 6 + [429]
    assert answers[-1].headers["Retry-After"] == "11"
    await meeting.world.come("karim@example.org", "Karim", KARIM)
    await meeting.comes_in(KARIM)
    meeting.front.seconds.now += 10
    assert (await meeting.ask()).status == 200


async def test_neither_the_database_nor_the_room_nor_a_log_knows_the_conference_or_a_token(meeting: Meeting) -> None:
    with capture_logs() as logged:
        await running(meeting.world)
        await meeting.staff_comes()
        coming = [(await meeting.ask(secret)).json for secret in (SECRET, BROWSER)]
    words = [*(each["token"] for each in coming), coming[0]["address"].rpartition("/")[2], KEY]
    await meeting.world.database.close()
    stored = b"".join(path.read_bytes() for path in (meeting.world.keys_directory.parent).rglob("*") if path.is_file())
    said = " ".join(f"{event.text}" for event in meeting.world.homeserver.events.values())
    for word in words:
        assert word.encode() not in stored
        assert word not in said
        assert word not in str(logged)
        assert word not in str(meeting.world.homeserver.rooms)


async def test_the_headers_let_that_one_origin_into_a_frame_and_nothing_else(meeting: Meeting, tmp_path: Path) -> None:
    framed = (await meeting.front.ask("GET", "/api/public")).headers
    assert framed["Content-Security-Policy"].split("; ")[-1] == f"frame-src {ORIGIN}"
    assert f'camera=(self "{ORIGIN}")' in framed["Permissions-Policy"]
    assert f'microphone=(self "{ORIGIN}")' in framed["Permissions-Policy"]
    async with front_door(NOWHERE, tmp_path) as without:
        plain = (await without.ask("GET", "/api/public")).headers
        assert (await without.ask("POST", "/api/conference", secret=SECRET)).status == 404
    assert "frame-src" not in plain["Content-Security-Policy"]
    assert ORIGIN not in str(plain)
    assert framed["Content-Security-Policy"].removesuffix(f"; frame-src {ORIGIN}") == plain["Content-Security-Policy"]
    assert framed["Permissions-Policy"].replace(f' "{ORIGIN}"', "") == plain["Permissions-Policy"]
