"""Ports of this machine, and who listens on which address (Linux)."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"


OURS = range(20_000, 32_000)
"""Below the ports that Linux gives to whoever asks for any, so that none of these is taken between choosing and listening."""
_BLOCK = 100
"""So many of them are drawn by one process alone, one after another, round and round: who listens seconds later meets nobody there."""
_claimed: set[str] = set()


def free_port(wished: int = 0, host: str = LOOPBACK) -> int:
    """`wished` if nobody listens there and no other process has chosen it, so that addresses stay the same from one demo to the next;
    else a free one of `OURS`, which nobody else is given meanwhile.

    Raises `OSError` when `host` is no address of this machine.
    """
    first = [wished] if wished and _claim(f"port {wished}") else []
    for port in itertools.chain(first, itertools.islice(_drawn, _BLOCK), [0]):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if port:
                    continue
                raise
            found: int = probe.getsockname()[1]
            return found
    raise AssertionError("port 0 is always free or raises")


def _claim(what: str) -> bool:
    """Whether this process, as long as it lives, is the one that has it: a name that the kernel gives once and takes back at the end."""
    if what not in _claimed:
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0teleconnect demo, {what}")
            except OSError:
                return False
            claim.detach()
        _claimed.add(what)
    return True


def _of_our_block() -> Iterator[int]:
    """Without end. When more processes draw than there are blocks, the last one is shared."""
    blocks = [OURS[begin : begin + _BLOCK] for begin in range(0, len(OURS), _BLOCK)]
    secrets.SystemRandom().shuffle(blocks)
    yield from itertools.cycle(next((block for block in blocks if _claim(f"ports {block.start}")), blocks[-1]))


_drawn = _of_our_block()


def is_ours(host: str) -> bool:
    """Whether one can listen at this address or name."""
    try:
        free_port(host=host)
    except OSError:
        return False
    return True


def listening(processes: Iterable[int]) -> set[str]:
    """The addresses on which these processes accept connections, read from the kernel's tables; empty where there are none to read."""
    sockets = {inode for process in processes for inode in _sockets_of(process)}
    found = set()
    for table in ("tcp", "tcp6"):
        file = Path("/proc/net") / table
        for line in file.read_text().splitlines()[1:] if file.exists() else ():
            columns = line.split()
            if columns[3] == "0A" and columns[9] in sockets:  # state LISTEN, inode
                found.add(_address(columns[1].partition(":")[0]))
    return found


def _sockets_of(process: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):  # the process has ended, or is another user's
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was closed in between
                link = str(descriptor.readlink())
                if link.startswith("socket:["):
                    found.add(link[len("socket:[") : -1])
    return found


def _address(written: str) -> str:
    """The kernel writes an address as 32-bit words in the machine's byte order."""
    words = [int(written[start : start + 8], 16).to_bytes(4, sys.byteorder) for start in range(0, len(written), 8)]
    return str(ipaddress.ip_address(b"".join(words)))
