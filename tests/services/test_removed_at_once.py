"""Out at once: between `remove` and the end of that person's polls and calls at the gateway no clock moves (PRODUCT §3 `remove`)."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

from teleconnect_bot.adapters.storage.gateway_rows import SqlGatewayRows
from tests.fakes_web import MEGOLM, FakeRows, front_door, recording_homeserver
from tests.services.test_removal import FIRST, SECOND, together
from tests.services.world import World

CLIENT = "/_matrix/client/v3"
HELD = f"{CLIENT}/sync?since=s7&timeout=30000"


async def test_the_held_poll_and_every_later_call_of_who_is_removed_are_401_and_the_others_go_on(world: World, tmp_path: Path) -> None:
    await together(world)
    room = (await world.session()).room or ""
    rows = cast("FakeRows", SqlGatewayRows(world.database, world.units, world.keys))
    async with (
        recording_homeserver() as homeserver,
        front_door(homeserver.address, tmp_path, rows=rows) as front,
        asyncio.TaskGroup() as group,
    ):
        homeserver.hold_syncs = True
        world.gate.gateway = front.gateway.revoked
        removed, other = (group.create_task(front.gw("GET", HELD, secret=secret)) for secret in (SECOND, FIRST))
        for _ in range(2):
            await homeserver.sync_came.acquire()
        await world.write("remove relative", "$remove")
        answer = await removed  # the homeserver holds it still, and the gateway's own clock stands
        assert (answer.status, answer.json["errcode"]) == (401, "M_UNKNOWN_TOKEN")
        asked = len(homeserver.requests)
        for method, path in (
            ("GET", HELD),
            ("PUT", f"{CLIENT}/rooms/{room}/send/m.room.encrypted/t"),
            ("POST", f"{CLIENT}/rooms/{room}/join"),
        ):
            body = None if method == "GET" else MEGOLM
            assert (await front.gw(method, path, secret=SECOND, json=body)).status == 401
        assert len(homeserver.requests) == asked
        assert not other.done()
        homeserver.release.set()
        assert (await other).status == 200
        sent = await front.gw("PUT", f"{CLIENT}/rooms/{room}/send/m.room.encrypted/t", secret=FIRST, json=MEGOLM)
        assert sent.status == 200
