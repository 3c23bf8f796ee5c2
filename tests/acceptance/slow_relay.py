"""A bad line between browsers and their TURN server: a TCP port in front of it, whose width is ours and which can break."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from teleconnect_bot.demo.addresses import LOOPBACK, free_port

_CHUNK_BYTES = 1_024
_SHORT_QUEUE_BYTES = 8_192
"""What the kernel keeps of it; more would be a line that forgets nothing and is late by seconds."""


@dataclass
class Bottleneck:
    """`bits_per_second` hold for each connection and direction from now on; None: as fast as it goes."""

    port: int
    server: int
    bits_per_second: float | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def uri(self) -> str:
        return f"turn:{LOOPBACK}:{self.port}?transport=tcp"

    def cut(self) -> int:
        """Every connection breaks; new ones may be made. How many there were."""
        broken = len(self._writers) // 2
        for writer in self._writers:
            writer.transport.abort()
        return broken

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            beyond_reader, beyond_writer = await asyncio.open_connection(LOOPBACK, self.server, limit=_SHORT_QUEUE_BYTES)
            self._writers |= {writer, beyond_writer}
            try:
                await asyncio.gather(self._pass(reader, beyond_writer), self._pass(beyond_reader, writer))
            finally:
                self._writers -= {writer, beyond_writer}
                for each in (writer, beyond_writer):
                    each.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
            if self.bits_per_second is not None:
                await asyncio.sleep(8 * len(data) / self.bits_per_second)
        raise ConnectionResetError


@asynccontextmanager
async def bottleneck(server: int) -> AsyncIterator[Bottleneck]:
    """In front of a TURN server's TCP port on this machine."""
    made = Bottleneck(free_port(), server)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for size in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            listening.setsockopt(socket.SOL_SOCKET, size, _SHORT_QUEUE_BYTES)
        listening.bind((LOOPBACK, made.port))
        async with await asyncio.start_server(made.carry, sock=listening, limit=_SHORT_QUEUE_BYTES):
            yield made
            made.cut()
