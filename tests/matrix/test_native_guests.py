"""Native Matrix guests on a real Synapse: made, found again, and at the end really without a voice (FACTS, "Guests")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from teleconnect_bot.adapters.matrix.inventory import MatrixInventory
from teleconnect_bot.adapters.matrix.native_guests import NativeGuests
from teleconnect_bot.adapters.matrix.rooms import MatrixRooms
from teleconnect_bot.domain.guest_link import NATIVE_DEVICE
from tests.fixtures_homeserver import VISITOR_PREFIX, start_homeserver
from tests.matrix.conftest import NewBot


async def test_a_guest_is_made_found_by_its_mark_let_in_and_at_the_end_can_do_nothing(new_bot: NewBot, tmp_path: Path) -> None:
    homeserver = await start_homeserver(tmp_path / "homeserver", allow_guest_access=True)
    try:
        bot = await new_bot(at=homeserver)
        guests = NativeGuests(bot.account, bot.admin, VISITOR_PREFIX)
        rooms = MatrixRooms(bot.account, bot.admin, guests=True)
        guest = await guests.open("a1b2c3")
        assert guest.device == NATIVE_DEVICE
        assert guest.token is not None
        assert guest.token not in repr(guest)
        await guests.provision(guest, "Service user")
        bot.keys.create("session-one")
        room = await rooms.create("marker-one", "session-one", "Session K7M2")
        await rooms.invite(room, guest.user)

        async def as_guest(method: str, path: str, body: dict[str, Any] | None = None) -> int:
            headers = {"Authorization": f"Bearer {guest.token}"}
            async with aiohttp.ClientSession(homeserver.address, headers=headers) as http, http.request(method, path, json=body) as answer:
                return answer.status

        assert await as_guest("POST", f"/_matrix/client/v3/rooms/{room}/join", {}) == 200
        inventory = MatrixInventory(bot.account.api, bot.admin, bot.user, VISITOR_PREFIX, guests=True)
        assert list(await inventory.visitors()) == [guest.user]
        assert await guests.find("a1b2c3") == guest.user
        assert await guests.find("another") is None
        assert not await guests.is_gone(guest.user)

        await rooms.remove(room, guest.user)
        await guests.remove(guest.user)
        assert await guests.is_gone(guest.user)
        assert await as_guest("GET", "/_matrix/client/v3/sync?timeout=0") == 401, "a token that outlives its account would be a back door"
        assert await as_guest("GET", "/_matrix/client/v3/account/whoami") == 401
        assert await guests.find("a1b2c3") is None
        assert await inventory.visitors() == {}
        await guests.remove(guest.user)
    finally:
        await homeserver.synapse.stop()
