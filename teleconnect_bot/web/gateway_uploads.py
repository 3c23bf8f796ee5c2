"""How much each seat may upload, and the files of native guests, who may upload nothing: the bot does it for them. What passes is
ciphertext, as from anybody.

A native guest's file is the bot's at the homeserver, and goes neither with the guest's account nor by an event that the bot cannot read:
so the ledger knows its address before it is there.
"""

from __future__ import annotations

import asyncio
from asyncio import IncompleteReadError
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import quote

from aiohttp import StreamReader

from teleconnect_bot.services.gateway_rows import GatewayRows
from teleconnect_bot.web.gateway_guards import Refused
from teleconnect_bot.web.gateway_seats import LiveSeat
from teleconnect_bot.web.gateway_upstream import Upstream, UpstreamFailed

MOST_IN_MEMORY_BYTES = 256 * 1024 * 1024
"""Of all guests together: the whole file is here before the homeserver is asked for its address, since it lets the bot have only a few
addresses that nothing was uploaded to (Synapse: `max_pending_media_uploads`), and a telephone may never come to its end."""
SHARE_SENT = "TELECONNECT_SHARE_SENT"
"""What the page tells from a file that is too large. Written as the specification wants it of codes that are none of Matrix's."""
MEDIA = "/_matrix/media"
OCTETS = {"Content-Type": "application/octet-stream"}


@dataclass(slots=True)
class Counted:
    """One upload that is under way. `done`: the homeserver has it, and so it counts for ever."""

    done: bool = False


class CountedUploads:
    """Each seat's files and bytes together, in rows. An upload that breaks off, as happens on a bad line, counts for nothing; one that is
    under way when the bot is killed counts."""

    def __init__(self, rows: GatewayRows, most_files: int, most_bytes: int) -> None:
        self._rows, self._most_files, self._most_bytes = rows, most_files, most_bytes

    @asynccontextmanager
    async def upload(self, seat: LiveSeat, size: int) -> AsyncIterator[Counted]:
        """Raises `Refused` when the seat has sent its share: 413 as for a file that is too large, with a code of its own."""
        seat_id, counted = seat.row.seat_id, Counted()
        if not await self._rows.count_upload(seat_id, size, self._most_files, self._most_bytes):
            raise Refused(413, SHARE_SENT, "As many files as one person may send in a session have been sent")
        try:
            yield counted
        finally:
            if not counted.done:
                await asyncio.shield(self._rows.uncount_upload(seat_id, size))


class UploadsByBot:
    def __init__(self, upstream: Upstream, rows: GatewayRows, bot: str) -> None:
        self._upstream, self._rows, self._bot = upstream, rows, bot
        self._in_memory = 0

    async def upload(self, seat: LiveSeat, content: StreamReader, size: int) -> str:
        """The address of the file, `mxc://…`. Raises `Refused`, and what asking the homeserver raises."""
        if self._in_memory + size > MOST_IN_MEMORY_BYTES:
            raise Refused(429, "M_LIMIT_EXCEEDED", "Too many files at once", 5.0)
        self._in_memory += size
        try:
            return await self._pass_on(seat, await content.readexactly(size))
        except IncompleteReadError:
            raise Refused(400, "M_BAD_JSON", "The file did not come to its end") from None
        finally:
            self._in_memory -= size

    async def _pass_on(self, seat: LiveSeat, ciphertext: bytes) -> str:
        async with await self._upstream.ask("POST", f"{MEDIA}/v1/create", user=self._bot, json={}) as answer:
            if answer.status != 200:
                raise UpstreamFailed(answer.status)
            place = str((await answer.json())["content_uri"])
        if seat.over:
            raise Refused(401, "M_UNKNOWN_TOKEN", "Unknown or ended session")
        await self._rows.keep_upload(seat.row.seat_id, place, self._bot)
        server, _, media = place.removeprefix("mxc://").partition("/")
        path = f"{MEDIA}/v3/upload/{quote(server, safe='')}/{quote(media, safe='')}"
        async with await self._upstream.ask("PUT", path, user=self._bot, data=BytesIO(ciphertext), headers=OCTETS) as answer:
            if answer.status != 200:
                raise UpstreamFailed(answer.status)
        return place
