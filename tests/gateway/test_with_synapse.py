"""The gateway in front of a real Synapse: assignment, sync, letters, media, revocation."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession

from teleconnect_bot.services.gateway_rows import GatewaySeat
from tests.fakes_web import MEGOLM, OLM, Front, digest, front_door
from tests.fixtures_homeserver import TestHomeserver

C = "/_matrix/client"


@dataclass
class World:
    """One bot, its room, and a staff member, by plain HTTP; visitors speak through `front`."""

    homeserver: TestHomeserver
    http: ClientSession
    front: Front
    bot: str = ""
    room: str = ""
    staff: str = ""
    staff_token: str = field(default="", repr=False)
    staff_since: str = ""

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None, user: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token or self.homeserver.as_token}"}
        query = {"user_id": user} if user else {}
        async with self.http.request(method, self.homeserver.address + path, json=body, params=query, headers=headers) as answer:
            assert answer.ok, (path, answer.status, await answer.text())
            return await answer.json()

    async def account(self, localpart: str) -> str:
        await self.call("POST", f"{C}/v3/register", {"type": "m.login.application_service", "username": localpart, "inhibit_login": True})
        return self.homeserver.user_id(localpart)

    async def as_bot(self, method: str, path: str, body: Any) -> Any:
        return await self.call(method, path, body, user=self.bot)

    async def invite(self, user: str) -> None:
        await self.as_bot("POST", f"{C}/v3/rooms/{quote(self.room)}/invite", {"user_id": user})

    async def new_visitor(self) -> Visitor:
        localpart, secret = self.homeserver.new_localpart("tcv"), secrets.token_urlsafe(32)
        user = await self.account(localpart)
        await self.call("PUT", f"{C}/v3/devices/PHONE", {}, user=user)
        self.front.rows.seats[digest(secret)] = GatewaySeat(f"seat-{localpart}", user, "PHONE", None, revoked=False)
        return Visitor(self.front, secret, f"seat-{localpart}", user)

    async def admit(self, visitor: Visitor) -> None:
        self.front.rows.change(visitor.secret, room=self.room)
        self.front.gateway.assigned(visitor.seat)
        await self.invite(visitor.user)
        assert await visitor.ask("POST", f"{C}/v3/join/{quote(self.room)}", {}) == {"room_id": self.room}

    async def staff_sync(self) -> Any:
        query = f"?since={self.staff_since}" if self.staff_since else ""
        answer = await self.call("GET", f"{C}/v3/sync{query}", token=self.staff_token)
        self.staff_since = answer["next_batch"]
        return answer

    async def letters_to_staff(self) -> list[tuple[str, Any]]:
        events = (await self.staff_sync()).get("to_device", {}).get("events", [])
        return [(event["sender"], event["content"]) for event in events if event["type"] == "m.room.encrypted"]


@dataclass
class Visitor:
    front: Front
    secret: str = field(repr=False)
    seat: str
    user: str
    since: str = ""

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.front.gw(method, path, secret=self.secret, json=body)
        assert answer.status == status, (path, answer.status, answer.body)
        return answer.json

    async def sync(self, timeout: int = 0) -> Any:
        since = f"&since={self.since}" if self.since else ""
        answer = await self.ask("GET", f"{C}/v3/sync?timeout={timeout}{since}")
        self.since = answer["next_batch"]
        return answer

    async def write_to(self, staff: str, txn: str) -> None:
        await self.ask("PUT", f"{C}/v3/sendToDevice/m.room.encrypted/{txn}", {"messages": {staff: {"*": OLM}}})


@asynccontextmanager
async def _world(homeserver: TestHomeserver, static: Path) -> AsyncIterator[World]:
    async with (
        front_door(homeserver.address, static, domain=homeserver.domain, as_token=homeserver.as_token) as front,
        ClientSession() as http,
    ):
        world = World(homeserver, http, front)
        world.bot = await world.account(homeserver.bot_localpart())
        recipe = {
            "preset": "private_chat",
            "initial_state": [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}],
            "power_level_content_override": {"events": {}},
        }
        world.room = (await world.as_bot("POST", f"{C}/v3/createRoom", recipe))["room_id"]
        localpart = homeserver.new_localpart("alice")
        world.staff = await homeserver.synapse.register(localpart, "correct horse battery staple")
        world.staff_token = (await homeserver.synapse.login(localpart, "correct horse battery staple")).token
        await world.staff_sync()
        yield world


async def test_a_visitor_sees_the_invitation_as_soon_as_the_room_is_assigned(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await visitor.sync()
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(visitor.sync(timeout=30_000))
            while not world.front.gateway.held_polls:
                await asyncio.sleep(0)
            world.front.rows.change(visitor.secret, room=world.room)
            world.front.gateway.assigned(visitor.seat)
        assert "rooms" not in poll.result()
        await world.invite(visitor.user)
        assert world.room in (await visitor.sync())["rooms"]["invite"]
        await visitor.ask("POST", f"{C}/v3/rooms/{quote(world.room)}/join", {})
        assert world.room in (await visitor.sync())["rooms"]["join"]
        members = await visitor.ask("GET", f"{C}/v3/rooms/{quote(world.room)}/members")
        assert {event["state_key"] for event in members["chunk"]} == {world.bot, visitor.user}


async def test_a_sync_shows_no_other_room_of_the_same_visitor(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await world.admit(visitor)
        other = (await world.as_bot("POST", f"{C}/v3/createRoom", {"preset": "private_chat", "invite": [visitor.user]}))["room_id"]
        await world.call("POST", f"{C}/v3/join/{quote(other)}", {}, user=visitor.user)  # as no gateway would let it
        shown = await visitor.sync()
        assert other not in str(shown)
        assert set(shown["rooms"]["join"]) == {world.room}
        await visitor.ask("POST", f"{C}/v3/rooms/{quote(other)}/join", {}, status=403)


async def test_messages_receipts_and_redactions_work_and_another_persons_event_stays(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await world.admit(visitor)
        room = f"{C}/v3/rooms/{quote(world.room)}"
        event = (await visitor.ask("PUT", f"{room}/send/m.room.encrypted/m1.0", MEGOLM))["event_id"]
        again = (await visitor.ask("PUT", f"{room}/send/m.room.encrypted/m1.0", MEGOLM))["event_id"]
        assert event == again
        await visitor.ask("PUT", f"{room}/typing/{quote(visitor.user)}", {"typing": True, "timeout": 1000})
        await visitor.ask("POST", f"{room}/receipt/m.read/{quote(event)}", {})
        assert [e["event_id"] for e in (await visitor.ask("GET", f"{room}/messages?dir=b&limit=1"))["chunk"]] == [event]
        await visitor.ask("PUT", f"{room}/redact/{quote(event)}/r1", {"reason": "words"})
        theirs = (await world.as_bot("PUT", f"{room}/send/m.room.encrypted/b1", MEGOLM))["event_id"]
        await visitor.ask("PUT", f"{room}/redact/{quote(theirs)}/r2", {}, status=403)
        assert (await visitor.ask("GET", f"{room}/messages?dir=b&limit=1"))["chunk"][0]["content"] == MEGOLM


async def test_letters_wait_for_the_join_also_when_their_senders_are_gone(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        one, two = await world.new_visitor(), await world.new_visitor()
        for visitor in (one, two):
            await world.admit(visitor)
        await world.invite(world.staff)
        await one.write_to(world.staff, "m1")
        await two.write_to(world.staff, "m1")
        assert await world.letters_to_staff() == []

        world.front.rows.change(two.secret, revoked=True)
        world.front.gateway.revoked(two.seat)
        await world.call("DELETE", f"{C}/v3/devices/PHONE", {}, user=two.user)
        await world.call("POST", f"{C}/v3/join/{quote(world.room)}", {}, token=world.staff_token)
        await world.front.gateway.deliver_letters(world.staff)
        expected = {**OLM}
        letters = await world.letters_to_staff()
        assert sorted(sender for sender, _ in letters) == sorted([one.user, two.user])
        assert all({key: content[key] for key in expected} == expected for _, content in letters)

        await one.write_to(world.staff, "m2")
        assert [sender for sender, _ in await world.letters_to_staff()] == [one.user], "after the join it goes at once"


async def test_two_visitors_with_the_same_transaction_id_are_both_heard(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        await world.invite(world.staff)
        await world.call("POST", f"{C}/v3/join/{quote(world.room)}", {}, token=world.staff_token)
        visitors = [await world.new_visitor(), await world.new_visitor()]
        for visitor in visitors:
            await world.admit(visitor)
            await visitor.write_to(world.staff, "m1")
        assert [sender for sender, _ in await world.letters_to_staff()] == [visitor.user for visitor in visitors]


async def test_keys_can_be_uploaded_and_asked_for(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        keys = {"ed25519:PHONE": "a" * 43, "curve25519:PHONE": "b" * 43}
        device = {
            "user_id": visitor.user,
            "device_id": "PHONE",
            "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
            "keys": keys,
            "signatures": {visitor.user: {"ed25519:PHONE": "c" * 86}},
        }
        await visitor.ask("POST", f"{C}/v3/keys/upload", {"device_keys": device})
        answer = await visitor.ask("POST", f"{C}/v3/keys/query", {"device_keys": {visitor.user: [], world.bot: [], world.staff: []}})
        assert answer["device_keys"][visitor.user]["PHONE"]["keys"] == keys
        assert answer["device_keys"][world.bot] == answer["device_keys"][world.staff] == {}


async def test_a_file_goes_up_and_comes_down_as_bytes(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await world.admit(visitor)
        data = bytes(range(256)) * 1000
        up = await world.front.gw("POST", "/_matrix/media/v3/upload", secret=visitor.secret, data=data)
        server, _, media = up.json["content_uri"].removeprefix("mxc://").partition("/")
        down = await world.front.gw("GET", f"{C}/v1/media/download/{server}/{media}", secret=visitor.secret)
        assert down.body == data
        assert down.headers["Content-Disposition"] == "attachment"


async def test_revocation_ends_a_poll_that_synapse_holds(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await world.admit(visitor)
        await visitor.sync()
        path = f"{C}/v3/sync?timeout=30000&since={visitor.since}"
        async with asyncio.TaskGroup() as group:
            poll = group.create_task(world.front.gw("GET", path, secret=visitor.secret))
            while not world.front.gateway.held_polls:
                await asyncio.sleep(0)
            world.front.rows.change(visitor.secret, revoked=True)
            world.front.gateway.revoked(visitor.seat)
        assert poll.result().status == 401
        await visitor.ask("PUT", f"{C}/v3/rooms/{quote(world.room)}/send/m.room.encrypted/x", MEGOLM, status=401)


async def test_versions_and_turn_servers_are_synapses_own(homeserver: TestHomeserver, tmp_path: Path) -> None:
    async with _world(homeserver, tmp_path) as world:
        visitor = await world.new_visitor()
        await world.admit(visitor)
        assert "v1.11" in (await world.front.gw("GET", f"{C}/versions", secret=None)).json["versions"]
        await visitor.ask("GET", f"{C}/v3/voip/turnServer")
