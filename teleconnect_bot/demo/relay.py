"""A TURN server for the demo and the tests: Debian's coturn as a child process, with its own secret (RFC 8656).

It speaks UDP and TCP, lets nobody through without a password of the homeserver's, and dies with the process that started it.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .addresses import LOOPBACK, free_port
from .child import end, start_program

PROGRAM = "turnserver"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 5.0
_POLL_SECONDS = 0.05
_RELAYED = range(49_200, 49_900)
"""UDP ports for what is passed on: enough for a few calls of six."""


class RelayFailed(Exception):
    """coturn is missing or did not start; the text holds the end of its log."""


class Coturn:
    """One coturn that listens on `hosts`; `relays_at` is the address of which the other side's packets come."""

    def __init__(self, directory: Path, *, hosts: Sequence[str] = (LOOPBACK,), port: int = 0) -> None:
        self.directory, self.hosts = directory.resolve(), tuple(hosts)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = free_port(port)
        self.secret = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None

    def uris(self, host: str = LOOPBACK) -> list[str]:
        return [f"turn:{host}:{self.port}?transport=udp", f"turn:{host}:{self.port}?transport=tcp"]

    @property
    def homeserver_settings(self) -> dict[str, Any]:
        """What Synapse must be told, so that it hands out passwords of this server."""
        return {"turn_uris": self.uris(self.hosts[-1]), "turn_shared_secret": self.secret, "turn_user_lifetime": "1h"}

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """It answers when this returns. Raises `RelayFailed`. Must be called in the main thread."""
        program = shutil.which(PROGRAM)
        if program is None:
            raise RelayFailed(f"{PROGRAM} is not installed: on Debian it is the package coturn (scripts/system-packages)")
        self._process = start_program(program, "-c", str(self._configuration()), log_file=self.log_file, directory=self.directory)
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                while not await self._answers():
                    if self._process.poll() is not None:
                        raise RelayFailed(f"coturn ended with code {self._process.returncode}.\n{self._log_tail()}")
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            await self.stop()
            raise RelayFailed(f"coturn did not answer within {START_TIMEOUT_SECONDS:.0f} s.\n{self._log_tail()}") from None

    async def stop(self) -> None:
        process, self._process = self._process, None
        await end(process, STOP_TIMEOUT_SECONDS)

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection(self.hosts[0], self.port)
        except OSError:
            return False
        writer.close()
        return True

    @property
    def log_file(self) -> Path:
        return self.directory / "coturn.log"

    def _log_tail(self) -> str:
        return self.log_file.read_text(errors="replace")[-2000:] if self.log_file.exists() else ""

    def _configuration(self) -> Path:
        addresses = [f"{key}={host}" for host in self.hosts for key in ("listening-ip", "relay-ip")]
        lines = [
            *addresses,
            f"listening-port={self.port}",
            f"min-port={_RELAYED.start}",
            f"max-port={_RELAYED.stop - 1}",
            "use-auth-secret",
            f"static-auth-secret={self.secret}",
            f"realm={LOOPBACK}",
            "fingerprint",
            "no-tls",
            "no-dtls",
            "no-cli",
            "no-rfc5780",
            # Both people of a demo sit on this machine.
            "allow-loopback-peers",
            "log-file=stdout",
            f"pidfile={self.directory / 'coturn.pid'}",
            f"userdb={self.directory / 'turndb'}",
        ]
        path = self.directory / "turnserver.conf"
        path.touch(mode=0o600)
        path.write_text("\n".join(lines) + "\n")
        return path
